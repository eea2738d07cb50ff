package embedded

import (
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	clickhouse "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"
)

// TestReadsAsRole runs SELECTs under a role's grants and row filter.
func TestReadsAsRole(t *testing.T) {
	c := startChild(t)
	c.withEvents()
	tests := []struct {
		name, statement string
		params          url.Values
		want            string
	}{
		{"row filter", "SELECT id, name FROM h.events ORDER BY id", nil, "1\tone\n3\tthree\n"},
		{"order and limit", "SELECT id FROM h.events ORDER BY id DESC LIMIT 1", nil, "3\n"},
		{"aggregate", "SELECT count(), max(id) FROM h.events", nil, "2\t3\n"},
		{"common table expression", "WITH x AS (SELECT id FROM h.events) SELECT sum(id) FROM x", nil, "4\n"},
		{"union", "SELECT sum(n) FROM (SELECT 1 AS n UNION ALL SELECT count() FROM h.events)", nil, "3\n"},
		{"join", "SELECT e.name FROM h.events AS e INNER JOIN h.partial AS p ON p.id = e.id", nil, "one\n"},
		{"granted column", "SELECT id FROM h.partial", nil, "1\n"},
		{"comments and a semicolon", "/* hello */ SELECT 1; -- bye", nil, "1\n"},
		{"format in the text", "SELECT id FROM h.events ORDER BY id LIMIT 1 FORMAT JSONEachRow", nil, `{"id":1}` + "\n"},
		{"format beside it", "SELECT id FROM h.events ORDER BY id LIMIT 1", url.Values{"default_format": {"CSVWithNames"}}, "\"id\"\n1\n"},
		{"database", "SELECT count() FROM events", url.Values{"database": {"h"}}, "2\n"},
		{"number parameter", "SELECT name FROM h.events WHERE id = {id:UInt64}", url.Values{"param_id": {"3"}}, "three\n"},
		{"string parameter", "SELECT {s:String}", url.Values{"param_s": {`it's \\ \t 'quoted' {x:String}`}}, `it\'s \\ \t \'quoted\' {x:String}` + "\n"},
		{"array parameter", "SELECT arrayStringConcat({a:Array(String)}, '|')", url.Values{"param_a": {`['x','y\'z']`}}, "x|y\\'z\n"},
		{"null parameter", "SELECT isNull({n:Nullable(String)})", url.Values{"param_n": {`\N`}}, "1\n"},
		{"name parameter", "SELECT {c:Identifier} FROM h.events ORDER BY id LIMIT 1", url.Values{"param_c": {"name"}}, "one\n"},
		{"a literal like a parameter", "SELECT '{id:UInt64}'", nil, "{id:UInt64}\n"},
		{"a setting beside it", "SELECT count() FROM h.events", url.Values{"max_threads": {"1"}, "max_execution_time": {"5"}}, "2\n"},
		{"server's hello", "SELECT version() != '', timezone() != '', displayName() != ''", nil, "1\t1\t1\n"},
		{"syntax tree", "EXPLAIN AST SELECT id FROM h.secret WHERE id = {id:UInt64}", url.Values{"param_id": {"3"}}, ""},
		{"describe", "DESCRIBE TABLE h.partial FORMAT JSONEachRow", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body, _ := c.post("role_analyst", tt.statement, tt.params)
			require.Equal(t, http.StatusOK, status, body)
			if tt.want != "" {
				require.Equal(t, tt.want, body)
			}
		})
	}
	require.Equal(t, "0", c.admin("SELECT count() FROM system.tables WHERE database = 'hushlog_child'"), "no view is left")
}

// TestRefusals is what a role, a writer and a remover may not do.
func TestRefusals(t *testing.T) {
	c := startChild(t)
	c.withEvents()
	secret := unreadable(t)
	const denied, readonly, syntax, setting = 497, 164, 62, 452
	tests := []struct {
		name, user, statement string
		params                url.Values
		code                  int
	}{
		{"another table", "role_analyst", "SELECT * FROM h.secret", nil, denied},
		{"another column", "role_analyst", "SELECT secret FROM h.partial", nil, denied},
		{"all columns", "role_analyst", "SELECT * FROM h.partial", nil, denied},
		{"another table in a subquery", "role_analyst", "SELECT id FROM h.events WHERE id IN (SELECT id FROM h.secret)", nil, denied},
		{"another table in a scalar", "role_analyst", "SELECT toUInt8((SELECT secret FROM h.secret LIMIT 1))", nil, denied},
		{"another table after IN", "role_analyst", "SELECT id FROM h.events WHERE id IN h.secret", nil, denied},
		{"another table in a condition", "role_analyst", "SELECT throwIf((SELECT secret FROM h.secret LIMIT 1) = 'SECRETVALUE')", nil, denied},
		{"merge()", "role_analyst", "SELECT * FROM merge('h', '.*')", nil, denied},
		{"file()", "role_analyst", "SELECT file('" + secret + "')", nil, denied},
		{"FILE() in capitals", "role_analyst", "SELECT FILE('" + secret + "')", nil, denied},
		{"quoted file()", "role_analyst", "SELECT `file`('" + secret + "')", nil, denied},
		{"table function file", "role_analyst", "SELECT * FROM file('" + secret + "', 'LineAsString')", nil, denied},
		{"url()", "role_analyst", "SELECT * FROM url('http://127.0.0.1:1/', 'CSV')", nil, denied},
		{"remote()", "role_analyst", "SELECT * FROM remote('127.0.0.1', h.secret)", nil, denied},
		{"s3()", "role_analyst", "SELECT * FROM s3('http://127.0.0.1:1/b/k', 'CSV')", nil, denied},
		{"executable()", "role_analyst", "SELECT * FROM executable('x', 'TSV', 'a String')", nil, denied},
		{"view()", "role_analyst", "SELECT * FROM view(SELECT * FROM h.secret)", nil, denied},
		{"explain in FROM", "role_analyst", "SELECT * FROM (EXPLAIN SELECT 1)", nil, denied},
		{"dictGet()", "role_analyst", "SELECT dictGet('d', 'a', 1)", nil, denied},
		{"joinGet()", "role_analyst", "SELECT joinGet('h.secret', 'secret', 1)", nil, denied},
		{"sleep()", "role_analyst", "SELECT sleep(3)", nil, denied},
		{"function in a lambda", "role_analyst", "SELECT arrayMap(x -> file(x), ['a'])", nil, denied},
		{"system.processes", "role_analyst", "SELECT query FROM system.processes", nil, denied},
		{"system in a subquery", "role_analyst", "SELECT 1 WHERE 1 IN (SELECT 1 FROM `system`.`processes`)", nil, denied},
		{"system after IN", "role_analyst", "SELECT 1 WHERE 'x' IN system.users", nil, denied},
		{"system by parameter", "role_analyst", "SELECT * FROM system.{t:Identifier}", url.Values{"param_t": {"processes"}}, denied},
		{"system as database", "role_analyst", "SELECT * FROM processes", url.Values{"database": {"system"}}, denied},
		{"views of others", "role_analyst", "SELECT * FROM hushlog_child.v1", nil, denied},
		{"information_schema", "role_analyst", "SELECT * FROM INFORMATION_SCHEMA.TABLES", nil, denied},
		{"several statements", "role_analyst", "SELECT 1; SELECT 2", nil, syntax},
		{"several statements by a full user", "admin", "SELECT 1; DROP TABLE h.secret", nil, syntax},
		{"statement in a parameter", "role_analyst", "SELECT {s:String}", url.Values{"param_s": {"'; DROP TABLE h.secret; --"}}, 0},
		{"type in a parameter's place", "role_analyst", "SELECT {s:file('x')}", url.Values{"param_s": {"1"}}, 50},
		{"settings clause", "role_analyst", "SELECT 1 SETTINGS max_result_rows = 0", nil, denied},
		{"settings in a subquery", "role_analyst", "SELECT * FROM (SELECT 1 SETTINGS max_threads = 1)", nil, denied},
		{"outfile", "role_analyst", "SELECT 1 INTO OUTFILE '/tmp/hushlog-test-outfile'", nil, denied},
		{"format that reads files", "role_analyst", "SELECT 1 FORMAT Template", nil, denied},
		{"looser limit", "role_analyst", "SELECT 1", url.Values{"max_result_rows": {"0"}}, setting},
		{"looser time", "role_analyst", "SELECT 1", url.Values{"max_execution_time": {"100"}}, setting},
		{"looser readonly", "role_analyst", "SELECT 1", url.Values{"readonly": {"0"}}, setting},
		{"other setting", "role_analyst", "SELECT 1", url.Values{"format_schema": {"/etc/passwd"}}, setting},
		{"over the limit of rows", "role_analyst", "SELECT number FROM numbers(5000)", nil, 396},
		{"insert", "role_analyst", "INSERT INTO h.events (id, project, name) VALUES (9, 'a', 'x')", nil, readonly},
		{"alter", "role_analyst", "ALTER TABLE h.events DELETE WHERE 1", nil, readonly},
		{"drop", "role_analyst", "DROP TABLE h.events", nil, denied},
		{"create view", "role_analyst", "CREATE VIEW v AS SELECT 1", nil, denied},
		{"set", "role_analyst", "SET max_threads = 1", nil, denied},
		{"use", "role_analyst", "USE system", nil, denied},
		{"kill", "role_analyst", "KILL QUERY WHERE 1", nil, denied},
		{"system", "role_analyst", "SYSTEM RELOAD USERS", nil, denied},
		{"show", "role_analyst", "SHOW TABLES", nil, denied},
		{"explain", "role_analyst", "EXPLAIN SELECT 1", nil, denied},
		{"explain a change", "role_analyst", "EXPLAIN AST DROP TABLE h.events", nil, denied},
		{"explain an explanation", "role_analyst", "EXPLAIN AST EXPLAIN AST SELECT 1", nil, denied},
		{"backup", "role_analyst", "BACKUP TABLE h.events TO File('x')", nil, denied},
		{"parallel with", "role_analyst", "SELECT 1 PARALLEL WITH DROP TABLE h.events", nil, denied},
		{"describe a function", "role_analyst", "DESCRIBE TABLE url('http://127.0.0.1:1/')", nil, denied},
		{"describe another table", "role_analyst", "DESCRIBE TABLE h.secret", nil, denied},
		{"describe a query", "role_analyst", "DESCRIBE (SELECT * FROM h.secret)", nil, denied},
		{"select of a writer", "ingest", "SELECT * FROM h.events", nil, denied},
		{"insert without a grant", "ingest", "INSERT INTO h.secret VALUES (1, 'x')", nil, denied},
		{"insert of another column", "ingest", "INSERT INTO h.partial (id, secret) VALUES (1, 'x')", nil, denied},
		{"insert of all columns", "ingest", "INSERT INTO h.partial VALUES (1, 'x', 'y')", nil, denied},
		{"insert select", "ingest", "INSERT INTO h.events (id, name) SELECT id, secret FROM h.secret", nil, denied},
		{"insert into function", "ingest", "INSERT INTO FUNCTION file('/tmp/hushlog-test-insert', 'CSV', 'a String') VALUES ('x')", nil, denied},
		{"insert with a comment", "ingest", "INSERT /* x */ INTO h.events (id) VALUES (1)", nil, denied},
		{"insert an expression", "ingest", "INSERT INTO h.events (id, name) VALUES (50, file('" + secret + "'))", nil, -1},
		{"insert infile", "ingest", "INSERT INTO h.events FROM INFILE '" + secret + "' FORMAT CSV", nil, denied},
		{"insert as template", "ingest", "INSERT INTO h.events (id) FORMAT Template 1", nil, denied},
		{"ttl of another table", "retention", "ALTER TABLE h.secret MODIFY TTL toDateTime(id)", nil, denied},
		{"two commands, one granted", "retention", "ALTER TABLE h.events DELETE WHERE id = 1, ADD COLUMN x String", nil, denied},
		{"delete with a subquery", "retention", "ALTER TABLE h.events DELETE WHERE id IN (SELECT id FROM h.secret)", nil, denied},
		{"delete with file()", "retention", "ALTER TABLE h.events DELETE WHERE file('" + secret + "') = 'x'", nil, denied},
		{"update", "retention", "ALTER TABLE h.events UPDATE name = 'x' WHERE 1", nil, denied},
		{"truncate", "retention", "TRUNCATE TABLE h.events", nil, denied},
		{"read", "retention", "SELECT * FROM h.events", nil, denied},
		{"another system table", "retention", "SELECT * FROM system.processes", nil, denied},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body, code := c.post(tt.user, tt.statement, tt.params)
			if tt.code == 0 {
				require.Equal(t, http.StatusOK, status, body)
				return
			}
			require.NotEqual(t, http.StatusOK, status, body)
			require.NotContains(t, body, "SECRETVALUE")
			require.NotContains(t, body, "file content")
			if tt.code > 0 {
				require.Equal(t, strconv.Itoa(tt.code), code, body)
			}
		})
	}
	require.Equal(t, "1\tSECRETVALUE", c.admin("SELECT * FROM h.secret"))
	require.Equal(t, "3", c.admin("SELECT count() FROM h.events"))
}

// unreadable returns the path of a file that no statement may read.
func unreadable(t *testing.T) string {
	t.Helper()
	path := t.TempDir() + "/content.txt"
	require.NoError(t, os.WriteFile(path, []byte("file content"), 0o600))
	return path
}

// TestWriterAndRemover do what they are granted.
func TestWriterAndRemover(t *testing.T) {
	c := startChild(t)
	c.withEvents()
	conn := c.open("ingest")
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO h.events (id, project, name)")
	require.NoError(t, err)
	require.NoError(t, batch.Append(uint64(10), "a", "ten"))
	require.NoError(t, batch.Send())
	status, body, _ := c.post("ingest", `{"id": 11, "project": "b", "name": "it's; DROP TABLE x"}`,
		url.Values{"query": {"INSERT INTO h.events FORMAT JSONEachRow"}, "insert_deduplication_token": {"t1"}})
	require.Equal(t, http.StatusOK, status, body)
	status, body, _ = c.post("ingest", "INSERT INTO `h`.`partial` (`id`, name) SETTINGS max_threads = 1 VALUES (12, 'a''b;'), (13, 'x')", nil)
	require.Equal(t, http.StatusOK, status, body)
	require.Equal(t, "12\ta\\'b;\thidden", c.admin("SELECT * FROM h.partial WHERE id = 12"), "the default of the column left out")
	require.Equal(t, "5", c.admin("SELECT count() FROM h.events"))

	for _, statement := range []string{
		"ALTER TABLE h.events MODIFY TTL toDateTime(at) + INTERVAL 30 DAY",
		"ALTER TABLE h.events DELETE WHERE id = {id:UInt64} SETTINGS mutations_sync = 1",
		"ALTER TABLE h.events DROP PARTITION 2",
		"OPTIMIZE TABLE h.events FINAL",
		"SELECT name FROM system.parts WHERE database = 'h' AND active FORMAT JSONEachRow",
		"DESCRIBE TABLE h.events",
	} {
		params := url.Values{"mutations_sync": {"1"}}
		if strings.Contains(statement, "{id:") {
			statement = strings.TrimSuffix(statement, " SETTINGS mutations_sync = 1")
			params.Set("param_id", "11")
		}
		status, body, _ = c.post("retention", statement, params)
		require.Equal(t, http.StatusOK, status, statement+": "+body)
	}
	require.Equal(t, "1\n3", c.admin("SELECT id FROM h.events ORDER BY id"))
}

// TestInsertErrorsHoldNoData keeps values out of what a writer may log.
func TestInsertErrorsHoldNoData(t *testing.T) {
	c := startChild(t)
	c.withEvents()
	status, body, code := c.post("ingest", `{"id": "private words"}`, url.Values{"query": {"INSERT INTO h.events FORMAT JSONEachRow"}})
	require.NotEqual(t, http.StatusOK, status)
	require.NotEmpty(t, code)
	require.NotContains(t, body, "private")
	require.Contains(t, body, "h.events")
}

// TestAuthentication takes a user by its own certificate only.
func TestAuthentication(t *testing.T) {
	c := startChild(t)
	tests := []struct{ name, user, certificate string }{
		{"another's certificate", "admin", "role_analyst"},
		{"another role", "role_few", "role_analyst"},
		{"nobody's", "stranger", "stranger"},
		{"the engine's own", "default", "default"},
		{"no user", "", "admin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body, code := c.send(tt.user, tt.certificate, "SELECT 1", nil)
			require.Equal(t, http.StatusForbidden, status, body)
			require.Equal(t, "516", code)
		})
	}
	t.Run("password", func(t *testing.T) {
		conn := c.open("admin", func(o *clickhouse.Options) { o.Auth.Password = "x" })
		var exception *clickhouse.Exception
		require.ErrorAs(t, conn.Ping(t.Context()), &exception)
		require.Equal(t, int32(516), exception.Code)
	})
	t.Run("no certificate", func(t *testing.T) {
		cfg := c.ca.client("admin")
		cfg.Certificates = nil
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: cfg}}
		res, err := client.Get("https://" + c.cfg.Address + "/ping") //nolint:noctx // fails at once
		if err == nil {
			_ = res.Body.Close()
		}
		require.Error(t, err)
	})
}

// TestQuota counts a user's statements.
func TestQuota(t *testing.T) {
	c := startChild(t)
	c.withEvents()
	for range 3 {
		status, body, _ := c.post("role_few", "SELECT 1", nil)
		require.Equal(t, http.StatusOK, status, body)
	}
	_, _, code := c.post("role_few", "SELECT 1", nil)
	require.Equal(t, "201", code)
}

// TestReload reads a changed users file, and keeps the old one when the new is bad.
func TestReload(t *testing.T) {
	c := startChild(t)
	c.withEvents()
	require.Equal(t, "2", c.as("role_analyst", "SELECT count() FROM h.events"))
	change := func(users string) {
		t.Helper()
		require.NoError(t, os.WriteFile(c.cfg.UsersFile, []byte(users), 0o600))
	}
	change(strings.Replace(testUsers, "project = 'a'", "project = 'b'", 1))
	c.admin("SYSTEM RELOAD USERS")
	require.Equal(t, "1", c.as("role_analyst", "SELECT count() FROM h.events"))
	for _, bad := range []string{
		"<clickhouse><users>",
		"<yandex/>",
		"<clickhouse><users><default><password>x</password></default></users></clickhouse>",
		strings.Replace(testUsers, "GRANT SELECT ON h.events", "GRANT NONSENSE ON", 1),
	} {
		change(bad)
		status, _, _ := c.post("admin", "SYSTEM RELOAD CONFIG", nil)
		require.Equal(t, http.StatusBadRequest, status)
		require.Equal(t, "1", c.as("role_analyst", "SELECT count() FROM h.events"))
	}
	change(strings.ReplaceAll(testUsers, "role_analyst", "role_other"))
	c.admin("SYSTEM RELOAD CONFIG")
	_, _, code := c.post("role_analyst", "SELECT 1", nil)
	require.Equal(t, "516", code)
}

// as runs a statement of the user that must succeed.
func (c *child) as(user, statement string) string {
	c.t.Helper()
	status, body, _ := c.post(user, statement, nil)
	require.Equal(c.t, http.StatusOK, status, body)
	return strings.TrimSpace(body)
}
