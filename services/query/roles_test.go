package query_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/query"
	"github.com/hushlog/hushlog/services/query/guard"
)

// newRealHouse is a service over a real store with a row of each class, with a token for each role.
func newRealHouse(t *testing.T, p *policy.Policy) (*house, map[string]string) {
	t.Helper()
	engine := storetest.Start(t, p)
	err := engine.Open(t, identity.Admin).Migrate(t.Context())
	require.NoError(t, err)
	storeClasses(t, engine)
	path := filepath.Join(t.TempDir(), "people.json")
	tokens := make(map[string]string)
	for role := range engine.Policy.Roles {
		tokens[role], _, err = identity.AddPerson(path, identity.PersonSpec{Name: role + "@example.com", Role: role, CreatedBy: "test"}, time.Now())
		require.NoError(t, err)
	}
	people, err := identity.OpenPeopleStore(path)
	require.NoError(t, err)
	readers, err := query.OpenReaders(engine.Config(identity.Query), engine.PKI(), engine.Policy)
	require.NoError(t, err)
	t.Cleanup(func() { _ = readers.Close() })
	h := newHouse(t, func(_ *query.Config, deps *query.Deps) {
		deps.Policy = p
		deps.People, deps.Runner, deps.Guard = people, readers, guard.New(engine.Open(t, identity.Query))
	})
	return h, tokens
}

func storeClasses(t *testing.T, engine *storetest.Engine) {
	t.Helper()
	now := timestamppb.Now()
	block, contents := &hushlogv1.Block{BlockId: []byte("0123456789abcdef")}, &hushlogv1.Contents{}
	for i, class := range store.ClassNames() {
		block.Records = append(block.Records, &hushlogv1.Record{
			RequestId: "r-" + class, Project: "demo", Class: hushlogv1.Class(i + 1), RetentionLabel: "standard",
			AcceptedAt: now, StartedAt: now, Model: "gpt-x", UserPseudonym: "u_1",
		})
		contents.Contents = append(contents.Contents, &hushlogv1.Content{Record: uint32(i), Text: planted + " " + class, Kind: "text"})
	}
	block.Ledger = []*hushlogv1.LedgerDelta{{Project: "demo", Minute: now.GetSeconds() / 60, Accepted: 4, Stored: 4, GatewayAccepted: 4}}
	err := store.NewBlockWriter(engine.Open(t, identity.Ingest)).Write(t.Context(), block, contents)
	require.NoError(t, err)
}

func TestRolesOnARealStore(t *testing.T) {
	h, tokens := newRealHouse(t, policy.Default())
	for _, tc := range []struct {
		name, role, sql string
		status          int
		body            string
	}{
		{"an engineer counts", "engineering", "SELECT count() AS n FROM interactions", 200, `{"n":4}`},
		{"an engineer is refused on content by the guard", "engineering", "SELECT text FROM contents", 403, "statement-table"},
		{"an analyst sees content that is not Restricted", "analyst", "SELECT count() AS n, max(classification) AS most FROM contents", 200, `{"n":3,"most":"Sensitive"}`},
		{"also by joins", "analyst", "SELECT count() AS n FROM interactions AS i INNER JOIN contents AS c USING (request_id)", 200, `{"n":3}`},
		{"also by subqueries", "analyst", "WITH x AS (SELECT text FROM contents) SELECT count() AS n FROM x", 200, `{"n":3}`},
		{"also without filter in sight", "analyst", "SELECT count() AS n FROM contents WHERE classification = 'Restricted'", 200, `{"n":0}`},
		{"also by COLUMNS", "analyst", "SELECT uniqExact(text) AS n FROM (SELECT COLUMNS('te.t') FROM hushlog.contents)", 200, `{"n":3}`},
		{
			"classes are in order", "security", "SELECT groupArray(toString(classification)) AS c FROM (SELECT classification FROM contents ORDER BY classification)", 200,
			`{"c":["Public","Internal","Sensitive","Restricted"]}`,
		},
		{"security sees all classes", "security", "SELECT count() AS n FROM contents", 200, `{"n":4}`},
		{"compliance sees no content", "compliance", "SELECT * FROM contents", 403, "statement-table"},
		{"compliance sees the ledger", "compliance", "SELECT sum(stored) AS n FROM ledger", 200, `{"n":4}`},
		{"on-call sees its columns", "oncall", "SELECT any(model) AS m FROM interactions", 200, `{"m":"gpt-x"}`},
		{"on-call is refused on other columns by ClickHouse", "oncall", "SELECT any(session_id) FROM interactions", 403, "denied"},
		{"on-call is refused on all columns", "oncall", "SELECT * FROM interactions", 403, "denied"},
		{"system tables are refused", "security", "SELECT * FROM system.grants", 403, "statement-table"},
		{"an unknown column", "analyst", "SELECT nonsense FROM contents", 400, "statement-failed"},
		{"a value that does not convert", "analyst", "SELECT toUInt64(text) FROM contents", 400, "statement-failed"},
		{"a syntax error", "analyst", "SELECT '" + planted + "' WHERE ((", 400, "statement-syntax"},
		{"too many rows", "analyst", "SELECT * FROM numbers(20000)", 422, "limit-result"},
		{"too much memory", "analyst", "SELECT count() FROM (SELECT groupArray(number) AS a FROM numbers(2000000000))", 422, "limit-memory"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := h.ask(t, tokens[tc.role], tc.sql)
			require.Equal(t, tc.status, got.status, got.body)
			if tc.status == http.StatusOK {
				require.Equal(t, tc.body, strings.TrimSpace(got.body))
			} else {
				require.Equal(t, tc.body, got.code(t), got.body)
				require.NotContains(t, got.body, planted)
				require.Equal(t, tc.body == "denied", strings.Contains(got.body, "of interactions it reads project, classification"), got.body)
			}
			require.NotContains(t, h.kafka.last(t).String(), planted)
		})
	}
}

// A statement that the guard would have to stop is also stopped without it, by ClickHouse's own rights.
func TestSecondWall(t *testing.T) {
	engine := storetest.Start(t, policy.Default())
	err := engine.Open(t, identity.Admin).Migrate(t.Context())
	require.NoError(t, err)
	storeClasses(t, engine)
	readers, err := query.OpenReaders(engine.Config(identity.Query), engine.PKI(), engine.Policy)
	require.NoError(t, err)
	defer func() { _ = readers.Close() }()
	open := newHouse(t, func(_ *query.Config, deps *query.Deps) {
		deps.People, deps.Runner = fakePeople{"eve": {Name: "eve", Role: "engineering", TokenID: "t"}}, readers
	})
	for _, sql := range []string{
		"SELECT text FROM hushlog.contents", "SELECT * FROM system.users", "SELECT * FROM file('/etc/passwd', LineAsString)",
		"SELECT file('/etc/passwd')", "SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a String')", "INSERT INTO hushlog.interactions (project) VALUES ('x')",
		"SELECT 1 SETTINGS max_execution_time = 0", "SELECT 1; SELECT 2", "DROP TABLE hushlog.interactions", "SELECT * FROM merge('hushlog', 'contents')",
	} {
		got := open.ask(t, "eve", sql)
		require.NotEqual(t, http.StatusOK, got.status, sql)
		require.NotContains(t, got.body, planted)
		require.NotContains(t, got.body, "root:")
	}
}

// TestWhatIsTakenAwayIsOfClassesThatMayBeExported: beyond a look, only roles that may export get records, and ClickHouse
// leaves out those of other classes, whatever the statement is.
func TestWhatIsTakenAwayIsOfClassesThatMayBeExported(t *testing.T) {
	p, err := policy.Parse([]byte(strings.ReplaceAll(string(policy.DefaultDocument()), "look_rows: 1000", "look_rows: 3")))
	require.NoError(t, err)
	h, tokens := newRealHouse(t, p)
	for _, tc := range []struct {
		name, role, sql string
		export          bool
		status          int
		body            string
		action          string
	}{
		{"a look", "security", "SELECT request_id FROM contents ORDER BY classification LIMIT 3", false, 200, `{"request_id":"r-Public"}|{"request_id":"r-Internal"}|{"request_id":"r-Sensitive"}`, "query"},
		{"more than a look", "security", "SELECT request_id FROM contents", false, 422, "limit-look", "query"},
		{"more than a look by a join", "security", "SELECT i.request_id FROM interactions AS i INNER JOIN contents AS c USING (request_id)", false, 422, "limit-look", "query"},
		{"few rows made of many", "security", "SELECT count() AS n FROM contents", false, 200, `{"n":4}`, "query"},
		{"what is no record", "security", "SELECT number FROM numbers(4)", false, 200, `{"number":0}|{"number":1}|{"number":2}|{"number":3}`, "query"},
		{"an export leaves classes out", "security", "SELECT request_id FROM contents ORDER BY classification", true, 200, `{"request_id":"r-Public"}|{"request_id":"r-Internal"}`, "export"},
		{"also under an aggregate", "security", "SELECT count() AS n FROM (SELECT text FROM contents)", true, 200, `{"n":2}`, "export"},
		{"also when it is asked for", "security", "SELECT count() AS n FROM contents WHERE classification = 'Restricted'", true, 200, `{"n":0}`, "export"},
		{"also metadata", "compliance", "SELECT count() AS n FROM interactions", true, 200, `{"n":2}`, "export"},
		{"not what has no class", "compliance", "SELECT sum(stored) AS n FROM ledger", true, 200, `{"n":4}`, "export"},
		{"a role that may not", "analyst", "SELECT request_id FROM contents", true, 403, "export-not-allowed", "export"},
		{"an export is within the role", "compliance", "SELECT text FROM contents", true, 403, "statement-table", "export"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			body, err := json.Marshal(map[string]any{"sql": tc.sql, "purpose": "security", "export": tc.export})
			require.NoError(t, err)
			got := h.send(t, tokens[tc.role], string(body))
			require.Equal(t, tc.status, got.status, got.body)
			if tc.status == http.StatusOK {
				require.Equal(t, tc.body, strings.ReplaceAll(strings.TrimSpace(got.body), "\n", "|"))
			} else {
				require.Equal(t, tc.body, got.code(t))
			}
			require.Equal(t, tc.action, h.kafka.last(t).GetAction(), "the trail tells exports from looks")
		})
	}
}
