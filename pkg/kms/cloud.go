package kms

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"gocloud.dev/gcerrors"
	"gocloud.dev/secrets"

	"github.com/hushlog/hushlog/pkg/seal"
)

// cloudKMS is a cloud's KMS with a key per day, through gocloud.
type cloudKMS struct {
	url string

	mu sync.Mutex
	// keepers are the days' keys in use: a client each, which is not made for every epoch anew.
	keepers map[string]*secrets.Keeper
}

// keepersAtMost bounds the clients kept: epochs of a handful of days can be opened at a time.
const keepersAtMost = 16

// openCloud checks that the URL can be opened for a day; it asks the cloud nothing.
func openCloud(ctx context.Context, rawURL string) (*cloudKMS, error) {
	err := checkMark(rawURL)
	if err != nil {
		return nil, err
	}
	k := &cloudKMS{url: rawURL, keepers: map[string]*secrets.Keeper{}}
	_, err = k.keeper(ctx, sampleDay)
	if err != nil {
		return nil, err
	}
	return k, nil
}

// Wrap encrypts under the key of the named day, which has to exist.
func (k *cloudKMS) Wrap(ctx context.Context, day string, plaintext []byte) ([]byte, error) {
	keeper, err := k.keeper(ctx, day)
	if err != nil {
		return nil, err
	}
	wrapped, err := keeper.Encrypt(ctx, plaintext)
	if err != nil {
		return nil, cloudError("wrap under", day, err)
	}
	return wrapped, nil
}

// Unwrap decrypts with the key of the named day.
func (k *cloudKMS) Unwrap(ctx context.Context, day string, wrapped []byte) ([]byte, error) {
	if len(wrapped) == 0 { // which some clouds' clients do not send
		return nil, fmt.Errorf("KMS key %s: %w", day, seal.ErrWrapped)
	}
	keeper, err := k.keeper(ctx, day)
	if err != nil {
		return nil, err
	}
	plaintext, err := keeper.Decrypt(ctx, wrapped)
	if err != nil {
		return nil, cloudError("unwrap with", day, err)
	}
	return plaintext, nil
}

func (k *cloudKMS) keeper(ctx context.Context, day string) (*secrets.Keeper, error) {
	u, err := ofDay(k.url, day)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	keeper, found := k.keepers[day]
	if found {
		return keeper, nil
	}
	keeper, err = secrets.OpenKeeper(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("open KMS %s: %w", u.Scheme, err)
	}
	for other := range k.keepers {
		if len(k.keepers) < keepersAtMost {
			break
		}
		// One that is in use just now ends with an error, and is tried again: days are few.
		_ = k.keepers[other].Close()
		delete(k.keepers, other)
	}
	k.keepers[day] = keeper
	return keeper, nil
}

// cloudError says what an error means for what is sealed: only a key that the cloud knows nothing of is
// gone. A key that is disabled or waits for its destruction may come back, and is away.
func cloudError(doing, day string, err error) error {
	switch gcerrors.Code(err) {
	case gcerrors.NotFound:
		return fmt.Errorf("KMS key %s: %w", day, seal.ErrKeyGone)
	case gcerrors.InvalidArgument:
		return fmt.Errorf("KMS key %s: %w", day, seal.ErrWrapped)
	default:
		return errors.Join(fmt.Errorf("%s KMS key %s; may this service use it?", doing, day), err)
	}
}
