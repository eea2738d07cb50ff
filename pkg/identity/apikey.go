package identity

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// projectForm is what a project's name may be. The policy uses the same form.
var projectForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// ProjectNameOK says whether name has the form of a project's name.
func ProjectNameOK(name string) bool { return projectForm.MatchString(name) }

// KeyLimits narrows a project's limits for one key; zero means the project's limit.
type KeyLimits struct {
	// EventsPerSecond accepted with this key.
	EventsPerSecond float64 `json:"events_per_second,omitempty"`
	// BytesPerSecond accepted with this key, after decompression.
	BytesPerSecond int64 `json:"bytes_per_second,omitempty"`
}

// KeyRecord is what is kept of an API key. It holds no secret.
type KeyRecord struct {
	ID        string     `json:"id"`
	Project   string     `json:"project"`
	Hash      string     `json:"hash"`
	Created   time.Time  `json:"created"`
	CreatedBy string     `json:"created_by"`
	Expires   *time.Time `json:"expires,omitempty"`
	Revoked   *time.Time `json:"revoked,omitempty"`
	Note      string     `json:"note,omitempty"`
	Limits    *KeyLimits `json:"limits,omitempty"`
}

// KeySpec is what a new key is asked to be.
type KeySpec struct {
	// Project that everything sent with the key belongs to.
	Project string
	// CreatedBy names who made it, for the list.
	CreatedBy string
	// Lifetime after which the key expires; zero means never.
	Lifetime time.Duration
	// Note tells people what the key is for.
	Note string
	// Limits narrow the project's; nil means the project's.
	Limits *KeyLimits
}

// Principal is whom an API key speaks for.
type Principal struct {
	// KeyID is the public part of the key; it may be logged.
	KeyID string
	// Project of everything sent with the key.
	Project string
	// Limits of this key beside the project's; nil means none.
	Limits *KeyLimits
}

func (r KeyRecord) entryID() string   { return r.ID }
func (r KeyRecord) entryHash() string { return r.Hash }
func (r KeyRecord) entryState(now time.Time) error {
	return tokenState(now, r.Revoked, r.Expires)
}

// Status is "active", "revoked" or "expired" at now.
func (r KeyRecord) Status(now time.Time) string { return statusText(r.entryState(now)) }

// CreateKey adds a key to the file and returns it, in clear, this once.
func CreateKey(path string, spec KeySpec, now time.Time) (key string, rec KeyRecord, err error) {
	if !ProjectNameOK(spec.Project) {
		return "", KeyRecord{}, fmt.Errorf("project: a name must match %s", projectForm)
	}
	if spec.Project == CanaryProject {
		return "", KeyRecord{}, fmt.Errorf("project: %s is hushlog's own: no key speaks for it", CanaryProject)
	}
	if spec.Lifetime < 0 {
		return "", KeyRecord{}, fmt.Errorf("lifetime: %s is negative", spec.Lifetime)
	}
	if l := spec.Limits; l != nil && (l.EventsPerSecond < 0 || l.BytesPerSecond < 0) {
		return "", KeyRecord{}, fmt.Errorf("limits: must not be negative")
	}
	key, id, hash := newToken(keyPrefix)
	rec = KeyRecord{
		ID: id, Project: spec.Project, Hash: hash, Created: now.UTC().Truncate(time.Second),
		CreatedBy: spec.CreatedBy, Note: spec.Note, Limits: spec.Limits,
	}
	if spec.Lifetime > 0 {
		expires := rec.Created.Add(spec.Lifetime)
		rec.Expires = &expires
	}
	err = updateTokenFile(path, func(keys []KeyRecord) ([]KeyRecord, error) {
		return append(keys, rec), nil
	})
	if err != nil {
		return "", KeyRecord{}, err
	}
	return key, rec, nil
}

// ListKeys reads every key of the file, revoked ones too, oldest first.
func ListKeys(path string) ([]KeyRecord, error) { return listTokenFile[KeyRecord](path) }

// RevokeKey marks a key as revoked; doing it again keeps the first date. Running gateways refuse
// the key within a second.
func RevokeKey(path, id string, now time.Time) error {
	return updateTokenFile(path, func(keys []KeyRecord) ([]KeyRecord, error) {
		for i := range keys {
			if keys[i].ID != id {
				continue
			}
			if keys[i].Revoked == nil {
				at := now.UTC().Truncate(time.Second)
				keys[i].Revoked = &at
			}
			return keys, nil
		}
		return nil, ErrNoSuchID
	})
}

// KeyStore authenticates API keys against a file and follows its changes within a second. Mount the
// file's directory, not the file: a replaced file is a new inode. Safe for concurrent use.
type KeyStore struct{ store *tokenStore[KeyRecord] }

// OpenKeyStore reads the file, which must be there (`hushlog key create` makes it; so does
// EnsureKeyFile).
func OpenKeyStore(path string) (*KeyStore, error) { return openKeyStoreAt(path, time.Now) }

func openKeyStoreAt(path string, now func() time.Time) (*KeyStore, error) {
	store, err := openTokenStore[KeyRecord](path, keyPrefix, now)
	if err != nil {
		return nil, err
	}
	return &KeyStore{store}, nil
}

// EnsureKeyFile makes an empty file of API keys when there is none.
func EnsureKeyFile(path string) error {
	return updateTokenFile(path, func(keys []KeyRecord) ([]KeyRecord, error) { return keys, nil })
}

// Authenticate says whom a key speaks for, or ErrUnknownKey, ErrRevoked, ErrExpired or
// ErrUnavailable. Its time does not depend on how much of a key is right.
func (s *KeyStore) Authenticate(key string) (Principal, error) {
	rec, err := s.store.authenticate(key)
	if err != nil {
		return Principal{}, err
	}
	return Principal{KeyID: rec.ID, Project: rec.Project, Limits: rec.Limits}, nil
}

func tokenState(now time.Time, revoked, expires *time.Time) error {
	if revoked != nil {
		return ErrRevoked
	}
	if expires != nil && !now.Before(*expires) {
		return ErrExpired
	}
	return nil
}

func statusText(state error) string {
	switch {
	case state == nil:
		return "active"
	case errors.Is(state, ErrRevoked):
		return "revoked"
	default:
		return "expired"
	}
}
