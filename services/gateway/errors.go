package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"    // serves REST from the gRPC service
	"google.golang.org/genproto/googleapis/rpc/errdetails" // the standard details of a status
	"google.golang.org/grpc/codes"                         // the service speaks gRPC
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
)

// errorDomain is the domain of every ErrorInfo.
const errorDomain = "hushlog.gateway"

// reason is a stable code for why something was refused: ErrorInfo.reason in a status, and a label
// of the metrics. The set is closed; clients may rely on its members.
type reason string

const (
	reasonNoKey          reason = "NO_API_KEY"
	reasonBadKey         reason = "UNKNOWN_API_KEY"
	reasonRevokedKey     reason = "REVOKED_API_KEY"
	reasonExpiredKey     reason = "EXPIRED_API_KEY"
	reasonKeysUnreadable reason = "KEYS_UNAVAILABLE"
	reasonProject        reason = "PROJECT_NOT_ALLOWED"
	reasonPurpose        reason = "PURPOSE_NOT_ALLOWED"
	reasonEnvironment    reason = "ENVIRONMENT_NOT_ALLOWED"
	reasonRate           reason = "RATE_LIMITED"
	reasonLimited        reason = "PROJECT_LIMITED"
	reasonUserLimited    reason = "USER_LIMITED"
	reasonSuspended      reason = "PROJECT_SUSPENDED"
	reasonUserSuspended  reason = "USER_SUSPENDED"
	reasonUnknownLimits  reason = "RESTRICTIONS_UNKNOWN"
	reasonMemory         reason = "MEMORY_LIMITED"
	reasonBuffer         reason = "STREAM_BUSY"
	reasonTooLarge       reason = "TOO_LARGE"
	reasonTooDeep        reason = "TOO_DEEP"
	reasonTooMany        reason = "TOO_MANY"
	reasonMalformed      reason = "MALFORMED"
	reasonUnknownField   reason = "UNKNOWN_FIELD"
	reasonUTF8           reason = "INVALID_UTF8"
	reasonInvalid        reason = "INVALID_FIELD"
	reasonTime           reason = "TIME_OUT_OF_RANGE"
	reasonEmpty          reason = "EMPTY"
	reasonEncoding       reason = "UNSUPPORTED_ENCODING"
	reasonMediaType      reason = "UNSUPPORTED_MEDIA_TYPE"
	reasonNotFound       reason = "NO_SUCH_METHOD"
	reasonMethod         reason = "METHOD_NOT_ALLOWED"
	reasonKafka          reason = "STREAM_UNAVAILABLE"
	reasonEpoch          reason = "NO_SEALING_KEY"
	reasonBehind         reason = "STREAM_BEHIND"
	reasonDraining       reason = "DRAINING"
	reasonTimeout        reason = "TIMEOUT"
	reasonCanceled       reason = "CANCELED"
	reasonInternal       reason = "INTERNAL"
)

// outcome is what a reason means on the two interfaces, and after how long the same request may be
// sent again (0: not without a change).
type outcome struct {
	code  codes.Code
	http  int
	retry time.Duration
}

// outcomes is the one table from reasons to codes.
var outcomes = map[reason]outcome{
	reasonNoKey:          {codes.Unauthenticated, http.StatusUnauthorized, 0},
	reasonBadKey:         {codes.Unauthenticated, http.StatusUnauthorized, 0},
	reasonRevokedKey:     {codes.Unauthenticated, http.StatusUnauthorized, 0},
	reasonExpiredKey:     {codes.Unauthenticated, http.StatusUnauthorized, 0},
	reasonKeysUnreadable: {codes.Unavailable, http.StatusServiceUnavailable, 2 * time.Second},
	reasonProject:        {codes.PermissionDenied, http.StatusForbidden, 0},
	reasonPurpose:        {codes.PermissionDenied, http.StatusForbidden, 0},
	reasonEnvironment:    {codes.PermissionDenied, http.StatusForbidden, 0},
	reasonRate:           {codes.ResourceExhausted, http.StatusTooManyRequests, time.Second},
	reasonLimited:        {codes.ResourceExhausted, http.StatusTooManyRequests, time.Minute},
	reasonUserLimited:    {codes.ResourceExhausted, http.StatusTooManyRequests, time.Minute},
	reasonSuspended:      {codes.PermissionDenied, http.StatusForbidden, 0},
	reasonUserSuspended:  {codes.PermissionDenied, http.StatusForbidden, 0},
	reasonUnknownLimits:  {codes.Unavailable, http.StatusServiceUnavailable, 2 * time.Second},
	reasonMemory:         {codes.ResourceExhausted, http.StatusTooManyRequests, time.Second},
	reasonBuffer:         {codes.ResourceExhausted, http.StatusTooManyRequests, time.Second},
	reasonTooLarge:       {codes.InvalidArgument, http.StatusRequestEntityTooLarge, 0},
	reasonTooDeep:        {codes.InvalidArgument, http.StatusBadRequest, 0},
	reasonTooMany:        {codes.InvalidArgument, http.StatusBadRequest, 0},
	reasonMalformed:      {codes.InvalidArgument, http.StatusBadRequest, 0},
	reasonUnknownField:   {codes.InvalidArgument, http.StatusBadRequest, 0},
	reasonUTF8:           {codes.InvalidArgument, http.StatusBadRequest, 0},
	reasonInvalid:        {codes.InvalidArgument, http.StatusBadRequest, 0},
	reasonTime:           {codes.InvalidArgument, http.StatusBadRequest, 0},
	reasonEmpty:          {codes.InvalidArgument, http.StatusBadRequest, 0},
	reasonEncoding:       {codes.Unimplemented, http.StatusUnsupportedMediaType, 0},
	reasonMediaType:      {codes.InvalidArgument, http.StatusUnsupportedMediaType, 0},
	reasonNotFound:       {codes.Unimplemented, http.StatusNotFound, 0},
	reasonMethod:         {codes.Unimplemented, http.StatusMethodNotAllowed, 0},
	reasonKafka:          {codes.Unavailable, http.StatusServiceUnavailable, 2 * time.Second},
	reasonEpoch:          {codes.Unavailable, http.StatusServiceUnavailable, 5 * time.Second},
	reasonBehind:         {codes.Unavailable, http.StatusServiceUnavailable, 30 * time.Second},
	reasonDraining:       {codes.Unavailable, http.StatusServiceUnavailable, time.Second},
	reasonTimeout:        {codes.DeadlineExceeded, http.StatusGatewayTimeout, time.Second},
	reasonCanceled:       {codes.Canceled, 499, 0},
	reasonInternal:       {codes.Internal, http.StatusInternalServerError, 0},
}

// violation is one field that is not as it must be. Neither part ever holds a value.
type violation struct{ field, problem string }

// refusal is why one interaction, or a whole call, was not taken. It goes to the client as it is, so
// it holds names of the contract, limits and advice: never anything that the client sent.
type refusal struct {
	reason     reason
	message    string
	violations []violation
	retry      time.Duration
}

// Error is the message that the client reads.
func (r *refusal) Error() string { return r.message }

// refuse makes a refusal that concerns no single field.
func refuse(why reason, format string, args ...any) *refusal {
	return &refusal{reason: why, message: fmt.Sprintf(format, args...), retry: outcomes[why].retry}
}

// refuseField makes a refusal of one field; an empty field is the interaction as a whole.
func refuseField(why reason, field, format string, args ...any) *refusal {
	return refuseFields(why, []violation{{field, fmt.Sprintf(format, args...)}})
}

// maxInMessage is how many violations a message spells out; a batch has a message for each item.
const maxInMessage = 3

func refuseFields(why reason, violations []violation) *refusal {
	lines := make([]string, 0, maxInMessage+1)
	for i, v := range violations {
		if i == maxInMessage {
			lines = append(lines, fmt.Sprintf("and %d more", len(violations)-i))
			break
		}
		if v.field == "" {
			lines = append(lines, v.problem)
			continue
		}
		lines = append(lines, v.field+": "+v.problem)
	}
	return &refusal{reason: why, message: strings.Join(lines, "; "), violations: violations, retry: outcomes[why].retry}
}

// asRefusal gives every error the form that clients get. An error that is not known here is
// Internal with a fixed text: its own might quote what was sent.
func asRefusal(err error) *refusal {
	var known *refusal
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, identity.ErrUnknownKey):
		return refuse(reasonBadKey, "the API key is not known here; check that it is whole and of this deployment")
	case errors.Is(err, identity.ErrRevoked):
		return refuse(reasonRevokedKey, "the API key was revoked; ask the owner of the project for another")
	case errors.Is(err, identity.ErrExpired):
		return refuse(reasonExpiredKey, "the API key has expired; ask the owner of the project for another")
	case errors.Is(err, identity.ErrUnavailable):
		return refuse(reasonKeysUnreadable, "API keys cannot be checked at the moment; send again later")
	case errors.Is(err, seal.ErrNoLiveEpoch):
		return refuse(reasonEpoch, "nothing can be sealed at the moment, as no sealing key is live; send again later with the same request id")
	case errors.Is(err, stream.ErrPushback):
		return refuse(reasonBuffer, "the gateway waits for the stream; send again later with the same request id")
	case errors.Is(err, stream.ErrTooLarge):
		return refuse(reasonTooLarge, "the stream takes no record of this size; ask the operator for a larger max.message.bytes, or shorten the interaction")
	case errors.Is(err, errPublish):
		return refuse(reasonKafka, "the stream has not acknowledged the interaction; send again later with the same request id")
	case errors.Is(err, context.Canceled):
		return refuse(reasonCanceled, "the caller has gone")
	case errors.Is(err, context.DeadlineExceeded):
		return refuse(reasonTimeout, "the call's time was over; send again with the same request id")
	default:
		return refuse(reasonInternal, "internal error of the gateway; send again with the same request id")
	}
}

// code is the gRPC code of the refusal.
func (r *refusal) code() codes.Code { return outcomes[r.reason].code }

// status is the refusal in gRPC's form: ErrorInfo always, BadRequest when fields are concerned,
// RetryInfo when the same may be sent again.
func (r *refusal) status() *status.Status {
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{Reason: string(r.reason), Domain: errorDomain}}
	if len(r.violations) > 0 {
		bad := &errdetails.BadRequest{}
		for _, v := range r.violations {
			bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{
				Field: v.field, Description: v.problem, Reason: string(r.reason),
			})
		}
		details = append(details, bad)
	}
	if r.retry > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(r.retry)})
	}
	st := status.New(r.code(), r.message)
	detailed, err := st.WithDetails(details...)
	if err != nil {
		return st // only for a message that cannot be marshalled, which these are not
	}
	return detailed
}

// httpStatus is the HTTP code of a status that the gateway made.
func httpStatus(st *status.Status) int {
	for _, detail := range st.Details() {
		info, ok := detail.(*errdetails.ErrorInfo)
		if ok && info.GetDomain() == errorDomain {
			known, ok := outcomes[reason(info.GetReason())]
			if ok {
				return known.http
			}
		}
	}
	return runtime.HTTPStatusFromCode(st.Code())
}

// retryDelay is the RetryInfo of a status, or zero.
func retryDelay(st *status.Status) time.Duration {
	for _, detail := range st.Details() {
		info, ok := detail.(*errdetails.RetryInfo)
		if ok {
			return info.GetRetryDelay().AsDuration()
		}
	}
	return 0
}
