package stream

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// sink is a store that recognises repetitions by key.
type sink struct {
	mu    sync.Mutex // guards what follows
	rows  map[string]int
	order []int64
}

func newSink() *sink { return &sink{rows: map[string]int{}} }

func (s *sink) handle(_ context.Context, _ Partition, records []*kgo.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range records {
		s.rows[string(r.Key)]++
		s.order = append(s.order, r.Offset)
	}
	return nil
}

func (s *sink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.rows)
}

func consume(t *testing.T, c *Consumer) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	var once sync.Once
	var result error
	stop = func() error {
		cancel()
		once.Do(func() { result = <-done })
		return result
	}
	t.Cleanup(func() { _ = stop() })
	return stop
}

func consumerConfig() ConsumerConfig {
	return ConsumerConfig{
		Group: Group("test", "sink"), Topics: []string{topicIn}, MaxPollRecords: 20,
		SessionTimeout: 2 * time.Second, RebalanceTimeout: 5 * time.Second,
	}
}

func TestConsumerRetries(t *testing.T) {
	k := newKafka(t, 2)
	k.fill(t, topicIn, 2, 0, 50)
	away := errors.New("store is away")
	var down atomic.Bool
	down.Store(true)
	seen := newSink()
	c, err := NewConsumer(k.opts(), consumerConfig(), func(ctx context.Context, p Partition, records []*kgo.Record) error {
		if down.Load() && p.ID == 1 {
			return Retry(away)
		}
		return seen.handle(ctx, p, records)
	})
	require.NoError(t, err)
	stop := consume(t, c)
	eventually(t, "the other partition goes on", func() bool { return seen.count() == 50 })
	eventually(t, "and it is said", func() bool { return errors.Is(c.Healthy(), away) })
	down.Store(false)
	eventually(t, "all handled", func() bool { return seen.count() == 100 })
	eventually(t, "healthy again", func() bool { return c.Healthy() == nil })
	require.NoError(t, stop())
	for key, n := range seen.rows {
		require.Equal(t, 1, n, "key %s", key)
	}
}

func TestConsumerHandlesInPart(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicIn, 1, 0, 50)
	seen := newSink()
	away := errors.New("store is away")
	var failed atomic.Int64
	c, err := NewConsumer(k.opts(), consumerConfig(), func(ctx context.Context, p Partition, records []*kgo.Record) error {
		for i, r := range records {
			if i == 3 && r.Offset < 30 {
				return Rest(r)
			}
			if r.Offset == 35 && failed.Add(1) < 4 {
				return RetryFrom(r, away)
			}
			_ = seen.handle(ctx, p, []*kgo.Record{r})
		}
		return nil
	})
	require.NoError(t, err)
	stop := consume(t, c)
	eventually(t, "waits for the store", func() bool { return errors.Is(c.Healthy(), away) })
	committed, err := CommittedOffsets(t.Context(), k.admin, consumerConfig().Group, topicIn)
	require.NoError(t, err)
	require.Equal(t, int64(35), committed[Partition{topicIn, 0}], "what came before is committed")
	eventually(t, "all handled", func() bool { return seen.count() == 50 })
	require.NoError(t, stop())
	for offset, got := range seen.order {
		require.Equal(t, int64(offset), got, "each once and in order")
	}
	require.NoError(t, RetryFrom(nil, nil))
	require.NoError(t, Retry(nil))
}

func TestConsumerStopsAtABadRecord(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicIn, 1, 0, 50)
	bad := errors.New("cannot be decoded")
	var calls atomic.Int64
	c, err := NewConsumer(k.opts(), consumerConfig(), func(_ context.Context, _ Partition, records []*kgo.Record) error {
		calls.Add(1)
		if records[0].Offset >= 20 {
			return bad
		}
		return nil
	})
	require.NoError(t, err)
	require.ErrorIs(t, c.Run(t.Context()), bad)
	committed, err := CommittedOffsets(t.Context(), k.admin, consumerConfig().Group, topicIn)
	require.NoError(t, err)
	require.Equal(t, map[Partition]int64{{topicIn, 0}: 20}, committed, "nothing of the bad batch is committed")
	require.ErrorIs(t, c.Run(t.Context()), bad, "and it is not skipped")
}

func TestConsumerRewinds(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicIn, 1, 0, 50)
	cfg := consumerConfig()
	cfg.Rewind = 7
	for range 3 {
		seen := newSink()
		c, err := NewConsumer(k.opts(), cfg, seen.handle)
		require.NoError(t, err)
		stop := consume(t, c)
		eventually(t, "read to the end", func() bool { return seen.rows != nil && seen.last() == 49 })
		require.NoError(t, stop())
		if seen.count() != 50 { // not the first time
			require.Equal(t, 7, seen.count())
		}
		committed, err := CommittedOffsets(t.Context(), k.admin, cfg.Group, topicIn)
		require.NoError(t, err)
		require.Equal(t, int64(50), committed[Partition{topicIn, 0}])
	}
	cfg.Rewind = -1
	_, err := NewConsumer(k.opts(), cfg, newSink().handle)
	require.Error(t, err)
}

func (s *sink) last() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.order) == 0 {
		return -1
	}
	return s.order[len(s.order)-1]
}

// TestConsumerRewindNeverCommitsBackwards stops after the first repeated batch.
func TestConsumerRewindNeverCommitsBackwards(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicIn, 1, 0, 50)
	cfg := consumerConfig()
	cfg.Rewind = 40
	cfg.MaxPollRecords = 5
	seen := newSink()
	c, err := NewConsumer(k.opts(), cfg, seen.handle)
	require.NoError(t, err)
	stop := consume(t, c)
	eventually(t, "all handled", func() bool { return seen.last() == 49 })
	require.NoError(t, stop())
	crash := errors.New("crash")
	for range 3 {
		batches := 0
		c, err = NewConsumer(k.opts(), cfg, func(context.Context, Partition, []*kgo.Record) error {
			batches++
			if batches == 3 {
				return crash
			}
			return nil
		})
		require.NoError(t, err)
		require.ErrorIs(t, c.Run(t.Context()), crash)
		committed, err := CommittedOffsets(t.Context(), k.admin, cfg.Group, topicIn)
		require.NoError(t, err)
		require.Equal(t, int64(50), committed[Partition{topicIn, 0}])
	}
}

func TestConsumerDrains(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicIn, 1, 0, 10)
	started, finish := make(chan struct{}), make(chan struct{})
	var cut atomic.Bool
	c, err := NewConsumer(k.opts(), consumerConfig(), func(ctx context.Context, _ Partition, _ []*kgo.Record) error {
		close(started)
		<-finish
		cut.Store(ctx.Err() != nil)
		return nil
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	<-started
	cancel()
	close(finish)
	require.NoError(t, <-done)
	require.False(t, cut.Load(), "the write at hand is finished")
	committed, err := CommittedOffsets(t.Context(), k.admin, consumerConfig().Group, topicIn)
	require.NoError(t, err)
	require.Equal(t, int64(10), committed[Partition{topicIn, 0}], "and committed")
}

func TestConsumersShare(t *testing.T) {
	k := newKafka(t, 4)
	seen := newSink()
	var stops []func() error
	for range 2 {
		c, err := NewConsumer(k.opts(), consumerConfig(), seen.handle)
		require.NoError(t, err)
		stops = append(stops, consume(t, c))
		k.fill(t, topicIn, 4, len(stops)*100, len(stops)*100+100)
	}
	eventually(t, "all handled", func() bool { return seen.count() == 800 })
	require.NoError(t, stops[0]())
	k.fill(t, topicIn, 4, 1000, 1010)
	eventually(t, "the other takes over", func() bool { return seen.count() == 840 })
	require.NoError(t, stops[1]())
}

func TestProgressHealth(t *testing.T) {
	p := newProgress(time.Minute, nil, topicIn)
	at := Partition{topicIn, 0}
	p.start(at, 5)
	require.NoError(t, p.healthy())
	long := time.Now().Add(-2 * time.Minute)

	p.ends[at] = 9
	p.moved = long
	require.ErrorIs(t, p.healthy(), ErrStalled, "stands with lag")
	p.advance(at, 9)
	require.NoError(t, p.healthy())
	p.moved = long
	require.NoError(t, p.healthy(), "nothing to read")
	p.turned = long
	require.ErrorIs(t, p.healthy(), ErrStalled, "stuck in a batch")
	p.turn()
	p.answered = long
	require.ErrorIs(t, p.healthy(), ErrStalled, "broker away")
}

// TestConsumerLosesItsPlaceAndComesBack has the broker forget the member.
func TestConsumerLosesItsPlaceAndComesBack(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicIn, 1, 0, 10)
	seen := newSink()
	c, err := NewConsumer(k.opts(), consumerConfig(), seen.handle)
	require.NoError(t, err)
	stop := consume(t, c)
	eventually(t, "reads", func() bool { return seen.count() == 10 })
	forgotten := k.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: consumerConfig().Group, Err: kerr.UnknownMemberID})
	eventually(t, "forgotten", func() bool { return forgotten.Hits() > 0 })
	k.fill(t, topicIn, 1, 10, 20)
	eventually(t, "reads again", func() bool { return seen.count() == 20 })
	require.NoError(t, stop())
}
