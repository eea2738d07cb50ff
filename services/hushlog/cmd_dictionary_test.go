package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
)

// runDictionary runs the command on input.
func runDictionary(t *testing.T, input string, args ...string) (stdout string, err error) {
	t.Helper()
	cmd := newDictionaryCommand()
	var out bytes.Buffer
	cmd.SetIn(strings.NewReader(input))
	cmd.SetOut(&out)
	cmd.SetErr(&bytes.Buffer{})
	cmd.SetArgs(args)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err = cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// TestDictionary makes a key and hashes, and redacts with a policy that names them.
func TestDictionary(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "dictionary.key")
	_, err := runDictionary(t, "", "key", key)
	require.NoError(t, err)
	info, err := os.Stat(key)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	_, err = runDictionary(t, "", "key", key)
	require.ErrorIs(t, err, os.ErrExist, "a key that is there is kept")

	_, err = runDictionary(t, "Zaphod Quux\n", "hash")
	require.ErrorContains(t, err, "--key is required")
	_, err = runDictionary(t, "Zaphod Quux\nzq\n", "hash", "--key", key)
	require.ErrorContains(t, err, "line 2")
	require.NotContains(t, err.Error(), "zq")
	hashes, err := runDictionary(t, "Zaphod Quux\n", "hash", "--key", key)
	require.NoError(t, err)
	require.NotContains(t, hashes, "Zaphod")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "people.hashes"), []byte(hashes), 0o600))

	doc := strings.Replace(string(policy.DefaultDocument()), "  dictionaries: {}\n",
		"  dictionaries: {people: {type: PERSON, confidence: 0.9, hashes: people.hashes, key: dictionary.key}}\n", 1)
	path := filepath.Join(dir, "policy.yaml")
	require.NoError(t, os.WriteFile(path, []byte(doc), 0o600))
	out, _, err := runRedact(t, "ask ZAPHOD QUUX\n", "--policy", path)
	require.NoError(t, err)
	require.Equal(t, "ask Z*** Q***\n", out)

	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(doc, "detectors: {}", "detectors: {x: {url: 'https://x.example/analyze'}}", 1)), 0o600))
	_, report, err := runRedact(t, "ask ZAPHOD QUUX\n", "--policy", path)
	require.NoError(t, err)
	require.Contains(t, report, "external detectors are not asked")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "people.hashes"), []byte("none\n"), 0o600))
	_, _, err = runRedact(t, "ask ZAPHOD QUUX\n", "--policy", path)
	require.ErrorIs(t, err, policy.ErrInvalid)
}
