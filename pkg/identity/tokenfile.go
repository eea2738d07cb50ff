package identity

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

var (
	// ErrUnknownKey says that a key or token is malformed, not known, or its secret is wrong; which
	// of them is not told. Answer Unauthenticated.
	ErrUnknownKey = errors.New("unknown key")
	// ErrRevoked says that the secret is right and was revoked. Answer Unauthenticated.
	ErrRevoked = errors.New("key is revoked")
	// ErrExpired says that the secret is right and its time is over. Answer Unauthenticated.
	ErrExpired = errors.New("key has expired")
	// ErrUnavailable says that the file of keys cannot be read, so that nobody can be told revoked
	// from valid; everybody is refused until it can. Answer Unavailable and alert.
	ErrUnavailable = errors.New("the file of keys cannot be read")
	// ErrNoSuchID says that no key or token has that id. List them.
	ErrNoSuchID = errors.New("no key with this id")
)

const (
	// recheck is how often a store looks whether its file changed: a revocation is seen within it.
	recheck = 500 * time.Millisecond
	// tokenFileVersion is the format of both files.
	tokenFileVersion = 1
	// maxTokenFile bounds what is read: about 100,000 entries.
	maxTokenFile = 64 << 20
)

// noHash is compared with when an id is unknown, so that known and unknown ids take the same time.
var noHash = hex.EncodeToString(make([]byte, sha256.Size))

// entry is what both kinds of token have.
type entry interface {
	entryID() string
	entryHash() string
	// entryState is nil, ErrRevoked or ErrExpired.
	entryState(now time.Time) error
}

type tokenFile[T entry] struct {
	Version int `json:"version"`
	Entries []T `json:"entries"`
}

// tokenStore answers for one file and follows its changes.
type tokenStore[T entry] struct {
	path   string
	prefix string
	now    func() time.Time

	mu      sync.RWMutex // guards what follows
	byID    map[string]T
	err     error // why byID cannot be relied on
	modTime time.Time
	size    int64
	inode   fs.FileInfo
	checked time.Time
}

func openTokenStore[T entry](path, prefix string, now func() time.Time) (*tokenStore[T], error) {
	s := &tokenStore[T]{path: path, prefix: prefix, now: now}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refreshLocked(now())
	return s, s.err
}

// authenticate finds the entry of a token and checks its secret in constant time.
func (s *tokenStore[T]) authenticate(token string) (found T, err error) {
	var none T
	now := s.now()
	id, secret, formOK := parseToken(s.prefix, token)
	found, known, err := s.lookup(id, now)
	if err != nil {
		return none, err
	}
	want := noHash
	if known {
		want = found.entryHash()
	}
	same := subtle.ConstantTimeCompare([]byte(hashSecret(s.prefix, id, secret)), []byte(want)) == 1
	if !formOK || !known || !same {
		return none, ErrUnknownKey
	}
	err = found.entryState(now)
	if err != nil {
		return none, err
	}
	return found, nil
}

// all lists every entry, in no order.
func (s *tokenStore[T]) all() ([]T, error) {
	_, _, err := s.lookup("", s.now())
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Collect(maps.Values(s.byID)), nil
}

func (s *tokenStore[T]) lookup(id string, now time.Time) (found T, known bool, err error) {
	s.mu.RLock()
	fresh := now.Sub(s.checked).Abs() < recheck
	found, known = s.byID[id]
	err = s.err
	s.mu.RUnlock()
	if fresh {
		return found, known, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.checked).Abs() >= recheck {
		s.refreshLocked(now)
	}
	found, known = s.byID[id]
	return found, known, s.err
}

// refreshLocked reads the file again when it changed. A file that cannot be read refuses everybody:
// the last good copy may hold keys that were revoked since.
func (s *tokenStore[T]) refreshLocked(now time.Time) {
	s.checked = now
	info, err := os.Stat(s.path)
	if err == nil && s.err == nil && s.inode != nil && os.SameFile(info, s.inode) &&
		info.ModTime().Equal(s.modTime) && info.Size() == s.size {
		return
	}
	var entries []T
	if err == nil {
		entries, err = readTokenFile[T](s.path)
	}
	if err != nil {
		s.err = fmt.Errorf("%w: %w", ErrUnavailable, err)
		return
	}
	s.byID = make(map[string]T, len(entries))
	for _, e := range entries {
		s.byID[e.entryID()] = e
	}
	s.err, s.inode, s.modTime, s.size = nil, info, info.ModTime(), info.Size()
}

// readTokenFile decodes strictly: a file that is not understood as a whole is not obeyed in parts.
func readTokenFile[T entry](path string) ([]T, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if info.Size() > maxTokenFile {
		return nil, fmt.Errorf("read %s: larger than %d bytes", path, maxTokenFile)
	}
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var file tokenFile[T]
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&file)
	if err != nil || decoder.More() {
		// The cause is left out: JSON errors may quote what the file holds.
		return nil, fmt.Errorf("read %s: not the JSON that hushlog writes", path)
	}
	if file.Version != tokenFileVersion {
		return nil, fmt.Errorf("read %s: version %d, this hushlog reads %d", path, file.Version, tokenFileVersion)
	}
	return file.Entries, checkEntries(path, file.Entries)
}

// checkEntries refuses ids that are twice there, since a revocation could then meet the wrong one.
func checkEntries[T entry](path string, entries []T) error {
	seen := make(map[string]bool, len(entries))
	for i, e := range entries {
		hash, err := hex.DecodeString(e.entryHash())
		if err != nil || len(hash) != sha256.Size || len(e.entryID()) != idLength || !isBase62(e.entryID()) {
			return fmt.Errorf("read %s: entry %d: id or hash does not have its form", path, i)
		}
		if seen[e.entryID()] {
			return fmt.Errorf("read %s: entry %d: id is there twice", path, i)
		}
		seen[e.entryID()] = true
	}
	return nil
}

// updateTokenFile changes a file under its lock. A missing file counts as empty.
func updateTokenFile[T entry](path string, change func([]T) ([]T, error)) error {
	return withLock(path, func() error {
		entries, err := readTokenFile[T](path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		entries, err = change(entries)
		if err != nil {
			return err
		}
		data, err := json.MarshalIndent(tokenFile[T]{Version: tokenFileVersion, Entries: entries}, "", "  ")
		if err != nil {
			return fmt.Errorf("encode %s: %w", path, err)
		}
		return writeAtomic(path, append(data, '\n'), 0o600)
	})
}

// listTokenFile reads a file; a missing one is empty.
func listTokenFile[T entry](path string) ([]T, error) {
	entries, err := readTokenFile[T](path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return entries, err
}
