// Package audit is how an act is put on the trail: intent before it, outcome before its last byte is
// shown. What counts as audited is Kafka's acknowledgement of hushlog.audit.v1 by all replicas.
//
// It leaves out the trail itself, which is sequenced and signed from the topic by its writer.
package audit
