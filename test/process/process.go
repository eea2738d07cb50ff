// Package process runs the programs that a test needs beside it, so that none outlives the test:
// each ends with the process that started it, however that ends.
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// ErrEnded says that a process is not running any more.
var ErrEnded = errors.New("process has ended")

// Process is a started program. Its methods may be called from several goroutines.
type Process struct {
	name    string
	process *os.Process
	done    chan struct{} // closed when the process has ended
	exitErr error         // why it ended; read after done
}

// Start runs cmd in a process group of its own, with its output appended to the file at logPath.
// cmd must have been made without a context that ends before the process is to end.
func Start(name string, cmd *exec.Cmd, logPath string) (*Process, error) {
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log of %s: %w", name, err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	p := &Process{name: name, done: make(chan struct{})}
	started := make(chan error, 1)
	go p.run(cmd, log, started)
	err = <-started
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p.process = cmd.Process
	return p, nil
}

// run starts the process and waits for it on one thread: Pdeathsig fires when the thread that started
// the process ends.
func (p *Process) run(cmd *exec.Cmd, log *os.File, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.done)
	defer func() { _ = log.Close() }()
	err := cmd.Start()
	started <- err
	if err == nil {
		p.exitErr = cmd.Wait()
	}
}

// Alive returns nil while the process runs, and then ErrEnded with its exit status. A nil Process never ran.
func (p *Process) Alive() error {
	if p == nil {
		return ErrEnded
	}
	select {
	case <-p.done:
		return fmt.Errorf("%s: %w (%w)", p.name, ErrEnded, p.status())
	default:
		return nil
	}
}

func (p *Process) status() error {
	if p.exitErr == nil {
		return errors.New("exit status 0")
	}
	return p.exitErr
}

// Stop asks the process to end and returns when it has; after timeout, or when ctx ends, it is killed.
func (p *Process) Stop(ctx context.Context, timeout time.Duration) error {
	if p.Alive() != nil {
		return nil
	}
	err := p.process.Signal(syscall.SIGTERM)
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return p.Kill()
	}
}

// Signal sends the process a signal; it returns ErrEnded when it does not run.
func (p *Process) Signal(signal os.Signal) error {
	err := p.Alive()
	if err != nil {
		return err
	}
	err = p.process.Signal(signal)
	if err != nil {
		return fmt.Errorf("send %s to %s: %w", signal, p.name, err)
	}
	return nil
}

// PID is the process's id.
func (p *Process) PID() int { return p.process.Pid }

// Kill ends the process as a crash would (kill -9) and returns when it is gone.
func (p *Process) Kill() error {
	if p.Alive() != nil {
		return nil
	}
	err := p.process.Kill()
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill %s: %w", p.name, err)
	}
	<-p.done
	return nil
}
