package retention

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/stream"
)

func TestPlanDeletion(t *testing.T) {
	for _, tc := range []struct {
		name                            string
		start, finished, oldEnough, end int64
		want                            deletion
	}{
		{"nothing old", 0, 10, 0, 10, deletion{before: 0}},
		{"old and finished", 0, 10, 5, 10, deletion{before: 5}},
		{"old and unread stays", 0, 3, 10, 10, deletion{before: 3}},
		{"everything is old: the last one waits for a tick", 0, 10, 10, 10, deletion{before: 9, tick: true}},
		{"deleted before", 5, 10, 5, 10, deletion{before: 5}},
		{"empty partition", 7, 7, 7, 7, deletion{before: 7}},
		{"only an old tick is left", 9, 10, 10, 10, deletion{before: 9, tick: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, planDeletion(tc.start, tc.finished, tc.oldEnough, tc.end))
		})
	}
}

// fakeBroker holds one partition: the times of its records.
type fakeBroker struct {
	times     []time.Time
	start     int64
	committed int64
	ticks     int
	ignore    bool // answers, and deletes nothing
	now       time.Time
}

var only = stream.Partition{Topic: "raw", ID: 0}

func (f *fakeBroker) Committed(context.Context, string, string) (map[stream.Partition]int64, error) {
	return map[stream.Partition]int64{only: f.committed}, nil
}

func (f *fakeBroker) Bounds(context.Context, string) (map[stream.Partition]stream.Bounds, error) {
	return map[stream.Partition]stream.Bounds{only: {Start: f.start, End: int64(len(f.times))}}, nil
}

func (f *fakeBroker) OffsetsAt(_ context.Context, _ string, t time.Time) (map[stream.Partition]int64, error) {
	for i, at := range f.times {
		if int64(i) >= f.start && !at.Before(t) {
			return map[stream.Partition]int64{only: int64(i)}, nil
		}
	}
	return map[stream.Partition]int64{only: int64(len(f.times))}, nil
}

func (f *fakeBroker) DeleteBefore(_ context.Context, _ stream.Partition, offset int64) (int64, error) {
	if !f.ignore {
		f.start = offset
	}
	return f.start, nil
}

func (f *fakeBroker) Tick(context.Context, stream.Partition) error {
	f.ticks++
	f.times = append(f.times, f.now)
	return nil
}

func TestRawRecordsGoOnceRedactedAndAnHourOld(t *testing.T) {
	begin := time.Unix(1_800_000_000, 0)
	f := &fakeBroker{now: begin}
	for i := range 100 {
		f.times = append(f.times, begin.Add(time.Duration(i)*time.Minute))
	}
	reg := prometheus.NewRegistry()
	c := &rawCleaner{
		broker: f, topic: "raw", group: "g", after: time.Hour, log: slog.New(slog.DiscardHandler),
		metrics: newMetrics(reg, nil), now: func() time.Time { return f.now },
	}
	f.now, f.committed = begin.Add(99*time.Minute), 50
	require.NoError(t, c.clean(t.Context()))
	require.EqualValues(t, 39, f.start, "records 0 to 38 are an hour old")
	f.now = begin.Add(130 * time.Minute)
	require.NoError(t, c.clean(t.Context()))
	require.EqualValues(t, 50, f.start, "old, but not redacted: stays")
	f.committed = 100
	f.now = begin.Add(24 * time.Hour)
	require.NoError(t, c.clean(t.Context()))
	require.EqualValues(t, 100, f.start, "the last one goes too")
	require.Equal(t, 1, f.ticks)
	require.Len(t, f.times, 101, "and the partition is not empty")
	require.InDelta(t, 100, testutil.ToFloat64(c.metrics.rawDeleted), 0)
}

func TestDeletionThatDidNotHappenIsAnError(t *testing.T) {
	begin := time.Unix(1_800_000_000, 0)
	f := &fakeBroker{times: []time.Time{begin, begin}, committed: 2, ignore: true, now: begin.Add(2 * time.Hour)}
	c := &rawCleaner{
		broker: f, topic: "raw", group: "g", after: time.Hour, log: slog.New(slog.DiscardHandler),
		metrics: newMetrics(prometheus.NewRegistry(), nil), now: func() time.Time { return f.now },
	}
	err := c.clean(t.Context())
	require.Error(t, err)
	require.ErrorContains(t, err, "still holds")
}
