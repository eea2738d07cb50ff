package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
)

func TestRetentionRunsAreStoredOnceAndTheLastIsShown(t *testing.T) {
	engine := migrated(t)
	retention := engine.Open(t, identity.Retention)
	oldest := today().AddDate(0, 0, -3).Truncate(time.Millisecond)
	run := func(id string, at time.Time) []*store.PlaceRecord {
		return []*store.PlaceRecord{
			{RunID: id, At: at, Kind: store.PlaceTable, Place: "contents", Label: "short", KeepSeconds: 604800, Oldest: &oldest, Rows: 7, PolicyDigest: "d"},
			{RunID: id, At: at, Kind: store.PlaceTopic, Place: "hushlog.raw.v1", KeepSeconds: 3600, Overdue: 2, FailedSteps: []string{"raw"}, PolicyDigest: "d"},
		}
	}
	early, late := today().Truncate(time.Millisecond), today().Truncate(time.Millisecond).Add(time.Second)
	require.NoError(t, retention.AddRetentionRun(t.Context(), "a", run("a", early)))
	for range 2 {
		require.NoError(t, retention.AddRetentionRun(t.Context(), "b", run("b", late)))
	}
	require.Equal(t, "4", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.retention_runs"))
	answer := mustAsk(t, engine, identity.RoleUser("compliance"), store.RetentionStatusSQL(early.Add(-time.Hour)))
	require.Equal(t, "table\tcontents\tshort\t604800\t"+oldest.UTC().Format("2006-01-02 15:04:05.000")+"\t7\t0\t"+late.UTC().Format("2006-01-02 15:04:05.000")+"\t[]\td\n"+
		"topic\thushlog.raw.v1\t\t3600\t\t0\t2\t"+late.UTC().Format("2006-01-02 15:04:05.000")+"\t['raw']\td", answer)
}
