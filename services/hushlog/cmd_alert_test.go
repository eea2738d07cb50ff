package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require" // says what differed

	"github.com/hushlog/hushlog/pkg/alerting"
)

// alertCommand runs hushlog alert with arguments and returns what it wrote.
func alertCommand(t *testing.T, stdin string, args ...string) (out, problems string, err error) {
	t.Helper()
	root := newRootCommand()
	var stdout, stderr bytes.Buffer
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	root.SetIn(strings.NewReader(stdin))
	root.SetArgs(append([]string{"alert"}, args...))
	err = root.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

const alertRules = `version: 1
rules:
  - {name: failures, description: d, match: failed, key: [project, user], window: 5m, threshold: {at_least: 2}, severity: warning, owner: o}
`

const alertTests = `rules: [rules.yaml]
tests:
  - name: two failures
    events: [{at: 0s, every: 1s, times: 2, interaction: {project: p, user_pseudonym: u, failed: true}}]
    alerts: [{rule: failures, keys: {project: p, user: u}, at: 0s}]
`

func TestAlertTestFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	write("rules.yaml", alertRules)
	good := write("good.test.yaml", alertTests)
	out, _, err := alertCommand(t, "", "test", good)
	require.NoError(t, err)
	require.Equal(t, "1 passed, 0 failed\n", out)

	bad := write("bad.test.yaml", strings.Replace(alertTests, "times: 2", "times: 1", 1))
	out, _, err = alertCommand(t, "", "test", good, bad)
	require.Equal(t, exitError(1), err)
	require.Equal(t, bad+": two failures\n  did not fire: failures project=p user=u at 0s\n1 passed, 1 failed\n", out)

	write("rules.yaml", strings.Replace(alertRules, "match: failed", "match: failled", 1))
	_, problems, err := alertCommand(t, "", "test", good)
	require.Equal(t, exitError(1), err)
	require.Contains(t, problems, "rules.yaml:3:45: rules[0].match: undeclared reference to 'failled'")
}

func TestAlertReplaysRecords(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	require.NoError(t, os.WriteFile(rules, []byte(alertRules), 0o600))
	record := `{"interaction":{"project":"p","userPseudonym":"u","failed":true,"acceptedAt":"2026-01-05T09:00:01Z"}}` + "\n"
	out, problems, err := alertCommand(t, record+record, "test", rules, "builtin", "--records", "-", "--until", "2026-01-05T10:00:00Z")
	require.NoError(t, err)
	builtin, err := alerting.Builtin()
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("2 records, %d rules, 1 alerts\n", 1+len(builtin.List())), problems)
	require.Equal(t, "2026-01-05T09:00:01Z firing   warning  failures project=p user=u value=2 threshold=2\n"+
		"2026-01-05T09:10:00Z resolved warning  failures project=p user=u value=2 threshold=2\n", out)
	out, _, err = alertCommand(t, record+record, "test", rules, "--records", "-", "--format", "json")
	require.NoError(t, err)
	require.Contains(t, out, `"state":"firing","rule":"failures"`)

	row := `{"project":"p","classification":"Internal","accepted_at":"2026-01-05 09:00:01.000","user_pseudonym":"u","failed":true}` + "\n"
	stored, _, err := alertCommand(t, row+row, "test", rules, "--records", "-", "--stored", "--format", "json")
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(out, "Restricted", "Internal"), stored)

	_, _, err = alertCommand(t, record+`{"interaction":{"project":"planted"}}`, "test", rules, "--records", "-")
	require.ErrorContains(t, err, "line 2: the event has no time")
	_, _, err = alertCommand(t, `{"interaction":{"planted":1}}`, "test", rules, "--records", "-")
	require.ErrorContains(t, err, "line 1: no event")
	require.NotContains(t, err.Error(), "planted")
}

func TestAlertRulesAreListed(t *testing.T) {
	out, _, err := alertCommand(t, "", "rules")
	require.NoError(t, err)
	require.Contains(t, out, "injection-burst-user")
}
