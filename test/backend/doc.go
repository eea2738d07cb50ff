// Package backend gives the end-to-end tests a Kafka and a ClickHouse, of one of three kinds: the
// embedded parts, Apache Kafka from its jars, or containers. The same tests run on each; one setting,
// HUSHLOG_TEST_BACKEND, chooses.
//
// It leaves out topics, users, rights and tables: the test calls what `hushlog init` calls.
package backend
