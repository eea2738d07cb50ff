package query

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
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

// Actions on the trail.
const (
	actionErase   = "erase"
	actionHold    = "hold"
	actionRelease = "hold-release"
	actionApprove = "hold-approve"
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

var (
	mayNot       = problem{http.StatusForbidden, "not-allowed", "the role may not ask for this in this project; the policy's roles.<role>.may says who may", 0, audit.Refused, 0, nil}
	badErasure   = problem{http.StatusBadRequest, "bad-request", `send {"project": "...", "subject": "the end user's id"} as application/json and nothing else; the id has 1 to 512 bytes`, 0, audit.Refused, 0, nil}
	noEpoch      = problem{http.StatusServiceUnavailable, "no-epoch", "there is no key to seal the id with, is a redactor running? try again soon", 0, audit.Failed, 5, nil}
	requestsDown = problem{http.StatusServiceUnavailable, "requests-unavailable", "the stream did not take the request in time; it is not known whether it will be done: look for its id", 0, audit.Failed, 5, nil}
)

// wish is something that a person asks retention to do.
type wish struct {
	action string
	right  policy.Right
	// request is what is published, complete but for its id, time and person.
	request *hushlogv1.Request
	// subject is an end user's id, to be sealed to the redactor; empty where none is named.
	subject string
}

// serveWish takes what a person asks for: on the trail before it is published and after.
func (s *Service) serveWish(action string, decode func(io.Reader) (*wish, *problem)) http.HandlerFunc {
	return s.serveTaken(action, func(a *attempt, w http.ResponseWriter, r *http.Request) (string, *problem) {
		return a.ask(w, r, action, decode)
	})
}

// serveTaken answers with the id of what take has taken, or with why it has not.
func (s *Service) serveTaken(action string, take func(*attempt, http.ResponseWriter, *http.Request) (string, *problem)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a := &attempt{service: s, entry: &hushlogv1.AuditEntry{Action: action}}
		id, failure := take(a, w, r)
		a.answer(w, http.StatusAccepted, map[string]string{"request_id": id}, failure)
	}
}

// announced has publish publish what was asked for under a new id, on the trail before and after; what is
// published although its outcome is not on the trail will be done, and whoever does it says so there. kind is what the log
// calls it.
func (a *attempt) announced(ctx context.Context, kind string, publish func(id []byte) *problem) (string, *problem) {
	id := newRequestID()
	a.entry.Ref = hex.EncodeToString(id)
	return a.announcedAs(ctx, kind, id, publish)
}

func newRequestID() []byte {
	id := make([]byte, seal.HashSize)
	_, _ = rand.Read(id) // never fails, see crypto/rand
	return id
}

// announcedAs is announced for an entry that refers to what is asked for already.
func (a *attempt) announcedAs(ctx context.Context, kind string, id []byte, publish func(id []byte) *problem) (string, *problem) {
	log := a.service.log.With(slog.String("kind", kind))
	act, err := a.service.deps.Trail.Begin(ctx, a.entry)
	if err != nil {
		log.ErrorContext(ctx, "a request was not taken: its intent was not audited", slog.Any("error", err))
		return "", a.notAnnounced(err)
	}
	failure := publish(id)
	result := audit.Outcome{Result: audit.OK}
	if failure != nil {
		result = audit.Outcome{Result: audit.Failed, Reason: string(failure.code)}
	}
	err = act.End(ctx, result)
	if failure == nil && err != nil {
		log.ErrorContext(ctx, "a request was taken and its outcome not audited", slog.String("request", a.entry.GetRef()), slog.Any("error", err))
	}
	return a.entry.GetRef(), failure
}

func (a *attempt) ask(w http.ResponseWriter, r *http.Request, action string, decode func(io.Reader) (*wish, *problem)) (string, *problem) {
	failure := a.signIn(r)
	if failure != nil {
		return "", a.refuse(r.Context(), failure)
	}
	a.entry.Action = action
	asked, failure := decode(http.MaxBytesReader(w, r.Body, maxBody))
	if failure != nil {
		return "", a.refuse(r.Context(), failure)
	}
	a.entry.Action = asked.action
	if !a.allowed(asked.right, asked.request.GetProject()) {
		return "", a.refuse(r.Context(), &mayNot)
	}
	return a.announced(r.Context(), asked.action, func(id []byte) *problem { return a.publish(r.Context(), id, asked) })
}

// publish seals the end user's id, where one is named, and publishes the request.
func (a *attempt) publish(ctx context.Context, id []byte, asked *wish) *problem {
	r := asked.request
	r.RequestId, r.At, r.Actor, r.Role = id, timestamppb.New(time.Now().Truncate(time.Millisecond)), a.person.Pseudonym(), a.person.Role
	r.Resolved = asked.subject == ""
	if !r.GetResolved() {
		var err error
		header := seal.Header{Topic: stream.TopicRequests, Project: r.GetProject(), RequestHash: [seal.HashSize]byte(id)}
		r.SealedSubject, err = a.service.deps.Sealer.Seal([]byte(asked.subject), header)
		if err != nil {
			return &noEpoch
		}
	}
	value, err := proto.Marshal(r)
	if err != nil {
		return &broken
	}
	err = a.service.deps.Requests.Publish(ctx, []*kgo.Record{{Topic: stream.TopicRequests, Key: id, Value: value}})[0]
	if err != nil {
		a.service.log.ErrorContext(ctx, "a request was not published", slog.Any("error", err))
		return &requestsDown
	}
	return nil
}

// erasure is what a person sends to have an end user erased.
type erasure struct {
	Project string `json:"project"`
	Subject string `json:"subject"`
}

func decodeErasure(body io.Reader) (*wish, *problem) {
	var asked erasure
	err := decodeStrict(body, &asked)
	if err != nil || asked.Subject == "" || len(asked.Subject) > maxSubject || asked.Project == "" {
		return nil, &badErasure
	}
	return &wish{action: actionErase, right: policy.RightErase, request: &hushlogv1.Request{Project: asked.Project}, subject: asked.Subject}, nil
}

// decodeStrict reads one JSON value with known fields and nothing behind it: what is not read must not be thought to be taken.
func decodeStrict(body io.Reader, into any) error {
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err != nil {
		return err
	}
	_, err = decoder.Token()
	if !errors.Is(err, io.EOF) {
		return errTrailing
	}
	return nil
}

var errTrailing = errors.New("more than one JSON value")
