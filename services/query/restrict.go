package query

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo" // the order's record

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// actionRestrict is on the trail what was asked for in a form that cannot be read; else it is one of restrictActions.
const (
	actionRestrict     = "restrict"
	actionRestrictions = "restrictions"
)

// restrictActions are the actions on the trail, by the word that asks.
var restrictActions = map[string]string{"suspend": "project-suspend", "limit": "project-limit", "resume": "project-resume"}

var restrictKinds = map[string]restrict.Kind{"suspend": restrict.Suspend, "limit": restrict.Limit, "resume": restrict.Resume}

// Restrictions are what the service knows about who is suspended or limited, and how it orders more.
type Restrictions struct {
	State *restrict.State
	// Sign signs the orders of people.
	Sign ed25519.PrivateKey
	// Known is closed once State has what was ordered before.
	Known <-chan struct{}
}

// restriction is what a person sends to suspend, limit or resume a project or one end user of it.
type restriction struct {
	Action  string `json:"action"`
	Project string `json:"project"`
	// Purpose is why, a purpose of the policy.
	Purpose string `json:"purpose"`
	// Pseudonym is an end user's as the tables have it; "" is the whole project.
	Pseudonym string `json:"pseudonym"`
	// EventsPerMinute that each gateway still takes, of a limit.
	EventsPerMinute int `json:"events_per_minute"`
	// Seconds that it lasts; of a suspension or a limit.
	Seconds int64 `json:"seconds"`
}

var (
	mayNotRestrict = problem{http.StatusForbidden, "not-allowed", "the role may not suspend or limit senders of this project; the policy's roles.<role>.may says who may", 0, audit.Refused, 0, nil}
	badRestriction = problem{
		http.StatusBadRequest, "bad-request", `send {"action": "suspend", "limit" or "resume", "project": "...", "purpose": "...", "pseudonym": "", "events_per_minute": 60, "seconds": 3600} ` +
			`as application/json and nothing else; events_per_minute is a limit's and from 1 to 1000000, seconds is not a resumption's and at most 30 days`, 0, audit.Refused, 0, nil,
	}
	notKnownYet = problem{http.StatusServiceUnavailable, "restrictions-unknown", "what was ordered before is not read yet; try again soon", 0, audit.Failed, 2, nil}
)

// valid holds what was sent to its form.
func (r restriction) valid() bool {
	_, known := restrictKinds[r.Action]
	switch {
	case !known, r.Project == "", r.Pseudonym != "" && !identity.IsSubject(r.Pseudonym):
		return false
	case r.Action == "resume":
		return r.EventsPerMinute == 0 && r.Seconds == 0
	case r.Action == "suspend" && r.EventsPerMinute != 0, r.Action == "limit" && (r.EventsPerMinute < 1 || r.EventsPerMinute > restrict.MaxEventsPerMinute):
		return false
	}
	return r.Seconds >= 1 && r.Seconds <= int64(restrict.MaxLife/time.Second)
}

// restrict takes an order about a sender: on the trail before it is published and after.
func (a *attempt) restrict(w http.ResponseWriter, r *http.Request) (string, *problem) {
	failure := a.signIn(r)
	if failure != nil {
		return "", a.refuse(r.Context(), failure)
	}
	a.entry.Action = actionRestrict
	var asked restriction
	err := decodeStrict(http.MaxBytesReader(w, r.Body, maxBody), &asked)
	if err != nil || !asked.valid() {
		return "", a.refuse(r.Context(), &badRestriction)
	}
	a.entry.Action = restrictActions[asked.Action]
	failure = a.takePurpose(asked.Purpose)
	if failure != nil {
		return "", a.refuse(r.Context(), failure)
	}
	if !a.allowed(policy.RightRestrict, asked.Project) {
		return "", a.refuse(r.Context(), &mayNotRestrict)
	}
	select {
	case <-a.service.deps.Restrictions.Known:
	default:
		return "", a.refuse(r.Context(), &notKnownYet)
	}
	id := newRequestID()
	a.entry.Ref = restrict.Ref(asked.Project, restrict.Hash(id))
	_, failure = a.announcedAs(r.Context(), a.entry.GetAction(), id, func(id []byte) *problem { return a.publishRestriction(r.Context(), id, asked) })
	return restrict.Hash(id).String(), failure
}

// publishRestriction signs the order and publishes it to the gateways.
func (a *attempt) publishRestriction(ctx context.Context, id []byte, asked restriction) *problem {
	known := a.service.deps.Restrictions
	order := restrict.Order{
		ID: restrict.Hash(id), Kind: restrictKinds[asked.Action], Project: asked.Project, EventsPerMinute: asked.EventsPerMinute, Actor: a.person.Pseudonym(),
	}
	if asked.Pseudonym != "" {
		order.User = restrict.UserHash(asked.Project, asked.Pseudonym)
	}
	order.IssuedAt = known.State.IssueAt(order.Project, order.User, time.Now())
	if order.Kind != restrict.Resume {
		order.Until = order.IssuedAt.Add(time.Duration(asked.Seconds) * time.Second)
	}
	value, err := order.Sign(known.Sign)
	if err != nil {
		a.service.log.ErrorContext(ctx, "an order about a sender cannot be made", slog.Any("error", err))
		return &broken
	}
	err = a.service.deps.Requests.Publish(ctx, []*kgo.Record{{Topic: stream.TopicRestrictions, Key: id, Value: value}})[0]
	if err != nil {
		a.service.log.ErrorContext(ctx, "an order about a sender was not published", slog.Any("error", err))
		return &requestsDown
	}
	return nil
}

// Restriction is one that is in force, as GET /v1/restrictions lists it. An end user is named by a hash of the pseudonym, as
// gateways know them.
type Restriction struct {
	Project         string    `json:"project"`
	User            string    `json:"user,omitempty"`
	Action          string    `json:"action"`
	EventsPerMinute int       `json:"events_per_minute,omitempty"`
	Since           time.Time `json:"since"`
	Until           time.Time `json:"until"`
	By              string    `json:"by"`
	Rule            string    `json:"rule,omitempty"`
	Order           string    `json:"order"`
}

// serveRestrictions lists what is in force in the projects of a role that may change it. It tells of nobody's content, and
// stands on the trail only where it is refused.
func (s *Service) serveRestrictions(w http.ResponseWriter, r *http.Request) {
	a := &attempt{service: s, entry: &hushlogv1.AuditEntry{Action: actionRestrictions, Actor: nobody}}
	orders, failure := a.inForce(r)
	a.answer(w, http.StatusOK, map[string][]Restriction{"restrictions": orders}, failure)
}

func (a *attempt) inForce(r *http.Request) ([]Restriction, *problem) {
	failure := a.signIn(r)
	if failure != nil {
		return nil, a.refuse(r.Context(), failure)
	}
	a.entry.Action = actionRestrictions
	if !slices.Contains(a.role.May, policy.RightRestrict) {
		return nil, a.refuse(r.Context(), &mayNotRestrict)
	}
	select {
	case <-a.service.deps.Restrictions.Known:
	default:
		return nil, &notKnownYet
	}
	orders := []Restriction{}
	for _, o := range a.service.deps.Restrictions.State.InForce() {
		if !a.role.Allows(policy.RightRestrict, o.Project) {
			continue
		}
		line := Restriction{
			Project: o.Project, Action: "limit", EventsPerMinute: o.EventsPerMinute, Since: o.IssuedAt.UTC(), Until: o.Until.UTC(),
			By: o.Actor, Rule: o.Rule, Order: o.ID.String(),
		}
		if o.Kind == restrict.Suspend {
			line.Action = "suspend"
		}
		if !o.WholeProject() {
			line.User = o.User.String()
		}
		orders = append(orders, line)
	}
	return orders, nil
}
