package retention

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
)

// backupItems lists the items under root, sorted.
func backupItems(t *testing.T, root string) []string {
	t.Helper()
	var items []string
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".backup") {
			rel, _ := filepath.Rel(root, filepath.Dir(path)) // path is below root
			items = append(items, rel)
		}
		return err
	}))
	return items
}

// TestBackupsGoOnTheirDay dates backups and looks at what is left of them day after day.
func TestBackupsGoOnTheirDay(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "v1")
	put := func(path string) {
		require.NoError(t, os.MkdirAll(filepath.Join(root, path), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(root, path, ".backup"), []byte("sealed"), 0o600))
	}
	begun := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	name := store.BackupName(begun)
	for _, item := range []string{"contents/short/2026-11-19", "contents/short/2026-11-20", "contents/standard/2026-11-19", "audit/-/2026-11-20", "holds/-/all"} {
		put(filepath.Join(name, item))
	}
	reg := prometheus.NewRegistry()
	c := &backupCleaner{
		dir: dir, expiries: store.Expiries(policy.Default()), log: slog.New(slog.DiscardHandler),
		metrics: newMetrics(reg, nil),
	}
	for _, tt := range []struct {
		day  int // after the backup
		want []string
	}{
		{0, []string{"audit/-/2026-11-20", "contents/short/2026-11-19", "contents/short/2026-11-20", "contents/standard/2026-11-19", "holds/-/all"}},
		{6, []string{"audit/-/2026-11-20", "contents/short/2026-11-20", "contents/standard/2026-11-19", "holds/-/all"}},
		{7, []string{"audit/-/2026-11-20", "contents/standard/2026-11-19", "holds/-/all"}},
		{29, []string{"audit/-/2026-11-20", "holds/-/all"}}, // thirty days after the rows' day
		{31, nil}, // BackupLife
	} {
		c.now = func() time.Time { return begun.AddDate(0, 0, tt.day) }
		require.NoError(t, c.clean(t.Context()))
		if tt.want == nil {
			require.NoDirExists(t, filepath.Join(root, name))
			continue
		}
		require.Equal(t, tt.want, backupItems(t, filepath.Join(root, name)), "day %d", tt.day)
	}
	require.InDelta(t, 4, testutil.ToFloat64(c.metrics.backupsDeleted), 0)

	put("other/thing")
	err := c.clean(t.Context())
	require.ErrorIs(t, err, store.ErrBackup)
	require.DirExists(t, filepath.Join(root, "other"))
	put(filepath.Join(store.BackupName(c.now()), "contents/short/yesterday"))
	require.ErrorIs(t, c.clean(t.Context()), store.ErrBackup)

	c.dir = filepath.Join(dir, "none")
	require.NoError(t, c.clean(t.Context()))
}
