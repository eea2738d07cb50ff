package query

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
)

// Readers run statements as the ClickHouse users of the policy's roles and of their exports, each over
// connections that show the role's own certificate. Safe for concurrent use.
type Readers struct{ byUser map[string]*store.Reader }

// OpenReaders prepares a reader for each role: the store of cfg, the certificates role_<role> of pki.
// It connects to nothing yet. The caller closes.
func OpenReaders(cfg store.Config, pki string, p *policy.Policy) (*Readers, error) {
	readers := &Readers{byUser: make(map[string]*store.Reader)}
	for _, user := range p.ClickHouseUsers() {
		if user.Role == "" {
			continue
		}
		cfg.User = user.Name
		cfg.TLS = identity.FilesIn(pki, user.CommonName)
		reader, err := store.NewReader(cfg)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("reader as %s: %w", user.Name, err), readers.Close())
		}
		readers.byUser[user.Name] = reader
	}
	return readers, nil
}

// Run runs a statement as a user of the policy's, under the id of the act that it belongs to.
func (r *Readers) Run(ctx context.Context, user, act, statement, format string, limits store.Limits) (io.ReadCloser, error) {
	reader, known := r.byUser[user]
	if !known {
		return nil, fmt.Errorf("no reader as %s", user)
	}
	return reader.Run(ctx, act, statement, format, limits)
}

// Close closes every reader.
func (r *Readers) Close() error {
	var errs []error
	for _, reader := range r.byUser {
		errs = append(errs, reader.Close())
	}
	return errors.Join(errs...)
}
