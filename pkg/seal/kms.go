package seal

import (
	"context"
	"time"
)

// KMS wraps epochs' private keys under named keys of its own (package kms has them). Both methods may do
// I/O. Unwrap fails with ErrKeyGone when the named key does not exist and with ErrWrapped when it does not
// fit; any other error says that the KMS did not answer, and is to be tried again.
type KMS interface {
	Wrap(ctx context.Context, key string, plaintext []byte) ([]byte, error)
	Unwrap(ctx context.Context, key string, wrapped []byte) ([]byte, error)
}

// KeyOfDay is the name of the KMS key that wraps what is made at t.
func KeyOfDay(t time.Time) string { return t.UTC().Format(time.DateOnly) }
