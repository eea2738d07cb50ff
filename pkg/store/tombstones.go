package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// TombstoneAge is how old a writer's knowledge of tombstones may be. An erasure waits for longer than that
// after it has set them.
const TombstoneAge = 10 * time.Second

// tombstones are what a writer knows of them.
type tombstones struct {
	mu    sync.Mutex // guards what follows
	read  time.Time
	until map[string]time.Time
}

// current reads the tombstones when what is known is too old. It returns a map that nobody changes.
func (t *tombstones) current(ctx context.Context, db *DB) (map[string]time.Time, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if now.Sub(t.read) < TombstoneAge {
		return t.until, nil
	}
	const op = "read tombstones"
	rows, err := db.conn.Query(ctx, "SELECT mark, max(until) FROM "+Database+"."+TableTombstones+" GROUP BY mark")
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	until := map[string]time.Time{}
	for rows.Next() {
		var mark string
		var at time.Time
		err = rows.Scan(&mark, &at)
		if err != nil {
			return nil, clean(op, err)
		}
		until[mark] = at
	}
	err = rows.Err()
	if err != nil {
		return nil, clean(op, err)
	}
	t.read, t.until = now, until
	return until, nil
}

// erased says whether a row of an end user must not be stored.
func erased(until map[string]time.Time, project, pseudonym string, at time.Time) bool {
	if pseudonym == "" || len(until) == 0 {
		return false
	}
	mark := Mark(project, pseudonym)
	last, known := until[string(mark[:])]
	return known && !at.After(last)
}

// drop takes the rows of erased end users out of a block's rows, and adds to the ledger that it did. (The
// step of a block that is stored already is not stored again; then the erasure has counted them.)
func (rows *blockRows) drop(id string, until map[string]time.Time) {
	if len(until) == 0 {
		return
	}
	gone := map[string]bool{}
	counts := map[ledgerKey]uint64{}
	rows.interactions = keepRows(rows.interactions, func(r *interactionRow) bool {
		if erased(until, r.Project, r.UserPseudonym, r.AcceptedAt) {
			gone[r.Project+"\x00"+r.RequestID] = true
			counts[ledgerKey{r.Project, r.AcceptedAt.UTC().Truncate(time.Minute)}]++
			return false
		}
		return true
	})
	if len(gone) == 0 {
		return
	}
	rows.contents = keepRows(rows.contents, func(r *contentRow) bool { return !gone[r.Project+"\x00"+r.RequestID] })
	rows.findings = keepRows(rows.findings, func(r *findingRow) bool { return !gone[r.Project+"\x00"+r.RequestID] })
	rows.flags = keepRows(rows.flags, func(r *flagRow) bool { return !gone[r.Project+"\x00"+r.RequestID] })
	rows.ledger = append(rows.ledger, erasedRows(id, counts)...)
}

// ledgerKey is a line of the ledger.
type ledgerKey struct {
	project string
	minute  time.Time
}

// erasedRows are steps of the ledger, in an order that is always the same.
func erasedRows(id string, counts map[ledgerKey]uint64) []*ledgerRow {
	rows := make([]*ledgerRow, 0, len(counts))
	for key, n := range counts {
		rows = append(rows, &ledgerRow{Project: key.project, Minute: key.minute, BlockID: id, Erased: n})
	}
	slices.SortFunc(rows, func(a, b *ledgerRow) int {
		return cmp.Or(strings.Compare(a.Project, b.Project), a.Minute.Compare(b.Minute))
	})
	return rows
}

func keepRows[R any](rows []*R, keep func(*R) bool) []*R {
	kept := make([]*R, 0, len(rows))
	for _, row := range rows {
		if keep(row) {
			kept = append(kept, row)
		}
	}
	return kept
}

// erasedAlert says whether an alert is about an erased end user.
func erasedAlert(until map[string]time.Time, alert *hushlogv1.Alert) bool {
	return erased(until, alert.GetProject(), alert.GetUserPseudonym(), alert.GetWindowStart().AsTime())
}
