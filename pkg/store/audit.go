package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	// ClickHouse's client: query parameters.
	"github.com/ClickHouse/clickhouse-go/v2"
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// AuditEntries reads the trail's rows whose time is in [from, to), in no order, each as the entry that it
// came from. An error of each ends the reading.
func (db *DB) AuditEntries(ctx context.Context, from, to time.Time, each func(*hushlogv1.AuditEntry) error) error {
	const op = "read the trail"
	rows, err := db.conn.Query(ctx, "SELECT entry_id, act_id, toString(phase), at, actor, role, action, purpose, statement, tables, outcome, reason, rows, bytes, token_id, ref, sealed_actor"+
		" FROM "+Database+"."+TableAudit+" WHERE at >= toDateTime64({from:String}, 3, 'UTC') AND at < toDateTime64({to:String}, 3, 'UTC')",
		clickhouse.Named("from", clickHouseTime(from)), clickhouse.Named("to", clickHouseTime(to)))
	if err != nil {
		return clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r auditRow
		err = rows.Scan(&r.EntryID, &r.ActID, &r.Phase, &r.At, &r.Actor, &r.Role, &r.Action, &r.Purpose, &r.Statement, &r.Tables,
			&r.Outcome, &r.Reason, &r.Rows, &r.Bytes, &r.TokenID, &r.Ref, &r.SealedActor)
		if err != nil {
			return clean(op, err)
		}
		entry, err := r.entry()
		if err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		err = each(entry)
		if err != nil {
			return err
		}
	}
	return clean(op, rows.Err())
}

// entry converts a row back to the entry that it came from.
func (row *auditRow) entry() (*hushlogv1.AuditEntry, error) {
	sealed, err := base64.StdEncoding.DecodeString(row.SealedActor)
	if err != nil || len(sealed) == 0 {
		sealed = nil // what is no base64 differs from the log, which is told
	}
	for phase, name := range phaseNames {
		if name == row.Phase {
			return &hushlogv1.AuditEntry{
				EntryId: []byte(row.EntryID), ActId: []byte(row.ActID), Phase: phase, At: timestamppb.New(row.At), Actor: row.Actor,
				Role: row.Role, Action: row.Action, Purpose: row.Purpose, Statement: row.Statement, Tables: row.Tables,
				Outcome: row.Outcome, Reason: row.Reason, Rows: row.Rows, Bytes: row.Bytes, TokenId: row.TokenID, Ref: row.Ref,
				SealedActor: sealed,
			}, nil
		}
	}
	return nil, fmt.Errorf("unknown phase: %w", ErrMalformed)
}
