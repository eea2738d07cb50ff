package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require" // says what differed

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/services/setup"
)

// runCommand runs one command and returns what it printed.
func runCommand(t *testing.T, cmd *cobra.Command, args ...string) (stdout string, err error) {
	t.Helper()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&bytes.Buffer{})
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestPrepareADeployment(t *testing.T) {
	dir := t.TempDir()
	layout := identity.Layout{Dir: dir}
	_, err := runCommand(t, newCertsCommand(), "--dir", dir, "--host", "log.example.org")
	require.NoError(t, err)
	_, err = runCommand(t, newSecretsCommand(), "--dir", dir)
	require.NoError(t, err)
	for _, name := range setup.CertificateNames(policy.Default()) {
		require.FileExists(t, layout.TLS(name).Cert)
	}
	for _, path := range []string{
		layout.Policy(), layout.ClickHouseUsers(), layout.APIKeys(), layout.People(), layout.HashKey(),
		layout.KafkaPassword(identity.Admin), layout.WebhookKey(),
	} {
		info, statErr := os.Stat(path)
		require.NoError(t, statErr)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), path)
	}

	// A second run keeps everything.
	before, err := os.ReadFile(layout.TLS(identity.Gateway).Cert)
	require.NoError(t, err)
	out, err := runCommand(t, newCertsCommand(), "--dir", dir)
	require.NoError(t, err)
	require.NotContains(t, out, "made")
	after, err := os.ReadFile(layout.TLS(identity.Gateway).Cert)
	require.NoError(t, err)
	require.Equal(t, before, after)
	_, err = runCommand(t, newCertsCommand(), "--dir", dir, "--renew")
	require.NoError(t, err)
	renewed, err := os.ReadFile(layout.TLS(identity.Gateway).Cert)
	require.NoError(t, err)
	require.NotEqual(t, before, renewed)
}

func TestKeysByCommand(t *testing.T) {
	dir := t.TempDir()
	layout := identity.Layout{Dir: dir}
	_, err := runCommand(t, newKeyCommand(), "create", "--dir", dir, "--project", "nowhere")
	require.ErrorContains(t, err, "not a project")
	out, err := runCommand(t, newKeyCommand(), "create", "--dir", dir, "--project", "demo", "--expires", "90d",
		"--bytes-per-second", "1MiB", "--note", "test")
	require.NoError(t, err)
	store, err := identity.OpenKeyStore(layout.APIKeys())
	require.NoError(t, err)
	who, err := store.Authenticate(strings.TrimSpace(out))
	require.NoError(t, err)
	require.Equal(t, "demo", who.Project)
	require.Equal(t, int64(1<<20), who.Limits.BytesPerSecond)

	list, err := runCommand(t, newKeyCommand(), "list", "--dir", dir)
	require.NoError(t, err)
	require.Contains(t, list, who.KeyID)
	require.NotContains(t, list, strings.TrimSpace(out))
	_, err = runCommand(t, newKeyCommand(), "revoke", "--dir", dir, who.KeyID)
	require.NoError(t, err)
	list, err = runCommand(t, newKeyCommand(), "list", "--dir", dir)
	require.NoError(t, err)
	require.Contains(t, list, "revoked")
	_, err = runCommand(t, newKeyCommand(), "revoke", "--dir", dir, "absent")
	require.ErrorIs(t, err, identity.ErrNoSuchID)
	_, err = runCommand(t, newKeyCommand(), "create", "--dir", "", "--project", "demo")
	require.ErrorContains(t, err, "--dir")
}

func TestPeopleByCommand(t *testing.T) {
	dir := t.TempDir()
	_, err := runCommand(t, newPersonCommand(), "add", "ann", "--dir", dir, "--role", "root")
	require.ErrorContains(t, err, "analyst, compliance, engineering, oncall, security")
	_, err = runCommand(t, newPersonCommand(), "add", "ann", "--dir", dir, "--role", "analyst", "--expires", "31d")
	require.Error(t, err)
	out, err := runCommand(t, newPersonCommand(), "add", "ann", "--dir", dir, "--role", "analyst", "--expires", "1h")
	require.NoError(t, err)
	store, err := identity.OpenPeopleStore(identity.Layout{Dir: dir}.People())
	require.NoError(t, err)
	who, err := store.Authenticate(strings.TrimSpace(out))
	require.NoError(t, err)
	require.Equal(t, "analyst", who.Role)
	out, err = runCommand(t, newPersonCommand(), "revoke", "ann", "--dir", dir)
	require.NoError(t, err)
	require.Equal(t, "revoked 1\n", out)
	out, err = runCommand(t, newPersonCommand(), "list", "--dir", dir)
	require.NoError(t, err)
	require.Contains(t, out, "revoked")
}

func TestPolicyByCommand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.yaml")
	out, err := runCommand(t, newPolicyCommand(), "default")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte(out), 0o600))
	out, err = runCommand(t, newPolicyCommand(), "check", path)
	require.NoError(t, err)
	require.Contains(t, out, "valid, digest "+policy.Default().Digest())

	wrong := strings.Replace(string(policy.DefaultDocument()), "SECRET: remove", "SECRET: keep", 1)
	require.NoError(t, os.WriteFile(path, []byte(wrong), 0o600))
	out, err = runCommand(t, newPolicyCommand(), "check", path)
	require.ErrorIs(t, err, exitError(1))
	require.Regexp(t, `policy\.yaml:\d+:5: actions\.default\.SECRET: values of this type are never logged, in no form; write one of remove_typed, remove, drop_field, metadata_only\n$`, out)

	out, err = runCommand(t, newPolicyCommand(), "explain")
	require.NoError(t, err)
	require.Contains(t, out, "Without a purpose: metadata only.")
}
