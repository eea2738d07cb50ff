package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Handler stores records of one partition, in order. When it returns nil they are durable and their
// offset is committed. An error wrapped by Retry or RetryFrom has the same records, and maybe more,
// given again after a pause; any other ends Run, and nothing of them is committed. Different partitions are
// handled at the same time. It should return within the rebalance timeout: a longer wait belongs
// into Retry. When the consumer stops, ctx ends a grace later, so that a write can be finished.
type Handler func(ctx context.Context, partition Partition, records []*kgo.Record) error

// ConsumerConfig is how a Consumer works.
type ConsumerConfig struct {
	// Group: see the function of this name. Required.
	Group string
	// Topics to read. Required.
	Topics []string
	// MaxPollRecords bounds what handlers get at a time. Default 500.
	MaxPollRecords int
	// MaxPollBytes bounds what a broker sends at a time. Default 16 MiB.
	MaxPollBytes int32
	// Rewind is how many offsets before the committed one reading begins on assignment, for handlers
	// that recognise repetitions. Default 0.
	Rewind int64
	// Parallel is how many partitions are handled at a time. Default GOMAXPROCS.
	Parallel int
	// SessionTimeout is when a member that is silent loses its partitions. Default 15 s.
	SessionTimeout time.Duration
	// RebalanceTimeout is how long handling may hold up a rebalance. Default 1 min.
	RebalanceTimeout time.Duration
	// Grace is how long handlers may go on after Run's context has ended. Default 10 s.
	Grace time.Duration
	// StallAfter is how long standing still is healthy. Default 1 min.
	StallAfter time.Duration
	// Metrics may be nil.
	Metrics *Metrics
	// Log may be nil.
	Log *slog.Logger
}

func (c ConsumerConfig) withDefaults() (ConsumerConfig, error) {
	setDefault(&c.MaxPollRecords, 500)
	setDefault(&c.MaxPollBytes, 16<<20)
	setDefault(&c.Parallel, runtime.GOMAXPROCS(0))
	setDefault(&c.SessionTimeout, 15*time.Second)
	setDefault(&c.RebalanceTimeout, time.Minute)
	setDefault(&c.Grace, 10*time.Second)
	setDefault(&c.StallAfter, defaultStallAfter)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Group == "" || len(c.Topics) == 0 {
		return c, errors.New("consumer needs a group and topics")
	}
	if c.Rewind < 0 {
		return c, fmt.Errorf("consumer: rewind %d is negative", c.Rewind)
	}
	return c, nil
}

// Consumer reads topics as a member of a group and commits what its handler has stored: every record is
// handled at least once, in order within its partition. It reads committed transactions only.
type Consumer struct {
	opts     []kgo.Opt
	cfg      ConsumerConfig
	handle   Handler
	progress *progress

	mu sync.Mutex // guards what follows
	// floor is the committed offset that a partition was found with: commits never go below it, or each
	// crash after a rewind would rewind further.
	floor map[Partition]int64
	// retrying holds the last passing error of partitions that are tried again.
	retrying map[Partition]retryState
}

type retryState struct {
	since time.Time
	err   error
}

// NewConsumer checks the configuration. opts are those of Dial.
func NewConsumer(opts []kgo.Opt, cfg ConsumerConfig, handle Handler) (*Consumer, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Consumer{
		opts: opts, cfg: cfg, handle: handle,
		progress: newProgress(cfg.StallAfter, cfg.Metrics, cfg.Topics...),
		floor:    map[Partition]int64{}, retrying: map[Partition]retryState{},
	}, nil
}

// Healthy is nil while the consumer moves or has nothing to do, and says why it is not otherwise: at
// once while its handler's errors are retried.
func (c *Consumer) Healthy() error {
	c.mu.Lock()
	for at, state := range c.retrying {
		c.mu.Unlock()
		return fmt.Errorf("%s is tried again since %s: %w", at, time.Since(state.since).Round(time.Second), state.err)
	}
	c.mu.Unlock()
	return c.progress.healthy()
}

// Run reads until ctx ends (nil, after the batch at hand was finished and committed) or something
// fails. It may be called again. Not safe for concurrent use.
func (c *Consumer) Run(ctx context.Context) error {
	client, err := kgo.NewClient(c.options(ctx)...)
	if err != nil {
		return fmt.Errorf("consumer: %w", err)
	}
	defer client.CloseAllowingRebalance()
	watchCtx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() { c.progress.watch(watchCtx, client) })
	repeats := 0
	for ctx.Err() == nil {
		c.progress.turn()
		again, stepErr := c.step(ctx, client)
		client.AllowRebalance()
		if stepErr != nil {
			return stepErr
		}
		if !again {
			repeats = 0
			continue
		}
		repeats++
		pause(ctx, repeats)
	}
	return nil
}

func (c *Consumer) options(ctx context.Context) []kgo.Opt {
	return append(slices.Clone(c.opts),
		kgo.ConsumerGroup(c.cfg.Group),
		kgo.ConsumeTopics(c.cfg.Topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(),
		kgo.BlockRebalanceOnPoll(),
		kgo.DisableAutoCommit(),
		kgo.Balancers(kgo.CooperativeStickyBalancer()),
		kgo.SessionTimeout(c.cfg.SessionTimeout),
		kgo.HeartbeatInterval(c.cfg.SessionTimeout/5),
		kgo.RebalanceTimeout(c.cfg.RebalanceTimeout),
		kgo.FetchMaxBytes(c.cfg.MaxPollBytes),
		kgo.FetchMaxPartitionBytes(c.cfg.MaxPollBytes),
		kgo.FetchMaxWait(time.Second),
		kgo.AdjustFetchOffsetsFn(c.rewind),
		kgo.OnPartitionsAssigned(func(context.Context, *kgo.Client, map[string][]int32) {
			c.cfg.Metrics.rebalance(eventAssigned)
		}),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) {
			c.released(ctx, eventRevoked, partitionsOf(gone))
		}),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) {
			c.released(ctx, eventLost, partitionsOf(gone))
		}),
	)
}

// rewind is called with the committed offsets of newly assigned partitions.
func (c *Consumer) rewind(_ context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for topic, partitions := range offsets {
		for id, offset := range partitions {
			at, committed := Partition{topic, id}, offset.EpochOffset().Offset
			c.floor[at] = committed
			c.progress.start(at, committed)
			if committed > 0 && c.cfg.Rewind > 0 {
				partitions[id] = kgo.NewOffset().At(max(committed-c.cfg.Rewind, 0))
			}
		}
	}
	return offsets, nil
}

func (c *Consumer) released(ctx context.Context, event string, partitions []Partition) {
	if len(partitions) == 0 {
		return
	}
	c.cfg.Metrics.rebalance(event)
	c.progress.stop(partitions...)
	c.mu.Lock()
	for _, at := range partitions {
		delete(c.floor, at)
		delete(c.retrying, at)
	}
	c.mu.Unlock()
	c.cfg.Log.InfoContext(ctx, "partitions released", slog.String("event", event), slog.Int("partitions", len(partitions)))
}

// step polls once, has the records handled and commits. It says whether some must be tried again.
func (c *Consumer) step(ctx context.Context, client *kgo.Client) (again bool, err error) {
	pollCtx, cancel := context.WithTimeout(ctx, pollTurn)
	fetches := client.PollRecords(pollCtx, c.cfg.MaxPollRecords)
	cancel()
	logPassing(ctx, c.cfg.Log, fetches)
	err = fetchError(fetches)
	if err != nil {
		return false, err
	}
	batch := newBatch(fetches)
	if len(batch.parts) == 0 {
		return false, nil
	}
	work, done := graceful(ctx, c.cfg.Grace)
	defer done()
	errs := c.handleAll(work, batch)
	err = c.commit(work, client, batch, errs)
	if err != nil {
		return false, err
	}
	return c.settle(ctx, client, batch, errs)
}

func (c *Consumer) handleAll(ctx context.Context, b *batch) []error {
	errs := make([]error, len(b.parts))
	slots := make(chan struct{}, c.cfg.Parallel)
	var wg sync.WaitGroup
	for i, part := range b.parts {
		if len(part.records) == 0 {
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			start := time.Now()
			errs[i] = c.handle(ctx, part.at, part.records)
			c.cfg.Metrics.handled(part.at.Topic, len(part.records), time.Since(start))
		})
	}
	wg.Wait()
	return errs
}

// commit commits what was handled. A commit that fails because the group has moved on is no harm: the
// next owner repeats, and repetitions are recognised.
func (c *Consumer) commit(ctx context.Context, client *kgo.Client, b *batch, errs []error) error {
	offsets := map[string]map[int32]kgo.EpochOffset{}
	c.mu.Lock()
	for i, part := range b.parts {
		next := part.next
		if errs[i] != nil {
			retry := retryOf(errs[i])
			if retry == nil || retry.from <= part.records[0].Offset {
				continue
			}
			next = retry.from
		}
		c.progress.advance(part.at, next)
		delete(c.retrying, part.at)
		if next <= c.floor[part.at] {
			continue
		}
		if offsets[part.at.Topic] == nil {
			offsets[part.at.Topic] = map[int32]kgo.EpochOffset{}
		}
		offsets[part.at.Topic][part.at.ID] = kgo.EpochOffset{Epoch: -1, Offset: next}
	}
	c.mu.Unlock()
	if len(offsets) == 0 {
		return nil
	}
	var commitErr error
	client.CommitOffsetsSync(ctx, offsets, func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
		commitErr = errors.Join(err, commitErrors(resp))
	})
	switch ReasonOf(commitErr) { //nolint:exhaustive // all others are failures
	case ReasonNone:
		return nil
	case ReasonFenced, ReasonRetriable, ReasonTimeout, ReasonStopping:
		c.cfg.Log.WarnContext(ctx, "offsets not committed; the records may be read again", slog.String("reason", string(ReasonOf(commitErr))))
		return nil
	default:
		return fmt.Errorf("commit offsets of group %s: %w", c.cfg.Group, named(commitErr))
	}
}

// settle sorts out the partitions that were not handled.
func (c *Consumer) settle(ctx context.Context, client *kgo.Client, b *batch, errs []error) (again bool, err error) {
	back := map[string]map[int32]kgo.EpochOffset{}
	for i, part := range b.parts {
		if errs[i] == nil {
			continue
		}
		retry := retryOf(errs[i])
		if retry == nil {
			err = errors.Join(err, fmt.Errorf("handle %s from offset %d: %w", part.at, part.records[0].Offset, errs[i]))
			continue
		}
		if retry.err != nil {
			again = true
			c.noteRetry(ctx, part, retry.err)
		}
		if back[part.at.Topic] == nil {
			back[part.at.Topic] = map[int32]kgo.EpochOffset{}
		}
		back[part.at.Topic][part.at.ID] = kgo.EpochOffset{Epoch: -1, Offset: max(retry.from, part.records[0].Offset)}
	}
	if err != nil || len(back) == 0 {
		return false, err
	}
	client.SetOffsets(back)
	return again, nil
}

// noteRetry logs the first of a row only.
func (c *Consumer) noteRetry(ctx context.Context, part *part, err error) {
	c.cfg.Metrics.retried(part.at.Topic, len(part.records))
	c.mu.Lock()
	state, before := c.retrying[part.at]
	if !before {
		state.since = time.Now()
	}
	state.err = err
	c.retrying[part.at] = state
	c.mu.Unlock()
	if !before {
		c.cfg.Log.WarnContext(ctx, "records are tried again until they are stored", slog.String("partition", part.at.String()), slog.Int64("offset", part.records[0].Offset), slog.String("error", err.Error()))
	}
}
