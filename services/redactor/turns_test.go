package redactor

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// idsOf are the requests that blocks store, in their order.
func idsOf(blocks []*hushlogv1.Block) []string {
	var ids []string
	for _, b := range blocks {
		for _, r := range b.GetRecords() {
			ids = append(ids, r.GetRequestId())
		}
	}
	return ids
}

// A batch of giants holds up nobody: what is ordinary is stored with it, the giants one after the other, in their order,
// each once, also when a process ends in between or a double comes meanwhile.
func TestLargeEventsTakeTurns(t *testing.T) {
	giant := strings.Repeat("many words of no interest ", 400)
	w := newWard(t)
	w.large = 5000
	w.restart()
	var batch []*kgo.Record
	for i := range 4 {
		batch = append(batch, rawRecord(t, fmt.Sprintf("giant-%d", i), giant, start), rawRecord(t, fmt.Sprintf("small-%d", i), "hello", start))
	}
	blocks := w.commit(w.records(batch...)...)
	require.Equal(t, []string{"giant-0", "small-0", "small-1", "small-2", "small-3"}, idsOf(blocks))
	require.InDelta(t, 3, testutil.ToFloat64(w.p.Metrics.records.WithLabelValues(outcomeWaiting)), 0)
	require.Zero(t, testutil.ToFloat64(w.p.Metrics.records.WithLabelValues(outcomeQuarantined)), "they could be inspected")
	require.Len(t, w.rest, 1, "the partition asks itself to go on")
	require.Equal(t, &hushlogv1.LedgerDelta{Accepted: 8, Stored: 5, Quarantined: 3}, w.balanced())

	w.restart()
	var order []string
	for turn := 1; len(w.rest) > 0; turn++ {
		next := w.rest[0]
		w.rest = w.rest[1:]
		// Behind them more come: a giant that is new waits behind those that wait already, what is ordinary does not.
		records := []*kgo.Record{next}
		if turn == 2 {
			records = append(records, w.records(rawRecord(t, "late-giant", giant, start), rawRecord(t, "giant-3", giant, start), rawRecord(t, "late-small", "hello", start))...)
		}
		stored := idsOf(w.commit(records...))
		if turn == 2 {
			require.Equal(t, "late-small", stored[0])
			stored = stored[1:]
		}
		require.LessOrEqual(t, len(stored), 1, "one giant a turn")
		order = append(order, stored...)
		require.Less(t, turn, 20)
	}
	require.Equal(t, []string{"giant-1", "giant-2", "giant-3", "late-giant"}, order)
	require.Equal(t, &hushlogv1.LedgerDelta{Accepted: 11, Stored: 10, Duplicates: 1, Quarantined: 4, Released: 4}, w.balanced())
}

// One that is alone is inspected at once, as is every ordinary one, and what fails in its turn stays in quarantine.
func TestATurnIsNoSecondChance(t *testing.T) {
	giant := strings.Repeat("many words of no interest ", 400)
	w := newWard(t)
	w.large = 5000
	w.restart()
	require.Equal(t, []string{"alone"}, idsOf(w.commit(w.records(rawRecord(t, "alone", giant, start))...)))
	require.Empty(t, w.rest)

	w.commit(w.records(rawRecord(t, "first", giant, start), rawRecord(t, "second", giant, start))...)
	w.down = errUnavailable
	w.follow()
	require.EqualValues(t, 1, w.balanced().GetQuarantined()-w.balanced().GetReleased(), "the detector is away: it waits")
	w.down = nil
	w.now = w.now.Add(firstRetry)
	require.Equal(t, []int32{raw0}, w.p.Due())
	w.commit(w.records(w.tick())...)
	require.Zero(t, w.balanced().GetQuarantined()-w.balanced().GetReleased())
	require.True(t, passes(stream.ReasonTurn))
}
