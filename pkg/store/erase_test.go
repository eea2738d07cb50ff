package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
)

// TestErasedRowsDoNotComeBack writes blocks again after an erasure, as ingest does after a restart, when
// the writer finds none of their rows: without tombstones it would fill them.
func TestErasedRowsDoNotComeBack(t *testing.T) {
	engine := migrated(t)
	block, contents := blockOf('a', 6, today(), "standard", "short")
	for i, record := range block.GetRecords() {
		// All of a day, as the block's step of the ledger is: a block has a step for each minute of its records.
		record.UserPseudonym, record.AcceptedAt = "u_erased", timestamppb.New(today())
		if i%3 == 0 {
			record.UserPseudonym = "u_stays"
		}
	}
	write := func() {
		t.Helper()
		// Another connection: what a writer knows of tombstones may be some seconds old.
		err := store.NewBlockWriter(engine.Open(t, identity.Ingest)).Write(t.Context(), block, contents)
		require.NoError(t, err)
	}
	write()
	retention := engine.Open(t, identity.Retention)
	subject := store.Subject{Project: block.GetRecords()[0].GetProject(), Pseudonyms: []string{"u_erased", "u_of_an_earlier_key"}, Until: today().Add(time.Hour)}
	counts, err := retention.CountSubject(t.Context(), subject)
	require.NoError(t, err)
	require.Equal(t, uint64(4), counts[store.TableInteractions])
	require.Equal(t, uint64(4), counts[store.TableContents])

	early := subject
	early.Until = today().AddDate(0, 0, -10)
	counts, err = retention.CountSubject(t.Context(), early)
	require.NoError(t, err)
	require.Zero(t, counts[store.TableInteractions], "rows accepted after the request are not of it")
	_, err = retention.CountSubject(t.Context(), store.Subject{Project: "demo"})
	require.ErrorIs(t, err, store.ErrSubject)

	require.NoError(t, retention.AddTombstones(t.Context(), "0123", subject, time.Now()))
	require.NoError(t, retention.AddErasedToLedger(t.Context(), "0123", 1, subject))
	require.NoError(t, retention.EraseSubject(t.Context(), subject))
	for range 2 {
		write()
		counts, err = retention.CountSubject(t.Context(), subject)
		require.NoError(t, err)
		for place, n := range counts {
			require.Zero(t, n, place)
		}
		require.Equal(t, "2", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.interactions"))
		require.Equal(t, "2", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.contents"))
		require.Equal(t, "4", mustAsk(t, engine, identity.Admin, "SELECT sum(erased) FROM hushlog.ledger"))
	}

	fresh, freshContents := blockOf('b', 3, today(), "standard")
	for _, record := range fresh.GetRecords() {
		record.UserPseudonym = "u_erased"
	}
	err = store.NewBlockWriter(engine.Open(t, identity.Ingest)).Write(t.Context(), fresh, freshContents)
	require.NoError(t, err)
	require.Equal(t, "2", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.interactions"), "a late block is left out")
}
