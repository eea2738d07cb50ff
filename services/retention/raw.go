package retention

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/hushlog/hushlog/pkg/stream"
)

// broker is what retention asks of Kafka.
type broker interface {
	// Committed gives the first offset of each partition that a group has not finished.
	Committed(ctx context.Context, group, topic string) (map[stream.Partition]int64, error)
	// Bounds gives what each partition holds.
	Bounds(ctx context.Context, topic string) (map[stream.Partition]stream.Bounds, error)
	// OffsetsAt gives the first offset of each partition whose record is not
	// older than t, or the end.
	OffsetsAt(ctx context.Context, topic string, t time.Time) (map[stream.Partition]int64, error)
	// DeleteBefore deletes every record before an offset and returns the new start.
	DeleteBefore(ctx context.Context, at stream.Partition, offset int64) (int64, error)
	// Tick publishes a record without content to a partition.
	Tick(ctx context.Context, at stream.Partition) error
}

// deletion is what is to be done with one partition.
type deletion struct {
	// before is the offset up to which records go.
	before int64
	// tick says that a record without content has to follow first, as the last
	// record of a partition is never deleted: a broker may forget where an
	// emptied partition was.
	tick bool
}

// planDeletion decides for one partition. A record goes when the redactor has
// finished it and it is old enough: both, so that nothing unread is lost.
func planDeletion(start, finished, oldEnough, end int64) deletion {
	before := min(finished, oldEnough)
	switch {
	case before <= start:
		return deletion{before: start}
	case before >= end:
		return deletion{before: end - 1, tick: true}
	default:
		return deletion{before: before}
	}
}

// rawCleaner deletes sealed records that were redacted long enough ago.
type rawCleaner struct {
	broker  broker
	topic   string
	group   string
	after   time.Duration
	log     *slog.Logger
	metrics *metrics
	now     func() time.Time
}

// clean makes one round over every partition.
func (c *rawCleaner) clean(ctx context.Context) error {
	finished, err := c.broker.Committed(ctx, c.group, c.topic)
	if err != nil {
		return fmt.Errorf("read what the redactor has finished: %w", err)
	}
	oldEnough, err := c.broker.OffsetsAt(ctx, c.topic, c.now().Add(-c.after))
	if err != nil {
		return fmt.Errorf("read the offsets of the age at which records go: %w", err)
	}
	// Bounds are asked for last: what came in between is younger than all of the above.
	bounds, err := c.broker.Bounds(ctx, c.topic)
	if err != nil {
		return fmt.Errorf("read what partitions hold: %w", err)
	}
	for at, held := range bounds {
		done, ok := finished[at]
		if !ok {
			continue // nothing was redacted there yet
		}
		err = c.cleanPartition(ctx, at, held.Start, planDeletion(held.Start, done, oldEnough[at], held.End))
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *rawCleaner) cleanPartition(ctx context.Context, at stream.Partition, first int64, d deletion) error {
	if d.tick {
		err := c.broker.Tick(ctx, at)
		if err != nil {
			return fmt.Errorf("publish a tick to %s: %w", at, err)
		}
		d.before++ // the tick is the last record now
	}
	if d.before <= first {
		return nil
	}
	start, err := c.broker.DeleteBefore(ctx, at, d.before)
	if err != nil {
		return fmt.Errorf("delete from %s: %w", at, err)
	}
	if start < d.before {
		return fmt.Errorf("delete from %s: asked up to offset %d, the broker still holds %d", at, d.before, start)
	}
	c.metrics.rawDeleted.Add(float64(d.before - first))
	c.log.InfoContext(ctx, "deleted redacted records",
		slog.Int("partition", int(at.ID)), slog.Int64("from", first), slog.Int64("before", d.before))
	return nil
}
