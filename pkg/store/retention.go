package store

import (
	"cmp"
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

// Expiry says how long the rows of a table, of one retention label where the table has labels, are
// kept. It has the fields of policy.TableRetention and converts from it.
type Expiry struct {
	// Table without the database.
	Table string
	// Label of retention; empty means every row of the table.
	Label string
	// Keep is a whole number of days. A row is gone when the day it was accepted is that many days
	// back, in UTC: it is kept for Keep at most and for a day less at least.
	Keep time.Duration
}

var (
	// ErrExpiry says that the desired dates do not fit the tables. Nothing was changed.
	ErrExpiry = errors.New("dates do not fit the tables")
	// ErrLabelWithoutDate says that rows of a label are stored that the desired dates do not name.
	// Nothing was changed: give the label a date, also when nothing new gets it.
	ErrLabelWithoutDate = errors.New("stored rows have a label without a date")
	// ErrRetentionDiffers says that a table's dates in ClickHouse are not those desired.
	ErrRetentionDiffers = errors.New("dates in ClickHouse are not those of the policy")
)

const day = 24 * time.Hour

// maxKeep keeps date arithmetic of ClickHouse within its range.
const maxKeep = 20 * 366 * day

// ApplyRetention puts the desired dates in force: one ALTER for each table whose dates differ. Parts
// on disk are dated again, which reads two columns and rewrites no rows. Needs ALTER TTL on the tables.
func (db *DB) ApplyRetention(ctx context.Context, desired []Expiry) error {
	rules, err := expiryRules(desired)
	if err != nil {
		return err
	}
	for _, rule := range rules {
		err = db.checkLabels(ctx, rule)
		if err != nil {
			return err
		}
	}
	for _, rule := range rules {
		same, err := db.inForce(ctx, rule)
		if err != nil {
			return err
		}
		if same {
			continue
		}
		err = db.conn.Exec(ctx, rule.alter())
		if err != nil {
			return cleanDDL("change dates of "+rule.table.Name, err)
		}
	}
	return nil
}

// VerifyRetention reads the dates back from ClickHouse and compares; the error names every table that
// differs and wraps ErrRetentionDiffers.
func (db *DB) VerifyRetention(ctx context.Context, desired []Expiry) error {
	rules, err := expiryRules(desired)
	if err != nil {
		return err
	}
	var differing []string
	for _, rule := range rules {
		same, err := db.inForce(ctx, rule)
		if err != nil {
			return err
		}
		if !same {
			differing = append(differing, rule.table.Name)
		}
	}
	if len(differing) > 0 {
		return fmt.Errorf("%s: %w", strings.Join(differing, ", "), ErrRetentionDiffers)
	}
	return nil
}

// OverdueRows are rows of one day and label that should be gone.
type OverdueRows struct {
	Table string
	// Label is empty for tables without labels.
	Label string
	// Day of acceptance, UTC.
	Day  time.Time
	Rows uint64
}

// Overdue counts rows past their date by the desired dates, seen from now. ClickHouse removes what
// has expired within minutes; what is still here an hour later needs a look at its disks and merges.
func (db *DB) Overdue(ctx context.Context, desired []Expiry, now time.Time) ([]OverdueRows, error) {
	rules, err := expiryRules(desired)
	if err != nil {
		return nil, err
	}
	var overdue []OverdueRows
	for _, rule := range rules {
		found, err := db.overdueIn(ctx, rule, now)
		if err != nil {
			return nil, err
		}
		overdue = append(overdue, found...)
	}
	return overdue, nil
}

func (db *DB) overdueIn(ctx context.Context, rule expiryRule, now time.Time) ([]OverdueRows, error) {
	op := "count overdue rows of " + rule.table.Name
	label := "''"
	if rule.table.Labelled {
		label = "toString(" + columnLabel + ")"
	}
	statement := fmt.Sprintf("SELECT %s AS label, toDateTime(toDate(%s), 'UTC') AS day, count() FROM %s.%s WHERE %s <= toDate({now:String}) GROUP BY label, day ORDER BY day, label",
		label, rule.table.Date, Database, rule.table.Name, rule.expression())
	rows, err := db.conn.Query(ctx, statement, clickhouse.Named("now", now.UTC().Format(time.DateOnly)))
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var overdue []OverdueRows
	for rows.Next() {
		found := OverdueRows{Table: rule.table.Name}
		err = rows.Scan(&found.Label, &found.Day, &found.Rows)
		if err != nil {
			return nil, clean(op, err)
		}
		overdue = append(overdue, found)
	}
	return overdue, clean(op, rows.Err())
}

// expiryRule is the date rule of one table.
type expiryRule struct {
	table  Table
	days   map[string]int
	labels []string
}

var labelPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// expiryRules groups and checks the desired dates: every table named once, whole days, known names.
func expiryRules(desired []Expiry) ([]expiryRule, error) {
	byTable := make(map[string]expiryRule, len(tables))
	for _, expiry := range desired {
		rule, err := addExpiry(byTable[expiry.Table], expiry)
		if err != nil {
			return nil, err
		}
		byTable[expiry.Table] = rule
	}
	rules := make([]expiryRule, 0, len(tables))
	for _, table := range tables {
		rule, named := byTable[table.Name]
		if !named {
			return nil, fmt.Errorf("table %s has no date: %w", table.Name, ErrExpiry)
		}
		_, all := rule.days[""]
		if all && len(rule.days) > 1 {
			return nil, fmt.Errorf("table %s has a date for all rows and dates by label: %w", table.Name, ErrExpiry)
		}
		slices.Sort(rule.labels)
		rules = append(rules, rule)
	}
	return rules, nil
}

func addExpiry(rule expiryRule, expiry Expiry) (expiryRule, error) {
	table, known := Lookup(expiry.Table)
	_, twice := rule.days[expiry.Label]
	switch {
	case !known:
		return rule, fmt.Errorf("no table %q: %w", expiry.Table, ErrExpiry)
	case twice:
		return rule, fmt.Errorf("table %s, label %q is there twice: %w", expiry.Table, expiry.Label, ErrExpiry)
	case expiry.Label != "" && !table.Labelled:
		return rule, fmt.Errorf("table %s has no labels: %w", expiry.Table, ErrExpiry)
	case expiry.Label != "" && !labelPattern.MatchString(expiry.Label):
		return rule, fmt.Errorf("table %s: a label must be a name of a-z 0-9 . _ -: %w", expiry.Table, ErrExpiry)
	case expiry.Keep < day || expiry.Keep%day != 0 || expiry.Keep > maxKeep:
		return rule, fmt.Errorf("table %s, label %q: keep must be whole days, from 1 day to 20 years: %w", expiry.Table, expiry.Label, ErrExpiry)
	}
	if rule.days == nil {
		rule = expiryRule{table: table, days: make(map[string]int)}
	}
	rule.days[expiry.Label] = int(expiry.Keep / day)
	if expiry.Label != "" {
		rule.labels = append(rule.labels, expiry.Label)
	}
	return rule, nil
}

// expression is when a row of the table expires, as a Date. A label that the rule does not know gets
// the shortest date; checkLabels sees to it that there is none when a rule comes into force.
func (r expiryRule) expression() string {
	return fmt.Sprintf("toDate(%s) + toIntervalDay(%s)", r.table.Date, r.daysExpression())
}

func (r expiryRule) daysExpression() string {
	all, unlabelled := r.days[""]
	if unlabelled {
		return fmt.Sprint(all)
	}
	shortest := r.days[slices.MinFunc(r.labels, func(a, b string) int { return cmp.Compare(r.days[a], r.days[b]) })]
	var cases strings.Builder
	for _, label := range r.labels {
		fmt.Fprintf(&cases, "%s = '%s', %d, ", columnLabel, label, r.days[label])
	}
	return fmt.Sprintf("multiIf(%s%d)", cases.String(), shortest)
}

func (r expiryRule) alter() string {
	// mutations_sync = 0: dating parts again goes on behind; Overdue sees when it does not.
	return fmt.Sprintf("ALTER TABLE %s.%s MODIFY TTL %s SETTINGS materialize_ttl_after_modify = 1, mutations_sync = 0",
		Database, r.table.Name, r.expression())
}

// inForce says whether the table's TTL is the rule's, and its parts are dropped whole.
func (db *DB) inForce(ctx context.Context, rule expiryRule) (bool, error) {
	var engine string
	err := db.conn.QueryRow(ctx, "SELECT engine_full FROM system.tables WHERE database = {db:String} AND name = {name:String}",
		clickhouse.Named("db", Database), clickhouse.Named("name", rule.table.Name)).Scan(&engine)
	if err != nil {
		return false, clean("read dates of "+rule.table.Name, err)
	}
	ttl, settings := ttlOf(engine)
	return ttl == rule.expression() && strings.Contains(settings, "ttl_only_drop_parts = 1"), nil
}

// ttlOf takes the TTL and the settings out of a table's engine_full. The TTL comes last before the
// settings, and our expressions are written as ClickHouse prints them.
func ttlOf(engine string) (ttl, settings string) {
	_, rest, found := strings.Cut(engine, " TTL ")
	if !found {
		return "", ""
	}
	ttl, settings, _ = strings.Cut(rest, " SETTINGS ")
	return ttl, settings
}

// checkLabels refuses a rule that knows no date for rows that are there.
func (db *DB) checkLabels(ctx context.Context, rule expiryRule) error {
	_, unlabelled := rule.days[""]
	if unlabelled {
		return nil
	}
	op := "read labels of " + rule.table.Name
	rows, err := db.conn.Query(ctx, fmt.Sprintf("SELECT DISTINCT toString(%s) FROM %s.%s", columnLabel, Database, rule.table.Name))
	if err != nil {
		return clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var label string
		err = rows.Scan(&label)
		if err != nil {
			return clean(op, err)
		}
		_, known := rule.days[label]
		if !known {
			return fmt.Errorf("table %s, label %q: %w", rule.table.Name, label, ErrLabelWithoutDate)
		}
	}
	return clean(op, rows.Err())
}
