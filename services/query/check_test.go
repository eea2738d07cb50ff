package query_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/services/query"
)

func TestVerdictsOfPrivacyChecksAreOnTheTrail(t *testing.T) {
	h := newHouse(t, func(_ *query.Config, d *query.Deps) {
		d.People = fakePeople{
			"ada":   {Name: "ada", Role: "analyst", TokenID: "t1", Expires: time.Now().Add(time.Hour)},
			"carla": {Name: "carla", Role: "compliance", TokenID: "t2", Expires: time.Now().Add(time.Hour)},
		}
	})
	digest := strings.Repeat("0f", 32)
	body := `{"run":"check-20261126-180000","digest":"` + digest + `","passed":8,"failed":0}`
	for name, tc := range map[string]struct {
		token, body string
		status      int
		outcome     string
		reason      string
		rows        uint64
	}{
		"all passed":          {"carla", body, http.StatusOK, audit.OK, "", 8},
		"one failed":          {"carla", strings.Replace(body, `"failed":0`, `"failed":1`, 1), http.StatusOK, audit.Failed, "check-failed", 8},
		"a role that may not": {"ada", body, http.StatusForbidden, audit.Refused, "not-allowed", 0},
		"no digest":           {"carla", strings.Replace(body, digest, "0f", 1), http.StatusBadRequest, audit.Refused, "bad-request", 0},
		"nothing was checked": {"carla", strings.Replace(body, ":8", ":0", 1), http.StatusBadRequest, audit.Refused, "bad-request", 0},
		"text as a name":      {"carla", strings.Replace(body, "check-", planted+" ", 1), http.StatusBadRequest, audit.Refused, "bad-request", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := h.post(t, tc.token, "/v1/checks", tc.body)
			require.Equal(t, tc.status, got.status, got.body)
			entry := h.kafka.last(t)
			require.Equal(t, []string{"privacy-check", standIn(tc.token), tc.outcome, tc.reason}, []string{entry.GetAction(), entry.GetActor(), entry.GetOutcome(), entry.GetReason()})
			if tc.status == http.StatusOK {
				require.Equal(t, "check-20261126-180000/"+digest[:32], entry.GetRef())
				require.Equal(t, tc.rows, entry.GetRows())
				require.Contains(t, got.body, entry.GetRef())
			}
			require.NotContains(t, entry.String(), planted)
		})
	}
}
