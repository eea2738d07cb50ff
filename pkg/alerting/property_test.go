package alerting

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require" // says what differed
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// everyKind has a rule of every kind of condition and aggregate.
const everyKind = `
version: 1
rules:
  - {name: count, description: d, match: failed, key: [project, user], window: 1m, lateness: 30s, threshold: {at_least: 4}, severity: info, owner: o}
  - {name: count-held, description: d, match: failed, key: [project, user], window: 1m, lateness: 30s, threshold: {at_least: 2}, for: 2m, hold: 5m, severity: info, owner: o}
  - {name: few, description: d, key: [project], window: 1m, lateness: 45s, threshold: {below: 8}, severity: info, owner: o}
  - {name: rate, description: d, key: [project], window: 1m, lateness: 30s, aggregate: rate, threshold: {at_least: 0.3}, hold: 3m, severity: info, owner: o}
  - {name: ratio, description: d, key: [project, model], window: 2m, lateness: 30s, aggregate: ratio, value: failed, min_volume: 3, threshold: {at_least: 0.6}, severity: info, owner: o}
  - {name: users, description: d, key: [project], window: 2m, lateness: 30s, aggregate: distinct, value: user, threshold: {at_least: 5}, severity: info, owner: o}
  - {name: cost, description: d, key: [project], window: 1m, lateness: 30s, aggregate: sum, value: cost, threshold: {at_least: 0.5}, severity: info, owner: o}
  - {name: slow, description: d, key: [project], window: 1m, lateness: 30s, aggregate: mean, value: latency_seconds, threshold: {at_least: 3}, severity: info, owner: o}
  - {name: odd, description: d, key: [project], window: 1m, lateness: 30s, baseline: {deviations: 1.5, direction: both, min_samples: 4, history: 20m}, severity: info, owner: o}
  - {name: odd-season, description: d, key: [project], window: 1m, lateness: 30s, baseline: {deviations: 1, seasonal: hour-of-week, min_samples: 3}, hold: 4m, severity: info, owner: o}
  - {name: new, description: d, key: [project, user], window: 1m, lateness: 30s, first_seen: {memory: 10m, learn: 2m}, severity: info, owner: o}
  - {name: gone, description: d, key: [project, user], window: 2m, lateness: 30s, absence: {memory: 6m}, hold: 4m, severity: info, owner: o}
  - {name: after, description: d, key: [project, user], sequence: {first: failed, times: 2, then: "!failed", within: 1m}, lateness: 30s, severity: info, owner: o}
`

// jitter is how far out of order the events of a partition are: within every rule's lateness.
const jitter = 30 * time.Second

// randomEvents are those of some partitions, each in the order of the log.
func randomEvents(r *rand.Rand, start time.Time) [][]*Event {
	partitions := make([][]*Event, 3)
	for p := range partitions {
		at := start
		for range 300 {
			at = at.Add(time.Duration(r.ExpFloat64() * float64(6*time.Second)))
			if r.IntN(150) == 0 {
				at = at.Add(4 * time.Minute)
			}
			event := at.Add(-time.Duration(r.Int64N(int64(jitter))))
			partitions[p] = append(partitions[p], &Event{Record: &hushlogv1.Record{
				Project: fmt.Sprintf("p%d", r.IntN(2)), UserPseudonym: fmt.Sprintf("u%d", r.IntN(12)), Model: fmt.Sprintf("m%d", r.IntN(3)),
				Failed: r.IntN(3) == 0, AcceptedAt: timestamppb.New(event), Latency: durationpb.New(time.Duration(r.Int64N(int64(6 * time.Second)))),
				Usage: &hushlogv1.Usage{Cost: r.Float64() / 10},
			}})
		}
	}
	return partitions
}

// reader reads partitions in a random order, as the service does, and is killed now and then.
type reader struct {
	t     *testing.T
	r     *rand.Rand
	rules *Rules
	parts [][]*Event
	end   time.Time

	engine *Engine
	next   []int
	latest []time.Time
	// told are the alerts that were published, which a successor reads back.
	told map[string]string
}

func (d *reader) tell(alerts []*hushlogv1.Alert) {
	for _, a := range alerts {
		id := a.GetFingerprint() + a.GetState().String()
		what := describe(d.rules, a)
		before, again := d.told[id]
		if again {
			require.Equal(d.t, before, what)
		}
		d.told[id] = what
	}
}

// describe leaves out what is only how it was when the alert fired early.
func describe(rules *Rules, a *hushlogv1.Alert) string {
	clone := proto.CloneOf(a)
	for _, c := range rules.list {
		if c.Name == a.GetRule() && c.early {
			clone.Value, clone.FiredAt, clone.Class, clone.Threshold = 0, nil, "", 0
		}
	}
	return fmt.Sprint(clone.GetRule(), KeysOf(clone), clone.GetWindowStart().AsTime(), clone.GetState(), clone.GetValue(), clone.GetThreshold(), clone.GetClass(), clone.GetFiredAt().AsTime(), clone.GetResolvedAt().AsTime(), clone.GetFingerprint())
}

type saved struct {
	data   []byte
	next   []int
	latest []time.Time
}

func (d *reader) save() saved {
	snapshot, err := d.engine.Snapshot()
	require.NoError(d.t, err)
	data, err := proto.Marshal(snapshot)
	require.NoError(d.t, err)
	return saved{data, slices.Clone(d.next), slices.Clone(d.latest)}
}

func (d *reader) restore(s saved) {
	var snapshot hushlogv1.AlertSnapshot
	require.NoError(d.t, proto.Unmarshal(s.data, &snapshot))
	d.engine = NewEngine(d.rules)
	changed, err := d.engine.Restore(&snapshot)
	require.NoError(d.t, err)
	require.Zero(d.t, changed)
	d.next, d.latest = slices.Clone(s.next), slices.Clone(s.latest)
}

func (d *reader) run(kills bool) map[string]string {
	d.engine, d.told = NewEngine(d.rules), map[string]string{}
	d.next, d.latest = make([]int, len(d.parts)), make([]time.Time, len(d.parts))
	last := d.save()
	for {
		var left []int
		for p := range d.parts {
			if d.next[p] < len(d.parts[p]) {
				left = append(left, p)
			}
		}
		if len(left) == 0 {
			break
		}
		p := left[d.r.IntN(len(left))]
		for range 1 + d.r.IntN(40) {
			if d.next[p] == len(d.parts[p]) {
				break
			}
			event := d.parts[p][d.next[p]]
			d.next[p]++
			if event.Time().After(d.latest[p]) {
				d.latest[p] = event.Time()
			}
			d.tell(d.engine.Observe(event))
		}
		d.advance()
		switch {
		case !kills:
		case d.r.IntN(8) == 0:
			last = d.save()
		case d.r.IntN(10) == 0:
			d.restore(last)
		}
	}
	d.tell(d.engine.Advance(d.end))
	return d.told
}

// advance goes as far as the partition that is read least far.
func (d *reader) advance() {
	mark := d.end
	for p := range d.parts {
		if d.next[p] < len(d.parts[p]) && d.latest[p].Before(mark) {
			mark = d.latest[p]
		}
	}
	if !mark.IsZero() && !mark.Equal(d.end) {
		d.tell(d.engine.Advance(mark))
	}
}

// requireSame names a few of the differences; there are hundreds of alerts.
func requireSame(t *testing.T, want, got map[string]string, seed uint64) {
	t.Helper()
	var differences []string
	for id, what := range want {
		if got[id] != what {
			differences = append(differences, "want "+what+"\n got "+got[id])
		}
	}
	for id, what := range got {
		if want[id] == "" {
			differences = append(differences, "more "+what)
		}
	}
	slices.Sort(differences)
	require.Empty(t, differences[:min(len(differences), 6)], "seed %d: %d differences", seed, len(differences))
}

// TestSameInputSameAlerts reads the same events in other interleavings, and killed, and wants the same alerts.
func TestSameInputSameAlerts(t *testing.T) {
	rules, err := Parse([]byte(everyKind))
	require.NoError(t, err)
	rounds := uint64(20)
	if testing.Short() {
		rounds = 4
	}
	fired := map[string]int{}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(seed, 7))
		start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		parts := randomEvents(r, start)
		end := start.Add(3 * time.Hour)
		want := (&reader{t: t, r: r, rules: rules, parts: parts, end: end}).run(false)
		for range 4 {
			got := (&reader{t: t, r: r, rules: rules, parts: parts, end: end}).run(true)
			requireSame(t, want, got, seed)
		}
		d := &reader{t: t, r: r, rules: rules, parts: parts, end: end}
		_ = d.run(false)
		for _, s := range d.engine.Stats() {
			require.Zero(t, s.Late, s.Rule)
			require.Zero(t, s.Windows, s.Rule)
			fired[s.Rule] += int(s.Fired)
		}
	}
	for name, n := range fired {
		require.NotZero(t, n, "%s never fired: the test says nothing of it", name)
	}
}
