package kms

import (
	"bytes"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
)

func oneKeyURL() string { return "base64key://" + strings.TrimSpace(string(identity.NewDayKey())) }

// testSecret wraps and unwraps under the key of a URL; other is the URL of another key.
func testSecret(t *testing.T, rawURL, other string) {
	t.Helper()
	secret := bytes.Repeat([]byte("keys of disks, longer than what a cloud's key encrypts by itself. "), 100)
	wrapped, err := WrapSecret(t.Context(), rawURL, secret)
	require.NoError(t, err)
	require.NotContains(t, string(wrapped), "keys of disks")
	again, err := UnwrapSecret(t.Context(), rawURL, wrapped)
	require.NoError(t, err)
	require.Equal(t, secret, again)
	_, err = UnwrapSecret(t.Context(), other, wrapped)
	require.Error(t, err)
	for _, at := range []int{len(wrapped) / 4, len(wrapped) / 2, len(wrapped) - 10} {
		changed := bytes.Clone(wrapped)
		changed[at] ^= 1
		_, err = UnwrapSecret(t.Context(), rawURL, changed)
		require.Error(t, err, "byte %d", at)
	}
}

func TestSecretUnderOneKey(t *testing.T) { testSecret(t, oneKeyURL(), oneKeyURL()) }

func TestSecretInVaultStandIn(t *testing.T) {
	server := httptest.NewServer(&transitStandIn{token: "token", keys: map[string]*transitKey{}})
	t.Cleanup(server.Close)
	testSecretInVault(t, server.URL, "token")
}

func testSecretInVault(t *testing.T, address, token string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(token+"\n"), 0o600))
	named := func(name string) string {
		return "hashivault://" + name + "?" + url.Values{"address": {address}, "token_file": {file}}.Encode()
	}
	testSecret(t, named("clickhouse-disks"), named("another"))
}

func TestSecretsNeedOneKnownKey(t *testing.T) {
	for rawURL, want := range map[string]string{
		"hashivault://hushlog-{day}": "names one key", "file:///tmp/keys": "not known", "base64key://": "without a key", "base64key://short": "32 bytes", "%": "cannot be parsed",
	} {
		_, err := WrapSecret(t.Context(), rawURL, []byte("x"))
		require.ErrorContains(t, err, want, "%s", rawURL)
	}
}

func FuzzUnwrapSecret(f *testing.F) {
	under := oneKeyURL()
	wrapped, err := WrapSecret(f.Context(), under, []byte("secret"))
	require.NoError(f, err)
	f.Add(wrapped)
	f.Add([]byte(`{"wrapped_key":"AAAA","secret":"AAAA"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		secret, err := UnwrapSecret(t.Context(), under, data)
		if err == nil {
			require.Equal(t, "secret", string(secret))
		}
	})
}
