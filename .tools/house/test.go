package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// stopGrace is how long go test may take to end its test binaries once it was
// asked to stop.
const stopGrace = 10 * time.Second

// module is one `go test` run: a folder and how to test it.
type module struct {
	dir   string
	race  bool
	alone bool // outside go.work
}

func parseModule(arg string) (module, error) {
	parts := strings.Split(arg, ":")
	m := module{dir: parts[0]}
	for _, word := range parts[1:] {
		switch word {
		case "race":
			m.race = true
		case "alone":
			m.alone = true
		default:
			return module{}, fmt.Errorf("unknown word %q in %q: race or alone", word, arg)
		}
	}
	return m, nil
}

// runTest runs the tests of all given modules, each to its end, and prints the
// skipped tests with their reasons, the failed ones, and the counts last. It
// returns errFound when a test failed or a module could not be tested.
func runTest(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	summary := flags.String("summary", "", "write the counts to this file")
	timeout := flags.Duration("timeout", 5*time.Minute, "limit for one test binary")
	pattern := flags.String("run", "", "run only tests that match")
	packages := flags.String("packages", "./...", "packages in each module")
	short := flags.Bool("short", false, "pass -short")
	err := flags.Parse(args)
	if err != nil {
		return err
	}

	rep := newReport(out)
	for _, arg := range flags.Args() {
		m, err := parseModule(arg)
		if err != nil {
			return err
		}
		goArgs := []string{"test", "-json", "-vet=off", "-count=1", "-timeout=" + timeout.String()}
		if m.race {
			goArgs = append(goArgs, "-race")
		}
		if *short {
			goArgs = append(goArgs, "-short")
		}
		if *pattern != "" {
			goArgs = append(goArgs, "-run="+*pattern)
		}
		err = testModule(ctx, m, append(goArgs, strings.Fields(*packages)...), rep)
		if ctx.Err() != nil {
			return fmt.Errorf("stopped while testing %s: %w", m.dir, ctx.Err())
		}
		if err != nil {
			rep.broken(m.dir, err)
		}
	}
	rep.finish()
	if *summary != "" {
		err = writeSummary(*summary, rep.counts)
		if err != nil {
			return err
		}
	}
	if rep.counts.failed > 0 {
		return errFound
	}
	return nil
}

// testModule feeds the events of one `go test` to rep. An error means that go
// test itself did not work; failed tests are told through rep.
func testModule(ctx context.Context, m module, goArgs []string, rep *report) error {
	cmd := exec.CommandContext(ctx, "go", goArgs...) //nolint:gosec // G204: the arguments are flags made above and package patterns
	cmd.Dir = m.dir
	cmd.Env = os.Environ()
	if m.race {
		cmd.Env = append(cmd.Env, "CGO_ENABLED=1")
	}
	if m.alone {
		cmd.Env = append(cmd.Env, "GOWORK=off")
	}
	// Interrupted, go test passes the signal on to its test binaries.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopGrace
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	err = cmd.Start()
	if err != nil {
		return err
	}
	before := rep.counts.failed
	rep.module(m)
	readErr := rep.read(bufio.NewReader(stdout))
	err = cmd.Wait()
	rep.endModule()
	if readErr != nil {
		return readErr
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && rep.counts.failed > before {
		return nil // told already, test by test
	}
	if err != nil {
		return fmt.Errorf("go test: %w\n%s", err, stderr.String())
	}
	return nil
}

func writeSummary(path string, c counts) error {
	err := os.MkdirAll(filepath.Dir(path), 0o750)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(c.String()+"\n"), 0o600)
}

// runSum adds up summaries written by other runs and prints the sum as the
// last line. A summary that is missing belongs to a target that broke: it
// counts as one failure.
func runSum(_ context.Context, args []string, out io.Writer) error {
	var sum counts
	for _, path := range args {
		c, err := readSummary(path)
		if errors.Is(err, os.ErrNotExist) {
			fmt.Fprintf(out, "%s: no result\n", filepath.Base(path))
			sum.failed++
			continue
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %s\n", filepath.Base(path), c)
		sum.passed += c.passed
		sum.failed += c.failed
		sum.skipped += c.skipped
	}
	fmt.Fprintln(out, sum)
	if sum.failed > 0 {
		return errFound
	}
	return nil
}

func readSummary(path string) (counts, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return counts{}, err
	}
	var c counts
	_, err = fmt.Sscanf(string(text), "%d passed, %d failed, %d skipped", &c.passed, &c.failed, &c.skipped)
	if err != nil {
		return counts{}, fmt.Errorf("read %s: %w", path, err)
	}
	return c, nil
}
