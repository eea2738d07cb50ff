package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	// ClickHouse's client: query parameters.
	"github.com/ClickHouse/clickhouse-go/v2"
)

// staging is the database in which a backup is looked through before any of it comes into force.
const staging = "hushlog_restore"

// RestoredItem is what became of an item of a backup.
type RestoredItem struct {
	BackupItem
	// Held is how many rows the backup holds.
	Held uint64
	// Left out: rows of end users who were erased, or of holds that were released, since.
	Left uint64
	// State is RestoredNow, RestoredBefore or RestoredExpired.
	State string
}

// States of a RestoredItem.
const (
	RestoredNow     = "restored"
	RestoredBefore  = "already there"
	RestoredExpired = "past its date"
)

// Restore brings the rows of a backup back, partition by partition: each is copied aside, rows of end users who were
// erased since are taken out, what is left is counted, and comes into force whole. It may be repeated after any error
// or crash: a partition that is there already is left as it is, one of which a part is there is refused. Rows that have
// reached their date stay away. The schema must be that of this binary; the backup's may be older. Needs the rights of
// admin. progress is told of each item.
func (db *DB) Restore(ctx context.Context, b *Backup, now time.Time, desired []Expiry, progress func(RestoredItem)) error {
	begun, err := ParseBackupName(b.Name)
	if err != nil {
		return err
	}
	err = db.checkSchema(ctx, b)
	if err != nil {
		return err
	}
	r := &restore{db: db, backup: b, begun: begun, now: now, desired: desired}
	err = r.prepare(ctx)
	if err != nil {
		return err
	}
	for _, item := range restoreOrder(b.Items) {
		done, err := r.item(ctx, item)
		if err != nil {
			return fmt.Errorf("restore %s: %w", item.Path(b.Name), err)
		}
		progress(done)
	}
	return r.exec(ctx, "remove what was staged", "DROP DATABASE IF EXISTS "+staging)
}

// checkSchema refuses a backup of a newer or another schema.
func (db *DB) checkSchema(ctx context.Context, b *Backup) error {
	applied, err := db.Status(ctx)
	if err != nil {
		return err
	}
	for version, checksum := range b.Schema {
		i := slices.IndexFunc(applied, func(s MigrationStatus) bool { return s.Version == version })
		switch {
		case i < 0:
			return fmt.Errorf("migration %d of the backup is not known here: %w", version, ErrSchemaNewer)
		case applied[i].Checksum != checksum:
			return fmt.Errorf("migration %d of the backup: %w", version, ErrMigrationChanged)
		case applied[i].AppliedAt.IsZero():
			return fmt.Errorf("migration %d is not in force; run hushlog store migrate first: %w", version, ErrBackup)
		}
	}
	return nil
}

// restoreOrder has tombstones and holds first, which say what must not come back, then interactions, by which the rows
// of the other tables are known.
func restoreOrder(items []BackupItem) []BackupItem {
	first := []string{TableTombstones, TableHolds, TableInteractions}
	place := func(i BackupItem) int {
		at := slices.Index(first, i.Table)
		if at < 0 {
			return len(first)
		}
		return at
	}
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(a, b BackupItem) int { return place(a) - place(b) })
	return items
}

type restore struct {
	db      *DB
	backup  *Backup
	begun   time.Time
	now     time.Time
	desired []Expiry
}

func (r *restore) exec(ctx context.Context, op, statement string) error {
	return cleanDDL(op, r.db.conn.Exec(ctx, statement))
}

func (r *restore) count(ctx context.Context, op, query string) (uint64, error) {
	var n uint64
	err := r.db.conn.QueryRow(ctx, query).Scan(&n)
	return n, clean(op, err)
}

// prepare makes an empty place, with the table of requests whose end users were erased.
func (r *restore) prepare(ctx context.Context) error {
	for _, statement := range []string{
		"DROP DATABASE IF EXISTS " + staging,
		"CREATE DATABASE " + staging,
		"CREATE TABLE " + staging + ".erased (project String, request_id String, minute DateTime('UTC')) ENGINE = MergeTree ORDER BY (project, request_id)",
	} {
		err := r.exec(ctx, "prepare to restore", statement)
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *restore) item(ctx context.Context, item BackupItem) (RestoredItem, error) {
	done := RestoredItem{BackupItem: item, State: RestoredExpired}
	err := item.check()
	if err != nil {
		return done, err
	}
	expires, err := item.Expires(r.desired, r.begun)
	if err != nil || !expires.After(r.now) {
		return done, err
	}
	table, _ := Lookup(item.Table) // check has found it
	done.Held, err = r.stage(ctx, table, item)
	if err != nil {
		return done, err
	}
	if done.Held < item.Rows {
		return done, fmt.Errorf("it holds %d rows and should hold %d: %w", done.Held, item.Rows, ErrBackup)
	}
	staged, err := r.count(ctx, "count staged rows", "SELECT count() FROM "+staging+"."+table.Name)
	if err != nil {
		return done, err
	}
	done.Left = done.Held - staged
	done.State, err = r.enforce(ctx, table, staged)
	if err == nil && table.Name == TableLedger && done.State == RestoredNow {
		err = r.countErased(ctx, item)
	}
	if err != nil {
		return done, err
	}
	return done, r.clear(ctx, table)
}

// clear removes what was staged. Dropping waits for nobody: a table that lent its parts to another is not let go of at
// once. So it is emptied first.
func (r *restore) clear(ctx context.Context, table Table) error {
	for _, name := range []string{table.Name, rawName(table)} {
		for _, statement := range []string{"TRUNCATE TABLE ", "DROP TABLE "} {
			err := r.exec(ctx, "remove what was staged", statement+staging+"."+name)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func rawName(t Table) string { return t.Name + "_raw" }

// stage copies the item aside, then what may come back of it into a table like the one in force, and returns how many
// rows the item holds.
func (r *restore) stage(ctx context.Context, table Table, item BackupItem) (uint64, error) {
	raw := staging + "." + rawName(table)
	err := r.exec(ctx, "read the backup", "RESTORE TABLE "+Database+"."+table.Name+" AS "+raw+" FROM Disk('"+BackupDisk+"', '"+item.Path(r.backup.Name)+"')")
	if err != nil {
		return 0, err
	}
	held, err := r.count(ctx, "count rows of the backup", "SELECT count() FROM "+raw)
	if err != nil {
		return 0, err
	}
	err = r.exec(ctx, "prepare to restore", "CREATE TABLE "+staging+"."+table.Name+" AS "+Database+"."+table.Name)
	if err != nil {
		return 0, err
	}
	columns, err := r.columns(ctx, table)
	if err != nil {
		return 0, err
	}
	if table.Name == TableInteractions {
		err = r.exec(ctx, "look for erased end users", "INSERT INTO "+staging+".erased SELECT project, request_id, toStartOfMinute(toDateTime(accepted_at, 'UTC')) FROM "+raw+" WHERE "+erasedRow("accepted_at"))
		if err != nil {
			return 0, err
		}
	}
	return held, r.exec(ctx, "copy rows of the backup",
		"INSERT INTO "+staging+"."+table.Name+" ("+columns+") SELECT "+columns+" FROM "+raw+" WHERE NOT ("+keptAway(table)+")")
}

// columns are those that both the backup and the schema have; a column that is new has its default.
func (r *restore) columns(ctx context.Context, table Table) (string, error) {
	names, err := r.db.texts(ctx, "compare columns", "SELECT '`' || name || '`' FROM system.columns WHERE database = {staging:String} AND table = {raw:String} AND name IN "+
		"(SELECT name FROM system.columns WHERE database = {db:String} AND table = {table:String}) ORDER BY position",
		clickhouse.Named("staging", staging), clickhouse.Named("raw", rawName(table)), clickhouse.Named("db", Database), clickhouse.Named("table", table.Name))
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("table %s: the backup has none of its columns: %w", table.Name, ErrBackup)
	}
	return strings.Join(names, ", "), err
}

// erasedRow is the condition of a row that a tombstone covers: see Mark. Rows of a hold that is in force are kept in
// tables of their own and not asked about.
func erasedRow(date string) string {
	return fmt.Sprintf("user_pseudonym != '' AND %s <= transform(SHA256(concat('hushlog/tombstone/v1\\0', project, '\\0', user_pseudonym)), "+
		"(SELECT groupArray(mark) FROM (SELECT mark FROM %[2]s GROUP BY mark ORDER BY mark)), "+
		"(SELECT groupArray(last) FROM (SELECT mark, max(until) AS last FROM %[2]s GROUP BY mark ORDER BY mark)), toDateTime64(0, 3, 'UTC'))",
		date, Database+"."+TableTombstones)
}

// keptAway is the condition of rows that must not come back.
func keptAway(table Table) string {
	for _, e := range erasable {
		if e.table == table.Name && e.where == byPseudonym {
			return erasedRow(e.date)
		}
		if e.table == table.Name {
			return "(project, request_id) IN (SELECT project, request_id FROM " + staging + ".erased)"
		}
	}
	if table.Name != TableHolds && table.ID == columnHold {
		return columnHold + " IN (SELECT " + columnHold + " FROM " + Database + "." + TableHolds + " WHERE state = '" + HoldReleased + "')"
	}
	return "0"
}

// enforce adds the staged rows to the table, whole, unless they are there.
func (r *restore) enforce(ctx context.Context, table Table, staged uint64) (string, error) {
	if staged == 0 {
		return RestoredNow, nil
	}
	there, err := r.count(ctx, "look for rows that are there", fmt.Sprintf("SELECT count() FROM %[1]s.%[2]s WHERE (%[3]s) IN (SELECT %[3]s FROM %[4]s.%[2]s)",
		Database, table.Name, strings.Join(rowKey(table), ", "), staging))
	if err != nil {
		return "", err
	}
	switch {
	case there >= staged:
		return RestoredBefore, nil
	case there > 0:
		return "", fmt.Errorf("%d of its %d rows are in the table: restore into an empty database, or drop the partition first: %w", there, staged, ErrBackup)
	}
	partitions, err := r.partitions(ctx, table)
	if err != nil {
		return "", err
	}
	for _, id := range partitions {
		err = r.exec(ctx, "put rows in force", "ALTER TABLE "+Database+"."+table.Name+" ATTACH PARTITION ID '"+id+"' FROM "+staging+"."+table.Name)
		if err != nil {
			return "", err
		}
	}
	return RestoredNow, nil
}

// countErased tells a ledger of a day, which is of before the erasures, of the interactions that were left out.
func (r *restore) countErased(ctx context.Context, item BackupItem) error {
	return r.exec(ctx, "count erased rows in the ledger", "INSERT INTO "+Database+"."+TableLedger+
		" (project, minute, block_id, erased) SELECT project, minute, 'restore-"+r.backup.Name+"', count() FROM "+staging+
		".erased WHERE toDate(minute) = '"+item.Day+"' GROUP BY project, minute")
}

// rowKey are the columns by which a row is known again: what it came with, and the day it is of.
func rowKey(table Table) []string {
	if table.Date == "" {
		return []string{table.ID}
	}
	key := []string{table.ID, "toDate(" + table.Date + ")"}
	if table.Labelled {
		key = append(key, columnLabel)
	}
	return key
}

// partitions are those of the staged rows: one, or one for each hold.
func (r *restore) partitions(ctx context.Context, table Table) ([]string, error) {
	return r.db.texts(ctx, "list staged partitions", "SELECT DISTINCT partition_id FROM system.parts WHERE active AND database = {db:String} AND table = {table:String} ORDER BY partition_id",
		clickhouse.Named("db", staging), clickhouse.Named("table", table.Name))
}
