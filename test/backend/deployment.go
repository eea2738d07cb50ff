package backend

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/services/setup"
)

// NewDeployment makes in dir what `hushlog certs` and `hushlog secrets` make for a deployment whose
// policy is document: certificates of every service, server and role, secrets, the policy and users.xml.
func NewDeployment(dir string, document []byte) (identity.Layout, error) {
	layout := identity.Layout{Dir: dir}
	err := os.MkdirAll(filepath.Dir(layout.Policy()), 0o700)
	if err != nil {
		return layout, fmt.Errorf("write policy: %w", err)
	}
	err = os.WriteFile(layout.Policy(), document, 0o600)
	if err != nil {
		return layout, fmt.Errorf("write policy: %w", err)
	}
	_, err = setup.Prepare(layout, nil)
	return layout, err
}
