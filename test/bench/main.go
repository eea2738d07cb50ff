// Command bench measures a whole deployment on this machine: the processor time that an interaction takes at each
// station, how many pass a second, and how long they take to be acknowledged and to become rows. It starts the
// deployment, sends texts made by seed, and prints one line of JSON for each figure and a table for people.
//
// Everything that is measured is on: TLS, sealing, transactions, detection, the counting of what was inserted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/test/apachekafka"
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
	binary string
	seed   uint64
	events int
	mixed  time.Duration
	// sustained is for how long interactions of 2 KB are sent as fast as rows of them appear.
	sustained time.Duration
	rate      int
	latency   time.Duration
	phases    string
	// partitions of the usual deployment; 0 is what the default policy says.
	partitions int
	// yields is how `hushlog dev` runs its services.
	yields bool
}

func run() error {
	var o options
	flag.StringVar(&o.binary, "binary", "", "the hushlog program; required")
	flag.Uint64Var(&o.seed, "seed", 1, "what the texts are made by")
	flag.IntVar(&o.events, "events", 20_000, "interactions of 2 KB for the figures by station")
	flag.DurationVar(&o.mixed, "mixed", 30*time.Second, "how long sizes like those of real traffic are sent")
	flag.DurationVar(&o.sustained, "sustained", time.Minute, "how long interactions of 2 KB are sent as fast as they are stored")
	flag.IntVar(&o.rate, "rate", 2000, "interactions a second while times are taken")
	flag.DurationVar(&o.latency, "latency", 15*time.Second, "how long times are taken")
	flag.IntVar(&o.partitions, "partitions", 0, "partitions of the stream while other phases than shapes run; 0 is the default policy's")
	flag.BoolVar(&o.yields, "yields", true, "services that work on the stream yield to those that somebody waits for, as `hushlog dev` runs them; not where other work is going on")
	flag.StringVar(&o.phases, "phases", "stations,plain,sizes,sustained,mixed,times,shapes,apache", "what is measured; shapes and apache come last, as they are deployments of their own")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	r := &report{}
	err := o.measure(ctx, r)
	if err != nil {
		return err
	}
	r.table(os.Stdout)
	return nil
}

// own phases need a deployment of their own.
const (
	phaseShapes = "shapes"
	phaseApache = "apache"
)

// measure takes the figures that were asked for.
func (o options) measure(ctx context.Context, r *report) error {
	usual, err := o.usual()
	if err != nil {
		return err
	}
	if len(usual) > 0 {
		err = o.on(ctx, r, shape{partitions: o.partitions}, usual...)
		if err != nil {
			return err
		}
	}
	if o.asked(phaseShapes) {
		err = o.shapes(ctx, r)
		if err != nil {
			return err
		}
	}
	if !o.asked(phaseApache) {
		return nil
	}
	r.prefix = "apache_kafka_"
	err = o.on(ctx, r, shape{apache: true}, (*field).stations, (*field).plain, (*field).times)
	if errors.Is(err, apachekafka.ErrMissing) {
		fmt.Fprintln(os.Stderr, "not measured: "+err.Error())
		return nil
	}
	return err
}

type phase = func(*field, context.Context) error

// usual are the phases on the deployment that `hushlog dev` makes.
func (o options) usual() ([]phase, error) {
	known := map[string]phase{"stations": (*field).stations, "plain": (*field).plain, "sizes": (*field).sizes, "sustained": (*field).sustained, "mixed": (*field).mixed, "times": (*field).times}
	var chosen []phase
	for name := range strings.SplitSeq(o.phases, ",") {
		if name == phaseShapes || name == phaseApache {
			continue
		}
		if known[name] == nil {
			return nil, fmt.Errorf("-phases: there is no %q", name)
		}
		chosen = append(chosen, known[name])
	}
	return chosen, nil
}

func (o options) asked(name string) bool { return slices.Contains(strings.Split(o.phases, ","), name) }

// on takes figures on a deployment of a shape, after a few interactions that are not counted.
func (o options) on(ctx context.Context, r *report, like shape, phases ...phase) error {
	f, err := start(ctx, o, like)
	if err != nil {
		return err
	}
	defer f.stop()
	f.report = r
	for _, phase := range append([]phase{(*field).warm}, phases...) {
		err = phase(f, ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// shapes shows what an interaction costs with three numbers of partitions and of projects.
func (o options) shapes(ctx context.Context, r *report) error {
	for _, n := range []int{1, 2, 16} {
		for _, like := range []shape{{partitions: n}, {projects: n}} {
			name := "partitions"
			if like.projects > 0 {
				name = "projects"
			}
			err := o.on(ctx, r, like, func(f *field, ctx context.Context) error {
				s, err := f.measure(ctx, "shape", o.events/2, twoKB)
				if err != nil {
					return err
				}
				f.report.add(fmt.Sprintf("cpu_all_stations_%d_%s", n, name), "us", s.each(s.total()), fmt.Sprintf("of it ClickHouse %.0f us", s.each(s.stations[identity.ClickHouse])))
				f.report.add(fmt.Sprintf("stored_2k_%d_%s", n, name), "events/s", float64(s.n)/s.all.Seconds(), "")
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
