// Package kms keeps the keys of days, under which epochs' private keys are wrapped, in files, in Vault's
// transit engine or in a cloud's KMS, and destroys them.
//
// The two sides are apart: a [seal.KMS] wraps and unwraps and cannot destroy, a [Steward] makes and
// destroys and cannot unwrap. That they stay apart is the business of whoever gives out the rights; the
// policies to give are in deploy/vault and docs/operating.md. It leaves out when a key is due
// ([seal.Keyring.ShredAt]). No error of this package holds key material or a URL's secrets.
package kms

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	// gocloud's secrets give one interface over local keys and the clouds' KMS.
	"gocloud.dev/secrets"
	"gocloud.dev/secrets/awskms"
	"gocloud.dev/secrets/azurekeyvault"
	"gocloud.dev/secrets/gcpkms"
	"gocloud.dev/secrets/localsecrets"

	"github.com/hushlog/hushlog/pkg/seal"
)

// Steward makes the keys of days ahead and destroys them. It cannot wrap or unwrap. Safe for concurrent use.
type Steward interface {
	// Prepare makes the keys of days that do not exist yet, where those who use keys may not make them;
	// elsewhere it does nothing.
	Prepare(ctx context.Context, days ...string) error
	// Days lists the days whose key exists, in order, as seal.KeyOfDay names them, with those whose
	// destruction is delayed.
	Days(ctx context.Context) ([]string, error)
	// Destroy destroys the key of a day, and returns once it cannot be used any more. Of a key that does
	// not exist it says the same, and of one that is being destroyed what it said before.
	Destroy(ctx context.Context, day string) (Destruction, error)
}

// Destruction is what became of a key.
type Destruction struct {
	// CanBeUndoneUntil is until when whoever runs the KMS can call the key back; zero when nobody can.
	CanBeUndoneUntil time.Time
}

// ErrNoSteward says that a KMS's keys are made and destroyed by whoever runs it, by the dates in
// docs/operating.md.
var ErrNoSteward = errors.New("keys of this KMS are made and destroyed by whoever runs it")

var errNotADay = errors.New("KMS key name is not a day, as 2006-01-02")

const (
	schemeFile  = "file"
	schemeVault = "hashivault"
	// dayMark stands in a URL for the day whose key is meant.
	dayMark = "{day}"
	// sampleDay stands in for a day when a URL is looked at.
	sampleDay = "2006-01-02"
)

var errURL = errors.New("KMS URL cannot be parsed; see docs/operating.md for those that are known")

// Open opens the side of a KMS that wraps and unwraps, by URL:
//
//	file:///path/to/dir                      a file per day in that directory, see NewFiles
//	hashivault://hushlog-{day}               a key per day of Vault's transit engine, see openVault
//	awskms://alias/hushlog-{day}?region=…    an alias per day of AWS KMS
//	gcpkms://projects/…/cryptoKeys/hushlog-{day}   a key per day of Google Cloud KMS
//	azurekeyvault://name.vault.azure.net/keys/hushlog-{day}
//	base64key://...                          one key for every day, given in the URL: for tests, as nothing
//	                                         can be shredded with it
//
// The clouds' URLs are those of gocloud.dev/secrets, which finds credentials where each cloud's own tools
// do. create lets Wrap make the key of the present day where the KMS has it made by its user (file,
// hashivault); only the epoch maker has it. now tells the time; nil means time.Now. Errors never show the
// URL, which may hold a key.
func Open(ctx context.Context, rawURL string, create bool, now func() time.Time) (seal.KMS, error) {
	if now == nil {
		now = time.Now
	}
	u, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	switch u.Scheme {
	case schemeFile:
		return NewFiles(filepath.FromSlash(u.Path), create, now)
	case schemeVault:
		return openVault(rawURL, create, now)
	case awskms.Scheme, gcpkms.Scheme, azurekeyvault.Scheme:
		return openCloud(ctx, rawURL)
	case localsecrets.Scheme:
		return openOne(ctx, u)
	default:
		return nil, unknownScheme(u)
	}
}

// OpenSteward opens the side of a KMS that makes and destroys, by the URL that Open has. It fails with
// ErrNoSteward for a KMS whose keys hushlog does not destroy (gcpkms, azurekeyvault, base64key).
func OpenSteward(ctx context.Context, rawURL string) (Steward, error) {
	u, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	switch u.Scheme {
	case schemeFile:
		dir := filepath.FromSlash(u.Path)
		if dir == "" {
			return nil, errNoDirectory
		}
		return fileSteward{dir}, nil
	case schemeVault:
		return openVault(rawURL, false, time.Now)
	case awskms.Scheme:
		return openAWSSteward(ctx, rawURL)
	case gcpkms.Scheme, azurekeyvault.Scheme, localsecrets.Scheme:
		return nil, ErrNoSteward
	default:
		return nil, unknownScheme(u)
	}
}

// parse reads a URL with a day in the place of its mark.
func parse(rawURL string) (*url.URL, error) {
	u, err := url.Parse(strings.ReplaceAll(rawURL, dayMark, sampleDay))
	if err != nil {
		return nil, errURL // its own text shows the URL
	}
	return u, nil
}

// ofDay is a URL's form for the key of one day. A URL without the mark would keep one key for all days,
// and nothing could be shredded.
func ofDay(rawURL, day string) (*url.URL, error) {
	if !isDay(day) {
		return nil, errNotADay
	}
	u, err := url.Parse(strings.ReplaceAll(rawURL, dayMark, day))
	if err != nil {
		return nil, errURL
	}
	return u, nil
}

// checkMark refuses a URL whose key has no day in its name.
func checkMark(rawURL string) error {
	name, _, _ := strings.Cut(rawURL, "?")
	if strings.Count(name, dayMark) != 1 {
		return fmt.Errorf("KMS URL has to name a key per day: write %s once in the key's name, as hushlog-%s", dayMark, dayMark)
	}
	return nil
}

func unknownScheme(u *url.URL) error {
	return fmt.Errorf("KMS URL scheme %q is not known; want file, hashivault, awskms, gcpkms, azurekeyvault or base64key", u.Scheme)
}

// isDay says whether a name is one that seal.KeyOfDay gives.
func isDay(name string) bool {
	day, err := time.Parse(time.DateOnly, name)
	return err == nil && seal.KeyOfDay(day) == name
}

// keyForm is the name of a day's key: the day, and what stands around it.
type keyForm struct{ before, after string }

// formOf is the form of a name that has the sample day in it.
func formOf(name string) keyForm {
	before, after, _ := strings.Cut(name, sampleDay)
	return keyForm{before, after}
}

func (f keyForm) name(day string) string { return f.before + day + f.after }

// days are the days, in order, whose keys are among names.
func (f keyForm) days(names []string) []string {
	var days []string
	for _, name := range names {
		day, before := strings.CutPrefix(name, f.before)
		day, after := strings.CutSuffix(day, f.after)
		if before && after && isDay(day) {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	return days
}

// oneKey is one key under every name.
type oneKey struct{ keeper *secrets.Keeper }

func openOne(ctx context.Context, u *url.URL) (seal.KMS, error) {
	if u.Host == "" {
		return nil, errors.New("KMS URL base64key:// without a key would draw one that nobody else has; give 32 bytes in URL-safe base64")
	}
	keeper, err := secrets.OpenKeeper(ctx, u.String())
	if err != nil {
		return nil, errors.New("KMS URL base64key:// does not hold 32 bytes in URL-safe base64")
	}
	return oneKey{keeper}, nil
}

func (k oneKey) Wrap(ctx context.Context, _ string, plaintext []byte) ([]byte, error) {
	return k.keeper.Encrypt(ctx, plaintext)
}

func (k oneKey) Unwrap(ctx context.Context, _ string, wrapped []byte) ([]byte, error) {
	plaintext, err := k.keeper.Decrypt(ctx, wrapped)
	if err != nil {
		return nil, seal.ErrWrapped
	}
	return plaintext, nil
}
