package seal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	// gocloud's secrets give one interface over local keys, Vault and the clouds' KMS.
	"gocloud.dev/secrets"
	"gocloud.dev/secrets/localsecrets"

	"github.com/hushlog/hushlog/pkg/identity"
)

// KMS wraps epochs' private keys under named keys of its own. Both methods may do I/O. Unwrap fails
// with ErrKeyGone when the named key does not exist and with ErrWrapped when it does not fit.
type KMS interface {
	Wrap(ctx context.Context, key string, plaintext []byte) ([]byte, error)
	Unwrap(ctx context.Context, key string, wrapped []byte) ([]byte, error)
}

// KeyOfDay is the name of the KMS key that wraps what is made at t.
func KeyOfDay(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// OpenKMS opens the KMS that a URL names:
//
//	file:///path/to/dir    a file per day in that directory, see NewFileKMS
//	base64key://...        one key for every day, given in the URL (gocloud localsecrets): for tests,
//	                       as nothing can be shredded with it
//
// create lets Wrap make the key of the present day; only the epoch maker has it. now tells the time;
// nil means time.Now. Errors never show the URL, which may hold a key.
func OpenKMS(ctx context.Context, rawURL string, create bool, now func() time.Time) (KMS, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("KMS URL cannot be parsed; want file:///directory or base64key://")
	}
	switch u.Scheme {
	case "file":
		return NewFileKMS(filepath.FromSlash(u.Path), create, now)
	case localsecrets.Scheme:
		if u.Host == "" {
			return nil, errors.New("KMS URL base64key:// without a key would draw one that nobody else has; give 32 bytes in URL-safe base64")
		}
		keeper, openErr := secrets.OpenKeeper(ctx, rawURL)
		if openErr != nil {
			return nil, errors.New("KMS URL base64key:// does not hold 32 bytes in URL-safe base64")
		}
		return &keeperKMS{keeper: keeper}, nil
	default:
		return nil, fmt.Errorf("KMS URL scheme %q is not built in; want file or base64key", u.Scheme)
	}
}

// keeperKMS is one key under every name.
type keeperKMS struct{ keeper *secrets.Keeper }

func (k *keeperKMS) Wrap(ctx context.Context, _ string, plaintext []byte) ([]byte, error) {
	return k.keeper.Encrypt(ctx, plaintext)
}

func (k *keeperKMS) Unwrap(ctx context.Context, _ string, wrapped []byte) ([]byte, error) {
	plaintext, err := k.keeper.Decrypt(ctx, wrapped)
	if err != nil {
		return nil, ErrWrapped
	}
	return plaintext, nil
}

// FileKMS keeps one key a day as a file YYYY-MM-DD.key (32 bytes, URL-safe base64, mode 0600).
// Removing a file shreds everything that was wrapped under it. Keys are read for each use and wiped
// after it. Safe for concurrent use, also by several processes.
type FileKMS struct {
	dir    string
	create bool
	now    func() time.Time

	mu sync.Mutex // serializes creation within the process
}

// NewFileKMS uses the keys in dir. create lets Wrap make the key of the present day when it is
// missing, never that of another day. now tells the time; nil means time.Now.
func NewFileKMS(dir string, create bool, now func() time.Time) (*FileKMS, error) {
	if dir == "" {
		return nil, errors.New("KMS directory is not named; want file:///directory")
	}
	if now == nil {
		now = time.Now
	}
	return &FileKMS{dir: dir, create: create, now: now}, nil
}

// Wrap encrypts under the key of the named day.
func (k *FileKMS) Wrap(ctx context.Context, key string, plaintext []byte) ([]byte, error) {
	secret, err := k.load(key)
	if errors.Is(err, ErrKeyGone) && k.create && key == KeyOfDay(k.now()) {
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
	return k.with(secret, func(keeper *secrets.Keeper) ([]byte, error) { return keeper.Encrypt(ctx, plaintext) })
}

// Unwrap decrypts with the key of the named day.
func (k *FileKMS) Unwrap(ctx context.Context, key string, wrapped []byte) ([]byte, error) {
	secret, err := k.load(key)
	if err != nil {
		return nil, err
	}
	defer clear(secret[:])
	return k.with(secret, func(keeper *secrets.Keeper) ([]byte, error) {
		plaintext, openErr := keeper.Decrypt(ctx, wrapped)
		if openErr != nil {
			return nil, fmt.Errorf("KMS key %s: %w", key, ErrWrapped)
		}
		return plaintext, nil
	})
}

func (k *FileKMS) with(secret *[identity.KeySize]byte, use func(*secrets.Keeper) ([]byte, error)) ([]byte, error) {
	keeper := localsecrets.NewKeeper(*secret)
	out, err := use(keeper)
	return out, errors.Join(err, keeper.Close())
}

func (k *FileKMS) path(key string) (string, error) {
	if !isDay(key) {
		return "", errors.New("KMS key name is not a day, as 2006-01-02")
	}
	return filepath.Join(k.dir, key+dayKeySuffix), nil
}

func (k *FileKMS) load(key string) (*[identity.KeySize]byte, error) {
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
		return nil, fmt.Errorf("KMS key %s: %w", key, ErrKeyGone)
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
func (k *FileKMS) make(key string) error {
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
