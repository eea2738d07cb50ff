package guard

import (
	"strconv"
	"strings"
	"sync"

	"github.com/hushlog/hushlog/pkg/store"
)

// shortName is up to how many bytes a name that a person made up stands on the trail: one or two letters say nothing.
const shortName = 2

// mask writes the tokens again with every literal replaced by '?', and every name that a person made up by a number. Whoever
// writes a text in double quotes, or without quotes, has written a name, as far as ClickHouse goes. Names that say what was
// reached for stay: of tables, of functions, and of columns that there are.
func mask(tokens []token) string {
	var masked strings.Builder
	madeUp, subqueries := map[string]string{}, subqueryNames(tokens)
	for i, t := range tokens {
		if i > 0 && !t.tight {
			masked.WriteByte(' ')
		}
		if isMadeUp(tokens, i, subqueries) {
			if madeUp[t.text] == "" {
				madeUp[t.text] = "name" + strconv.Itoa(len(madeUp)+1)
			}
			masked.WriteString(madeUp[t.text])
			continue
		}
		switch t.kind {
		case tokenText, tokenNumber:
			masked.WriteByte('?')
		case tokenQuoted:
			masked.WriteString("`" + t.text + "`")
		default:
			masked.WriteString(t.text)
		}
	}
	return masked.String()
}

// isMadeUp says that a token is a name which neither ClickHouse nor hushlog knows, where no table and no function stands.
func isMadeUp(tokens []token, i int, subqueries map[string]bool) bool {
	t := tokens[i]
	if t.kind != tokenWord && t.kind != tokenQuoted || len(t.text) <= shortName {
		return false
	}
	if t.kind == tokenWord && keywords[t.text] || knownNames()[t.text] {
		return false
	}
	called := i+1 < len(tokens) && tokens[i+1].kind == tokenSign && tokens[i+1].text == "(" && tokens[i+1].tight
	return subqueries[t.text] || !called && !isTablePlace(tokens, i)
}

// isTablePlace says that a table is named at i, with its database or without.
func isTablePlace(tokens []token, i int) bool {
	for i >= 2 && tokens[i-1].kind == tokenSign && tokens[i-1].text == "." {
		i -= 2
	}
	return i > 0 && tokens[i-1].kind == tokenWord && beforeTables[tokens[i-1].text]
}

// beforeTables are the words that a table's name follows.
var beforeTables = setOf("FROM JOIN INTO TABLE VIEW DATABASE DICTIONARY FUNCTION USER ROLE DESCRIBE")

// keywords are those of ClickHouse's SELECT, as it writes them; what is missing here is masked, and no harm is done.
var keywords = setOf(`
	ALL ALTER AND ANTI ANY ARRAY AS ASC ASOF BETWEEN BY CASE CAST COLUMNS CREATE CROSS CUBE CURRENT DELETE DESC DESCRIBE DISTINCT DROP
	ELSE END EXCEPT EXISTS EXPLAIN EXTRACT FETCH FILL FILTER FINAL FIRST FOLLOWING FORMAT FROM FULL GLOBAL GRANT GROUP GROUPING HAVING
	ILIKE INNER INSERT INTERPOLATE INTERSECT INTERVAL INTO INF IS JOIN KILL LAST LEFT LIKE LIMIT LOCAL MATERIALIZED NAN NEXT NOT NULL
	NULLS OFFSET ONLY ORDER OUTER OUTFILE OVER PARTITION PASTE PRECEDING PREWHERE QUALIFY QUERY RANGE RECURSIVE REPLACE RIGHT ROLLUP ROW
	ROWS SAMPLE SELECT SEMI SET SETS SETTINGS SHOW STALENESS STEP SYSTEM TABLE THEN TIES TOTALS TRUNCATE UNBOUNDED UNION UPDATE USE
	USING VALUES VIEW WHEN WHERE WINDOW WITH
	NANOSECOND MICROSECOND MILLISECOND SECOND MINUTE HOUR DAY WEEK MONTH QUARTER YEAR
	true false hushlog system default
`)

// knownNames are those of hushlog's tables and columns.
var knownNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, table := range store.Tables() {
		names[table.Name] = true
		for _, column := range table.Columns {
			names[column.Name] = true
		}
	}
	return names
})
