package gateway

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate" // token buckets that can say when there will be enough

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
)

const (
	// sweepEvery is how often buckets that nobody draws from are forgotten. A bucket takes 200
	// bytes, and there is at most one for each project and key that was used within the interval.
	sweepEvery = 10 * time.Minute
	// maxRetry bounds the advice to come back later: beyond it the client may as well try.
	maxRetry = 30 * time.Second
)

// bucket limits one project or one key: events a second and bytes a second, with a burst of one
// second or one largest interaction.
type bucket struct {
	events, bytes *rate.Limiter
	used          time.Time
}

// limiter holds the buckets. Safe for concurrent use.
type limiter struct {
	policy *policy.Policy
	now    func() time.Time

	mu      sync.Mutex // guards what follows
	buckets map[string]*bucket
	swept   time.Time
}

func newLimiter(p *policy.Policy, now func() time.Time) *limiter {
	return &limiter{policy: p, now: now, buckets: make(map[string]*bucket), swept: now()}
}

// take draws one event of size bytes from the project's and the key's buckets, or from none of them.
func (l *limiter) take(who identity.Principal, size int) error {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweepLocked(now)
	drawn := make([]*rate.Reservation, 0, 4)
	for _, b := range []*bucket{l.projectLocked(who.Project, now), l.keyLocked(who, now)} {
		if b == nil {
			continue
		}
		drawn = append(drawn, b.events.ReserveN(now, 1), b.bytes.ReserveN(now, size))
	}
	wait := time.Duration(0)
	for _, r := range drawn {
		wait = max(wait, r.DelayFrom(now))
	}
	if wait == 0 {
		return nil
	}
	for _, r := range drawn {
		r.CancelAt(now)
	}
	refused := refuse(reasonRate, "over the rate that the policy allows the project or the key; send again after the delay")
	refused.retry = min(max(wait, time.Millisecond), maxRetry)
	return refused
}

func (l *limiter) projectLocked(project string, now time.Time) *bucket {
	limits := l.policy.ProjectLimits(project)
	return l.bucketLocked("p/"+project, limits.EventsPerSecond, float64(limits.BytesPerSecond), now)
}

// keyLocked is the bucket of a key that has limits of its own, or nil: the project's hold for it then.
func (l *limiter) keyLocked(who identity.Principal, now time.Time) *bucket {
	if who.Limits == nil {
		return nil
	}
	return l.bucketLocked("k/"+who.KeyID, orInfinite(who.Limits.EventsPerSecond), orInfinite(float64(who.Limits.BytesPerSecond)), now)
}

func (l *limiter) bucketLocked(name string, events, bytes float64, now time.Time) *bucket {
	return l.bucketOfLocked(name, events, bytes, burst(math.Max(events, 1)), now)
}

// bucketOfLocked is a bucket of which so many events may be drawn at once.
func (l *limiter) bucketOfLocked(name string, events, bytes float64, atOnce int, now time.Time) *bucket {
	b, ok := l.buckets[name]
	if !ok || b.events.Limit() != rate.Limit(events) || b.bytes.Limit() != rate.Limit(bytes) {
		largest := float64(l.policy.Limits.MaxInteractionBytes)
		b = &bucket{
			events: rate.NewLimiter(rate.Limit(events), atOnce),
			bytes:  rate.NewLimiter(rate.Limit(bytes), burst(math.Max(bytes, largest))),
		}
		l.buckets[name] = b
	}
	b.used = now
	return b
}

func (l *limiter) sweepLocked(now time.Time) {
	if now.Sub(l.swept) < sweepEvery {
		return
	}
	l.swept = now
	for name, b := range l.buckets {
		if now.Sub(b.used) >= sweepEvery {
			delete(l.buckets, name)
		}
	}
}

func burst(perSecond float64) int {
	if perSecond >= math.MaxInt32 {
		return math.MaxInt32
	}
	return int(math.Ceil(perSecond))
}

// orInfinite reads a limit of a key, of which zero means the project's.
func orInfinite(limit float64) float64 {
	if limit == 0 {
		return math.MaxFloat64
	}
	return limit
}
