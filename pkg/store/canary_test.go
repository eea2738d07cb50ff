package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/report"
	"github.com/hushlog/hushlog/pkg/store"
)

// A value in any text of any table is found, with the table, the project and a request; the canary reads nothing else.
func TestLookForFindsExactValuesAnywhere(t *testing.T) {
	engine := migrated(t)
	canary := engine.Open(t, identity.Canary)
	now := time.Now().UTC()
	at := now.Format("2006-01-02 15:04:05")
	for _, insert := range []string{
		"INSERT INTO hushlog.contents (project, classification, request_id, accepted_at, text) VALUES ('support', 'Internal', 'r-1', '" + at + "', 'write to omar.qwertyuiop today'), ('support', 'Internal', 'r-2', '" + at + "', 'nothing')",
		"INSERT INTO hushlog.interactions (project, classification, request_id, accepted_at, tags) VALUES ('support', 'Internal', 'r-3', '" + at + "', ['a', 'omar.qwertyuiop'])",
		"INSERT INTO hushlog.interactions (project, classification, request_id, accepted_at) VALUES ('" + identity.CanaryProject + "', 'Public', 'canary-1', '" + at + "')",
		"INSERT INTO hushlog.audit (at, phase, actor, statement) VALUES ('" + at + "', 'intent', 'ana', 'SELECT Weber-Kowalski')",
		"INSERT INTO hushlog.alerts (rule, fired_at, classification, keys) VALUES ('x', '" + at + "', 'Public', {'tool': 'omar.qwertyuiop'})",
	} {
		mustAsk(t, engine, identity.Admin, insert)
	}
	since := now.Add(-time.Minute)
	finds, err := canary.LookFor(t.Context(), "one", since, []string{"not-there-at-all", "omar.qwertyuiop", "Weber-Kowalski"})
	require.NoError(t, err)
	require.ElementsMatch(t, []store.Find{
		{Needle: 1, Table: store.TableAlerts, Rows: 1},
		{Needle: 2, Table: store.TableAudit, Rows: 1},
		{Needle: 1, Table: store.TableContents, Project: "support", RequestID: "r-1", Rows: 1},
		{Needle: 1, Table: store.TableInteractions, Project: "support", RequestID: "r-3", Rows: 1},
	}, finds)

	none, err := canary.LookFor(t.Context(), "two", since, []string{"not-there-at-all"})
	require.NoError(t, err)
	require.Empty(t, none)
	none, err = canary.LookFor(t.Context(), "three", now.Add(time.Minute), []string{"omar.qwertyuiop"})
	require.NoError(t, err)
	require.Empty(t, none, "older rows are not looked at")
	// What is short is not looked for: asking letter by letter would read others' rows.
	none, err = canary.LookFor(t.Context(), "four", since, []string{"omar", "write to"})
	require.NoError(t, err)
	require.Empty(t, none)

	ids, err := canary.CanariesSince(t.Context(), since)
	require.NoError(t, err)
	require.Equal(t, []string{"canary-1"}, ids, "no other project's rows are seen")

	counts := []*store.CanaryCount{{LookID: "one", At: now, Entry: "rest", Taken: 3, Arrived: 2, Planted: map[string]uint32{"EMAIL": 3}, Leaked: map[string]uint32{"EMAIL": 1}}}
	for range 2 {
		require.NoError(t, canary.AddCanaryCounts(t.Context(), "one", counts))
	}
	require.Equal(t, "3\t2\t1", mustAsk(t, engine, identity.RoleUser("compliance"), "SELECT sum(taken), sum(arrived), sum(leaked['EMAIL']) FROM hushlog.canaries"))
	hour := report.Period{From: now.Add(-time.Hour), To: now.Add(time.Hour)}
	for name, want := range map[string]string{"leak-rate": "EMAIL\t33.3333", "planted": "EMAIL\t3", "canaries-lost": "rest\t1"} {
		figure, known := report.FigureNamed(name)
		require.True(t, known)
		require.Equal(t, want, mustAsk(t, engine, identity.RoleUser("security"), figure.SQL(hour)), name)
	}
}

// A look that the view did not see is no look that found nothing.
func TestALookWithoutTheViewFails(t *testing.T) {
	engine := migrated(t)
	mustAsk(t, engine, identity.Admin, "DROP VIEW hushlog.canary_look")
	_, err := engine.Open(t, identity.Canary).LookFor(t.Context(), "one", time.Now(), []string{strings.Repeat("x", 20)})
	require.ErrorIs(t, err, store.ErrNotLooked)
	require.NoError(t, engine.Open(t, identity.Admin).Migrate(t.Context()))
	_, err = engine.Open(t, identity.Canary).LookFor(t.Context(), "two", time.Now(), []string{strings.Repeat("x", 20)})
	require.NoError(t, err, "the next migration makes it again")
}
