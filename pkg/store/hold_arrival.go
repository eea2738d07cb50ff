package store

import (
	"context"
	"slices"
	"time"

	// ClickHouse's client: a list of names in one parameter.
	"github.com/ClickHouse/clickhouse-go/v2"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// HoldLate is how long after its acceptance an interaction is late. What comes late, from a stream that stood still or out of
// the quarantine, is copied for the holds that it is under by whoever writes it: its own date may be near. What comes in
// time is copied by PreserveHold.
const HoldLate = 30 * time.Minute

// HoldInForce is a hold whose release two people have not agreed to.
type HoldInForce struct {
	Hold
	// Since is when it came into force.
	Since time.Time
}

// HoldsInForce reads the holds that are in force, and whom they are about.
func (db *DB) HoldsInForce(ctx context.Context) ([]HoldInForce, error) {
	const op = "read holds in force"
	rows, err := db.conn.Query(ctx, "SELECT hold_id, any(project), minIf(at, state = '"+HoldActive+"'), any(accepted_from), any(accepted_until), any(flag), any(by_subject) FROM "+
		Database+"."+TableHolds+" GROUP BY hold_id HAVING countIf(state = '"+HoldActive+"') > 0 AND countIf(state IN ('"+HoldReleaseApproved+"', '"+HoldReleased+"')) = 0 ORDER BY hold_id")
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var held []HoldInForce
	for rows.Next() {
		var s HoldStep
		err = rows.Scan(&s.HoldID, &s.Project, &s.At, &s.From, &s.Until, &s.Flag, &s.BySubject)
		if err != nil {
			return nil, clean(op, err)
		}
		held = append(held, HoldInForce{s.Hold(), s.At})
	}
	err = rows.Err()
	if err != nil {
		return nil, clean(op, err)
	}
	for i := range held {
		if !held[i].BySubject {
			continue
		}
		held[i].Pseudonyms, err = db.HoldSubjects(ctx, held[i].ID)
		if err != nil {
			return nil, err
		}
	}
	// One that is being released may have forgotten whom it was about.
	return slices.DeleteFunc(held, func(h HoldInForce) bool { return h.check() != nil }), nil
}

// preserveHolds copies what is under every hold. A process that copies at the same time may make a copy twice, which a
// release deletes like the first.
func (db *DB) preserveHolds(ctx context.Context) error {
	held, err := db.HoldsInForce(ctx)
	for _, h := range held {
		if err == nil {
			_, err = db.PreserveHold(ctx, h.Hold, time.Time{})
		}
	}
	return err
}

// covers says whether an interaction is under the hold.
func (h Hold) covers(r *interactionRow, flagged bool) bool {
	return h.within(r.Project, r.AcceptedAt, r.UserPseudonym) && (h.Flag == "" || flagged || slices.Contains(r.SafetyCategories, h.Flag))
}

func (h Hold) within(project string, at time.Time, pseudonym string) bool {
	return project == h.Project && !at.Before(h.From) && (h.Until.IsZero() || at.Before(h.Until)) &&
		(!h.BySubject || slices.Contains(h.Pseudonyms, pseudonym))
}

// keeps says whether a row that is under the hold is to be copied as it arrives. An erasure that was begun before the
// hold came into force stands.
func (h HoldInForce) keeps(by *arrivals, project, pseudonym string, at, now time.Time) bool {
	stone, gone := by.erased(project, pseudonym, at)
	if gone {
		return !stone.since.Before(h.Since)
	}
	return now.Sub(at) > HoldLate
}

// under picks the rows of a block that are to be copied for a hold.
func (rows *blockRows) under(h HoldInForce, by *arrivals, now time.Time) *blockRows {
	flagged := map[string]bool{}
	for _, f := range rows.flags {
		flagged[f.Project+"\x00"+f.RequestID] = flagged[f.Project+"\x00"+f.RequestID] || f.Category == h.Flag
	}
	of := map[string]bool{}
	for _, r := range rows.interactions {
		key := r.Project + "\x00" + r.RequestID
		if h.covers(r, flagged[key]) && h.keeps(by, r.Project, r.UserPseudonym, r.AcceptedAt, now) {
			of[key] = true
		}
	}
	return rows.only(func(r commonRow) bool { return of[r.Project+"\x00"+r.RequestID] })
}

// only are the rows of the interactions that are named; counts are not among them.
func (rows *blockRows) only(named func(commonRow) bool) *blockRows {
	return &blockRows{
		contents:     keepRows(rows.contents, func(r *contentRow) bool { return named(r.commonRow) }),
		findings:     keepRows(rows.findings, func(r *findingRow) bool { return named(r.commonRow) }),
		flags:        keepRows(rows.flags, func(r *flagRow) bool { return named(r.commonRow) }),
		interactions: keepRows(rows.interactions, func(r *interactionRow) bool { return named(r.commonRow) }),
	}
}

// heldRow begins every copy.
type heldRow struct {
	HoldID string    `ch:"hold_id"`
	HeldAt time.Time `ch:"held_at"`
}

type (
	heldContentRow struct {
		heldRow
		contentRow
	}
	heldFindingRow struct {
		heldRow
		findingRow
	}
	heldFlagRow struct {
		heldRow
		flagRow
	}
	heldInteractionRow struct {
		heldRow
		interactionRow
	}
	heldAlertRow struct {
		heldRow
		alertRow
	}
)

// keepHeld copies what of a block is under a hold and would be erased, or late. It is called before the block's rows are
// stored, so that whoever finds those finds copies of them; repeating a block copies what is not there.
func (w *BlockWriter) keepHeld(ctx context.Context, id string, rows *blockRows, by *arrivals) error {
	now := time.Now()
	for _, h := range by.holds {
		under := rows.under(h, by, now)
		if len(under.interactions) == 0 {
			continue
		}
		err := w.copyHeld(ctx, id, heldRow{h.ID, now}, under)
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *BlockWriter) copyHeld(ctx context.Context, id string, held heldRow, rows *blockRows) error {
	err := copyMissing(ctx, w.db, TableHeldContents, held, id, rows.contents, func(r *contentRow) string { return r.RequestID },
		func(r *contentRow) *heldContentRow { return &heldContentRow{held, *r} })
	if err == nil {
		err = copyMissing(ctx, w.db, TableHeldFindings, held, id, rows.findings, func(r *findingRow) string { return r.RequestID },
			func(r *findingRow) *heldFindingRow { return &heldFindingRow{held, *r} })
	}
	if err == nil {
		err = copyMissing(ctx, w.db, TableHeldFlags, held, id, rows.flags, func(r *flagRow) string { return r.RequestID },
			func(r *flagRow) *heldFlagRow { return &heldFlagRow{held, *r} })
	}
	if err == nil {
		err = copyMissing(ctx, w.db, TableHeldInteractions, held, id, rows.interactions, func(r *interactionRow) string { return r.RequestID },
			func(r *interactionRow) *heldInteractionRow { return &heldInteractionRow{held, *r} })
	}
	return err
}

// keepHeldAlert copies an alert about an erased end user that is under a hold. Alerts have no flag and are not under one by flag.
func (w *BlockWriter) keepHeldAlert(ctx context.Context, row *alertRow, by *arrivals) error {
	now := time.Now()
	for _, h := range by.holds {
		stone, gone := by.erased(row.Project, row.UserPseudonym, row.WindowStart)
		if h.Flag != "" || !gone || stone.since.Before(h.Since) || !h.within(row.Project, row.WindowStart, row.UserPseudonym) {
			continue
		}
		held := heldRow{h.ID, now}
		err := copyMissing(ctx, w.db, TableHeldAlerts, held, row.Transition, []*alertRow{row}, func(r *alertRow) string { return r.Transition },
			func(r *alertRow) *heldAlertRow { return &heldAlertRow{held, *r} })
		if err != nil {
			return err
		}
	}
	return nil
}

// copyMissing inserts the copies of rows of one write, found again by id, of which the hold has none yet. All of a write's copies
// under a hold are one part: they are there together or not at all.
func copyMissing[R, H any](ctx context.Context, db *DB, table string, held heldRow, id string, rows []*R, of func(*R) string, copyOf func(*R) *H) error {
	if len(rows) == 0 {
		return nil
	}
	column, key := columnBlock, "request_id"
	if table == TableHeldAlerts {
		column, key = "transition", "transition"
	}
	there, err := db.texts(ctx, "look for copies in "+table, "SELECT DISTINCT "+key+" FROM "+Database+"."+table+" WHERE hold_id = {hold:String} AND "+column+" = {id:String}",
		clickhouse.Named("hold", held.HoldID), clickhouse.Named("id", id))
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, k := range there {
		known[k] = true
	}
	var missing []*H
	for _, row := range rows {
		if !known[of(row)] {
			missing = append(missing, copyOf(row))
		}
	}
	return insert(ctx, db, table, "", missing)
}

// erasedAlert says whether an alert is about an erased end user.
func (a *arrivals) erasedAlert(alert *hushlogv1.Alert) bool {
	_, gone := a.erased(alert.GetProject(), alert.GetUserPseudonym(), alert.GetWindowStart().AsTime())
	return gone
}
