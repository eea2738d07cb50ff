package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	// ClickHouse's client: per-insert settings.
	"github.com/ClickHouse/clickhouse-go/v2"
)

// ErrMigrationChanged says that a migration that was applied is not the file of this binary any more.
// Schema is changed by a new migration, never by editing an old one: deploy the matching binary.
var ErrMigrationChanged = errors.New("an applied migration was changed")

// ErrSchemaNewer says that the database has migrations that this binary does not know. Deploy the
// newer binary, or restore.
var ErrSchemaNewer = errors.New("the schema is newer than this binary")

//go:embed migrations/*.sql
var embedded embed.FS

// Migration is one step of the schema.
type Migration struct {
	// Version orders the steps. There may be gaps, and a step may come to lie between two that are in
	// force: it is applied then, so steps do not rely on those of other subjects.
	Version uint32
	// Name is the file's, without version and ending.
	Name string
	// Checksum is the hex SHA-256 of the file.
	Checksum string

	statements []string
}

// MigrationStatus is a migration and whether it is in force.
type MigrationStatus struct {
	Migration
	// AppliedAt is zero when it is not.
	AppliedAt time.Time
}

// Migrations lists the steps of this binary, in order.
func Migrations() ([]Migration, error) { return readMigrations(embedded) }

var migrationName = regexp.MustCompile(`^(\d{4})_([a-z0-9_]+)\.sql$`)

func readMigrations(files fs.FS) ([]Migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	slices.Sort(names)
	steps := make([]Migration, 0, len(names))
	for i, name := range names {
		match := migrationName.FindStringSubmatch(path.Base(name))
		if match == nil {
			return nil, fmt.Errorf("%s: name it 0001_what.sql", name)
		}
		version, err := strconv.ParseUint(match[1], 10, 32)
		if err != nil || version == 0 || i > 0 && version <= uint64(steps[i-1].Version) {
			return nil, fmt.Errorf("%s: give it a version of its own, from 0001", name)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		sum := sha256.Sum256(text)
		steps = append(steps, Migration{uint32(version), match[2], hex.EncodeToString(sum[:]), splitStatements(string(text))})
	}
	return steps, nil
}

// splitStatements cuts after each semicolon at the end of a line, and drops lines that are comments.
// That is all that our own files need; they hold no such line inside a literal.
func splitStatements(text string) []string {
	var statements []string
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \r\n")
		if line == "" || strings.HasPrefix(strings.TrimSpace(line), "--") {
			continue
		}
		lines = append(lines, strings.TrimSuffix(line, ";"))
		if strings.HasSuffix(line, ";") {
			statements = append(statements, strings.Join(lines, "\n"))
			lines = nil
		}
	}
	if len(lines) > 0 {
		statements = append(statements, strings.Join(lines, "\n"))
	}
	return statements
}

const (
	createDatabase   = "CREATE DATABASE IF NOT EXISTS " + Database
	createMigrations = "CREATE TABLE IF NOT EXISTS " + Database + "." + migrationsTable + ` (
	version UInt32, name String, checksum String, applied_at DateTime('UTC')
) ENGINE = MergeTree ORDER BY version SETTINGS non_replicated_deduplication_window = 1000`
	selectMigrations = "SELECT version, name, checksum, applied_at FROM " + Database + "." + migrationsTable + " ORDER BY version, applied_at"
	insertMigration  = "INSERT INTO " + Database + "." + migrationsTable + " (version, name, checksum, applied_at)"
)

// Migrate brings the schema up to this binary. It can be repeated, also after it was killed half way:
// every statement is one that may run twice, and a step is recorded when all of it has run. Needs the
// rights of admin. Two at a time do the same work twice and harm nothing.
func (db *DB) Migrate(ctx context.Context) error {
	steps, err := Migrations()
	if err != nil {
		return err
	}
	err = db.migrate(ctx, steps)
	if err != nil {
		return err
	}
	return db.makeCanaryLook(ctx)
}

func (db *DB) migrate(ctx context.Context, steps []Migration) error {
	for _, statement := range []string{createDatabase, createMigrations} {
		statement, err := forCluster(statement, db.cluster)
		if err != nil {
			return err
		}
		err = db.conn.Exec(ctx, statement)
		if err != nil {
			return cleanDDL("prepare migrations", err)
		}
	}
	applied, err := db.applied(ctx)
	if err != nil {
		return err
	}
	err = checkApplied(steps, applied)
	if err != nil {
		return err
	}
	for _, step := range steps {
		_, done := appliedAt(applied, step.Version)
		if done {
			continue
		}
		err = db.apply(ctx, step)
		if err != nil {
			return err
		}
	}
	return nil
}

// Status lists every step of this binary and whether it is in force. It changes nothing.
func (db *DB) Status(ctx context.Context) ([]MigrationStatus, error) {
	steps, err := Migrations()
	if err != nil {
		return nil, err
	}
	var exists uint8
	err = db.conn.QueryRow(ctx, "SELECT toUInt8(count() > 0) FROM system.tables WHERE database = {db:String} AND name = {name:String}",
		clickhouse.Named("db", Database), clickhouse.Named("name", migrationsTable)).Scan(&exists)
	if err != nil {
		return nil, clean("look for the migrations table", err)
	}
	var applied []MigrationStatus
	if exists == 1 {
		applied, err = db.applied(ctx)
		if err != nil {
			return nil, err
		}
	}
	statuses := make([]MigrationStatus, len(steps))
	for i, step := range steps {
		statuses[i] = MigrationStatus{Migration: step}
		m, done := appliedAt(applied, step.Version)
		if done {
			statuses[i].AppliedAt = m.AppliedAt
		}
	}
	return statuses, checkApplied(steps, applied)
}

func (db *DB) applied(ctx context.Context) ([]MigrationStatus, error) {
	rows, err := db.conn.Query(ctx, selectMigrations)
	if err != nil {
		return nil, clean("read migrations", err)
	}
	defer func() { _ = rows.Close() }()
	var applied []MigrationStatus
	for rows.Next() {
		var m MigrationStatus
		err = rows.Scan(&m.Version, &m.Name, &m.Checksum, &m.AppliedAt)
		if err != nil {
			return nil, clean("read migrations", err)
		}
		if len(applied) > 0 && applied[len(applied)-1].Version == m.Version {
			continue // two inits recorded one step
		}
		applied = append(applied, m)
	}
	return applied, clean("read migrations", rows.Err())
}

// checkApplied refuses a database that knows more than this binary, or knows it otherwise.
func checkApplied(steps []Migration, applied []MigrationStatus) error {
	for _, m := range applied {
		i := slices.IndexFunc(steps, func(s Migration) bool { return s.Version == m.Version })
		if i < 0 {
			return fmt.Errorf("migration %d is applied and not known here: %w", m.Version, ErrSchemaNewer)
		}
		if m.Checksum != steps[i].Checksum {
			return fmt.Errorf("%04d_%s: %w", steps[i].Version, steps[i].Name, ErrMigrationChanged)
		}
	}
	return nil
}

func appliedAt(applied []MigrationStatus, version uint32) (MigrationStatus, bool) {
	i := slices.IndexFunc(applied, func(m MigrationStatus) bool { return m.Version == version })
	if i < 0 {
		return MigrationStatus{}, false
	}
	return applied[i], true
}

func (db *DB) apply(ctx context.Context, step Migration) error {
	statements, err := step.forCluster(db.cluster)
	if err != nil {
		return err
	}
	for i, statement := range statements {
		err = db.conn.Exec(ctx, statement)
		if err != nil {
			return cleanDDL(fmt.Sprintf("migration %04d_%s, statement %d", step.Version, step.Name, i+1), err)
		}
	}
	return db.recordMigration(ctx, step)
}

func (db *DB) recordMigration(ctx context.Context, step Migration) error {
	op := fmt.Sprintf("record migration %04d_%s", step.Version, step.Name)
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"insert_deduplication_token": step.Checksum}),
		clickhouse.WithColumnNamesAndTypes([]clickhouse.ColumnNameAndType{
			{Name: "version", Type: "UInt32"}, {Name: "name", Type: typeText}, {Name: "checksum", Type: typeText}, {Name: "applied_at", Type: "DateTime('UTC')"},
		}))
	batch, err := db.conn.PrepareBatch(ctx, insertMigration)
	if err != nil {
		return clean(op, err)
	}
	err = batch.Append(step.Version, step.Name, step.Checksum, time.Now().UTC().Truncate(time.Second))
	if err != nil {
		_ = batch.Abort()
		return clean(op, err)
	}
	return clean(op, batch.Send())
}
