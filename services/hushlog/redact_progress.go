package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progressEvery is how often progress is shown.
const progressEvery = 200 * time.Millisecond

// redactProgress tells on standard error how far a run over files is. Messages pass through it, so that they do not
// mix with the line that it draws anew. It may be used concurrently.
type redactProgress struct {
	mu      sync.Mutex // guards all below
	w       io.Writer
	show    bool
	drawn   bool
	began   time.Time
	shown   time.Time
	total   int
	size    int64
	files   int
	bytes   int64
	nowFunc func() time.Time
}

func newRedactProgress(w io.Writer, show bool, total int, size int64, now func() time.Time) *redactProgress {
	return &redactProgress{w: w, show: show, total: total, size: size, began: now(), nowFunc: now}
}

// done counts a file of n bytes.
func (p *redactProgress) done(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files++
	p.bytes += n
	now := p.nowFunc()
	if !p.show || p.files < p.total && now.Sub(p.shown) < progressEvery {
		return
	}
	p.shown, p.drawn = now, true
	seconds := max(now.Sub(p.began).Seconds(), 1e-3)
	fmt.Fprintf(p.w, "\r%d of %d files, %.1f of %.1f MB, %.1f MB/s ", p.files, p.total, mega(p.bytes), mega(p.size), mega(p.bytes)/seconds)
}

func mega(bytes int64) float64 { return float64(bytes) / 1e6 }

// message writes a line.
func (p *redactProgress) message(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endLocked()
	fmt.Fprintf(p.w, format+"\n", args...)
}

// end leaves the line that was drawn.
func (p *redactProgress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endLocked()
}

func (p *redactProgress) endLocked() {
	if p.drawn {
		fmt.Fprintln(p.w)
		p.drawn = false
	}
}
