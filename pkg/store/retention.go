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
// on disk are dated again, which reads two columns and rewrites no rows. What is under a hold is copied
// before a date changes. Needs ALTER TTL on the tables, SELECT on system.parts and system.tables, and what
// PreserveHold needs.
func (db *DB) ApplyRetention(ctx context.Context, desired []Expiry) error {
	rules, err := expiryRules(desired)
	if err != nil {
		return err
	}
	err = db.checkLabels(ctx, rules)
	if err != nil {
		return err
	}
	preserved := false
	for _, rule := range rules {
		same, err := db.inForce(ctx, rule)
		if err != nil {
			return err
		}
		if same {
			continue
		}
		if !preserved {
			err = db.preserveHolds(ctx)
			if err != nil {
				return fmt.Errorf("copy what is under holds before dates change: %w", err)
			}
			preserved = true
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

// Overdue counts rows past their date by the desired dates, seen from now, in the tables' partitions:
// it needs to read no row. ClickHouse removes what has expired within minutes; what is still here an
// hour later needs a look at its disks and merges, or DropOverdue.
func (db *DB) Overdue(ctx context.Context, desired []Expiry, now time.Time) ([]OverdueRows, error) {
	var overdue []OverdueRows
	err := db.eachDated(ctx, desired, func(p OverdueRows, rule expiryRule) {
		if !rule.expires(p).After(now) {
			overdue = append(overdue, p)
		}
	})
	return overdue, err
}

// eachDated calls each with the rows of every day and label that are there, and the rule of the desired dates for them.
func (db *DB) eachDated(ctx context.Context, desired []Expiry, each func(OverdueRows, expiryRule)) error {
	rules, err := expiryRules(desired)
	if err != nil {
		return err
	}
	partitions, err := db.partitions(ctx)
	if err != nil {
		return err
	}
	for _, p := range partitions {
		rule, known := ruleOf(rules, p.Table)
		if known {
			each(p, rule)
		}
	}
	return nil
}

// DropOverdue drops the partitions that Overdue has found, whole, without waiting for ClickHouse to do
// it. Rows that were added to them since are as old and go too. Needs ALTER DELETE on the tables.
func (db *DB) DropOverdue(ctx context.Context, overdue []OverdueRows) error {
	for _, p := range overdue {
		table, known := Lookup(p.Table)
		if !known || table.Date == "" || table.Labelled != (p.Label != "") || p.Label != "" && !labelPattern.MatchString(p.Label) {
			return fmt.Errorf("drop partition of %q: %w", p.Table, ErrExpiry)
		}
		err := db.conn.Exec(ctx, fmt.Sprintf("ALTER TABLE %s.%s DROP PARTITION %s", Database, p.Table, p.literal()))
		if err != nil {
			return cleanDDL(fmt.Sprintf("drop partition %s of %s", p.literal(), p.Table), err)
		}
	}
	return nil
}

// literal is the partition as ClickHouse writes it.
func (p OverdueRows) literal() string {
	date := p.Day.UTC().Format(time.DateOnly)
	if p.Label == "" {
		return "'" + date + "'"
	}
	return "('" + p.Label + "','" + date + "')"
}

// partitions lists the partitions that hold rows.
func (db *DB) partitions(ctx context.Context) ([]OverdueRows, error) {
	const op = "list partitions"
	rows, err := db.conn.Query(ctx, "SELECT table, partition, sum(rows) FROM system.parts WHERE database = {db:String} AND active AND rows > 0 GROUP BY table, partition ORDER BY table, partition",
		clickhouse.Named("db", Database))
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var partitions []OverdueRows
	for rows.Next() {
		var table, partition string
		var count uint64
		err = rows.Scan(&table, &partition, &count)
		if err != nil {
			return nil, clean(op, err)
		}
		known, ours := Lookup(table)
		if !ours || known.Date == "" {
			continue
		}
		p, err := parsePartition(table, partition)
		if err != nil {
			return nil, err
		}
		p.Rows = count
		partitions = append(partitions, p)
	}
	return partitions, clean(op, rows.Err())
}

var partitionPattern = regexp.MustCompile(`^(?:\('([^'\\]*)',)?'?(\d{4}-\d\d-\d\d)'?\)?$`)

func parsePartition(table, partition string) (OverdueRows, error) {
	match := partitionPattern.FindStringSubmatch(partition)
	if match == nil {
		return OverdueRows{}, fmt.Errorf("table %s has a partition that is not one of label and day: %w", table, ErrExpiry)
	}
	date, err := time.Parse(time.DateOnly, match[2])
	if err != nil {
		return OverdueRows{}, fmt.Errorf("table %s has a partition without a day: %w", table, ErrExpiry)
	}
	return OverdueRows{Table: table, Label: match[1], Day: date}, nil
}

func ruleOf(rules []expiryRule, table string) (expiryRule, bool) {
	i := slices.IndexFunc(rules, func(r expiryRule) bool { return r.table.Name == table })
	if i < 0 {
		return expiryRule{}, false
	}
	return rules[i], true
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
		if table.Date == "" {
			continue
		}
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
	case table.Date == "":
		return rule, fmt.Errorf("table %s is kept until holds are released and takes no date: %w", expiry.Table, ErrExpiry)
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
	var cases strings.Builder
	for _, label := range r.labels {
		fmt.Fprintf(&cases, "%s = '%s', %d, ", columnLabel, label, r.days[label])
	}
	return fmt.Sprintf("multiIf(%s%d)", cases.String(), r.fallback())
}

// alter also dates the parts on disk again, which is ClickHouse's default and goes on behind; Overdue
// sees when it does not.
func (r expiryRule) alter() string {
	return fmt.Sprintf("ALTER TABLE %s.%s MODIFY TTL %s", Database, r.table.Name, r.expression())
}

// expires is the moment at which rows of a partition have reached their date.
func (r expiryRule) expires(p OverdueRows) time.Time {
	days, known := r.days[p.Label]
	if !known {
		days = r.fallback()
	}
	return p.Day.AddDate(0, 0, days)
}

// fallback is the date of rows whose label the rule does not know: the shortest of those it does.
func (r expiryRule) fallback() int {
	all, unlabelled := r.days[""]
	if unlabelled {
		return all
	}
	return r.days[slices.MinFunc(r.labels, func(a, b string) int { return cmp.Compare(r.days[a], r.days[b]) })]
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

// checkLabels refuses rules that know no date for rows that are there.
func (db *DB) checkLabels(ctx context.Context, rules []expiryRule) error {
	partitions, err := db.partitions(ctx)
	if err != nil {
		return err
	}
	for _, p := range partitions {
		rule, known := ruleOf(rules, p.Table)
		if !known {
			continue
		}
		_, all := rule.days[""]
		_, labelled := rule.days[p.Label]
		if !all && !labelled {
			return fmt.Errorf("table %s, label %q: %w", p.Table, p.Label, ErrLabelWithoutDate)
		}
	}
	return nil
}
