package stream

import (
	"cmp"
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstPause   = 100 * time.Millisecond
	longestPause = 10 * time.Second
)

// pause waits before the n-th repetition: doubling, capped, with jitter. It returns early with ctx.
func pause(ctx context.Context, n int) {
	longest := min(firstPause<<min(n-1, 10), longestPause)
	timer := time.NewTimer(longest/2 + rand.N(longest/2)) //nolint:gosec // jitter needs no secrecy
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// graceful returns a context that ends a grace after ctx: for work that is better finished than cut.
func graceful(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-inner.Done():
		case <-timer.C:
			cancel()
		}
	})
	return inner, func() {
		stop()
		cancel()
	}
}

func comparePartitions(a, b Partition) int {
	return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.ID, b.ID))
}
