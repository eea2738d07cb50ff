package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	// ClickHouse's client: query parameters.
	"github.com/ClickHouse/clickhouse-go/v2"
)

// ErrHold says that a Hold is not complete. Nothing was done.
var ErrHold = errors.New("no hold to keep")

// ErrNotHeld says that rows under a hold were picked and not copied. Repeat; when it stays, look at the views
// hold_copies_* and at the rights of their definer, admin.
var ErrNotHeld = errors.New("rows under a hold were not copied")

// Hold says which rows are kept beyond their date and beyond an erasure.
type Hold struct {
	// ID is the request's, 32 hexadecimal digits.
	ID      string
	Project string
	// From and Until bound when rows were accepted: from that moment and before this one. Zero: no bound.
	From, Until time.Time
	// Flag is a category of the caller's safety flags or of the redactor's that interactions have; empty: any or
	// none. Alerts have none and are not held then.
	Flag string
	// BySubject says that only rows of Pseudonyms are held.
	BySubject  bool
	Pseudonyms []string
}

var holdForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

func (h Hold) check() error {
	if !holdForm.MatchString(h.ID) || h.Project == "" || h.BySubject != (len(h.Pseudonyms) > 0) {
		return ErrHold
	}
	return nil
}

// holdable are the tables whose rows can be held, in the order in which they are copied: those that are found
// by rows of interactions go before them.
var holdable = []struct{ table, held, id, date, bound string }{
	{TableContents, TableHeldContents, "request_id", "accepted_at", "accepted_at"},
	{TableFindings, TableHeldFindings, "request_id", "accepted_at", "accepted_at"},
	{TableFlags, TableHeldFlags, "request_id", "accepted_at", "accepted_at"},
	{TableAlerts, TableHeldAlerts, "fingerprint", "fired_at", "window_start"},
	{TableInteractions, TableHeldInteractions, "request_id", "accepted_at", "accepted_at"},
}

// condition of rows that say themselves whose they are: of interactions, or of alerts.
func (h Hold) condition(bound string) string {
	parts := []string{"project = " + hexLiteral(h.Project)}
	if !h.From.IsZero() {
		parts = append(parts, bound+" >= "+timeLiteral(h.From))
	}
	if !h.Until.IsZero() {
		parts = append(parts, bound+" < "+timeLiteral(h.Until))
	}
	if h.Flag != "" {
		// The caller's mark, or ours.
		flag := hexLiteral(h.Flag)
		parts = append(parts, "(has(safety_categories, "+flag+") OR request_id IN (SELECT request_id FROM "+Database+"."+TableFlags+" WHERE project = "+hexLiteral(h.Project)+" AND category = "+flag+"))")
	}
	if h.BySubject {
		parts = append(parts, "user_pseudonym IN ("+hexLiterals(h.Pseudonyms)+")")
	}
	return strings.Join(parts, " AND ")
}

func hexLiterals(values []string) string {
	literals := make([]string, len(values))
	for i, v := range values {
		literals[i] = hexLiteral(v)
	}
	return strings.Join(literals, ", ")
}

func timeLiteral(t time.Time) string { return "toDateTime64('" + clickHouseTime(t) + "', 3, 'UTC')" }

// holdPick is a row of hold_picks: the copies of one id are made when it is inserted.
type holdPick struct {
	HoldID  string    `ch:"hold_id"`
	Place   string    `ch:"place"`
	Project string    `ch:"project"`
	ID      string    `ch:"id"`
	First   time.Time `ch:"first"`
	Last    time.Time `ch:"last"`

	bytes, held uint64
}

// holdPicks is no table of Tables: nothing is stored in it.
var holdPicks = Table{Name: "hold_picks", Columns: []Column{
	{"hold_id", typeText}, {"place", typeName}, {"project", typeName}, {"id", typeText}, {"first", typeTime}, {"last", typeTime},
}}

const (
	// maxPicks and maxPickedBytes bound what one insert of ids copies: ClickHouse makes one part of it, so that
	// the rows of an id are all there or none, and holds the contents in memory. Ids are looked up pickPage at a time.
	maxPicks       = 2000
	maxPickedBytes = 64 << 20
	pickPage       = 20_000
)

// PreserveHold copies the rows under a hold that were accepted since a moment (the zero time: all) and are not
// among its copies, and returns how many ids of rows were copied. On return without error every one that was
// there when it began has its copy. It may be repeated after any error; one process at a time may call it.
func (db *DB) PreserveHold(ctx context.Context, h Hold, since time.Time) (uint64, error) {
	err := h.check()
	if err != nil {
		return 0, err
	}
	if since.After(h.From) {
		h.From = since
	}
	copied := uint64(0)
	for i := range holdable {
		if holdable[i].table == TableAlerts && h.Flag != "" {
			continue
		}
		n, err := db.preservePlace(ctx, h, i)
		copied += n
		if err != nil {
			return copied, err
		}
	}
	return copied, nil
}

// preservePlace goes day by day, which bounds what ClickHouse compares at a time.
func (db *DB) preservePlace(ctx context.Context, h Hold, place int) (uint64, error) {
	at := holdable[place]
	source, bound := TableInteractions, "accepted_at"
	if at.table == TableAlerts {
		source, bound = at.table, at.bound
	}
	days, err := db.days(ctx, "SELECT DISTINCT toDate("+holdableDate(source)+") AS day FROM "+Database+"."+source+" WHERE "+h.condition(bound)+" ORDER BY day")
	if err != nil {
		return 0, err
	}
	copied := uint64(0)
	for _, day := range days {
		before := ""
		for {
			picks, err := db.unheld(ctx, h, place, day)
			if err != nil {
				return copied, err
			}
			if len(picks) == 0 {
				break
			}
			if picks[0].ID == before {
				return copied, fmt.Errorf("hold %s, table %s, day %s: %w", h.ID, at.table, day.Format(time.DateOnly), ErrNotHeld)
			}
			before = picks[0].ID
			err = db.pick(ctx, h, place, picks)
			if err != nil {
				return copied, err
			}
			copied += uint64(len(picks))
		}
	}
	return copied, nil
}

func holdableDate(table string) string {
	known, _ := Lookup(table)
	return known.Date
}

func (db *DB) days(ctx context.Context, query string) ([]time.Time, error) {
	const op = "list days under a hold"
	rows, err := db.conn.Query(ctx, query)
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var days []time.Time
	for rows.Next() {
		var day time.Time
		err = rows.Scan(&day)
		if err != nil {
			return nil, clean(op, err)
		}
		days = append(days, day)
	}
	return days, clean(op, rows.Err())
}

// unheld lists ids of a day of which there are more rows than copies, at most pickPage, the oldest first.
func (db *DB) unheld(ctx context.Context, h Hold, place int, on time.Time) ([]*holdPick, error) {
	at := holdable[place]
	from := on.UTC().Truncate(day)
	within := fmt.Sprintf("%[1]s >= %[2]s AND %[1]s < %[3]s", at.date, timeLiteral(from), timeLiteral(from.AddDate(0, 0, 1)))
	sourced := h.condition(at.bound)
	if at.table != TableInteractions && at.table != TableAlerts {
		sourced = "project = " + hexLiteral(h.Project) + " AND request_id IN (SELECT request_id FROM " + Database + "." + TableInteractions + " WHERE " + within + " AND " + h.condition("accepted_at") + ")"
	}
	size, sizes := "toUInt64(0)", ""
	if at.table == TableContents {
		size = "m.bytes"
		sizes = " LEFT JOIN (SELECT request_id AS id, max(content_bytes) AS bytes FROM " + Database + "." + TableInteractions + " WHERE " + within + " AND " + h.condition("accepted_at") + " GROUP BY id) AS m ON m.id = s.id"
	}
	query := "SELECT s.id, s.first, s.last, " + size + ", h.n FROM" +
		" (SELECT " + at.id + " AS id, min(" + at.date + ") AS first, max(" + at.date + ") AS last, count() AS n FROM " + Database + "." + at.table + " WHERE " + within + " AND " + sourced + " GROUP BY id) AS s" +
		" LEFT JOIN (SELECT " + at.id + " AS id, count() AS n FROM " + Database + "." + at.held + " WHERE hold_id = '" + h.ID + "' AND project = " + hexLiteral(h.Project) + " AND " + within + " GROUP BY id) AS h ON h.id = s.id" + sizes +
		" WHERE s.n > h.n ORDER BY s.first, s.id LIMIT " + fmt.Sprint(pickPage)
	op := "look for rows under a hold in " + at.table
	rows, err := db.conn.Query(ctx, query)
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var picks []*holdPick
	for rows.Next() {
		p := &holdPick{HoldID: h.ID, Place: at.table, Project: h.Project}
		err = rows.Scan(&p.ID, &p.First, &p.Last, &p.bytes, &p.held)
		if err != nil {
			return nil, clean(op, err)
		}
		picks = append(picks, p)
	}
	return picks, clean(op, rows.Err())
}

// pick has the rows of ids copied. Copies of an id that are not all of its rows, after a crash, are made anew.
func (db *DB) pick(ctx context.Context, h Hold, place int, picks []*holdPick) error {
	at := holdable[place]
	var partly []string
	for _, p := range picks {
		if p.held > 0 {
			partly = append(partly, p.ID)
		}
	}
	for ids := range slices.Chunk(partly, maxPicks) {
		err := db.conn.Exec(syncMutations(ctx), "ALTER TABLE "+Database+"."+at.held+" DELETE WHERE hold_id = '"+h.ID+"' AND "+at.id+" IN ("+hexLiterals(ids)+")")
		if err != nil {
			return cleanDDL("drop incomplete copies of "+at.table, err)
		}
	}
	for _, some := range pickChunks(picks) {
		err := insertInto(ctx, db, holdPicks, "", some)
		if err != nil {
			return fmt.Errorf("copy rows under a hold from %s: %w", at.table, err)
		}
	}
	return nil
}

func pickChunks(picks []*holdPick) [][]*holdPick {
	var chunks [][]*holdPick
	start, size := 0, uint64(0)
	for i, p := range picks {
		if i > start && (i-start >= maxPicks || size+p.bytes > maxPickedBytes) {
			chunks = append(chunks, picks[start:i])
			start, size = i, 0
		}
		size += p.bytes
	}
	return append(chunks, picks[start:])
}

func syncMutations(ctx context.Context) context.Context {
	return clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"mutations_sync": 2}))
}

// CountHeld counts the copies of an end user's rows, by hold.
func (db *DB) CountHeld(ctx context.Context, s Subject) (map[string]uint64, error) {
	err := s.check()
	if err != nil {
		return nil, err
	}
	byCopy := strings.ReplaceAll(byInteraction, "."+TableInteractions, "."+TableHeldInteractions)
	var asked []string
	for _, place := range holdable {
		where := byPseudonym
		if place.table != TableAlerts && place.table != TableInteractions {
			where = byCopy
		}
		asked = append(asked, "SELECT hold_id, count() AS n FROM "+Database+"."+place.held+" WHERE "+s.condition(where, place.bound)+" GROUP BY hold_id")
	}
	return db.countByHold(ctx, "SELECT hold_id, sum(n) FROM ("+strings.Join(asked, " UNION ALL ")+") GROUP BY hold_id")
}

// CountHold counts the copies under a hold.
func (db *DB) CountHold(ctx context.Context, id string) (uint64, error) {
	if !holdForm.MatchString(id) {
		return 0, ErrHold
	}
	var asked []string
	for _, place := range holdable {
		asked = append(asked, "SELECT hold_id, count() AS n FROM "+Database+"."+place.held+" WHERE hold_id = '"+id+"' GROUP BY hold_id")
	}
	counts, err := db.countByHold(ctx, "SELECT hold_id, sum(n) FROM ("+strings.Join(asked, " UNION ALL ")+") GROUP BY hold_id")
	return counts[id], err
}

func (db *DB) countByHold(ctx context.Context, query string) (map[string]uint64, error) {
	const op = "count copies under holds"
	rows, err := db.conn.Query(ctx, query)
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	counts := map[string]uint64{}
	for rows.Next() {
		var id string
		var n uint64
		err = rows.Scan(&id, &n)
		if err != nil {
			return nil, clean(op, err)
		}
		counts[id] = n
	}
	return counts, clean(op, rows.Err())
}

// DropHold deletes the copies under a hold, and whom it was about. It may be repeated after any error.
func (db *DB) DropHold(ctx context.Context, id string) error {
	places := []string{TableHoldSubjects}
	for _, place := range holdable {
		places = append(places, place.held)
	}
	return db.dropHoldPartitions(ctx, id, places)
}

// DropHoldSteps deletes what is written down of a hold.
func (db *DB) DropHoldSteps(ctx context.Context, id string) error {
	return db.dropHoldPartitions(ctx, id, []string{TableHolds})
}

func (db *DB) dropHoldPartitions(ctx context.Context, id string, places []string) error {
	if !holdForm.MatchString(id) {
		return ErrHold
	}
	for _, place := range places {
		err := db.conn.Exec(ctx, "ALTER TABLE "+Database+"."+place+" DROP PARTITION '"+id+"'")
		if err != nil {
			return cleanDDL("release a hold in "+place, err)
		}
	}
	return nil
}
