package gateway

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func TestBudgetKeepsShares(t *testing.T) {
	b := newBudget(100, func(project string) float64 { return map[string]float64{"a": 0.5, "b": 1}[project] })
	a1, a2, b1 := b.lease("a"), b.lease("a"), b.lease("b")
	require.NoError(t, a1.grow(30))
	require.Equal(t, reasonMemory, asRefusal(a2.grow(21)).reason, "beyond the share of a")
	require.NoError(t, a2.grow(20))
	require.NoError(t, b1.grow(50))
	require.Error(t, b1.grow(1), "beyond the whole")
	a1.shrink(10)
	require.NoError(t, b1.grow(20))
	for _, l := range []*lease{a1, a2, b1} {
		l.release()
		l.release()
	}
	require.Zero(t, b.inUse())
	require.Empty(t, b.byProject)
}

// Many large messages at once never take more than the budget; who does not fit is told to come back.
func TestMemoryIsBoundedUnderManyLargeMessages(t *testing.T) {
	w := newWorld(t, func(cfg *Config, _ *policy.Policy) { cfg.MemoryMiB, cfg.BatchMiB = 48, 8 })
	block := make(chan struct{})
	w.kafka.set(nil, block)
	peak := watchMemory(w)
	in := good()
	in.Messages[0].Name = strings.Repeat("x", 3<<20)
	var refused, taken atomic.Int64
	var wait sync.WaitGroup
	for range 40 {
		wait.Go(func() {
			ctx, cancel := context.WithTimeout(as(t.Context(), w.key), 10*time.Second)
			defer cancel()
			_, err := w.client.Log(ctx, &hushlogv1.LogRequest{Interaction: in})
			if err == nil {
				taken.Add(1)
				return
			}
			if status.Code(err) == codes.ResourceExhausted && reasonOf(status.Convert(err)) == string(reasonMemory) && retryDelay(status.Convert(err)) > 0 {
				refused.Add(1)
			}
		})
	}
	require.Eventually(t, func() bool { return refused.Load() > 0 }, 10*time.Second, 5*time.Millisecond)
	close(block)
	wait.Wait()
	require.LessOrEqual(t, peak(), int64(48<<20))
	require.Positive(t, taken.Load())
	require.EqualValues(t, 40, taken.Load()+refused.Load())
	w.memoryIsFree(t)
}

func TestLimiterSaysWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules := testPolicy()
		l := newLimiter(rules, time.Now)
		slow := identity.Principal{Project: "slow", KeyID: "k"}
		require.NoError(t, l.take(slow, 10))
		require.NoError(t, l.take(slow, 10))
		refused := asRefusal(l.take(slow, 10))
		require.Equal(t, reasonRate, refused.reason)
		require.InDelta(t, float64(500*time.Millisecond), float64(refused.retry), float64(time.Millisecond))
		time.Sleep(refused.retry)
		require.NoError(t, l.take(slow, 10))

		// Bytes: the burst is a second's, or one largest interaction's.
		demo := rules.Projects["demo"]
		demo.Limits = policy.ProjectLimits{EventsPerSecond: 1000, BytesPerSecond: 1 << 20, MemoryShare: 1}
		rules.Projects["demo"] = demo
		large := identity.Principal{Project: "demo", KeyID: "l"}
		require.NoError(t, l.take(large, 4<<20))
		refused = asRefusal(l.take(large, 1<<20))
		require.InDelta(t, float64(time.Second), float64(refused.retry), float64(time.Millisecond))
		// What was refused has drawn nothing.
		time.Sleep(time.Second)
		require.NoError(t, l.take(large, 1<<20))

		time.Sleep(5 * time.Second)
		// A key's own limits come beside the project's, and may be changed.
		narrow := identity.Principal{Project: "demo", KeyID: "n", Limits: &identity.KeyLimits{EventsPerSecond: 1}}
		require.NoError(t, l.take(narrow, 1))
		require.Error(t, l.take(narrow, 1))
		narrow.Limits = &identity.KeyLimits{EventsPerSecond: 5}
		require.NoError(t, l.take(narrow, 1))

		time.Sleep(2 * sweepEvery)
		require.NoError(t, l.take(slow, 1))
		require.Len(t, l.buckets, 1)
	})
}

// What cannot be published is kept under its id, and counted once.
func TestTallyIsKeptUntilItIsAcknowledged(t *testing.T) {
	kafka := &fakeKafka{}
	now := time.Unix(1_700_000_000, 0)
	counts := newTally(kafka, nil, func() time.Time { return now })
	counts.accepted("demo", now)
	kafka.set(stream.ErrUnacknowledged, nil)
	require.Error(t, counts.publish(t.Context()))
	first := counts.unsent.GetTallyId()
	counts.accepted("demo", now)
	counts.rejected("slow", now.Add(time.Minute))
	require.Error(t, counts.publish(t.Context()))
	require.Equal(t, first, counts.unsent.GetTallyId())
	require.EqualValues(t, 1, counts.unsent.GetDeltas()[0].GetGatewayAccepted())
	kafka.set(nil, nil)
	require.NoError(t, counts.publish(t.Context()))
	require.Len(t, kafka.ofKind(stream.KindTally), 2)
	accepted, _ := tallied(t, kafka, "demo")
	require.EqualValues(t, 2, accepted)
	_, rejected := tallied(t, kafka, "slow")
	require.EqualValues(t, 1, rejected)
	require.NoError(t, counts.publish(t.Context()))
	require.Len(t, kafka.ofKind(stream.KindTally), 2, "nothing to count, nothing to send")
}
