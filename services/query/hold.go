package query

import (
	"encoding/hex"
	"io"
	"net/http"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/contract"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/seal"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// hold is what a person sends to have rows kept. What is not named does not narrow it.
type hold struct {
	Project string `json:"project"`
	// Reason is the reference of the matter, as "case-2026-17": free text could name somebody.
	Reason string `json:"reason"`
	// Subject is an end user's id, Pseudonym one as the tables have it; at most one of them.
	Subject   string `json:"subject"`
	Pseudonym string `json:"pseudonym"`
	// From and Until bound when rows were accepted: from that moment and before this one.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Flag is a safety category that the rows have.
	Flag string `json:"flag"`
}

// release is what a person sends to have a hold released, or another one to agree to it.
type release struct {
	Project string `json:"project"`
	Hold    string `json:"hold"`
	Reason  string `json:"reason"`
	Approve bool   `json:"approve"`
}

var (
	badHold = problem{
		http.StatusBadRequest, "bad-request",
		`send {"project": "...", "reason": "the matter's reference"} and, to narrow it, "subject" or "pseudonym", "from", "until" (RFC 3339, in this order) and "flag", as application/json and nothing else; ` +
			`a reason has 1 to 128 of A-Z a-z 0-9 . _ : + = / -`, 0, audit.Refused, 0, nil,
	}
	badRelease = problem{
		http.StatusBadRequest, "bad-request",
		`send {"project": "...", "hold": "the hold's id", "reason": "the matter's reference", "approve": true or false} as application/json and nothing else; ` +
			`a reason has 1 to 128 of A-Z a-z 0-9 . _ : + = / -`, 0, audit.Refused, 0, nil,
	}
)

func isReference(s string) bool {
	return s != "" && contract.Fits(hushlogv1.FieldForm_FIELD_FORM_ID, s)
}

func decodeHold(body io.Reader) (*wish, *problem) {
	var asked hold
	err := decodeStrict(body, &asked)
	if err != nil || asked.Project == "" || !asked.valid() {
		return nil, &badHold
	}
	r := &hushlogv1.Request{Kind: hushlogv1.RequestKind_REQUEST_KIND_HOLD, Project: asked.Project, Reason: asked.Reason, Flag: asked.Flag}
	if asked.Pseudonym != "" {
		r.Pseudonyms = []string{asked.Pseudonym}
	}
	if !asked.From.IsZero() {
		r.From = timestamppb.New(asked.From.Truncate(time.Millisecond))
	}
	if !asked.Until.IsZero() {
		r.Until = timestamppb.New(asked.Until.Truncate(time.Millisecond))
	}
	return &wish{action: actionHold, right: policy.RightHold, request: r, subject: asked.Subject}, nil
}

// latest is the last moment that the tables' times reach.
var latest = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

func (h hold) valid() bool {
	switch {
	case !isReference(h.Reason), len(h.Subject) > maxSubject, h.Subject != "" && h.Pseudonym != "":
		return false
	case h.Pseudonym != "" && !identity.IsSubject(h.Pseudonym), h.Flag != "" && !contract.Fits(hushlogv1.FieldForm_FIELD_FORM_LABEL, h.Flag):
		return false
	}
	for _, t := range []time.Time{h.From, h.Until} {
		if !t.IsZero() && (t.Unix() <= 0 || t.After(latest)) {
			return false
		}
	}
	return h.From.IsZero() || h.Until.IsZero() || h.From.Before(h.Until)
}

func decodeRelease(body io.Reader) (*wish, *problem) {
	var asked release
	err := decodeStrict(body, &asked)
	if err != nil || asked.Project == "" || !isReference(asked.Reason) {
		return nil, &badRelease
	}
	id, err := hex.DecodeString(asked.Hold)
	if err != nil || len(id) != seal.HashSize {
		return nil, &badRelease
	}
	r := &hushlogv1.Request{Kind: hushlogv1.RequestKind_REQUEST_KIND_RELEASE, Project: asked.Project, Reason: asked.Reason, HoldId: id}
	action := actionRelease
	if asked.Approve {
		r.Kind, action = hushlogv1.RequestKind_REQUEST_KIND_APPROVE_RELEASE, actionApprove
	}
	return &wish{action: action, right: policy.RightHold, request: r}, nil
}
