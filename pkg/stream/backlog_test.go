package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestOldestUnread dates records back and asks at a moment of its own.
func TestOldestUnread(t *testing.T) {
	k := newKafka(t, 2)
	now := time.UnixMilli(1_800_000_000_000)
	ages := []time.Duration{20 * time.Hour, 5 * time.Hour, 40 * time.Minute, 10 * time.Second}
	for _, age := range ages { // one batch each, as a batch is found by its last record's time
		require.NoError(t, k.client.ProduceSync(t.Context(), &kgo.Record{Topic: topicIn, Partition: 1, Timestamp: now.Add(-age)}).FirstErr())
	}
	group := Group("test", "")
	ask := func(within time.Duration) (time.Duration, bool) {
		oldest, unread, err := OldestUnread(t.Context(), k.admin, group, topicIn, now, within)
		require.NoError(t, err)
		return now.Sub(oldest), unread
	}
	for finished, age := range ages {
		var offsets kadm.Offsets
		offsets.AddOffset(topicIn, 1, int64(finished), -1)
		if finished > 0 { // at first the group has committed nothing
			require.NoError(t, k.admin.CommitAllOffsets(t.Context(), group, offsets))
		}
		got, unread := ask(24 * time.Hour)
		require.True(t, unread)
		require.GreaterOrEqual(t, got, age)
		require.LessOrEqual(t, got, age+max(time.Second, age/7))
	}
	got, unread := ask(5 * time.Second)
	require.True(t, unread)
	require.Equal(t, 5*time.Second, got, "no older than asked for")

	var all kadm.Offsets
	all.AddOffset(topicIn, 1, int64(len(ages)), -1)
	require.NoError(t, k.admin.CommitAllOffsets(t.Context(), group, all))
	_, unread = ask(24 * time.Hour)
	require.False(t, unread)
}
