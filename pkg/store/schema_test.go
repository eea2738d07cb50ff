package store_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
)

var updateSchema = flag.Bool("update", false, "write docs/schema.md")

// schemaDocument is docs/schema.md.
func schemaDocument(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	out.WriteString(`# The schema of the store

Written by ` + "`go test ./pkg/store -run TestSchemaDocument -update`" + ` from the schema, what the code says of it and the default
policy, and compared with them by every ` + "`make test`" + `. Nobody edits it. [places.md](places.md) says how long each table is
kept; [roles.md](roles.md) was measured on a running deployment.

## Twelve questions

With ` + "`hushlog sql --purpose PURPOSE \"...\"`" + `; each reads a rollup or a small part of the rows
([benchmarks.md](benchmarks.md) has the numbers). Names and ids in them are examples.
`)
	for _, q := range store.Questions() {
		fmt.Fprintf(&out, "\n%s? (as `%s`)\n\n```sql\n%s\n```\n", q.Name, q.Role, q.SQL)
	}
	out.WriteString("\n## Tables\n\n*roles*: those of the default policy that read the column, in the rows that they see.\n")
	for _, table := range store.Tables() {
		require.NotEmpty(t, table.About(), "say in meanings.go what table %s is for", table.Name)
		fmt.Fprintf(&out, "\n### %s\n\n%s\n\n| column | type | meaning | roles |\n| --- | --- | --- | --- |\n", table.Name, table.About())
		for _, column := range table.Columns {
			meaning := table.Meaning(column.Name)
			require.NotEmpty(t, meaning, "say in meanings.go what column %s.%s holds", table.Name, column.Name)
			fmt.Fprintf(&out, "| %s | `%s` | %s | %s |\n", column.Name, column.Type, meaning, strings.Join(rolesReading(table.Name, column.Name), ", "))
		}
	}
	return out.String()
}

func rolesReading(table, column string) []string {
	roles := policy.Default().Roles
	var names []string
	for _, name := range slices.Sorted(maps.Keys(roles)) {
		columns, reads := roles[name].Tables[table]
		if reads && (len(columns) == 0 || slices.Contains(columns, column)) {
			names = append(names, name)
		}
	}
	return names
}

func TestSchemaDocument(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "schema.md")
	got := schemaDocument(t)
	if *updateSchema {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run with -update when the change is meant")
	require.Len(t, store.Questions(), 12)
}

// TestQuestionsAreAnswered asks each as its role, and finds words in any case, in parts with and without the index.
func TestQuestionsAreAnswered(t *testing.T) {
	engine := migrated(t)
	fillDays(t, engine, 3000)
	for _, q := range store.Questions() {
		// The examples are of rows that fewer than millions do not have.
		sql := strings.NewReplacer("request-1234567", "request-2957", "12d687", "000b8d", "project = 'demo' AND conversation_id = 'conversation-246913'", "conversation_id = 'conversation-591'", "INTERVAL 1 HOUR", "INTERVAL 1 DAY").Replace(q.SQL)
		sql = strings.Replace(sql, "user_pseudonym = 'u_4567'", "user_pseudonym != ''", 1)
		if strings.Contains(sql, "FROM flags") { // a few rows of many days
			sql = strings.ReplaceAll(sql, "INTERVAL 1 DAY", "INTERVAL 40 DAY")
		}
		if strings.Contains(sql, "hasAllTokens") { // of the few texts, the one with these words is older
			sql = strings.Replace(sql, "INTERVAL 1 DAY", "INTERVAL 20 DAY", 1)
		}
		require.NotEmpty(t, mustAsk(t, engine, "role_"+q.Role, sql), q.Name)
	}
	require.Equal(t, "1", mustAsk(t, engine, "role_analyst", "SELECT count() FROM contents WHERE hasAllTokens(text, 'harbour tide')"))
	require.Equal(t, "0", mustAsk(t, engine, "role_analyst", "SELECT count() FROM contents WHERE hasAllTokens(text, 'harbour tidewater')"))
	used := mustAsk(t, engine, "admin", "SELECT count() FROM (EXPLAIN indexes = 1 SELECT text FROM hushlog.contents WHERE hasAllTokens(text, 'harbour tide')) WHERE explain LIKE '%Name: words%'")
	require.Equal(t, "1", used, "the index of words is used")
}
