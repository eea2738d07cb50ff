// Command bench measures a whole deployment on this machine: the processor time that an interaction takes at each
// station, how many pass a second, and how long they take to be acknowledged and to become rows. It starts the
// deployment, sends texts made by seed, and prints one line of JSON for each figure and a table for people.
//
// Everything that is measured is on: TLS, sealing, transactions, detection, the counting of what was inserted.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"
)

func main() {
	err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

// options are what a run is asked for.
type options struct {
	binary  string
	seed    uint64
	events  int
	mixed   time.Duration
	rate    int
	latency time.Duration
	phases  string
}

func run() error {
	var o options
	flag.StringVar(&o.binary, "binary", "", "the hushlog program; required")
	flag.Uint64Var(&o.seed, "seed", 1, "what the texts are made by")
	flag.IntVar(&o.events, "events", 20_000, "interactions of 2 KB for the figures by station")
	flag.DurationVar(&o.mixed, "mixed", 30*time.Second, "how long sizes like those of real traffic are sent")
	flag.IntVar(&o.rate, "rate", 1000, "interactions a second while times are taken")
	flag.DurationVar(&o.latency, "latency", 15*time.Second, "how long times are taken")
	flag.StringVar(&o.phases, "phases", "stations,sizes,mixed,times", "what is measured, in this order")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	f, err := start(ctx, o)
	if err != nil {
		return err
	}
	defer f.stop()
	err = f.run(ctx)
	if err != nil {
		return err
	}
	f.report.table(os.Stdout)
	return nil
}

// run takes the figures that were asked for, after a few interactions that are not counted.
func (f *field) run(ctx context.Context) error {
	phases := map[string]func(context.Context) error{"stations": f.stations, "sizes": f.sizes, "mixed": f.mixed, "times": f.times}
	var chosen []func(context.Context) error
	for name := range strings.SplitSeq(f.options.phases, ",") {
		phase, known := phases[name]
		if !known {
			return fmt.Errorf("-phases: there is no %q", name)
		}
		chosen = append(chosen, phase)
	}
	for _, phase := range append([]func(context.Context) error{f.warm}, chosen...) {
		err := phase(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}
