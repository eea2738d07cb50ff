package query

import (
	"encoding/hex"
	"net/http"
	"slices"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/contract"
	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// actionCheck is the verdict of a privacy check, on the trail; reasonCheck is why it is not ok.
const (
	actionCheck = "privacy-check"
	reasonCheck = "check-failed"
	// digestSize is SHA-256's.
	digestSize = 32
)

// verdict is what a person who ran a privacy check sends of it.
type verdict struct {
	// Run is the check's name, Digest the SHA-256 of what it printed, in hex: who has kept the print can show that it is that
	// of the trail.
	Run    string `json:"run"`
	Digest string `json:"digest"`
	Passed uint64 `json:"passed"`
	Failed uint64 `json:"failed"`
}

var (
	mayNotCheck = problem{http.StatusForbidden, "not-allowed", "the role may not put the verdict of a privacy check on the trail; one that may sign reviews of compliance does", 0, audit.Refused, 0, nil}
	badVerdict  = problem{http.StatusBadRequest, "bad-request", `send {"run": "...", "digest": "64 digits of hex", "passed": 8, "failed": 0} as application/json and nothing else; hushlog privacy-check does`, 0, audit.Refused, 0, nil}
)

func (v verdict) valid() bool {
	digest, err := hex.DecodeString(v.Digest)
	return err == nil && len(digest) == digestSize && v.Passed+v.Failed > 0 && contract.Fits(hushlogv1.FieldForm_FIELD_FORM_NAME, v.Run)
}

// serveCheck puts the verdict of a privacy check on the trail.
func (s *Service) serveCheck(w http.ResponseWriter, r *http.Request) {
	a := &attempt{service: s, entry: &hushlogv1.AuditEntry{Action: actionCheck}}
	failure := a.noteVerdict(w, r)
	a.answer(w, http.StatusOK, map[string]string{"ref": a.entry.GetRef()}, failure)
}

func (a *attempt) noteVerdict(w http.ResponseWriter, r *http.Request) *problem {
	failure := a.signIn(r)
	if failure != nil {
		return a.refuse(r.Context(), failure)
	}
	a.entry.Action = actionCheck
	var v verdict
	err := decodeStrict(http.MaxBytesReader(w, r.Body, maxBody), &v)
	if err != nil || !v.valid() {
		return a.refuse(r.Context(), &badVerdict)
	}
	if !slices.Contains(a.role.May, policy.RightSignCompliance) {
		return a.refuse(r.Context(), &mayNotCheck)
	}
	a.entry.Ref = v.Run + "/" + v.Digest[:digestSize]
	result := audit.Outcome{Result: audit.OK, Rows: v.Passed}
	if v.Failed > 0 {
		result.Result, result.Reason = audit.Failed, reasonCheck
	}
	err = a.service.deps.Trail.Note(r.Context(), a.entry, result)
	if err != nil {
		return &trailDown
	}
	return nil
}
