package embedded

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHiddenRowsAreNotJudged: what a row filter hides must not show by an error of a statement that only the hidden row
// would cause, nor by what the engine answers from its own books (counts, extremes). Its virtual columns (_part) are judged
// before row filters are: the query service takes no statement that names one (services/query/guard).
func TestHiddenRowsAreNotJudged(t *testing.T) {
	c := startChild(t)
	c.withEvents()
	// 9 is seen and 13 hidden, in one part; 2 is hidden, in a part of its own.
	c.admin("INSERT INTO h.events (id, project, name) VALUES (9, 'a', 'nine'), (13, 'b', 'thirteen')")
	for _, tt := range []struct{ name, statement, want string }{
		{"WHERE on the key", "SELECT count() FROM h.events WHERE intDiv(1, id != 13) = 1", "3"},
		{"WHERE", "SELECT count() FROM h.events WHERE intDiv(1, name != 'thirteen') = 1", "3"},
		{"WHERE on a hidden part", "SELECT count() FROM h.events WHERE intDiv(1, id != 2) = 1", "3"},
		{"PREWHERE", "SELECT count() FROM h.events PREWHERE intDiv(1, name != 'thirteen') = 1", "3"},
		{"PREWHERE and WHERE", "SELECT count() FROM h.events PREWHERE intDiv(1, id != 13) = 1 WHERE intDiv(1, name != 'two') = 1", "3"},
		{"a conversion", "SELECT count() FROM h.events WHERE if(startsWith(name, 'thir'), toUInt8(name), 1) = 1", "3"},
		{"SELECT", "SELECT sum(intDiv(1, name != 'thirteen')) FROM h.events", "3"},
		{"ORDER BY", "SELECT count() FROM (SELECT id FROM h.events ORDER BY intDiv(1, name != 'thirteen') LIMIT 10)", "3"},
		{"GROUP BY", "SELECT count() FROM (SELECT intDiv(1, name != 'thirteen') AS x FROM h.events GROUP BY x)", "1"},
		{"JOIN", "SELECT count() FROM h.events AS a INNER JOIN h.events AS b ON intDiv(a.id, a.name != 'thirteen') = b.id", "3"},
		{"IN a subquery", "SELECT count() FROM h.events WHERE id IN (SELECT intDiv(id, name != 'thirteen') FROM h.events)", "3"},
		{"the key's extremes", "SELECT min(id), max(id), count() FROM h.events", "1\t9\t3"},
		{"partitions", "SELECT groupUniqArray(toString(id % 4)) = groupUniqArray(_partition_id) FROM h.events", "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body, _ := c.post("role_analyst", tt.statement, nil)
			require.Equal(t, http.StatusOK, status, body)
			require.Equal(t, tt.want+"\n", body)
		})
	}
}
