package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// SoleWork is what the one active member of a group does with all partitions of its topics. Its
// methods are called by one goroutine.
type SoleWork interface {
	// Assigned is called before the first record and the first Turn after this member became, or may
	// again be, the only one. All state is made anew in it; reading back the own output belongs here, as what another
	// member was publishing has been fenced off. An error ends Run.
	Assigned(ctx context.Context) error
	// Handle takes records of one partition, in order, and returns what is to be published before
	// anything is committed. An error ends Run.
	Handle(ctx context.Context, partition Partition, records []*kgo.Record) ([]*kgo.Record, error)
	// Turn is called after each poll, once Assigned was, with the partitions that are read, and returns
	// what is to be published. behind says whether one has records that were not handled yet. An error
	// ends Run.
	Turn(ctx context.Context, partitions []Partition, behind func(Partition) bool) ([]*kgo.Record, error)
	// Keep is the lowest offset of a partition that has to be read again after a restart, at most next,
	// the one after what was handled. What Handle and Turn returned before is durable when it is called.
	Keep(partition Partition, next int64) int64
}

// SoleConfig is how a Sole works.
type SoleConfig struct {
	// Group and TransactionalID: see the functions of these names. The id is the same for every
	// instance, so that a new member fences the one before. Required.
	Group, TransactionalID string
	// Topics to read. Required.
	Topics []string
	// MaxPollRecords bounds what is handled at a time. Default 500.
	MaxPollRecords int
	// CommitEvery is how often offsets are committed. Default 5 s. Too low: load on the brokers; too
	// high: more is read again after a restart.
	CommitEvery time.Duration
	// SessionTimeout is when a member that is silent loses its place. Default 15 s.
	SessionTimeout time.Duration
	// RebalanceTimeout is how long a batch, or reading back, may hold up a rebalance. Default 45 s, as a Transactor's: the
	// embedded broker waits that long for a member that was killed while it joined, and nobody reads meanwhile.
	RebalanceTimeout time.Duration
	// StallAfter is how long standing still is healthy. Default 1 min.
	StallAfter time.Duration
	// Metrics may be nil.
	Metrics *Metrics
	// Log may be nil.
	Log *slog.Logger
}

func (c SoleConfig) withDefaults() (SoleConfig, error) {
	setDefault(&c.MaxPollRecords, 500)
	setDefault(&c.CommitEvery, 5*time.Second)
	setDefault(&c.SessionTimeout, 15*time.Second)
	setDefault(&c.RebalanceTimeout, 45*time.Second)
	setDefault(&c.StallAfter, defaultStallAfter)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Group == "" || c.TransactionalID == "" || len(c.Topics) == 0 {
		return c, errors.New("sole reader needs a group, a transactional id and topics")
	}
	return c, nil
}

// Sole reads all partitions of its topics in one place, for work that has to see every record:
// counting by something else than the key of the topic. Of a group's members one gets everything and
// the others wait. What it publishes is in transactions of one id, so that a member that was replaced
// without knowing can publish nothing more. It commits not what it has handled but what it need not
// see again, so that its successor can make the same state from the topic. It reads committed
// transactions only.
type Sole struct {
	opts     []kgo.Opt
	cfg      SoleConfig
	work     SoleWork
	progress *progress

	// What follows belongs to the goroutine of Run.
	next       map[Partition]int64
	committed  map[Partition]int64
	lastCommit time.Time
	began      bool // this client has taken over the transactional id

	mu         sync.Mutex  // guards what follows
	fresh      bool        // partitions were assigned and Assigned was not called yet
	lapsed     bool        // there was a time when another member may have been the active one
	partitions []Partition // those assigned
}

// NewSole checks the configuration. opts are those of Dial.
func NewSole(opts []kgo.Opt, cfg SoleConfig, work SoleWork) (*Sole, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Sole{opts: opts, cfg: cfg, work: work, progress: newProgress(cfg.StallAfter, cfg.Metrics, cfg.Topics...)}, nil
}

// Healthy is nil while the reader moves, has nothing to do or waits for its turn.
func (s *Sole) Healthy() error { return s.progress.healthy() }

// errLapsed says that another member may have been active since this client took over its
// transactional id. A client takes it over once, so that a new one is needed.
var errLapsed = errors.New("another member was active in between")

// Run reads until ctx ends (nil) or something fails; then all state of the work is worth nothing, and
// the process had better start again.
func (s *Sole) Run(ctx context.Context) error {
	for {
		err := s.session(ctx)
		if !errors.Is(err, errLapsed) {
			return err
		}
	}
}

// session is the life of one client.
func (s *Sole) session(ctx context.Context) error {
	s.next, s.committed, s.lastCommit = map[Partition]int64{}, map[Partition]int64{}, time.Now()
	s.began = false
	s.mu.Lock()
	s.fresh, s.lapsed, s.partitions = false, false, nil
	s.mu.Unlock()
	client, err := kgo.NewClient(s.options()...)
	if err != nil {
		return fmt.Errorf("sole reader: %w", err)
	}
	defer client.CloseAllowingRebalance()
	watchCtx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() { s.progress.watch(watchCtx, client) })
	for ctx.Err() == nil {
		s.progress.turn()
		err = s.step(ctx, client)
		client.AllowRebalance()
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func (s *Sole) options() []kgo.Opt {
	return append(slices.Clone(s.opts),
		kgo.ConsumerGroup(s.cfg.Group),
		kgo.ConsumeTopics(s.cfg.Topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(),
		kgo.BlockRebalanceOnPoll(),
		kgo.DisableAutoCommit(),
		kgo.Balancers(soleBalancer{kgo.RangeBalancer()}),
		kgo.SessionTimeout(s.cfg.SessionTimeout),
		kgo.HeartbeatInterval(s.cfg.SessionTimeout/5),
		kgo.RebalanceTimeout(s.cfg.RebalanceTimeout),
		kgo.FetchMaxWait(time.Second),
		kgo.TransactionalID(s.cfg.TransactionalID),
		kgo.AdjustFetchOffsetsFn(s.started),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, got map[string][]int32) { s.assigned(got) }),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) { s.gone(eventRevoked, gone) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) { s.gone(eventLost, gone) }),
	)
}

// started notes where reading begins.
func (s *Sole) started(_ context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	for topic, partitions := range offsets {
		for id, offset := range partitions {
			s.progress.start(Partition{topic, id}, offset.EpochOffset().Offset)
		}
	}
	return offsets, nil
}

func (s *Sole) assigned(got map[string][]int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(got) == 0 {
		s.lapsed = true
		return
	}
	s.cfg.Metrics.rebalance(eventAssigned)
	s.fresh, s.partitions = true, partitionsOf(got)
}

func (s *Sole) gone(event string, gone map[string][]int32) {
	if len(gone) == 0 {
		return
	}
	s.cfg.Metrics.rebalance(event)
	s.progress.stop(partitionsOf(gone)...)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.partitions = nil
	s.lapsed = s.lapsed || event == eventLost
}

// takeFresh says, once for each assignment, that state must be made anew, and whether another member
// may have been active before it.
func (s *Sole) takeFresh() (fresh, lapsed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh, lapsed = s.fresh, s.lapsed
	s.fresh, s.lapsed = false, false
	return fresh, lapsed
}

func (s *Sole) assignment() []Partition {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.partitions
}

// step handles what one poll gives.
func (s *Sole) step(ctx context.Context, client *kgo.Client) error {
	pollCtx, cancel := context.WithTimeout(ctx, pollTurn)
	fetches := client.PollRecords(pollCtx, s.cfg.MaxPollRecords)
	cancel()
	err := fetchError(fetches)
	if err != nil {
		return err
	}
	err = s.beginFresh(ctx, client)
	if err != nil {
		return err
	}
	batch := newBatch(fetches)
	if len(batch.parts) > 0 {
		err = s.handle(ctx, client, batch)
		if err != nil {
			return err
		}
	}
	partitions := s.assignment()
	if len(partitions) == 0 || !s.began {
		return nil
	}
	publish, err := s.work.Turn(ctx, partitions, s.progress.behind)
	if err != nil {
		return fmt.Errorf("turn: %w", err)
	}
	err = s.publish(ctx, client, publish)
	if err != nil {
		return err
	}
	if time.Since(s.lastCommit) < s.cfg.CommitEvery {
		return nil
	}
	return s.commit(ctx, client)
}

// beginFresh begins when partitions were assigned since it was last called.
func (s *Sole) beginFresh(ctx context.Context, client *kgo.Client) error {
	fresh, lapsed := s.takeFresh()
	if fresh && lapsed && s.began {
		return errLapsed
	}
	if !fresh {
		return nil
	}
	return s.begin(ctx, client)
}

func (s *Sole) handle(ctx context.Context, client *kgo.Client, b *batch) error {
	var publish []*kgo.Record
	for _, part := range b.parts {
		start := time.Now()
		records, err := s.work.Handle(ctx, part.at, part.records)
		if err != nil {
			return fmt.Errorf("handle %s up to offset %d: %w", part.at, part.next, err)
		}
		publish = append(publish, records...)
		s.cfg.Metrics.handled(part.at.Topic, len(part.records), time.Since(start))
	}
	err := s.publish(ctx, client, publish)
	if err != nil {
		return err
	}
	for _, part := range b.parts {
		s.next[part.at] = part.next
		s.progress.advance(part.at, part.next)
	}
	return nil
}

// begin makes this member the only one that can publish, and has the state made anew.
func (s *Sole) begin(ctx context.Context, client *kgo.Client) error {
	clear(s.next)
	clear(s.committed)
	ctx, cancel := context.WithTimeout(ctx, s.cfg.RebalanceTimeout)
	defer cancel()
	_, _, err := client.ProducerID(ctx)
	if err != nil {
		return fmt.Errorf("take over transactional id %s: %w", s.cfg.TransactionalID, named(err))
	}
	s.began = true
	err = s.work.Assigned(ctx)
	if err != nil {
		return fmt.Errorf("make state anew: %w", err)
	}
	s.cfg.Log.InfoContext(ctx, "active: all partitions are read here", slog.String("group", s.cfg.Group))
	return nil
}

// publish puts records into one transaction. Whatever goes wrong ends Run: what came of the
// transaction is found by reading back.
func (s *Sole) publish(ctx context.Context, client *kgo.Client, records []*kgo.Record) error {
	if len(records) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	err := client.BeginTransaction()
	if err != nil {
		return fmt.Errorf("begin transaction: %w", named(err))
	}
	start := time.Now()
	results := client.ProduceSync(ctx, records...)
	err = results.FirstErr()
	end := kgo.TryCommit
	if err != nil {
		end = kgo.TryAbort
	}
	endErr := client.EndTransaction(ctx, end)
	switch {
	case err != nil:
		s.cfg.Metrics.transaction(outcomeAborted)
		return fmt.Errorf("publish to %s: %w", records[0].Topic, named(err))
	case endErr != nil:
		s.cfg.Metrics.transaction(outcomeUnknown)
		return fmt.Errorf("commit transaction: %w", errors.Join(ErrOutcome, named(endErr)))
	}
	s.cfg.Metrics.transaction(outcomeCommitted)
	s.cfg.Metrics.published(records[0].Topic, make([]error, len(records)), time.Since(start))
	return nil
}

// commit writes down from where a successor has to read.
func (s *Sole) commit(ctx context.Context, client *kgo.Client) error {
	s.lastCommit = time.Now()
	offsets := map[string]map[int32]kgo.EpochOffset{}
	for at, next := range s.next {
		keep := s.work.Keep(at, next)
		before, known := s.committed[at]
		if known && before == keep {
			continue
		}
		if offsets[at.Topic] == nil {
			offsets[at.Topic] = map[int32]kgo.EpochOffset{}
		}
		offsets[at.Topic][at.ID] = kgo.EpochOffset{Epoch: -1, Offset: keep}
		s.committed[at] = keep
	}
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
		clear(s.committed)
		s.cfg.Log.WarnContext(ctx, "offsets not committed; more is read again after a restart", slog.String("reason", string(ReasonOf(commitErr))))
		return nil
	default:
		return fmt.Errorf("commit offsets of group %s: %w", s.cfg.Group, named(commitErr))
	}
}

// behind says whether a partition has records that were not handled yet, as far as the last probe
// knows; one that was never probed counts as behind.
func (p *progress) behind(at Partition) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	end, known := p.ends[at]
	return !known || max(p.next[at], 0) < end
}

// soleBalancer gives everything to the first member. It speaks the group protocol as the balancer
// that it wraps does.
type soleBalancer struct{ kgo.GroupBalancer }

// ProtocolName differs from the wrapped one's, so that members with another balancer cannot join.
func (soleBalancer) ProtocolName() string { return "hushlog-sole" }

// MemberBalancer reads the members' interests.
func (b soleBalancer) MemberBalancer(members []kmsg.JoinGroupResponseMember) (kgo.GroupMemberBalancer, map[string]struct{}, error) {
	balancer, err := kgo.NewConsumerBalancer(b, members)
	if err != nil {
		return nil, nil, err
	}
	return balancer, balancer.MemberTopics(), nil
}

// Balance plans: members come sorted, so that every leader of the group makes the same plan.
func (soleBalancer) Balance(b *kgo.ConsumerBalancer, topics map[string]int32) kgo.IntoSyncAssignment {
	plan := b.NewPlan()
	first, _ := b.MemberAt(0)
	for topic, count := range topics {
		partitions := make([]int32, count)
		for i := range partitions {
			partitions[i] = int32(i)
		}
		plan.AddPartitions(first, topic, partitions)
	}
	return plan
}
