// Package supervise keeps child processes running: it starts one, waits until
// it is ready, starts it again when it crashes and stops it in order. A child
// dies with its parent, however that ends.
//
// It leaves out what init systems do besides: dependencies between children,
// resource limits and users. Its caller starts and stops children in the order
// that it needs.
package supervise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// ErrNotStarted says that the child ended, or did not become ready in time,
// before it was ready for the first time. The error holds the last line of its
// log, which says why; starting it again as it is would not help.
var ErrNotStarted = errors.New("the process did not start")

// Config says what to run and how patiently.
type Config struct {
	// Name is for logs and errors.
	Name string
	// Path and Args are the program and its arguments.
	Path string
	Args []string
	// Env is the child's whole environment; nil means the parent's.
	Env []string
	// Dir is the child's working directory. Default: the parent's.
	Dir string
	// LogFile gets the child's standard output and error, appended.
	LogFile string
	// LogBytes bounds LogFile; the one before is kept as LogFile.1. Default 16 MiB.
	LogBytes int64
	// Ready returns nil once the child does its work. It is called again and
	// again after each start, each call for at most two seconds. Nil: a started
	// child is ready.
	Ready func(ctx context.Context) error
	// ReadyTimeout bounds the time from a start until Ready returns nil. Default
	// 30 s. Too low kills slow starts, too high hides that the child hangs.
	ReadyTimeout time.Duration
	// StopTimeout is how long the child has after SIGTERM before it is killed.
	// Default 15 s.
	StopTimeout time.Duration
	// MinBackoff and MaxBackoff bound the pause before the child is started
	// again; it doubles with each crash and starts over after a minute's run.
	// Defaults 100 ms and 10 s.
	MinBackoff, MaxBackoff time.Duration
	// Nice is the child's niceness on Linux, 1 to 19: the higher, the more it yields to other processes when there is more to
	// do than the cores can. 0 leaves the parent's.
	Nice int
	// Logger gets starts, crashes and stops. Nil discards them.
	Logger *slog.Logger
}

const (
	readyInterval = 50 * time.Millisecond
	readyCall     = 2 * time.Second
	steadyRun     = time.Minute
	// outputDelay is how long the child's output may stay open after its end,
	// when processes of its own still hold it.
	outputDelay = 2 * time.Second
)

// Process is one supervised child. Its methods may be called from any goroutine.
type Process struct {
	cfg Config

	mu       sync.Mutex // guards the fields below
	pid      int        // 0 while no child runs
	ready    bool
	restarts int
	err      error         // why Run ended
	ended    bool          // Run has returned
	changed  chan struct{} // closed at the next change
}

// New returns a process that Run starts.
func New(cfg Config) *Process {
	if cfg.LogBytes == 0 {
		cfg.LogBytes = 16 << 20
	}
	if cfg.ReadyTimeout == 0 {
		cfg.ReadyTimeout = 30 * time.Second
	}
	if cfg.StopTimeout == 0 {
		cfg.StopTimeout = 15 * time.Second
	}
	if cfg.MinBackoff == 0 {
		cfg.MinBackoff = 100 * time.Millisecond
	}
	if cfg.MaxBackoff == 0 {
		cfg.MaxBackoff = 10 * time.Second
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Logger = cfg.Logger.With(slog.String("process", cfg.Name))
	return &Process{cfg: cfg, changed: make(chan struct{})}
}

// Run starts the child and keeps it running until ctx ends; then it stops it
// and returns nil. A child that was never ready is not started again: Run
// returns [ErrNotStarted]. Run is called once, and where Nice is set as the last thing that its goroutine does.
func (p *Process) Run(ctx context.Context) error {
	// The kernel sends a child its parent-death signal when the thread that
	// started it ends, so this thread must live as long as the children.
	runtime.LockOSThread()
	if p.cfg.Nice == 0 {
		defer runtime.UnlockOSThread()
	} else {
		// Children get it from the thread that starts them. It is not unlocked, so that it ends with this goroutine: a thread
		// that yields cannot be made one that does not.
		err := yield(p.cfg.Nice)
		if err != nil {
			p.cfg.Logger.WarnContext(ctx, "the process gets no niceness of its own", slog.Int("nice", p.cfg.Nice), slog.String("error", err.Error()))
		}
	}
	err := p.run(ctx)
	if err != nil {
		err = fmt.Errorf("%s: %w", p.cfg.Name, err)
	}
	p.update(func() { p.pid, p.ready, p.ended, p.err = 0, false, true, err })
	return err
}

func (p *Process) run(ctx context.Context) error {
	log, err := openLog(p.cfg.LogFile, p.cfg.LogBytes)
	if err != nil {
		return err
	}
	defer log.close()
	started := false
	backoff := p.cfg.MinBackoff
	for ctx.Err() == nil {
		begin := time.Now()
		wasReady, err := p.once(ctx, log)
		started = started || wasReady
		if ctx.Err() != nil {
			return nil
		}
		if !started {
			return notStarted(err, p.cfg.LogFile, log.lastLine())
		}
		if time.Since(begin) >= steadyRun {
			backoff = p.cfg.MinBackoff
		}
		pause := backoff/2 + rand.N(backoff/2+1) //nolint:gosec // jitter needs no secrecy
		p.cfg.Logger.WarnContext(ctx, "process ended, starting it again",
			slog.String("error", err.Error()), slog.Duration("pause", pause))
		p.update(func() { p.restarts++ })
		sleep(ctx, pause)
		backoff = min(2*backoff, p.cfg.MaxBackoff)
	}
	return nil
}

// notStarted says how the child ended and what it said last.
func notStarted(err error, path, said string) error {
	if said == "" {
		return fmt.Errorf("%w: %w; it wrote nothing to its log %s", ErrNotStarted, err, path)
	}
	return fmt.Errorf("%w: %w; its log %s ends with: %s", ErrNotStarted, err, path, said)
}

// once runs the child to its end and returns whether it was ready, and how it
// ended.
func (p *Process) once(ctx context.Context, log *logFile) (bool, error) {
	cmd := exec.Command(p.cfg.Path, p.cfg.Args...) //nolint:gosec,noctx // what to run is the caller's; ctx stops it with SIGTERM first, below
	cmd.Env, cmd.Dir = p.cfg.Env, p.cfg.Dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.WaitDelay = outputDelay
	cmd.SysProcAttr = processAttributes()
	err := cmd.Start()
	if err != nil {
		return false, fmt.Errorf("start %s: %w", p.cfg.Path, err)
	}
	pid := cmd.Process.Pid
	p.cfg.Logger.InfoContext(ctx, "process started", slog.Int("pid", pid))
	p.update(func() { p.pid = pid })
	ended := make(chan outcome, 1)
	go func() { ended <- outcome{cmd.Wait()} }()
	ready, err := p.watch(ctx, cmd.Process, ended)
	p.update(func() { p.pid, p.ready = 0, false })
	return ready, err
}

// outcome is how something ended, for those who only wait for the end too.
type outcome struct{ err error }

// watch waits until the child has ended, by itself or because ctx did.
func (p *Process) watch(ctx context.Context, child *os.Process, ended <-chan outcome) (bool, error) {
	readyCtx, cancel := context.WithTimeout(ctx, p.cfg.ReadyTimeout)
	defer cancel()
	becameReady := make(chan outcome, 1)
	go func() { becameReady <- outcome{p.awaitReady(readyCtx)} }()
	ready := false
	for {
		select {
		case end := <-ended:
			cancel()
			if becameReady != nil {
				<-becameReady
			}
			return ready, exitError(end.err)
		case got := <-becameReady:
			becameReady = nil
			if got.err == nil {
				ready = true
				p.update(func() { p.ready = true })
				continue
			}
			if ctx.Err() == nil {
				p.kill(child)
				<-ended
				return ready, fmt.Errorf("not ready within %s: %w", p.cfg.ReadyTimeout, got.err)
			}
		case <-ctx.Done():
			p.stop(child, ended)
			if becameReady != nil {
				<-becameReady
			}
			return ready, nil
		}
	}
}

// stop asks the child to end and kills it when it does not.
func (p *Process) stop(child *os.Process, ended <-chan outcome) {
	log := context.Background()
	p.terminate(child)
	timer := time.NewTimer(p.cfg.StopTimeout)
	defer timer.Stop()
	select {
	case <-ended:
		p.cfg.Logger.InfoContext(log, "process stopped", slog.Int("pid", child.Pid))
	case <-timer.C:
		p.cfg.Logger.WarnContext(log, "process did not stop in time, killing it",
			slog.Int("pid", child.Pid), slog.Duration("timeout", p.cfg.StopTimeout))
		p.kill(child)
		<-ended
	}
}

// terminate asks the child to end. One that has ended already is fine.
func (p *Process) terminate(child *os.Process) {
	err := child.Signal(syscall.SIGTERM)
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.cfg.Logger.WarnContext(context.Background(), "SIGTERM", slog.String("error", err.Error()))
	}
}

// kill ends the child and what it has started.
func (p *Process) kill(child *os.Process) {
	err := killGroup(child)
	if err != nil && !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH) {
		p.cfg.Logger.WarnContext(context.Background(), "SIGKILL", slog.String("error", err.Error()))
	}
}

// awaitReady calls Ready until it returns nil.
func (p *Process) awaitReady(ctx context.Context) error {
	if p.cfg.Ready == nil {
		return nil
	}
	for {
		call, cancel := context.WithTimeout(ctx, readyCall)
		err := p.cfg.Ready(call)
		cancel()
		if err == nil {
			return nil
		}
		sleep(ctx, readyInterval)
		if ctx.Err() != nil {
			return err
		}
	}
}

// Ready waits until the child is ready. It returns Run's error when Run has
// ended, and ctx's when that ends first.
func (p *Process) Ready(ctx context.Context) error {
	for {
		p.mu.Lock()
		ready, ended, err, changed := p.ready, p.ended, p.err, p.changed
		p.mu.Unlock()
		switch {
		case ready:
			return nil
		case ended && err != nil:
			return err
		case ended:
			return fmt.Errorf("%s: stopped", p.cfg.Name)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s: wait until it is ready: %w", p.cfg.Name, ctx.Err())
		}
	}
}

// PID returns the child's process id, or 0 while none runs. It changes with
// each start.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pid
}

// Restarts returns how often the child was started again.
func (p *Process) Restarts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.restarts
}

// update changes the state and wakes those who wait for a change.
func (p *Process) update(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	close(p.changed)
	p.changed = make(chan struct{})
}

// exitError says how a child ended that was not to end.
func exitError(err error) error {
	if err == nil {
		return errors.New("it ended with code 0")
	}
	return fmt.Errorf("it ended: %w", err)
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
