package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	// ClickHouse's client: query parameters.
	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/hushlog/hushlog/pkg/identity"
)

// MostNeedles is how many values one look may look for; ClickHouse's search takes no more at a time.
const MostNeedles = 250

// shortestNeedle bounds what the canary can learn of others' rows by asking: whether they have a text of that many bytes
// that it knows already.
const shortestNeedle = 10

// ErrNotLooked says that the view that looks for canaries has not answered. Ask again; if it lasts, run `hushlog init`.
var ErrNotLooked = errors.New("the view canary_look did not look")

// CanariesSince lists the request ids of canaries that were accepted since a moment and have a row. The user of canaries
// reads no other project's rows.
func (db *DB) CanariesSince(ctx context.Context, since time.Time) ([]string, error) {
	return db.texts(ctx, "look for canaries", "SELECT DISTINCT request_id FROM "+Database+"."+TableInteractions+
		" WHERE project = '"+identity.CanaryProject+"' AND accepted_at >= "+timeLiteral(since))
}

// Find is a value that was looked for and is readable somewhere.
type Find struct {
	// Needle is its place in the list of what was looked for.
	Needle int
	// Table that it is in, and the project of its rows, where they have one.
	Table, Project string
	// RequestID of one of the rows, where they have one.
	RequestID string
	Rows      uint64
}

var canaryPicks = Table{Name: "canary_picks", Columns: []Column{
	{"look_id", typeText}, {"since", typeTime}, {"needles", "Array(String)"},
}}

type canaryPick struct {
	LookID  string    `ch:"look_id"`
	Since   time.Time `ch:"since"`
	Needles []string  `ch:"needles"`
}

// LookFor looks for exact values, at most MostNeedles, in all tables, in rows that are dated since a moment. id names the
// look and no other. The values go to ClickHouse as data, never in a statement, which servers log.
func (db *DB) LookFor(ctx context.Context, id string, since time.Time, needles []string) ([]Find, error) {
	err := insertInto(ctx, db, canaryPicks, "", []*canaryPick{{id, since, needles}})
	if err != nil {
		return nil, err
	}
	const op = "read what a look has found"
	rows, err := db.conn.Query(ctx, "SELECT place, found_in, request_id, needle, rows FROM "+Database+"."+TableCanaryFinds+
		" WHERE at >= now() - INTERVAL 1 HOUR AND look_id = {id:String} ORDER BY place, needle", clickhouse.Named("id", id))
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	looked := false
	var finds []Find
	for rows.Next() {
		var f Find
		var needle uint32
		err = rows.Scan(&f.Table, &f.Project, &f.RequestID, &needle, &f.Rows)
		if err != nil {
			return nil, clean(op, err)
		}
		if f.Table == "" {
			looked = true
			continue
		}
		f.Needle = int(needle) - 1 // arrays of ClickHouse begin at 1
		finds = append(finds, f)
	}
	err = rows.Err()
	if err != nil {
		return nil, clean(op, err)
	}
	if !looked {
		return nil, fmt.Errorf("%s: %w", op, ErrNotLooked)
	}
	return finds, nil
}

// CanaryCount is a row of the table canaries: canaries of one path that are not looked for any more, and what became of them.
type CanaryCount struct {
	LookID string    `ch:"look_id"`
	At     time.Time `ch:"at"`
	// Entry is the path into the gateway.
	Entry string `ch:"entry"`
	// Taken by the gateway, and those of them that have a row.
	Taken   uint32 `ch:"taken"`
	Arrived uint32 `ch:"arrived"`
	// Planted values by type, and those of them that were found readable.
	Planted map[string]uint32 `ch:"planted"`
	Leaked  map[string]uint32 `ch:"leaked"`
}

// AddCanaryCounts stores counts once; all of them have the same look.
func (db *DB) AddCanaryCounts(ctx context.Context, look string, counts []*CanaryCount) error {
	return insert(ctx, db, TableCanaries, "canaries-"+look, counts)
}

// canaryLook is the view that looks: for each table, how many rows have one of the values that were written to canary_picks.
const canaryLook = Database + ".canary_look"

// makeCanaryLook makes the view anew from the columns that the tables have now. A look that comes in between fails and is
// repeated.
func (db *DB) makeCanaryLook(ctx context.Context) error {
	for _, statement := range []string{"DROP VIEW IF EXISTS " + canaryLook, canaryLookStatement()} {
		statement, err := forCluster(statement, db.cluster)
		if err != nil {
			return err
		}
		err = db.conn.Exec(ctx, statement)
		if err != nil {
			return cleanDDL("make the view that looks for canaries", err)
		}
	}
	return nil
}

func canaryLookStatement() string {
	const (
		picks   = Database + ".canary_picks"
		needles = "(SELECT any(arrayFilter(n -> length(n) >= %d, needles)) FROM " + picks + ")"
	)
	// The first answers always: it says that it was looked.
	branches := []string{"SELECT '' AS place, '' AS found_in, '' AS request_id, toUInt32(0) AS needle, toUInt64(0) AS rows"}
	for _, table := range tables {
		text := textOf(table)
		if text == "" || table.Name == TableCanaryFinds {
			continue
		}
		since := ""
		date, dated := table.ColumnNamed(dateOf(table))
		if dated {
			// Rollups are dated by the beginning of their unit.
			unit := map[string]string{"hour": "toStartOfHour", "day": "toDate", "minute": "toStartOfMinute"}[date.Name]
			since = " WHERE " + date.Name + " >= " + unit + "((SELECT min(since) FROM " + picks + "))"
		}
		branches = append(branches, fmt.Sprintf("SELECT '%s' AS place, p AS found_in, any(id) AS request_id, toUInt32(needle) AS needle, count() AS rows\n"+
			"    FROM (SELECT p, id, arrayJoin(arrayFilter(i -> position(whole, looked[i]) > 0, arrayEnumerate(looked))) AS needle\n"+
			"        FROM (SELECT %s AS p, %s AS id, %s AS whole, %s AS looked FROM %s.%s%s)\n"+
			"        WHERE notEmpty(looked) AND multiSearchAny(whole, looked))\n"+
			"    GROUP BY p, needle", table.Name, columnOr(table, "project"), columnOr(table, "request_id"), text, fmt.Sprintf(needles, shortestNeedle), Database, table.Name, since))
	}
	return "CREATE MATERIALIZED VIEW IF NOT EXISTS " + canaryLook + " TO " + Database + "." + TableCanaryFinds + " DEFINER = admin SQL SECURITY DEFINER AS\n" +
		"SELECT p.look_id AS look_id, now64(3, 'UTC') AS at, s.place AS place, s.found_in AS found_in, s.request_id AS request_id, s.needle AS needle, s.rows AS rows\n" +
		"FROM " + picks + " AS p CROSS JOIN\n(\n    " + strings.Join(branches, "\n    UNION ALL\n    ") + "\n) AS s"
}

// columnOr is a column as text, or an empty text where the table has none of the name.
func columnOr(t Table, name string) string {
	_, there := t.ColumnNamed(name)
	if !there {
		return "''"
	}
	return "toString(" + name + ")"
}

// dateOf is the column that says when a row came, of copies under a hold too. Empty where there is none.
func dateOf(t Table) string {
	if t.Date != "" {
		return t.Date
	}
	for _, name := range []string{"held_at", "at"} {
		_, there := t.ColumnNamed(name)
		if there {
			return name
		}
	}
	return ""
}

// textOf is everything of a row that is text, line by line; empty where nothing is.
func textOf(t Table) string {
	var parts []string
	for _, c := range t.Columns {
		switch {
		case c.Type == typeText || c.Type == typeName:
			parts = append(parts, c.Name)
		case c.Type == typeNames:
			parts = append(parts, "arrayStringConcat("+c.Name+", '\\n')")
		case strings.HasPrefix(c.Type, "Map("):
			parts = append(parts, "arrayStringConcat(mapKeys("+c.Name+"), '\\n')")
			if strings.HasSuffix(c.Type, ", String)") {
				parts = append(parts, "arrayStringConcat(mapValues("+c.Name+"), '\\n')")
			}
		}
	}
	switch len(parts) {
	case 0:
		return ""
	case 1:
		return parts[0]
	default:
		return "concatWithSeparator('\\n', " + strings.Join(parts, ", ") + ")"
	}
}
