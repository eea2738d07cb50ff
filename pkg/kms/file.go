package kms

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"gocloud.dev/secrets"
	"gocloud.dev/secrets/localsecrets"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/seal"
)

var errNoDirectory = errors.New("KMS directory is not named; want file:///directory")

// Files keeps one key a day as a file YYYY-MM-DD.key (32 bytes, URL-safe base64, mode 0600).
// Removing a file shreds everything that was wrapped under it. Keys are read for each use and wiped
// after it. Safe for concurrent use, also by several processes.
type Files struct {
	dir    string
	create bool
	now    func() time.Time

	mu sync.Mutex // serializes creation within the process
}

// NewFiles uses the keys in dir. create lets Wrap make the key of the present day when it is
// missing, never that of another day. now tells the time; nil means time.Now.
func NewFiles(dir string, create bool, now func() time.Time) (*Files, error) {
	if dir == "" {
		return nil, errNoDirectory
	}
	if now == nil {
		now = time.Now
	}
	return &Files{dir: dir, create: create, now: now}, nil
}

// Wrap encrypts under the key of the named day.
func (k *Files) Wrap(ctx context.Context, key string, plaintext []byte) ([]byte, error) {
	secret, err := k.load(key)
	if errors.Is(err, seal.ErrKeyGone) && k.create && key == seal.KeyOfDay(k.now()) {
		err = k.make(key)
		if err != nil {
			return nil, err
		}
		secret, err = k.load(key)
	}
	if err != nil {
		return nil, err
	}
	defer clear(secret[:])
	return withKey(secret, func(keeper *secrets.Keeper) ([]byte, error) { return keeper.Encrypt(ctx, plaintext) })
}

// Unwrap decrypts with the key of the named day.
func (k *Files) Unwrap(ctx context.Context, key string, wrapped []byte) ([]byte, error) {
	secret, err := k.load(key)
	if err != nil {
		return nil, err
	}
	defer clear(secret[:])
	return withKey(secret, func(keeper *secrets.Keeper) ([]byte, error) {
		plaintext, openErr := keeper.Decrypt(ctx, wrapped)
		if openErr != nil {
			return nil, fmt.Errorf("KMS key %s: %w", key, seal.ErrWrapped)
		}
		return plaintext, nil
	})
}

// withKey uses a key that is in memory.
func withKey(secret *[identity.KeySize]byte, use func(*secrets.Keeper) ([]byte, error)) ([]byte, error) {
	keeper := localsecrets.NewKeeper(*secret)
	out, err := use(keeper)
	return out, errors.Join(err, keeper.Close())
}

func (k *Files) path(key string) (string, error) {
	if !isDay(key) {
		return "", errNotADay
	}
	return filepath.Join(k.dir, fileForm.name(key)), nil
}

func (k *Files) load(key string) (*[identity.KeySize]byte, error) {
	path, err := k.path(key)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		_, dirErr := os.Stat(k.dir)
		if dirErr != nil {
			// Not one key is gone but all of them are out of reach: nothing is shredded by that.
			return nil, fmt.Errorf("KMS directory %s cannot be read; is it mounted?", k.dir)
		}
		return nil, fmt.Errorf("KMS key %s: %w", key, seal.ErrKeyGone)
	}
	if err != nil {
		return nil, fmt.Errorf("read KMS key: %w", err)
	}
	defer clear(text)
	secret, err := localsecrets.Base64Key(strings.TrimRight(string(text), "\r\n"))
	if err != nil {
		return nil, fmt.Errorf("KMS key file %s does not hold 32 bytes in URL-safe base64", path)
	}
	return &secret, nil
}

// make writes the file aside and links it into place: a reader sees all of it or nothing, and of two
// makers one wins and both use its key.
func (k *Files) make(key string) error {
	path, err := k.path(key)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	aside, err := os.CreateTemp(k.dir, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("make KMS key %s: %w", key, err)
	}
	text := identity.NewDayKey()
	defer clear(text)
	_, err = aside.Write(text)
	err = errors.Join(err, aside.Sync(), aside.Close())
	if err == nil {
		err = os.Link(aside.Name(), path)
	}
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	err = errors.Join(err, os.Remove(aside.Name()))
	if err != nil {
		return fmt.Errorf("make KMS key %s: %w", key, err)
	}
	return syncDir(k.dir)
}

// syncDir makes a new name durable: an epoch must not outlive the key that wraps it.
func syncDir(dir string) error {
	d, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return fmt.Errorf("sync KMS directory: %w", err)
	}
	err = errors.Join(d.Sync(), d.Close())
	if err != nil {
		return fmt.Errorf("sync KMS directory: %w", err)
	}
	return nil
}

// fileSteward removes the files of days; it reads none.
type fileSteward struct{ dir string }

// fileForm is the name of a day's file.
var fileForm = keyForm{after: ".key"}

func (s fileSteward) Days(context.Context) ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list KMS keys: %w", err)
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return fileForm.days(names), nil
}

// Prepare has nothing to do: the epoch maker makes the file of its day.
func (s fileSteward) Prepare(context.Context, ...string) error { return nil }

// Destroy writes over the file before it removes it, where its owner lets us: a disk may keep the old bytes in
// spare cells all the same, so that a disk that leaves the house is to be encrypted.
func (s fileSteward) Destroy(_ context.Context, day string) (Destruction, error) {
	if !isDay(day) {
		return Destruction{}, errNotADay
	}
	return Destruction{}, s.remove(day)
}

func (s fileSteward) remove(day string) error {
	path := filepath.Join(s.dir, fileForm.name(day))
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
