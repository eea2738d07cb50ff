package identity

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
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

// PersonRecord is what is kept of a person's token. Key, the person's PersonKey in hex, is a secret; all records of a person
// have the same.
type PersonRecord struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Role      string     `json:"role"`
	Hash      string     `json:"hash"`
	Key       string     `json:"key"`
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
	// Key makes what is written instead of the name.
	Key PersonKey
	// Expires is when the token stops working.
	Expires time.Time
}

// Pseudonym is written instead of the name.
func (p Person) Pseudonym() string { return p.Key.Pseudonym(p.Name) }

// SealedName is the name for whoever has the key.
func (p Person) SealedName() []byte { return p.Key.Seal(p.Name) }

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
		rec.Key = keyOf(people, rec.Name)
		return append(people, rec), nil
	})
	if err != nil {
		return "", PersonRecord{}, err
	}
	return token, rec, nil
}

// keyOf is the key that records of a person have, or a new one for whoever has none.
func keyOf(people []PersonRecord, name string) string {
	for _, p := range people {
		if p.Name == name && p.Key != "" {
			return p.Key
		}
	}
	return NewPersonKey().text()
}

// ErasePerson removes every record of a person, and with them the key, and calls begin with the pseudonyms before it does:
// an error of begin leaves everything as it is. What was written stands as it is, and leads to nobody any more. That holds
// for copies of the file only when they are destroyed too.
func ErasePerson(path, name string, begin func(pseudonyms []string) error) error {
	return updateTokenFile(path, func(people []PersonRecord) ([]PersonRecord, error) {
		var pseudonyms []string
		kept := make([]PersonRecord, 0, len(people))
		for _, p := range people {
			if p.Name != name {
				kept = append(kept, p)
				continue
			}
			key, err := parsePersonKey(p.Key)
			if err != nil {
				return nil, err
			}
			pseudonyms = append(pseudonyms, key.Pseudonym(name))
		}
		if len(pseudonyms) == 0 {
			return nil, ErrNoSuchID
		}
		slices.Sort(pseudonyms)
		return kept, begin(slices.Compact(pseudonyms))
	})
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

// EnsurePeopleFile makes an empty file of people's tokens when there is none, and gives people a key who have none.
func EnsurePeopleFile(path string) error {
	return updateTokenFile(path, func(people []PersonRecord) ([]PersonRecord, error) {
		for i := range people {
			if people[i].Key == "" {
				people[i].Key = keyOf(people, people[i].Name)
			}
		}
		return people, nil
	})
}

// Authenticate says who a token belongs to, or ErrUnknownKey, ErrRevoked, ErrExpired or
// ErrUnavailable. Its time does not depend on how much of a token is right.
func (s *PeopleStore) Authenticate(token string) (Person, error) {
	rec, err := s.store.authenticate(token)
	if err != nil {
		return Person{}, err
	}
	key, err := parsePersonKey(rec.Key)
	if err != nil {
		// Nobody reads under a name that could not be erased.
		return Person{}, fmt.Errorf("%w: %w (hushlog init gives people a key)", ErrUnavailable, err)
	}
	return Person{Name: rec.Name, Role: rec.Role, TokenID: rec.ID, Expires: rec.Expires, Key: key}, nil
}

// Names maps the pseudonyms of all people of the file to their names, those whose tokens do not work any more too.
func (s *PeopleStore) Names() (map[string]string, error) {
	records, err := s.store.all()
	if err != nil {
		return nil, err
	}
	return namesOf(records), nil
}

func namesOf(records []PersonRecord) map[string]string {
	names := make(map[string]string, len(records))
	for _, rec := range records {
		key, err := parsePersonKey(rec.Key)
		if err == nil {
			names[key.Pseudonym(rec.Name)] = rec.Name
		}
	}
	return names
}

// OpenName decrypts, with a key of the file of people, a name that was sealed beside a pseudonym, or answers ErrNoPerson.
func OpenName(path, pseudonym string, sealed []byte) (string, error) {
	people, err := ListPeople(path)
	if err != nil {
		return "", err
	}
	for _, rec := range people {
		key, err := parsePersonKey(rec.Key)
		if err != nil {
			continue
		}
		name, err := key.Open(pseudonym, sealed)
		if err == nil {
			return name, nil
		}
	}
	return "", ErrNoPerson
}
