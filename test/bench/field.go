package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hushlog/hushlog/pkg/client"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/supervise"
	"github.com/hushlog/hushlog/services/demo"
	"github.com/hushlog/hushlog/services/dev"
	"github.com/hushlog/hushlog/services/setup"
	"github.com/hushlog/hushlog/test/apachekafka"
)

const (
	connections = 4
	// stopWithin bounds the end of Apache Kafka.
	stopWithin = 30 * time.Second
	// storedWithin bounds the wait for rows.
	storedWithin = 3 * time.Minute
	// lookEvery is how often ingest is asked what it has stored: often enough for events a second, seldom enough that
	// answering is not what is measured.
	lookEvery = 200 * time.Millisecond
)

// field is the deployment that is measured.
type field struct {
	options options
	shape   shape
	dir     string
	stack   *dev.Stack
	target  demo.Target
	clients []*client.Client
	// apache is the Kafka where it is not the embedded one.
	apache *apachekafka.Cluster
	report *report
	// whole is what an interaction of 2 KB took at all stations, in microseconds, once it was measured.
	whole float64
	// sent is how many rows there must be.
	sent int
}

// shape is how a deployment differs from the usual one. 0 is what the policy says, and one project.
type shape struct {
	partitions, projects int
	apache               bool
}

// start makes a deployment in a temporary directory whose policy lets a project send as much as it can.
func start(ctx context.Context, o options, like shape) (*field, error) {
	if o.binary == "" {
		return nil, errors.New("name the hushlog program with -binary")
	}
	dir, err := os.MkdirTemp("", "hushlog-bench")
	if err != nil {
		return nil, err
	}
	f := &field{options: o, dir: dir, shape: like}
	err = f.open(ctx)
	if err != nil {
		f.stop()
		return nil, err
	}
	return f, nil
}

func (f *field) open(ctx context.Context) error {
	layout := identity.Layout{Dir: filepath.Join(f.dir, "deployment")}
	_, err := setup.Prepare(layout, nil)
	if err != nil {
		return err
	}
	err = f.shape.write(layout.Policy())
	if err != nil {
		return err
	}
	options := dev.Options{Dir: layout.Dir, Binary: f.options.binary, Yields: f.options.yields}
	if f.shape.apache {
		f.apache, err = apachekafka.Start(ctx, apachekafka.Config{Dir: filepath.Join(f.dir, "kafka"), Deployment: layout})
		if err != nil {
			return err
		}
		options.Kafka = strings.Join(f.apache.Brokers(), ",")
	}
	f.stack, err = dev.Start(ctx, options)
	if err != nil {
		return err
	}
	f.target = demo.Target{GatewayGRPC: f.stack.Addresses.GRPC, Query: f.stack.Addresses.Query, Tokens: map[string]string{}}
	f.target.Tokens["security"], err = f.stack.AddPerson("bench", "security")
	if err != nil {
		return err
	}
	f.target.TLS, err = f.stack.ClientTLS()
	if err != nil {
		return err
	}
	for i := range max(connections, f.shape.projects) {
		key, err := f.stack.CreateKey(projectName(i % max(f.shape.projects, 1)))
		if err != nil {
			return err
		}
		c, err := client.New(f.target.GatewayGRPC, client.Options{APIKey: key, TLS: f.target.TLS, Attempts: 20, Timeout: 30 * time.Second})
		if err != nil {
			return err
		}
		f.clients = append(f.clients, c)
	}
	return nil
}

// projectName names the i-th project: the first is the policy's own.
func projectName(i int) string {
	if i == 0 {
		return "demo"
	}
	return fmt.Sprintf("bench-%d", i)
}

// write makes the policy that of the shape, and takes the limits of a project out of the way.
func (s shape) write(policy string) error {
	doc, err := os.ReadFile(policy)
	if err != nil {
		return err
	}
	wide := string(doc)
	changes := []struct{ was, is string }{
		{"events_per_second: 2000", "events_per_second: 1000000"},
		{"bytes_per_second: 32MiB", "bytes_per_second: 1GiB"},
		{"queries_per_hour: 2000", "queries_per_hour: 1000000"},
	}
	if s.partitions > 0 {
		changes = append(changes, struct{ was, is string }{"\n  partitions: 2 ", fmt.Sprintf("\n  partitions: %d ", s.partitions)})
	}
	if s.projects > 1 {
		more := "\nprojects:\n"
		for i := 1; i < s.projects; i++ {
			more += fmt.Sprintf("  %s:\n    description: Of a measurement\n    environments: []\n    purposes: [debugging]\n    least_class: Internal\n    limits: {}\n", projectName(i))
		}
		changes = append(changes, struct{ was, is string }{"\nprojects:\n", more})
	}
	for _, limit := range changes {
		if !strings.Contains(wide, limit.was) {
			return fmt.Errorf("%s has no %q any more", policy, limit.was)
		}
		wide = strings.ReplaceAll(wide, limit.was, limit.is)
	}
	return os.WriteFile(policy, []byte(wide), 0o600)
}

func (f *field) stop() {
	for _, c := range f.clients {
		_ = c.Close()
	}
	if f.stack != nil {
		f.stack.Stop()
	}
	if f.apache != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
		defer cancel()
		_ = f.apache.Stop(ctx) // what does not stop is killed
	}
	_ = os.RemoveAll(f.dir)
}

// rows is how many interactions ingest has stored: ClickHouse has acknowledged them, and they can be queried. It is
// asked and not ClickHouse, so that looking costs nothing of what is measured.
func (f *field) rows(ctx context.Context) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+f.stack.Addresses.Admin[identity.Ingest]+"/metrics", http.NoBody)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Accept-Encoding", "identity") // compressing the answer would be measured with what is measured
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		value, found := strings.CutPrefix(lines.Text(), "hushlog_ingest_interactions_total ")
		if found {
			n, err := strconv.ParseFloat(value, 64)
			return int(n), err
		}
	}
	return 0, errors.Join(errors.New("ingest does not say how many interactions it has stored"), lines.Err())
}

// stored waits until every row is there, and has the rows counted once.
func (f *field) stored(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, storedWithin)
	defer cancel()
	for {
		n, err := f.rows(ctx)
		if err == nil && n >= f.sent {
			break
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%d of %d rows are there after %s: %w", n, f.sent, storedWithin, err)
		}
		time.Sleep(lookEvery)
	}
	rows, err := f.target.Ask(ctx, "security", "SELECT toInt64(count()) AS n FROM hushlog.interactions")
	if err != nil {
		return fmt.Errorf("count rows: %w", err)
	}
	if len(rows) != 1 || fmt.Sprint(rows[0]["n"]) != strconv.Itoa(f.sent) {
		return fmt.Errorf("there are %v rows, %d were acknowledged", rows, f.sent)
	}
	return nil
}

// sendAll sends batches over all connections until next gives none, which is asked by one goroutine of each. It
// returns how many interactions were acknowledged.
func (f *field) sendAll(ctx context.Context, next func(connection, batch int) []*request) (int, error) {
	group, ctx := errgroup.WithContext(ctx)
	counts := make([]int, len(f.clients))
	for i, c := range f.clients {
		group.Go(func() error {
			for batch := 0; ; batch++ {
				items := next(i, batch)
				if len(items) == 0 {
					return nil
				}
				results, err := c.LogBatch(ctx, items)
				if err != nil {
					return fmt.Errorf("send a batch: %w", err)
				}
				for _, r := range results {
					if r.Err != nil {
						return fmt.Errorf("an interaction was refused: %w", r.Err)
					}
				}
				counts[i] += len(items)
			}
		})
	}
	err := group.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	f.sent += total
	return total, err
}

// stationNames are the processes in the order of the data.
var stationNames = []string{identity.Gateway, identity.Kafka, identity.Redactor, identity.Ingest, identity.ClickHouse, identity.Alert, identity.Retention}

// processorTime is what each process has used so far.
func (f *field) processorTime() (map[string]time.Duration, error) {
	out := map[string]time.Duration{}
	for _, name := range stationNames {
		for _, pid := range f.pids(name) {
			used, err := supervise.ProcessorTime(pid)
			if err != nil {
				return nil, fmt.Errorf("processor time of %s: %w", name, err)
			}
			out[name] += used
		}
	}
	return out, nil
}

// pids are the processes of a station.
func (f *field) pids(name string) []int {
	if name == identity.Kafka && f.apache != nil {
		return f.apache.PIDs()
	}
	return []int{f.stack.PID(name)}
}

// memoryOf is the resident memory of a process in MiB.
func memoryOf(pid int) (float64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(raw))
	if len(fields) < 2 {
		return 0, errors.New("/proc has another form")
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return float64(pages) * float64(os.Getpagesize()) / (1 << 20), err
}

// own is the processor time of this process.
func own() time.Duration {
	var usage syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	if err != nil {
		panic(err) // takes no argument that could be wrong
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func names[V any](m map[string]V) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
