package query

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/report"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// signature is what a person sends to sign a review: its id, and the digest of the text that they have seen.
type signature struct {
	ReviewID string `json:"review_id"`
	Digest   string `json:"digest"`
}

var (
	mayNotSign = problem{http.StatusForbidden, "not-allowed", "the role may not sign reviews of this kind; the policy's roles.<role>.may says who may", 0, audit.Refused, 0, nil}
	badReview  = problem{http.StatusBadRequest, "bad-request", `send {"review_id": "...", "digest": "..."} of a review as application/json and nothing else; hushlog review list shows them`, 0, audit.Refused, 0, nil}
	noReview   = problem{http.StatusNotFound, "unknown-review", "there is no such review with this digest; hushlog review list shows them", 0, audit.Refused, 0, nil}
)

// serveSign takes a signature. What stands on the trail is the signature: nothing else is written.
func (s *Service) serveSign(w http.ResponseWriter, r *http.Request) {
	a := &attempt{service: s, entry: &hushlogv1.AuditEntry{Action: store.ActionReviewSign}}
	ref, failure := a.sign(w, r)
	a.answer(w, http.StatusOK, map[string]string{"ref": ref}, failure)
}

func (a *attempt) sign(w http.ResponseWriter, r *http.Request) (string, *problem) {
	failure := a.signIn(r)
	if failure != nil {
		return "", a.refuse(r.Context(), failure)
	}
	a.entry.Action = store.ActionReviewSign
	var asked signature
	err := decodeStrict(http.MaxBytesReader(w, r.Body, maxBody), &asked)
	kind, formed := report.CheckRef(asked.ReviewID, asked.Digest)
	if err != nil || !formed {
		return "", a.refuse(r.Context(), &badReview)
	}
	if !a.role.Signs(kind) {
		return "", a.refuse(r.Context(), &mayNotSign)
	}
	a.entry.Ref, a.entry.Tables = report.Ref(asked.ReviewID, asked.Digest), []string{store.Database + "." + store.TableReviews}
	act, err := a.service.deps.Trail.Begin(r.Context(), a.entry)
	if err != nil {
		a.service.log.ErrorContext(r.Context(), "a review was not signed: its intent was not audited", slog.Any("error", err))
		return "", a.notAnnounced(err)
	}
	outcome := audit.Outcome{Result: audit.OK, Rows: 1}
	failure = a.findReview(r.Context(), act.ID(), asked)
	if failure != nil {
		outcome = audit.Outcome{Result: failure.outcome, Reason: string(failure.code)}
	}
	err = act.End(r.Context(), outcome)
	if err != nil {
		a.service.log.ErrorContext(r.Context(), "it is not known whether a review was signed", slog.Any("error", err))
		return "", &trailDown
	}
	return a.entry.GetRef(), failure
}

// findReview makes sure, as the person's role, that what is signed is there.
func (a *attempt) findReview(ctx context.Context, act string, asked signature) *problem {
	ctx, cancel := context.WithTimeout(ctx, a.role.Limits.MaxTime.D()+grace)
	defer cancel()
	answer, err := a.service.deps.Runner.Run(ctx, a.user(), act, store.ReviewCountSQL(asked.ReviewID, asked.Digest), "TabSeparated", a.limits())
	if err != nil {
		return ofStore(err)
	}
	defer func() { _ = answer.Close() }()
	raw, err := io.ReadAll(io.LimitReader(answer, maxHeaderBytes))
	if err != nil {
		return ofStore(err)
	}
	if string(bytes.TrimSpace(raw)) != "1" {
		return &noReview
	}
	return nil
}
