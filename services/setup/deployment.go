// Package setup makes a deployment: its directory of certificates, secrets and
// policy, and the topics, users, rights and tables of Kafka and ClickHouse that
// follow from the policy. The commands certs, secrets and init are its, and
// `hushlog dev` and the tests use the same.
package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
)

// renewWithin is how long before its end a certificate is renewed by `hushlog certs`.
const renewWithin = 30 * 24 * time.Hour

// Policy is the policy of a deployment, or the default where there is none yet.
func Policy(layout identity.Layout) (*policy.Policy, error) {
	p, err := policy.Load(layout.Policy())
	if errors.Is(err, fs.ErrNotExist) {
		return policy.Default(), nil
	}
	return p, err
}

// File is what a command did with one file.
type File struct {
	// Path of the file; Created says whether it was made now or kept.
	Path    string
	Created bool
}

// IssueCertificates makes the CA when there is none, and every certificate that is missing or near
// its end; with renew, all of them. Hosts are names and addresses that clients outside will use.
func IssueCertificates(layout identity.Layout, p *policy.Policy, hosts []string, renew bool) ([]File, error) {
	var done []File
	err := identity.CreateCA(layout.PKI())
	if err != nil && !errors.Is(err, identity.ErrExists) {
		return nil, err
	}
	done = append(done, File{filepath.Join(layout.PKI(), "ca.crt"), err == nil})
	for _, name := range CertificateNames(p) {
		fresh, issueErr := issueOne(layout, name, hosts, renew)
		if issueErr != nil {
			return done, issueErr
		}
		done = append(done, File{layout.TLS(name).Cert, fresh})
	}
	return done, nil
}

// CertificateNames are all identities: services, servers, what watches them, one for each role.
func CertificateNames(p *policy.Policy) []string {
	names := slices.Concat(identity.Services(), identity.Servers(), identity.Monitors())
	for _, role := range slices.Sorted(maps.Keys(p.Roles)) {
		names = append(names, identity.RoleUser(role))
	}
	return names
}

func issueOne(layout identity.Layout, name string, hosts []string, renew bool) (bool, error) {
	expiry, err := identity.CertExpiry(layout.TLS(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err == nil && !renew && time.Until(expiry) > renewWithin {
		return false, nil
	}
	return true, identity.IssueCert(layout.PKI(), name, hosts...)
}

// PreparePolicy writes the default policy when the deployment has none, and what ClickHouse reads of it.
func PreparePolicy(layout identity.Layout) (*policy.Policy, []File, error) {
	created := false
	_, err := os.Stat(layout.Policy())
	if errors.Is(err, fs.ErrNotExist) {
		err = writeNew(layout.Policy(), policy.DefaultDocument())
		created = err == nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("policy of the deployment: %w", err)
	}
	p, err := policy.Load(layout.Policy())
	if err != nil {
		return nil, nil, err
	}
	err = WriteUsersXML(layout, p)
	if err != nil {
		return nil, nil, err
	}
	return p, []File{{layout.Policy(), created}, {layout.ClickHouseUsers(), true}}, nil
}

// WriteUsersXML replaces the users of ClickHouse by those of the policy. A server reads the file
// again by itself.
func WriteUsersXML(layout identity.Layout, p *policy.Policy) error {
	path := layout.ClickHouseUsers()
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err != nil {
		return fmt.Errorf("write users of ClickHouse: %w", err)
	}
	// Written in place: containers mount the file itself, and would keep a replaced one.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write users of ClickHouse: %w", err)
	}
	err = errors.Join(p.RenderUsersXML(file), file.Close())
	if err != nil {
		return fmt.Errorf("write users of ClickHouse: %w", err)
	}
	return nil
}

// writeNew writes a file that is not there yet.
func writeNew(path string, data []byte) error {
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}

// EnsureAccess makes the empty lists of keys and people that services wait for.
func EnsureAccess(layout identity.Layout) error {
	return errors.Join(identity.EnsureKeyFile(layout.APIKeys()), identity.EnsurePeopleFile(layout.People()))
}

// Prepare makes a whole deployment directory, or what is missing of it: secrets,
// policy, ClickHouse's users, lists of keys and people, certificates.
func Prepare(layout identity.Layout, hosts []string) (*policy.Policy, error) {
	_, err := identity.CreateSecrets(layout, time.Now(), false)
	if err != nil {
		return nil, err
	}
	p, _, err := PreparePolicy(layout)
	if err != nil {
		return nil, err
	}
	err = EnsureAccess(layout)
	if err != nil {
		return nil, err
	}
	_, err = IssueCertificates(layout, p, hosts, false)
	return p, err
}
