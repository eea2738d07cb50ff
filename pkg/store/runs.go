package store

import (
	"context"
	"time"
)

// Kinds of places in a record of a run.
const (
	PlaceTable = "table"
	PlaceTopic = "topic"
)

// PlaceRecord is what a run of retention found in one place: a row of the table retention_runs.
type PlaceRecord struct {
	// RunID and At are the same for all places of a run.
	RunID string    `ch:"run_id"`
	At    time.Time `ch:"at"`
	// Kind is PlaceTable or PlaceTopic; Label is of retention, where the table has labels.
	Kind  string `ch:"kind"`
	Place string `ch:"place"`
	Label string `ch:"label"`
	// KeepSeconds is the policy's date.
	KeepSeconds uint64 `ch:"keep_seconds"`
	// Oldest is when the oldest row came; nil when there is none. Of tables it is the day.
	Oldest *time.Time `ch:"oldest"`
	// Rows that are there, and those among them that should be gone. Of topics they are offsets, of which
	// markers of transactions take some.
	Rows    uint64 `ch:"rows"`
	Overdue uint64 `ch:"overdue"`
	// FailedSteps of the run.
	FailedSteps []string `ch:"failed_steps"`
	// PolicyDigest names the policy whose dates these are.
	PolicyDigest string `ch:"policy_digest"`
}

// AddRetentionRun stores a run once; all of its records have the same id, which is its token.
func (db *DB) AddRetentionRun(ctx context.Context, runID string, places []*PlaceRecord) error {
	return insert(ctx, db, TableRetentionRuns, "run-"+runID, places)
}

// RetentionStatusSQL is the statement behind `hushlog retention status`: what the last run since a moment
// found. One SELECT over one table that a role may be given.
func RetentionStatusSQL(since time.Time) string {
	moment := "toDateTime('" + since.UTC().Format(time.DateTime) + "', 'UTC')"
	const from = " FROM " + Database + "." + TableRetentionRuns + " WHERE at >= "
	return "SELECT kind, place, label, keep_seconds, ifNull(toString(oldest), '') AS oldest_row, rows, overdue, toString(at) AS run_at, failed_steps, policy_digest" +
		from + moment + " AND at = (SELECT max(at)" + from + moment + ") ORDER BY kind, place, label"
}
