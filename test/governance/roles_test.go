package governance

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/test/repository"
)

var update = flag.Bool("update", false, "write docs/roles.md from what was measured")

// rolesIntro begins docs/roles.md.
const rolesIntro = `# Who reads what

Written by ` + "`go test ./governance -run TestRoleMatrix -update`" + ` (in ` + "`test/`" + `) from what a running deployment with the default policy
answered, and compared with it by every ` + "`make test-governance`" + `. Nobody edits it.

`

// TestRoleMatrix asks, as every role, for every column of every table, for rows of every class, and for
// every kind of statement, once through the query service, which is the only way that people have, and
// once on ClickHouse itself with the role's certificate, which only the query service holds.
func TestRoleMatrix(t *testing.T) {
	t.Parallel()
	d := start(t)
	m := &matrix{t: t, d: d, roles: slices.Sorted(maps.Keys(d.Policy.Roles)), clients: map[string]*httpClient{}}
	m.seed()
	var out strings.Builder
	out.WriteString(rolesIntro)
	m.columns(&out)
	m.classes(&out)
	m.exports(&out)
	m.services(&out)
	m.statements(&out)

	root, err := repository.Root()
	require.NoError(t, err)
	path := filepath.Join(root, "docs", "roles.md")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(out.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String(), "what roles read differs from docs/roles.md; after a wanted change run it with -update")
}

type httpClient = http.Client

type matrix struct {
	t     *testing.T
	d     *deployment
	roles []string
	// clients by ClickHouse user; the query service's under no name.
	clients map[string]*httpClient
}

// client keeps connections: handshakes would be most of the time.
func (m *matrix) client(user string) *http.Client {
	m.t.Helper()
	client, known := m.clients[user]
	if known {
		return client
	}
	trust, err := m.d.ClientTLS()
	if user != "" {
		trust, err = identity.ClientTLS(m.d.Layout().TLS(user), "")
	}
	require.NoError(m.t, err)
	transport := &http.Transport{TLSClientConfig: trust}
	m.t.Cleanup(transport.CloseIdleConnections)
	client = &http.Client{Transport: transport, Timeout: patience}
	m.clients[user] = client
	return client
}

// seed stores a row of each class in each table that has classes.
func (m *matrix) seed() {
	for _, class := range store.ClassNames() {
		for _, table := range []string{store.TableInteractions, store.TableContents, store.TableFindings} {
			m.insert(fmt.Sprintf("INSERT INTO hushlog.%s (project, classification, accepted_at, request_id, retention_label) VALUES ('demo', '%s', now64(3), 'r', 'standard')", table, class))
		}
		m.insert(fmt.Sprintf("INSERT INTO hushlog.alerts (project, classification, fired_at, fingerprint) VALUES ('demo', '%s', now64(3), '%s')", class, class))
	}
}

func (m *matrix) insert(statement string) {
	ok, answer := m.direct(identity.Admin, statement)
	require.True(m.t, ok, answer)
}

// direct runs a statement on ClickHouse with a user's own certificate.
func (m *matrix) direct(user, statement string) (bool, string) {
	m.t.Helper()
	return m.directAs(user, user, statement)
}

// directAs is direct with the certificate of holder.
func (m *matrix) directAs(user, holder, statement string) (bool, string) {
	m.t.Helper()
	req, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, "https://"+m.d.Addresses.ClickHouse+"/?database=hushlog", strings.NewReader(statement))
	require.NoError(m.t, err)
	req.Header.Set("X-ClickHouse-User", user)
	req.Header.Set("X-ClickHouse-SSL-Certificate-Auth", "on")
	return m.do(m.client(holder), req)
}

// query runs a statement as a person with a role; the answer is the result or the problem's code.
func (m *matrix) query(role, statement string) (bool, string) {
	m.t.Helper()
	return m.ask(role, statement, false)
}

// ask is query, of an export if it is one.
func (m *matrix) ask(role, statement string, export bool) (bool, string) {
	m.t.Helper()
	body, err := json.Marshal(map[string]any{"sql": statement, "purpose": "security", "format": "TabSeparated", "export": export})
	require.NoError(m.t, err)
	req, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, "https://"+m.d.Addresses.Query+"/v1/query", bytes.NewReader(body))
	require.NoError(m.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+m.d.Target.Tokens[role])
	ok, answer := m.do(m.client(""), req)
	if ok {
		return true, answer
	}
	var problem struct{ Code string }
	require.NoError(m.t, json.Unmarshal([]byte(answer), &problem), answer)
	return false, problem.Code
}

func (m *matrix) do(client *http.Client, req *http.Request) (bool, string) {
	m.t.Helper()
	res, err := client.Do(req)
	require.NoError(m.t, err)
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	require.NoError(m.t, err)
	require.NoError(m.t, res.Body.Close())
	return res.StatusCode == http.StatusOK, strings.TrimSpace(string(answer))
}

// table writes a table of marks, a column for each of names.
func table(out *strings.Builder, first string, names, rows []string, cell func(row, name string) string) {
	fmt.Fprintf(out, "| %s | %s |\n|%s\n", first, strings.Join(names, " | "), strings.Repeat(" --- |", len(names)+1))
	for _, row := range rows {
		cells := make([]string, len(names))
		for i, name := range names {
			cells[i] = cell(row, name)
		}
		fmt.Fprintf(out, "| %s | %s |\n", row, strings.Join(cells, " | "))
	}
	out.WriteByte('\n')
}

func mark(yes bool) string {
	if yes {
		return "yes"
	}
	return "·"
}

// columns asks each role for each column, both ways, which must agree.
func (m *matrix) columns(out *strings.Builder) {
	out.WriteString("## Columns\n\n`yes`: the role reads the column, in rows that it sees; `·`: refused, by the query service and by ClickHouse alike.\n\n")
	tables := store.Tables()
	slices.SortFunc(tables, func(a, b store.Table) int { return strings.Compare(a.Name, b.Name) })
	for _, tb := range tables {
		fmt.Fprintf(out, "### %s\n\n", tb.Name)
		var names []string
		for _, column := range tb.Columns {
			names = append(names, column.Name)
		}
		readable := map[string]map[string]bool{}
		for _, role := range m.roles {
			readable[role] = m.readable(role, tb.Name, names)
		}
		table(out, "column", m.roles, names, func(column, role string) string { return mark(readable[role][column]) })
	}
}

// readable finds the columns that a role reads. What the query service refuses by the table's name needs
// to be asked there once; ClickHouse is asked for each column, and all at once where all may be read.
func (m *matrix) readable(role, name string, columns []string) map[string]bool {
	readable := map[string]bool{}
	from := " FROM hushlog." + name + " LIMIT 1"
	ok, code := m.query(role, "SELECT "+strings.Join(columns, ", ")+from)
	if ok {
		direct, answer := m.direct(identity.RoleUser(role), "SELECT "+strings.Join(columns, ", ")+from)
		require.True(m.t, direct, "%s: %s: %s", role, name, answer)
	}
	for _, column := range columns {
		asked := ok
		if code == "denied" {
			asked, _ = m.query(role, "SELECT "+column+from)
		} else if !ok {
			require.Equal(m.t, "statement-table", code, "%s: %s", role, name)
		}
		if !ok {
			direct, answer := m.direct(identity.RoleUser(role), "SELECT "+column+from)
			require.Equal(m.t, asked, direct, "%s: %s.%s: %s", role, name, column, answer)
		}
		readable[column] = asked
	}
	return readable
}

// classes counts the rows of each class that a role sees.
func (m *matrix) classes(out *strings.Builder) {
	out.WriteString("## Rows by class\n\nWhether the role sees rows of the class, in each of the tables that it reads and that have classes.\n\n")
	for _, name := range []string{store.TableInteractions, store.TableContents, store.TableFindings, store.TableAlerts} {
		fmt.Fprintf(out, "### %s\n\n", name)
		table(out, "class", m.roles, store.ClassNames(), func(class, role string) string {
			statement := "SELECT count() > 0 FROM hushlog." + name + " WHERE classification = '" + class + "'"
			ok, answer := m.query(role, statement)
			direct, answerDirect := m.direct(identity.RoleUser(role), statement)
			require.Equal(m.t, ok, direct)
			if ok {
				require.Equal(m.t, answer, answerDirect)
			}
			return mark(ok && answer == "1")
		})
	}
}

// exports counts the rows of each class that are in an export of a role.
func (m *matrix) exports(out *strings.Builder) {
	out.WriteString("## Exports by class\n\nWhether an export of the role holds rows of the class, over the query service and from ClickHouse to the user of the role's exports alike.\n\n")
	for _, name := range []string{store.TableInteractions, store.TableContents, store.TableFindings, store.TableAlerts} {
		fmt.Fprintf(out, "### %s\n\n", name)
		table(out, "class", m.roles, store.ClassNames(), func(class, role string) string {
			statement := "SELECT count() > 0 FROM hushlog." + name + " WHERE classification = '" + class + "'"
			ok, answer := m.ask(role, statement, true)
			direct, answerDirect := m.directAs(identity.ExportUser(role), identity.RoleUser(role), statement)
			require.Equal(m.t, ok, direct, answerDirect)
			if ok {
				require.Equal(m.t, answer, answerDirect)
			}
			return mark(ok && answer == "1")
		})
	}
}

// services asks on ClickHouse as each service that has a user there.
func (m *matrix) services(out *strings.Builder) {
	out.WriteString("## Services\n\nOn ClickHouse, as each service: reading a table's ids, reading all of it, writing, changing dates, deleting, dropping. Services that are not listed have no user there; `" + identity.RescanUser + "` is retention where it rescans.\n\n")
	var users []string
	holders := map[string]string{}
	for _, user := range m.d.Policy.ClickHouseUsers() {
		if user.Role == "" && user.Name != identity.Admin {
			users = append(users, user.Name)
			holders[user.Name] = user.CommonName
		}
	}
	var rows []string
	statements := map[string]string{}
	for _, tb := range store.Tables() {
		date := tb.Date
		if date == "" { // what goes by a hold has a time, if any, that no date counts from
			i := slices.IndexFunc(tb.Columns, func(c store.Column) bool { return strings.HasPrefix(c.Type, "DateTime64") })
			if i >= 0 {
				date = tb.Columns[i].Name
			}
		}
		for _, kind := range []struct{ name, statement string }{
			{"read id", "SELECT " + tb.ID + " FROM hushlog." + tb.Name + " LIMIT 1"},
			{"read all", "SELECT * FROM hushlog." + tb.Name + " LIMIT 1"},
			{"insert", "INSERT INTO hushlog." + tb.Name + " (" + tb.ID + ") FORMAT TabSeparated\n"},
			{"dates", "ALTER TABLE hushlog." + tb.Name + " MODIFY TTL toDate(" + date + ") + toIntervalDay(400)"},
			{"delete", "ALTER TABLE hushlog." + tb.Name + " DELETE WHERE 0"},
			{"drop", "DROP TABLE IF EXISTS hushlog." + tb.Name + "_that_is_not_there"},
		} {
			if kind.name == "dates" && date == "" {
				continue
			}
			row := tb.Name + ": " + kind.name
			rows, statements[row] = append(rows, row), kind.statement
		}
	}
	table(out, "table", users, rows, func(row, user string) string {
		ok, _ := m.directAs(user, holders[user], statements[row])
		return mark(ok)
	})
	require.NoError(m.t, m.restoreDates())
}

// restoreDates puts the policy's dates back, which the question for the right to change them has changed.
func (m *matrix) restoreDates() error {
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	db, err := store.Open(ctx, store.Config{Addresses: []string{m.d.Addresses.ClickHouse}, User: identity.Admin, TLS: m.d.Layout().TLS(identity.Admin)})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return db.ApplyRetention(ctx, store.Expiries(m.d.Policy))
}

// kind is a kind of statement; T stands for a table that every role reads, F for one that the role does
// not read, C for a column of F, U for an address that must never be asked.
type kind struct {
	name, statement string
	// may says that the query service may let it pass.
	may bool
}

var kinds = []kind{
	{"SELECT", "SELECT request_id FROM T LIMIT 1", true},
	{"SELECT *", "SELECT * FROM T LIMIT 1", true},
	{"SELECT * of another table", "SELECT * FROM F", false},
	{"column of another table", "SELECT C FROM F", false},
	{"count() of another table", "SELECT count() FROM F", false},
	{"join", "SELECT count() FROM T AS a JOIN T AS b ON a.request_id = b.request_id", true},
	{"join with another table", "SELECT count() FROM T AS a JOIN F AS b ON a.project = b.C", false},
	{"subquery", "SELECT count() FROM (SELECT project FROM T)", true},
	{"subquery on another table", "SELECT count() FROM (SELECT C FROM F)", false},
	{"scalar subquery on another table", "SELECT (SELECT any(C) FROM F)", false},
	{"IN a subquery on another table", "SELECT count() FROM T WHERE project IN (SELECT C FROM F)", false},
	{"IN another table", "SELECT count() FROM T WHERE project IN F", false},
	{"WITH", "WITH a AS (SELECT project FROM T) SELECT count() FROM a", true},
	{"WITH on another table", "WITH a AS (SELECT C FROM F) SELECT count() FROM a", false},
	{"UNION ALL", "SELECT project FROM T LIMIT 1 UNION ALL SELECT project FROM T LIMIT 1", true},
	{"UNION ALL with another table", "SELECT project FROM T UNION ALL SELECT C FROM F", false},
	{"INTERSECT with another table", "SELECT project FROM T INTERSECT SELECT C FROM F", false},
	{"table of the migrations", "SELECT * FROM hushlog.migrations", false},
	{"system.processes", "SELECT query FROM system.processes", false},
	{"system.tables", "SELECT name FROM system.tables", false},
	{"system.users", "SELECT name FROM system.users", false},
	{"system.settings", "SELECT value FROM system.settings", false},
	{"system.parts", "SELECT name FROM system.parts", false},
	{"information_schema", "SELECT table_name FROM information_schema.tables", false},
	{"SHOW TABLES", "SHOW TABLES", false},
	{"SHOW PROCESSLIST", "SHOW PROCESSLIST", false},
	{"SHOW GRANTS", "SHOW GRANTS", false},
	{"SHOW CREATE", "SHOW CREATE TABLE T", false},
	{"DESCRIBE", "DESCRIBE TABLE T", false},
	{"EXPLAIN", "EXPLAIN SELECT 1", false},
	{"INSERT", "INSERT INTO T (project) VALUES ('x')", false},
	{"INSERT SELECT", "INSERT INTO T (project) SELECT project FROM T", false},
	{"ALTER DELETE", "ALTER TABLE T DELETE WHERE 1", false},
	{"DELETE", "DELETE FROM T WHERE 1", false},
	{"UPDATE", "ALTER TABLE T UPDATE model = '' WHERE 1", false},
	{"ALTER TTL", "ALTER TABLE T MODIFY TTL toDate(accepted_at)", false},
	{"TRUNCATE", "TRUNCATE TABLE T", false},
	{"DROP", "DROP TABLE T", false},
	{"CREATE TABLE", "CREATE TABLE hushlog.mine (a UInt8) ENGINE = Memory", false},
	{"CREATE VIEW", "CREATE VIEW hushlog.mine AS SELECT * FROM F", false},
	{"CREATE VIEW with a definer", "CREATE VIEW hushlog.mine DEFINER = admin SQL SECURITY DEFINER AS SELECT * FROM F", false},
	{"CREATE FUNCTION", "CREATE FUNCTION mine AS (x) -> x", false},
	{"CREATE USER", "CREATE USER mine", false},
	{"GRANT", "GRANT SELECT ON F TO role_oncall", false},
	{"SYSTEM", "SYSTEM STOP MERGES", false},
	{"KILL QUERY", "KILL QUERY WHERE 1", false},
	{"SET", "SET readonly = 0", false},
	{"SETTINGS", "SELECT 1 SETTINGS readonly = 0", false},
	{"SETTINGS of a subquery", "SELECT * FROM (SELECT 1 SETTINGS max_memory_usage = 0)", false},
	{"several statements", "SELECT 1; SELECT 2", false},
	{"several statements, the second in a comment", "SELECT 1 /* ; */ ; SELECT C FROM F", false},
	{"FORMAT", "SELECT 1 FORMAT JSON", false},
	{"INTO OUTFILE", "SELECT 1 INTO OUTFILE '/tmp/hushlog-matrix'", false},
	{"url()", "SELECT * FROM url('U', 'TSV', 'a String')", false},
	{"url() without a schema", "SELECT * FROM url('U', 'TSV')", false},
	{"DESCRIBE url()", "DESCRIBE url('U', 'TSV')", false},
	{"file()", "SELECT * FROM file('/etc/passwd', 'LineAsString', 'line String')", false},
	{"scalar file()", "SELECT file('/etc/passwd')", false},
	{"s3()", "SELECT * FROM s3('U', 'TSV')", false},
	{"remote()", "SELECT * FROM remote('127.0.0.1:1', system.one)", false},
	{"merge()", "SELECT * FROM merge('hushlog', '.*')", false},
	{"cluster()", "SELECT * FROM cluster('default', system.one)", false},
	{"executable()", "SELECT * FROM executable('sh', 'TSV', 'a String')", false},
	{"view()", "SELECT * FROM view(SELECT C FROM F)", false},
	{"dictGet()", "SELECT dictGet('d', 'a', 1)", false},
	{"joinGet()", "SELECT joinGet('hushlog.contents', 'text', 1)", false},
	{"getSetting()", "SELECT getSetting('readonly')", false},
	{"currentUser()", "SELECT currentUser()", false},
	{"sleep()", "SELECT sleep(0.01)", false},
	{"more rows than the role may get", "SELECT number FROM numbers(10000000)", false},
	{"more memory than the role may use", "SELECT max(length(repeat(toString(number), 100000))) FROM numbers(65000)", false},
}

func (m *matrix) statements(out *strings.Builder) {
	out.WriteString("## Statements\n\nWhat the query service answers, and after the stroke ClickHouse itself to the role's certificate. " +
		"Where ClickHouse by itself would answer, as it does for some `system` tables and functions, the query service is what stands before it.\n\n")
	var requests atomic.Int64
	listener, err := (&net.ListenConfig{}).Listen(m.t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(m.t, err)
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) })}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	m.t.Cleanup(func() {
		require.NoError(m.t, server.Close())
		require.ErrorIs(m.t, <-served, http.ErrServerClosed)
	})
	names := make([]string, len(kinds))
	byName := map[string]kind{}
	for i, k := range kinds {
		names[i], byName[k.name] = k.name, k
	}
	table(out, "statement", m.roles, names, func(name, role string) string {
		k := byName[name]
		statement := m.fill(k.statement, role, "http://"+listener.Addr().String()+"/")
		ok, answer := m.query(role, statement)
		if ok {
			require.True(m.t, k.may, "%s: the query service ran %s", role, statement)
			answer = "yes"
		}
		require.Zero(m.t, requests.Load(), "%s: %s reached a server", role, statement)
		direct, _ := m.direct(identity.RoleUser(role), statement)
		requests.Store(0)
		return answer + " / " + mark(direct)
	})
}

// fill puts names in the place of the letters.
func (m *matrix) fill(statement, role, url string) string {
	foreign, column := store.TableContents, "project"
	if _, reads := m.d.Policy.Roles[role].Tables[foreign]; reads {
		foreign, column = store.TableAudit, "actor"
	}
	words := strings.NewReplacer("FROM T", "FROM hushlog.interactions", "JOIN T", "JOIN hushlog.interactions", "TABLE T", "TABLE hushlog.interactions", "INTO T", "INTO hushlog.interactions",
		"FROM F", "FROM hushlog."+foreign, "JOIN F", "JOIN hushlog."+foreign, "IN F", "IN hushlog."+foreign, "ON F", "ON hushlog."+foreign,
		"SELECT C ", "SELECT "+column+" ", "any(C)", "any("+column+")", "b.C", "b."+column, "'U'", "'"+url+"'")
	return words.Replace(statement)
}
