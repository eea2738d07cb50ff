package stream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// ReadBack yields the committed records of partitions of a topic from about a time on (by the records'
// timestamps) up to the ends that the partitions have when it is called. Each partition's records come
// in order. An error is yielded last, once.
//
// The ends count transactions that are still open: ReadBack waits until the brokers have committed or
// aborted them (at most the transaction timeout of a process that is gone), so that nothing that was
// begun before it was called appears after it has returned. Bound the wait by ctx.
func ReadBack(ctx context.Context, opts []kgo.Opt, topic string, since time.Time, partitions ...int32) iter.Seq2[*kgo.Record, error] {
	return func(yield func(*kgo.Record, error) bool) {
		r := &readBack{topic: topic, partitions: partitions}
		err := r.run(ctx, opts, since, yield)
		if err != nil {
			yield(nil, fmt.Errorf("read back %s: %w", topic, err))
		}
	}
}

// ReadFrom is ReadBack of one partition from an offset on.
func ReadFrom(ctx context.Context, opts []kgo.Opt, at Partition, offset int64) iter.Seq2[*kgo.Record, error] {
	return func(yield func(*kgo.Record, error) bool) {
		r := &readBack{topic: at.Topic, partitions: []int32{at.ID}, from: offset}
		err := r.run(ctx, opts, time.UnixMilli(0), yield)
		if err != nil {
			yield(nil, fmt.Errorf("read %s from offset %d: %w", at, offset, err))
		}
	}
}

type readBack struct {
	topic      string
	partitions []int32
	// from is the first offset that is wanted.
	from int64
	// left are the ends of partitions that are not read to them yet.
	left map[int32]int64
}

func (r *readBack) run(ctx context.Context, opts []kgo.Opt, since time.Time, yield func(*kgo.Record, error) bool) error {
	if len(r.partitions) == 0 {
		return nil
	}
	client, err := kgo.NewClient(append(slices.Clone(opts),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		// Markers of transactions are what most ends are made of.
		kgo.KeepControlRecords(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchMaxWait(500*time.Millisecond),
	)...)
	if err != nil {
		return err
	}
	defer client.Close()
	starts, err := r.bounds(ctx, kadm.NewClient(client), since)
	if err != nil {
		return err
	}
	client.AddConsumePartitions(map[string]map[int32]kgo.Offset{r.topic: starts})
	for len(r.left) > 0 {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			return fmt.Errorf("%d partitions not read to their ends: %w", len(r.left), ctx.Err())
		}
		err = fetchError(fetches)
		if err != nil {
			return err
		}
		if !r.take(fetches, yield) {
			return nil
		}
	}
	return nil
}

// bounds asks for the beginnings first: what comes in between is read, not missed.
func (r *readBack) bounds(ctx context.Context, admin *kadm.Client, since time.Time) (map[int32]kgo.Offset, error) {
	firsts, err := admin.ListOffsetsAfterMilli(ctx, since.UnixMilli(), r.topic)
	err = errors.Join(err, firsts.Error())
	if err != nil {
		return nil, named(err)
	}
	ends, err := admin.ListEndOffsets(ctx, r.topic)
	err = errors.Join(err, ends.Error())
	if err != nil {
		return nil, named(err)
	}
	starts := map[int32]kgo.Offset{}
	r.left = map[int32]int64{}
	for _, id := range r.partitions {
		first, found := firsts.Lookup(r.topic, id)
		end, foundEnd := ends.Lookup(r.topic, id)
		if !found || !foundEnd {
			return nil, fmt.Errorf("partition %d does not exist", id)
		}
		begin := max(first.Offset, r.from)
		if first.Offset >= 0 && begin < end.Offset {
			starts[id] = kgo.NewOffset().At(begin)
			r.left[id] = end.Offset
		}
	}
	return starts, nil
}

// take yields what lies before the ends. False means that the caller wants no more.
func (r *readBack) take(fetches kgo.Fetches, yield func(*kgo.Record, error) bool) bool {
	for record := range fetches.RecordsAll() {
		end, reading := r.left[record.Partition]
		if !reading {
			continue
		}
		if record.Offset < end && !record.Attrs.IsControl() && !yield(record, nil) {
			return false
		}
		if record.Offset+1 >= end {
			delete(r.left, record.Partition)
		}
	}
	return true
}
