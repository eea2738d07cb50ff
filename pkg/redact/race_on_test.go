//go:build race

package redact

// raceShare divides the rounds of tests that only compute: the race detector makes them ten times slower and has nothing
// to find in them. What runs concurrently has tests of its own.
const raceShare = 10
