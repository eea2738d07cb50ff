package main

import (
	_ "embed" // for bench.py
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

//go:embed bench.py
var benchPy string

// kindSize is the size of the texts that kinds are compared on: of each kind records, this many bytes together.
const kindSize = 200_000

// sizes are the sizes of single texts.
var sizes = []int{100, 1_000, 10_000, 100_000, 1_000_000, 10 << 20}

// column is one set of texts.
type column struct {
	title string
	texts []string
}

// report measures all engines, and writes the tables to standard output and w.
func report(w *strings.Builder, s settings) error {
	out := io.MultiWriter(os.Stdout, w)
	starts, err := measureStarts()
	if err != nil {
		return err
	}
	columns, err := columnsOf(s)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Machine: %s\n\n", machine())
	fmt.Fprintf(out, "Megabytes (10^6 bytes) a second of CPU time on one core; records are scanned one by one.\n\n")
	fmt.Fprintf(out, "| engine |%s\n| --- |%s\n", titles(columns), strings.Repeat(" ---: |", len(columns)))
	var details strings.Builder
	for _, e := range engines {
		err = measureEngine(out, &details, e, starts[e.name], columns, s)
		if err != nil {
			return err
		}
	}
	sets := make([][]string, len(columns))
	for i, c := range columns {
		sets[i] = c.texts
	}
	for _, e := range externals {
		if !e.available(s.python) {
			fmt.Fprintf(out, "| %s | skipped: the Python package %s is not installed |\n", e.name, e.module)
			continue
		}
		results, err := e.measure(s.python, sets)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "| %s |%s\n", e.name, speeds(results))
	}
	base := starts[none]
	fmt.Fprintf(out, "\nA process of this program that does nothing takes %s and %.0f MB, with the tables that all engines make before they are asked.\n\n", milliseconds(base.cpu), float64(base.memory)/1e6)
	fmt.Fprintf(out, "| engine | first answer, CPU | memory at that | allocations a prompt | bytes allocated a byte | found in prompts |\n| --- | ---: | ---: | ---: | ---: | ---: |\n%s\n", details.String())
	for _, e := range engines {
		fmt.Fprintf(out, "- %s: %s\n", e.name, e.note)
	}
	for _, e := range externals {
		fmt.Fprintf(out, "- %s: %s\n", e.name, e.note)
	}
	return nil
}

// measureStarts measures the first call of every engine. It comes first: a child's memory counts from what its parent had.
func measureStarts() (map[string]start, error) {
	out := map[string]start{}
	names := []string{none}
	for _, e := range engines {
		names = append(names, e.name)
	}
	for _, name := range names {
		first, err := measureStart(name)
		if err != nil {
			return nil, err
		}
		out[name] = first
	}
	return out, nil
}

// measureEngine writes the engine's line of the table of speeds to out, and that of the other table to details.
func measureEngine(out io.Writer, details *strings.Builder, e engine, first start, columns []column, s settings) error {
	scan, err := e.open()
	if err != nil {
		return err
	}
	results := make([]result, len(columns))
	var prompts result
	for i, c := range columns {
		debug.FreeOSMemory()
		results[i] = measure(scan, c.texts, s.least)
		if c.title == kinds[len(kinds)-1].name {
			prompts = results[i]
		}
	}
	fmt.Fprintf(out, "| %s |%s\n", e.name, speeds(results))
	fmt.Fprintf(details, "| %s | %s | %.0f MB | %.1f | %.1f | %d |\n", e.name, milliseconds(first.cpu), float64(first.memory)/1e6, prompts.allocs, prompts.perByte, prompts.found)
	return nil
}

// columnsOf makes the texts: each kind as records, prompts at each size as one text, and the corpus.
func columnsOf(s settings) ([]column, error) {
	var out []column
	for _, k := range kinds {
		out = append(out, column{k.name, k.records(s.seed, kindSize)})
	}
	last := kinds[len(kinds)-1]
	for _, n := range sizes {
		if n <= s.large {
			out = append(out, column{sizeName(n), []string{last.text(s.seed, n)}})
		}
	}
	if s.corpus == "" {
		return out, nil
	}
	texts, err := readRecords(s.corpus)
	if err != nil {
		return nil, err
	}
	return append(out, column{"corpus", texts}), nil
}

func sizeName(n int) string {
	switch {
	case n >= 1_000_000:
		return fmt.Sprintf("%d MB", n/1_000_000)
	case n >= 1000:
		return fmt.Sprintf("%d KB", n/1000)
	}
	return fmt.Sprintf("%d B", n)
}

func titles(columns []column) string {
	var b strings.Builder
	for _, c := range columns {
		b.WriteString(" " + c.title + " |")
	}
	return b.String()
}

func speeds(results []result) string {
	var b strings.Builder
	for _, r := range results {
		if r.measured {
			fmt.Fprintf(&b, " %.2f |", r.speed())
		} else {
			b.WriteString(" too slow |")
		}
	}
	return b.String()
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
}

// machine describes what this runs on.
func machine() string {
	model := "unknown processor"
	info, err := os.ReadFile("/proc/cpuinfo") // Linux only; elsewhere the architecture must do
	if err == nil {
		for line := range strings.Lines(string(info)) {
			name, value, ok := strings.Cut(line, ":")
			if ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}
