package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// pseudonymTimes are the columns of time of what may hold pseudonyms, of end users or of values, by table.
var pseudonymTimes = []struct{ table, column string }{
	{TableInteractions, "accepted_at"},
	{TableContents, "accepted_at"},
	{TableHeldInteractions, "accepted_at"},
	{TableHeldContents, "accepted_at"},
	{TableAlerts, "window_start"},
	{TableHeldAlerts, "window_start"},
}

// OldestPseudonym is when the oldest row was accepted that may hold a pseudonym; the zero time when there is none.
func (db *DB) OldestPseudonym(ctx context.Context) (time.Time, error) {
	const op = "find the oldest pseudonym"
	parts := make([]string, len(pseudonymTimes))
	for i, p := range pseudonymTimes {
		parts[i] = fmt.Sprintf("SELECT minOrNull(%s) AS t FROM %s.%s", p.column, Database, p.table)
	}
	var oldest *time.Time
	err := db.conn.QueryRow(ctx, "SELECT minOrNull(t) FROM ("+strings.Join(parts, " UNION ALL ")+")").Scan(&oldest)
	if err != nil || oldest == nil {
		return time.Time{}, clean(op, err)
	}
	return oldest.UTC(), nil
}
