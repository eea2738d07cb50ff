package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Deduplication by token has a hole on a single server: the token is written down before the part that
// it stands for is in place, so a crash of the server in between loses the part, and what was written
// down refuses every repetition. (Found by killing the engine: 1 part in some hundred kills.) So what
// was inserted is counted, and what is missing is inserted once more under a token of this life of the
// server: the token of an earlier life cannot stand in its way, and one of the same life is no danger,
// as only the end of a life opens the hole.
//
// For the same reason nothing is counted of a block that came to be in this life of the server: nobody can have tried to
// insert it in an earlier one. Counting takes ClickHouse a sixth of what a block of two thousand interactions takes it, and
// half of what one of a few does.

// partition is one of ClickHouse's partitions: what one insert makes one part of.
type partition struct{ label, day string }

// tableRows are the rows of one table that are written together.
type tableRows interface {
	table() Table
	// expect counts the rows by partition.
	expect() map[partition]uint64
	// span is the time of the first and of the last row.
	span() (from, to time.Time)
	// insert sends those rows that lie in the partitions, or all where there are none named.
	insert(ctx context.Context, db *DB, token string, only map[partition]bool) error
}

// rowsOf are rows of one type; where tells the label and the date of a row.
type rowsOf[R any] struct {
	name  string
	rows  []*R
	where func(*R) (label string, at time.Time)
}

func (r rowsOf[R]) table() Table {
	table, known := Lookup(r.name)
	if !known {
		panic("store: no table " + r.name)
	}
	return table
}

func (r rowsOf[R]) partitionOf(row *R) partition {
	label, at := r.where(row)
	return partition{label, at.UTC().Format(time.DateOnly)}
}

func (r rowsOf[R]) expect() map[partition]uint64 {
	counts := map[partition]uint64{}
	for _, row := range r.rows {
		counts[r.partitionOf(row)]++
	}
	return counts
}

func (r rowsOf[R]) span() (from, to time.Time) {
	for i, row := range r.rows {
		_, at := r.where(row)
		if i == 0 || at.Before(from) {
			from = at
		}
		if i == 0 || at.After(to) {
			to = at
		}
	}
	return from, to
}

func (r rowsOf[R]) insert(ctx context.Context, db *DB, token string, only map[partition]bool) error {
	rows := r.rows
	if len(only) > 0 {
		rows = nil
		for _, row := range r.rows {
			if only[r.partitionOf(row)] {
				rows = append(rows, row)
			}
		}
	}
	return insert(ctx, db, r.name, token, rows)
}

// store inserts, counts what is there, and fills what is missing. What is not there after a fill that was
// acknowledged has reached its date.
//
// Rows from before this process was connected may be there under tokens that the tables do not know: a restored
// backup brings rows and no tokens. They are counted first, and only what is missing is inserted.
//
// born is the life of the server in which the rows came to be, or zero. While the server lives it nothing is counted.
func (w *BlockWriter) store(ctx context.Context, born Life, id, token string, tables []tableRows) error {
	var there map[string]map[partition]uint64
	if w.db.predates(tables) {
		var err error
		there, err = w.count(ctx, id, tables)
		if err != nil {
			return err
		}
	}
	for _, rows := range tables {
		only := absent(rows.expect(), there[rows.table().Name])
		if len(only) == 0 {
			continue
		}
		err := rows.insert(ctx, w.db, token, only)
		if err != nil {
			return err
		}
	}
	if w.db.cluster != "" {
		// Replicas write token and part down in one transaction of Keeper: there is no hole, and a replica that has
		// not got the block yet must not be taken for one.
		return nil
	}
	if there == nil && born != (Life{}) {
		now, err := w.db.Life(ctx) // after the last insert: the server may have ended before
		if err != nil {
			return err
		}
		if now == born {
			return nil
		}
	}
	missing, err := w.missing(ctx, id, tables)
	if err != nil || len(missing) == 0 {
		return err
	}
	life, err := w.db.life(ctx)
	if err != nil {
		return err
	}
	for _, rows := range tables {
		only := missing[rows.table().Name]
		if len(only) == 0 {
			continue
		}
		err = rows.insert(ctx, w.db, token+"-"+life, only)
		if err != nil {
			return err
		}
	}
	return nil
}

// predates reports whether the newest of the rows is from before the connection.
func (db *DB) predates(tables []tableRows) bool {
	var newest time.Time
	for _, rows := range tables {
		_, to := rows.span()
		if to.After(newest) {
			newest = to
		}
	}
	return newest.Before(db.opened)
}

// absent are the partitions with rows to write of which none is there.
func absent(expect, there map[partition]uint64) map[partition]bool {
	only := map[partition]bool{}
	for at := range expect {
		if there[at] == 0 {
			only[at] = true
		}
	}
	return only
}

// missing finds the partitions of which no row is there.
func (w *BlockWriter) missing(ctx context.Context, id string, tables []tableRows) (map[string]map[partition]bool, error) {
	have, err := w.count(ctx, id, tables)
	if err != nil {
		return nil, err
	}
	missing := map[string]map[partition]bool{}
	for _, rows := range tables {
		name := rows.table().Name
		for at, want := range rows.expect() {
			n := have[name][at]
			if n == want {
				continue
			}
			if w.Noticed != nil {
				w.Noticed(name, want, n)
			}
			if n > 0 {
				continue // a part is whole or not there: somebody has added or erased rows since
			}
			if missing[name] == nil {
				missing[name] = map[partition]bool{}
			}
			missing[name][at] = true
		}
	}
	return missing, nil
}

// count asks all tables at once how many rows there are of a write, by partition.
func (w *BlockWriter) count(ctx context.Context, id string, tables []tableRows) (map[string]map[partition]uint64, error) {
	have := map[string]map[partition]uint64{}
	var asked []string
	for _, rows := range tables {
		if len(rows.expect()) > 0 {
			asked = append(asked, countStatement(id, rows))
			have[rows.table().Name] = map[partition]uint64{}
		}
	}
	if len(asked) == 0 {
		return have, nil
	}
	const op = "count what was inserted"
	result, err := w.db.conn.Query(ctx, strings.Join(asked, " UNION ALL "))
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = result.Close() }()
	for result.Next() {
		var name string
		var at partition
		var n uint64
		err = result.Scan(&name, &at.label, &at.day, &n)
		if err != nil {
			return nil, clean(op, err)
		}
		have[name][at] = n
	}
	return have, clean(op, result.Err())
}

// countStatement reads no column but those that rows are found by. The id is written in hexadecimal, so
// that no byte of it can end its literal.
func countStatement(id string, rows tableRows) string {
	table := rows.table()
	label := "''"
	if table.Labelled {
		label = "toString(" + columnLabel + ")"
	}
	from, to := rows.span()
	return fmt.Sprintf("SELECT '%s' AS name, %s AS label, toString(toDate(%s)) AS day, count() AS n FROM %s.%s"+
		" WHERE %s = unhex('%s') AND %s >= toDateTime64('%s', 3, 'UTC') AND %s <= toDateTime64('%s', 3, 'UTC') GROUP BY label, day",
		table.Name, label, table.Date, Database, table.Name,
		table.ID, hex.EncodeToString([]byte(id)), table.Date, clickHouseTime(from), table.Date, clickHouseTime(to))
}

func clickHouseTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") }

// Life names a life of the server's process: it has another after each start. The zero Life is none that is known.
type Life struct{ started int64 }

const (
	// lifeSlack is by how many seconds two readings of the server's start may differ.
	lifeSlack = 2
	// leastLife is how many seconds old a life must be to be told from the one before it by when it began.
	leastLife = 10
)

// Life asks for the server's life; the zero Life while that has just begun.
func (db *DB) Life(ctx context.Context) (Life, error) {
	start, age, err := db.lifetime(ctx)
	if err != nil || age < leastLife {
		return Life{}, err
	}
	return Life{start}, nil
}

// Lives reports whether the server was seen in this life when it was asked last. It does not ask.
func (db *DB) Lives(life Life) bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	return life != Life{} && life.started == db.started
}

// life names this life of the server's process. Readings a second apart name the same life.
func (db *DB) life(ctx context.Context) (string, error) {
	start, _, err := db.lifetime(ctx)
	return strconv.FormatInt(start, 10), err
}

// lifetime is since when the server runs, as Unix time, and for how many seconds.
func (db *DB) lifetime(ctx context.Context) (start, age int64, err error) {
	err = db.conn.QueryRow(ctx, "SELECT toInt64(toUnixTimestamp(now())) - toInt64(uptime()), toInt64(uptime())").Scan(&start, &age)
	if err != nil {
		return 0, 0, clean("ask since when ClickHouse runs", err)
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if start < db.started-lifeSlack || start > db.started+lifeSlack {
		db.started = start
	}
	return db.started, age, nil
}
