//go:build unix

package service

import (
	"fmt"
	"syscall"
)

// noCoreDumps keeps the memory of this process, which holds keys, tokens and what is not redacted yet, out of files where it
// crashes.
func noCoreDumps() error {
	err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	if err != nil {
		return fmt.Errorf("turn core dumps off: %w", err)
	}
	return nil
}
