package embedded

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require" // says what differed
	"github.com/twmb/franz-go/pkg/kmsg"
)

func join(group, id string) kmsg.Request {
	r := kmsg.NewPtrJoinGroupRequest()
	r.Group, r.MemberID, r.SessionTimeoutMillis = group, id, 10_000
	return r
}

func heartbeat(group, id string) kmsg.Request {
	r := kmsg.NewPtrHeartbeatRequest()
	r.Group, r.MemberID = group, id
	return r
}

func TestMembersThatAreNotHeardAreGone(t *testing.T) {
	now := time.Unix(1000, 0)
	w := newMemberWatch(slog.New(slog.DiscardHandler))
	w.now = func() time.Time { return now }
	after := func(d time.Duration) { now = now.Add(d) }
	w.hear(join("g", "")) // no id yet
	w.hear(join("g", "a"))
	w.hear(join("g", "b"))
	members := []string{"a", "b", "of an earlier life of the broker"}

	after(time.Minute)
	require.Empty(t, w.gone("g", "PreparingRebalance", members), "who waits in a join says nothing")
	require.Empty(t, w.gone("g", stableState, nil), "and is not listed before its first was answered")
	w.hear(join("g", "a"))
	w.hear(join("g", "b"))
	after(9 * time.Second)
	require.Empty(t, w.gone("g", stableState, members))
	after(9 * time.Second)
	w.hear(heartbeat("g", "a"))
	require.Empty(t, w.gone("g", stableState, members), "stable for less than a session")
	after(3 * time.Second)
	require.Equal(t, []string{"b"}, w.gone("g", stableState, members))
	require.Empty(t, w.gone("g", "PreparingRebalance", members))
	require.Empty(t, w.gone("g", stableState, members), "stable anew")
	after(12 * time.Second)
	require.Equal(t, []string{"a", "b"}, w.gone("g", stableState, members))
	require.Equal(t, []string{"g"}, w.groups())
	require.Empty(t, w.gone("g", "Empty", nil))
	require.Empty(t, w.groups(), "nobody is left")
}
