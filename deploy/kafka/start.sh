#!/bin/sh
# Starts one Apache Kafka node in a container: formats its storage the first
# time, with the admin's SCRAM credential, then runs the broker in place of
# this shell. Works on the official image and on the stand-in: both have the
# jars in /opt/kafka/libs and a java on the PATH.
#
# Needs: KAFKA_ADVERTISED (host:port that clients are told); the secrets
# kafka.crt, kafka.key, ca.crt and kafka-admin.password in SECRETS.
set -eu
umask 077

secrets=${SECRETS:-/run/secrets}
conf=${KAFKA_CONF:-/etc/hushlog/kafka}
data=${KAFKA_DATA:-/var/lib/kafka/data}
run=${KAFKA_RUN:-/tmp/kafka}
port=${KAFKA_PORT:-9092}
: "${KAFKA_ADVERTISED:?host:port for clients}"

mkdir -p "$run"
# Kafka wants key and certificate in one PEM file.
cat "$secrets/kafka.key" "$secrets/kafka.crt" >"$run/keystore.pem"

cat "$conf/server.properties" - >"$run/server.properties" <<EOF
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=CLIENT://:$port,REPLICATION://127.0.0.1:9094,CONTROLLER://127.0.0.1:9093
advertised.listeners=CLIENT://$KAFKA_ADVERTISED,REPLICATION://127.0.0.1:9094
log.dirs=$data
ssl.keystore.location=$run/keystore.pem
ssl.truststore.location=$secrets/ca.crt
EOF
# The CLIENT listener checks SCRAM passwords against the metadata log.
echo 'listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;' >>"$run/server.properties"

if [ ! -f "$data/meta.properties" ]; then
	# The tool prints what it derives from the password: not into the log.
	cluster=$(java -cp '/opt/kafka/libs/*' -Dlog4j2.configurationFile="$conf/log4j2.yaml" \
		-Xmx128m kafka.tools.StorageTool random-uuid)
	java -cp '/opt/kafka/libs/*' -Dlog4j2.configurationFile="$conf/log4j2.yaml" \
		-Xmx128m kafka.tools.StorageTool format \
		--cluster-id "$cluster" --config "$run/server.properties" \
		--add-scram "SCRAM-SHA-512=[name=admin,password=$(cat "$secrets/kafka-admin.password")]" >/dev/null
fi

# exec keeps signals: a stop is the broker's own clean shutdown.
exec java -cp '/opt/kafka/libs/*' -Dlog4j2.configurationFile="$conf/log4j2.yaml" \
	-Xms"${KAFKA_HEAP:-512m}" -Xmx"${KAFKA_HEAP:-512m}" -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError \
	-Djava.awt.headless=true kafka.Kafka "$run/server.properties"
