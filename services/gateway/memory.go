package gateway

import (
	"sync"
)

// budget bounds the bytes that requests occupy from their first byte until their answer: frames as
// they come, what is inflated from them, decoded messages and sealed records. One project may only
// take its share. Asking never waits: a client that is told to come back holds no memory here.
type budget struct {
	total int64
	share func(project string) float64

	mu        sync.Mutex // guards what follows
	used      int64
	byProject map[string]int64
}

func newBudget(total int64, share func(project string) float64) *budget {
	return &budget{total: total, share: share, byProject: make(map[string]int64)}
}

// lease is what one request holds. It belongs to one goroutine at a time.
type lease struct {
	budget  *budget
	project string
	held    int64
}

// lease starts with nothing held.
func (b *budget) lease(project string) *lease { return &lease{budget: b, project: project} }

// inUse is for the metrics.
func (b *budget) inUse() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// grow takes n more bytes or refuses; what is held already stays held.
func (l *lease) grow(n int64) error {
	if n == 0 {
		return nil
	}
	b := l.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+n > b.total {
		return refuse(reasonMemory, "the gateway's memory for waiting interactions is full; send again later")
	}
	if float64(b.byProject[l.project]+n) > b.share(l.project)*float64(b.total) {
		return refuse(reasonMemory, "the project's share of the gateway's memory is full; send again later, or fewer at a time")
	}
	b.used += n
	b.byProject[l.project] += n
	l.held += n
	return nil
}

// shrink gives all but n bytes back.
func (l *lease) shrink(n int64) {
	if n >= l.held {
		return
	}
	b := l.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= l.held - n
	b.byProject[l.project] -= l.held - n
	if b.byProject[l.project] == 0 {
		delete(b.byProject, l.project)
	}
	l.held = n
}

// release gives everything back; a second call does nothing.
func (l *lease) release() { l.shrink(0) }
