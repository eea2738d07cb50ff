package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
)

func TestDiskKeysAreWrappedAndUnwrapped(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	keys := identity.NewDiskKeys()
	require.NoError(t, os.WriteFile(at("disks.xml"), keys, 0o600))
	under := "base64key://" + strings.TrimSpace(string(identity.NewDayKey()))
	run := func(args ...string) error {
		cmd := newDiskKeysCommand()
		cmd.SetArgs(args)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		return cmd.ExecuteContext(t.Context())
	}
	require.NoError(t, run("wrap", "--kms", under, "--in", at("disks.xml"), "--out", at("wrapped")))
	wrapped, err := os.ReadFile(at("wrapped"))
	require.NoError(t, err)
	require.NotContains(t, string(wrapped), "key_hex")
	require.NoError(t, run("unwrap", "--kms", under, "--in", at("wrapped"), "--out", at("again.xml")))
	again, err := os.ReadFile(at("again.xml"))
	require.NoError(t, err)
	require.Equal(t, keys, again)
	info, err := os.Stat(at("again.xml"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	another := "base64key://" + strings.TrimSpace(string(identity.NewDayKey()))
	err = run("unwrap", "--kms", another, "--in", at("wrapped"), "--out", at("none.xml"))
	require.Error(t, err)
	require.NotContains(t, err.Error(), another, "no URL, which holds a key, in what is said")
	require.NoFileExists(t, at("none.xml"))
	require.ErrorContains(t, run("wrap", "--kms", under, "--in", at("nothing"), "--out", at("x")), "--in")
}
