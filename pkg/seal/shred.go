package seal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Shredder destroys the keys of days. It cannot wrap or unwrap, and holds no key.
type Shredder interface {
	// Days lists the days whose key exists, in order, as KeyOfDay names them.
	Days(ctx context.Context) ([]string, error)
	// Destroy destroys the key of a day, and returns once it is known to be gone. Of a key that does not
	// exist it says the same.
	Destroy(ctx context.Context, day string) error
}

// ErrShredder says that a KMS's keys are not destroyed by hushlog: whoever runs the KMS destroys them, by the
// dates in docs/operating.md.
var ErrShredder = errors.New("keys of this KMS are destroyed by whoever runs it")

// OpenShredder opens the side of a KMS that destroys, by the URL of OpenKMS. Of file:///path/to/dir it removes
// files; of any other URL it fails with ErrShredder.
func OpenShredder(rawURL string) (Shredder, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("KMS URL cannot be parsed; want file:///directory")
	}
	if u.Scheme != "file" {
		return nil, ErrShredder
	}
	dir := filepath.FromSlash(u.Path)
	if dir == "" {
		return nil, errors.New("KMS directory is not named; want file:///directory")
	}
	return fileShredder{dir}, nil
}

type fileShredder struct{ dir string }

const dayKeySuffix = ".key"

func (s fileShredder) Days(context.Context) ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list KMS keys: %w", err)
	}
	var days []string
	for _, entry := range entries {
		day, found := strings.CutSuffix(entry.Name(), dayKeySuffix)
		if found && isDay(day) {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	return days, nil
}

// Destroy writes over the file before it removes it, where its owner lets us: a disk may keep the old bytes in
// spare cells all the same, so that a disk that leaves the house is to be encrypted.
func (s fileShredder) Destroy(_ context.Context, day string) error {
	if !isDay(day) {
		return errors.New("KMS key name is not a day, as 2006-01-02")
	}
	path := filepath.Join(s.dir, day+dayKeySuffix)
	err := overwrite(path)
	if err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write over KMS key %s: %w", day, err)
	}
	err = os.Remove(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove KMS key %s: %w", day, err)
	}
	err = syncDir(s.dir)
	if err != nil {
		return err
	}
	_, err = os.Lstat(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("KMS key %s is still there after it was removed", day)
	}
	return nil
}

func overwrite(path string) error {
	file, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil {
		noise := make([]byte, info.Size())
		_, _ = rand.Read(noise) // never fails: crypto/rand
		_, err = file.WriteAt(noise, 0)
	}
	return errors.Join(err, file.Sync(), file.Close())
}

// isDay says whether a name is one that KeyOfDay gives.
func isDay(name string) bool {
	day, err := time.Parse(time.DateOnly, name)
	return err == nil && KeyOfDay(day) == name
}

// makerSlack is how long after a day's end a maker whose clock is behind may still wrap under the day's key.
const makerSlack = time.Hour

// ShredAt is when the key of a day may be destroyed: once the last epoch that it wraps, of those that the ring
// knows, cannot be opened any more, and none can be made under it. longest is how long an epoch of today's
// settings can be opened, for a day of which the ring knows no epoch.
func (k *Keyring) ShredAt(day string, longest time.Duration) (time.Time, error) {
	begin, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, errors.New("KMS key name is not a day, as 2006-01-02")
	}
	end := begin.AddDate(0, 0, 1).Add(makerSlack)
	var last time.Time
	k.mu.RLock()
	for _, e := range k.epochs {
		if e.KMSKey == day && e.OpenUntil.After(last) {
			last = e.OpenUntil
		}
	}
	k.mu.RUnlock()
	if last.IsZero() {
		return end.Add(longest), nil
	}
	if last.Before(end) {
		return end, nil
	}
	return last, nil
}
