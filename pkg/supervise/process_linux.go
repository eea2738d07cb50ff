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

// yield sets the niceness of the calling thread, and of the children that it starts.
func yield(nice int) error { return syscall.Setpriority(syscall.PRIO_PROCESS, 0, nice) }
