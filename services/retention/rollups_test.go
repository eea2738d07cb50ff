package retention

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/store"
)

type fakeRollups struct {
	differ []store.RollupUnit
	since  []time.Time
	until  time.Time
	made   int
	fail   error
}

func (f *fakeRollups) RollupDifferences(_ context.Context, since, until time.Time) ([]store.RollupUnit, error) {
	f.since, f.until = append(f.since, since), until
	return f.differ, nil
}

func (f *fakeRollups) RollUpAgain(_ context.Context, units []store.RollupUnit) error {
	if f.fail != nil {
		return f.fail
	}
	f.made += len(units)
	f.differ = nil
	return nil
}

func TestRollupsThatDifferAreMadeAnew(t *testing.T) {
	began := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	clock, leads := began, true
	f := &fakeRollups{differ: []store.RollupUnit{{Table: store.TableRollupDay, Start: began}, {Table: store.TableRollupHour, Start: began}}, fail: errors.New("down")}
	m := newMetrics(prometheus.NewRegistry(), nil)
	r := &rollups{store: f, leads: func() bool { return leads }, keep: 90 * 24 * time.Hour, metrics: m, log: slog.New(slog.DiscardHandler), now: func() time.Time { return clock }}
	require.Error(t, r.run(t.Context()))
	f.fail = nil
	require.NoError(t, r.run(t.Context()))
	require.Equal(t, 2, f.made)
	require.InDelta(t, 2, testutil.ToFloat64(m.rolledUpAgain), 0)
	for range 3 { // looks again after it has made something, and then rests
		require.NoError(t, r.run(t.Context()))
	}
	all := began.AddDate(0, 0, -91)
	require.Equal(t, []time.Time{all, all, all}, f.since)
	require.Equal(t, began.Add(-rollupGrace), f.until, "units whose rows are on their way are left alone")
	clock = clock.Add(rollupPause)
	require.NoError(t, r.run(t.Context()))
	require.Equal(t, clock.Add(-recentRollups), f.since[3])
	clock = clock.Add(wholeRollupPause)
	require.NoError(t, r.run(t.Context()))
	require.Equal(t, clock.AddDate(0, 0, -91), f.since[4])
	leads = false
	clock = clock.Add(wholeRollupPause)
	require.NoError(t, r.run(t.Context()))
	require.Len(t, f.since, 5)
}
