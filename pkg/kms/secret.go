package kms

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"gocloud.dev/secrets"
	"gocloud.dev/secrets/awskms"
	"gocloud.dev/secrets/azurekeyvault"
	"gocloud.dev/secrets/gcpkms"
	"gocloud.dev/secrets/localsecrets"

	"github.com/hushlog/hushlog/pkg/identity"
)

// wrappedSecret is a secret under a key of its own, and that key under the KMS's: some take no more than a key.
type wrappedSecret struct {
	Key    []byte `json:"wrapped_key"`
	Secret []byte `json:"secret"`
}

var (
	errDayInName = errors.New("KMS URL of a secret names one key, without " + dayMark + ": what rests under it is needed for longer than a day")
	errNoSecret  = errors.New("this is no secret that hushlog has wrapped under the KMS's key of this URL")
)

// WrapSecret encrypts a secret that rests, as the keys of ClickHouse's disks, under one key of a KMS. The URL is as Open has it, of
// hashivault, awskms, gcpkms, azurekeyvault or base64key, with the key's whole name in it and no day. The key has to exist, but
// in Vault, which makes it where the token may. Errors never show the URL.
func WrapSecret(ctx context.Context, rawURL string, secret []byte) ([]byte, error) {
	under, err := openNamed(ctx, rawURL)
	if err != nil {
		return nil, err
	}
	var key [identity.KeySize]byte
	defer clear(key[:])
	_, _ = rand.Read(key[:])
	var out wrappedSecret
	out.Key, err = under.wrap(ctx, key[:])
	if err != nil {
		return nil, fmt.Errorf("wrap a secret: %w", err)
	}
	out.Secret, err = withKey(&key, func(keeper *secrets.Keeper) ([]byte, error) { return keeper.Encrypt(ctx, secret) })
	if err != nil {
		return nil, fmt.Errorf("wrap a secret: %w", err)
	}
	return json.Marshal(out) //nolint:gosec // what it holds is encrypted
}

// UnwrapSecret is the inverse of WrapSecret.
func UnwrapSecret(ctx context.Context, rawURL string, wrapped []byte) ([]byte, error) {
	under, err := openNamed(ctx, rawURL)
	if err != nil {
		return nil, err
	}
	var in wrappedSecret
	err = json.Unmarshal(wrapped, &in)
	if err != nil || len(in.Key) == 0 || len(in.Secret) == 0 {
		return nil, errNoSecret
	}
	raw, err := under.unwrap(ctx, in.Key)
	if err != nil {
		return nil, fmt.Errorf("unwrap a secret: %w", err)
	}
	defer clear(raw)
	if len(raw) != identity.KeySize {
		return nil, errNoSecret
	}
	key := [identity.KeySize]byte(raw)
	defer clear(key[:])
	secret, err := withKey(&key, func(keeper *secrets.Keeper) ([]byte, error) { return keeper.Decrypt(ctx, in.Secret) })
	if err != nil {
		return nil, errNoSecret
	}
	return secret, nil
}

// named is one key of a KMS.
type named struct {
	wrap, unwrap func(context.Context, []byte) ([]byte, error)
}

func openNamed(ctx context.Context, rawURL string) (named, error) {
	if strings.Contains(rawURL, dayMark) {
		return named{}, errDayInName
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return named{}, errURL
	}
	switch u.Scheme {
	case schemeVault:
		k, err := dialVault(u)
		if err != nil {
			return named{}, err
		}
		name := u.Host + u.Path
		return named{
			func(ctx context.Context, plaintext []byte) ([]byte, error) { return k.encrypt(ctx, name, plaintext) },
			func(ctx context.Context, wrapped []byte) ([]byte, error) { return k.decrypt(ctx, name, wrapped) },
		}, nil
	case localsecrets.Scheme:
		one, err := openOne(ctx, u)
		if err != nil {
			return named{}, err
		}
		return named{
			func(ctx context.Context, plaintext []byte) ([]byte, error) { return one.Wrap(ctx, "", plaintext) },
			func(ctx context.Context, wrapped []byte) ([]byte, error) { return one.Unwrap(ctx, "", wrapped) },
		}, nil
	case awskms.Scheme, gcpkms.Scheme, azurekeyvault.Scheme:
		keeper, err := secrets.OpenKeeper(ctx, rawURL)
		if err != nil {
			return named{}, fmt.Errorf("open KMS %s: %w", u.Scheme, err)
		}
		return named{keeper.Encrypt, keeper.Decrypt}, nil
	default:
		return named{}, unknownScheme(u)
	}
}
