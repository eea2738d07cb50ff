package gateway

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// tally counts what was accepted and rejected, by project and minute, and publishes the counts
// beside the sealed records. A batch of counts keeps its id until Kafka has acknowledged it, so that
// it is counted once; a gateway that is killed loses the counts since the last one, never records.
// What comes without a good key is of no project and only in the metrics.
// Safe for concurrent use; publish by one goroutine at a time.
type tally struct {
	publisher publisher
	log       *slog.Logger
	now       func() time.Time

	mu     sync.Mutex // guards counts
	counts map[tallyKey]*tallyCount

	// unsent is the batch that waits for its acknowledgement. It belongs to publish.
	unsent *hushlogv1.GatewayTally
}

type tallyKey struct {
	project string
	minute  int64
}

type tallyCount struct{ accepted, rejected uint64 }

func newTally(p publisher, log *slog.Logger, now func() time.Time) *tally {
	return &tally{publisher: p, log: log, now: now, counts: make(map[tallyKey]*tallyCount)}
}

func (t *tally) accepted(project string, at time.Time) {
	t.add(project, at, func(c *tallyCount) { c.accepted++ })
}

func (t *tally) rejected(project string, at time.Time) {
	t.add(project, at, func(c *tallyCount) { c.rejected++ })
}

func (t *tally) add(project string, at time.Time, count func(*tallyCount)) {
	key := tallyKey{project, stream.MinuteOf(at)}
	t.mu.Lock()
	defer t.mu.Unlock()
	c, ok := t.counts[key]
	if !ok {
		c = &tallyCount{}
		t.counts[key] = c
	}
	count(c)
}

// run publishes every interval until the context ends. The last counts are drain's.
func (t *tally) run(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		attempt, cancel := context.WithTimeout(ctx, every)
		err := t.publish(attempt)
		cancel()
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			t.log.WarnContext(ctx, "counts for the ledger are not published; they are kept", slog.String("error", err.Error()))
		}
		failing = err != nil
	}
}

// publish sends what was counted and waits for Kafka's acknowledgement.
func (t *tally) publish(ctx context.Context) error {
	for {
		if t.unsent == nil {
			t.unsent = t.cut()
		}
		if t.unsent == nil {
			return nil
		}
		value, err := proto.Marshal(t.unsent)
		if err != nil {
			return fmt.Errorf("marshal tally: %w", err)
		}
		err = errors.Join(t.publisher.Publish(ctx, []*kgo.Record{tallyRecord(value, t.now())})...)
		if err != nil {
			return fmt.Errorf("publish tally: %w", err)
		}
		t.unsent = nil
	}
}

// cut takes the counts, or returns nil when there are none.
func (t *tally) cut() *hushlogv1.GatewayTally {
	t.mu.Lock()
	counts := t.counts
	t.counts = make(map[tallyKey]*tallyCount, len(counts))
	t.mu.Unlock()
	if len(counts) == 0 {
		return nil
	}
	batch := &hushlogv1.GatewayTally{TallyId: make([]byte, 16)}
	_, _ = rand.Read(batch.TallyId) // never fails
	for key, c := range counts {
		batch.Deltas = append(batch.Deltas, &hushlogv1.LedgerDelta{
			Project: key.project, Minute: key.minute, GatewayAccepted: c.accepted, GatewayRejected: c.rejected,
		})
	}
	slices.SortFunc(batch.Deltas, func(a, b *hushlogv1.LedgerDelta) int {
		return cmp.Or(cmp.Compare(a.GetProject(), b.GetProject()), cmp.Compare(a.GetMinute(), b.GetMinute()))
	})
	return batch
}
