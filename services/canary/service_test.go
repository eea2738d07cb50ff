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
		cfg: cfg, maker: testMaker(), rows: b.rows, outputs: &outputs{read: map[string]int64{}}, alerts: &teller{publisher: b.alerts, owner: "security", told: map[string]time.Time{}},
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
