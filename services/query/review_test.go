package query_test

import (
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/report"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/query"
)

// TestASignatureIsWhatStandsOnTheTrail: of a review that is there, by a role that may, acknowledged.
func TestASignatureIsWhatStandsOnTheTrail(t *testing.T) {
	digest := report.Digest("text")
	good := `{"review_id": "compliance-2026-11", "digest": "` + digest + `"}`
	for _, tc := range []struct {
		name, who, body, found string
		trailDown              bool
		status                 int
		code                   string
	}{
		{"signed", "carla", good, "1\n", false, http.StatusOK, ""},
		{"unknown person", "nobody", good, "1\n", false, http.StatusUnauthorized, "unknown-token"},
		{"a role that may not", "ada", good, "1\n", false, http.StatusForbidden, "not-allowed"},
		{"not there, or another text", "carla", good, "0\n", false, http.StatusNotFound, "unknown-review"},
		{"no digest", "carla", `{"review_id": "compliance-2026-11"}`, "1\n", false, http.StatusBadRequest, "bad-request"},
		{"an id that is none", "carla", strings.Replace(good, "2026-11", "2026-11' OR '1", 1), "1\n", false, http.StatusBadRequest, "bad-request"},
		{"another field", "carla", strings.Replace(good, "{", `{"by": "boss", `, 1), "1\n", false, http.StatusBadRequest, "bad-request"},
		{"the trail is down", "carla", good, "1\n", true, http.StatusServiceUnavailable, "trail-unavailable"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, func(_ *query.Config, deps *query.Deps) {
				people := deps.People.(fakePeople)
				people["carla"] = identity.Person{Name: "carla@example.com", Role: "compliance", TokenID: "t9", Expires: time.Now().Add(time.Hour)}
			})
			h.runner.body = strings.NewReader(tc.found)
			h.kafka.fail = func(e *hushlogv1.AuditEntry) bool { return tc.trailDown && e.GetPhase() == outcome }
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+h.service.Addr()+"/v1/reviews", strings.NewReader(tc.body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			got := h.do(t, tc.who, req)
			require.Equal(t, tc.status, got.status, got.body)
			signatures := 0
			for _, e := range h.kafka.all() {
				if e.GetAction() == "review-sign" && e.GetPhase() == outcome && e.GetOutcome() == audit.OK {
					signatures++
					require.Equal(t, standIn("carla@example.com"), e.GetActor())
					require.Equal(t, "compliance", e.GetRole())
					require.Equal(t, report.Ref("compliance-2026-11", digest), e.GetRef())
				}
			}
			if tc.code == "" {
				require.Equal(t, 1, signatures)
				require.Equal(t, hex.EncodeToString(h.kafka.last(t).GetActId()), h.runner.act)
				return
			}
			require.Zero(t, signatures)
			require.Equal(t, tc.code, got.code(t))
		})
	}
}
