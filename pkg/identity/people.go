package identity

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

const (
	// DefaultTokenLifetime is a working day: a token left on a laptop is worthless the next morning.
	DefaultTokenLifetime = 12 * time.Hour
	// MaxTokenLifetime bounds what may be asked for.
	MaxTokenLifetime = 30 * 24 * time.Hour
)

// personForm is what a person's name may be: it stands in the audit trail.
var personForm = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._@+-]{0,127}$`)

// roleForm is what a role's name may be.
var roleForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// RoleNameOK says whether name has the form of a role's name.
func RoleNameOK(name string) bool { return roleForm.MatchString(name) }

// PersonRecord is what is kept of a person's token. It holds no secret.
type PersonRecord struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Role      string     `json:"role"`
	Hash      string     `json:"hash"`
	Created   time.Time  `json:"created"`
	CreatedBy string     `json:"created_by"`
	Expires   time.Time  `json:"expires"`
	Revoked   *time.Time `json:"revoked,omitempty"`
}

// PersonSpec is what a new token is asked to be.
type PersonSpec struct {
	// Name of the person, as the audit trail shows it.
	Name string
	// Role of the policy; the caller checks that the policy has it.
	Role string
	// CreatedBy names who made it.
	CreatedBy string
	// Lifetime; zero means DefaultTokenLifetime, more than MaxTokenLifetime is refused.
	Lifetime time.Duration
}

// Person is who a token belongs to.
type Person struct {
	// Name of the person.
	Name string
	// Role of the policy. Whether the policy still has it is the caller's to check.
	Role string
	// TokenID is the public part of the token; it may be logged.
	TokenID string
	// Expires is when the token stops working.
	Expires time.Time
}

func (r PersonRecord) entryID() string   { return r.ID }
func (r PersonRecord) entryHash() string { return r.Hash }
func (r PersonRecord) entryState(now time.Time) error {
	return tokenState(now, r.Revoked, &r.Expires)
}

// Status is "active", "revoked" or "expired" at now.
func (r PersonRecord) Status(now time.Time) string { return statusText(r.entryState(now)) }

// AddPerson adds a token to the file and returns it, in clear, this once. A person may have several.
func AddPerson(path string, spec PersonSpec, now time.Time) (token string, rec PersonRecord, err error) {
	if spec.Lifetime == 0 {
		spec.Lifetime = DefaultTokenLifetime
	}
	err = spec.validate()
	if err != nil {
		return "", PersonRecord{}, err
	}
	token, id, hash := newToken(personPrefix)
	created := now.UTC().Truncate(time.Second)
	rec = PersonRecord{
		ID: id, Name: spec.Name, Role: spec.Role, Hash: hash,
		Created: created, CreatedBy: spec.CreatedBy, Expires: created.Add(spec.Lifetime),
	}
	err = updateTokenFile(path, func(people []PersonRecord) ([]PersonRecord, error) {
		return append(people, rec), nil
	})
	if err != nil {
		return "", PersonRecord{}, err
	}
	return token, rec, nil
}

func (s PersonSpec) validate() error {
	var errs []error
	if !personForm.MatchString(s.Name) {
		errs = append(errs, fmt.Errorf("name: must match %s", personForm))
	}
	if !RoleNameOK(s.Role) {
		errs = append(errs, fmt.Errorf("role: must match %s", roleForm))
	}
	if s.Lifetime < time.Minute || s.Lifetime > MaxTokenLifetime {
		errs = append(errs, fmt.Errorf("lifetime: %s is not between 1m and %s", s.Lifetime, MaxTokenLifetime))
	}
	return errors.Join(errs...)
}

// ListPeople reads every token of the file, revoked and expired ones too, oldest first.
func ListPeople(path string) ([]PersonRecord, error) { return listTokenFile[PersonRecord](path) }

// RevokePerson revokes every token that has this id or belongs to the person of this name, and says
// how many it revoked now.
func RevokePerson(path, idOrName string, now time.Time) (revoked int, err error) {
	err = updateTokenFile(path, func(people []PersonRecord) ([]PersonRecord, error) {
		known := false
		for i := range people {
			if people[i].ID != idOrName && people[i].Name != idOrName {
				continue
			}
			known = true
			if people[i].Revoked == nil {
				at := now.UTC().Truncate(time.Second)
				people[i].Revoked = &at
				revoked++
			}
		}
		if !known {
			return nil, ErrNoSuchID
		}
		return people, nil
	})
	return revoked, err
}

// PeopleStore authenticates people's tokens against a file and follows its changes within a second.
// Safe for concurrent use.
type PeopleStore struct{ store *tokenStore[PersonRecord] }

// OpenPeopleStore reads the file, which must be there (`hushlog person add` makes it; so does
// EnsurePeopleFile).
func OpenPeopleStore(path string) (*PeopleStore, error) { return openPeopleStoreAt(path, time.Now) }

func openPeopleStoreAt(path string, now func() time.Time) (*PeopleStore, error) {
	store, err := openTokenStore[PersonRecord](path, personPrefix, now)
	if err != nil {
		return nil, err
	}
	return &PeopleStore{store}, nil
}

// EnsurePeopleFile makes an empty file of people's tokens when there is none.
func EnsurePeopleFile(path string) error {
	return updateTokenFile(path, func(people []PersonRecord) ([]PersonRecord, error) { return people, nil })
}

// Authenticate says who a token belongs to, or ErrUnknownKey, ErrRevoked, ErrExpired or
// ErrUnavailable. Its time does not depend on how much of a token is right.
func (s *PeopleStore) Authenticate(token string) (Person, error) {
	rec, err := s.store.authenticate(token)
	if err != nil {
		return Person{}, err
	}
	return Person{Name: rec.Name, Role: rec.Role, TokenID: rec.ID, Expires: rec.Expires}, nil
}
