// Package translog keeps the audit trail as a transparency log in a directory: entries in the order of
// their topic, a Merkle tree over them as C2SP tlog-tiles has it, and signed checkpoints that commit to
// it. Whoever holds the verifying key can check the directory, or a copy of it, without any service:
// that nothing was changed, removed, reordered or cut off, and, against a checkpoint seen before, that
// the log was neither rolled back nor forked.
//
// It leaves out what entries mean (package audit) and who reads them from Kafka (services/retention).
package translog
