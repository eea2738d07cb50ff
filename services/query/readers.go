package query

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
)

// Readers run statements as the ClickHouse users of the policy's roles, each over connections that
// show that user's own certificate. Safe for concurrent use.
type Readers struct{ byRole map[string]*store.Reader }

// OpenReaders prepares a reader for each role: the store of cfg, the certificates role_<role> of pki.
// It connects to nothing yet. The caller closes.
func OpenReaders(cfg store.Config, pki string, p *policy.Policy) (*Readers, error) {
	readers := &Readers{byRole: make(map[string]*store.Reader)}
	for _, role := range slices.Sorted(maps.Keys(p.Roles)) {
		cfg.User = identity.RoleUser(role)
		cfg.TLS = identity.FilesIn(pki, cfg.User)
		reader, err := store.NewReader(cfg)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("reader of role %s: %w", role, err), readers.Close())
		}
		readers.byRole[role] = reader
	}
	return readers, nil
}

// Run runs a statement as the role's user.
func (r *Readers) Run(ctx context.Context, role, statement, format string, limits store.Limits) (io.ReadCloser, error) {
	reader, known := r.byRole[role]
	if !known {
		return nil, fmt.Errorf("no reader of role %s", role)
	}
	return reader.Run(ctx, statement, format, limits)
}

// Close closes every reader.
func (r *Readers) Close() error {
	var errs []error
	for _, reader := range r.byRole {
		errs = append(errs, reader.Close())
	}
	return errors.Join(errs...)
}
