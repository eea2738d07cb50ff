package gateway

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
)

const (
	// warnShare and refuseShare are shares of the time that a topic keeps its records: from the first on
	// somebody is told, from the second on nothing more is taken, as what was acknowledged could expire unread.
	warnShare   = 0.25
	refuseShare = 0.75
	// lookEvery is how often the topics are asked about.
	lookEvery = 5 * time.Second
	// lookTimeout bounds one look at one topic: a look asks some twenty times at most.
	lookTimeout = 20 * time.Second
)

// unreadAge asks since when a topic holds records that a group has not finished, as stream.OldestUnread.
type unreadAge func(ctx context.Context, group, topic string, now time.Time, within time.Duration) (oldest time.Time, unread bool, err error)

// watched is a topic that must be read before its records expire, and who reads it.
type watched struct {
	topic, group string
	keep         time.Duration
}

// watchedTopics are those between the gateway and ClickHouse.
func watchedTopics(r policy.Retention) []watched {
	return []watched{
		{stream.TopicRaw, stream.Group(identity.Redactor, ""), r.RawAtMost.D()},
		{stream.TopicEvents, stream.Group(identity.Ingest, ""), r.Events.D()},
	}
}

// level is how far a topic is behind.
type level int

const (
	levelFine level = iota
	levelWarn
	levelRefuse
)

// backlog follows how old the oldest unread record of each topic is. Where that cannot be asked, it goes on
// counting from the last answer: what is not known is never taken for well.
type backlog struct {
	ask     unreadAge
	topics  []watched
	metrics *metrics
	log     *slog.Logger
	now     func() time.Time

	// refusal is why nothing is taken; nil while interactions are.
	refusal atomic.Pointer[refusal]

	mu     sync.Mutex // guards what follows
	oldest map[string]time.Time
	levels map[string]level
	failed map[string]bool
}

func newBacklog(ask unreadAge, topics []watched, m *metrics, log *slog.Logger, now func() time.Time) *backlog {
	b := &backlog{
		ask: ask, topics: topics, metrics: m, log: log, now: now,
		oldest: map[string]time.Time{}, levels: map[string]level{}, failed: map[string]bool{},
	}
	for _, w := range topics {
		b.oldest[w.topic] = now()
		m.unreadAge.WithLabelValues(w.topic).Set(0)
		m.unreadKept.WithLabelValues(w.topic).Set(w.keep.Seconds())
	}
	return b
}

// run looks until ctx ends.
func (b *backlog) run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		b.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look asks about every topic once and decides.
func (b *backlog) look(ctx context.Context) {
	var worst *refusal
	for _, w := range b.topics {
		why := b.lookAt(ctx, w)
		if why != nil {
			worst = why
		}
	}
	if ctx.Err() == nil {
		b.refusal.Store(worst)
	}
}

// lookAt returns the refusal that follows from a topic, or nil.
func (b *backlog) lookAt(ctx context.Context, w watched) *refusal {
	askCtx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	began := b.now()
	oldest, unread, err := b.ask(askCtx, w.group, w.topic, began, w.keep)
	if ctx.Err() != nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !unread {
		oldest = began // whatever comes later is younger
	}
	if err == nil {
		b.oldest[w.topic] = oldest
	}
	b.tellFailureLocked(ctx, w, err)
	age := max(b.now().Sub(b.oldest[w.topic]), 0)
	b.metrics.unreadAge.WithLabelValues(w.topic).Set(age.Seconds())
	now := levelFine
	switch {
	case age >= share(w.keep, refuseShare):
		now = levelRefuse
	case age >= share(w.keep, warnShare):
		now = levelWarn
	}
	b.tellLevelLocked(ctx, w, age, now)
	if now < levelRefuse {
		return nil
	}
	return refuse(reasonBehind, "what was accepted before waits in the stream for so long (%s of the %s that it is kept) that more could be lost; send again later with the same request id",
		age.Round(time.Minute), w.keep)
}

func share(d time.Duration, s float64) time.Duration { return time.Duration(float64(d) * s) }

// tellFailureLocked logs when asking begins to fail and when it works again, not each time.
func (b *backlog) tellFailureLocked(ctx context.Context, w watched, err error) {
	switch {
	case err != nil && !b.failed[w.topic]:
		b.log.ErrorContext(ctx, "it is not known how old unread records are; their age is counted from the last answer",
			slog.String("topic", w.topic), slog.String("group", w.group), slog.String("error", err.Error()))
	case err == nil && b.failed[w.topic]:
		b.log.InfoContext(ctx, "it is known again how old unread records are", slog.String("topic", w.topic))
	}
	b.failed[w.topic] = err != nil
}

// tellLevelLocked logs changes.
func (b *backlog) tellLevelLocked(ctx context.Context, w watched, age time.Duration, now level) {
	before := b.levels[w.topic]
	b.levels[w.topic] = now
	if before == now {
		return
	}
	attrs := []any{
		slog.String("topic", w.topic), slog.String("group", w.group), slog.Duration("age", age.Round(time.Second)), slog.Duration("kept", w.keep),
	}
	switch now {
	case levelRefuse:
		b.log.ErrorContext(ctx, "interactions are refused: unread records are close to expiring; is the group's service, or what it writes to, stopped?", attrs...)
	case levelWarn:
		b.log.WarnContext(ctx, "unread records are old: the group's service, or what it writes to, does not keep up", attrs...)
	default:
		b.log.InfoContext(ctx, "unread records are young again", attrs...)
	}
}

// check is nil while interactions are taken.
func (b *backlog) check() error {
	why := b.refusal.Load()
	if why == nil {
		return nil // not the nil pointer as an error
	}
	return why
}
