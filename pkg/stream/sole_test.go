package stream

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// echo publishes what it reads and keeps nothing, or everything from an offset on.
type echo struct {
	keepFrom int64 // -1 keeps nothing

	mu         sync.Mutex // guards what follows
	assigned   int
	partitions map[Partition]int // records handled
	caughtUp   bool
	failAfter  error
	wait       chan struct{} // Handle waits for it when it is set
}

func (e *echo) Assigned(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.assigned++
	e.partitions = map[Partition]int{}
	return nil
}

func (e *echo) Handle(_ context.Context, at Partition, records []*kgo.Record) ([]*kgo.Record, error) {
	e.mu.Lock()
	wait := e.wait
	e.partitions[at] += len(records)
	err := e.failAfter
	e.mu.Unlock()
	if wait != nil {
		<-wait
	}
	var out []*kgo.Record
	for _, r := range records {
		out = append(out, &kgo.Record{Topic: topicOut, Partition: r.Partition, Key: r.Key})
	}
	return out, err
}

func (e *echo) Turn(_ context.Context, partitions []Partition, behind func(Partition) bool) ([]*kgo.Record, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.caughtUp = len(partitions) > 0
	for _, at := range partitions {
		e.caughtUp = e.caughtUp && !behind(at)
	}
	return nil, nil
}

func (e *echo) Keep(_ Partition, next int64) int64 {
	if e.keepFrom < 0 {
		return next
	}
	return min(next, e.keepFrom)
}

func (e *echo) handled() (total, partitions, assigned int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, n := range e.partitions {
		total += n
	}
	return total, len(e.partitions), e.assigned
}

func (e *echo) isCaughtUp() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.caughtUp
}

// startSole runs one until stop is called or it ends by itself; both functions return Run's error.
func startSole(t *testing.T, k *testKafka, work SoleWork) (sole *Sole, stop, wait func() error) {
	t.Helper()
	sole, err := NewSole(k.opts(), SoleConfig{
		Group: "g", TransactionalID: "t", Topics: []string{topicIn}, CommitEvery: 50 * time.Millisecond,
		SessionTimeout: 2 * time.Second,
	}, work)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- sole.Run(ctx) }()
	wait = sync.OnceValue(func() error {
		select {
		case runErr := <-done:
			return runErr
		case <-time.After(30 * time.Second):
			return errors.New("did not end")
		}
	})
	stop = func() error {
		cancel()
		return wait()
	}
	t.Cleanup(func() { _ = stop() })
	return sole, stop, wait
}

func TestSoleReadsEverythingInOnePlace(t *testing.T) {
	k := newKafka(t, 3)
	k.fill(t, topicIn, 3, 0, 20)
	first := &echo{keepFrom: -1}
	sole, stop, _ := startSole(t, k, first)
	eventually(t, "the first reads all partitions", func() bool { n, p, _ := first.handled(); return n == 60 && p == 3 })
	eventually(t, "and knows that it has", first.isCaughtUp)
	require.NoError(t, sole.Healthy())

	second := &echo{keepFrom: -1}
	_, stopSecond, _ := startSole(t, k, second)
	k.fill(t, topicIn, 3, 20, 30)
	eventually(t, "one of the two reads the rest", func() bool { return len(k.keys(t, topicOut)) == 90 })
	require.NoError(t, stop())
	k.fill(t, topicIn, 3, 30, 40)
	eventually(t, "the other one takes over", func() bool { return len(k.keys(t, topicOut)) == 120 })
	require.NoError(t, stopSecond())
}

func TestSoleCommitsWhatIsNotNeededAgain(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicIn, 1, 0, 10)
	work := &echo{keepFrom: 4}
	_, stop, _ := startSole(t, k, work)
	eventually(t, "read", func() bool { n, _, _ := work.handled(); return n == 10 })
	eventually(t, "committed", func() bool {
		offsets, err := CommittedOffsets(t.Context(), k.admin, "g", topicIn)
		return err == nil && offsets[Partition{topicIn, 0}] == 4
	})
	require.NoError(t, stop())
	again := &echo{keepFrom: -1}
	_, stop, _ = startSole(t, k, again)
	eventually(t, "what was kept is read again", func() bool { n, _, _ := again.handled(); return n == 6 })
	require.NoError(t, stop())
}

func TestSoleThatWasReplacedPublishesNothing(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicIn, 1, 0, 1)
	work := &echo{keepFrom: -1, wait: make(chan struct{})}
	_, _, wait := startSole(t, k, work)
	eventually(t, "the first has records in hand", func() bool { n, _, _ := work.handled(); return n == 1 })

	successor, err := kgo.NewClient(append(k.opts(), kgo.TransactionalID("t"))...)
	require.NoError(t, err)
	defer successor.Close()
	_, _, err = successor.ProducerID(t.Context())
	require.NoError(t, err)
	close(work.wait)
	require.ErrorIs(t, wait(), ErrFenced)
	require.Empty(t, k.keys(t, topicOut))
}

// TestSoleComesBackAfterAnotherWasActive has one member active, then another, then the first again.
func TestSoleComesBackAfterAnotherWasActive(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicIn, 1, 0, 5)
	member := func(name string) (*echo, func() error) {
		work := &echo{keepFrom: -1}
		// The broker makes member ids of client ids, and the first of them is the active one.
		sole, err := NewSole(append(k.opts(), kgo.ClientID(name)), SoleConfig{
			Group: "g", TransactionalID: "t", Topics: []string{topicIn}, CommitEvery: 50 * time.Millisecond, SessionTimeout: 2 * time.Second,
		}, work)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- sole.Run(ctx) }()
		return work, func() error {
			cancel()
			return <-done
		}
	}
	second, stopSecond := member("second")
	eventually(t, "the one that is alone is active", func() bool { return len(k.keys(t, topicOut)) == 5 })
	first, stopFirst := member("first")
	next := 5
	eventually(t, "the first in order takes over", func() bool {
		k.fill(t, topicIn, 1, next, next+1)
		next++
		n, _, _ := first.handled()
		return n > 0
	})
	require.NoError(t, stopFirst())
	_, _, before := second.handled()
	k.fill(t, topicIn, 1, next, next+5)
	eventually(t, "the second is active again and publishes", func() bool { return len(k.keys(t, topicOut)) == next+5 })
	_, _, after := second.handled()
	require.Greater(t, after, before)
	require.NoError(t, stopSecond())
}

func TestSoleEndsWithTheErrorOfItsWork(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicIn, 1, 0, 1)
	broken := errors.New("broken")
	work := &echo{keepFrom: -1, failAfter: broken}
	_, _, wait := startSole(t, k, work)
	require.ErrorIs(t, wait(), broken)
	require.Empty(t, k.keys(t, topicOut))
}

func TestPartitionEmptiedBeforeItWasReadIsNotBehind(t *testing.T) {
	k := newKafka(t, 2)
	k.fill(t, topicIn, 2, 0, 5)
	gone := kadm.Offsets{}
	gone.AddOffset(topicIn, 0, 5, -1)
	gone.AddOffset(topicIn, 1, 5, -1)
	deleted, err := k.admin.DeleteRecords(t.Context(), gone)
	require.NoError(t, errors.Join(err, deleted.Error()))
	work := &echo{keepFrom: -1}
	sole, stop, _ := startSole(t, k, work)
	eventually(t, "nothing to read", work.isCaughtUp)
	require.NoError(t, sole.Healthy())
	require.NoError(t, stop())
}

func TestSoleConfig(t *testing.T) {
	_, err := NewSole(nil, SoleConfig{Group: "g", Topics: []string{"t"}}, nil)
	require.Error(t, err)
}
