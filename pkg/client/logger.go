package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// WhenFull is what Logger.Log does when the buffer is full. There is no way to drop.
type WhenFull int

const (
	// WhenFullBlock waits for room, until the caller's context ends.
	WhenFullBlock WhenFull = iota
	// WhenFullFail returns ErrFull at once.
	WhenFullFail
)

const (
	defaultMaxQueued      = 10_000
	defaultMaxQueuedBytes = 64 << 20
	defaultMaxBatch       = 500
	defaultLinger         = 100 * time.Millisecond
	defaultGiveUpAfter    = 5 * time.Minute
)

// LoggerOptions are how a Logger works. Only OnFailure is required.
type LoggerOptions struct {
	// OnFailure gets every interaction that was queued and could not be delivered, with the reason: what
	// the gateway refused for good, what was not taken within GiveUpAfter, and what was left when Close's
	// context ended. Called from one goroutine, which it holds up; it must not call the Logger.
	OnFailure func(in *hushlogv1.Interaction, err error)
	// WhenFull says what Log does when the buffer is full. Default: it blocks.
	WhenFull WhenFull
	// MaxQueued and MaxQueuedBytes bound the buffer, what is being sent included. Default 10,000 and
	// 64 MiB. Too low and a slow gateway is felt at once, too high and much is lost when the process dies.
	MaxQueued      int
	MaxQueuedBytes int
	// MaxBatch is how many are sent in one call. Default 500, at most 1,000.
	MaxBatch int
	// Linger is how long an interaction waits for others to be sent with. Default 100 ms.
	Linger time.Duration
	// GiveUpAfter is how long a batch is tried before it is handed to OnFailure. Default 5 minutes; keep
	// it below 15 minutes, which is how long a retry is recognised.
	GiveUpAfter time.Duration
}

func (o LoggerOptions) withDefaults() (LoggerOptions, error) {
	if o.OnFailure == nil {
		return o, errors.New("client: OnFailure is required: say what becomes of interactions that cannot be delivered")
	}
	if o.MaxQueued < 0 || o.MaxQueuedBytes < 0 || o.MaxBatch < 0 || o.MaxBatch > maxBatchItems || o.Linger < 0 || o.GiveUpAfter < 0 {
		return o, fmt.Errorf("client: a logger's options must not be negative, and MaxBatch at most %d", maxBatchItems)
	}
	if o.WhenFull != WhenFullBlock && o.WhenFull != WhenFullFail {
		return o, errors.New("client: WhenFull must be WhenFullBlock or WhenFullFail")
	}
	orDefault(&o.MaxQueued, defaultMaxQueued)
	orDefault(&o.MaxQueuedBytes, defaultMaxQueuedBytes)
	orDefault(&o.MaxBatch, defaultMaxBatch)
	orDefault(&o.Linger, defaultLinger)
	orDefault(&o.GiveUpAfter, defaultGiveUpAfter)
	return o, nil
}

func orDefault[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// Logger sends interactions in the background, in the order they were queued. Queued is not durable:
// what must not be lost with the process is sent by Client.Log, or followed by Flush. Safe for
// concurrent use.
type Logger struct {
	client *Client
	opts   LoggerOptions

	// sending ends when Close gives up; done is closed when the sender has ended.
	sending context.Context //nolint:containedctx // the life of the sender, not of a call
	giveUp  context.CancelFunc
	done    chan struct{}

	mu      sync.Mutex // guards what follows
	queue   []queued
	count   int // queued and being sent
	bytes   int
	entered uint64 // how many were ever queued
	settled uint64 // how many of them were delivered or handed back
	failed  uint64 // how many of them were handed back
	urgent  bool   // somebody waits: do not linger
	closed  bool
	changed chan struct{} // closed and replaced when anything above changes
}

type queued struct {
	in   *hushlogv1.Interaction
	size int
	at   time.Time
}

// NewLogger starts a Logger. Close it, before the client.
func (c *Client) NewLogger(opts LoggerOptions) (*Logger, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	l := &Logger{client: c, opts: opts, done: make(chan struct{}), changed: make(chan struct{})}
	l.sending, l.giveUp = context.WithCancel(context.Background())
	go l.run()
	return l, nil
}

// Log queues an interaction and returns. nil means that it is queued: it will be delivered, or handed
// to OnFailure. ErrFull, ErrClosed or the end of ctx mean that it was not. The message belongs to the
// Logger from now on; an empty RequestId is filled in.
func (l *Logger) Log(ctx context.Context, in *hushlogv1.Interaction) error {
	ensureID(in)
	size := proto.Size(in)
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		if l.closed {
			return ErrClosed
		}
		// One interaction is always taken, however large: the gateway has the say.
		if l.count == 0 || l.count < l.opts.MaxQueued && l.bytes+size <= l.opts.MaxQueuedBytes {
			break
		}
		if l.opts.WhenFull == WhenFullFail {
			return ErrFull
		}
		err := l.awaitLocked(ctx)
		if err != nil {
			return err
		}
	}
	l.queue = append(l.queue, queued{in, size, time.Now()})
	l.count++
	l.bytes += size
	l.entered++
	l.changeLocked()
	return nil
}

// Flush waits until everything that was queued before is delivered or handed back. It returns an error
// when something was handed back meanwhile, or when ctx ends.
func (l *Logger) Flush(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	target, failed := l.entered, l.failed
	for l.settled < target {
		l.urgent = true
		l.changeLocked()
		err := l.awaitLocked(ctx)
		if err != nil {
			return fmt.Errorf("client: flush: %d still queued: %w", target-l.settled, err)
		}
	}
	if l.failed > failed {
		return fmt.Errorf("client: flush: %d could not be delivered and were handed to OnFailure", l.failed-failed)
	}
	return nil
}

// Close takes no more, sends what is queued, and stops. When ctx ends first, the rest is handed to
// OnFailure and the error says how many. A second call waits like the first.
func (l *Logger) Close(ctx context.Context) error {
	l.mu.Lock()
	failed := l.failed
	l.closed = true
	l.changeLocked()
	l.mu.Unlock()
	select {
	case <-l.done:
	case <-ctx.Done():
		l.giveUp()
		<-l.done
	}
	l.giveUp()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed > failed {
		return fmt.Errorf("client: close: %d could not be delivered and were handed to OnFailure", l.failed-failed)
	}
	return nil
}

// run is the sender.
func (l *Logger) run() {
	defer close(l.done)
	for {
		batch := l.next()
		if batch == nil {
			return
		}
		l.send(batch)
	}
}

// next waits until there is a batch to send: full, old enough, or waited for. nil is the end.
func (l *Logger) next() []queued {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		if len(l.queue) == 0 {
			l.urgent = false
			if l.closed {
				return nil
			}
			_ = l.awaitLocked(context.Background()) // only a context's end is an error
			continue
		}
		age := time.Since(l.queue[0].at)
		if l.closed || l.urgent || len(l.queue) >= l.opts.MaxBatch || age >= l.opts.Linger {
			break
		}
		ripe, cancel := context.WithTimeout(context.Background(), l.opts.Linger-age)
		_ = l.awaitLocked(ripe) // either way the loop looks again
		cancel()
	}
	n := min(len(l.queue), l.opts.MaxBatch)
	batch := append([]queued(nil), l.queue[:n]...)
	rest := copy(l.queue, l.queue[n:])
	clear(l.queue[rest:])
	l.queue = l.queue[:rest]
	return batch
}

// send delivers a batch or hands back what cannot be.
func (l *Logger) send(batch []queued) {
	ins := make([]*hushlogv1.Interaction, 0, len(batch))
	for _, q := range batch {
		ins = append(ins, q.in)
	}
	ctx, cancel := context.WithTimeout(l.sending, l.opts.GiveUpAfter)
	defer cancel()
	results, _ := l.client.sendAll(ctx, ins, 0) // its error sums up the results
	failed := uint64(0)
	for i, r := range results {
		if r.Err == nil {
			continue
		}
		failed++
		if l.sending.Err() != nil {
			r.Err = errors.Join(ErrClosed, r.Err)
		}
		l.opts.OnFailure(ins[i], r.Err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, q := range batch {
		l.bytes -= q.size
	}
	l.count -= len(batch)
	l.settled += uint64(len(batch))
	l.failed += failed
	l.changeLocked()
}

// changeLocked wakes everybody who waits.
func (l *Logger) changeLocked() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// awaitLocked gives up the lock until something changes or ctx ends.
func (l *Logger) awaitLocked(ctx context.Context) error {
	changed := l.changed
	l.mu.Unlock()
	defer l.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
