package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// rollups are the tables that interactions are summed up in, with the unit of time that each has.
var rollups = []struct {
	table, unit string
	// start is the unit that a row of interactions belongs to.
	start string
	width time.Duration
}{
	{TableRollupMinute, "minute", "toStartOfMinute(toDateTime(accepted_at, 'UTC'))", time.Minute},
	{TableRollupHour, "hour", "toStartOfHour(toDateTime(accepted_at, 'UTC'))", time.Hour},
	{TableRollupDay, "day", "toDateTime(toDate(accepted_at), 'UTC')", day},
}

// RollupUnit is a minute, hour or day of a rollup.
type RollupUnit struct {
	Table string
	// Start of the unit, UTC.
	Start time.Time
	// Interactions that are stored, and that the rollup counts.
	Interactions, Counted uint64
}

// maxRollupUnits bounds what one comparison finds; the next one finds more.
const maxRollupUnits = 1000

// RollupDifferences compares rollups with interactions, of units that begin since a moment and have ended until
// another, and lists those that differ, at most a thousand of each rollup. It reads one column of the rows.
func (db *DB) RollupDifferences(ctx context.Context, since, until time.Time) ([]RollupUnit, error) {
	var found []RollupUnit
	for _, r := range rollups {
		from, to := since.UTC().Truncate(r.width), until.UTC().Truncate(r.width)
		if !from.Before(to) {
			continue
		}
		units, err := db.rollupDifferences(ctx, r.table, fmt.Sprintf(
			"SELECT at, sum(rows) AS stored, sum(rolled) AS counted FROM ("+
				"SELECT %[1]s AS at, count() AS rows, 0 AS rolled FROM %[2]s.%[3]s WHERE accepted_at >= %[4]s AND accepted_at < %[5]s GROUP BY at"+
				" UNION ALL SELECT toDateTime(%[6]s, 'UTC') AS at, 0 AS rows, sum(interactions) AS rolled FROM %[2]s.%[7]s WHERE %[6]s >= toDateTime(%[4]s) AND %[6]s < toDateTime(%[5]s) GROUP BY at"+
				") GROUP BY at HAVING stored != counted ORDER BY at LIMIT %[8]d",
			r.start, Database, TableInteractions, timeLiteral(from), timeLiteral(to), r.unit, r.table, maxRollupUnits))
		if err != nil {
			return nil, err
		}
		found = append(found, units...)
	}
	return found, nil
}

func (db *DB) rollupDifferences(ctx context.Context, table, query string) ([]RollupUnit, error) {
	op := "compare " + table + " with interactions"
	rows, err := db.conn.Query(ctx, query)
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var units []RollupUnit
	for rows.Next() {
		u := RollupUnit{Table: table}
		err = rows.Scan(&u.Start, &u.Interactions, &u.Counted)
		if err != nil {
			return nil, clean(op, err)
		}
		units = append(units, u)
	}
	return units, clean(op, rows.Err())
}

type rollupPick struct {
	Place string    `ch:"place"`
	Unit  time.Time `ch:"unit"`
}

// rollupPicks is no table of Tables: nothing is stored in it.
var rollupPicks = Table{Name: "rollup_picks", Columns: []Column{{"place", typeName}, {"unit", "DateTime('UTC')"}}}

// RollUpAgain makes units anew from the rows that are there. Units that still get rows may come out wrong, and are
// found by the next comparison; so is what was cut off.
func (db *DB) RollUpAgain(ctx context.Context, units []RollupUnit) error {
	for _, r := range rollups {
		var picks []*rollupPick
		var starts []string
		for _, u := range units {
			if u.Table == r.table {
				picks = append(picks, &rollupPick{r.table, u.Start.UTC()})
				starts = append(starts, "toDateTime('"+u.Start.UTC().Format(time.DateTime)+"', 'UTC')")
			}
		}
		if len(picks) == 0 {
			continue
		}
		err := db.conn.Exec(syncMutations(ctx), "ALTER TABLE "+Database+"."+r.table+" DELETE WHERE toDateTime("+r.unit+", 'UTC') IN ("+strings.Join(starts, ", ")+")")
		if err != nil {
			return cleanDDL("drop units of "+r.table, err)
		}
		// Near units together: what lies between the first and the last of an insert is read.
		slices.SortFunc(picks, func(a, b *rollupPick) int { return a.Unit.Compare(b.Unit) })
		for _, some := range nearby(picks, 24*r.width) {
			err = insertInto(ctx, db, rollupPicks, "", some)
			if err != nil {
				return fmt.Errorf("make units of %s anew: %w", r.table, err)
			}
		}
	}
	return nil
}

// nearby cuts sorted picks where there is more than a span between the first and the next.
func nearby(picks []*rollupPick, span time.Duration) [][]*rollupPick {
	var groups [][]*rollupPick
	start := 0
	for i, p := range picks {
		if p.Unit.Sub(picks[start].Unit) > span {
			groups = append(groups, picks[start:i])
			start = i
		}
	}
	return append(groups, picks[start:])
}
