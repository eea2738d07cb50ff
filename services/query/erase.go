package query

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/twmb/franz-go/pkg/kgo" // the request's record
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	actionErase = "erase"
	// maxSubject bounds an end user's id, in bytes, as the gateway does.
	maxSubject = 512
)

// sealer seals an end user's id so that only the redactor reads it; seal.Sealer.
type sealer interface {
	Seal(plaintext []byte, h seal.Header) ([]byte, error)
}

// requests takes what people ask for; stream.Publisher.
type requests interface {
	Publish(ctx context.Context, records []*kgo.Record) []error
}

// erasure is what a person sends to have an end user erased.
type erasure struct {
	Project string `json:"project"`
	Subject string `json:"subject"`
}

var (
	mayNot       = problem{http.StatusForbidden, "not-allowed", "the role may not ask for erasures in this project; the policy's roles.<role>.may says who may", 0, audit.Refused, 0, nil}
	badErasure   = problem{http.StatusBadRequest, "bad-request", `send {"project": "...", "subject": "the end user's id"} as application/json and nothing else; the id has 1 to 512 bytes`, 0, audit.Refused, 0, nil}
	noEpoch      = problem{http.StatusServiceUnavailable, "no-epoch", "there is no key to seal the id with, is a redactor running? try again soon", 0, audit.Failed, 5, nil}
	requestsDown = problem{http.StatusServiceUnavailable, "requests-unavailable", "the stream did not take the request in time; it is not known whether it will be done: look for its id", 0, audit.Failed, 5, nil}
)

// serveErase takes a request for an erasure: on the trail before it is published and after.
func (s *Service) serveErase(w http.ResponseWriter, r *http.Request) {
	a := &attempt{service: s, entry: &hushlogv1.AuditEntry{Action: actionErase}}
	id, failure := a.erase(w, r)
	outcome := outcomeOK
	if failure != nil {
		outcome = string(failure.code)
	}
	s.metrics.attempts.WithLabelValues(outcome).Inc()
	if failure != nil {
		writeProblem(w, failure)
		return
	}
	writeJSON(w, http.StatusAccepted, map[string]string{"request_id": id})
}

func (a *attempt) erase(w http.ResponseWriter, r *http.Request) (string, *problem) {
	failure := a.signIn(r)
	if failure != nil {
		return "", a.refuse(r.Context(), failure)
	}
	a.entry.Action = actionErase
	var asked erasure
	failure = decodeErasure(http.MaxBytesReader(w, r.Body, maxBody), &asked)
	if failure != nil {
		return "", a.refuse(r.Context(), failure)
	}
	_, known := a.service.deps.Policy.Projects[asked.Project]
	if !known || !a.role.Allows(policy.RightErase, asked.Project) {
		return "", a.refuse(r.Context(), &mayNot)
	}
	id := make([]byte, seal.HashSize)
	_, _ = rand.Read(id) // never fails, see crypto/rand
	a.entry.Ref = hex.EncodeToString(id)
	act, err := a.service.deps.Trail.Begin(r.Context(), a.entry)
	if err != nil {
		a.service.log.ErrorContext(r.Context(), "an erasure was not taken: its intent was not audited", slog.Any("error", err))
		return "", a.notAnnounced(err)
	}
	failure = a.publishErasure(r.Context(), id, asked)
	result := audit.Outcome{Result: audit.OK}
	if failure != nil {
		result = audit.Outcome{Result: audit.Failed, Reason: string(failure.code)}
	}
	err = act.End(r.Context(), result)
	if failure == nil && err != nil {
		// It is published and will be done; retention's own entries say so.
		a.service.log.ErrorContext(r.Context(), "an erasure was taken and its outcome not audited", slog.String("request", a.entry.GetRef()), slog.Any("error", err))
	}
	return a.entry.GetRef(), failure
}

func decodeErasure(body io.Reader, into *erasure) *problem {
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err != nil || into.Subject == "" || len(into.Subject) > maxSubject || into.Project == "" {
		return &badErasure
	}
	return nil
}

// publishErasure seals the id and publishes the request.
func (a *attempt) publishErasure(ctx context.Context, id []byte, asked erasure) *problem {
	header := seal.Header{Topic: stream.TopicRequests, Project: asked.Project, RequestHash: [seal.HashSize]byte(id)}
	sealed, err := a.service.deps.Sealer.Seal([]byte(asked.Subject), header)
	if err != nil {
		return &noEpoch
	}
	value, err := proto.Marshal(&hushlogv1.Request{
		RequestId: id, Project: asked.Project, At: timestamppb.New(time.Now().Truncate(time.Millisecond)),
		Actor: a.person.Name, Role: a.person.Role, SealedSubject: sealed,
	})
	if err != nil {
		return &broken
	}
	err = a.service.deps.Requests.Publish(ctx, []*kgo.Record{{Topic: stream.TopicRequests, Key: id, Value: value}})[0]
	if err != nil {
		a.service.log.ErrorContext(ctx, "an erasure was not published", slog.Any("error", err))
		return &requestsDown
	}
	return nil
}
