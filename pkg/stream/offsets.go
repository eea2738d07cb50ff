package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Bounds of a partition: offsets from Start on are there, the next record gets End.
type Bounds struct{ Start, End int64 }

// BoundsOf asks for the bounds of every partition of the topics. Open transactions count.
func BoundsOf(ctx context.Context, admin *kadm.Client, topics ...string) (map[Partition]Bounds, error) {
	starts, err := admin.ListStartOffsets(ctx, topics...)
	err = errors.Join(err, starts.Error())
	if err != nil {
		return nil, fmt.Errorf("list start offsets: %w", named(err))
	}
	ends, err := admin.ListEndOffsets(ctx, topics...)
	err = errors.Join(err, ends.Error())
	if err != nil {
		return nil, fmt.Errorf("list end offsets: %w", named(err))
	}
	out := map[Partition]Bounds{}
	ends.Each(func(end kadm.ListedOffset) {
		start, found := starts.Lookup(end.Topic, end.Partition)
		if found {
			out[Partition{end.Topic, end.Partition}] = Bounds{start.Offset, end.Offset}
		}
	})
	return out, nil
}

// EndOffsets asks where each partition of the topics ends. Open transactions count.
func EndOffsets(ctx context.Context, admin *kadm.Client, topics ...string) (map[Partition]int64, error) {
	bounds, err := BoundsOf(ctx, admin, topics...)
	if err != nil {
		return nil, err
	}
	out := make(map[Partition]int64, len(bounds))
	for at, b := range bounds {
		out[at] = b.End
	}
	return out, nil
}

// CommittedOffsets asks how far a group has got. Partitions without a commit are missing. It waits for
// commits that are part of open transactions.
func CommittedOffsets(ctx context.Context, admin *kadm.Client, group string, topics ...string) (map[Partition]int64, error) {
	offsets, err := admin.FetchOffsets(kadm.RequireStable(ctx), group)
	if errors.Is(err, kerr.GroupIDNotFound) {
		return map[Partition]int64{}, nil
	}
	err = errors.Join(err, offsets.Error())
	if err != nil {
		return nil, fmt.Errorf("fetch offsets of group %s: %w", group, named(err))
	}
	wanted := map[string]bool{}
	for _, topic := range topics {
		wanted[topic] = true
	}
	out := map[Partition]int64{}
	offsets.Each(func(o kadm.OffsetResponse) {
		if wanted[o.Topic] && o.At >= 0 {
			out[Partition{o.Topic, o.Partition}] = o.At
		}
	})
	return out, nil
}

// Lag is how many offsets of the topics a group has before it, by partition. Markers of transactions
// count, and a partition that the group has never committed counts from its start.
func Lag(ctx context.Context, admin *kadm.Client, group string, topics ...string) (map[Partition]int64, error) {
	bounds, err := BoundsOf(ctx, admin, topics...)
	if err != nil {
		return nil, err
	}
	committed, err := CommittedOffsets(ctx, admin, group, topics...)
	if err != nil {
		return nil, err
	}
	out := make(map[Partition]int64, len(bounds))
	for at, b := range bounds {
		out[at] = max(b.End-max(committed[at], b.Start), 0)
	}
	return out, nil
}

// DeleteBefore deletes the records of a partition before offset, but never the last one: a partition
// that was emptied starts at offset 0 again on the embedded broker. It returns where the partition
// starts afterwards, as the broker answers.
func DeleteBefore(ctx context.Context, admin *kadm.Client, at Partition, offset int64) (int64, error) {
	bounds, err := BoundsOf(ctx, admin, at.Topic)
	if err != nil {
		return 0, fmt.Errorf("delete before offset %d of %s: %w", offset, at, err)
	}
	b, found := bounds[at]
	if !found {
		return 0, fmt.Errorf("delete before offset %d of %s: partition does not exist", offset, at)
	}
	offset = min(offset, b.End-1)
	if offset <= b.Start {
		return b.Start, nil
	}
	var offsets kadm.Offsets
	offsets.AddOffset(at.Topic, at.ID, offset, -1)
	deleted, err := admin.DeleteRecords(ctx, offsets)
	err = errors.Join(err, deleted.Error())
	if err != nil {
		return 0, fmt.Errorf("delete before offset %d of %s: %w", offset, at, named(err))
	}
	answer, found := deleted.Lookup(at.Topic, at.ID)
	if !found {
		return 0, fmt.Errorf("delete before offset %d of %s: the broker did not answer for it", offset, at)
	}
	return answer.LowWatermark, nil
}

// commitErrors joins the errors of an answer to a commit.
func commitErrors(resp *kmsg.OffsetCommitResponse) error {
	if resp == nil {
		return nil
	}
	var errs []error
	for _, topic := range resp.Topics {
		for _, partition := range topic.Partitions {
			err := kerr.ErrorForCode(partition.ErrorCode)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s/%d: %w", topic.Topic, partition.Partition, err))
			}
		}
	}
	return errors.Join(errs...)
}

// TopicAge is how much a topic holds, and how old it is.
type TopicAge struct {
	// Records that are there, as offsets: markers of transactions take some.
	Records uint64
	// Older are those from before the moment that was asked about, without the last of each partition,
	// which is never deleted (see DeleteBefore).
	Older uint64
	// Oldest is the timestamp of the oldest record; zero when there is none, or none that the broker tells.
	Oldest time.Time
}

// AgeOf asks how old the records of a topic are, and how many are older than a moment.
func AgeOf(ctx context.Context, admin *kadm.Client, topic string, before time.Time) (TopicAge, error) {
	young, err := OffsetsAt(ctx, admin, topic, before)
	if err != nil {
		return TopicAge{}, err
	}
	oldest, err := admin.ListOffsetsAfterMilli(ctx, 0, topic)
	err = errors.Join(err, oldest.Error())
	if err != nil {
		return TopicAge{}, fmt.Errorf("list the oldest records: %w", named(err))
	}
	// Bounds are asked for last, so that nothing counts as old that was deleted in between.
	bounds, err := BoundsOf(ctx, admin, topic)
	if err != nil {
		return TopicAge{}, err
	}
	var age TopicAge
	for at, b := range bounds {
		age.Records += uint64(max(b.End-b.Start, 0))
		age.Older += uint64(max(min(young[at], b.End-1)-b.Start, 0))
		first, found := oldest.Lookup(at.Topic, at.ID)
		if b.End > b.Start && found && first.Timestamp > 0 {
			t := time.UnixMilli(first.Timestamp).UTC()
			if age.Oldest.IsZero() || t.Before(age.Oldest) {
				age.Oldest = t
			}
		}
	}
	return age, nil
}

// OffsetsAt asks, by partition of a topic, for the first offset whose record is not older than t by its
// timestamp, or for the end where all are older.
func OffsetsAt(ctx context.Context, admin *kadm.Client, topic string, t time.Time) (map[Partition]int64, error) {
	offsets, err := admin.ListOffsetsAfterMilli(ctx, t.UnixMilli(), topic)
	err = errors.Join(err, offsets.Error())
	if err != nil {
		return nil, fmt.Errorf("list offsets by time: %w", named(err))
	}
	out := map[Partition]int64{}
	offsets.Each(func(o kadm.ListedOffset) { out[Partition{o.Topic, o.Partition}] = o.Offset })
	return out, nil
}
