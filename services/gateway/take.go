package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/hushlog/hushlog/pkg/contract"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// sealer seals to the redactors and can open nothing.
type sealer interface {
	Seal(plaintext []byte, h seal.Header) ([]byte, error)
}

// publisher answers once records are durable: one error, or nil, for each.
type publisher interface {
	Publish(ctx context.Context, records []*kgo.Record) []error
}

// taker takes interactions, wherever they came from. Safe for concurrent use.
type taker struct {
	checker    *checker
	limiter    *limiter
	restricted *restricted
	backlog    *backlog
	budget     *budget
	sealer     sealer
	publisher  publisher
	hasher     *identity.Hasher
	tally      *tally
	metrics    *metrics
	log        *slog.Logger
	now        func() time.Time
	// wait is how long Kafka has to acknowledge.
	wait time.Duration
	// failing is true since Kafka did not acknowledge a record and until it does again.
	failing atomic.Bool
}

// fate is what became of one interaction: durable when err is nil.
type fate struct {
	requestID string
	err       error
}

// item is an interaction on its way through take.
type item struct {
	fate
	size int
	// at is when it came; once accepted, the time that the record says, by which the ledger counts it.
	at     time.Time
	record *kgo.Record
}

// take checks and seals interactions, publishes those that are good together, and returns one fate
// for each. It does not stop when the caller goes: what was handed to Kafka is counted either way.
func (t *taker) take(ctx context.Context, who identity.Principal, raws [][]byte) []fate {
	items := make([]item, 0, len(raws))
	var records []*kgo.Record
	for _, raw := range raws {
		held := t.budget.lease(who.Project)
		defer held.release()
		it := t.prepare(who, raw, held)
		items = append(items, it)
		if it.err == nil {
			records = append(records, it.record)
		}
	}
	errs := t.publish(context.WithoutCancel(ctx), records)
	fates := make([]fate, 0, len(items))
	for _, it := range items {
		if it.err == nil {
			it.err, errs = errs[0], errs[1:]
		}
		t.count(who, it)
		fates = append(fates, it.fate)
	}
	return fates
}

// prepare does everything that needs no Kafka. After it only the sealed record is held in memory.
func (t *taker) prepare(who identity.Principal, raw []byte, held *lease) item {
	it := item{size: len(raw), at: t.now()}
	it.requestID = requestIDOf(raw)
	var accepted *hushlogv1.Accepted
	accepted, it.err = t.check(who, raw, held)
	if it.err == nil {
		it.requestID, it.at = accepted.GetInteraction().GetRequestId(), accepted.GetAcceptedAt().AsTime()
		it.record, it.err = t.seal(accepted, raw)
	}
	if it.err != nil {
		held.release()
		return it
	}
	held.shrink(int64(len(it.record.Value)))
	return it
}

// check applies limits and checks, the cheap ones first.
func (t *taker) check(who identity.Principal, raw []byte, held *lease) (*hushlogv1.Accepted, error) {
	err := t.backlog.check()
	if err != nil {
		return nil, err
	}
	err = t.checker.checkSize(raw)
	if err != nil {
		return nil, err
	}
	err = t.restricted.project(who.Project)
	if err != nil {
		return nil, err
	}
	err = t.limiter.take(who, len(raw))
	if err != nil {
		return nil, err
	}
	cost, err := t.checker.prescan(raw)
	if err != nil {
		return nil, err
	}
	err = held.grow(cost)
	if err != nil {
		return nil, err
	}
	accepted, err := t.checker.accept(raw, who)
	if err != nil {
		return nil, err
	}
	return accepted, t.restricted.user(who.Project, accepted.GetInteraction().GetEndUser().GetId())
}

// seal makes the record of an interaction that came as raw.
func (t *taker) seal(accepted *hushlogv1.Accepted, raw []byte) (*kgo.Record, error) {
	plain, err := encode(accepted, raw)
	if err != nil {
		return nil, errors.New("marshal an accepted interaction") // the cause may quote it
	}
	hash := t.hasher.ID(accepted.GetProject(), accepted.GetInteraction().GetRequestId())
	header := seal.Header{Topic: stream.TopicRaw, Project: accepted.GetProject(), RequestHash: hash}
	sealed, err := t.sealer.Seal(plain, header)
	clear(plain)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealedRecord(header, sealed, accepted.GetAcceptedAt().AsTime()), nil
}

// publish waits until Kafka has the records, or the time for it is over: then a record may be stored
// or not, and its sender sends it again under the same request id.
func (t *taker) publish(ctx context.Context, records []*kgo.Record) []error {
	if len(records) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, t.wait)
	defer cancel()
	started := t.now()
	errs := t.publisher.Publish(ctx, records)
	t.metrics.publishSeconds.Observe(t.now().Sub(started).Seconds())
	for i, err := range errs {
		t.note(ctx, err)
		if err != nil {
			errs[i] = fmt.Errorf("%w: %w", errPublish, err)
		}
	}
	return errs
}

// errPublish wraps what Kafka says of a record that it did not acknowledge.
var errPublish = errors.New("publish")

// note logs when publishing begins to fail and when it works again, not each time.
func (t *taker) note(ctx context.Context, err error) {
	switch {
	case err == nil && t.failing.CompareAndSwap(true, false):
		t.log.InfoContext(ctx, "publishing works again")
	case err == nil, errors.Is(err, stream.ErrPushback), errors.Is(err, stream.ErrTooLarge):
	case t.failing.CompareAndSwap(false, true):
		t.log.WarnContext(ctx, "publishing fails; senders are told to come back", slog.String("error", err.Error()))
	}
}

// count notes the fate of one interaction for the ledger and the metrics.
func (t *taker) count(who identity.Principal, it item) {
	if it.err != nil {
		t.reject(who, it.at, it.err)
		return
	}
	t.tally.accepted(who.Project, it.at)
	t.metrics.outcome(outcomeAccepted)
	t.metrics.acceptedBytes.Add(float64(it.size))
}

// reject counts what was not taken.
func (t *taker) reject(who identity.Principal, at time.Time, err error) {
	t.tally.rejected(who.Project, at)
	t.metrics.outcome(string(asRefusal(err).reason))
}

// requestIDOf is the request id of an interaction in its wire form when it has the form of one:
// what a client gets back beside a refusal.
func requestIDOf(raw []byte) string {
	const requestIDField = 1
	for len(raw) > 0 {
		number, wire, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return ""
		}
		raw = raw[n:]
		if number == requestIDField && wire == protowire.BytesType {
			id, m := protowire.ConsumeBytes(raw)
			if m < 0 || !contract.Fits(hushlogv1.FieldForm_FIELD_FORM_ID, string(id)) {
				return ""
			}
			return string(id)
		}
		n = protowire.ConsumeFieldValue(number, wire, raw)
		if n < 0 {
			return ""
		}
		raw = raw[n:]
	}
	return ""
}

// resultOf is a fate as an answer to several tells it.
func resultOf(f fate) *hushlogv1.LogResult {
	if f.err == nil {
		return &hushlogv1.LogResult{RequestId: f.requestID}
	}
	refused := asRefusal(f.err)
	return &hushlogv1.LogResult{
		RequestId: f.requestID, Code: int32(refused.code()), Message: refused.message, //nolint:gosec // codes are below 17
		RetryAfterMs: refused.retry.Milliseconds(),
	}
}
