package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
)

func TestRetentionStatusCountsWhatIsOverdue(t *testing.T) {
	engine := migrated(t)
	block, contents := blockOf('a', 6, today(), "standard", "short")
	require.NoError(t, store.NewBlockWriter(engine.Open(t, identity.Ingest)).Write(t.Context(), block, contents))
	admin := engine.Open(t, identity.Admin)
	of := func(now time.Time, label string) store.PlaceStatus {
		t.Helper()
		places, err := admin.RetentionStatus(t.Context(), store.Expiries(policy.Default()), now)
		require.NoError(t, err)
		for _, place := range places {
			if place.Table == store.TableContents && place.Label == label {
				return place
			}
		}
		t.Fatal("no such place")
		return store.PlaceStatus{}
	}
	day := today().Truncate(24 * time.Hour)
	short := of(today(), "short")
	require.Equal(t, store.PlaceStatus{Table: store.TableContents, Label: "short", Keep: 7 * 24 * time.Hour, Rows: 3, Oldest: short.Oldest}, short)
	require.False(t, short.Oldest.After(day))
	require.Equal(t, uint64(3), of(day.AddDate(0, 0, 8), "short").Overdue)
	require.Zero(t, of(day.AddDate(0, 0, 8), "standard").Overdue)
	require.Equal(t, uint64(3), of(day.AddDate(0, 0, 31), "standard").Overdue)
}
