package client

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails" // the details of a status
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

var (
	// ErrClosed says that the Logger takes nothing more. What it is returned for was not queued, or not
	// delivered when Close's context ended.
	ErrClosed = errors.New("client: the logger is closed")
	// ErrFull says that the Logger's buffer is full and its owner chose WhenFullFail: the interaction was
	// not queued. Try later, or keep it elsewhere.
	ErrFull = errors.New("client: the logger's buffer is full")
)

// Error is why the gateway did not take an interaction. Find it with errors.As. It never holds what
// was sent.
type Error struct {
	// Code is the gRPC code.
	Code codes.Code
	// Reason is the gateway's stable code, such as RATE_LIMITED or INVALID_FIELD. Empty when the call
	// did not reach it, and for the items of a batch.
	Reason string
	// Message says what was wrong, where, and what to do.
	Message string
	// Fields are those that were not as they must be.
	Fields []Field
	// RetryAfter is how much later the same may be sent again; zero when the gateway did not say.
	RetryAfter time.Duration
}

// Field is one field of an interaction and what is wrong with it.
type Field struct {
	// Path in the contract, such as messages[2].name.
	Path string
	// Problem in words.
	Problem string
}

// Error is code, reason and message.
func (e *Error) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("gateway: %s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("gateway: %s (%s): %s", e.Code, e.Reason, e.Message)
}

// Temporary says whether sending the same again may help. Log, LogBatch and Logger have done so
// already when they return an error.
func (e *Error) Temporary() bool {
	switch e.Code { //nolint:exhaustive // all others are final
	case codes.Unavailable, codes.ResourceExhausted, codes.DeadlineExceeded, codes.Aborted, codes.Internal:
		return true
	default:
		return false
	}
}

// fromStatus reads the error of a call.
func fromStatus(err error) *Error {
	st := status.Convert(err)
	out := &Error{Code: st.Code(), Message: st.Message()}
	for _, detail := range st.Details() {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			out.Reason = d.GetReason()
		case *errdetails.RetryInfo:
			out.RetryAfter = d.GetRetryDelay().AsDuration()
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				out.Fields = append(out.Fields, Field{v.GetField(), v.GetDescription()})
			}
		}
	}
	return out
}

// fromResult reads the fate of one item, nil when it was taken.
func fromResult(r *hushlogv1.LogResult) *Error {
	if r.GetCode() == 0 {
		return nil
	}
	return &Error{
		Code: codes.Code(r.GetCode()), Message: r.GetMessage(), //nolint:gosec // codes are below 17
		RetryAfter: time.Duration(r.GetRetryAfterMs()) * time.Millisecond,
	}
}
