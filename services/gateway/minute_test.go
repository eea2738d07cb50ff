package gateway

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// The gateway's counts and the records agree on the minute, also when it ends between two looks at
// the clock: the ledger compares them minute by minute.
func TestCountsAndRecordsAgreeOnTheMinute(t *testing.T) {
	w := newWorld(t, nil)
	started := time.Now()
	looks := 0
	tick := func() time.Time { // each look at the clock is in another minute
		looks++
		return started.Add(time.Duration(looks) * time.Minute)
	}
	w.taker.now, w.taker.checker.now = tick, tick
	_, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: good()})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(w.kafka.ofKind(stream.KindTally)) == 1 }, 5*time.Second, 5*time.Millisecond)
	meta, err := stream.ParseMeta(w.kafka.ofKind(stream.KindSealed)[0].Headers)
	require.NoError(t, err)
	tally := &hushlogv1.GatewayTally{}
	unmarshal(t, w.kafka.ofKind(stream.KindTally)[0].Value, tally)
	require.Len(t, tally.GetDeltas(), 1)
	require.Equal(t, meta.Minute, tally.GetDeltas()[0].GetMinute())
}
