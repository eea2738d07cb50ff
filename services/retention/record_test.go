package retention

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// fakePlaces are ClickHouse, Kafka, the trail and the alerts' topic as a record of a run sees them.
type fakePlaces struct {
	tables  []store.PlaceStatus
	topic   stream.TopicAge
	asked   map[string]time.Time
	runs    [][]*store.PlaceRecord
	notes   []*hushlogv1.AuditEntry
	results []audit.Outcome
	alerts  []*hushlogv1.Alert
	err     error
}

func (f *fakePlaces) RetentionStatus(context.Context, []store.Expiry, time.Time) ([]store.PlaceStatus, error) {
	return f.tables, nil
}

func (f *fakePlaces) AddRetentionRun(_ context.Context, _ string, places []*store.PlaceRecord) error {
	if f.err != nil {
		return f.err
	}
	f.runs = append(f.runs, places)
	return nil
}

func (f *fakePlaces) Ages(_ context.Context, topic string, before time.Time) (stream.TopicAge, error) {
	f.asked[topic] = before
	return f.topic, nil
}

func (f *fakePlaces) Note(_ context.Context, entry *hushlogv1.AuditEntry, outcome audit.Outcome) error {
	f.notes, f.results = append(f.notes, entry), append(f.results, outcome)
	return nil
}

// OpenAlerts are those that were published, as the table has them.
func (f *fakePlaces) OpenAlerts(_ context.Context, rule string) ([]store.OpenAlert, error) {
	var open []store.OpenAlert
	for _, a := range f.alerts {
		over := slices.ContainsFunc(f.alerts, func(b *hushlogv1.Alert) bool {
			return b.GetFingerprint() == a.GetFingerprint() && b.GetState() == hushlogv1.AlertState_ALERT_STATE_RESOLVED
		})
		if a.GetRule() == rule && !over {
			open = append(open, store.OpenAlert{
				Fingerprint: a.GetFingerprint(), Rule: rule, Owner: a.GetOwner(), Severity: "critical",
				WindowStart: a.GetWindowStart().AsTime(), FiredAt: a.GetFiredAt().AsTime(),
			})
		}
	}
	return open, nil
}

func (f *fakePlaces) Publish(_ context.Context, records []*kgo.Record) []error {
	for _, r := range records {
		a := &hushlogv1.Alert{}
		err := proto.Unmarshal(r.Value, a)
		if err != nil || r.Topic != stream.TopicAlerts {
			return []error{errors.New("no alert")}
		}
		f.alerts = append(f.alerts, a)
	}
	return []error{nil}
}

func newTestRecorder(f *fakePlaces, now *time.Time, leads *bool) *recorder {
	f.asked = map[string]time.Time{}
	m := newMetrics(prometheus.NewRegistry(), nil)
	return &recorder{
		store: f, topics: f, notes: f, alerts: &teller{publisher: f, open: f, metrics: m}, policy: policy.Default(), every: 15 * time.Minute,
		leads: func() bool { return *leads }, metrics: m, log: slog.New(slog.DiscardHandler),
		now: func() time.Time { return *now },
	}
}

func TestRunsAreWrittenDownOnTimeAndOnChange(t *testing.T) {
	now, leads := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), false
	f := &fakePlaces{tables: []store.PlaceStatus{{Table: "contents", Label: "short", Keep: 7 * oneDay, Rows: 5, Oldest: now.Add(-6 * oneDay)}}}
	r := newTestRecorder(f, &now, &leads)
	round := func(failed ...string) {
		t.Helper()
		require.NoError(t, r.run(t.Context(), failed))
	}
	round()
	require.Empty(t, f.runs, "another process writes")

	leads = true
	round()
	require.Len(t, f.runs, 1, "at once, as nothing was written before")
	require.Len(t, f.notes, 1)
	require.Equal(t, "retention-run", f.notes[0].GetAction())
	require.Equal(t, f.runs[0][0].RunID, f.notes[0].GetRef())
	require.Equal(t, audit.OK, f.results[0].Result)
	require.Len(t, f.runs[0], 1+len(policy.Default().Topics()), "each place")
	require.Equal(t, uint64(7*24*3600), f.runs[0][0].KeepSeconds)
	require.Equal(t, now.Add(-6*oneDay), *f.runs[0][0].Oldest)
	require.Nil(t, f.runs[0][1].Oldest)
	require.Equal(t, now.Add(-24*time.Hour-time.Hour-time.Hour), f.asked[stream.TopicRaw], "the date, a segment, and the grace")
	require.InDelta(t, float64(now.Unix()), testutil.ToFloat64(r.metrics.lastRun), 0)

	now = now.Add(time.Minute)
	round()
	require.Len(t, f.runs, 1, "nothing new")
	round("settings")
	require.Len(t, f.runs, 2, "a step began to fail")
	require.Equal(t, "settings", f.results[1].Reason)
	require.Equal(t, []string{"settings"}, f.runs[1][0].FailedSteps)
	round("settings")
	require.Len(t, f.runs, 2)
	round()
	require.Len(t, f.runs, 3, "it works again")
	now = now.Add(15 * time.Minute)
	round()
	require.Len(t, f.runs, 4, "it is time")

	leads = false
	round()
	require.Zero(t, testutil.ToFloat64(r.metrics.lastRun))
	leads = true
	now = now.Add(time.Minute)
	round()
	require.Len(t, f.runs, 5, "whoever takes over writes at once")
}

func TestOverdueRowsRaiseOneAlertADay(t *testing.T) {
	now, leads := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), true
	f := &fakePlaces{tables: []store.PlaceStatus{{Table: "contents", Label: "short", Keep: 7 * oneDay, Rows: 5, Overdue: 2, Oldest: now.Add(-9 * oneDay)}}}
	r := newTestRecorder(f, &now, &leads)
	require.NoError(t, r.run(t.Context(), []string{stepOverdue}))
	require.Len(t, f.alerts, 1)
	alert := f.alerts[0]
	require.Equal(t, "retention-overdue", alert.GetRule())
	require.Equal(t, hushlogv1.Severity_SEVERITY_CRITICAL, alert.GetSeverity())
	require.Equal(t, "compliance", alert.GetOwner(), "who enforces retention")
	require.InDelta(t, 2, alert.GetValue(), 0)
	require.Equal(t, uint64(2), f.results[0].Rows)
	require.Equal(t, stepOverdue, f.results[0].Reason)

	again := newTestRecorder(f, &now, &leads)
	require.NoError(t, again.run(t.Context(), []string{stepOverdue}))
	require.Len(t, f.alerts, 2)
	require.Equal(t, alert.GetFingerprint(), f.alerts[1].GetFingerprint(), "receivers know it")
	now = now.Add(15 * time.Minute)
	require.NoError(t, again.run(t.Context(), []string{stepOverdue}))
	require.Len(t, f.alerts, 2, "once a day")
	now = now.Add(24 * time.Hour)
	require.NoError(t, again.run(t.Context(), []string{stepOverdue}))
	require.Len(t, f.alerts, 4, "the day's, and that yesterday's is over")
	require.NotEqual(t, alert.GetFingerprint(), f.alerts[2].GetFingerprint())
	require.Equal(t, alert.GetFingerprint(), f.alerts[3].GetFingerprint())
	require.Equal(t, hushlogv1.AlertState_ALERT_STATE_RESOLVED, f.alerts[3].GetState())

	f.tables[0].Overdue, f.topic = 0, stream.TopicAge{Records: 9, Older: 4}
	require.NoError(t, again.run(t.Context(), nil))
	require.Len(t, f.alerts, 4+len(policy.Default().Topics())+1, "topics too, and the table's is over")
	require.Equal(t, f.alerts[2].GetFingerprint(), f.alerts[len(f.alerts)-1].GetFingerprint())
	require.InDelta(t, 4, testutil.ToFloat64(again.metrics.overdueRecords.WithLabelValues(stream.TopicRaw)), 0)
	require.Equal(t, "overdue", f.results[len(f.results)-1].Reason)
}

// TestOverdueAlertsResolve: when nothing is overdue any more that is told once, also by a process that has not told of it, and
// with what Alertmanager knows an alert by.
func TestOverdueAlertsResolve(t *testing.T) {
	for _, restart := range []bool{false, true} {
		now, leads := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), true
		f := &fakePlaces{tables: []store.PlaceStatus{{Table: "contents", Label: "short", Overdue: 2}, {Table: "findings", Overdue: 1}}}
		r := newTestRecorder(f, &now, &leads)
		require.NoError(t, r.run(t.Context(), nil))
		require.Len(t, f.alerts, 2)
		if restart {
			r = newTestRecorder(f, &now, &leads)
		}
		now = now.Add(time.Hour)
		f.tables[0].Overdue = 0
		for range 3 {
			now = now.Add(15 * time.Minute)
			require.NoError(t, r.run(t.Context(), nil))
		}
		fired, over := f.alerts[0], f.alerts[len(f.alerts)-1]
		require.Equal(t, hushlogv1.AlertState_ALERT_STATE_RESOLVED, over.GetState())
		require.Equal(t, fired.GetFingerprint(), over.GetFingerprint())
		require.Equal(t, []string{fired.GetRule(), fired.GetOwner(), fired.GetSeverity().String()}, []string{over.GetRule(), over.GetOwner(), over.GetSeverity().String()})
		require.WithinDuration(t, now, over.GetResolvedAt().AsTime(), time.Hour)
		open, err := f.OpenAlerts(t.Context(), policy.RuleOverdue)
		require.NoError(t, err)
		require.NotEmpty(t, open)
		for _, a := range open {
			require.Equal(t, f.alerts[1].GetFingerprint(), a.Fingerprint, "the other one is on still")
		}
		resolved := 0
		for _, a := range f.alerts {
			if a.GetState() == hushlogv1.AlertState_ALERT_STATE_RESOLVED {
				resolved++
			}
		}
		require.Equal(t, 1, resolved)
	}
}

// TestARunThatIsInTheTableIsOnTheTrail: when the table does not take it, the run is written anew.
func TestARunThatIsInTheTableIsOnTheTrail(t *testing.T) {
	now, leads := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), true
	f := &fakePlaces{err: errors.New("down")}
	r := newTestRecorder(f, &now, &leads)
	require.Error(t, r.run(t.Context(), nil))
	require.Len(t, f.notes, 1)
	f.err = nil
	require.NoError(t, r.run(t.Context(), nil))
	require.Len(t, f.runs, 1)
	require.Equal(t, f.notes[1].GetRef(), f.runs[0][0].RunID)
}
