//go:build !linux

package supervise

import (
	"os"
	"syscall"
)

// processAttributes: a child's life can be tied to its parent's on Linux only.
func processAttributes() *syscall.SysProcAttr { return nil }

func killGroup(child *os.Process) error { return child.Kill() }

// yield: niceness goes by threads on Linux only.
func yield(int) error { return nil }
