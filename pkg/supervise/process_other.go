//go:build !linux

package supervise

import (
	"os"
	"syscall"
)

// processAttributes: a child's life can be tied to its parent's on Linux only.
func processAttributes() *syscall.SysProcAttr { return nil }

func killGroup(child *os.Process) error { return child.Kill() }
