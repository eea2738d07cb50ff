package retention

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"gocloud.dev/blob"          // objects of a place that speaks S3, by names alone
	_ "gocloud.dev/blob/s3blob" // URLs that begin with s3://

	"github.com/hushlog/hushlog/pkg/store"
)

// backupCleaner deletes what of ClickHouse's backups has reached its date, by names alone: it has no key to them.
type backupCleaner struct {
	// place is nil where backups expire by other means.
	place    backupPlace
	expiries []store.Expiry
	log      *slog.Logger
	metrics  *metrics
	now      func() time.Time
}

// backupPlace is where backups are. Names are paths with slashes, below the encrypted disk.
type backupPlace interface {
	// list names the folders in a folder; of one that is not there, none.
	list(ctx context.Context, folder string) ([]string, error)
	// remove deletes a folder with all that is in it.
	remove(ctx context.Context, folder string) error
	// tidy removes a folder that has nothing in it.
	tidy(ctx context.Context, folder string) error
	// close lets go of the place.
	close() error
}

// backupRoot is the folder of the encrypted disk within that of the plain one.
const backupRoot = "v1"

// openBackups opens a directory, or an s3:// URL. It connects to nothing yet.
func openBackups(ctx context.Context, where string) (backupPlace, error) {
	if where == "" {
		return nil, nil //nolint:nilnil // no place is a value here
	}
	if !strings.HasPrefix(where, s3Scheme+"://") {
		return backupDir(filepath.Join(where, backupRoot)), nil
	}
	u, err := url.Parse(where)
	if err != nil {
		return nil, fmt.Errorf("backups: %w", err)
	}
	prefix := strings.Trim(u.Path, "/")
	u.Path = ""
	bucket, err := blob.OpenBucket(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("backups: %w", err)
	}
	return &backupBucket{bucket, path.Join(prefix, backupRoot)}, nil
}

const s3Scheme = "s3"

// clean looks at every item of every backup. What is not named as hushlog names it is left alone and told of.
func (c *backupCleaner) clean(ctx context.Context) error {
	if c.place == nil {
		return nil
	}
	backups, err := c.place.list(ctx, "")
	if err != nil {
		return fmt.Errorf("list backups: %w", err)
	}
	var problems []error
	for _, name := range backups {
		begun, err := store.ParseBackupName(name)
		if err == nil {
			err = c.backup(ctx, name, begun)
		}
		if err != nil {
			problems = append(problems, err)
		}
	}
	c.metrics.backupsKept.Set(float64(len(backups)))
	return errors.Join(problems...)
}

// backup deletes the items that are over, and the folders that this leaves empty.
func (c *backupCleaner) backup(ctx context.Context, name string, begun time.Time) error {
	if !begun.Add(store.BackupLife).After(c.now()) {
		return c.remove(ctx, name, name)
	}
	tables, err := c.place.list(ctx, name)
	if err != nil {
		return fmt.Errorf("list a backup: %w", err)
	}
	var problems []error
	for _, table := range tables {
		labels, err := c.place.list(ctx, path.Join(name, table))
		if err != nil {
			return fmt.Errorf("list a backup: %w", err)
		}
		for _, label := range labels {
			problems = append(problems, c.days(ctx, name, table, label, begun))
		}
		problems = append(problems, c.place.tidy(ctx, path.Join(name, table)))
	}
	return errors.Join(append(problems, c.place.tidy(ctx, name))...)
}

func (c *backupCleaner) days(ctx context.Context, name, table, label string, begun time.Time) error {
	folder := path.Join(name, table, label)
	days, err := c.place.list(ctx, folder)
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
			err = c.remove(ctx, name, path.Join(folder, day))
		}
		problems = append(problems, err)
	}
	return errors.Join(append(problems, c.place.tidy(ctx, folder))...)
}

func (c *backupCleaner) remove(ctx context.Context, backup, folder string) error {
	err := c.place.remove(ctx, folder)
	if err != nil {
		return fmt.Errorf("delete what of a backup has reached its date: %w", err)
	}
	c.metrics.backupsDeleted.Inc()
	c.log.InfoContext(ctx, "deleted what of a backup has reached its date", slog.String("backup", backup))
	return nil
}

// backupDir is the directory of a disk of this machine.
type backupDir string

func (d backupDir) at(folder string) string {
	return filepath.Join(string(d), filepath.FromSlash(folder))
}

// list leaves out files, as locks of a backup under way, which are not ours to judge.
func (d backupDir) list(_ context.Context, folder string) ([]string, error) {
	entries, err := os.ReadDir(d.at(folder))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
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

func (d backupDir) remove(_ context.Context, folder string) error { return os.RemoveAll(d.at(folder)) }

func (d backupDir) tidy(_ context.Context, folder string) error {
	entries, err := os.ReadDir(d.at(folder))
	if err != nil || len(entries) > 0 {
		return err
	}
	return os.Remove(d.at(folder))
}

func (backupDir) close() error { return nil }

// backupBucket is a bucket of a place that speaks S3, below a prefix. It has no folders: one is there while an object is in it.
type backupBucket struct {
	bucket *blob.Bucket
	prefix string
}

func (b *backupBucket) at(folder string) string { return path.Join(b.prefix, folder) + "/" }

func (b *backupBucket) list(ctx context.Context, folder string) ([]string, error) {
	prefix := b.at(folder)
	objects := b.bucket.List(&blob.ListOptions{Prefix: prefix, Delimiter: "/"})
	var names []string
	for {
		object, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, err
		}
		if object.IsDir {
			names = append(names, strings.TrimSuffix(strings.TrimPrefix(object.Key, prefix), "/"))
		}
	}
}

func (b *backupBucket) remove(ctx context.Context, folder string) error {
	objects := b.bucket.List(&blob.ListOptions{Prefix: b.at(folder)})
	for {
		object, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = b.bucket.Delete(ctx, object.Key)
		}
		if err != nil {
			return err
		}
	}
}

func (*backupBucket) tidy(context.Context, string) error { return nil }

func (b *backupBucket) close() error { return b.bucket.Close() }
