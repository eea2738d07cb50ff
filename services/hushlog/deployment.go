package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
)

// renewWithin is how long before its end a certificate is renewed by `hushlog certs`.
const renewWithin = 30 * 24 * time.Hour

// addDirFlag gives a command the deployment's directory.
func addDirFlag(cmd *cobra.Command, layout *identity.Layout) {
	cmd.Flags().StringVar(&layout.Dir, "dir", os.Getenv("HUSHLOG_DIR"),
		"deployment directory; HUSHLOG_DIR in the environment does the same")
}

// requireDir says how to name the directory when neither flag nor environment did.
func requireDir(layout identity.Layout) error {
	if layout.Dir == "" {
		return errors.New("name the deployment directory with --dir or HUSHLOG_DIR")
	}
	return nil
}

// deploymentPolicy is the policy of a deployment, or the default where there is none yet.
func deploymentPolicy(layout identity.Layout) (*policy.Policy, error) {
	p, err := policy.Load(layout.Policy())
	if errors.Is(err, fs.ErrNotExist) {
		return policy.Default(), nil
	}
	return p, err
}

// made is what a command did with one file.
type made struct {
	path    string
	created bool
}

// issueCertificates makes the CA when there is none, and every certificate that is missing or near
// its end; with renew, all of them. Hosts are names and addresses that clients outside will use.
func issueCertificates(layout identity.Layout, p *policy.Policy, hosts []string, renew bool) ([]made, error) {
	var done []made
	err := identity.CreateCA(layout.PKI())
	if err != nil && !errors.Is(err, identity.ErrExists) {
		return nil, err
	}
	done = append(done, made{filepath.Join(layout.PKI(), "ca.crt"), err == nil})
	for _, name := range certificateNames(p) {
		fresh, issueErr := issueOne(layout, name, hosts, renew)
		if issueErr != nil {
			return done, issueErr
		}
		done = append(done, made{layout.TLS(name).Cert, fresh})
	}
	return done, nil
}

// certificateNames are all identities: services, servers, one for each role.
func certificateNames(p *policy.Policy) []string {
	names := slices.Concat(identity.Services(), identity.Servers())
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

// preparePolicy writes the default policy when the deployment has none, and what ClickHouse reads of it.
func preparePolicy(layout identity.Layout) (*policy.Policy, []made, error) {
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
	err = writeUsersXML(layout, p)
	if err != nil {
		return nil, nil, err
	}
	return p, []made{{layout.Policy(), created}, {layout.ClickHouseUsers(), true}}, nil
}

// writeUsersXML replaces the users of ClickHouse by those of the policy. A server reads the file
// again by itself.
func writeUsersXML(layout identity.Layout, p *policy.Policy) error {
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

// ensureAccess makes the empty lists of keys and people that services wait for.
func ensureAccess(layout identity.Layout) error {
	return errors.Join(identity.EnsureKeyFile(layout.APIKeys()), identity.EnsurePeopleFile(layout.People()))
}

// caller names who runs a command, for the lists of keys and people.
func caller() string {
	u, err := user.Current()
	if err != nil || u.Username == "" {
		return fmt.Sprintf("uid-%d", os.Getuid())
	}
	return u.Username
}

// report prints one line a file.
func report(cmd *cobra.Command, files []made) {
	for _, file := range files {
		what := "kept"
		if file.created {
			what = "made"
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n", what, file.path)
	}
}
