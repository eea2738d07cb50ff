// Package stream is Kafka as hushlog uses it: the topics and what their records carry beside the
// value, a producer that answers once its records are durable, consume-transform-produce in
// transactions, at-least-once consumers, readers without a group, and the making and checking of
// topics, users and rights.
//
// It leaves out what is in the records (packages seal and proto) and who may do what (package policy).
package stream
