package retention

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3" // a place that speaks S3, in this process
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
)

// testPlace is where backups are, and how a test puts a file there.
type testPlace struct {
	where string
	put   func(t *testing.T, name string)
}

func directory(t *testing.T) testPlace {
	t.Helper()
	dir := t.TempDir()
	return testPlace{dir, func(t *testing.T, name string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Join(dir, path.Dir(name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("sealed"), 0o600))
	}}
}

func bucket(t *testing.T) testPlace {
	t.Helper()
	for _, variable := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		t.Setenv(variable, "made-up")
	}
	backend := s3mem.New()
	require.NoError(t, backend.CreateBucket("kept"))
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	where := "s3://kept/hushlog/?region=eu-central-1&use_path_style=true&endpoint=" + url.QueryEscape(server.URL)
	return testPlace{where, func(t *testing.T, name string) {
		t.Helper()
		_, err := backend.PutObject("kept", "hushlog/"+name, nil, strings.NewReader("sealed"), int64(len("sealed")), nil)
		require.NoError(t, err)
	}}
}

// TestBackupsGoOnTheirDay dates backups and looks at what is left of them day after day, in a directory and in a place that
// speaks S3.
func TestBackupsGoOnTheirDay(t *testing.T) {
	for name, of := range map[string]func(*testing.T) testPlace{"a directory": directory, "S3": bucket} {
		t.Run(name, func(t *testing.T) { backupsGo(t, of(t)) })
	}
}

func backupsGo(t *testing.T, at testPlace) {
	t.Helper()
	place, err := openBackups(t.Context(), at.where)
	require.NoError(t, err)
	t.Cleanup(func() { _ = place.close() })
	begun := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	name := store.BackupName(begun)
	put := func(item string) {
		t.Helper()
		at.put(t, path.Join(backupRoot, item, ".backup"))
		at.put(t, path.Join(backupRoot, item, "data/part/text.bin"))
	}
	c := &backupCleaner{place: place, expiries: store.Expiries(policy.Default()), log: slog.New(slog.DiscardHandler), metrics: newMetrics(prometheus.NewRegistry(), nil), now: func() time.Time { return begun }}
	require.NoError(t, c.clean(t.Context()), "there is no backup yet")
	for _, item := range []string{"contents/short/2026-11-19", "contents/short/2026-11-20", "contents/standard/2026-11-19", "audit/-/2026-11-20", "holds/-/all"} {
		put(path.Join(name, item))
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
		require.Equal(t, tt.want, itemsOf(t, place, name), "day %d", tt.day)
	}
	backups, err := place.list(t.Context(), "")
	require.NoError(t, err)
	require.Empty(t, backups)
	require.InDelta(t, 4, testutil.ToFloat64(c.metrics.backupsDeleted), 0)

	put("other/thing")
	require.ErrorIs(t, c.clean(t.Context()), store.ErrBackup)
	backups, err = place.list(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, []string{"other"}, backups, "what hushlog has not made is left alone")
	put(path.Join(store.BackupName(c.now()), "contents/short/yesterday"))
	require.ErrorIs(t, c.clean(t.Context()), store.ErrBackup)
}

// itemsOf lists the items of a backup.
func itemsOf(t *testing.T, place backupPlace, backup string) []string {
	t.Helper()
	var items []string
	var walk func(folder string, depth int)
	walk = func(folder string, depth int) {
		if depth == 3 {
			items = append(items, folder)
			return
		}
		names, err := place.list(t.Context(), path.Join(backup, folder))
		require.NoError(t, err)
		for _, name := range names {
			walk(path.Join(folder, name), depth+1)
		}
	}
	walk("", 0)
	return items
}

// lostPlace does not answer.
type lostPlace struct{ backupPlace }

var errLost = errors.New("no answer")

func (lostPlace) list(context.Context, string) ([]string, error) { return nil, errLost }

func TestBackupsThatCannotBeListedAreTold(t *testing.T) {
	c := &backupCleaner{place: lostPlace{}, log: slog.New(slog.DiscardHandler), metrics: newMetrics(prometheus.NewRegistry(), nil), now: time.Now}
	require.ErrorIs(t, c.clean(t.Context()), errLost)
	c.place = nil
	require.NoError(t, c.clean(t.Context()), "they expire by other means")
	for _, bad := range []string{"s3://%zz", "s3://bucket?no_such_option=1"} {
		_, err := openBackups(t.Context(), bad)
		require.ErrorContains(t, err, "backups: ")
	}
	place, err := openBackups(t.Context(), "")
	require.NoError(t, err)
	require.Nil(t, place)
}
