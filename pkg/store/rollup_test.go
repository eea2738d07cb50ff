package store_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// rollupStarts are the rollups with the start of their units as interactions have it.
var rollupStarts = map[string]string{
	"minute": "toStartOfMinute(toDateTime(accepted_at, 'UTC'))", "hour": "toStartOfHour(toDateTime(accepted_at, 'UTC'))", "day": "toDate(accepted_at)",
}

// requireRollups compares every sum of every rollup with the rows that are there.
func requireRollups(t *testing.T, engine *storetest.Engine) {
	t.Helper()
	for unit, start := range rollupStarts {
		sums := mustAsk(t, engine, identity.Admin, "SELECT project, classification, retention_label, "+start+" AS u, environment, region, provider, model, model_version, cost_currency,"+
			" count(), countIf(failed), sum(input_tokens), sum(output_tokens), sum(cached_input_tokens), sum(reasoning_tokens), round(sum(cost), 6),"+
			" ifNull(max(latency_ms), nan), ifNull(min(latency_ms), nan) FROM hushlog.interactions GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10")
		rolled := mustAsk(t, engine, identity.Admin, "SELECT project, classification, retention_label, "+unit+" AS u, environment, region, provider, model, model_version, cost_currency,"+
			" sum(interactions), sum(errors), sum(input_tokens), sum(output_tokens), sum(cached_input_tokens), sum(reasoning_tokens), round(sum(cost), 6),"+
			" quantileTDigestMerge(1)(state), quantileTDigestMerge(0)(state) FROM (SELECT *, CAST(latency_ms, 'AggregateFunction(quantileTDigest, UInt32)') AS state FROM hushlog.rollup_"+unit+
			") GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10")
		require.Equal(t, sums, rolled, unit)
	}
}

// variedBlock is a block over some minutes, models and labels.
func variedBlock(id byte, n int) (*hushlogv1.Block, *hushlogv1.Contents) {
	block, contents := blockOf(id, n, today(), "standard", "short")
	for i, record := range block.GetRecords() {
		record.AcceptedAt = timestamppb.New(today().AddDate(0, 0, -(i % 2)).Add(time.Duration(rand.N(7200)) * time.Second))
		record.Model = []string{"a", "b"}[rand.N(2)]
		record.Failed = i%5 == 0
		record.Latency = durationpb.New(time.Duration(1+rand.N(5000)) * time.Millisecond)
		if i%7 == 0 {
			record.Latency = nil
		}
	}
	return block, contents
}

func TestRollupsAreTheSumOfTheRows(t *testing.T) {
	engine := migrated(t)
	for i := range 3 {
		block, contents := variedBlock(byte('a'+i), 40)
		for range 2 { // a block that is repeated counts once
			require.NoError(t, store.NewBlockWriter(engine.Open(t, identity.Ingest)).Write(t.Context(), block, contents))
		}
	}
	requireRollups(t, engine)
	require.Equal(t, "120", mustAsk(t, engine, "role_engineering", "SELECT sum(interactions) FROM hushlog.rollup_minute"))
	_, err := ask(t, engine, "role_engineering", "SELECT model, quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(latency_ms) FROM hushlog.rollup_hour GROUP BY model")
	require.NoError(t, err)
}

// TestRollupsAreMadeAnew: what a crash, an erasure or an older release left wrong is found and put right, with the
// rights of retention.
func TestRollupsAreMadeAnew(t *testing.T) {
	engine := migrated(t)
	admin := engine.Open(t, identity.Admin)
	retention := engine.Open(t, identity.Retention)
	block, contents := variedBlock('a', 60)
	for i, record := range block.GetRecords() {
		record.UserPseudonym = []string{"u_a", "u_b", "u_c"}[i%3]
	}
	require.NoError(t, store.NewBlockWriter(engine.Open(t, identity.Ingest)).Write(t.Context(), block, contents))
	since, until := today().AddDate(0, 0, -3), today().AddDate(0, 0, 1)
	differ := func() []store.RollupUnit {
		t.Helper()
		units, err := retention.RollupDifferences(t.Context(), since, until)
		require.NoError(t, err)
		return units
	}
	require.Empty(t, differ())
	for name, harm := range map[string]func(){
		"lost": func() { require.NoError(t, store.Exec(t.Context(), admin, "TRUNCATE TABLE hushlog.rollup_hour")) },
		"doubled": func() {
			require.NoError(t, store.Exec(t.Context(), admin, "INSERT INTO hushlog.rollup_minute SELECT * FROM hushlog.rollup_minute SETTINGS insert_deduplicate = 0"))
		},
		"erased": func() {
			require.NoError(t, retention.EraseSubject(t.Context(), store.Subject{Project: "demo", Pseudonyms: []string{"u_b"}, Until: until}))
		},
		"all of it": func() {
			for _, unit := range []string{"minute", "hour", "day"} {
				require.NoError(t, store.Exec(t.Context(), admin, "TRUNCATE TABLE hushlog.rollup_"+unit))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // what is made anew twice is not taken for a repetition
				harm()
				units := differ()
				if name != "erased" {
					require.NotEmpty(t, units)
				}
				require.NoError(t, retention.RollUpAgain(t.Context(), units))
				require.Empty(t, differ())
				requireRollups(t, engine)
			}
		})
	}
}

// TestRollupsAreRightAfterACrash kills the engine while blocks are written, repeats the blocks as ingest does, and
// compares: what repeating could not fill is made anew.
func TestRollupsAreRightAfterACrash(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: kills the engine several times; not with -short")
	}
	engine := migrated(t)
	type written struct {
		block    *hushlogv1.Block
		contents *hushlogv1.Contents
	}
	var all []written
	for range 5 {
		db, err := store.Open(t.Context(), engine.Config(identity.Ingest))
		require.NoError(t, err)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				block, contents := variedBlock(byte('0'+len(all)), 20)
				all = append(all, written{block, contents})
				err := store.NewBlockWriter(db).Write(t.Context(), block, contents)
				if err != nil {
					return // the engine is gone
				}
			}
		}()
		time.Sleep(time.Duration(rand.N(300)) * time.Millisecond)
		engine.Kill()
		<-stopped
		_ = db.Close()
		engine.Restart(t)
		for _, w := range all {
			require.NoError(t, store.NewBlockWriter(engine.Open(t, identity.Ingest)).Write(t.Context(), w.block, w.contents))
		}
		retention := engine.Open(t, identity.Retention)
		units, err := retention.RollupDifferences(t.Context(), today().AddDate(0, 0, -3), today().AddDate(0, 0, 2))
		require.NoError(t, err)
		t.Logf("%d blocks, %d units made anew", len(all), len(units))
		require.NoError(t, retention.RollUpAgain(t.Context(), units))
		requireRollups(t, engine)
	}
}
