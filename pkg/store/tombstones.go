package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// TombstoneAge is how old a writer's knowledge of tombstones, and of holds, may be. An erasure waits for longer than that
// after it has set them.
const TombstoneAge = 10 * time.Second

// arrivals are what a writer goes by when rows arrive: whose are not stored, and which are kept for a hold. Nobody changes one.
type arrivals struct {
	stones map[string]tombstone
	holds  []HoldInForce
}

// tombstone is about rows that were accepted until a moment; since is when it was set.
type tombstone struct{ until, since time.Time }

// tombstones are what a writer knows of them.
type tombstones struct {
	mu   sync.Mutex // guards what follows
	read time.Time
	last *arrivals
}

// current reads tombstones and holds when what is known is too old. Holds are read after the tombstones: a hold that came into
// force before one that is known is known.
func (t *tombstones) current(ctx context.Context, db *DB) (*arrivals, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if now.Sub(t.read) < TombstoneAge {
		return t.last, nil
	}
	stones, err := db.tombstonesSet(ctx)
	if err != nil {
		return nil, err
	}
	holds, err := db.HoldsInForce(ctx)
	if err != nil {
		return nil, err
	}
	t.read, t.last = now, &arrivals{stones, holds}
	return t.last, nil
}

func (db *DB) tombstonesSet(ctx context.Context) (map[string]tombstone, error) {
	const op = "read tombstones"
	// Of several of one end user the last counts.
	rows, err := db.conn.Query(ctx, "SELECT mark, max(until), argMax(at, until) FROM "+Database+"."+TableTombstones+" GROUP BY mark")
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	stones := map[string]tombstone{}
	for rows.Next() {
		var mark string
		var s tombstone
		err = rows.Scan(&mark, &s.until, &s.since)
		if err != nil {
			return nil, clean(op, err)
		}
		stones[mark] = s
	}
	return stones, clean(op, rows.Err())
}

// erased finds the tombstone of an end user whose row must not be stored.
func (a *arrivals) erased(project, pseudonym string, at time.Time) (tombstone, bool) {
	if pseudonym == "" || len(a.stones) == 0 {
		return tombstone{}, false
	}
	mark := Mark(project, pseudonym)
	stone, known := a.stones[string(mark[:])]
	return stone, known && !at.After(stone.until)
}

// drop takes the rows of erased end users out of a block's rows, and adds to the ledger that it did. (The
// step of a block that is stored already is not stored again; then the erasure has counted them.)
func (rows *blockRows) drop(id string, by *arrivals) {
	if len(by.stones) == 0 {
		return
	}
	gone := map[string]bool{}
	counts := map[ledgerKey]uint64{}
	rows.interactions = keepRows(rows.interactions, func(r *interactionRow) bool {
		_, erased := by.erased(r.Project, r.UserPseudonym, r.AcceptedAt)
		if erased {
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
