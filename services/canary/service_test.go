package canary

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// fakeRows is a ClickHouse in which some values are readable.
type fakeRows struct {
	err    error
	ids    []string
	leaked map[string]string // needle to table
	counts []*store.CanaryCount
	asked  int
}

func (f *fakeRows) CanariesSince(context.Context, time.Time) ([]string, error) { return f.ids, f.err }

func (f *fakeRows) LookFor(_ context.Context, _ string, _ time.Time, needles []string) ([]store.Find, error) {
	f.asked += len(needles)
	var finds []store.Find
	for i, needle := range needles {
		if f.leaked[needle] != "" {
			finds = append(finds, store.Find{Needle: i, Table: f.leaked[needle], Project: "support", RequestID: "r-1", Rows: 1})
		}
	}
	return finds, f.err
}

func (f *fakeRows) AddCanaryCounts(_ context.Context, _ string, counts []*store.CanaryCount) error {
	f.counts = append(f.counts, counts...)
	return f.err
}

// fakeAlerts takes alerts, unless it does not.
type fakeAlerts struct {
	err   error
	taken []*hushlogv1.Alert
}

func (f *fakeAlerts) Publish(_ context.Context, records []*kgo.Record) []error {
	for _, r := range records {
		a := &hushlogv1.Alert{}
		err := proto.Unmarshal(r.Value, a)
		if err == nil && f.err == nil {
			f.taken = append(f.taken, a)
		}
	}
	return []error{f.err}
}

type bench struct {
	*Service
	rows   *fakeRows
	alerts *fakeAlerts
	logs   *bytes.Buffer
	at     time.Time
}

func newBench() *bench {
	b := &bench{rows: &fakeRows{leaked: map[string]string{}}, alerts: &fakeAlerts{}, logs: &bytes.Buffer{}, at: testSlot}
	m := newMetrics(prometheus.NewRegistry())
	cfg := DefaultConfig()
	b.Service = &Service{
		cfg: cfg, maker: testMaker(), rows: b.rows, outputs: &outputs{read: map[string]int64{}}, alerts: &teller{publisher: b.alerts, owner: "security", told: map[string]*hushlogv1.Alert{}},
		flights: newFlights(cfg.ArriveWithin, cfg.Window, m), metrics: m, log: slog.New(slog.NewJSONHandler(b.logs, nil)), now: func() time.Time { return b.at }, failing: map[string]bool{},
	}
	return b
}

func TestALookTellsOfLeaksAndOfWhatIsLost(t *testing.T) {
	b := newBench()
	var all []made
	for i := range 7 {
		for _, path := range paths() {
			m := b.maker.make(path, testSlot.Add(time.Duration(i)*time.Second))
			all = append(all, m)
		}
	}
	b.flights.add(all...)
	for _, m := range all {
		b.flights.acknowledged(m, testSlot)
		if m.path != pathREST {
			b.rows.ids = append(b.rows.ids, m.interaction.GetRequestId())
		}
	}
	leaked := all[0].values[1]
	b.rows.leaked[leaked.needle] = "contents"

	b.alerts.err = errors.New("away")
	require.ErrorContains(t, b.lookOnce(t.Context()), "publish an alert")
	require.Len(t, b.flights.values, b.rows.asked, "all are looked for, in parts")
	b.alerts.err = nil
	require.NoError(t, b.lookOnce(t.Context()))
	require.NoError(t, b.lookOnce(t.Context()))
	require.Len(t, b.alerts.taken, 1, "told once")
	alert := b.alerts.taken[0]
	require.Equal(t, []string{policy.RuleCanaryLeak, "security", "EMAIL", "contents"}, []string{alert.GetRule(), alert.GetOwner(), alert.GetKeys()[0].GetValue(), alert.GetKeys()[1].GetValue()})
	require.Contains(t, b.logs.String(), `"in":"support r-1"`)

	b.at = testSlot.Add(time.Minute)
	require.NoError(t, b.lookOnce(t.Context()))
	require.Len(t, b.alerts.taken, 2)
	require.Equal(t, policy.RuleCanaryLost, b.alerts.taken[1].GetRule())
	require.Equal(t, pathREST, b.alerts.taken[1].GetKeys()[0].GetValue())
	b.at = testSlot.Add(2 * time.Hour)
	require.NoError(t, b.lookOnce(t.Context()))
	require.Len(t, b.rows.counts, len(paths()))
	require.EqualValues(t, 1, b.rows.counts[0].Leaked[typeEmail])
	for _, m := range all {
		for _, v := range m.values {
			require.NotContains(t, b.logs.String(), v.needle, "a value of type %s is in the log", v.kind)
		}
	}
}

// Alerts resolve: about what is lost when it arrives again and the block of the alert is over, about a leak when a whole block
// has passed without one, and by whichever process is there then. Nothing resolves that was not looked at.
func TestAlertsResolve(t *testing.T) {
	b := newBench()
	lost, leaked := b.maker.make(pathREST, testSlot), b.maker.make(pathBatch, testSlot)
	b.flights.add(lost, leaked)
	b.flights.acknowledged(lost, testSlot)
	b.rows.leaked[leaked.values[1].needle] = "contents"
	b.at = testSlot.Add(time.Minute)
	require.NoError(t, b.lookOnce(t.Context()))
	require.Len(t, b.alerts.taken, 2)

	// A successor knows of both only from the topic.
	next := newBench()
	for _, alert := range b.alerts.taken {
		value, err := proto.Marshal(alert)
		require.NoError(t, err)
		next.Service.alerts.take(&kgo.Record{Value: value})
	}
	next.Service.alerts.take(&kgo.Record{Value: []byte("no alert")})
	for _, step := range []struct {
		name  string
		after time.Duration
		err   error
		rules []string // that resolve
	}{
		{"their block is not over", 30 * time.Minute, nil, nil},
		{"nothing is seen", 3 * time.Hour, errors.New("away"), nil},
		{"what was lost is not missing any more", alertHold, nil, []string{policy.RuleCanaryLost}},
		{"a leak may have been just before the end of its block", 2*alertHold - time.Minute, nil, nil},
		{"a whole block without a leak", 2 * alertHold, nil, []string{policy.RuleCanaryLeak}},
		{"once", 3*alertHold + time.Minute, nil, nil},
	} {
		next.at, next.rows.err, next.alerts.taken = testSlot.Truncate(alertHold).Add(step.after), step.err, nil
		require.ErrorIs(t, next.lookOnce(t.Context()), step.err, step.name)
		var rules []string
		for _, alert := range next.alerts.taken {
			require.Equal(t, hushlogv1.AlertState_ALERT_STATE_RESOLVED, alert.GetState(), step.name)
			require.True(t, next.at.Equal(alert.GetResolvedAt().AsTime()), step.name)
			require.NotEmpty(t, alert.GetKeys(), "it is known by its keys")
			rules = append(rules, alert.GetRule())
		}
		require.Equal(t, step.rules, rules, step.name)
	}
	require.Empty(t, next.Service.alerts.told, "nothing is kept of what is over")
}

// What goes on has an alert of the next block before that of the last one resolves.
func TestAnAlertThatGoesOnIsNotInterrupted(t *testing.T) {
	b := newBench()
	lost := b.maker.make(pathREST, testSlot)
	b.flights.add(lost)
	b.flights.acknowledged(lost, testSlot)
	b.flights.window = 24 * time.Hour
	b.at = testSlot.Add(time.Minute)
	require.NoError(t, b.lookOnce(t.Context()))
	b.at = b.at.Add(alertHold)
	require.NoError(t, b.lookOnce(t.Context()))
	states := make([]hushlogv1.AlertState, len(b.alerts.taken))
	for i, alert := range b.alerts.taken {
		states[i] = alert.GetState()
	}
	const firing, resolved = hushlogv1.AlertState_ALERT_STATE_FIRING, hushlogv1.AlertState_ALERT_STATE_RESOLVED
	require.Equal(t, []hushlogv1.AlertState{firing, firing, resolved}, states)
	require.Equal(t, b.alerts.taken[0].GetFingerprint(), b.alerts.taken[2].GetFingerprint())
}

// Without an answer of ClickHouse nothing is lost and nothing is found.
func TestNothingIsJudgedWithoutAnAnswer(t *testing.T) {
	b := newBench()
	m := b.maker.make(pathREST, testSlot)
	b.flights.add(m)
	b.flights.acknowledged(m, testSlot)
	b.rows.err = errors.New("away")
	b.at = testSlot.Add(time.Hour)
	require.ErrorContains(t, b.lookOnce(t.Context()), "away")
	require.Zero(t, testutil.ToFloat64(b.metrics.missing.WithLabelValues(pathREST)))
	require.Len(t, b.flights.all, 1, "it is judged when there is an answer")
	b.rows.err, b.rows.ids = nil, []string{m.interaction.GetRequestId()}
	require.NoError(t, b.lookOnce(t.Context()))
	require.EqualValues(t, 1, b.rows.counts[0].Arrived)
	require.Empty(t, b.alerts.taken)
}

// Whoever is started later looks for what was sent before.
func TestWhatWasSentBeforeIsRemembered(t *testing.T) {
	b := newBench()
	b.remember()
	require.Len(t, b.flights.all, len(paths())*int(b.cfg.Window/b.cfg.Interval))
	before := b.maker.make(pathBatch, testSlot.Add(-time.Minute).Truncate(b.cfg.Interval))
	b.search("log", "redactor.log", []byte("x "+before.values[0].needle+" y"))
	require.Len(t, b.news, 1)
}

func TestPurpose(t *testing.T) {
	p := policy.Default()
	purpose, err := purposeOf(p, "")
	require.NoError(t, err)
	require.Equal(t, "debugging", purpose)
	_, err = purposeOf(p, "unknown")
	require.ErrorContains(t, err, "not one of the policy's")
}
