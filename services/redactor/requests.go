package redactor

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// requestsGroup is the part of the name of the group that reads requests.
const requestsGroup = "requests"

// Why the id of a request cannot be read, codes.
const (
	failureUnreadable = "unreadable"
	failureNoID       = "no-id"
)

// requestPublisher publishes what was resolved.
type requestPublisher interface {
	Publish(ctx context.Context, records []*kgo.Record) []error
}

// requests adds to a request for an erasure the pseudonyms of the end user, whose id nobody else can
// read. Resolving one twice gives the same pseudonyms, and retention takes the first.
type requests struct {
	opener opener
	// pseudonyms has one for each period that there is a key of.
	pseudonyms func() []*identity.Pseudonymizer
	publisher  requestPublisher
	// partitions lists those of the raw topic.
	partitions func(context.Context) ([]int32, error)
	log        *slog.Logger
}

// handle is a stream.Handler.
func (q *requests) handle(ctx context.Context, _ stream.Partition, records []*kgo.Record) error {
	for _, r := range records {
		err := q.one(ctx, r)
		if err != nil {
			return stream.RetryFrom(r, fmt.Errorf("request at offset %d: %w", r.Offset, err))
		}
	}
	return nil
}

func (q *requests) one(ctx context.Context, r *kgo.Record) error {
	request := &hushlogv1.Request{}
	err := proto.Unmarshal(r.Value, request)
	if err != nil || len(request.GetRequestId()) != seal.HashSize || request.GetProject() == "" {
		q.log.ErrorContext(ctx, "a request does not decode and is left out", slog.Int64("offset", r.Offset))
		return nil
	}
	if request.GetQuarantine() != nil {
		return q.order(ctx, request)
	}
	if request.GetResolved() {
		return nil
	}
	err = q.resolve(ctx, request)
	if err != nil {
		return err
	}
	value, err := proto.Marshal(request)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	err = q.publisher.Publish(ctx, []*kgo.Record{{Topic: stream.TopicRequests, Key: request.GetRequestId(), Value: value}})[0]
	if err != nil {
		return fmt.Errorf("publish resolved request: %w", err)
	}
	q.log.InfoContext(ctx, "resolved a request", slog.String("request", hex.EncodeToString(request.GetRequestId())), slog.String("failure", request.GetFailure()))
	return nil
}

// resolve replaces the sealed id by its pseudonyms, or says why it cannot. An error passes.
func (q *requests) resolve(ctx context.Context, request *hushlogv1.Request) error {
	header := seal.Header{Topic: stream.TopicRequests, Project: request.GetProject(), RequestHash: [seal.HashSize]byte(request.GetRequestId())}
	id, err := q.opener.Open(ctx, request.GetSealedSubject(), header)
	defer clear(id)
	switch {
	case err != nil && errors.Is(err, seal.ErrUnknownEpoch) || err != nil && !seal.Permanent(err):
		return err // its epoch may not have been read yet
	case err != nil:
		request.Failure = failureUnreadable
	case len(id) == 0:
		request.Failure = failureNoID
	default:
		for _, p := range q.pseudonyms() {
			request.Pseudonyms = append(request.Pseudonyms, p.Subject(request.GetProject(), string(id)))
		}
	}
	request.Resolved, request.SealedSubject = true, nil
	return nil
}
