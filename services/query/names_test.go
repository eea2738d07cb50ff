package query_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/query"
)

// TestNamesAreLearntByRolesThatMay: and that they were asked for is on the trail before anybody learns them.
func TestNamesAreLearntByRolesThatMay(t *testing.T) {
	ada := standIn("ada@example.com")
	for _, tc := range []struct {
		name, who, body string
		trailDown       bool
		status          int
		want            string
	}{
		{"a pseudonym", "carla", `{"purpose":"security","pseudonyms":["` + ada + `","p_nobody"]}`, false, 200, `{"names":{"` + ada + `":"ada@example.com"}}`},
		{"a name", "carla", `{"purpose":"security","names":["ada@example.com"]}`, false, 200, `{"names":{"` + ada + `":"ada@example.com"}}`},
		{"nobody", "carla", `{"purpose":"security","names":["eve"]}`, false, 200, `{"names":{}}`},
		{"a role that may not", "ada", `{"purpose":"security","names":["ada@example.com"]}`, false, 403, "not-allowed"},
		{"no purpose", "carla", `{"names":["ada@example.com"]}`, false, 400, "bad-request"},
		{"another field", "carla", `{"purpose":"security","all":true}`, false, 400, "bad-request"},
		{"unknown person", "nobody", `{"purpose":"security"}`, false, 401, "unknown-token"},
		{"the trail is down", "carla", `{"purpose":"security","names":["ada@example.com"]}`, true, 503, "trail-unavailable"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, func(_ *query.Config, deps *query.Deps) {
				people := deps.People.(fakePeople)
				people["carla"] = identity.Person{Name: "carla@example.com", Role: "compliance", TokenID: "t9", Expires: time.Now().Add(time.Hour)}
			})
			if tc.trailDown {
				h.kafka.fail = func(*hushlogv1.AuditEntry) bool { return true }
			}
			got := h.post(t, tc.who, "/v1/names", tc.body)
			require.Equal(t, tc.status, got.status, got.body)
			if tc.status != http.StatusOK {
				require.Equal(t, tc.want, got.code(t))
				require.NotContains(t, got.body, "example.com")
				return
			}
			require.JSONEq(t, tc.want, got.body)
			entries := h.kafka.all()
			require.Len(t, entries, 2)
			for _, e := range entries {
				require.Equal(t, "names", e.GetAction())
				require.NotContains(t, e.String(), "example.com")
			}
			require.Equal(t, audit.OK, entries[1].GetOutcome())
		})
	}
}
