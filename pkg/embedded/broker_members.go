package embedded

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	// kadm asks the broker about its groups and takes members out of them.
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

const (
	// watchEvery is how often groups are looked at.
	watchEvery = time.Second
	// watchTimeout bounds one look.
	watchTimeout = 5 * time.Second
	// stableState is that of a group whose members all have their partitions and send heartbeats.
	stableState = "Stable"
)

// memberWatch takes members out of groups that the broker itself does not see are gone. One that is killed while it waits
// in its join is answered into a connection that is closed, and then gets no session timer (kfake's group.reply): the leader
// gives it partitions, and nobody reads them until the group rebalances for another reason. So the watch looks at what
// members send: in a group that is stable, one of which nothing was heard for its session timeout leaves.
type memberWatch struct {
	now func() time.Time
	log *slog.Logger

	mu sync.Mutex // guards what follows
	// heard is when a member last sent anything, by group and member id.
	heard map[groupMember]hearing
	// settled is since when a group is known to be stable, with the same members and no join.
	settled map[string]time.Time
}

type groupMember struct{ group, id string }

type hearing struct {
	at      time.Time
	session time.Duration
}

func newMemberWatch(log *slog.Logger) *memberWatch {
	return &memberWatch{
		now: time.Now, log: log, heard: map[groupMember]hearing{}, settled: map[string]time.Time{},
	}
}

// listen notes what members send. It answers nothing itself.
func (w *memberWatch) listen(cluster *kfake.Cluster) {
	for _, key := range []kmsg.Key{kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Heartbeat, kmsg.OffsetCommit, kmsg.LeaveGroup} {
		cluster.ControlKey(key.Int16(), func(req kmsg.Request) (kmsg.Response, error, bool) {
			w.hear(req)
			return nil, nil, false
		})
	}
}

func (w *memberWatch) hear(req kmsg.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch r := req.(type) {
	case *kmsg.JoinGroupRequest:
		delete(w.settled, r.Group)
		if r.MemberID != "" {
			w.heard[groupMember{r.Group, r.MemberID}] = hearing{w.now(), time.Duration(r.SessionTimeoutMillis) * time.Millisecond}
		}
	case *kmsg.SyncGroupRequest:
		w.hearMemberLocked(r.Group, r.MemberID)
	case *kmsg.HeartbeatRequest:
		w.hearMemberLocked(r.Group, r.MemberID)
	case *kmsg.OffsetCommitRequest:
		w.hearMemberLocked(r.Group, r.MemberID)
	case *kmsg.LeaveGroupRequest:
		for _, m := range r.Members {
			delete(w.heard, groupMember{r.Group, m.MemberID})
		}
	}
}

// hearMemberLocked notes a sign of life of a member whose join was heard.
func (w *memberWatch) hearMemberLocked(group, id string) {
	at := groupMember{group, id}
	h, known := w.heard[at]
	if known {
		h.at = w.now()
		w.heard[at] = h
	}
}

// run looks at the groups until ctx ends.
func (w *memberWatch) run(ctx context.Context, client *kgo.Client) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		w.look(ctx, client)
	}
}

// look takes out the members that are gone. What cannot be asked now is asked with the next look.
func (w *memberWatch) look(ctx context.Context, client *kgo.Client) {
	groups := w.groups()
	if len(groups) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, watchTimeout)
	defer cancel()
	described, err := kadm.NewClient(client).DescribeGroups(ctx, groups...)
	if err != nil {
		return
	}
	for _, group := range described.Sorted() {
		var ids []string
		for _, m := range group.Members {
			ids = append(ids, m.MemberID)
		}
		for _, id := range w.gone(group.Group, group.State, ids) {
			err = leave(ctx, client, group.Group, id)
			w.log.WarnContext(ctx, "a member of which nothing is heard was taken out of its group", slog.String("group", group.Group), slog.Bool("taken", err == nil))
		}
	}
}

// leave takes a member out of a group.
func leave(ctx context.Context, client *kgo.Client, group, id string) error {
	req := kmsg.NewPtrLeaveGroupRequest()
	req.Group = group
	member := kmsg.NewLeaveGroupRequestMember()
	member.MemberID = id
	req.Members = append(req.Members, member)
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(resp.ErrorCode)
}

// groups lists those of which a member was heard.
func (w *memberWatch) groups() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := map[string]bool{}
	for at := range w.heard {
		names[at.group] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// gone lists the members of a group, as it is now, of which nothing was heard for their session timeout although the group
// was stable all the time. It forgets members that the group does not have any more.
func (w *memberWatch) gone(group, state string, members []string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	for at, h := range w.heard {
		// A member that waits for its id's first join to be answered is not in the group yet.
		if at.group == group && !slices.Contains(members, at.id) && now.Sub(h.at) > h.session {
			delete(w.heard, at)
		}
	}
	if state != stableState {
		delete(w.settled, group)
		return nil
	}
	if w.settled[group].IsZero() {
		w.settled[group] = now
	}
	var gone []string
	for _, id := range members {
		h, known := w.heard[groupMember{group, id}]
		if !known {
			// The broker was started again and took its members with it: their timers run.
			continue
		}
		since := w.settled[group]
		if h.at.After(since) {
			since = h.at
		}
		if now.Sub(since) > h.session+watchEvery {
			gone = append(gone, id)
		}
	}
	return gone
}

// ownClient is a client of the broker in this process; opts say how it connects.
func ownClient(address, user, password string, opts ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(address), kgo.ClientID("hushlog-embedded"),
		kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha512Mechanism()), kgo.DisableClientMetrics(),
	}, opts...)...)
}
