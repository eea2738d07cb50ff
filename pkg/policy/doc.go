// Package policy is the one document of a deployment that says what is found, what is done with it,
// which class a record gets, what is stored of it and for how long, who reads what, and who alerts
// whom. Code, Kafka topics and ACLs, ClickHouse users and grants, and reports are derived from it.
//
// It holds no connection to anything: callers apply what it derives.
package policy
