package query_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/alerting"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/query/guard"
)

// The built-in rules about access go by what this service puts on the trail: names of tables, codes of refusals.
func TestRulesFireOnWhatStandsOnTheTrail(t *testing.T) {
	h := newHouse(t)
	fired := func() []string {
		rules, err := alerting.Builtin()
		require.NoError(t, err)
		engine := alerting.NewEngine(rules)
		var names []string
		for _, entry := range h.kafka.all() {
			for _, alert := range engine.Observe(&alerting.Event{Entry: entry}) {
				names = append(names, alert.GetRule())
			}
		}
		for _, alert := range engine.Advance(time.Now().Add(time.Hour)) { // what waits for entries that are late
			if alert.GetState() == hushlogv1.AlertState_ALERT_STATE_FIRING {
				names = append(names, alert.GetRule())
			}
		}
		return names
	}
	for _, code := range []guard.Code{guard.CodeFunction, guard.CodeClause, guard.CodeNotSelect} {
		h.guard.err = &guard.Refusal{Code: code, Message: "no"}
		for range 2 {
			require.NotEqual(t, http.StatusOK, h.ask(t, "ada", "SELECT 1").status)
		}
	}
	require.Contains(t, fired(), "access-denied")
	require.NotContains(t, fired(), "schema-walking")
	h.guard.err = &guard.Refusal{Code: guard.CodeTable, Message: "no"}
	for range 10 {
		require.Equal(t, http.StatusForbidden, h.ask(t, "ada", "SELECT 1").status)
	}
	require.Contains(t, fired(), "schema-walking")
	require.NotContains(t, fired(), "refused-then-read")

	h.guard.err = nil
	require.Equal(t, http.StatusOK, h.ask(t, "ada", "SELECT text FROM contents").status)
	require.Contains(t, fired(), "refused-then-read", "the fake reads hushlog.contents")
	names := fired()
	slices.Sort(names)
	require.Len(t, slices.Compact(slices.Clone(names)), len(names), "each once: %v", names)
}
