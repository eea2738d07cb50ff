// Package rights holds the test that asks a broker, as each service, for each thing it could want of
// each topic, and compares the answers with the table in matrix.golden. Who changes a right in the
// policy sees the change there.
package rights
