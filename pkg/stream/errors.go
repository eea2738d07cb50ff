package stream

import (
	"context"
	"errors"
	"net"

	// kerr has Kafka's errors as values.
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

var (
	// ErrPushback says that the buffer is full: nothing was taken, try again a little later.
	ErrPushback = errors.New("buffer of unacknowledged records is full")
	// ErrTooLarge says that the broker will never take a record of this size.
	ErrTooLarge = errors.New("record is larger than the topic takes")
	// ErrUnacknowledged says that the brokers did not acknowledge in time. The record may be stored or
	// not; sending it again is right, as doubles are dropped by request.
	ErrUnacknowledged = errors.New("brokers did not acknowledge in time")
	// ErrFenced says that another process has taken over this transactional id or this place in the
	// group. End, and start again as a new member.
	ErrFenced = errors.New("another process has taken over; check that instances have distinct names")
	// ErrDenied says that our identity may not do this. Run `hushlog init`, or check the certificate.
	ErrDenied = errors.New("not allowed for this identity")
	// ErrOutcome says that it is not known whether a transaction was committed. What was kept in memory
	// about it is worth nothing: start again and read back.
	ErrOutcome = errors.New("outcome of the transaction is unknown; start again and read back")
	// ErrStalled says that a reader does not move although there is something to read.
	ErrStalled = errors.New("reader does not move")
)

// Reason is the class of an error, from a closed set that fits a metric's label.
type Reason string

// Reasons.
const (
	ReasonNone      Reason = "none"
	ReasonPushback  Reason = "pushback"
	ReasonTooLarge  Reason = "too_large"
	ReasonDenied    Reason = "denied"
	ReasonFenced    Reason = "fenced"
	ReasonTimeout   Reason = "timeout"
	ReasonStopping  Reason = "stopping"
	ReasonRetriable Reason = "retriable"
	ReasonOther     Reason = "other"
)

// ReasonOf classifies an error by its type, never by its text.
func ReasonOf(err error) Reason {
	switch {
	case err == nil:
		return ReasonNone
	case anyOf(err, kgo.ErrMaxBuffered, ErrPushback):
		return ReasonPushback
	case anyOf(err, ErrTooLarge, kerr.MessageTooLarge, kerr.RecordListTooLarge):
		return ReasonTooLarge
	case anyOf(err, ErrDenied, kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed,
		kerr.ClusterAuthorizationFailed, kerr.TransactionalIDAuthorizationFailed, kerr.SaslAuthenticationFailed,
		kerr.IllegalSaslState, kerr.UnsupportedSaslMechanism):
		return ReasonDenied
	case anyOf(err, ErrFenced, kerr.ProducerFenced, kerr.InvalidProducerEpoch, kerr.FencedInstanceID,
		kerr.UnknownMemberID, kerr.IllegalGeneration, kerr.FencedMemberEpoch, kerr.StaleMemberEpoch):
		return ReasonFenced
	case anyOf(err, context.Canceled, kgo.ErrClientClosed):
		return ReasonStopping
	case anyOf(err, kgo.ErrRecordTimeout, kgo.ErrRecordRetries, ErrUnacknowledged, context.DeadlineExceeded):
		return ReasonTimeout
	case errors.Is(err, kerr.TransactionAbortable):
		return ReasonRetriable
	}
	var network net.Error
	if kerr.IsRetriable(err) || errors.As(err, &network) {
		return ReasonRetriable
	}
	return ReasonOther
}

func anyOf(err error, targets ...error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// named wraps err with the sentinel of its class, where there is one.
func named(err error) error {
	switch ReasonOf(err) { //nolint:exhaustive // the others have no sentinel
	case ReasonPushback:
		return errors.Join(ErrPushback, err)
	case ReasonTooLarge:
		return errors.Join(ErrTooLarge, err)
	case ReasonDenied:
		return errors.Join(ErrDenied, err)
	case ReasonFenced:
		return errors.Join(ErrFenced, err)
	case ReasonTimeout, ReasonStopping:
		return errors.Join(ErrUnacknowledged, err)
	default:
		return err
	}
}

// Retry marks a handler's error as passing: the same records are given again, after a pause.
func Retry(err error) error {
	if err == nil {
		return nil
	}
	return &retryError{err: err, from: -1}
}

// RetryFrom is Retry for the record given and those after it: the ones before it are durable and are
// committed.
func RetryFrom(record *kgo.Record, err error) error {
	if err == nil {
		return nil
	}
	return &retryError{err: err, from: record.Offset}
}

// Rest is for a handler that has used up its time: records before the one given are durable and are
// committed, the rest is given again at once. It is no failure.
func Rest(record *kgo.Record) error { return &retryError{from: record.Offset} }

// retryError asks for records again, from an offset on or (-1) all of them.
type retryError struct {
	err  error // nil for Rest
	from int64
}

func (e *retryError) Error() string {
	if e.err == nil {
		return "handled in part"
	}
	return e.err.Error()
}

func (e *retryError) Unwrap() error { return e.err }

// retryOf returns what a handler asked for, or nil when it did not ask for records again.
func retryOf(err error) *retryError {
	var retry *retryError
	if errors.As(err, &retry) {
		return retry
	}
	return nil
}
