// Package alerting decides when somebody is told: rules over the metadata of what went through hushlog, in windows of
// event time. Rules are YAML, matched by CEL; they are compiled, type-checked and bounded in cost when they are loaded.
//
// The engine is a function of its input: the same records give the same alerts, with the same fingerprints, in whatever
// order the partitions were read, and over whatever restarts, as long as no record is later than its rule's lateness.
// Three things make it so. Windows are cut at multiples of their length. What could turn out otherwise when a late record
// comes is decided when the window has closed; only what can no longer change (a count that has reached its threshold) is
// said before. Alerts are named by rule, keys and a block of time (the rule's hold), not by what fired first.
//
// It leaves out Kafka and delivery (services/alert, pkg/notify), and knows no clock: whoever runs it says how far event
// time has come.
package alerting
