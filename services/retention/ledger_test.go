package retention

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
)

// fakeBooks are lines of the ledger that do not balance, and a stream that may hold what is missing.
type fakeBooks struct {
	lines   []store.LedgerLine
	running uint64
	err     error
	unread  map[string]time.Time
	looked  []time.Time // since, until, since, ...
}

func (f *fakeBooks) MutationsRunning(context.Context) (uint64, error) { return f.running, f.err }

func (f *fakeBooks) LedgerGaps(_ context.Context, since, until time.Time) ([]store.LedgerLine, error) {
	f.looked = append(f.looked, since, until)
	var out []store.LedgerLine
	for _, l := range f.lines {
		if !l.Minute.Before(since) && l.Minute.Before(until) {
			out = append(out, l)
		}
	}
	return out, f.err
}

func (f *fakeBooks) ask(_ context.Context, _, topic string, _ time.Time, _ time.Duration) (time.Time, bool, error) {
	at, unread := f.unread[topic]
	return at, unread, nil
}

func newBooks(t *testing.T, f *fakeBooks) (b *books, now *time.Time, logs *bytes.Buffer) {
	t.Helper()
	clock, out := time.Date(2026, 6, 1, 12, 0, 30, 0, time.UTC), &bytes.Buffer{}
	return &books{
		store: f, unread: f.ask, topics: unfinishedTopics(policy.Default().Retention), keep: shortestMetadata(policy.Default().Retention),
		interval: 5 * time.Minute, metrics: newMetrics(prometheus.NewRegistry(), nil), log: slog.New(slog.NewTextHandler(out, nil)),
		now: func() time.Time { return clock },
	}, &clock, out
}

// gap is a minute in which n of 10 rows are missing.
func gap(at time.Time, n uint64) store.LedgerLine {
	return store.LedgerLine{Project: "demo", Minute: at.Truncate(time.Minute), Received: 10, Accepted: 10, Read: 10, Stored: 10, Counted: 10 - n}
}

func TestALossIsToldWithinTwoLooks(t *testing.T) {
	f := &fakeBooks{}
	b, now, logs := newBooks(t, f)
	look := func() error {
		*now = now.Add(b.interval)
		return b.run(t.Context())
	}
	require.NoError(t, look())
	f.lines = []store.LedgerLine{gap(now.Add(-time.Hour), 3)}
	require.NoError(t, look(), "a block on its way looks like that, for a moment")
	err := look()
	require.ErrorContains(t, err, "demo at 2026-06-01 11:05:00 (3)")
	require.InDelta(t, 3, testutil.ToFloat64(b.metrics.ledgerGap.WithLabelValues(gapMissing)), 0)
	require.Error(t, look())
	require.Equal(t, 1, strings.Count(logs.String(), "level=ERROR"), "told once")
	require.Error(t, b.run(t.Context()), "and between looks it is no better")
	f.lines = nil
	require.NoError(t, look())
	require.InDelta(t, 0, testutil.ToFloat64(b.metrics.ledgerGap.WithLabelValues(gapMissing)), 0)
	for range 2 {
		f.lines = []store.LedgerLine{gap(now.Add(-time.Hour), 3)}
		require.NoError(t, look(), "not the same minute")
	}
}

func TestAnOldLossIsToldToo(t *testing.T) {
	f := &fakeBooks{}
	b, now, _ := newBooks(t, f)
	require.NoError(t, b.run(t.Context()))
	f.lines = []store.LedgerLine{gap(now.AddDate(0, 0, -60), 1)}
	var err error
	for looks := 0; err == nil; looks++ {
		require.Less(t, looks, 2+int(booksAll/b.interval), "within two looks at everything")
		*now = now.Add(b.interval)
		err = b.run(t.Context())
	}
	for range 3 { // looks at the last day do not make it well
		*now = now.Add(b.interval)
		require.Error(t, b.run(t.Context()))
	}
	require.Equal(t, *now, now.UTC())
	days := now.Sub(f.looked[0])
	require.Less(t, days, b.keep, "not of days whose rows may have gone at their date")
	require.Greater(t, days, b.keep-3*24*time.Hour)
}

func TestWhatIsUnderWayIsNotJudged(t *testing.T) {
	for _, topic := range []string{stream.TopicRaw, stream.TopicEvents} {
		f := &fakeBooks{unread: map[string]time.Time{}}
		b, now, _ := newBooks(t, f)
		f.lines = []store.LedgerLine{gap(now.Add(-2*time.Hour), 1)}
		f.unread[topic] = now.Add(-2 * time.Hour)
		for range 3 {
			*now = now.Add(b.interval)
			require.NoError(t, b.run(t.Context()))
		}
		delete(f.unread, topic)
		*now = now.Add(b.interval)
		require.NoError(t, b.run(t.Context()))
		*now = now.Add(b.interval)
		require.Error(t, b.run(t.Context()), "what is read and still missing is lost")
	}
}

func TestBooksWaitForDeletions(t *testing.T) {
	f := &fakeBooks{running: 1}
	b, now, _ := newBooks(t, f)
	f.lines = []store.LedgerLine{gap(now.Add(-time.Hour), 1)}
	for range 3 {
		*now = now.Add(b.interval)
		require.NoError(t, b.run(t.Context()))
	}
	require.Empty(t, f.looked)
	f.running, f.err = 0, errors.New("ClickHouse is away")
	*now = now.Add(b.interval)
	require.Error(t, b.run(t.Context()))
}

func TestKindsOfGaps(t *testing.T) {
	f := &fakeBooks{}
	b, _, _ := newBooks(t, f)
	b.show([]store.LedgerLine{
		{Accepted: 5, Read: 3, Stored: 3, Counted: 3},
		{Accepted: 9, Read: 9, Stored: 4, Duplicates: 1, Quarantined: 1, SampledOut: 1, Dropped: 1, Counted: 4},
		{Accepted: 4, Read: 4, Stored: 4, Counted: 6},
		{Accepted: 4, Read: 4, Stored: 4, Counted: 1},
	})
	for kind, want := range map[string]float64{gapUnread: 2, gapUnaccounted: 1, gapSurplus: 2, gapMissing: 3} {
		require.InDelta(t, want, testutil.ToFloat64(b.metrics.ledgerGap.WithLabelValues(kind)), 0, kind)
	}
}
