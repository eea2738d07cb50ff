package alerting

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require" // says what differed
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

func parsed(t testing.TB, lines ...string) *Rules {
	t.Helper()
	rules, err := Parse(rule(lines...))
	require.NoError(t, err)
	return rules
}

func failure(user string, at time.Time) *Event {
	return &Event{Record: &hushlogv1.Record{
		Project: "p", UserPseudonym: user, Failed: true, AcceptedAt: timestamppb.New(at), Class: hushlogv1.Class_CLASS_SENSITIVE,
	}}
}

func TestAnAlertSaysWhatItIsAbout(t *testing.T) {
	e := NewEngine(parsed(t, "key: [project, user, environment]", "threshold: {at_least: 2}"))
	event := failure("u_1", defaultStart.Add(90*time.Second))
	event.Record.Environment = "production"
	require.Empty(t, e.Observe(event))
	require.Empty(t, e.Observe(failure("u_1", defaultStart)), "no environment: does not count")
	alerts := e.Observe(event)
	require.Len(t, alerts, 1)
	a := alerts[0]
	require.Equal(t, "r", a.GetRule())
	require.Equal(t, map[string]string{"project": "p", "user": "u_1", "environment": "production"}, KeysOf(a))
	require.Equal(t, defaultStart.Add(time.Minute), a.GetWindowStart().AsTime())
	require.Equal(t, defaultStart.Add(2*time.Minute), a.GetWindowEnd().AsTime())
	require.Equal(t, defaultStart.Add(90*time.Second), a.GetFiredAt().AsTime())
	require.InDelta(t, 2, a.GetValue(), 0)
	require.Equal(t, "Sensitive", a.GetClass())
	require.Empty(t, e.Observe(event), "once for each window")
	print := a.GetFingerprint()
	alerts = e.Advance(defaultStart.Add(10 * time.Minute))
	require.Len(t, alerts, 1)
	require.Equal(t, print, alerts[0].GetFingerprint())
	require.Equal(t, hushlogv1.AlertState_ALERT_STATE_RESOLVED, alerts[0].GetState())
}

// Keys that would be one when simply put together are two.
func TestKeysAreToldApart(t *testing.T) {
	e := NewEngine(parsed(t, "key: [project, user]", "threshold: {at_least: 2}"))
	a, b := failure("bc", defaultStart), failure("c", defaultStart)
	a.Record.Project, b.Record.Project = "a", "ab"
	require.Empty(t, e.Observe(a))
	require.Empty(t, e.Observe(b))
}

func TestLateAndTooManyAreCounted(t *testing.T) {
	e := NewEngine(parsed(t, "key: [user]", "lateness: 10s", "max_keys: 3", "threshold: {at_least: 1000}"))
	for i := range 5 {
		require.Empty(t, e.Observe(failure(fmt.Sprintf("u%d", i), defaultStart)))
	}
	require.Equal(t, Stats{Rule: "r", Matched: 5, Overflowed: 2, Keys: 3, Windows: 1}, e.Stats()[0])
	_ = e.Advance(defaultStart.Add(70 * time.Second))
	require.Empty(t, e.Observe(failure("u0", defaultStart)))
	require.Equal(t, Stats{Rule: "r", Matched: 6, Overflowed: 2, Late: 1}, e.Stats()[0])
	require.Empty(t, e.Advance(defaultStart), "event time does not go back")
	require.Equal(t, defaultStart.Add(70*time.Second), e.Watermark())
}

// Flapping within the hold is one alert, which resolves when a whole hold has passed.
func TestFlappingIsDamped(t *testing.T) {
	rules := parsed(t, "key: [user]", "match: failed", "hold: 10m", "threshold: {at_least: 1}")
	var events []*Event
	for i := range 5 {
		events = append(events, failure("u", defaultStart.Add(time.Duration(i)*2*time.Minute)))
	}
	alerts := Replay(rules, events, defaultStart.Add(15*time.Minute))
	require.Len(t, alerts, 1)
	alerts = Replay(rules, events, defaultStart.Add(30*time.Minute))
	require.Len(t, alerts, 2)
	require.Equal(t, defaultStart.Add(20*time.Minute), alerts[1].GetResolvedAt().AsTime())
}

func TestARuleThatChangedStartsAnew(t *testing.T) {
	before := NewEngine(parsed(t, "key: [user]", "threshold: {at_least: 3}"))
	require.Empty(t, before.Observe(failure("u", defaultStart)))
	require.Empty(t, before.Observe(failure("u", defaultStart)))
	snapshot, err := before.Snapshot()
	require.NoError(t, err)

	same := NewEngine(parsed(t, "key: [user]", "threshold: {at_least: 3}", "runbook: https://example.org/"))
	changed, err := same.Restore(snapshot)
	require.NoError(t, err)
	require.Zero(t, changed, "another runbook changes nothing")
	require.Len(t, same.Observe(failure("u", defaultStart)), 1)

	other := NewEngine(parsed(t, "key: [user]", "threshold: {at_least: 2}"))
	changed, err = other.Restore(snapshot)
	require.NoError(t, err)
	require.Equal(t, 1, changed)
	require.Empty(t, other.Observe(failure("u", defaultStart)))

	snapshot.Version = 2
	_, err = other.Restore(snapshot)
	require.ErrorIs(t, err, ErrState)
}

// Distinct counts are exact while they are few, near when they are many, and the same in any order.
func TestDistinct(t *testing.T) {
	for _, n := range []int{1, exactDistinct, exactDistinct + 1, 20_000} {
		up, down := &distinct{}, &distinct{}
		for i := range n {
			up.add(fmt.Sprint(i))
			up.add(fmt.Sprint(i))
			down.add(fmt.Sprint(n - 1 - i))
		}
		require.InDelta(t, up.count(), down.count(), 0)
		if n <= exactDistinct {
			require.InDelta(t, n, up.count(), 0)
			continue
		}
		require.InEpsilon(t, n, up.count(), 0.06)
		sketch, err := up.encode()
		require.NoError(t, err)
		back, err := decodeDistinct(nil, sketch)
		require.NoError(t, err)
		require.InDelta(t, up.count(), back.count(), 0)
	}
}

func TestMedianAndDeviation(t *testing.T) {
	middle, deviation := medianAndDeviation([]float32{1, 1000, 2, 3, 2})
	require.InDelta(t, 2, middle, 0)
	require.InDelta(t, 1, deviation, 0)
}

// heldBytes is what the process holds after a collection.
func heldBytes() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkEngine runs fifty rules over a hundred thousand end users, and says what that takes: time, and memory that stays held.
func BenchmarkEngine(b *testing.B) {
	const keys = 100_000
	var doc strings.Builder
	doc.WriteString("version: 1\nrules:\n")
	for i := range 50 {
		doc.WriteString(benchRules[i%len(benchRules)](i))
	}
	rules, err := Parse([]byte(doc.String()))
	require.NoError(b, err)
	r := seeded(3)
	events := make([]*Event, keys)
	for i := range events {
		events[i] = failure(fmt.Sprintf("u_%026d", i), defaultStart)
		rec := events[i].Record
		rec.Failed, rec.Model, rec.Environment, rec.Service = r.IntN(20) == 0, fmt.Sprintf("model-%d", r.IntN(20)), "production", fmt.Sprintf("s%d", r.IntN(10))
		rec.Usage = &hushlogv1.Usage{InputTokens: r.Uint64N(1000), OutputTokens: 100, Cost: 0.001}
		if r.IntN(50) == 0 {
			rec.SafetyFlags = []*hushlogv1.SafetyFlag{{Category: "injection", Score: 0.9}}
		}
	}
	before := heldBytes()
	e := NewEngine(rules)
	step := time.Second / 20_000
	at := defaultStart
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		event := events[i%keys]
		at = at.Add(step)
		event.Record.AcceptedAt.Seconds, event.Record.AcceptedAt.Nanos = at.Unix(), int32(at.Nanosecond())
		_ = e.Observe(event)
		if i%500 == 0 {
			_ = e.Advance(at)
		}
	}
	b.StopTimer()
	b.ReportMetric((float64(heldBytes())-float64(before))/(1<<20), "MiB-held")
	runtime.KeepAlive(events)
	live := 0
	for _, s := range e.Stats() {
		live += s.Keys
		require.Zero(b, s.Overflowed+s.Failed, s.Rule)
	}
	b.ReportMetric(float64(live), "keys")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// benchRules are as the built-in ones: most look at few of the records, a few at all of them, two by end user.
var benchRules = []func(i int) string{
	func(i int) string {
		key := "[project, user]"
		if i > 0 {
			key = "[project, model]"
		}
		return fmt.Sprintf("  - {name: r%d, description: d, severity: info, owner: o, key: %s, window: 5m, threshold: {at_least: 100000}}\n", i, key)
	},
	func(i int) string {
		return fmt.Sprintf("  - {name: r%d, description: d, severity: info, owner: o, match: failed, key: [project, user], window: 5m, threshold: {at_least: 100000}}\n", i)
	},
	func(i int) string {
		return fmt.Sprintf("  - {name: r%d, description: d, severity: info, owner: o, match: 'flags[\"injection\"] >= 0.%d', key: [project, user], window: 10m, threshold: {at_least: 100000}}\n", i, i+10)
	},
	func(i int) string {
		return fmt.Sprintf("  - {name: r%d, description: d, severity: info, owner: o, match: 'environment == \"production\" && model != \"m%d\"', key: [project, model], window: 5m, aggregate: ratio, value: failed, threshold: {at_least: 0.9}}\n", i, i)
	},
	func(i int) string {
		return fmt.Sprintf("  - {name: r%d, description: d, severity: info, owner: o, match: 'input_tokens > %d', key: [project, service], window: 5m, aggregate: sum, value: input_tokens + output_tokens, baseline: {deviations: 50, min_samples: 12}}\n", i, 500+i)
	},
	func(i int) string {
		return fmt.Sprintf("  - {name: r%d, description: d, severity: info, owner: o, match: 'failed && model == \"model-%d\"', key: [project], window: 5m, aggregate: distinct, value: user, threshold: {at_least: 100000}}\n", i, i%20)
	},
}
