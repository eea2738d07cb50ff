// Package faults runs a whole deployment with replicas while its parts are killed, paused and cut off from each
// other by a plan that follows from a seed, and counts afterwards.
package faults
