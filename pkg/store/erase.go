package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	// ClickHouse's client: settings of one statement.
	"github.com/ClickHouse/clickhouse-go/v2"
)

// ErrSubject says that a Subject is not complete. Nothing was done.
var ErrSubject = errors.New("no end user to erase")

// Subject is an end user of a project, as the tables know one.
type Subject struct {
	Project string
	// Pseudonyms that the end user has, or had.
	Pseudonyms []string
	// Until is when the erasure was asked for: rows accepted until then are erased.
	Until time.Time
}

func (s Subject) check() error {
	if s.Project == "" || len(s.Pseudonyms) == 0 || s.Until.IsZero() {
		return ErrSubject
	}
	return nil
}

// Mark is what a tombstone knows a pseudonym by: it tells nobody the pseudonym, and the pseudonym, a keyed
// hash itself, tells nobody the end user.
func Mark(project, pseudonym string) [sha256.Size]byte {
	return sha256.Sum256([]byte("hushlog/tombstone/v1\x00" + project + "\x00" + pseudonym))
}

// erasable are the tables that hold rows of an end user, in the order in which they are erased: those that
// are found by the rows of interactions go before them, so that an erasure that was interrupted finds
// what is left.
var erasable = []struct{ table, date, where string }{
	{TableContents, "accepted_at", byInteraction},
	{TableFindings, "accepted_at", byInteraction},
	{TableFlags, "accepted_at", byInteraction},
	{TableAlerts, "window_start", byPseudonym},
	{TableInteractions, "accepted_at", byPseudonym},
}

const (
	byPseudonym   = "user_pseudonym IN (%[1]s)"
	byInteraction = "request_id IN (SELECT request_id FROM " + Database + "." + TableInteractions +
		" WHERE project = %[2]s AND user_pseudonym IN (%[1]s) AND accepted_at <= %[3]s)"
)

// ErasablePlaces lists the tables in which an erasure looks for rows.
func ErasablePlaces() []string {
	names := make([]string, len(erasable))
	for i, e := range erasable {
		names[i] = e.table
	}
	return names
}

// condition writes values in hexadecimal, so that none of them can end its literal.
func (s Subject) condition(where, date string) string {
	until := timeLiteral(s.Until)
	project := hexLiteral(s.Project)
	// Not fmt: a condition does not use all of them, which is an error to fmt.
	condition := strings.NewReplacer("%[1]s", hexLiterals(s.Pseudonyms), "%[2]s", project, "%[3]s", until).Replace(where)
	return fmt.Sprintf("project = %s AND %s <= %s AND %s", project, date, until, condition)
}

func hexLiteral(s string) string { return "unhex('" + hex.EncodeToString([]byte(s)) + "')" }

// CountSubject counts the rows of an end user, table by table.
func (db *DB) CountSubject(ctx context.Context, s Subject) (map[string]uint64, error) {
	err := s.check()
	if err != nil {
		return nil, err
	}
	counts := map[string]uint64{}
	for _, e := range erasable {
		var n uint64
		query := "SELECT count() FROM " + Database + "." + e.table + " WHERE " + s.condition(e.where, e.date)
		err = db.conn.QueryRow(ctx, query).Scan(&n)
		if err != nil {
			return nil, clean("count rows to erase in "+e.table, err)
		}
		counts[e.table] = n
	}
	return counts, nil
}

// EraseSubject deletes the rows of an end user from every table that CountSubject counts, and returns when
// the parts that hold them are out of use. They are on the disk until ErasedPartsLeft says 0. It may be
// repeated after any error: nothing is deleted in an order that would hide what is left.
func (db *DB) EraseSubject(ctx context.Context, s Subject) error {
	err := s.check()
	if err != nil {
		return err
	}
	ctx = syncMutations(ctx)
	ids, err := db.requestIDs(ctx, s)
	if err != nil {
		return err
	}
	for _, e := range erasable {
		// Deletions name the ids themselves: a mutation with a subquery is not the same on every replica.
		conditions := []string{s.condition(e.where, e.date)}
		if e.where == byInteraction {
			conditions = nil
			for _, list := range ids {
				conditions = append(conditions, s.condition("request_id IN ("+list+")", e.date))
			}
		}
		for _, condition := range conditions {
			err = db.conn.Exec(ctx, "ALTER TABLE "+Database+"."+e.table+" DELETE WHERE "+condition)
			if err != nil {
				return cleanDDL("erase from "+e.table, err)
			}
		}
	}
	return nil
}

// maxIDs bounds a list of ids in one statement, of which ClickHouse reads 256 KiB.
const maxIDs = 160 << 10

// requestIDs lists the ids of an end user's interactions, as lists of literals.
func (db *DB) requestIDs(ctx context.Context, s Subject) ([]string, error) {
	const op = "list interactions to erase"
	rows, err := db.conn.Query(ctx, "SELECT DISTINCT request_id FROM "+Database+"."+TableInteractions+" WHERE "+s.condition(byPseudonym, "accepted_at"))
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var lists []string
	var list strings.Builder
	for rows.Next() {
		var id string
		err = rows.Scan(&id)
		if err != nil {
			return nil, clean(op, err)
		}
		if list.Len() > maxIDs {
			lists = append(lists, list.String())
			list.Reset()
		}
		if list.Len() > 0 {
			list.WriteString(", ")
		}
		list.WriteString(hexLiteral(id))
	}
	if list.Len() > 0 {
		lists = append(lists, list.String())
	}
	return lists, clean(op, rows.Err())
}

// MutationsRunning counts deletions from the tables with end users that have not ended: one goes on when
// whoever asked for it is gone.
func (db *DB) MutationsRunning(ctx context.Context) (uint64, error) {
	var n uint64
	err := db.conn.QueryRow(ctx, "SELECT count() FROM system.mutations WHERE database = '"+Database+"' AND NOT is_done AND table IN ("+erasableNames()+")").Scan(&n)
	return n, clean("look for deletions under way", err)
}

// erasableNames are the tables whose parts may hold erased rows: copies under a hold that was released are of them.
func erasableNames() string {
	names := append(ErasablePlaces(), TableHoldSubjects)
	for _, place := range holdable {
		names = append(names, place.held)
	}
	return "'" + strings.Join(names, "', '") + "'"
}

// ErasedPartsLeft counts the parts of the tables with end users that went out of use until a moment and
// are on the disk still. ClickHouse removes them a minute later.
func (db *DB) ErasedPartsLeft(ctx context.Context, until time.Time) (uint64, error) {
	var n uint64
	err := db.conn.QueryRow(ctx, "SELECT count() FROM system.parts WHERE database = '"+Database+"' AND NOT active AND table IN ("+erasableNames()+
		") AND remove_time <= toDateTime({until:String}, 'UTC')", clickhouse.Named("until", until.UTC().Format(time.DateTime))).Scan(&n)
	return n, clean("look for parts that were erased", err)
}

// States of an erasure, in their order.
const (
	// ErasureStarted: tombstones are in force; writers come to know of them.
	ErasureStarted = "started"
	// ErasureFound: rows were found in Place, in Wave. ErasureOpen: all places of Wave are counted, and it
	// is about to be deleted.
	ErasureFound = "found"
	ErasureOpen  = "open"
	// ErasureDeleted: nothing of Wave is left in the tables.
	ErasureDeleted = "deleted"
	// ErasureDelayed: copies of Rows rows are under the hold that Place names; what is left to do is done on its
	// release. ErasureResumed: no copy is under a hold any more.
	ErasureDelayed = "delayed"
	ErasureResumed = "resumed"
	// ErasureDone, ErasureNotFound and ErasureFailed are final; Receipt is signed.
	ErasureDone     = "erased"
	ErasureNotFound = "not-found"
	ErasureFailed   = "failed"
	// ErasureShredded is final, too: of the key of a day.
	ErasureShredded = "shredded"
)

// ShredPrefix and a day, as 2006-01-02, are the request id of the steps that destroy the day's key.
const ShredPrefix = "shred-"

// ErasureStep is one row of the table erasures.
type ErasureStep struct {
	// RequestID in hexadecimal.
	RequestID   string    `ch:"request_id"`
	Project     string    `ch:"project"`
	At          time.Time `ch:"at"`
	Actor       string    `ch:"actor"`
	RequestedAt time.Time `ch:"requested_at"`
	State       string    `ch:"state"`
	Place       string    `ch:"place"`
	Wave        uint32    `ch:"wave"`
	Rows        uint64    `ch:"rows"`
	Receipt     string    `ch:"receipt"`
}

// Final says that nothing more is done.
func (s ErasureStep) Final() bool {
	return s.State == ErasureDone || s.State == ErasureNotFound || s.State == ErasureFailed || s.State == ErasureShredded
}

// ShredsBegun lists the request ids of keys whose destruction was begun and has no receipt.
func (db *DB) ShredsBegun(ctx context.Context) ([]string, error) {
	return db.texts(ctx, "look for keys whose destruction was begun", "SELECT request_id FROM "+Database+"."+TableErasures+" WHERE startsWith(request_id, '"+ShredPrefix+
		"') GROUP BY request_id HAVING countIf(state = '"+ErasureShredded+"') = 0 ORDER BY request_id")
}

// ErasureSteps reads what was done of a request, in order.
func (db *DB) ErasureSteps(ctx context.Context, requestID string) ([]ErasureStep, error) {
	const op = "read steps of an erasure"
	rows, err := db.conn.Query(ctx, "SELECT request_id, project, at, actor, requested_at, state, place, wave, rows, receipt FROM "+Database+"."+TableErasures+
		" WHERE request_id = {id:String} ORDER BY at, wave, place", clickhouse.Named("id", requestID))
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var steps []ErasureStep
	for rows.Next() {
		var s ErasureStep
		err = rows.Scan(&s.RequestID, &s.Project, &s.At, &s.Actor, &s.RequestedAt, &s.State, &s.Place, &s.Wave, &s.Rows, &s.Receipt)
		if err != nil {
			return nil, clean(op, err)
		}
		steps = append(steps, s)
	}
	return steps, clean(op, rows.Err())
}

// DelayedErasures lists the first step of each erasure that waits for the release of a hold.
func (db *DB) DelayedErasures(ctx context.Context) ([]ErasureStep, error) {
	const op = "list delayed erasures"
	rows, err := db.conn.Query(ctx, "SELECT request_id, any(project), min(at), any(actor), any(requested_at) FROM "+Database+"."+TableErasures+
		" GROUP BY request_id HAVING countIf(state = '"+ErasureDelayed+"') > 0 AND countIf(state IN ('"+ErasureDone+"', '"+ErasureNotFound+"', '"+ErasureFailed+"')) = 0 ORDER BY request_id")
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var steps []ErasureStep
	for rows.Next() {
		var s ErasureStep
		err = rows.Scan(&s.RequestID, &s.Project, &s.At, &s.Actor, &s.RequestedAt)
		if err != nil {
			return nil, clean(op, err)
		}
		steps = append(steps, s)
	}
	return steps, clean(op, rows.Err())
}

// AddErasureStep stores a step once: request, state, place and wave are its token.
func (db *DB) AddErasureStep(ctx context.Context, step ErasureStep) error {
	token := strings.Join([]string{"erasure", step.RequestID, step.State, step.Place, fmt.Sprint(step.Wave)}, "-")
	return insert(ctx, db, TableErasures, token, []*ErasureStep{&step})
}

// AddErasedToLedger counts the rows of interactions that are about to be deleted as erased, by minute of
// acceptance, once for each request and wave.
func (db *DB) AddErasedToLedger(ctx context.Context, requestID string, wave uint32, s Subject) error {
	const op = "count rows to erase for the ledger"
	result, err := db.conn.Query(ctx, "SELECT toStartOfMinute(toDateTime(accepted_at, 'UTC')) AS minute, count() FROM "+Database+"."+TableInteractions+
		" WHERE "+s.condition(byPseudonym, "accepted_at")+" GROUP BY minute")
	if err != nil {
		return clean(op, err)
	}
	defer func() { _ = result.Close() }()
	counts := map[ledgerKey]uint64{}
	for result.Next() {
		var minute time.Time
		var n uint64
		err = result.Scan(&minute, &n)
		if err != nil {
			return clean(op, err)
		}
		counts[ledgerKey{s.Project, minute.UTC()}] = n
	}
	err = result.Err()
	if err != nil {
		return clean(op, err)
	}
	return insert(ctx, db, TableLedger, fmt.Sprintf("erased-%s-%d", requestID, wave), erasedRows(requestID, counts))
}

type tombstoneRow struct {
	Mark      string    `ch:"mark"`
	RequestID string    `ch:"request_id"`
	Until     time.Time `ch:"until"`
	At        time.Time `ch:"at"`
}

// AddTombstones makes writers refuse rows of an end user that were accepted until s.Until. Writers look at
// tombstones anew every TombstoneAge.
func (db *DB) AddTombstones(ctx context.Context, requestID string, s Subject, now time.Time) error {
	err := s.check()
	if err != nil {
		return err
	}
	var rows []*tombstoneRow
	for _, pseudonym := range s.Pseudonyms {
		mark := Mark(s.Project, pseudonym)
		rows = append(rows, &tombstoneRow{string(mark[:]), requestID, s.Until, now})
	}
	return insert(ctx, db, TableTombstones, "tombstone-"+requestID, rows)
}
