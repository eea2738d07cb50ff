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
)

// runRedact runs the command on input and returns what it wrote and its error.
func runRedact(t *testing.T, input string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := newRedactCommand()
	var out, report bytes.Buffer
	cmd.SetIn(strings.NewReader(input))
	cmd.SetOut(&out)
	cmd.SetErr(&report)
	cmd.SetArgs(args)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err = cmd.ExecuteContext(t.Context())
	return out.String(), report.String(), err
}

func TestRedactText(t *testing.T) {
	out, _, err := runRedact(t, "My social security number is 123-45-6789.\nMy number is +1 415 555 0132.\njane.doe@company.com\n")
	require.NoError(t, err)
	require.Equal(t, "My social security number is [REDACTED].\nMy number is [MASKED].\nj***@company.com\n", out)
}

func TestRedactTextUninspectable(t *testing.T) {
	out, _, err := runRedact(t, "a \xff b")
	require.Error(t, err)
	require.Empty(t, out)
}

func TestRedactLines(t *testing.T) {
	input := `{"id":"a","text":"né: jane.doe@company.com"}
not json at all 123-45-6789
{"id":"b"}

{"id":3,"text":"nothing here"}
{"id":"d","text":"My social security number is 123-45-6789."}`
	out, report, err := runRedact(t, input, "--jsonl")
	require.Equal(t, exitError(1), err)
	require.NotContains(t, out+report, "6789")
	require.Contains(t, report, "line 2: ")
	require.Contains(t, report, "line 3: ")
	type line struct {
		ID             any
		Text           string
		Classification string
		Spans          []struct{ Start, End int }
		Error          string
	}
	var lines []line
	for text := range strings.Lines(out) {
		var l line
		require.NoError(t, json.Unmarshal([]byte(text), &l))
		lines = append(lines, l)
	}
	require.Len(t, lines, 5)
	require.Equal(t, "né: j***@company.com", lines[0].Text)
	require.Equal(t, "Sensitive", lines[0].Classification)
	require.Len(t, lines[0].Spans, 1)
	require.Equal(t, 4, lines[0].Spans[0].Start)
	require.Equal(t, 24, lines[0].Spans[0].End)
	require.Equal(t, "malformed", lines[1].Error)
	require.Equal(t, "malformed", lines[2].Error)
	require.InDelta(t, 3, lines[3].ID, 0)
	require.Equal(t, "Public", lines[3].Classification)
	require.Equal(t, "Restricted", lines[4].Classification)
}

func TestRedactLineUninspectable(t *testing.T) {
	out, _, err := runRedact(t, "{\"id\":\"a\",\"text\":\"x \xff 123-45-6789\"}\n", "--jsonl")
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"a","text":"","classification":"Restricted","spans":[],"error":"uninspectable"}`, out)
}

func TestRedactUnknownProject(t *testing.T) {
	_, _, err := runRedact(t, "", "--project", "nobody")
	require.Error(t, err)
}

// TestRedactPseudonyms needs the key, and gives equal values of equal texts one pseudonym.
func TestRedactPseudonyms(t *testing.T) {
	dir := t.TempDir()
	doc := strings.Replace(string(policy.DefaultDocument()), "    EMAIL: mask\n", "    EMAIL: pseudonym\n", 1)
	path, key := filepath.Join(dir, "policy.yaml"), filepath.Join(dir, "pseudonym.key")
	require.NoError(t, os.WriteFile(path, []byte(doc), 0o600))
	require.NoError(t, os.WriteFile(key, []byte(strings.Repeat("ab", 32)+"\n"), 0o600))
	_, _, err := runRedact(t, "jane.doe@company.com", "--policy", path)
	require.ErrorContains(t, err, "--pseudonym-key")
	out, _, err := runRedact(t, "jane.doe@company.com JANE.DOE@company.com", "--policy", path, "--pseudonym-key", key)
	require.NoError(t, err)
	require.Regexp(t, `^\[EMAIL:[a-z2-7]{8}\] \[EMAIL:[a-z2-7]{8}\]$`, out)
	first, second, _ := strings.Cut(out, " ")
	require.Equal(t, first, second)
}
