package gateway

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo" // options of the connection to the stream

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/stream"
)

// restrictions says who is suspended or limited; restrict.State.
type restrictions interface {
	Project(project string) (restrict.Order, bool)
	HasUsers(project string) bool
	User(project string, tag restrict.Hash) (restrict.Order, bool)
}

// limitBurst is the part of a minute whose events a limited sender may send at once.
const limitBurst = 6

// restricted refuses what a project or an end user of it may not send now. Safe for concurrent use.
type restricted struct {
	orders restrictions
	// known is closed once everything was read that was ordered before this process began: until then nothing is taken, as a
	// suspended project would be let through by a restart.
	known   <-chan struct{}
	hasher  *identity.Hasher
	limiter *limiter
}

// project is asked before anything is decoded.
func (r *restricted) project(project string) error {
	select {
	case <-r.known:
	default:
		return refuse(reasonUnknownLimits, "the gateway does not know yet who is suspended; send again later with the same request id")
	}
	order, found := r.orders.Project(project)
	if !found {
		return nil
	}
	if order.Kind == restrict.Suspend {
		return refuse(reasonSuspended, "the project is suspended until %s, or until an operator resumes it; nothing of it is taken", until(order))
	}
	return r.limiter.takeOrdered("r/"+project, order, reasonLimited, "the project")
}

// user is asked once the end user's id is known. Tags are made only while somebody of the project is under a restriction.
func (r *restricted) user(project, id string) error {
	if id == "" || !r.orders.HasUsers(project) {
		return nil
	}
	tag := restrict.Hash(r.hasher.Sender(project, id))
	order, found := r.orders.User(project, tag)
	if !found {
		return nil
	}
	if order.Kind == restrict.Suspend {
		return refuse(reasonUserSuspended, "the end user is suspended until %s, or until an operator resumes them; nothing of them is taken", until(order))
	}
	return r.limiter.takeOrdered("u/"+project+"/"+tag.String(), order, reasonUserLimited, "the end user")
}

func until(order restrict.Order) string { return order.Until.UTC().Format(time.RFC3339) }

// takeOrdered draws one event from the bucket of a limited sender.
func (l *limiter) takeOrdered(name string, order restrict.Order, why reason, who string) error {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweepLocked(now)
	perMinute := float64(order.EventsPerMinute)
	drawn := l.orderedLocked(name, perMinute, now).events.ReserveN(now, 1)
	wait := drawn.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	drawn.CancelAt(now)
	refused := refuse(why, "%s is limited to %d events a minute until %s; send again after the delay", who, order.EventsPerMinute, until(order))
	refused.retry = max(wait, time.Millisecond) // at most a minute
	return refused
}

func (l *limiter) orderedLocked(name string, perMinute float64, now time.Time) *bucket {
	return l.bucketOfLocked(name, perMinute/time.Minute.Seconds(), orInfinite(0), burst(perMinute/limitBurst), now)
}

// follow wires the restrictions topic: its follower runs with the service.
func followRestrictions(opts []kgo.Opt, cfg Config, rules *policy.Policy, sm *stream.Metrics, reg prometheus.Registerer, log *slog.Logger) (*restrict.State, *stream.Follower, error) {
	keys, err := cfg.RestrictVerify.Load(cfg.EpochVerifyKey)
	if err != nil {
		return nil, nil, err
	}
	state, err := restrict.NewState(keys, restrict.ByPolicy(rules), nil)
	if err != nil {
		return nil, nil, fmt.Errorf("restrict_verify: %w", err)
	}
	return state, restrict.Follow(opts, state, sm, log, countRestrictions(reg, state)), nil
}
