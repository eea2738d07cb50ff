package redactor

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/stream"
)

const (
	// maxAside bounds what is known of one partition's quarantine: 200,000 events of about 300 bytes are
	// 60 MB. What is beyond waits on the topic and is looked at when there is room.
	maxAside = 200_000
	// firstRetry is how long after it was put aside an event is tried again that may pass later, and
	// longestRetry the longest pause after which it is.
	firstRetry   = 30 * time.Second
	longestRetry = 30 * time.Minute
)

// Headers of records of the quarantine topic, beside those of stream.Meta.
const (
	// headerReason says why an event is there.
	headerReason = "reason"
	// headerRawOffset is the event's offset in its partition of the raw topic, in decimal.
	headerRawOffset = "raw-offset"
	// headerLedger is the time by which the ledger counts it, in milliseconds since the Unix epoch.
	headerLedger = "at"
	// headerOpened is there when the event was opened and sealed again.
	headerOpened = "opened"
)

// readAside gives the committed records of a partition of the quarantine topic from an offset on, until take
// says false.
type readAside func(ctx context.Context, partition int32, from int64, take func(*kgo.Record) bool) error

// eventID names a quarantined event by where it came from.
type eventID struct {
	partition int32
	offset    int64
}

// asideEvent is what is known of a quarantined event; the event itself stays on the topic.
type asideEvent struct {
	id eventID
	// at is its offset in the quarantine topic, put when it was put there.
	at  int64
	put time.Time
	// accepted is the time by which the ledger counts it.
	accepted time.Time
	meta     stream.Meta
	reason   string
	// opened says that its double would have been recognised, as the event itself was opened.
	opened bool
	// due is when it is tried again by itself, if its reason passes; tries is how often it was.
	due   time.Time
	tries int
	// left says that it is in quarantine no more.
	left bool
}

// passes says whether a reason may pass by itself: such an event is tried again without an order.
func passes(reason string) bool {
	return reason == ReasonDetector || reason == ReasonNoKey || reason == stream.ReasonTurn
}

// postpone doubles the pause with each try. How often was tried is not kept over a restart: then it begins anew.
func (e *asideEvent) postpone(now time.Time) {
	e.due = now.Add(min(firstRetry<<min(e.tries, 16), longestRetry))
	e.tries++
}

// aside is the quarantine of one partition: what the topic holds, less what has left. It is read from the
// topic after an assignment, by a scan. Not safe for concurrent use: one goroutine works on a partition.
type aside struct {
	events []*asideEvent // in the topic's order
	index  map[eventID]*asideEvent
	// stored are the events that were not opened when they were put aside, and were stored since: doubles of
	// them may wait in quarantine too.
	stored map[hash]time.Time
	// more says that the topic holds events for which there was no room.
	more bool
	// end is the first offset of the topic that was not read.
	end int64
}

// asideScan reads the quarantine of a partition from its start, beside the partition's other work.
type asideScan struct {
	cancel context.CancelFunc
	// done is closed when what follows is there.
	done  chan struct{}
	aside *aside
	err   error
}

// startScan reads until the end that the topic has now, or until it is cancelled.
func startScan(ctx context.Context, read readAside, partition int32) *asideScan {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &asideScan{cancel: cancel, done: make(chan struct{}), aside: newAsideState()}
	go func() {
		defer close(s.done)
		s.err = s.aside.readOn(ctx, read, partition)
	}()
	return s
}

func newAsideState() *aside {
	return &aside{index: map[eventID]*asideEvent{}, stored: map[hash]time.Time{}}
}

// readOn takes what the topic holds beyond what was read.
func (a *aside) readOn(ctx context.Context, read readAside, partition int32) error {
	err := read(ctx, partition, a.end, func(r *kgo.Record) bool {
		a.take(partition, r)
		return true
	})
	if err != nil {
		return fmt.Errorf("read the quarantine of partition %d: %w", partition, err)
	}
	a.sweep()
	return nil
}

// take takes one record of the topic. What says that an event has left comes after the event.
func (a *aside) take(partition int32, r *kgo.Record) {
	a.end = r.Offset + 1
	e, settled, ok := parseAside(partition, r)
	switch {
	case !ok: // nobody but redactors writes there: a record of another version
	case settled:
		if known := a.index[e.id]; known != nil {
			known.left = true
			delete(a.index, e.id)
		}
		if e.reason == stateStored && !e.opened {
			a.stored[e.meta.RequestHash] = e.accepted
		}
	default:
		a.add(e)
	}
}

func (a *aside) add(e *asideEvent) {
	if len(a.events) >= maxAside {
		a.sweep()
	}
	if len(a.events) >= maxAside {
		a.more = true
		return
	}
	if a.index[e.id] != nil {
		return // a broker has doubled it
	}
	e.due = e.put
	if e.reason != stream.ReasonTurn {
		e.due = e.put.Add(firstRetry)
	}
	a.events = append(a.events, e)
	a.index[e.id] = e
}

// sweep forgets what has left.
func (a *aside) sweep() { a.remove(func(e *asideEvent) bool { return e.left }) }

func (a *aside) remove(gone func(*asideEvent) bool) {
	a.events = slices.DeleteFunc(a.events, func(e *asideEvent) bool {
		if !gone(e) {
			return false
		}
		delete(a.index, e.id)
		return true
	})
}

// next is when something is to be done without an order, in milliseconds since the Unix epoch.
func (a *aside) next(keep time.Duration) int64 {
	at := int64(math.MaxInt64)
	for _, e := range a.events {
		when := e.put.Add(keep)
		if passes(e.reason) && e.due.Before(when) {
			when = e.due
		}
		at = min(at, when.UnixMilli())
	}
	return at
}

// headersOf are what an event's records on the topic carry.
func (e *asideEvent) headers(kind, reason string) []kgo.RecordHeader {
	meta := e.meta
	meta.Kind = kind
	headers := append(meta.Headers(),
		kgo.RecordHeader{Key: headerReason, Value: []byte(reason)},
		kgo.RecordHeader{Key: headerRawOffset, Value: strconv.AppendInt(nil, e.id.offset, 10)},
		kgo.RecordHeader{Key: headerLedger, Value: strconv.AppendInt(nil, e.accepted.UnixMilli(), 10)},
	)
	if e.opened {
		headers = append(headers, kgo.RecordHeader{Key: headerOpened, Value: []byte("1")})
	}
	return headers
}

// parseAside reads a record of the quarantine topic. Of an event without usable headers of its own only its
// place is known.
func parseAside(partition int32, r *kgo.Record) (e *asideEvent, settled, ok bool) {
	e = &asideEvent{at: r.Offset, put: r.Timestamp}
	offset, at, kind := int64(-1), int64(-1), ""
	for _, h := range r.Headers {
		switch h.Key {
		case headerReason:
			e.reason = string(h.Value)
		case headerRawOffset:
			offset = parseInt(h.Value)
		case headerLedger:
			at = parseInt(h.Value)
		case headerOpened:
			e.opened = true
		case stream.HeaderKind:
			kind = string(h.Value)
		}
	}
	// What was put aside for its headers has bad ones here, too.
	e.meta, _ = stream.ParseMeta(r.Headers)
	e.id, e.accepted = eventID{partition, offset}, time.UnixMilli(at).UTC()
	known := kind == stream.KindSealed || kind == stream.KindSettled
	return e, kind == stream.KindSettled, known && offset >= 0 && at >= 0
}

func parseInt(b []byte) int64 {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// byOffset orders events as the topic has them.
func byOffset(a, b *asideEvent) int { return cmp.Compare(a.at, b.at) }
