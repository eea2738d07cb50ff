package stream

import (
	"context"
	"fmt"
	"sync"
	"time"

	// kadm asks a cluster about its topics and groups.
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Partition names one.
type Partition struct {
	Topic string
	ID    int32
}

// String is topic/partition.
func (p Partition) String() string { return fmt.Sprintf("%s/%d", p.Topic, p.ID) }

const (
	// defaultStallAfter is how long a reader may stand still before it is called stalled.
	defaultStallAfter = time.Minute
	probeEvery        = 5 * time.Second
	probeTimeout      = 4 * time.Second
)

// progress knows how far a reader is and how far it could be. Health is tied to it: a reader that
// stands while there is something to read is not ready, whatever else works.
type progress struct {
	stallAfter time.Duration
	topics     []string
	metrics    *Metrics

	mu       sync.Mutex // guards what follows
	next     map[Partition]int64
	ends     map[Partition]int64
	moved    time.Time // when next last grew, or there was nothing to read
	turned   time.Time // when the loop last came round
	step     string    // what it has done since then, for people; empty when it does not say
	answered time.Time // when the broker last answered the probe
}

func newProgress(stallAfter time.Duration, metrics *Metrics, topics ...string) *progress {
	if stallAfter == 0 {
		stallAfter = defaultStallAfter
	}
	metrics.presetTopic(topics...)
	now := time.Now()
	return &progress{
		stallAfter: stallAfter, topics: topics, metrics: metrics,
		next: map[Partition]int64{}, ends: map[Partition]int64{},
		moved: now, turned: now, answered: now,
	}
}

// start notes where reading of a partition begins.
func (p *progress) start(at Partition, next int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next[at] = next
	p.moved = time.Now()
}

func (p *progress) stop(partitions ...Partition) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, at := range partitions {
		delete(p.next, at)
	}
}

// turn notes that the loop came round.
func (p *progress) turn() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turned, p.step = time.Now(), ""
}

// doing notes what the loop does from now on until it comes round.
func (p *progress) doing(step string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step = step
}

// advance notes that everything before next is done.
func (p *progress) advance(at Partition, next int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if next > p.next[at] {
		p.moved = time.Now()
	}
	p.next[at] = next
}

// lagLocked is how many offsets are ahead, by topic and in all.
func (p *progress) lagLocked() (byTopic map[string]int64, total int64) {
	byTopic = map[string]int64{}
	for at, next := range p.next {
		lag := max(p.ends[at]-max(next, 0), 0)
		byTopic[at.Topic] += lag
		total += lag
	}
	return byTopic, total
}

// healthy says whether the reader moves.
func (p *progress) healthy() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	_, lag := p.lagLocked()
	switch {
	case now.Sub(p.answered) > p.stallAfter:
		return fmt.Errorf("brokers have not answered for %s: %w", now.Sub(p.answered).Round(time.Second), ErrStalled)
	case now.Sub(p.turned) > p.stallAfter && p.step != "":
		return fmt.Errorf("one batch takes %s so far, now %s: %w", now.Sub(p.turned).Round(time.Second), p.step, ErrStalled)
	case now.Sub(p.turned) > p.stallAfter:
		return fmt.Errorf("one batch takes %s so far: %w", now.Sub(p.turned).Round(time.Second), ErrStalled)
	case lag > 0 && now.Sub(p.moved) > p.stallAfter:
		return fmt.Errorf("%d records behind and not moved for %s: %w", lag, now.Sub(p.moved).Round(time.Second), ErrStalled)
	}
	return nil
}

// watch asks for the ends of the topics until ctx ends.
func (p *progress) watch(ctx context.Context, client *kgo.Client) {
	admin := kadm.NewClient(client)
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		p.probe(ctx, admin)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (p *progress) probe(ctx context.Context, admin *kadm.Client) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	ends, err := admin.ListCommittedOffsets(ctx, p.topics...)
	if err != nil {
		return // answered stays where it was, which healthy reports in time
	}
	starts, err := admin.ListStartOffsets(ctx, p.topics...)
	if err != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answered = time.Now()
	ends.Each(func(o kadm.ListedOffset) {
		if o.Err == nil {
			p.ends[Partition{o.Topic, o.Partition}] = o.Offset
		}
	})
	starts.Each(func(o kadm.ListedOffset) {
		// What has expired is not ahead of us: a partition that was emptied before it was ever read
		// would look like one that does not move.
		at := Partition{o.Topic, o.Partition}
		next, reading := p.next[at]
		if o.Err == nil && reading && next < o.Offset {
			p.next[at] = o.Offset
		}
	})
	byTopic, total := p.lagLocked()
	if total == 0 {
		p.moved = p.answered
	}
	for _, topic := range p.topics {
		p.metrics.setLag(topic, byTopic[topic])
	}
}
