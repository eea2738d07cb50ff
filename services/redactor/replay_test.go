package redactor

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/detector"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// ward is a partition of a broker, and a redactor that can crash, with a clock and a detector of its own.
type ward struct {
	t         *testing.T
	p         *Processor
	sanitizer *Sanitizer
	// offset is the next one of the raw topic.
	offset int64
	// published are the blocks and aside the records of the quarantine topic, committed.
	published []*hushlogv1.Block
	aside     []*kgo.Record
	// rest are orders that came back.
	rest []*kgo.Record
	now  time.Time
	// down is the detector's error.
	down error
	// large is from where on an event is large; 0 leaves it at what it is.
	large int
	// sealed is the error of opening what is raw.
	sealed error
}

func (w *ward) Name() string { return "x" }

func (w *ward) Analyze(_ context.Context, texts []detector.Text) ([][]redact.Finding, error) {
	if w.down != nil {
		return nil, w.down
	}
	return make([][]redact.Finding, len(texts)), nil
}

func (w *ward) Open(ctx context.Context, sealed []byte, h seal.Header) ([]byte, error) {
	return fakeOpener{w.sealed}.Open(ctx, sealed, h)
}

func newWard(t *testing.T) *ward {
	t.Helper()
	shared, err := askingSanitizer()
	require.NoError(t, err)
	own := *shared
	w := &ward{t: t, now: start, sanitizer: &own}
	own.Ask(w)
	w.restart()
	return w
}

// askingSanitizer is made once: the engine takes time.
var askingSanitizer = sync.OnceValues(func() (*Sanitizer, error) {
	p, err := policy.Parse([]byte(strings.Replace(string(policy.DefaultDocument()), "detectors: {}\n",
		"detectors: {x: {url: 'https://x.example/analyze'}}\n", 1)))
	if err != nil {
		return nil, err
	}
	hasher, err := identity.NewHasher(bytes.Repeat([]byte{1}, identity.KeySize))
	if err != nil {
		return nil, err
	}
	pseudonyms, err := identity.NewPseudonymizer(bytes.Repeat([]byte{2}, identity.KeySize))
	if err != nil {
		return nil, err
	}
	return NewSanitizer(p, hasher, pseudonyms)
})

// restart is a new process that knows nothing.
func (w *ward) restart() {
	p := &Processor{
		Sanitizer: w.sanitizer, Opener: w, AsideOpener: asideOpener{}, Contents: openSeal{"ingest"}, Quarantine: openSeal{"quarantine"},
		Metrics: newMetrics(prometheus.NewRegistry()), Log: slog.New(slog.DiscardHandler), Leads: func(bool) {}, Epochs: func() error { return nil },
		Keep: 72 * time.Hour, Now: func() time.Time { return w.now }, LargeEvent: w.large, LargeAtOnce: 2 * w.large,
	}
	require.NoError(w.t, p.Assigned(w.t.Context(), []stream.Partition{{Topic: stream.TopicRaw, ID: raw0}}))
	p.ReadBack = func(_ context.Context, _ int32, _ time.Time, take func(*hushlogv1.Block) bool) error {
		for _, b := range w.published {
			if !take(b) {
				return nil
			}
		}
		return nil
	}
	p.ReadAside = func(_ context.Context, _ int32, from int64, take func(*kgo.Record) bool) error {
		for _, r := range w.aside {
			if r.Offset >= from && !take(r) {
				return nil
			}
		}
		return nil
	}
	w.p = p
}

var errUnavailable = fmt.Errorf("%w: x: timeout", detector.ErrUnavailable)

// records gives records their place.
func (w *ward) records(records ...*kgo.Record) []*kgo.Record {
	for _, r := range records {
		r.Partition, r.Offset = raw0, w.offset
		w.offset++
	}
	return records
}

func (w *ward) tick() *kgo.Record {
	return &kgo.Record{Timestamp: w.now, Headers: stream.Meta{Kind: stream.KindTick, Minute: 5}.Headers()}
}

func (w *ward) order(action hushlogv1.QuarantineAction, change func(*hushlogv1.QuarantineOrder)) *kgo.Record {
	order := &hushlogv1.QuarantineOrder{Action: action}
	if change != nil {
		change(order)
	}
	value, err := proto.Marshal(&hushlogv1.Request{RequestId: []byte("0123456789abcdef"), Project: "demo", Quarantine: order})
	require.NoError(w.t, err)
	r := orderRecord(raw0, value)
	r.Timestamp = w.now
	return r
}

// commit processes records in one transaction and returns its blocks.
func (w *ward) commit(records ...*kgo.Record) []*hushlogv1.Block {
	w.t.Helper()
	result, blocks := process(w.t, w.p, records...)
	for _, r := range result.Records {
		switch r.Topic {
		case stream.TopicQuarantine:
			r.Offset, r.Timestamp = int64(len(w.aside)), w.now
			w.aside = append(w.aside, r)
		case stream.TopicRaw:
			r.Timestamp = w.now
			w.rest = append(w.rest, w.records(r)...)
		}
	}
	w.published = append(w.published, blocks...)
	result.Committed()
	return blocks
}

// follow commits orders that came back until none does.
func (w *ward) follow() {
	for len(w.rest) > 0 {
		next := w.rest[0]
		w.rest = w.rest[1:]
		w.commit(next)
	}
}

// balanced checks the ledger's equation, by minute too, and that no request is stored twice.
func (w *ward) balanced() *hushlogv1.LedgerDelta {
	w.t.Helper()
	minutes := map[int64]int64{}
	stored := map[string]bool{}
	for _, b := range w.published {
		for _, d := range b.GetLedger() {
			minutes[d.GetMinute()] += int64(d.GetAccepted()) - int64(d.GetStored()) - int64(d.GetDuplicates()) -
				(int64(d.GetQuarantined()) - int64(d.GetReleased())) - int64(d.GetDropped())
		}
		for _, r := range b.GetRecords() {
			require.False(w.t, stored[r.GetRequestId()], "%s is stored twice", r.GetRequestId())
			stored[r.GetRequestId()] = true
		}
	}
	for minute, gap := range minutes {
		require.Zero(w.t, gap, "minute %d", minute)
	}
	return ledgerOf(w.published)
}

func TestWhatADetectorDidNotAnswerForIsTriedAgain(t *testing.T) {
	w := newWard(t)
	w.down = errUnavailable
	w.commit(w.records(rawRecord(t, "a", "hello", start), rawRecord(t, "b", "hello", start), rawRecord(t, "a", "hello", start))...)
	require.Equal(t, &hushlogv1.LedgerDelta{Accepted: 3, Duplicates: 1, Quarantined: 2}, w.balanced(), "the double of what waits is a double")
	w.commit(w.records(w.tick())...)
	require.Empty(t, w.p.Due(), "known, and not due")
	w.now = w.now.Add(firstRetry)
	require.Equal(t, []int32{raw0}, w.p.Due())
	require.Empty(t, w.p.Due(), "told once")
	w.commit(w.records(w.tick())...)
	require.EqualValues(t, 2, w.balanced().GetQuarantined()-w.balanced().GetReleased(), "the detector is still away")
	w.down = nil
	w.commit(w.records(w.tick())...)
	require.Zero(t, w.balanced().GetStored(), "not before the pause is over")
	w.now = w.now.Add(firstRetry)
	blocks := w.commit(w.records(w.tick())...)
	require.Equal(t, &hushlogv1.LedgerDelta{Accepted: 3, Stored: 2, Duplicates: 1, Quarantined: 2, Released: 2}, w.balanced())
	require.Len(t, blocks[0].GetRecords(), 2)
	require.Equal(t, stateStored, blocks[0].GetQuarantined()[0].GetState())
	require.InDelta(t, 2, testutil.ToFloat64(w.p.Metrics.left.WithLabelValues(stateStored)), 0)
	for range 2 { // neither this process nor the next does it again
		w.now = w.now.Add(time.Hour)
		w.commit(w.records(w.tick(), w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_REPLAY, nil))...)
		w.restart()
	}
	require.EqualValues(t, 2, w.balanced().GetStored())
}

func TestPausesGrow(t *testing.T) {
	e := &asideEvent{due: start}
	for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 30 * time.Minute, 30 * time.Minute} {
		e.postpone(start)
		require.Equal(t, want, e.due.Sub(start))
	}
}

func TestAnOrderReplaysWhatFailedForGood(t *testing.T) {
	w := newWard(t)
	engine := w.p.Sanitizer.engine
	w.p.Sanitizer.engine = nil // whoever uses it panics
	w.commit(w.records(rawRecord(t, "a", "hello", start))...)
	w.now = w.now.Add(time.Hour)
	w.commit(w.records(w.tick())...)
	require.EqualValues(t, 1, w.balanced().GetQuarantined(), "a panic is not tried again by itself")

	blocks := w.commit(w.records(w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_REPLAY, nil))...)
	require.Equal(t, stateRefused, blocks[0].GetQuarantined()[0].GetState())
	require.Equal(t, ReasonPanic, blocks[0].GetQuarantined()[0].GetReason())
	require.Equal(t, "0123456789abcdef", string(blocks[0].GetQuarantined()[0].GetOrderId()))
	w.balanced()

	w.p.Sanitizer.engine = engine // a mended release
	for _, miss := range []func(*hushlogv1.QuarantineOrder){
		func(o *hushlogv1.QuarantineOrder) { o.Reason = ReasonDetector },
		func(o *hushlogv1.QuarantineOrder) { o.Events = []*hushlogv1.QuarantinedEvent{{RawOffset: 99}} },
		func(o *hushlogv1.QuarantineOrder) { o.Action = 77 },
	} {
		w.commit(w.records(w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_REPLAY, miss))...)
	}
	require.Zero(t, w.balanced().GetStored())
	w.commit(w.records(w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_REPLAY, func(o *hushlogv1.QuarantineOrder) {
		o.Reason, o.Events = ReasonPanic, []*hushlogv1.QuarantinedEvent{{RawOffset: 0}}
	}))...)
	require.Equal(t, &hushlogv1.LedgerDelta{Accepted: 1, Stored: 1, Quarantined: 1, Released: 1}, w.balanced())
}

func TestDropAndDate(t *testing.T) {
	w := newWard(t)
	w.down = errUnavailable
	var events []*kgo.Record
	for i := range 2 * dropAtOnce {
		events = append(events, rawRecord(t, strconv.Itoa(i), "x", start))
	}
	w.commit(w.records(events...)...)
	w.commit(w.records(w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_DROP, func(o *hushlogv1.QuarantineOrder) {
		o.Events = []*hushlogv1.QuarantinedEvent{{RawOffset: 7}}
	}))...)
	require.EqualValues(t, 1, w.balanced().GetDropped())
	w.restart()
	w.commit(w.records(w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_DROP, nil))...)
	require.Len(t, w.rest, 1, "in parts")
	w.restart() // a crash between the parts changes nothing
	w.follow()
	require.Equal(t, &hushlogv1.LedgerDelta{Accepted: 2 * dropAtOnce, Quarantined: 2 * dropAtOnce, Released: 2 * dropAtOnce, Dropped: 2 * dropAtOnce}, w.balanced())

	w.commit(w.records(rawRecord(t, "late", "x", start))...)
	w.now = w.now.Add(w.p.Keep)
	require.Equal(t, []int32{raw0}, w.p.Due())
	blocks := w.commit(w.records(w.tick())...)
	require.Equal(t, stateExpired, blocks[0].GetQuarantined()[0].GetState())
	require.EqualValues(t, 2*dropAtOnce+1, w.balanced().GetDropped())
}

func TestAReplayInPartsStoresEachOnce(t *testing.T) {
	w := newWard(t)
	w.down = errUnavailable
	var events []*kgo.Record
	for i := range 2*settleAtOnce + 7 {
		events = append(events, rawRecord(t, strconv.Itoa(i), "x", start))
	}
	w.commit(w.records(events...)...)
	w.down = nil
	w.commit(w.records(w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_REPLAY, nil))...)
	require.EqualValues(t, settleAtOnce, w.balanced().GetStored())
	w.restart()
	w.follow()
	require.EqualValues(t, len(events), w.balanced().GetStored())
}

// TestWhatDidNotOpen may open later; then its double may be stored already, and was not known as one.
func TestWhatDidNotOpen(t *testing.T) {
	w := newWard(t)
	w.sealed = seal.ErrForged
	w.commit(w.records(rawRecord(t, "a", "x", start), rawRecord(t, "b", "x", start), rawRecord(t, "b", "x", start))...)
	w.sealed = nil
	w.commit(w.records(rawRecord(t, "a", "x", start.Add(time.Minute)))...)
	require.EqualValues(t, 1, w.balanced().GetStored())
	w.restart()
	w.commit(w.records(rawRecord(t, "c", "x", start.Add(10*time.Hour)))...) // what was published before is forgotten
	w.commit(w.records(w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_REPLAY, nil))...)
	require.Equal(t, &hushlogv1.LedgerDelta{Accepted: 5, Stored: 3, Duplicates: 2, Quarantined: 3, Released: 3}, w.balanced())

	w.sealed = seal.ErrForged
	w.commit(w.records(rawRecord(t, "d", "x", start))...)
	blocks := w.commit(w.records(w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_REPLAY, nil))...)
	require.Equal(t, ReasonUnopenable, blocks[0].GetQuarantined()[0].GetReason())
	require.Equal(t, stateRefused, blocks[0].GetQuarantined()[0].GetState())
	w.balanced()
}

// TestALargeQuarantineHoldsUpNothing: while it is read, events are stored, and an order comes back until it can be
// followed.
func TestALargeQuarantineHoldsUpNothing(t *testing.T) {
	w := newWard(t)
	w.down = errUnavailable
	w.commit(w.records(rawRecord(t, "a", "x", start))...)
	w.down = nil
	w.restart()
	w.p.ScanPatience = time.Millisecond
	read, slow := w.p.ReadAside, make(chan struct{})
	w.p.ReadAside = func(ctx context.Context, partition int32, from int64, take func(*kgo.Record) bool) error {
		<-slow
		return read(ctx, partition, from, take)
	}
	w.commit(w.records(w.tick(), w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_REPLAY, nil), rawRecord(t, "b", "x", start))...)
	require.EqualValues(t, 1, w.balanced().GetStored(), "what is new is stored")
	require.Len(t, w.rest, 1, "the order comes back")
	w.down = errUnavailable
	w.commit(w.records(rawRecord(t, "c", "x", start))...) // put aside while the scan is under way
	w.down = nil
	close(slow)
	w.p.ScanPatience = time.Minute
	w.follow()
	require.Equal(t, &hushlogv1.LedgerDelta{Accepted: 3, Stored: 3, Quarantined: 2, Released: 2}, w.balanced())
}

// TestAnyOrderOfThings is a seeded walk: detectors that fail, doubles, aborted transactions, crashes, orders.
func TestAnyOrderOfThings(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { anyOrder(t, rand.New(rand.NewPCG(seed, 5))) })
	}
}

func anyOrder(t *testing.T, rng *rand.Rand) {
	w := newWard(t)
	w.large = 1000
	w.restart()
	sent, dropped := map[string]bool{}, false
	for range 60 {
		w.down = nil
		if rng.IntN(2) == 0 {
			w.down = errUnavailable
		}
		var batch []*kgo.Record
		for range 1 + rng.IntN(4) {
			switch rng.IntN(8) {
			case 0, 1:
				batch = append(batch, w.tick())
			case 2:
				batch = append(batch, w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_REPLAY, nil))
			case 3:
				if rng.IntN(10) == 0 {
					dropped = true
					batch = append(batch, w.order(hushlogv1.QuarantineAction_QUARANTINE_ACTION_DROP, nil))
				}
			default:
				id := strconv.Itoa(rng.IntN(50))
				at := w.now
				if sent[id] {
					at = start // a double, or as much as one
				}
				sent[id] = true
				batch = append(batch, rawRecord(t, id, strings.Repeat("some words ", 1+rng.IntN(3)*100), at))
			}
		}
		if len(batch) == 0 {
			continue
		}
		batch = w.records(batch...)
		if rng.IntN(4) == 0 {
			result, _ := process(t, w.p, batch...)
			result.Aborted()
		}
		if rng.IntN(6) == 0 {
			w.restart()
		}
		w.commit(batch...)
		w.now = w.now.Add(time.Duration(rng.IntN(8)) * time.Second)
	}
	w.follow()
	w.down = nil
	w.now = w.now.Add(time.Hour)
	w.commit(w.records(w.tick())...)
	w.follow()
	sum := w.balanced()
	require.Equal(t, sum.GetQuarantined(), sum.GetReleased(), "nothing waits any more")
	if !dropped {
		require.EqualValues(t, len(sent), sum.GetStored())
	}
}
