package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/hushlog/hushlog/pkg/store"
)

// backupCleaner deletes what of ClickHouse's backups has reached its date, by the names of their directories alone: it
// has no key to them.
type backupCleaner struct {
	// dir is the directory of the disk that backups are on; empty where they expire by other means.
	dir      string
	expiries []store.Expiry
	log      *slog.Logger
	metrics  *metrics
	now      func() time.Time
}

// backupRoot is the directory of the encrypted disk within that of the plain one.
const backupRoot = "v1"

// clean looks at every item of every backup. What is not named as hushlog names it is left alone and told of.
func (c *backupCleaner) clean(ctx context.Context) error {
	if c.dir == "" {
		return nil
	}
	root := filepath.Join(c.dir, backupRoot)
	backups, err := list(root)
	if errors.Is(err, os.ErrNotExist) {
		return nil // there is no backup yet
	}
	if err != nil {
		return fmt.Errorf("list backups: %w", err)
	}
	var problems []error
	for _, name := range backups {
		begun, err := store.ParseBackupName(name)
		if err == nil {
			err = c.backup(ctx, filepath.Join(root, name), begun)
		}
		if err != nil {
			problems = append(problems, err)
		}
	}
	c.metrics.backupsKept.Set(float64(len(backups)))
	return errors.Join(problems...)
}

// backup deletes the items that are over, and the directories that this leaves empty.
func (c *backupCleaner) backup(ctx context.Context, dir string, begun time.Time) error {
	now := c.now()
	if !begun.Add(store.BackupLife).After(now) {
		return c.remove(ctx, dir, dir)
	}
	tables, err := list(dir)
	if err != nil {
		return fmt.Errorf("list a backup: %w", err)
	}
	var problems []error
	for _, table := range tables {
		labels, err := list(filepath.Join(dir, table))
		if err != nil {
			return fmt.Errorf("list a backup: %w", err)
		}
		for _, label := range labels {
			problems = append(problems, c.days(ctx, dir, table, label, begun))
		}
		problems = append(problems, removeEmpty(filepath.Join(dir, table)))
	}
	return errors.Join(append(problems, removeEmpty(dir))...)
}

func (c *backupCleaner) days(ctx context.Context, dir, table, label string, begun time.Time) error {
	place := filepath.Join(dir, table, label)
	days, err := list(place)
	if err != nil {
		return fmt.Errorf("list a backup: %w", err)
	}
	var problems []error
	for _, day := range days {
		item, err := store.ParseBackupPath(table, label, day)
		var expires time.Time
		if err == nil {
			expires, err = item.Expires(c.expiries, begun)
		}
		if err == nil && !expires.After(c.now()) {
			err = c.remove(ctx, dir, filepath.Join(place, day))
		}
		problems = append(problems, err)
	}
	return errors.Join(append(problems, removeEmpty(place))...)
}

func (c *backupCleaner) remove(ctx context.Context, backup, path string) error {
	err := os.RemoveAll(path)
	if err != nil {
		return fmt.Errorf("delete what of a backup has reached its date: %w", err)
	}
	c.metrics.backupsDeleted.Inc()
	c.log.InfoContext(ctx, "deleted what of a backup has reached its date", slog.String("backup", filepath.Base(backup)))
	return nil
}

// list names the directories in dir; files, as locks of a backup under way, are not ours to judge.
func list(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// removeEmpty removes a directory that has nothing in it.
func removeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		return err
	}
	return os.Remove(dir)
}
