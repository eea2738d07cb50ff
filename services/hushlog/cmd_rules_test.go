package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
)

func runRules(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := newRulesCommand()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetArgs(args)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestRulesText(t *testing.T) {
	out, err := runRules(t)
	require.NoError(t, err)
	require.Equal(t, len(redact.Rules())+1, strings.Count(out, "\n"))
	require.Regexp(t, `(?m)^us-ssn +US_SSN +\S`, out)
}

func TestRulesJSON(t *testing.T) {
	out, err := runRules(t, "--format", "json", "--type", "email")
	require.NoError(t, err)
	for line := range strings.Lines(out) {
		var r listedRule
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		require.Equal(t, redact.TypeEmail, r.Type)
		require.Equal(t, redact.ActionMask, r.Action)
		require.NotEmpty(t, r.Description)
	}
	require.Contains(t, out, `"id":"email"`)
}

// TestRulesOfPolicy lists an organisation's own rules with the others.
func TestRulesOfPolicy(t *testing.T) {
	_, err := runRules(t, "--policy", filepath.Join(t.TempDir(), "none.yaml"))
	require.Error(t, err)
	own, problems := redact.CompileOwn(redact.OwnRules{Identifiers: []redact.OwnIdentifier{{
		Name: "employee", Type: redact.TypeGovID, Confidence: 0.9, Shape: "EMP-NNNNNNC", Checksum: "luhn",
		Match: []string{"EMP-1234566"}, NoMatch: []string{"EMP-1234567"},
	}}})
	require.Empty(t, problems)
	rules, err := listRules(policy.Default(), own, "")
	require.NoError(t, err)
	require.Len(t, rules, len(redact.Rules())+1)
	last := rules[len(rules)-1]
	require.Equal(t, "own-employee", last.ID)
	require.True(t, last.NeverLog)
	require.Equal(t, redact.ActionRemove, last.Action)
	require.Contains(t, rulesByID(own), "own-employee")
}

func TestRulesRefuses(t *testing.T) {
	_, err := runRules(t, "--type", "colour")
	require.ErrorContains(t, err, "--type is one of")
	_, err = runRules(t, "--format", "xml")
	require.ErrorContains(t, err, "text, json or markdown")
}

// TestRulesDocument holds docs/rules.md to the rules that there are.
func TestRulesDocument(t *testing.T) {
	want, err := runRules(t, "--format", "markdown")
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join("..", "..", "docs", "rules.md"))
	require.NoError(t, err)
	current := string(got) == want
	require.True(t, current, "docs/rules.md is not what the rules say: run make generate")
	for _, r := range redact.Rules() {
		require.Contains(t, want, "| `"+r.ID+"` |")
	}
}
