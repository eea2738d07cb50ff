// Package apachekafka runs Apache Kafka 4.x itself, in KRaft mode, from its Maven jars, for tests
// that must hold on the real broker and not only on the embedded one. The broker reads
// deploy/kafka/server.properties, the file of docker-compose.yml, with other ports and paths, and
// the certificates and passwords of an identity.Layout: TLS 1.3 with client certificates, SCRAM, and
// an authorizer that allows nothing without an ACL.
//
// It leaves out topics, users other than admin, and ACLs: `hushlog init` makes those.
package apachekafka
