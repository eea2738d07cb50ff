package query

import (
	"context"
	"log/slog"
	"net/http"
	"slices"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	actionNames = "names"
	// mostNames bounds one question.
	mostNames = 1000
)

// naming is what a person sends to learn who pseudonyms stand for, or which pseudonym a name has.
type naming struct {
	Purpose    string   `json:"purpose"`
	Pseudonyms []string `json:"pseudonyms"`
	Names      []string `json:"names"`
}

var (
	mayNotName = problem{http.StatusForbidden, "not-allowed", "the role may not learn who pseudonyms stand for; the policy's roles.<role>.may says who may", 0, audit.Refused, 0, nil}
	badNames   = problem{http.StatusBadRequest, "bad-request", `send {"purpose": "...", "pseudonyms": ["p_..."], "names": ["..."]} as application/json and nothing else; a purpose of the policy, and at most 1000 pseudonyms and names`, 0, audit.Refused, 0, nil}
)

// serveNames says who acts on the trail, to roles that may know. That they asked is on the trail, before they learn it.
func (s *Service) serveNames(w http.ResponseWriter, r *http.Request) {
	a := &attempt{service: s, entry: &hushlogv1.AuditEntry{Action: actionNames}}
	names, failure := a.names(w, r)
	a.answer(w, http.StatusOK, map[string]map[string]string{"names": names}, failure)
}

// names maps those pseudonyms that were asked for, and those of the names that were, to names. Who was erased, or never was,
// is not among them.
func (a *attempt) names(w http.ResponseWriter, r *http.Request) (map[string]string, *problem) {
	failure := a.signIn(r)
	if failure != nil {
		return nil, a.refuse(r.Context(), failure)
	}
	var asked naming
	err := decodeStrict(http.MaxBytesReader(w, r.Body, maxBody), &asked)
	_, known := a.service.deps.Policy.Purposes[asked.Purpose]
	if err != nil || !known || len(asked.Pseudonyms)+len(asked.Names) > mostNames {
		return nil, a.refuse(r.Context(), &badNames)
	}
	a.entry.Purpose = asked.Purpose
	if !slices.Contains(a.role.May, policy.RightNames) {
		return nil, a.refuse(r.Context(), &mayNotName)
	}
	all, err := a.service.deps.People.Names()
	if err != nil {
		return nil, a.refuse(r.Context(), &noTokens)
	}
	found := map[string]string{}
	for pseudonym, name := range all {
		if slices.Contains(asked.Pseudonyms, pseudonym) || slices.Contains(asked.Names, name) {
			found[pseudonym] = name
		}
	}
	return found, a.announceNames(r.Context(), len(found))
}

// announceNames puts on the trail that names are learnt, and how many.
func (a *attempt) announceNames(ctx context.Context, count int) *problem {
	act, err := a.service.deps.Trail.Begin(ctx, a.entry)
	if err == nil {
		err = act.End(ctx, audit.Outcome{Result: audit.OK, Rows: uint64(count)}) //nolint:gosec // a length
	}
	if err != nil {
		a.service.log.ErrorContext(ctx, "names were not told: that they were asked for was not audited", slog.Any("error", err))
		return a.notAnnounced(err)
	}
	return nil
}
