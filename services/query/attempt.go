package query

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Actions on the trail.
const (
	actionQuery  = "query"
	actionExport = "export"
	actionSignIn = "sign-in"
)

// nobody is the actor on the trail when a token tells of nobody.
const nobody = "unknown"

// attempt is one request to run a statement.
type attempt struct {
	service *Service
	person  identity.Person
	role    policy.Role
	entry   *hushlogv1.AuditEntry
	request request
	format  format
	// leave gives the place of the statement back.
	leave func()
}

// request is what a person sends.
type request struct {
	SQL     string `json:"sql"`
	Purpose string `json:"purpose"`
	Format  string `json:"format"`
	// Export asks for more records than may be looked at, of classes that may be exported.
	Export bool `json:"export"`
}

func (s *Service) serveQuery(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	a := &attempt{service: s, entry: &hushlogv1.AuditEntry{Action: actionQuery}}
	failure, cut := a.serve(w, r)
	a.count(failure)
	s.metrics.seconds.Observe(time.Since(start).Seconds())
	if cut {
		// The end of a result that may not be completed: the connection breaks, so that nobody takes what
		// was sent for the whole.
		panic(http.ErrAbortHandler)
	}
	if failure != nil {
		writeProblem(w, failure)
	}
}

// serve goes through the steps of an attempt. It returns what is to be answered, nil when the answer
// was given, and whether an answer that has begun must be cut.
func (a *attempt) serve(w http.ResponseWriter, r *http.Request) (failure *problem, cut bool) {
	failure = a.signIn(r)
	if failure != nil {
		return a.refuse(r.Context(), failure), false
	}
	if !a.service.places.take(a.person.Name) {
		return a.refuse(r.Context(), &tooMany), false
	}
	a.service.metrics.running.Inc()
	a.leave = sync.OnceFunc(func() {
		a.service.metrics.running.Dec()
		a.service.places.give(a.person.Name)
	})
	defer a.leave()
	failure = a.read(w, r)
	if failure != nil {
		return a.refuse(r.Context(), failure), false
	}
	return a.run(w, r)
}

// signIn finds out who asks, and that the policy still has the role that the token was given.
func (a *attempt) signIn(r *http.Request) *problem {
	person, failure := a.service.signIn(r)
	if failure != nil {
		a.entry.Action, a.entry.Actor = actionSignIn, nobody
		return failure
	}
	a.person = person
	a.entry.Actor, a.entry.SealedActor = person.Pseudonym(), person.SealedName()
	a.entry.Role, a.entry.TokenId = person.Role, person.TokenID
	role, known := a.service.deps.Policy.Roles[person.Role]
	if !known {
		return &unknownRole
	}
	a.role = role
	return nil
}

func (s *Service) signIn(r *http.Request) (identity.Person, *problem) {
	token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !found {
		p := unknownToken
		return identity.Person{}, &p
	}
	person, err := s.deps.People.Authenticate(token)
	if err != nil {
		return identity.Person{}, ofToken(err)
	}
	return person, nil
}

// read takes the request apart and checks what is not the statement.
func (a *attempt) read(w http.ResponseWriter, r *http.Request) *problem {
	failure := decode(http.MaxBytesReader(w, r.Body, maxBody), r.Header.Get("Content-Type"), &a.request)
	if failure != nil {
		return failure
	}
	if a.request.Export {
		a.entry.Action = actionExport
	}
	failure = a.takePurpose(a.request.Purpose)
	if failure != nil {
		return failure
	}
	if a.request.Format == "" {
		a.request.Format = defaultFormat
	}
	known := false
	a.format, known = formats[a.request.Format]
	if !known {
		p := badFormat
		p.message += ": " + formatNames()
		return &p
	}
	if a.request.Export && !slices.Contains(a.role.May, policy.RightExport) {
		return &mayNotExport
	}
	return nil
}

// takePurpose puts why a person asks on the entry, when it is a purpose of the policy.
func (a *attempt) takePurpose(purpose string) *problem {
	purposes := slices.Sorted(maps.Keys(a.service.deps.Policy.Purposes))
	if !slices.Contains(purposes, purpose) {
		p := badPurpose
		p.message += ": " + strings.Join(purposes, ", ")
		return &p
	}
	a.entry.Purpose = purpose
	return nil
}

// allowed says whether the role has a right in a project, which the policy has to know.
func (a *attempt) allowed(right policy.Right, project string) bool {
	_, known := a.service.deps.Policy.Projects[project]
	return known && a.role.Allows(right, project)
}

// answer counts the attempt and answers with body, or with what was wrong.
func (a *attempt) answer(w http.ResponseWriter, status int, body any, failure *problem) {
	a.count(failure)
	if failure != nil {
		writeProblem(w, failure)
		return
	}
	writeJSON(w, status, body)
}

// count counts the attempt by what became of it.
func (a *attempt) count(failure *problem) {
	outcome := outcomeOK
	if failure != nil {
		outcome = string(failure.code)
	}
	a.service.metrics.attempts.WithLabelValues(outcome).Inc()
}

func decode(body io.Reader, contentType string, into *request) *problem {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil || media != "application/json" {
		return &badRequest
	}
	err = decodeStrict(body, into)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &tooLarge
	}
	if err != nil {
		return &badRequest
	}
	return nil
}

// refuse puts a refused attempt on the trail, as far as the rate allows, and returns what to answer:
// what was wrong, or that the trail is down.
func (a *attempt) refuse(ctx context.Context, p *problem) *problem {
	s := a.service
	if !s.notes.allow(a.person.Name) {
		s.metrics.unaudited.Inc()
		return p
	}
	err := s.deps.Trail.Note(context.WithoutCancel(ctx), a.entry, audit.Outcome{Result: p.outcome, Reason: string(p.code)})
	if err == nil {
		return p
	}
	s.metrics.unaudited.Inc()
	s.log.ErrorContext(ctx, "a refused attempt was not audited", slog.String("reason", string(p.code)), slog.Any("error", err))
	if a.person.Name == "" {
		return p // who is nobody learns nothing of the trail
	}
	return &trailDown
}

func writeProblem(w http.ResponseWriter, p *problem) {
	header := w.Header()
	if p.status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="hushlog"`)
	}
	if p.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	writeJSON(w, p.status, answerProblem{string(p.code), p.message, p.position})
}

type answerProblem struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Position int    `json:"position,omitempty"`
}
