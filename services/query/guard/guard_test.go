package guard_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
	"github.com/hushlog/hushlog/services/query/guard"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

var (
	analyst     = guard.Rights{Role: "analyst", Tables: []string{"interactions", "findings", "contents"}}
	engineering = guard.Rights{Role: "engineering", Tables: []string{"interactions"}}
)

// newGuard asks a real parser, over the query service's own user, on a store without any table: what
// the guard says depends on none.
func newGuard(t *testing.T) *guard.Guard {
	t.Helper()
	return guard.New(storetest.Start(t, policy.Default()).Open(t, identity.Query))
}

func TestStatementsThatPass(t *testing.T) {
	g := newGuard(t)
	for _, tc := range []struct{ name, sql, masked, tables string }{
		{"no table", "SELECT 1", "SELECT ?", ""},
		{"literals", "SELECT 'a''b', -1.5e-7, [1, 2], NULL, true", "SELECT ?, -?, [?, ?], NULL, true", ""},
		{"table", "select count() from hushlog.contents", "SELECT count() FROM hushlog.contents", "hushlog.contents"},
		{"table without its database", "select count() from contents", "SELECT count() FROM contents", "hushlog.contents"},
		{"back quotes", "select `text` from `hushlog`.`contents`", "SELECT text FROM hushlog.contents", "hushlog.contents"},
		{"double quotes", `select "text" from "hushlog"."contents"`, "SELECT text FROM hushlog.contents", "hushlog.contents"},
		{"a text in double quotes", `SELECT count() FROM interactions WHERE user_pseudonym = "jansen"`, "SELECT count() FROM interactions WHERE user_pseudonym = name1", "hushlog.interactions"},
		{
			"names that a person made up", "SELECT model AS li_jansen, jansen FROM interactions AS patients WHERE patients.failed ORDER BY li_jansen",
			"SELECT model AS name1, name2 FROM interactions AS name3 WHERE name3.failed ORDER BY name1 ASC", "hushlog.interactions",
		},
		{
			"a subquery with a name", "WITH jansen AS (SELECT model FROM interactions) SELECT n.model FROM jansen AS n",
			"WITH name1 AS (SELECT model FROM interactions) SELECT n.model FROM name1 AS n", "hushlog.interactions",
		},
		{"comments are dropped", "select 1 -- x\n /* 'y' */ # z", "SELECT ?", ""},
		{"trailing semicolon", "SELECT 1;", "SELECT ?", ""},
		{
			"join", "SELECT i.model, c.text FROM hushlog.interactions AS i INNER JOIN hushlog.contents AS c USING (request_id)",
			"SELECT i.model, c.text FROM hushlog.interactions AS i INNER JOIN hushlog.contents AS c USING (request_id)", "hushlog.contents hushlog.interactions",
		},
		{
			"subquery in IN", "SELECT 1 FROM interactions WHERE request_id IN (SELECT request_id FROM findings WHERE type = 'EMAIL')",
			"SELECT ? FROM interactions WHERE request_id IN (SELECT request_id FROM findings WHERE type = ?)", "hushlog.findings hushlog.interactions",
		},
		{"WITH", "WITH x AS (SELECT request_id FROM findings) SELECT count() FROM x", "WITH x AS (SELECT request_id FROM findings) SELECT count() FROM x", "hushlog.findings"},
		{
			"WITH in IN", "WITH x AS (SELECT request_id FROM findings) SELECT 1 FROM contents WHERE request_id IN x",
			"WITH x AS (SELECT request_id FROM findings) SELECT ? FROM contents WHERE request_id IN (x)", "hushlog.contents hushlog.findings",
		},
		{"scalar WITH", "WITH 5 AS n SELECT n FROM interactions LIMIT 3", "WITH ? AS n SELECT n FROM interactions LIMIT ?", "hushlog.interactions"},
		{"union", "SELECT 1 UNION ALL SELECT 2 UNION DISTINCT SELECT 3", "", ""},
		{"intersect and except", "SELECT 1 INTERSECT SELECT 2 EXCEPT SELECT 3", "", ""},
		{"in parentheses", "(SELECT 1)", "SELECT ?", ""},
		{"FROM first", "FROM interactions SELECT model", "SELECT model FROM interactions", "hushlog.interactions"},
		{"numbers", "SELECT * FROM numbers(10)", "SELECT * FROM numbers(?)", ""},
		{"values", "SELECT * FROM values('a Int8', 1, 2)", "SELECT * FROM `values`(?, ?, ?)", ""},
		{"functions in any case", "SELECT SUM(cost), CountIf(failed), quantile(0.9)(latency_ms), DATE_TRUNC('hour', accepted_at) FROM interactions GROUP BY 4", "", "hushlog.interactions"},
		{"combinators", "SELECT sumIf(cost, failed), uniqExactIf(model, stream), countDistinct(model), avgOrNullIf(cost, failed), groupArrayArray(tags) FROM interactions", "", "hushlog.interactions"},
		{"lambda", "SELECT arrayMap(x -> x + 1, [1, 2]), arrayFilter(t -> t LIKE 'a%', tags) FROM interactions", "", "hushlog.interactions"},
		{"window", "SELECT model, row_number() OVER (PARTITION BY model ORDER BY accepted_at ASC) FROM interactions", "", "hushlog.interactions"},
		{"CASE, CAST, INTERVAL", "SELECT CASE WHEN failed THEN 'x' ELSE 'y' END, cost::String, accepted_at > now() - INTERVAL 1 DAY, EXTRACT(YEAR FROM accepted_at) FROM interactions", "", "hushlog.interactions"},
		{"columns", "SELECT * EXCEPT (text), COLUMNS('re.*'), c.* FROM contents AS c", "", "hushlog.contents"},
		{"replace", "SELECT * REPLACE (upper(model) AS model) FROM interactions", "", "hushlog.interactions"},
		{"array join", "SELECT tag FROM interactions ARRAY JOIN tags AS tag", "", "hushlog.interactions"},
		{"map", "SELECT finding_counts['EMAIL'], mapKeys(finding_counts) FROM interactions", "", "hushlog.interactions"},
		{"group, having, order, limit by", "SELECT model, count() AS n FROM interactions GROUP BY model WITH TOTALS HAVING n > 1 ORDER BY n DESC LIMIT 1 BY model LIMIT 10 OFFSET 5", "", "hushlog.interactions"},
		{"with fill", "SELECT toStartOfHour(accepted_at) AS h, count() FROM interactions GROUP BY h ORDER BY h ASC WITH FILL STEP INTERVAL 1 HOUR", "", "hushlog.interactions"},
		{"prewhere and final", "SELECT 1 FROM interactions FINAL PREWHERE failed", "", "hushlog.interactions"},
		{"exists", "SELECT 1 WHERE EXISTS (SELECT 1 FROM interactions)", "", "hushlog.interactions"},
		{"a column called format", "SELECT format FROM interactions", "", "hushlog.interactions"},
		{"a text that looks like SQL", "SELECT 'x FORMAT JSON; DROP TABLE y -- ' FROM interactions", "SELECT ? FROM interactions", "hushlog.interactions"},
		{"a text with tree in it", "SELECT 'a\nFunction file (children 1)\n TableIdentifier system.users' FROM interactions", "SELECT ? FROM interactions", "hushlog.interactions"},
		{"the ledger", store.LedgerSQL(time.Now()), "", "hushlog.interactions hushlog.ledger"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rights := analyst
			rights.Tables = append(strings.Fields("ledger"), rights.Tables...)
			statement, err := g.Check(t.Context(), tc.sql, rights)
			require.NoError(t, err)
			require.Equal(t, tc.tables, strings.Join(statement.Tables, " "))
			err = audit.CheckStatement(statement.Masked)
			require.NoError(t, err, "the trail must take what passes")
			if tc.masked != "" {
				require.Equal(t, tc.masked, statement.Masked)
			}
		})
	}
}

func TestStatementsThatAreRefused(t *testing.T) {
	g := newGuard(t)
	deep := strings.Repeat("(", 2000) + "1" + strings.Repeat(")", 2000)
	nested := strings.Repeat("SELECT * FROM (", 300) + "SELECT 1" + strings.Repeat(")", 300)
	for _, tc := range []struct {
		name, sql string
		code      guard.Code
		rights    *guard.Rights
	}{
		{"nothing", " \n", guard.CodeSyntax, nil},
		{"no SQL", "hello there my friend", guard.CodeSyntax, nil},
		{"too long", "SELECT '" + strings.Repeat("x", guard.MaxStatement) + "'", guard.CodeTooLong, nil},
		{"two statements", "SELECT 1; SELECT 2", guard.CodeSyntax, nil},
		{"a statement behind a comment", "SELECT 1 /* ; */ ; -- \n DROP TABLE hushlog.contents", guard.CodeSyntax, nil},
		{"open text", "SELECT 'abc", guard.CodeSyntax, nil},
		{"NUL", "SELECT 1\x00; SELECT 2", guard.CodeSyntax, nil},
		{"INSERT", "INSERT INTO hushlog.contents SELECT * FROM hushlog.contents", guard.CodeNotSelect, nil},
		{"INSERT into a function", "INSERT INTO FUNCTION file('x.csv') SELECT 1", guard.CodeNotSelect, nil},
		{"ALTER", "ALTER TABLE hushlog.contents DELETE WHERE 1", guard.CodeNotSelect, nil},
		{"DROP", "DROP TABLE hushlog.contents", guard.CodeNotSelect, nil},
		{"TRUNCATE", "TRUNCATE TABLE hushlog.contents", guard.CodeNotSelect, nil},
		{"CREATE VIEW", "CREATE VIEW hushlog.v AS SELECT 1", guard.CodeNotSelect, nil},
		{"CREATE FUNCTION", "CREATE FUNCTION f AS (x) -> file(x)", guard.CodeNotSelect, nil},
		{"GRANT", "GRANT SELECT ON hushlog.* TO role_analyst", guard.CodeNotSelect, nil},
		{"SET", "SET readonly = 0", guard.CodeSettings, nil},
		{"USE", "USE system", guard.CodeNotSelect, nil},
		{"SYSTEM", "SYSTEM SHUTDOWN", guard.CodeNotSelect, nil},
		{"KILL", "KILL QUERY WHERE 1", guard.CodeNotSelect, nil},
		{"SHOW", "SHOW TABLES", guard.CodeNotSelect, nil},
		{"DESCRIBE", "DESCRIBE TABLE hushlog.contents", guard.CodeNotSelect, nil},
		{"EXPLAIN", "EXPLAIN SELECT 1", guard.CodeNotSelect, nil},
		{"EXPLAIN in a subquery", "SELECT * FROM (EXPLAIN AST SELECT 1)", guard.CodeFunction, nil},
		{"BACKUP", "BACKUP TABLE hushlog.contents TO File('x')", guard.CodeNotSelect, nil},
		{"EXECUTE AS", "EXECUTE AS admin SELECT 1", guard.CodeNotSelect, nil},
		{"PARALLEL WITH", "SELECT 1 PARALLEL WITH SELECT 2", guard.CodeClause, nil},
		{"SETTINGS", "SELECT 1 SETTINGS max_execution_time = 0", guard.CodeSettings, nil},
		{"SETTINGS in a subquery", "SELECT * FROM (SELECT 1 SETTINGS readonly = 0)", guard.CodeSettings, nil},
		{"FORMAT", "SELECT 1 FORMAT Native", guard.CodeClause, nil},
		{"FORMAT and SETTINGS", "SELECT 1 FORMAT JSON SETTINGS max_threads = 64", guard.CodeSettings, nil},
		{"INTO OUTFILE", "SELECT 1 INTO OUTFILE '/tmp/x' FORMAT CSV", guard.CodeClause, nil},
		{"INTO OUTFILE TRUNCATE", "SELECT 1 INTO OUTFILE '/tmp/x' TRUNCATE", guard.CodeClause, nil},
		{"table of another role", "SELECT * FROM hushlog.contents", guard.CodeTable, &engineering},
		{"table of another role without database", "SELECT * FROM contents", guard.CodeTable, &engineering},
		{"in back quotes", "SELECT * FROM `hushlog`.`contents`", guard.CodeTable, &engineering},
		{"in double quotes", `SELECT * FROM "contents"`, guard.CodeTable, &engineering},
		{"in a join", "SELECT c.text FROM interactions AS i LEFT JOIN contents AS c USING (request_id)", guard.CodeTable, &engineering},
		{"with a comma", "SELECT 1 FROM interactions, contents", guard.CodeTable, &engineering},
		{"in a subquery", "SELECT (SELECT any(text) FROM contents)", guard.CodeTable, &engineering},
		{"in a deep subquery", "SELECT 1 FROM interactions WHERE 1 IN (SELECT 1 FROM (SELECT 1 FROM (SELECT text FROM contents)))", guard.CodeTable, &engineering},
		{"in a union", "SELECT model FROM interactions UNION ALL SELECT text FROM contents", guard.CodeTable, &engineering},
		{"in an intersect", "SELECT model FROM interactions INTERSECT SELECT text FROM contents", guard.CodeTable, &engineering},
		{"in WITH", "WITH x AS (SELECT text FROM contents) SELECT * FROM x", guard.CodeTable, &engineering},
		{"in a WITH that is not used", "WITH x AS (SELECT text FROM contents) SELECT 1", guard.CodeTable, &engineering},
		{"in HAVING", "SELECT model FROM interactions GROUP BY model HAVING model IN (SELECT text FROM contents)", guard.CodeTable, &engineering},
		{"in ORDER BY", "SELECT model FROM interactions ORDER BY (SELECT any(text) FROM contents)", guard.CodeTable, &engineering},
		{"in LIMIT", "SELECT model FROM interactions LIMIT (SELECT count() FROM contents)", guard.CodeTable, &engineering},
		{"in JOIN ON", "SELECT 1 FROM interactions AS a INNER JOIN interactions AS b ON a.request_id = (SELECT any(text) FROM contents)", guard.CodeTable, &engineering},
		{"in a lambda", "SELECT arrayMap(x -> x IN (SELECT text FROM contents), ['a'])", guard.CodeTable, &engineering},
		{"in a table function", "SELECT * FROM numbers((SELECT count() FROM contents))", guard.CodeTable, &engineering},
		{"in EXISTS", "SELECT 1 WHERE EXISTS (SELECT 1 FROM contents)", guard.CodeTable, &engineering},
		{"in ANY", "SELECT 1 FROM interactions WHERE model = ANY (SELECT text FROM contents)", guard.CodeTable, &engineering},
		{"on the right of IN", "SELECT 1 FROM interactions WHERE model IN hushlog.contents", guard.CodeTable, &engineering},
		{"on the right of IN without database", "SELECT 1 FROM interactions WHERE model IN contents", guard.CodeTable, &engineering},
		{"on the right of NOT IN", "SELECT 1 FROM interactions WHERE model NOT IN contents", guard.CodeTable, &engineering},
		{"on the right of GLOBAL IN", "SELECT 1 FROM interactions WHERE model GLOBAL IN contents", guard.CodeTable, &engineering},
		{"on the right of in()", "SELECT in(model, contents) FROM interactions", guard.CodeTable, &engineering},
		{"a WITH that has a table's name", "WITH contents AS (SELECT 1) SELECT * FROM contents", guard.CodeName, &engineering},
		{"a WITH of an inner scope with a table's name", "SELECT (WITH contents AS (SELECT 1) SELECT * FROM contents), (SELECT any(text) FROM contents)", guard.CodeName, &engineering},
		{"a recursive WITH over a table's name", "WITH RECURSIVE contents AS (SELECT 1 UNION ALL SELECT * FROM contents) SELECT * FROM contents", guard.CodeName, &engineering},
		{"an alias as table name", "SELECT 1 AS contents FROM contents", guard.CodeTable, &engineering},
		{"system table", "SELECT * FROM system.users", guard.CodeTable, nil},
		{"system.one", "SELECT * FROM system.one", guard.CodeTable, nil},
		{"information_schema", "SELECT * FROM information_schema.tables", guard.CodeTable, nil},
		{"INFORMATION_SCHEMA", "SELECT * FROM INFORMATION_SCHEMA.COLUMNS", guard.CodeTable, nil},
		{"another database", "SELECT * FROM default.contents", guard.CodeTable, nil},
		{"the database in another case", "SELECT * FROM HUSHLOG.contents", guard.CodeTable, nil},
		{"the migrations", "SELECT * FROM hushlog.migrations", guard.CodeTable, nil},
		{"a dot in a quoted name", "SELECT * FROM `hushlog.contents`", guard.CodeName, nil},
		{"a line break in a quoted name", "SELECT 1 AS `a\nTableIdentifier x`", guard.CodeName, nil},
		{"an alias that looks like tree", "SELECT 1 AS `b (children 1)`", guard.CodeName, nil},
		{"a name beyond ASCII", "SELECT 1 AS `größe`", guard.CodeName, nil},
		{"a column of ClickHouse's own", "SELECT _partition_id FROM interactions", guard.CodeName, nil},
		{"a condition on parts", "SELECT count() FROM interactions WHERE intDiv(1, NOT startsWith(_part, 'x')) = 1", guard.CodeName, nil},
		{"such a column with its table", "SELECT i._part_offset FROM interactions AS i", guard.CodeName, nil},
		{"such a column in quotes", "SELECT `_block_number` FROM interactions", guard.CodeName, nil},
		{"such a column of a list", "SELECT * EXCEPT (_part) FROM interactions", guard.CodeName, nil},
		{"file()", "SELECT * FROM file('/etc/passwd', 'LineAsString')", guard.CodeFunction, nil},
		{"scalar file()", "SELECT file('/etc/passwd')", guard.CodeFunction, nil},
		{"scalar FILE()", "SELECT FiLe('/etc/passwd')", guard.CodeFunction, nil},
		{"quoted scalar `file`()", "SELECT `file`('/etc/passwd')", guard.CodeFunction, nil},
		{"file() with a blank", "SELECT file  /* x */ ('/etc/passwd')", guard.CodeFunction, nil},
		{"file() in a subquery", "SELECT 1 FROM interactions WHERE model IN (SELECT * FROM file('/etc/passwd', LineAsString))", guard.CodeFunction, nil},
		{"file() in WITH", "WITH file('/etc/passwd') AS x SELECT x", guard.CodeFunction, nil},
		{"file() in a lambda", "SELECT arrayMap(x -> file(x), ['/etc/passwd'])", guard.CodeFunction, nil},
		{"file() as argument of an aggregate", "SELECT any(file('/etc/passwd')) FROM interactions", guard.CodeFunction, nil},
		{"file() as parameter of an aggregate", "SELECT quantile(file('x'))(1)", guard.CodeFunction, nil},
		{"file() in GROUP BY", "SELECT 1 FROM interactions GROUP BY file('x')", guard.CodeFunction, nil},
		{"file() in ORDER BY", "SELECT 1 FROM interactions ORDER BY file('x')", guard.CodeFunction, nil},
		{"file() in WITH FILL", "SELECT 1 AS a ORDER BY a ASC WITH FILL FROM file('x')", guard.CodeFunction, nil},
		{"file() in LIMIT", "SELECT 1 LIMIT file('x')", guard.CodeFunction, nil},
		{"file() in LIMIT BY", "SELECT 1 FROM interactions LIMIT 1 BY file('x')", guard.CodeFunction, nil},
		{"file() in QUALIFY", "SELECT 1 FROM interactions QUALIFY file('x')", guard.CodeFunction, nil},
		{"file() in ARRAY JOIN", "SELECT 1 FROM interactions ARRAY JOIN file('x') AS y", guard.CodeFunction, nil},
		{"file() in OVER", "SELECT sum(1) OVER (PARTITION BY file('x')) FROM interactions", guard.CodeFunction, nil},
		{"file() in a frame", "SELECT sum(1) OVER (ROWS BETWEEN file('x') PRECEDING AND CURRENT ROW) FROM interactions", guard.CodeFunction, nil},
		{"file() in a named window", "SELECT sum(1) OVER w FROM interactions WINDOW w AS (PARTITION BY file('x'))", guard.CodeClause, nil},
		{"file() in APPLY", "SELECT * APPLY(file) FROM interactions", guard.CodeClause, nil},
		{"file() in an APPLY lambda", "SELECT * APPLY(x -> file(x)) FROM interactions", guard.CodeClause, nil},
		{"file() in REPLACE", "SELECT * REPLACE (file('x') AS model) FROM interactions", guard.CodeFunction, nil},
		{"file() in GROUPING SETS", "SELECT 1 FROM interactions GROUP BY GROUPING SETS ((file('x')))", guard.CodeFunction, nil},
		{"file() in INTERPOLATE", "SELECT 1 AS a, 2 AS b ORDER BY a ASC WITH FILL INTERPOLATE (b AS file('x'))", guard.CodeFunction, nil},
		{"file() in FILTER", "SELECT sum(1) FILTER (WHERE file('x') = '') FROM interactions", guard.CodeFunction, nil},
		{"file() in CASE", "SELECT CASE file('x') WHEN 'a' THEN 1 END", guard.CodeFunction, nil},
		{"file() in an array", "SELECT [file('x')]", guard.CodeFunction, nil},
		{"file() on the right of IN", "SELECT 1 IN file('x')", guard.CodeFunction, nil},
		{"numbers() on the right of IN", "SELECT 1 IN numbers(3)", guard.CodeFunction, nil},
		{"url()", "SELECT * FROM url('http://127.0.0.1:1/', CSV)", guard.CodeFunction, nil},
		{"url() for its schema", "SELECT * FROM (SELECT * FROM url('http://127.0.0.1:1/x.csv')) LIMIT 0", guard.CodeFunction, nil},
		{"urlCluster()", "SELECT * FROM urlCluster('c', 'http://127.0.0.1:1/')", guard.CodeFunction, nil},
		{"s3()", "SELECT * FROM s3('http://127.0.0.1:1/b', CSV)", guard.CodeFunction, nil},
		{"remote()", "SELECT * FROM remote('127.0.0.1:1', system.one)", guard.CodeFunction, nil},
		{"remoteSecure()", "SELECT * FROM remoteSecure('127.0.0.1:1', hushlog.contents)", guard.CodeFunction, nil},
		{"cluster()", "SELECT * FROM cluster('default', hushlog.contents)", guard.CodeFunction, nil},
		{"merge()", "SELECT * FROM merge('hushlog', '.*')", guard.CodeFunction, nil},
		{"merge() of one argument", "SELECT * FROM merge('contents')", guard.CodeFunction, nil},
		{"view()", "SELECT * FROM view(SELECT 1)", guard.CodeFunction, nil},
		{"viewIfPermitted()", "SELECT * FROM viewIfPermitted(SELECT 1 ELSE null('a Int8'))", guard.CodeFunction, nil},
		{"executable()", "SELECT * FROM executable('x', TSV, 'a String')", guard.CodeFunction, nil},
		{"input()", "SELECT * FROM input('a Int8')", guard.CodeFunction, nil},
		{"dictionary()", "SELECT * FROM dictionary('d')", guard.CodeFunction, nil},
		{"mysql()", "SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')", guard.CodeFunction, nil},
		{"postgresql()", "SELECT * FROM postgresql('127.0.0.1:1', 'd', 't', 'u', 'p')", guard.CodeFunction, nil},
		{"sqlite()", "SELECT * FROM sqlite('x', 't')", guard.CodeFunction, nil},
		{"python()", "SELECT * FROM python('x')", guard.CodeFunction, nil},
		{"loop()", "SELECT * FROM loop(hushlog.contents)", guard.CodeFunction, nil},
		{"mergeTreeIndex()", "SELECT * FROM mergeTreeIndex(hushlog, contents)", guard.CodeFunction, nil},
		{"generateRandom()", "SELECT * FROM generateRandom('a String', 1, 1000000)", guard.CodeFunction, nil},
		{"format() as a table", "SELECT * FROM format(JSONEachRow, '{}')", guard.CodeFunction, nil},
		{"dictGet()", "SELECT dictGet('d', 'a', 1)", guard.CodeFunction, nil},
		{"joinGet()", "SELECT joinGet('hushlog.contents', 'text', 1)", guard.CodeFunction, nil},
		{"hasColumnInTable()", "SELECT hasColumnInTable('hushlog', 'contents', 'text')", guard.CodeFunction, nil},
		{"getSetting()", "SELECT getSetting('max_threads')", guard.CodeFunction, nil},
		{"getServerSetting()", "SELECT getServerSetting('path')", guard.CodeFunction, nil},
		{"getMacro()", "SELECT getMacro('x')", guard.CodeFunction, nil},
		{"hostName()", "SELECT hostName()", guard.CodeFunction, nil},
		{"HOSTNAME()", "SELECT HOSTNAME()", guard.CodeFunction, nil},
		{"version()", "SELECT version()", guard.CodeFunction, nil},
		{"@@version", "SELECT @@version", guard.CodeName, nil},
		{"currentUser()", "SELECT currentUser()", guard.CodeFunction, nil},
		{"sleep()", "SELECT sleep(3)", guard.CodeFunction, nil},
		{"sleepEachRow()", "SELECT sleepEachRow(0.1) FROM numbers(1000)", guard.CodeFunction, nil},
		{"throwIf()", "SELECT throwIf(1, 'x')", guard.CodeFunction, nil},
		{"logTrace()", "SELECT logTrace('x')", guard.CodeFunction, nil},
		{"addressToLine()", "SELECT addressToLine(1)", guard.CodeFunction, nil},
		{"evalMLMethod()", "SELECT evalMLMethod(1, 2)", guard.CodeFunction, nil},
		{"aiGenerate()", "SELECT aiGenerate('x', 'y')", guard.CodeFunction, nil},
		{"formatRow()", "SELECT formatRow('Template', 1)", guard.CodeFunction, nil},
		{"arrayReduce() names a function by text", "SELECT arrayReduce('sum', [1])", guard.CodeFunction, nil},
		{"initializeAggregation()", "SELECT initializeAggregation('sum', 1)", guard.CodeFunction, nil},
		{"formatQuery()", "SELECT formatQuery('SELECT 1')", guard.CodeFunction, nil},
		{"chdb()", "SELECT chdb()", guard.CodeFunction, nil},
		{"a function that nobody knows", "SELECT fileX(1)", guard.CodeFunction, nil},
		{"combinator on nothing", "SELECT fileIf(1, 1)", guard.CodeFunction, nil},
		{"parameter", "SELECT {x:String}", guard.CodeName, nil},
		{"parameter as table", "SELECT * FROM {t:Identifier}", guard.CodeName, nil},
		{"very deep", "SELECT " + deep, guard.CodeTooDeep, nil},
		{"very nested", nested, guard.CodeTooDeep, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rights := analyst
			if tc.rights != nil {
				rights = *tc.rights
			}
			statement, err := g.Check(t.Context(), tc.sql, rights)
			require.Nil(t, statement)
			var refusal *guard.Refusal
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, tc.code, refusal.Code, refusal.Message)
			for _, literal := range []string{"/etc/passwd", "127.0.0.1", "/tmp/x"} {
				require.NotContains(t, refusal.Message, literal)
			}
		})
	}
}

// The statement that runs is read the same way once more: writing it again changes nothing.
func TestFormattedStatementIsStable(t *testing.T) {
	g := newGuard(t)
	for _, sql := range []string{
		"select a.model, count() as n from interactions a where a.tags[1] = 'x' and not a.failed group by all order by n desc limit 3, 4",
		"with x as (select 1 as y) select -y, (y, 1).2, y between 1 and 2, y ? 'a' : 'b' from x",
		"select case when failed then 1 else 2 end, '\\'\\n', cast(cost as String) from interactions",
	} {
		once, err := g.Check(t.Context(), sql, analyst)
		require.NoError(t, err)
		twice, err := g.Check(t.Context(), once.SQL, analyst)
		require.NoError(t, err)
		require.Equal(t, once, twice)
	}
}

func TestRefusedStatementIsMasked(t *testing.T) {
	g := newGuard(t)
	require.Equal(t, "SELECT file(?) FROM hushlog.contents WHERE text = ?",
		g.Masked(t.Context(), "select file('/etc/passwd') from hushlog.contents where text = 'planted'"))
	require.Empty(t, g.Masked(t.Context(), "SELECT 'planted"))
	require.Empty(t, g.Masked(t.Context(), "SELECT 1 AS `planted 4111`"))
}

func TestParserThatIsDown(t *testing.T) {
	engine := storetest.Start(t, policy.Default())
	g := guard.New(engine.Open(t, identity.Query))
	engine.Kill()
	_, err := g.Check(t.Context(), "SELECT 1", analyst)
	require.Error(t, err)
	var refusal *guard.Refusal
	require.NotErrorAs(t, err, &refusal)
}

// TestQuestionsPass: the statements of docs/schema.md may be asked by the roles that they are for.
func TestQuestionsPass(t *testing.T) {
	g := newGuard(t)
	for _, q := range store.Questions() {
		rights := guard.Rights{Role: q.Role}
		for table := range policy.Default().Roles[q.Role].Tables {
			rights.Tables = append(rights.Tables, table)
		}
		_, err := g.Check(t.Context(), q.SQL, rights)
		require.NoError(t, err, q.Name)
	}
}
