// Package guard decides whether a person's statement may run. ClickHouse's own parser reads it first;
// the guard reads what the parser understood and lets exactly one SELECT pass, over tables of the
// person's role and functions of a closed list.
//
// It is the first of two walls: the statement then runs as the ClickHouse user of the role, whose
// grants and row filters hold by themselves. The guard is there for what grants do not cover:
// functions and table functions that reach files, hosts and settings, and limits that a statement
// could lift.
package guard
