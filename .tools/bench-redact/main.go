// Command bench-redact measures the engine of pkg/redact beside Go's regexp with plain patterns, gitleaks as a library
// and, where they are installed, Hyperscan and Presidio (Python packages). One run measures all of them on the same
// texts, in CPU time on one core, and writes the tables as Markdown.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

func main() {
	err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-redact:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	corpus string        // JSONL file with "text"; empty: generated texts only
	out    string        // Markdown file
	python string        // interpreter that may have hyperscan and presidio_analyzer
	seed   uint64        // of the generated texts
	least  time.Duration // CPU time that each measurement takes at least
	large  int           // bytes of the largest text
}

func run() error {
	var s settings
	flag.StringVar(&s.corpus, "corpus", "", "also measure the records of this JSONL `file` (objects with \"text\"), each by itself")
	flag.StringVar(&s.out, "out", "", "write the tables to this Markdown `file`, too")
	flag.StringVar(&s.python, "python", "python3", "Python `interpreter` that may have the packages hyperscan and presidio_analyzer")
	flag.Uint64Var(&s.seed, "seed", 1, "seed of the generated texts")
	flag.DurationVar(&s.least, "time", 300*time.Millisecond, "CPU time of each measurement, at least")
	flag.IntVar(&s.large, "large", 10<<20, "largest text in `bytes`")
	first := flag.String("first", "", "scan one small text with the named engine and end; a run does this to measure the first call")
	flag.Parse()
	if flag.NArg() > 0 {
		return errors.New("takes flags only; -help lists them")
	}
	runtime.GOMAXPROCS(1) // one core, and the collector's work counts
	if *first != "" {
		return firstCall(*first)
	}
	var b strings.Builder
	err := report(&b, s)
	if err != nil {
		return err
	}
	if s.out == "" {
		return nil
	}
	err = os.WriteFile(s.out, []byte(b.String()), 0o644) //nolint:gosec // a document for all to read
	if err != nil {
		return fmt.Errorf("write the tables: %w", err)
	}
	return nil
}
