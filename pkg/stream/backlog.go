package stream

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// finestAge is how exactly the age of unread records is looked for; older ones are found to an eighth of
// their age.
const finestAge = time.Second

// OldestUnread says since when a topic holds a record that a group has not finished, by the brokers' times
// of the records; false when nothing is unread. It reads no record, so that whoever may describe topic and
// group may ask: the offset of a moment is compared with the group's. The answer is at most a second, or an
// eighth of the age, too old, and never older than within before now, which must be at least a second.
func OldestUnread(ctx context.Context, admin *kadm.Client, group, topic string, now time.Time, within time.Duration) (time.Time, bool, error) {
	unread, err := unreadOf(ctx, admin, group, topic)
	if err != nil || len(unread) == 0 {
		return time.Time{}, false, err
	}
	// The oldest record is younger than least, as far as is known, and not younger than most.
	most, least := finestAge, time.Duration(0)
	for most < within {
		older, err := anyOlder(ctx, admin, topic, unread, now.Add(-most))
		if err != nil {
			return time.Time{}, false, err
		}
		if !older {
			break
		}
		most, least = min(2*most, within), most
	}
	for most-least > max(finestAge, most/8) {
		middle := (most + least) / 2
		older, err := anyOlder(ctx, admin, topic, unread, now.Add(-middle))
		if err != nil {
			return time.Time{}, false, err
		}
		if older {
			least = middle
		} else {
			most = middle
		}
	}
	return now.Add(-most), true, nil
}

// unreadOf gives the first unread offset of each partition that has one.
func unreadOf(ctx context.Context, admin *kadm.Client, group, topic string) (map[Partition]int64, error) {
	// The group first: what it finishes in between is not unread then.
	finished, err := CommittedOffsets(ctx, admin, group, topic)
	if err != nil {
		return nil, err
	}
	bounds, err := BoundsOf(ctx, admin, topic)
	if err != nil {
		return nil, err
	}
	unread := map[Partition]int64{}
	for at, b := range bounds {
		first := max(finished[at], b.Start)
		if first < b.End {
			unread[at] = first
		}
	}
	return unread, nil
}

// anyOlder says whether one of the unread records is older than t.
func anyOlder(ctx context.Context, admin *kadm.Client, topic string, unread map[Partition]int64, t time.Time) (bool, error) {
	offsets, err := OffsetsAt(ctx, admin, topic, t)
	if err != nil {
		return false, fmt.Errorf("age of unread records of %s: %w", topic, err)
	}
	for at, first := range unread {
		if offsets[at] > first {
			return true, nil
		}
	}
	return false, nil
}
