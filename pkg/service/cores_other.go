//go:build !unix

package service

// noCoreDumps does nothing where there are none to be turned off.
func noCoreDumps() error { return nil }
