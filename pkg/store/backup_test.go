package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
)

// backedUp is an engine with two blocks of three end users each, and a backup of them.
func backedUp(t *testing.T) (*storetest.Engine, *store.DB, *store.Backup) {
	t.Helper()
	engine := migrated(t)
	writeTwo(t, engine)
	admin := engine.Open(t, identity.Admin)
	b, err := admin.Backup(t.Context(), time.Now(), dates(), func(store.BackupItem) {})
	require.NoError(t, err)
	require.NotEmpty(t, b.Items)
	return engine, admin, b
}

// writeTwo writes the two blocks, as an ingest that has just started would.
func writeTwo(t *testing.T, engine *storetest.Engine) {
	t.Helper()
	writer := store.NewBlockWriter(engine.Open(t, identity.Ingest))
	for _, id := range []byte{'a', 'b'} {
		block, contents := blockOf(id, 9, today(), "standard", "short")
		for i, record := range block.GetRecords() {
			record.UserPseudonym = "u_" + string(rune('a'+i%3))
			if i%3 == 1 { // of the day that the block's step of the ledger is of
				record.AcceptedAt = timestamppb.New(today())
			}
		}
		require.NoError(t, writer.Write(t.Context(), block, contents))
	}
}

func dates() []store.Expiry { return store.Expiries(policy.Default()) }

// restored restores and returns what became of each item, by state.
func restored(t *testing.T, db *store.DB, b *store.Backup, now time.Time) (map[string]int, uint64) {
	t.Helper()
	states, left := map[string]int{}, uint64(0)
	err := db.Restore(t.Context(), b, now, dates(), func(i store.RestoredItem) {
		states[i.State]++
		left += i.Left
	})
	require.NoError(t, err)
	return states, left
}

// digest is a number for all that a table holds.
func digest(t *testing.T, engine *storetest.Engine, table string) string {
	t.Helper()
	return mustAsk(t, engine, identity.Admin, "SELECT count(), sum(cityHash64(*)) FROM hushlog."+table)
}

func digests(t *testing.T, engine *storetest.Engine) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, table := range store.Tables() {
		if strings.HasPrefix(table.Name, "rollup_") {
			continue // made anew from interactions, by retention
		}
		all[table.Name] = digest(t, engine, table.Name)
	}
	return all
}

func empty(t *testing.T, db *store.DB) {
	t.Helper()
	for _, table := range store.Tables() {
		require.NoError(t, store.Exec(t.Context(), db, "TRUNCATE TABLE hushlog."+table.Name))
	}
}

// TestABackupComesBackOnce loses every row, brings them back, and does it again.
func TestABackupComesBackOnce(t *testing.T) {
	t.Parallel()
	engine, admin, b := backedUp(t)
	before := digests(t, engine)
	require.True(t, strings.HasPrefix(before[store.TableInteractions], "18\t"), before)
	empty(t, admin)
	require.Equal(t, "0", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.interactions"))

	states, left := restored(t, admin, b, time.Now())
	require.Equal(t, map[string]int{store.RestoredNow: len(b.Items)}, states)
	require.Zero(t, left)
	require.Equal(t, before, digests(t, engine))
	lines, err := admin.Ledger(t.Context(), today().AddDate(0, 0, -5))
	require.NoError(t, err)
	counted, stored := uint64(0), uint64(0)
	for _, line := range lines {
		counted, stored = counted+line.Counted, stored+line.Stored
	}
	require.EqualValues(t, 18, counted)
	require.Equal(t, stored, counted)

	writeTwo(t, engine)
	require.Equal(t, before, digests(t, engine), "ingest reads again what was stored, and the tokens of it are gone")

	states, _ = restored(t, admin, b, time.Now())
	require.Equal(t, map[string]int{store.RestoredBefore: len(b.Items)}, states)
	require.Equal(t, before, digests(t, engine))
	require.Equal(t, "0", mustAsk(t, engine, identity.Admin, "SELECT count() FROM system.databases WHERE name = 'hushlog_restore'"))
}

// TestARestoreHonoursErasures erases an end user after the backup: with the tombstones still there, the rows stay away.
func TestARestoreHonoursErasures(t *testing.T) {
	t.Parallel()
	engine, admin, b := backedUp(t)
	subject := store.Subject{Project: "demo", Pseudonyms: []string{"u_b"}, Until: time.Now().Add(time.Minute)}
	require.NoError(t, engine.Open(t, identity.Retention).AddTombstones(t.Context(), "request", subject, time.Now()))
	for _, table := range []string{store.TableInteractions, store.TableContents, store.TableFindings, store.TableLedger} {
		require.NoError(t, store.Exec(t.Context(), admin, "TRUNCATE TABLE hushlog."+table))
	}
	_, left := restored(t, admin, b, time.Now())
	require.EqualValues(t, 3*6, left)
	require.Equal(t, "6", mustAsk(t, engine, identity.Admin, "SELECT sum(erased) FROM hushlog.ledger"))
	require.Equal(t, "12\t0", mustAsk(t, engine, identity.Admin, "SELECT count(), countIf(user_pseudonym = 'u_b') FROM hushlog.interactions"))
	for _, table := range []string{store.TableContents, store.TableFindings} {
		require.Equal(t, "12\t0", mustAsk(t, engine, identity.Admin,
			"SELECT count(), countIf(request_id NOT IN (SELECT request_id FROM hushlog.interactions)) FROM hushlog."+table))
	}
}

// TestARestoreKeepsToDates brings nothing back that has reached its date, and nothing at all after BackupLife.
func TestARestoreKeepsToDates(t *testing.T) {
	t.Parallel()
	engine, admin, b := backedUp(t)
	empty(t, admin)
	states, _ := restored(t, admin, b, time.Now().AddDate(0, 0, 10)) // label short: 7 days
	require.Positive(t, states[store.RestoredExpired])
	require.Positive(t, states[store.RestoredNow])
	require.Equal(t, "0", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.contents WHERE retention_label = 'short'"))
	empty(t, admin)
	states, _ = restored(t, admin, b, time.Now().Add(store.BackupLife))
	require.Equal(t, map[string]int{store.RestoredExpired: len(b.Items)}, states)
}

// TestARestoreRefuses what would double rows, and a backup that is not whole or not ours.
func TestARestoreRefuses(t *testing.T) {
	t.Parallel()
	_, admin, b := backedUp(t)
	ignore := func(store.RestoredItem) {}

	empty(t, admin)
	require.NoError(t, store.Exec(t.Context(), admin, "INSERT INTO hushlog.ledger (project, minute, block_id) VALUES ('demo', '"+
		today().Format(time.DateTime)+"', 'aaaaaaaaaaaaaaaa')"))
	err := admin.Restore(t.Context(), b, time.Now(), dates(), ignore)
	require.NoError(t, err, "a row of another key is no part of the backup")

	empty(t, admin)
	half := *b
	half.Items = nil
	for _, item := range b.Items {
		if item.Table == store.TableFindings {
			half.Items = append(half.Items, item)
		}
	}
	require.NoError(t, admin.Restore(t.Context(), &half, time.Now(), dates(), ignore))
	mustDelete := "ALTER TABLE hushlog.findings DELETE WHERE request_id = 'r-a-0' SETTINGS mutations_sync = 2"
	require.NoError(t, store.Exec(t.Context(), admin, mustDelete))
	require.ErrorContains(t, admin.Restore(t.Context(), b, time.Now(), dates(), ignore), "of its")

	empty(t, admin)
	more := *b
	more.Items = append([]store.BackupItem(nil), b.Items...)
	more.Items[0].Rows += 1000
	require.ErrorIs(t, admin.Restore(t.Context(), &more, time.Now(), dates(), ignore), store.ErrBackup)

	newer := *b
	newer.Schema = map[uint32]string{9999: "x"}
	require.ErrorIs(t, admin.Restore(t.Context(), &newer, time.Now(), dates(), ignore), store.ErrSchemaNewer)

	strange := *b
	strange.Items = []store.BackupItem{{Table: "contents", Label: "standard", Day: "x') --"}}
	require.ErrorIs(t, admin.Restore(t.Context(), &strange, time.Now(), dates(), ignore), store.ErrBackup)
}

// TestBackupsAreEncrypted looks for a stored word in the files of the backup.
func TestBackupsAreEncrypted(t *testing.T) {
	t.Parallel()
	engine, _, _ := backedUp(t)
	files := 0
	require.NoError(t, filepath.WalkDir(engine.BackupDir(), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, word := range []string{"sanitized", "u_a", "demo", "CREATE TABLE"} {
			require.NotContains(t, string(raw), word, path)
		}
		return nil
	}))
	require.Positive(t, files)
}

func TestBackupPaths(t *testing.T) {
	for _, item := range []store.BackupItem{
		{Table: "contents", Label: "standard", Day: "2026-11-26"}, {Table: "ledger", Day: "2026-11-26"}, {Table: "holds"},
	} {
		parts := strings.Split(item.Path("20261126T100000Z"), "/")
		require.Len(t, parts, 4)
		again, err := store.ParseBackupPath(parts[1], parts[2], parts[3])
		require.NoError(t, err)
		require.Equal(t, item, again)
	}
	for _, parts := range [][3]string{{"nothing", "-", "all"}, {"contents", "-", "2026-11-26"}, {"ledger", "x", "2026-11-26"}, {"ledger", "-", "all"}, {"holds", "-", "2026-11-26"}} {
		_, err := store.ParseBackupPath(parts[0], parts[1], parts[2])
		require.ErrorIs(t, err, store.ErrBackup, parts)
	}
	_, err := store.ParseBackupName("../etc")
	require.ErrorIs(t, err, store.ErrBackup)
}
