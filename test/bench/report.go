package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"time"
)

// figure is one number that was measured.
type figure struct {
	Name  string  `json:"bench"`
	Unit  string  `json:"unit"`
	Value float64 `json:"value"`
	// Note says how it was measured, where the name does not.
	Note string `json:"note,omitempty"`
}

// report gathers figures, each printed as it comes.
type report struct {
	figures []figure
	// prefix comes before the names of the figures that are added.
	prefix string
}

func (r *report) add(name, unit string, value float64, note string) {
	f := figure{r.prefix + name, unit, value, note}
	r.figures = append(r.figures, f)
	line, err := json.Marshal(f)
	if err != nil {
		panic(err) // strings and a number
	}
	fmt.Fprintln(os.Stdout, string(line))
}

// table is for people.
func (r *report) table(out io.Writer) {
	fmt.Fprintf(out, "\n%d cores, %s/%s, %s\n\n| figure | value | unit | |\n| --- | ---: | --- | --- |\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	for _, f := range r.figures {
		fmt.Fprintf(out, "| %s | %.4g | %s | %s |\n", f.Name, f.Value, f.Unit, f.Note)
	}
}

// quantile of durations, which it sorts.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(int(q*float64(len(all))), len(all)-1)]
}
