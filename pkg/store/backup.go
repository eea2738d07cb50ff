package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	// ClickHouse's client: query parameters.
	"github.com/ClickHouse/clickhouse-go/v2"
)

// BackupDisk is the disk that backups go to, encrypted: see identity.DiskBackups.
const BackupDisk = "backups"

// BackupLife bounds how long a backup is kept, whatever its rows' dates. It is no longer than the topic of
// requests keeps erasures, so that one that came after a backup is found again when the backup is restored into a
// database that has lost everything else.
const BackupLife = 30 * day

// ErrBackup says that a backup is not what it should be, or does not fit the database.
var ErrBackup = errors.New("backup cannot be used")

// Backup says what one backup holds: a manifest, to be kept beside the deployment. It has no content in it.
type Backup struct {
	// Name is the directory on the disk: the UTC time at which it was begun.
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	// Schema are the steps that were in force, by version and checksum.
	Schema map[uint32]string `json:"schema"`
	Items  []BackupItem      `json:"items"`
}

// BackupItem is one partition of a table: a backup of its own, deleted on the day that its rows reach their date.
type BackupItem struct {
	Table string `json:"table"`
	// Label is empty for tables without labels.
	Label string `json:"label,omitempty"`
	// Day of acceptance, as 2006-01-02; empty for tables without a date, which are one item each.
	Day string `json:"day,omitempty"`
	// Rows that there were when the backup began. It holds those or more.
	Rows uint64 `json:"rows"`
}

const (
	backupNameForm = "20060102T150405Z"
	noLabel        = "-"
	noDay          = "all"
)

// BackupName is the directory of a backup begun at t.
func BackupName(t time.Time) string { return t.UTC().Format(backupNameForm) }

// ParseBackupName is the inverse of BackupName.
func ParseBackupName(name string) (time.Time, error) {
	t, err := time.Parse(backupNameForm, name)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no name of a backup: %w", name, ErrBackup)
	}
	return t, nil
}

// Path is where the item is on the disk: backup, table, label and day, so that whoever deletes it at its date needs no
// key and reads no manifest.
func (i BackupItem) Path(backup string) string {
	return path.Join(backup, i.Table, cmp.Or(i.Label, noLabel), cmp.Or(i.Day, noDay))
}

// ParseBackupPath is the inverse of Path, without the backup's name.
func ParseBackupPath(table, label, date string) (BackupItem, error) {
	item := BackupItem{Table: table, Label: strings.TrimPrefix(label, noLabel)}
	if date != noDay {
		item.Day = date
	}
	return item, item.check()
}

var datePattern = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

// check refuses names that are not ours: they become parts of statements.
func (i BackupItem) check() error {
	table, known := Lookup(i.Table)
	switch {
	case !known:
		return fmt.Errorf("no table %q: %w", i.Table, ErrBackup)
	case i.Label != "" && !labelPattern.MatchString(i.Label), table.Labelled != (i.Label != ""):
		return fmt.Errorf("table %s: label %q: %w", i.Table, i.Label, ErrBackup)
	case i.Day != "" && !datePattern.MatchString(i.Day), (table.Date != "") != (i.Day != ""):
		return fmt.Errorf("table %s: day %q: %w", i.Table, i.Day, ErrBackup)
	}
	return nil
}

// Expires is when the item's rows reach their date by the desired dates, or BackupLife after the backup was begun,
// whichever comes first.
func (i BackupItem) Expires(desired []Expiry, begun time.Time) (time.Time, error) {
	last := begun.Add(BackupLife)
	if i.Day == "" {
		return last, nil
	}
	rules, err := expiryRules(desired)
	if err != nil {
		return time.Time{}, err
	}
	rule, known := ruleOf(rules, i.Table)
	if !known {
		return time.Time{}, fmt.Errorf("table %s has no date: %w", i.Table, ErrExpiry)
	}
	date, err := time.Parse(time.DateOnly, i.Day)
	if err != nil {
		return time.Time{}, fmt.Errorf("table %s: day %q: %w", i.Table, i.Day, ErrBackup)
	}
	expires := rule.expires(OverdueRows{Table: i.Table, Label: i.Label, Day: date})
	if expires.After(last) {
		return last, nil
	}
	return expires, nil
}

// partition is the item's partition as ClickHouse writes it.
func (i BackupItem) partition() string {
	if i.Label == "" {
		return "'" + i.Day + "'"
	}
	return "('" + i.Label + "','" + i.Day + "')"
}

// settleBlocks is how long a backup waits for blocks that were half written when it began.
const settleBlocks = time.Minute

// Backup writes every table but the rollups to BackupDisk, partition by partition, leaving out what has reached its date. progress is
// told of each item that is done. Needs the rights of admin. Writing goes on meanwhile: the ledger is copied first, and
// interactions once they hold every block that this ledger counts, so that the copy never counts what it does not hold.
// After an error the directory that it names is incomplete; delete it, or let retention do it.
func (db *DB) Backup(ctx context.Context, now time.Time, desired []Expiry, progress func(BackupItem)) (*Backup, error) {
	schema, err := db.applied(ctx)
	if err != nil {
		return nil, err
	}
	b := &Backup{Name: BackupName(now), At: now.UTC(), Schema: map[uint32]string{}}
	for _, step := range schema {
		b.Schema[step.Version] = step.Checksum
	}
	items, err := db.backupItems(ctx, now, desired)
	if err != nil {
		return nil, err
	}
	settled := false
	for _, item := range items {
		if item.Table == TableInteractions && !settled {
			err = db.waitForBlocks(ctx, now)
			if err != nil {
				return nil, err
			}
			settled = true
		}
		what := "TABLE " + Database + "." + item.Table
		if item.Day != "" {
			what += " PARTITION " + item.partition()
		}
		err = db.conn.Exec(ctx, "BACKUP "+what+" TO Disk('"+BackupDisk+"', '"+item.Path(b.Name)+"')")
		if err != nil {
			return nil, cleanDDL("back up "+item.Table, err)
		}
		b.Items = append(b.Items, item)
		progress(item)
	}
	return b, nil
}

// derived are the tables that retention makes anew from interactions, where they differ.
var derived = []string{TableRollupMinute, TableRollupHour, TableRollupDay}

// backupItems lists what there is, the ledger first and interactions last.
func (db *DB) backupItems(ctx context.Context, now time.Time, desired []Expiry) ([]BackupItem, error) {
	var items []BackupItem
	err := db.eachDated(ctx, desired, func(p OverdueRows, rule expiryRule) {
		if rule.expires(p).After(now) && !slices.Contains(derived, p.Table) {
			items = append(items, BackupItem{Table: p.Table, Label: p.Label, Day: p.Day.Format(time.DateOnly), Rows: p.Rows})
		}
	})
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		if table.Date != "" {
			continue
		}
		item := BackupItem{Table: table.Name}
		err = db.conn.QueryRow(ctx, "SELECT count() FROM "+Database+"."+table.Name).Scan(&item.Rows)
		if err != nil {
			return nil, clean("count rows of "+table.Name, err)
		}
		if item.Rows > 0 {
			items = append(items, item)
		}
	}
	place := func(i BackupItem) int {
		switch i.Table {
		case TableLedger:
			return 0
		case TableInteractions:
			return 2
		}
		return 1
	}
	slices.SortStableFunc(items, func(a, b BackupItem) int { return cmp.Compare(place(a), place(b)) })
	return items, nil
}

// blocksOpen counts blocks that the ledger has as stored and of which interactions hold nothing, among those of the two
// days before a moment: a block's ledger is written just before its interactions.
const blocksOpen = "SELECT uniqExact(block_id) FROM " + Database + "." + TableLedger + ` WHERE stored > 0 AND minute >= toDateTime({from:String}, 'UTC')
	AND block_id NOT IN (SELECT block_id FROM ` + Database + "." + TableInteractions + ` WHERE accepted_at >= toDateTime({from:String}, 'UTC'))
	AND minute >= now() - toIntervalMinute(10)`

func (db *DB) waitForBlocks(ctx context.Context, begun time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, settleBlocks)
	defer cancel()
	for {
		var open uint64
		err := db.conn.QueryRow(ctx, blocksOpen, clickhouse.Named("from", begun.AddDate(0, 0, -2).UTC().Format(time.DateTime))).Scan(&open)
		if err != nil && ctx.Err() == nil {
			return clean("look for blocks that are being written", err)
		}
		if err == nil && open == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			// Blocks of which every row was erased or left out look open for ever; ten minutes later they are not looked at.
			return nil
		case <-time.After(openRetry):
		}
	}
}
