package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// helperEnv makes the test binary a child of a kind.
const helperEnv = "HUSHLOG_TEST_SUPERVISED"

func TestMain(m *testing.M) {
	switch os.Getenv(helperEnv) {
	case "":
		os.Exit(m.Run())
	case "polite": // ends on SIGTERM
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		fmt.Println("up")
		<-stop
		fmt.Println("bye")
	case "deaf": // ignores SIGTERM
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("up")
		time.Sleep(time.Minute)
	case "broken":
		fmt.Fprintln(os.Stderr, "bad configuration")
		os.Exit(3)
	case "loud":
		for range 1000 {
			fmt.Println(strings.Repeat("x", 99))
		}
		time.Sleep(time.Minute)
	case "parent": // supervises a child and waits to be killed
		log := os.Args[len(os.Args)-1]
		p := New(helper(log, "polite"))
		go func() { _ = p.Run(context.Background()) }()
		err := p.Ready(context.Background())
		fmt.Println(p.PID(), err)
		time.Sleep(time.Minute)
	}
}

func helper(log, kind string) Config {
	return Config{
		Name: kind, Path: os.Args[0], Args: []string{log}, Env: append(os.Environ(), helperEnv+"="+kind), LogFile: log,
		Ready: func(context.Context) error {
			raw, err := os.ReadFile(log)
			if err == nil && !strings.Contains(string(raw), "up\n") {
				err = errors.New("not up")
			}
			return err
		},
		MinBackoff: 10 * time.Millisecond,
	}
}

// run starts the process and returns what stops it and gives Run's error.
func run(t *testing.T, p *Process) func() error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	stopped := false
	stop := func() error {
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() {
		if !stopped {
			_ = stop()
		}
	})
	return stop
}

func wait(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func alive(pid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(raw), ") Z ")
}

func TestStopsPolitely(t *testing.T) {
	log := filepath.Join(t.TempDir(), "logs", "child.log")
	p := New(helper(log, "polite"))
	stop := run(t, p)
	require.NoError(t, p.Ready(wait(t)))
	pid := p.PID()
	require.True(t, alive(pid))
	require.NoError(t, stop())
	require.False(t, alive(pid))
	require.Zero(t, p.PID())
	raw, err := os.ReadFile(log)
	require.NoError(t, err)
	require.Contains(t, string(raw), "bye")
	require.Error(t, p.Ready(wait(t)))
}

// TestChildYields: the child has the niceness that was asked for, in all its threads.
func TestChildYields(t *testing.T) {
	cfg := helper(filepath.Join(t.TempDir(), "log"), "polite")
	cfg.Nice = 7
	p := New(cfg)
	stop := run(t, p)
	require.NoError(t, p.Ready(t.Context()))
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.PID()))
	require.NoError(t, err)
	if len(threads) == 0 {
		t.Skip("skipped: there is no /proc here")
	}
	for _, thread := range threads {
		raw, err := os.ReadFile(thread)
		require.NoError(t, err)
		_, rest, _ := strings.Cut(string(raw), ") ")
		const niceness = 16
		require.Equal(t, "7", strings.Fields(rest)[niceness])
	}
	require.NoError(t, stop())
}

func TestKillsTheDeaf(t *testing.T) {
	cfg := helper(filepath.Join(t.TempDir(), "child.log"), "deaf")
	cfg.StopTimeout = 100 * time.Millisecond
	p := New(cfg)
	stop := run(t, p)
	require.NoError(t, p.Ready(wait(t)))
	pid := p.PID()
	require.NoError(t, stop())
	require.False(t, alive(pid))
}

func TestRestartsAfterACrash(t *testing.T) {
	p := New(helper(filepath.Join(t.TempDir(), "child.log"), "polite"))
	run(t, p)
	require.NoError(t, p.Ready(wait(t)))
	for n := 1; n <= 3; n++ {
		pid := p.PID()
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		require.Eventually(t, func() bool { return p.PID() != 0 && p.PID() != pid }, 10*time.Second, 5*time.Millisecond)
		require.NoError(t, p.Ready(wait(t)))
		require.Equal(t, n, p.Restarts())
	}
}

func TestFirstStartFails(t *testing.T) {
	log := filepath.Join(t.TempDir(), "child.log")
	p := New(helper(log, "broken"))
	err := p.Run(t.Context())
	require.ErrorIs(t, err, ErrNotStarted)
	require.ErrorContains(t, err, "its log "+log+" ends with: bad configuration")
	require.ErrorIs(t, p.Ready(t.Context()), ErrNotStarted)
}

func TestNeverReady(t *testing.T) {
	cfg := helper(filepath.Join(t.TempDir(), "child.log"), "polite")
	cfg.Ready = func(context.Context) error { return errors.New("never") }
	cfg.ReadyTimeout = 200 * time.Millisecond
	err := New(cfg).Run(t.Context())
	require.ErrorIs(t, err, ErrNotStarted)
	require.ErrorContains(t, err, "never")
}

func TestNoSuchProgram(t *testing.T) {
	err := New(Config{Name: "nothing", Path: "/nonexistent", LogFile: filepath.Join(t.TempDir(), "log")}).Run(t.Context())
	require.ErrorIs(t, err, ErrNotStarted)
}

func TestLogIsBounded(t *testing.T) {
	log := filepath.Join(t.TempDir(), "child.log")
	cfg := helper(log, "loud")
	cfg.LogBytes = 10_000
	cfg.StopTimeout = 100 * time.Millisecond
	cfg.Ready = nil
	p := New(cfg)
	run(t, p)
	// The files come and go while the child writes; both are there at the end.
	require.Eventually(t, func() bool {
		for _, path := range []string{log, log + ".1"} {
			info, err := os.Stat(path)
			if err != nil || info.Size() == 0 || info.Size() > 10_000+32<<10 {
				return false
			}
		}
		return true
	}, 10*time.Second, 10*time.Millisecond)
}

func TestChildDiesWithItsParent(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "parent.out")
	f, err := os.Create(out)
	require.NoError(t, err)
	defer f.Close()
	parent := exec.Command(os.Args[0], filepath.Join(dir, "child.log")) //nolint:noctx // killed below
	parent.Env = append(os.Environ(), helperEnv+"=parent")
	parent.Stdout = f
	require.NoError(t, parent.Start())
	var pid int
	require.Eventually(t, func() bool {
		raw, err := os.ReadFile(out)
		text, _, found := strings.Cut(string(raw), " <nil>")
		pid, _ = strconv.Atoi(text)
		return err == nil && found && pid > 0
	}, 20*time.Second, 10*time.Millisecond)
	require.True(t, alive(pid))
	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()
	require.Eventually(t, func() bool { return !alive(pid) }, 10*time.Second, 10*time.Millisecond)
}
