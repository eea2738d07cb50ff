//go:build !race

package redact

// raceShare is explained in race_on_test.go.
const raceShare = 1
