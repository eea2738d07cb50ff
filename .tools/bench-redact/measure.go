package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// result is what one engine does with one set of texts.
type result struct {
	bytes    int           // of the texts
	cpu      time.Duration // for all of them, once
	found    int
	allocs   float64 // for each text
	perByte  float64 // bytes allocated for each byte of text
	measured bool
}

// speed is in megabytes (10^6) a second.
func (r result) speed() float64 { return float64(r.bytes) / 1e6 / r.cpu.Seconds() }

// cpuTime is what this process has used, in user and system mode.
func cpuTime() time.Duration {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	if err != nil {
		panic(err) // the arguments are constant
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure scans texts again and again until least CPU time has passed, and keeps the fastest round.
func measure(scan func(string) int, texts []string, least time.Duration) result {
	r := result{measured: true}
	for _, t := range texts {
		r.bytes += len(t)
	}
	// A round shorter than the clock's steps would measure the clock.
	repeat := 1 + 200_000/(r.bytes+1)
	var before, after runtime.MemStats
	for spent := time.Duration(0); spent < least || r.cpu == 0; {
		runtime.ReadMemStats(&before)
		start := cpuTime()
		r.found = 0
		for range repeat {
			for _, t := range texts {
				r.found += scan(t)
			}
		}
		took := cpuTime() - start
		runtime.ReadMemStats(&after)
		spent += max(took, time.Microsecond)
		took /= time.Duration(repeat)
		r.found /= repeat
		if took > 0 && (r.cpu == 0 || took < r.cpu) {
			r.cpu = took
		}
		runs := float64(repeat)
		r.allocs = float64(after.Mallocs-before.Mallocs) / runs / float64(len(texts))
		r.perByte = float64(after.TotalAlloc-before.TotalAlloc) / runs / float64(max(1, r.bytes))
	}
	return r
}

// start is what it takes to get a first answer: CPU time and the most memory that a process has used.
type start struct {
	cpu    time.Duration
	memory int64 // bytes
}

// none names no engine: the cost of a process by itself.
const none = "none"

// firstCall scans one small text and ends.
func firstCall(name string) error {
	if name == none {
		return nil
	}
	for _, e := range engines {
		if e.name != name {
			continue
		}
		scan, err := e.open()
		if err != nil {
			return err
		}
		scan("Hello, my e-mail is jane.doe@company.com and I am looking for help with this order, thank you very much.")
		return nil
	}
	return fmt.Errorf("no engine is named %q", name)
}

// measureStart runs this program once more, for the first call only. The best of three counts.
func measureStart(name string) (start, error) {
	self, err := os.Executable()
	if err != nil {
		return start{}, fmt.Errorf("find this program: %w", err)
	}
	best := start{}
	for range 3 {
		cmd := exec.Command(self, "-first", name) //nolint:gosec,noctx // this program, and it ends by itself
		cmd.Stderr = os.Stderr
		err = cmd.Run()
		if err != nil {
			return start{}, fmt.Errorf("first call of %s: %w", name, err)
		}
		usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			return start{}, errors.New("this system does not tell what a process has used")
		}
		s := start{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory: usage.Maxrss * 1024}
		if best.cpu == 0 || s.cpu < best.cpu {
			best = s
		}
	}
	return best, nil
}

// external is an engine in Python.
type external struct {
	name, module, note string
}

var externals = []external{
	{"hyperscan", "hyperscan", "Hyperscan, the same 24 patterns, no validation, through Python"},
	{"presidio", "presidio_analyzer", "Presidio's AnalyzerEngine with its default recognisers, English"},
}

// answer is what bench.py writes for each set of texts.
type answer struct {
	CPU   float64 `json:"cpu"` // seconds
	Found int     `json:"found"`
}

// available reports whether the Python package can be imported.
func (e external) available(python string) bool {
	return exec.Command(python, "-c", "import "+e.module).Run() == nil //nolint:gosec,noctx // a name of the table above
}

// measure has sets of texts scanned by a child process.
func (e external) measure(python string, sets [][]string) ([]result, error) {
	type expr struct{ Name, Expr string }
	exprs := make([]expr, len(patterns))
	for i, p := range patterns {
		exprs[i] = expr{p.name, p.expr}
	}
	in, err := os.CreateTemp("", "bench-redact-*.json")
	if err != nil {
		return nil, fmt.Errorf("make a file for the texts: %w", err)
	}
	defer func() { _ = os.Remove(in.Name()) }()
	err = errors.Join(json.NewEncoder(in).Encode(map[string]any{"patterns": exprs, "sets": sets}), in.Close())
	if err != nil {
		return nil, fmt.Errorf("write the texts: %w", err)
	}
	cmd := exec.Command(python, "-c", benchPy, e.name, in.Name()) //nolint:gosec,noctx // our own script
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.name, err)
	}
	var answers []answer
	err = json.Unmarshal(out, &answers)
	if err != nil || len(answers) != len(sets) {
		return nil, fmt.Errorf("%s: unexpected answer", e.name)
	}
	results := make([]result, len(sets))
	for i, a := range answers {
		r := result{cpu: time.Duration(a.CPU * float64(time.Second)), found: a.Found, measured: a.CPU > 0}
		for _, t := range sets[i] {
			r.bytes += len(t)
		}
		results[i] = r
	}
	return results, nil
}
