package retention

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

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
)

// fakeLogs are logs of statements, and the trail's rows of what was noted.
type fakeLogs struct {
	found        []store.DirectAccess
	kept         int
	err          error
	refs         []string
	since, until time.Time
	asked        int
}

func (f *fakeLogs) Direct(_ context.Context, _ []string, since, until time.Time) ([]store.DirectAccess, int, error) {
	f.asked++
	f.since, f.until = since, until
	return f.found, f.kept, f.err
}

func (f *fakeLogs) Servers() int { return 2 }

func (f *fakeLogs) DirectNoted(context.Context, time.Time) ([]string, error) { return f.refs, nil }

func TestDirectAccessIsNotedOnce(t *testing.T) {
	now, leads := time.Date(2026, 11, 26, 12, 0, 30, 0, time.UTC), false
	var unread time.Time
	logs, places, out := &fakeLogs{kept: 2}, &fakePlaces{}, &bytes.Buffer{}
	p := policy.Default()
	newDirect := func() *direct {
		return &direct{
			logs: logs, noted: logs, trail: places, policy: p, services: serviceUsers(p), leads: func() bool { return leads },
			unread: func(_ context.Context, group, topic string, _ time.Time, _ time.Duration) (time.Time, bool, error) {
				require.Equal(t, []string{"hushlog.ingest.trail", stream.TopicAudit}, []string{group, topic})
				return unread, !unread.IsZero(), nil
			},
			metrics: newMetrics(prometheus.NewRegistry(), nil), log: slog.New(slog.NewJSONHandler(out, nil)), now: func() time.Time { return now },
			told: map[string]time.Time{}, kept: -1,
		}
	}
	d := newDirect()
	round := func() { require.NoError(t, d.run(t.Context())) }
	round()
	require.Zero(t, logs.asked, "another process does")

	leads = true
	minute := now.Truncate(time.Minute).Add(-10 * time.Minute)
	logs.found = []store.DirectAccess{
		{User: "role_compliance", Minute: minute, Statements: 3, Tables: []string{"hushlog.contents", "not a name"}},
		{User: "a user\nof ours", Minute: minute, Statements: 1},
	}
	round()
	require.Equal(t, now.Truncate(time.Minute).Add(-directBack), logs.since)
	require.Equal(t, now.Truncate(time.Minute).Add(-directSettle), logs.until, "what has not settled waits")
	require.Len(t, places.notes, 2)
	require.Equal(t, []string{"role_compliance", "compliance", policy.ActionDirect, "hushlog.contents"},
		[]string{places.notes[0].GetActor(), places.notes[0].GetRole(), places.notes[0].GetAction(), places.notes[0].GetTables()[0]})
	require.Len(t, places.notes[0].GetTables(), 1)
	require.Equal(t, directUser, places.notes[1].GetActor())
	require.InDelta(t, 4, testutil.ToFloat64(d.metrics.directStatements), 0)
	require.InDelta(t, 2, testutil.ToFloat64(d.metrics.queryLogs.WithLabelValues(logKept)), 0)
	round()
	require.Equal(t, 1, logs.asked, "not each round")

	now = now.Add(directEvery)
	round()
	require.Equal(t, now.Truncate(time.Minute).Add(-directSettle-directEvery), logs.since, "goes on where it was")
	require.Len(t, places.notes, 2, "the rows may not know yet")

	// A successor knows from the rows.
	logs.refs = []string{places.notes[0].GetRef(), places.notes[1].GetRef()}
	d = newDirect()
	round()
	require.Len(t, places.notes, 2)

	// The trail's rows are behind, ClickHouse is away, a server keeps no log.
	now = now.Add(time.Hour)
	unread = now.Add(-10 * time.Minute)
	round()
	require.Equal(t, unread.Add(-booksMargin).Truncate(time.Minute), logs.until)
	judged := d.judged
	now, logs.err, unread = now.Add(directEvery), errors.New("away"), time.Time{}
	require.ErrorContains(t, d.run(t.Context()), "away")
	require.Equal(t, judged, d.judged)
	logs.err, logs.kept, logs.found = nil, 1, nil
	round()
	require.Equal(t, judged, logs.since)
	require.InDelta(t, 1, testutil.ToFloat64(d.metrics.queryLogs.WithLabelValues(logMissing)), 0)
	require.Contains(t, out.String(), "keeps a log of statements")
}

func TestServicesAreNobody(t *testing.T) {
	names := serviceUsers(policy.Default())
	require.Contains(t, names, identity.Ingest)
	require.Contains(t, names, identity.Admin)
	require.NotContains(t, names, identity.RoleUser("compliance"))
}
