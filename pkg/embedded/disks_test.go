package embedded

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/kms"
)

// encryptedChild prepares a child with encrypted disks and returns the file of their keys.
func encryptedChild(t *testing.T) (*child, string) {
	t.Helper()
	c := newChild(t)
	c.cfg.DisksFile = filepath.Join(t.TempDir(), "disks.xml")
	require.NoError(t, os.WriteFile(c.cfg.DisksFile, identity.NewDiskKeys(), 0o600))
	c.cfg.BackupDir = filepath.Join(t.TempDir(), "backups")
	return c, c.cfg.DisksFile
}

// plantedWord cannot be compressed away.
func plantedWord(t *testing.T) string {
	t.Helper()
	raw := make([]byte, 24)
	_, err := rand.Read(raw)
	require.NoError(t, err)
	return "planted" + hex.EncodeToString(raw)
}

// filesWith lists the files under dirs that hold the word.
func filesWith(t *testing.T, word string, dirs ...string) []string {
	t.Helper()
	var found []string
	seen := 0
	for _, dir := range dirs {
		require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			seen++
			if bytes.Contains(raw, []byte(word)) {
				found = append(found, path)
			}
			return nil
		}))
	}
	require.Positive(t, seen, "there is nothing to look at")
	return found
}

// plant stores the word, in a table and in its parts that are merged and spilled.
func (c *child) plant(word string) {
	c.t.Helper()
	c.admin("CREATE DATABASE h", "CREATE TABLE h.t (id UInt64, s String, INDEX words s TYPE text(tokenizer = 'splitByNonAlpha')) ENGINE = MergeTree ORDER BY id",
		"INSERT INTO h.t SELECT number, '"+word+" ' || number FROM numbers(1000)", "INSERT INTO h.t SELECT number, '"+word+" ' || number FROM numbers(1000)",
		"OPTIMIZE TABLE h.t FINAL")
}

// TestEncryptedAtRest looks for a stored word in everything that the child has written, with encrypted disks and, to
// know that it would be found, without.
func TestEncryptedAtRest(t *testing.T) {
	word := plantedWord(t)
	open := startChild(t)
	open.plant(word)
	open.stop()
	require.NotEmpty(t, filesWith(t, word, open.cfg.DataDir))

	c, keys := encryptedChild(t)
	c.start()
	c.plant(word)
	require.Equal(t, "2000", c.admin("SELECT count() FROM h.t WHERE s LIKE '%"+word+"%'"))
	require.Contains(t, c.admin("BACKUP TABLE h.t TO Disk('backups', 'one')"), "BACKUP_CREATED")
	c.kill()
	require.Empty(t, filesWith(t, word, c.cfg.DataDir, c.cfg.BackupDir))

	// Neither do the keys lie beside what they open.
	raw, err := os.ReadFile(keys)
	require.NoError(t, err)
	for key := range strings.SplitSeq(string(raw), "\"true\">") {
		if len(key) > 64 && !strings.ContainsAny(key[:64], "< ") {
			require.Empty(t, filesWith(t, key[:64], filepath.Join(c.cfg.DataDir, "store"), filepath.Join(c.cfg.DataDir, "sealed"), c.cfg.BackupDir))
		}
	}

	c.start()
	require.Equal(t, "2000", c.admin("SELECT count() FROM h.t"))
	require.Contains(t, c.admin("RESTORE TABLE h.t AS h.again FROM Disk('backups', 'one')"), "RESTORED")
	require.Equal(t, "2000", c.admin("SELECT count() FROM h.again"))
}

// TestDiskKeysOfAKMS starts on keys that lie wrapped: what was written under them is read again, and they are in no file.
func TestDiskKeysOfAKMS(t *testing.T) {
	c, file := encryptedChild(t)
	keys, err := os.ReadFile(file)
	require.NoError(t, err)
	c.cfg.DisksKMS = "base64key://" + strings.TrimSpace(string(identity.NewDayKey()))
	wrapped, err := kms.WrapSecret(t.Context(), c.cfg.DisksKMS, keys)
	require.NoError(t, err)
	require.NotContains(t, string(wrapped), "key_hex")
	require.NoError(t, os.WriteFile(file, wrapped, 0o600))
	c.start()
	c.plant(plantedWord(t))
	c.kill()
	c.start()
	require.Equal(t, "2000", c.admin("SELECT count() FROM h.t"))
	require.Contains(t, c.admin("BACKUP TABLE h.t TO Disk('backups', 'one')"), "BACKUP_CREATED")
	c.kill()
	for key := range strings.SplitSeq(string(keys), "\"true\">") {
		if len(key) > 64 && !strings.ContainsAny(key[:64], "< ") {
			require.Empty(t, filesWith(t, key[:64], c.cfg.DataDir, c.cfg.BackupDir, filepath.Dir(file)))
		}
	}
}

// TestTokensOutliveAKill repeats inserts after the child was killed: they are known by their tokens.
func TestTokensOutliveAKill(t *testing.T) {
	c, _ := encryptedChild(t)
	c.start()
	c.admin("CREATE DATABASE h", "CREATE TABLE h.t (id UInt64) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 1000")
	insert := func() {
		for i := range 20 {
			status, body, _ := c.post("admin", fmt.Sprintf("INSERT INTO h.t SELECT number FROM numbers(%d, 10)", i), url.Values{"insert_deduplication_token": {fmt.Sprint("token", i)}})
			require.Equal(t, http.StatusOK, status, body)
		}
	}
	insert()
	for range 2 {
		c.kill()
		c.start()
		insert()
		require.Equal(t, "200", c.admin("SELECT count() FROM h.t"))
	}
	require.Equal(t, "1\tencrypted", c.admin("SELECT count(DISTINCT disk_name), any(disk_name) FROM system.parts WHERE database = 'h' FORMAT TSV"))
}

// TestNothingIsSpilled has statements fail that would write what does not fit into memory: the library would write it
// readable.
func TestNothingIsSpilled(t *testing.T) {
	c, _ := encryptedChild(t)
	c.start()
	_, body, _ := c.post("admin", "SELECT count() FROM (SELECT repeat(toString(number), 20) AS s, count() FROM numbers(2000000) GROUP BY s)",
		url.Values{"max_bytes_before_external_group_by": {"1000000"}})
	require.Contains(t, body, "temporary files")
	// Sorts and joins do not keep to that bound: what would have them spill is not anybody's to set.
	for setting, value := range map[string]string{
		"max_bytes_before_external_sort": "0", "max_bytes_ratio_before_external_sort": "0", "join_algorithm": "direct,parallel_hash,hash",
	} {
		require.Equal(t, value, c.admin("SELECT value FROM system.settings WHERE name = '"+setting+"'"))
		status, body, _ := c.post("role_analyst", "SELECT 1", url.Values{setting: {"1"}})
		require.NotEqual(t, http.StatusOK, status)
		require.Contains(t, body, setting)
	}
	// Merges of whole parts go on.
	c.admin("CREATE DATABASE h", "CREATE TABLE h.t (id UInt64, s String) ENGINE = MergeTree ORDER BY id SETTINGS enable_vertical_merge_algorithm = 1, vertical_merge_algorithm_min_rows_to_activate = 1, vertical_merge_algorithm_min_columns_to_activate = 1",
		"INSERT INTO h.t SELECT number, toString(number) FROM numbers(100000)", "INSERT INTO h.t SELECT number, toString(number) FROM numbers(100000)", "OPTIMIZE TABLE h.t FINAL")
	require.Equal(t, "200000", c.admin("SELECT count() FROM h.t"))
}

// TestChangedDiskKey reads what an old key has written, and goes on under a new one.
func TestChangedDiskKey(t *testing.T) {
	c, keys := encryptedChild(t)
	c.start()
	c.plant("word")
	c.stop()
	raw, err := os.ReadFile(keys)
	require.NoError(t, err)
	fresh := fmt.Sprintf(`<key_hex id="2" hide_in_preprocessed="true">%x</key_hex><current_key_id>2</current_key_id>`, bytes.Repeat([]byte{7}, identity.KeySize))
	changed := strings.Replace(string(raw), "<current_key_id>1</current_key_id>", fresh, 1)
	require.NoError(t, os.WriteFile(keys, []byte(changed), 0o600))
	c.start()
	require.Equal(t, "2000", c.admin("SELECT count() FROM h.t"))
	c.admin("INSERT INTO h.t VALUES (1, 'more')")
	c.stop()
	// Without the new key, what it has written cannot be read.
	require.NoError(t, os.WriteFile(keys, raw, 0o600))
	c.launch()
	for !c.ended() && c.ping() != nil {
		continue
	}
	if !c.ended() {
		status, body, _ := c.post("admin", "SELECT count(), max(s) FROM h.t", nil)
		require.False(t, status == 200 && strings.HasPrefix(body, "2001"), "what a lost key has written was read")
	}
}

// TestEncryptionIsNotSwitched refuses a directory that began the other way.
func TestEncryptionIsNotSwitched(t *testing.T) {
	c, keys := encryptedChild(t)
	c.start()
	c.plant("word")
	c.stop()
	for _, tt := range []struct {
		name, keys, want string
	}{
		{"off", "", "was encrypted and disks_file is not set"},
		{"on", keys, "is not encrypted and disks_file is set"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.keys != "" {
				plain := newChild(t)
				plain.start()
				plain.plant("word")
				plain.stop()
				c = plain
			}
			c.cfg.DisksFile = tt.keys
			c.launch()
			require.Error(t, c.wait())
			require.Contains(t, c.err.String(), tt.want)
		})
	}
}

func TestCheckDisks(t *testing.T) {
	good := string(identity.NewDiskKeys())
	require.NoError(t, checkDisks([]byte(good)))
	for _, tt := range []struct{ name, keys, want string }{
		{"no XML", "<clickhouse>", "not well-formed XML"},
		{"another root", "<disks/>", "root element"},
		{"other configuration", strings.Replace(good, "<disks>", "<disks><users_config>x</users_config>", 1), "<users_config> does not belong"},
		{"short key", strings.Replace(good, `"true">`, `"true">00`, 1), "32 bytes in hex"},
		{"current key is missing", strings.Replace(good, "<current_key_id>1", "<current_key_id>2", 1), "names none of its keys"},
		{"one disk", strings.ReplaceAll(good, "backups>", "encrypted>"), "disk backups has no key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := checkDisks([]byte(tt.keys))
			require.ErrorContains(t, err, tt.want)
		})
	}
}
