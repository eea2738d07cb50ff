// Package embedded runs Kafka and ClickHouse on one machine without a container
// engine: a persistent single-node broker in process ([StartBroker]) and a child
// process that speaks ClickHouse's HTTPS interface over the engine's library
// ([ServeClickHouse]). Both speak the protocols of the real ones, hold their
// clients to the same identities and rights, and keep their data across
// restarts, so that everything else is the same code on one machine and on a
// cluster.
//
// It leaves out what one machine does not need: replication, several nodes, and
// ClickHouse's native TCP protocol. Starting and restarting processes is
// pkg/supervise.
package embedded
