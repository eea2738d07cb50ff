#!/bin/sh
# Builds stand-ins for the images of Apache Kafka and ClickHouse, for machines
# that cannot pull the official ones, under the names in KAFKA_IMAGE and
# CLICKHOUSE_IMAGE: Kafka's jars and a JRE, and hushlog's ClickHouse child, on a
# Debian tree. For tests: they hold a shell and a package manager.
#
# Needs root, docker, debootstrap, and for Kafka: Maven; for ClickHouse: Go and
# npm. STANDIN_TREE names a debootstrap tree to use or make, instead of a
# temporary one.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
kafka=${KAFKA_IMAGE:-hushlog-standin/kafka:4.3.0}
clickhouse=${CLICKHOUSE_IMAGE:-hushlog-standin/clickhouse:26}
base=hushlog-standin/base:bookworm
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT INT TERM

need() {
	if ! command -v "$1" >/dev/null 2>&1; then
		echo "standins.sh: $1 is missing; install it" >&2
		exit 2
	fi
}

build() { # build TAG: the context folder's Dockerfile on the base
	docker build --quiet --network none --build-arg "BASE=$base" --tag "$1" "$context" >/dev/null
	docker image inspect --format "$1 {{.Size}} bytes" "$1"
	rm -rf "${context:?}"/*
}

make_base() {
	if docker image inspect "$base" >/dev/null 2>&1; then
		return
	fi
	need debootstrap
	tree=${STANDIN_TREE:-$context/tree}
	if [ ! -x "$tree/usr/bin/java" ]; then
		debootstrap --variant=minbase --include=openjdk-17-jre-headless bookworm "$tree" >"$context/debootstrap.log"
	fi
	tar -C "$tree" --numeric-owner -c --exclude=./usr/share/doc --exclude=./usr/share/man \
		--exclude=./usr/share/locale --exclude=./var/cache/apt --exclude=./var/lib/apt/lists \
		--exclude=./proc --exclude=./sys --exclude=./dev . | docker import - "$base" >/dev/null
	rm -rf "${context:?}"/*
}

make_kafka() {
	"$root/test/apachekafka/fetch.sh" "$root/.cache/kafka/jars"
	mkdir "$context/jars"
	cp "$root"/.cache/kafka/jars/*.jar "$context/jars/"
	cp "$here/kafka/Dockerfile" "$context/"
	build "$kafka"
}

make_clickhouse() {
	"$root/.tools/chdb/install.sh"
	library=$root/.cache/chdb/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so
	(cd "$root/services" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -o "$context/hushlog" ./hushlog)
	# -L: npm may have linked it.
	cp -L "$library" "$context/libchdb.so"
	cp "$here/clickhouse/clickhouse-server" "$here/clickhouse/Dockerfile" "$context/"
	build "$clickhouse"
}

need docker
make_base
case ${1:-all} in
kafka) make_kafka ;;
clickhouse) make_clickhouse ;;
all)
	make_kafka
	make_clickhouse
	;;
*)
	echo "usage: standins.sh [kafka|clickhouse|all]" >&2
	exit 2
	;;
esac
echo "export KAFKA_IMAGE=$kafka CLICKHOUSE_IMAGE=$clickhouse"
