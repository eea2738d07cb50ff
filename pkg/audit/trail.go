package audit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	// Kafka's records; its acknowledgement is what counts as audited.
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// ErrTrailDown says that the trail did not take an entry in time. The act must not happen, or must not
// be completed; the caller may try again later. Whether the entry was written is not known.
var ErrTrailDown = errors.New("the audit trail does not take entries")

// DefaultTimeout is how long one entry may take to be acknowledged.
const DefaultTimeout = 10 * time.Second

// publisher is pkg/stream's: it answers with one error, or nil, for each record once all in-sync
// replicas have it, or within ctx.
type publisher interface {
	Publish(ctx context.Context, records []*kgo.Record) []error
}

// Options are what a Trail may be told beside its client.
type Options struct {
	// Topic of the trail. Required.
	Topic string
	// Timeout of one entry; default DefaultTimeout. Too low and a slow broker refuses people; too high
	// and people wait for an answer that is a refusal.
	Timeout time.Duration
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// Trail puts entries on the trail. Safe for concurrent use.
type Trail struct {
	publisher publisher
	opts      Options
}

// NewTrail puts entries through a publisher, which the caller closes.
func NewTrail(publisher publisher, opts Options) (*Trail, error) {
	if opts.Topic == "" {
		return nil, errors.New("audit: name the topic")
	}
	if opts.Timeout < 0 {
		return nil, errors.New("audit: timeout must not be negative")
	}
	if opts.Timeout == 0 {
		opts.Timeout = DefaultTimeout
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Trail{publisher, opts}, nil
}

// Act is something that was announced on the trail and is not ended yet. One goroutine uses it.
type Act struct {
	trail  *Trail
	intent *hushlogv1.AuditEntry
	ended  bool
}

// ID names the act as the trail's rows do, in hex. It is known to nobody else before the act.
func (a *Act) ID() string { return hex.EncodeToString(a.intent.GetActId()) }

// Outcome is what came of an act.
type Outcome struct {
	// Result is OK, Refused or Failed.
	Result string
	// Reason is a code of a closed set when Result is not OK.
	Reason string
	// Rows and Bytes that were shown.
	Rows, Bytes uint64
}

// Begin puts the intent on the trail and returns when it is acknowledged. On any error the act must
// not happen. It fills ids, phase and time of a copy of entry and leaves entry alone.
func (t *Trail) Begin(ctx context.Context, entry *hushlogv1.AuditEntry) (*Act, error) {
	intent, ok := proto.Clone(entry).(*hushlogv1.AuditEntry)
	if !ok {
		return nil, ErrEntry
	}
	intent.ActId = newID()
	intent.Phase = hushlogv1.AuditPhase_AUDIT_PHASE_INTENT
	err := t.put(ctx, intent)
	if err != nil {
		return nil, fmt.Errorf("audit intent: %w", err)
	}
	return &Act{trail: t, intent: intent}, nil
}

// Note puts an outcome on the trail that had no intent: an attempt that was refused before anything
// could happen.
func (t *Trail) Note(ctx context.Context, entry *hushlogv1.AuditEntry, outcome Outcome) error {
	note, ok := proto.Clone(entry).(*hushlogv1.AuditEntry)
	if !ok {
		return ErrEntry
	}
	note.ActId = newID()
	err := t.put(ctx, withOutcome(note, outcome))
	if err != nil {
		return fmt.Errorf("audit note: %w", err)
	}
	return nil
}

// End puts the outcome on the trail and returns when it is acknowledged. On any error nothing more of
// what the act found may be shown. An act ends once; ending it again is an error. ctx may be the
// request's: End goes on for the timeout when the request was given up, so that a trail does not stay
// half written because somebody hung up.
func (a *Act) End(ctx context.Context, outcome Outcome) error {
	if a.ended {
		return fmt.Errorf("audit outcome: act was ended before: %w", ErrEntry)
	}
	a.ended = true
	entry, ok := proto.Clone(a.intent).(*hushlogv1.AuditEntry)
	if !ok {
		return ErrEntry
	}
	err := a.trail.put(context.WithoutCancel(ctx), withOutcome(entry, outcome))
	if err != nil {
		return fmt.Errorf("audit outcome: %w", err)
	}
	return nil
}

func withOutcome(entry *hushlogv1.AuditEntry, outcome Outcome) *hushlogv1.AuditEntry {
	entry.Phase = hushlogv1.AuditPhase_AUDIT_PHASE_OUTCOME
	entry.Outcome, entry.Reason = outcome.Result, outcome.Reason
	entry.Rows, entry.Bytes = outcome.Rows, outcome.Bytes
	return entry
}

// put gives the entry its own id and time, and waits for the acknowledgement.
func (t *Trail) put(ctx context.Context, entry *hushlogv1.AuditEntry) error {
	entry.EntryId = newID()
	entry.At = timestamppb.New(t.opts.Now())
	err := check(entry)
	if err != nil {
		return err
	}
	value, err := encode(entry)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, t.opts.Timeout)
	defer cancel()
	record := &kgo.Record{Topic: t.opts.Topic, Key: []byte(entry.GetActor()), Value: value}
	err = errors.Join(t.publisher.Publish(ctx, []*kgo.Record{record})...)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrTrailDown, err)
	}
	return nil
}

func newID() []byte {
	id := make([]byte, idSize)
	_, _ = rand.Read(id) // never fails, see crypto/rand
	return id
}
