package retention

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/audit/translog"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// fakeRows are the rows of ClickHouse.
type fakeRows []*hushlogv1.AuditEntry

func (f fakeRows) AuditEntries(_ context.Context, from, to time.Time, each func(*hushlogv1.AuditEntry) error) error {
	for _, e := range f {
		at := e.GetAt().AsTime()
		if at.Before(from) || !at.Before(to) {
			continue
		}
		err := each(e)
		if err != nil {
			return err
		}
	}
	return nil
}

func entryAt(i int, at time.Time) *hushlogv1.AuditEntry {
	return &hushlogv1.AuditEntry{
		EntryId: fmt.Appendf(nil, "entry-%010d", i), ActId: fmt.Appendf(nil, "act-%012d", i), Phase: hushlogv1.AuditPhase_AUDIT_PHASE_INTENT,
		At: timestamppb.New(at), Actor: "ada", Action: "query", Tables: []string{"hushlog.contents"},
	}
}

func TestRowsAreReconciledWithTheLog(t *testing.T) {
	signer, verifier := trailKeys(t)
	dir := filepath.Join(t.TempDir(), "trail")
	now := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)

	var rows fakeRows
	var records []translog.Record
	for i := range 300 { // an entry an hour and some nanoseconds, twelve days long
		at := now.Add(time.Duration(i-300) * time.Hour).Add(1234 * time.Nanosecond)
		entry := entryAt(i, at)
		value, err := proto.Marshal(entry)
		require.NoError(t, err)
		records = append(records, translog.Record{Offset: int64(i), Time: at.Truncate(time.Millisecond), Value: value})
		stored := entryAt(i, at.Truncate(time.Millisecond))
		rows = append(rows, stored)
	}
	w, err := translog.Open(t.Context(), translog.Options{Dir: dir, Signer: signer, Verifier: verifier, CheckpointEvery: 100 * time.Millisecond})
	require.NoError(t, err)
	require.NoError(t, w.Append(t.Context(), records))
	require.NoError(t, w.Close(t.Context()))

	cases := []struct {
		name   string
		change func(rows fakeRows) fakeRows
		want   differences
	}{
		{"as logged", func(rows fakeRows) fakeRows { return rows }, differences{}},
		{"a row is deleted", func(rows fakeRows) fakeRows { return append(rows[:100:100], rows[101:]...) }, differences{Missing: 1}},
		{"a row is made up", func(rows fakeRows) fakeRows { return append(rows, entryAt(9999, now.Add(-5*time.Hour))) }, differences{Added: 1}},
		{"a row is changed", func(rows fakeRows) fakeRows { rows[200].Actor = "somebody else"; return rows }, differences{Changed: 1}},
		{"a row's time is changed", func(rows fakeRows) fakeRows {
			rows[200].At = timestamppb.New(rows[200].GetAt().AsTime().Add(time.Millisecond))
			return rows
		}, differences{Changed: 1}},
		{"a row is doubled", func(rows fakeRows) fakeRows { return append(rows, rows[20]) }, differences{Doubled: 1}},
		{"a row moves to another day", func(rows fakeRows) fakeRows {
			rows[200].At = timestamppb.New(rows[200].GetAt().AsTime().Add(-50 * time.Hour))
			return rows
		}, differences{Missing: 1, Added: 1}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var own fakeRows
			for _, row := range rows {
				own = append(own, proto.CloneOf(row))
			}
			r := &reconciler{
				dir: dir, verifier: verifier, rows: c.change(own), keep: 400 * oneDay,
				metrics: newMetrics(prometheus.NewRegistry(), nil), now: func() time.Time { return now },
			}
			err := r.run(t.Context())
			require.Equal(t, c.want, r.found)
			require.Equal(t, c.want.sum() == 0, err == nil)
		})
	}
}
