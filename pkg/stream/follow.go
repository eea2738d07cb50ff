package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Follower reads a small topic from its start, without a group, and goes on reading: every process that
// follows sees every record. The keys topic is read so.
type Follower struct {
	opts     []kgo.Opt
	topic    string
	handle   func(*kgo.Record)
	progress *progress
	caughtUp chan struct{}
	once     sync.Once
}

// NewFollower follows topic over the options of Dial. handle gets each record, partition by partition
// in order, from one goroutine; records may come again after Run was started again.
func NewFollower(opts []kgo.Opt, topic string, metrics *Metrics, handle func(*kgo.Record)) *Follower {
	return &Follower{
		opts: opts, topic: topic, handle: handle,
		progress: newProgress(0, metrics, topic), caughtUp: make(chan struct{}),
	}
}

// CaughtUp is closed once everything was handled that the topic held when Run had started.
func (f *Follower) CaughtUp() <-chan struct{} { return f.caughtUp }

// Healthy is nil once the follower has caught up and as long as it moves or has nothing to read.
func (f *Follower) Healthy() error {
	select {
	case <-f.caughtUp:
		return f.progress.healthy()
	default:
		return fmt.Errorf("%s is not yet read to its end: %w", f.topic, ErrStalled)
	}
}

// Run reads until ctx ends (nil) or reading fails for good. It waits for a topic that does not exist yet.
func (f *Follower) Run(ctx context.Context) error {
	client, err := kgo.NewClient(append(slices.Clone(f.opts),
		kgo.ConsumeTopics(f.topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(),
		kgo.FetchMaxWait(time.Second),
	)...)
	if err != nil {
		return fmt.Errorf("follow %s: %w", f.topic, err)
	}
	defer client.Close()
	targets, err := f.targets(ctx, kadm.NewClient(client))
	if err != nil {
		return err
	}
	watchCtx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() { f.progress.watch(watchCtx, client) })
	for {
		f.arrived(targets)
		f.progress.turn()
		// Bounded, so that the loop comes round where nothing is written for long: that is no stall.
		pollCtx, end := context.WithTimeout(ctx, pollTurn)
		fetches := client.PollFetches(pollCtx)
		end()
		if ctx.Err() != nil {
			return nil
		}
		err = fetchError(fetches)
		if err != nil {
			return err
		}
		fetches.EachRecord(func(r *kgo.Record) { f.take(r, targets) })
	}
}

func (f *Follower) take(r *kgo.Record, targets map[Partition]int64) {
	if !r.Attrs.IsControl() {
		f.handle(r)
	}
	at := Partition{r.Topic, r.Partition}
	f.progress.advance(at, r.Offset+1)
	if r.Offset+1 >= targets[at] {
		delete(targets, at)
	}
}

func (f *Follower) arrived(targets map[Partition]int64) {
	if len(targets) == 0 {
		f.once.Do(func() { close(f.caughtUp) })
	}
}

// targets are the ends of the partitions that hold anything.
func (f *Follower) targets(ctx context.Context, admin *kadm.Client) (map[Partition]int64, error) {
	for n := 1; ; n++ {
		targets, err := f.tryTargets(ctx, admin)
		switch {
		case ctx.Err() != nil:
			return nil, nil //nolint:nilnil // the end of ctx is no error, and Run looks at ctx next
		case err == nil:
			return targets, nil
		case ReasonOf(err) == ReasonDenied:
			return nil, fmt.Errorf("follow %s: %w", f.topic, named(err))
		}
		pause(ctx, n)
	}
}

func (f *Follower) tryTargets(ctx context.Context, admin *kadm.Client) (map[Partition]int64, error) {
	askCtx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	starts, err := admin.ListStartOffsets(askCtx, f.topic)
	err = errors.Join(err, starts.Error())
	if err != nil {
		return nil, err
	}
	ends, err := admin.ListEndOffsets(askCtx, f.topic)
	err = errors.Join(err, ends.Error())
	if err != nil {
		return nil, err
	}
	targets := map[Partition]int64{}
	ends.Each(func(end kadm.ListedOffset) {
		start, _ := starts.Lookup(end.Topic, end.Partition)
		at := Partition{end.Topic, end.Partition}
		f.progress.start(at, start.Offset)
		if end.Offset > start.Offset {
			targets[at] = end.Offset
		}
	})
	return targets, nil
}
