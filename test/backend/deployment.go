package backend

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
)

// NewDeployment makes in dir what `hushlog certs` and `hushlog secrets` make for a deployment of p:
// certificates of every service, server and role, secrets, the policy document and users.xml.
func NewDeployment(dir string, document []byte) (identity.Layout, error) {
	layout := identity.Layout{Dir: dir}
	p, err := policy.Parse(document)
	if err != nil {
		return layout, err
	}
	err = identity.CreateCA(layout.PKI())
	if err != nil {
		return layout, err
	}
	names := append(identity.Services(), identity.Servers()...)
	for _, role := range slices.Sorted(maps.Keys(p.Roles)) {
		names = append(names, identity.RoleUser(role))
	}
	for _, name := range names {
		err = identity.IssueCert(layout.PKI(), name)
		if err != nil {
			return layout, err
		}
	}
	_, err = identity.CreateSecrets(layout, time.Now(), false)
	if err != nil {
		return layout, err
	}
	err = os.WriteFile(layout.Policy(), document, 0o600)
	if err != nil {
		return layout, fmt.Errorf("write policy: %w", err)
	}
	return layout, writeUsers(layout, p)
}

func writeUsers(layout identity.Layout, p *policy.Policy) error {
	path := layout.ClickHouseUsers()
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err != nil {
		return fmt.Errorf("make folder of users.xml: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make users.xml: %w", err)
	}
	err = p.RenderUsersXML(file)
	if err != nil {
		_ = file.Close()
		return err
	}
	err = file.Close()
	if err != nil {
		return fmt.Errorf("write users.xml: %w", err)
	}
	return nil
}
