package retention

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	actionHold    = "hold"
	actionRelease = "hold-release"
	// holdPause is how often new rows under holds are copied; it is far below the shortest date, a day.
	holdPause = time.Minute
	// holdRecent is how far back those rounds look; wholeHoldPause is how often everything is looked at, for what
	// came late, as from the quarantine.
	holdRecent     = time.Hour
	wholeHoldPause = time.Hour
)

// Why a request about a hold does not hold, codes.
const (
	refusedUnknown    = "no-such-hold"
	refusedReleased   = "already-released"
	refusedNotAsked   = "release-not-asked"
	refusedSamePerson = "same-person"
	refusedIncomplete = "incomplete"
)

var errHoldsWaiting = errors.New("a hold of the project was asked for before and is not in force yet")

// holdStore is what holds ask of ClickHouse.
type holdStore interface {
	PreserveHold(ctx context.Context, h store.Hold, since time.Time) (uint64, error)
	CountHold(ctx context.Context, id string) (uint64, error)
	DropHold(ctx context.Context, id string) error
	DropHoldSteps(ctx context.Context, id string) error
	HoldSteps(ctx context.Context) ([]store.HoldStep, error)
	AddHoldStep(ctx context.Context, step store.HoldStep) error
	AddHoldSubjects(ctx context.Context, h store.Hold) error
	HoldSubjects(ctx context.Context, id string) ([]string, error)
}

// holds brings holds into force, has the rows under them copied, and releases them when two people say so.
// Requests are worked on in the order of the stream; what was done of them is in the table holds, so that
// whoever takes over goes on.
type holds struct {
	store holdStore
	trail trailNotes
	// keep is how long what was done of a hold is kept after its release.
	keep time.Duration
	log  *slog.Logger
	now  func() time.Time

	// looked is when the rows under a hold were last compared, recent ones and all; one goroutine uses it.
	looked, lookedWhole map[string]time.Time

	mu    sync.Mutex // guards queue
	queue []*hushlogv1.Request
}

func newHolds(s holdStore, trail trailNotes, keep time.Duration, log *slog.Logger, now func() time.Time) *holds {
	return &holds{store: s, trail: trail, keep: keep, log: log, now: now, looked: map[string]time.Time{}, lookedWhole: map[string]time.Time{}}
}

// take gets resolved requests about holds, in the order of the stream.
func (h *holds) take(request *hushlogv1.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !slices.ContainsFunc(h.queue, func(q *hushlogv1.Request) bool { return string(q.GetRequestId()) == string(request.GetRequestId()) }) {
		h.queue = append(h.queue, request)
	}
}

func (h *holds) first() *hushlogv1.Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.queue) == 0 {
		return nil
	}
	return h.queue[0]
}

func (h *holds) doneFirst() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.queue = h.queue[1:]
}

func (h *holds) waitingIn(project string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.queue, func(q *hushlogv1.Request) bool { return q.GetProject() == project })
}

// held is a hold with what was done of it.
type held struct {
	store.Hold
	steps []store.HoldStep
}

func (h *held) state(states ...string) *store.HoldStep {
	for i := range h.steps {
		if slices.Contains(states, h.steps[i].State) {
			return &h.steps[i]
		}
	}
	return nil
}

func (h *held) active() bool {
	return h.state(store.HoldActive) != nil && h.state(store.HoldReleaseApproved, store.HoldReleased) == nil
}

// advance does everything that can be done now.
func (h *holds) advance(ctx context.Context) error {
	known, err := h.known(ctx)
	if err != nil {
		return err
	}
	for request := h.first(); request != nil; request = h.first() {
		err = h.answer(ctx, request, known)
		if err != nil {
			return fmt.Errorf("request %x about a hold: %w", request.GetRequestId(), err)
		}
		h.doneFirst()
	}
	var problems []error
	for _, id := range slices.Sorted(maps.Keys(known)) {
		err = h.look(ctx, known[id])
		if err != nil {
			problems = append(problems, fmt.Errorf("hold %s: %w", id, err))
		}
	}
	return errors.Join(problems...)
}

// known reads all holds.
func (h *holds) known(ctx context.Context) (map[string]*held, error) {
	steps, err := h.store.HoldSteps(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]*held{}
	for _, s := range steps {
		one := known[s.HoldID]
		if one == nil {
			one = &held{Hold: s.Hold()}
			known[s.HoldID] = one
		}
		one.steps = append(one.steps, s)
	}
	for id, one := range known {
		if !one.BySubject || !one.active() {
			continue
		}
		one.Pseudonyms, err = h.store.HoldSubjects(ctx, id)
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}

// answer works on one request.
func (h *holds) answer(ctx context.Context, r *hushlogv1.Request, known map[string]*held) error {
	id := hex.EncodeToString(r.GetRequestId())
	if r.GetKind() == hushlogv1.RequestKind_REQUEST_KIND_HOLD {
		if known[id] != nil {
			return nil
		}
		one, err := h.begin(ctx, id, r)
		if err == nil {
			known[id] = one
		}
		return err
	}
	one := known[hex.EncodeToString(r.GetHoldId())]
	if one == nil || one.Project != r.GetProject() {
		// There is no hold to write it down of; a request that is read again is told of again.
		h.log.WarnContext(ctx, "a request about a hold names none of its project", slog.String("request", id))
		return nil
	}
	answered := func(s store.HoldStep) bool { return s.RequestID == id && s.State != store.HoldReleaseApproved }
	if slices.ContainsFunc(one.steps, answered) {
		return nil
	}
	if r.GetKind() == hushlogv1.RequestKind_REQUEST_KIND_APPROVE_RELEASE {
		return h.approve(ctx, id, r, one)
	}
	if one.state(store.HoldReleased, store.HoldFailed) != nil {
		return h.refuse(ctx, id, r, one, refusedReleased)
	}
	return h.step(ctx, id, r, one, store.HoldStep{State: store.HoldReleaseAsked, Reason: r.GetReason()})
}

// begin brings a hold into force: whom it is about is stored before the step that says so.
func (h *holds) begin(ctx context.Context, id string, r *hushlogv1.Request) (*held, error) {
	one := &held{Hold: store.Hold{ID: id, Project: r.GetProject(), From: timeOf(r.GetFrom()), Until: timeOf(r.GetUntil()), Flag: r.GetFlag()}}
	one.BySubject, one.Pseudonyms = len(r.GetPseudonyms()) > 0, r.GetPseudonyms()
	failure := r.GetFailure()
	if failure == "" && r.GetReason() == "" {
		failure = refusedIncomplete
	}
	if failure != "" {
		err := h.note(ctx, actionHold, id, audit.Outcome{Result: audit.Failed, Reason: failure})
		if err != nil {
			return nil, err
		}
		return one, h.step(ctx, id, r, one, store.HoldStep{State: store.HoldFailed, Reason: failure})
	}
	if one.BySubject {
		err := h.store.AddHoldSubjects(ctx, one.Hold)
		if err != nil {
			return nil, err
		}
	}
	return one, h.step(ctx, id, r, one, store.HoldStep{State: store.HoldActive, Reason: r.GetReason()})
}

func timeOf(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

// approve releases a hold that another person has asked to be released.
func (h *holds) approve(ctx context.Context, id string, r *hushlogv1.Request, one *held) error {
	asked := one.state(store.HoldReleaseAsked)
	approved := one.state(store.HoldReleaseApproved)
	switch {
	case one.state(store.HoldReleased) != nil || approved != nil && approved.RequestID != id:
		return h.refuse(ctx, id, r, one, refusedReleased)
	case asked == nil:
		return h.refuse(ctx, id, r, one, refusedNotAsked)
	case asked.Actor == r.GetActor():
		return h.refuse(ctx, id, r, one, refusedSamePerson)
	}
	if approved == nil {
		rows, err := h.store.CountHold(ctx, one.ID)
		if err != nil {
			return err
		}
		err = h.step(ctx, id, r, one, store.HoldStep{State: store.HoldReleaseApproved, Reason: r.GetReason(), Rows: rows})
		if err != nil {
			return err
		}
		approved = one.state(store.HoldReleaseApproved)
	}
	err := h.store.DropHold(ctx, one.ID)
	if err != nil {
		return err
	}
	err = h.note(ctx, actionRelease, one.ID, audit.Outcome{Result: audit.OK, Rows: approved.Rows})
	if err != nil {
		return err
	}
	return h.step(ctx, id, r, one, store.HoldStep{State: store.HoldReleased, Reason: r.GetReason(), Rows: approved.Rows})
}

func (h *holds) refuse(ctx context.Context, id string, r *hushlogv1.Request, one *held, reason string) error {
	err := h.note(ctx, actionRelease, one.ID, audit.Outcome{Result: audit.Refused, Reason: reason})
	if err != nil {
		return err
	}
	return h.step(ctx, id, r, one, store.HoldStep{State: store.HoldReleaseRefused, Reason: reason})
}

// note puts what was done on the trail.
func (h *holds) note(ctx context.Context, action, id string, outcome audit.Outcome) error {
	err := h.trail.Note(ctx, &hushlogv1.AuditEntry{Actor: identity.Retention, Action: action, Ref: id}, outcome)
	if err != nil {
		return fmt.Errorf("put it on the trail: %w", err)
	}
	return nil
}

// step writes down what was done.
func (h *holds) step(ctx context.Context, id string, r *hushlogv1.Request, one *held, s store.HoldStep) error {
	s.HoldID, s.RequestID, s.Project, s.Actor, s.Role = one.ID, id, one.Project, r.GetActor(), r.GetRole()
	s.From, s.Until, s.Flag, s.BySubject = one.From, one.Until, one.Flag, one.BySubject
	s.At = h.now().UTC().Truncate(time.Millisecond)
	err := h.store.AddHoldStep(ctx, s)
	if err == nil {
		one.steps = append(one.steps, s)
		h.log.InfoContext(ctx, "a hold", slog.String("hold", one.ID), slog.String("state", s.State), slog.Uint64("rows", s.Rows))
	}
	return err
}

// look has what came under a hold copied, and forgets what is long released.
func (h *holds) look(ctx context.Context, one *held) error {
	now := h.now()
	released := one.state(store.HoldReleased, store.HoldFailed)
	switch {
	case released != nil && now.Sub(released.At) > h.keep:
		return h.store.DropHoldSteps(ctx, one.ID)
	case released != nil && now.Sub(released.At) > writersKnow && now.Sub(h.lookedWhole[one.ID]) >= wholeHoldPause:
		// A writer that did not know of the release yet, or was paused, may have copied something that came late.
		err := h.store.DropHold(ctx, one.ID)
		if err == nil {
			h.lookedWhole[one.ID] = now
		}
		return err
	case !one.active():
		return nil
	}
	if now.Sub(h.lookedWhole[one.ID]) >= wholeHoldPause {
		_, err := h.store.PreserveHold(ctx, one.Hold, time.Time{})
		if err != nil {
			return err
		}
		h.looked[one.ID], h.lookedWhole[one.ID] = now, now
		return h.preserved(ctx, one)
	}
	if now.Sub(h.looked[one.ID]) < holdPause {
		return nil
	}
	_, err := h.store.PreserveHold(ctx, one.Hold, now.Add(-holdRecent))
	if err == nil {
		h.looked[one.ID] = now
	}
	return err
}

// preserved says once that what was there when the hold began is copied.
func (h *holds) preserved(ctx context.Context, one *held) error {
	if one.state(store.HoldPreserved) != nil {
		return nil
	}
	rows, err := h.store.CountHold(ctx, one.ID)
	if err != nil {
		return err
	}
	err = h.note(ctx, actionHold, one.ID, audit.Outcome{Result: audit.OK, Rows: rows})
	if err != nil {
		return err
	}
	began := one.state(store.HoldActive)
	s := *began
	s.State, s.Rows, s.At = store.HoldPreserved, rows, h.now().UTC().Truncate(time.Millisecond)
	err = h.store.AddHoldStep(ctx, s)
	if err == nil {
		one.steps = append(one.steps, s)
		h.log.InfoContext(ctx, "a hold", slog.String("hold", one.ID), slog.String("state", s.State), slog.Uint64("rows", rows))
	}
	return err
}

// preserve sees to it that the rows of an end user that are under a hold have their copies. An erasure calls it
// before it deletes.
func (h *holds) preserve(ctx context.Context, subject store.Subject) error {
	if h.waitingIn(subject.Project) {
		return errHoldsWaiting
	}
	known, err := h.known(ctx)
	if err != nil {
		return err
	}
	for _, one := range known {
		if one.Project != subject.Project || !one.active() {
			continue
		}
		of := one.Hold
		if of.BySubject {
			of.Pseudonyms = slices.DeleteFunc(slices.Clone(of.Pseudonyms), func(p string) bool { return !slices.Contains(subject.Pseudonyms, p) })
		} else {
			of.Pseudonyms = subject.Pseudonyms
		}
		if len(of.Pseudonyms) == 0 {
			continue
		}
		of.BySubject = true
		_, err = h.store.PreserveHold(ctx, of, time.Time{})
		if err != nil {
			return fmt.Errorf("hold %s: %w", one.ID, err)
		}
	}
	return nil
}

// naming lists the holds in force that name the end user.
func (h *holds) naming(ctx context.Context, subject store.Subject) ([]string, error) {
	known, err := h.known(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(known)) {
		one := known[id]
		named := func(p string) bool { return slices.Contains(subject.Pseudonyms, p) }
		if one.Project == subject.Project && one.active() && one.BySubject && slices.ContainsFunc(one.Pseudonyms, named) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}
