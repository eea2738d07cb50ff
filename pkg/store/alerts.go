package store

import (
	"context"
	"time"
)

// OpenAlert is an alert that has fired and has not resolved, as the table knows it.
type OpenAlert struct {
	Fingerprint, Rule string
	// Severity as the table has it: info, warning, critical.
	Severity, Owner string
	WindowStart     time.Time
	FiredAt         time.Time
}

// OpenAlerts lists the alerts of a rule that have fired and not resolved, the oldest first. What was published in the last
// seconds may not be there yet.
func (db *DB) OpenAlerts(ctx context.Context, rule string) ([]OpenAlert, error) {
	const op = "list alerts that are on"
	rows, err := db.conn.Query(ctx, "SELECT fingerprint, any(severity), any(owner), min(window_start), min(fired_at) AS first FROM "+
		Database+"."+TableAlerts+" WHERE rule = ? GROUP BY fingerprint HAVING countIf(state = 'resolved') = 0 ORDER BY first, fingerprint", rule)
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var open []OpenAlert
	for rows.Next() {
		a := OpenAlert{Rule: rule}
		err = rows.Scan(&a.Fingerprint, &a.Severity, &a.Owner, &a.WindowStart, &a.FiredAt)
		if err != nil {
			return nil, clean(op, err)
		}
		open = append(open, a)
	}
	return open, clean(op, rows.Err())
}
