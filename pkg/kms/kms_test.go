package kms

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/seal"
)

// sides are what the three services that use a KMS have of it, each with its own rights.
type sides struct {
	// maker wraps and unwraps, reader unwraps.
	maker, reader seal.KMS
	steward       Steward
	// now is the makers' clock.
	now *time.Time
	// delayed says that destroyed keys can be called back for a while.
	delayed bool
	// lax says that the stand-in goes on using a key that waits for its end, which the real one refuses.
	lax bool
}

// testSides holds a KMS to what its three sides promise. Whoever writes a KMS runs it.
func testSides(t *testing.T, s sides) {
	t.Helper()
	ctx := t.Context()
	today, tomorrow := seal.KeyOfDay(*s.now), seal.KeyOfDay(s.now.AddDate(0, 0, 1))
	days, err := s.steward.Days(ctx)
	require.NoError(t, err)
	require.Empty(t, days)
	require.NoError(t, s.steward.Prepare(ctx, today, tomorrow))
	require.NoError(t, s.steward.Prepare(ctx, today, tomorrow), "what is there stays")

	wrapped, err := s.maker.Wrap(ctx, today, []byte("private key"))
	require.NoError(t, err)
	require.NotContains(t, string(wrapped), "private key")
	for _, side := range []seal.KMS{s.maker, s.reader} {
		plain, unwrapErr := side.Unwrap(ctx, today, wrapped)
		require.NoError(t, unwrapErr)
		require.Equal(t, "private key", string(plain))
	}
	days, err = s.steward.Days(ctx)
	require.NoError(t, err)
	require.Contains(t, days, today)

	t.Run("what does not fit", func(t *testing.T) {
		spoiled := append([]byte{}, wrapped...)
		spoiled[len(spoiled)-5] ^= 1
		for _, w := range [][]byte{spoiled, []byte("short"), []byte("vault:v1:"), {}} {
			_, err := s.reader.Unwrap(ctx, today, w)
			require.ErrorIs(t, err, seal.ErrWrapped)
		}
	})
	t.Run("keys that are not there", func(t *testing.T) {
		_, err := s.reader.Unwrap(ctx, "2019-01-01", wrapped)
		require.True(t, seal.Permanent(err), "%v", err)
		_, err = s.maker.Wrap(ctx, "2019-01-01", []byte("private key"))
		require.ErrorIs(t, err, seal.ErrKeyGone, "a day that is over gets no key")
		for _, name := range []string{"", "x", "../" + today, "2026-11-31", "2026-1-2"} {
			_, err = s.maker.Wrap(ctx, name, []byte("private key"))
			require.Error(t, err)
			_, err = s.reader.Unwrap(ctx, name, wrapped)
			require.Error(t, err)
			_, err = s.steward.Destroy(ctx, name)
			require.Error(t, err)
		}
	})
	t.Run("nobody waits for ever", func(t *testing.T) {
		over, cancel := context.WithCancel(ctx)
		cancel()
		_, err := s.reader.Unwrap(over, today, wrapped)
		if err != nil { // files answer at once
			require.False(t, seal.Permanent(err), "a call that was given up says nothing of the key")
		}
	})

	done, err := s.steward.Destroy(ctx, today)
	require.NoError(t, err)
	require.Equal(t, s.delayed, !done.CanBeUndoneUntil.IsZero())
	for _, side := range []seal.KMS{s.maker, s.reader} {
		if s.lax {
			break
		}
		_, err = side.Unwrap(ctx, today, wrapped)
		require.Error(t, err, "what was wrapped cannot be unwrapped any more")
		require.Equal(t, !s.delayed, seal.Permanent(err), "a key that may be called back is away, and not gone: %v", err)
	}
	again, err := s.steward.Destroy(ctx, today)
	require.NoError(t, err)
	require.Equal(t, done, again)
	_, err = s.steward.Destroy(ctx, "2019-01-01")
	require.NoError(t, err, "a key that does not exist is destroyed")

	*s.now = s.now.AddDate(0, 0, 1)
	if !s.lax {
		_, err = s.maker.Wrap(ctx, today, []byte("private key"))
		require.Error(t, err, "a destroyed key is not made anew")
	}
	_, err = s.maker.Wrap(ctx, tomorrow, []byte("private key"))
	require.NoError(t, err)
}

func noon() *time.Time {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	return &at
}

// openSides opens all three by the URLs that the services have.
func openSides(t *testing.T, maker, reader, steward string) sides {
	t.Helper()
	now := noon()
	s := sides{now: now}
	clock := func() time.Time { return *now }
	var err error
	s.maker, err = Open(t.Context(), maker, true, clock)
	require.NoError(t, err)
	s.reader, err = Open(t.Context(), reader, false, clock)
	require.NoError(t, err)
	s.steward, err = OpenSteward(t.Context(), steward)
	require.NoError(t, err)
	return s
}

func TestFiles(t *testing.T) {
	url := "file://" + t.TempDir()
	testSides(t, openSides(t, url, url, url))
}

func TestFilesAreMadeByOne(t *testing.T) {
	dir := t.TempDir()
	now := *noon()
	clock := func() time.Time { return now }
	reader, err := NewFiles(dir, false, clock)
	require.NoError(t, err)
	_, err = reader.Wrap(t.Context(), seal.KeyOfDay(now), []byte("key"))
	require.ErrorIs(t, err, seal.ErrKeyGone, "only the maker makes keys")

	var wg sync.WaitGroup
	wrapped := make([][]byte, 8)
	for i := range wrapped {
		wg.Go(func() {
			one, oneErr := NewFiles(dir, true, clock)
			if oneErr == nil {
				wrapped[i], oneErr = one.Wrap(context.WithoutCancel(t.Context()), seal.KeyOfDay(now), []byte("key"))
			}
			if oneErr != nil {
				t.Error(oneErr)
			}
		})
	}
	wg.Wait()
	for _, w := range wrapped {
		plain, unwrapErr := reader.Unwrap(t.Context(), seal.KeyOfDay(now), w)
		require.NoError(t, unwrapErr)
		require.Equal(t, "key", string(plain))
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	info, err := files[0].Info()
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
}

// TestAMissingDirectoryShredsNothing has a KMS whose volume is not mounted: records wait, and are not given up.
func TestAMissingDirectoryShredsNothing(t *testing.T) {
	keys, err := NewFiles(filepath.Join(t.TempDir(), "not-mounted"), false, nil)
	require.NoError(t, err)
	_, err = keys.Unwrap(t.Context(), "2026-11-22", []byte("wrapped"))
	require.ErrorContains(t, err, "mounted")
	require.False(t, seal.Permanent(err))
}

func TestOpen(t *testing.T) {
	const key = "smGbjm71Nxd1Ig5FS0wj9SlbzAIrnolCz9bQQ6uAhl4="
	one, err := Open(t.Context(), "base64key://"+key, false, nil)
	require.NoError(t, err)
	wrapped, err := one.Wrap(t.Context(), "any", []byte("secret"))
	require.NoError(t, err)
	plain, err := one.Unwrap(t.Context(), "other", wrapped)
	require.NoError(t, err)
	require.Equal(t, "secret", string(plain))

	for name, test := range map[string]struct{ url, says string }{
		"nothing":               {"", "scheme"},
		"another scheme":        {"https://kms", "scheme"},
		"no key":                {"base64key://", "32 bytes"},
		"a short key":           {"base64key://shortsecret", "32 bytes"},
		"a parameter":           {"base64key://" + key + "?x=1", "32 bytes"},
		"no scheme":             {":" + key, "parsed"},
		"no directory":          {"file://", "directory"},
		"one key for all days":  {"awskms://alias/hushlog?region=eu-central-1", dayMark},
		"the day elsewhere":     {"awskms://alias/hushlog?region=eu-central-1&x={day}", dayMark},
		"two days":              {"gcpkms://projects/{day}/cryptoKeys/{day}", dayMark},
		"no day in Vault":       {"hashivault://hushlog?address=https://vault:8200", dayMark},
		"a path in Vault":       {"hashivault://transit/hushlog-{day}?address=https://vault:8200", "slashes"},
		"keys in the clear":     {"hashivault://hushlog-{day}?address=http://vault:8200", "https"},
		"an address of nothing": {"hashivault://hushlog-{day}?address=vault", "https"},
		"a word Vault lacks":    {"hashivault://hushlog-{day}?adress=https://vault:8200", "adress"},
		"a CA that is not here": {"hashivault://hushlog-{day}?address=https://vault:8200&ca_file=/no/such/ca", "ca_file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(t.Context(), test.url, false, nil)
			require.ErrorContains(t, err, test.says)
			require.NotContains(t, err.Error(), key[:20])
			require.NotContains(t, err.Error(), "shortsecret")
		})
	}
	for _, url := range []string{
		"hashivault://hushlog-{day}?address=https://vault:8200", "hashivault://hushlog-{day}?address=http://127.0.0.1:8100&engine=sealing&namespace=ops",
	} {
		_, err = Open(t.Context(), url, false, nil)
		require.NoError(t, err)
	}
	for _, url := range []string{"base64key://" + key, "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/hushlog-{day}", "azurekeyvault://house.vault.azure.net/keys/hushlog-{day}"} {
		_, err = OpenSteward(t.Context(), url)
		require.ErrorIs(t, err, ErrNoSteward)
	}
	_, err = OpenSteward(t.Context(), "awskms://0123-{day}?region=eu-central-1")
	require.ErrorContains(t, err, "alias", "keys' ids are AWS's")
}
