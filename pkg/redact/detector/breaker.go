package detector

import (
	"sync"
	"time"
)

// State of the breaker.
type State int

// The states.
const (
	Closed   State = iota // requests go out
	HalfOpen              // one request goes out, to see
	Open                  // none does
)

// breaker stops asking a detector that does not answer. Its caller says how each try ended.
type breaker struct {
	failures int
	pause    time.Duration
	changed  func(State) // called with mu held; must return at once

	mu     sync.Mutex // guards what follows
	state  State
	failed int       // tries in a row that failed
	until  time.Time // when Open ends
}

// allow reports whether a request may go out now. Whoever is allowed calls done.
func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.state == Closed:
		return true
	case b.state == Open && !time.Now().Before(b.until):
		b.setLocked(HalfOpen)
		return true
	default:
		return false
	}
}

// done says how a request ended that was allowed.
func (b *breaker) done(ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ok {
		b.failed = 0
		b.setLocked(Closed)
		return
	}
	b.failed++
	if b.state == HalfOpen || b.failed >= b.failures {
		b.until = time.Now().Add(b.pause)
		b.setLocked(Open)
	}
}

func (b *breaker) setLocked(s State) {
	if b.state != s {
		b.state = s
		b.changed(s)
	}
}
