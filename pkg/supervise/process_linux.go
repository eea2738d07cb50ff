package supervise

import (
	"os"
	"syscall"
)

// processAttributes ties the child's life to the parent's, and puts it in a
// process group of its own, so that a terminal's interrupt reaches the parent
// only, which then stops its children in order.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func killGroup(child *os.Process) error { return syscall.Kill(-child.Pid, syscall.SIGKILL) }
