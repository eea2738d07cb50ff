package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func runCommand(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, usage strings.Builder
	err := run(args, &out, &usage)
	return out.String(), err
}

func TestRun(t *testing.T) {
	data, preds := filepath.Join(t.TempDir(), "gold.jsonl"), filepath.Join(t.TempDir(), "pred.jsonl")
	require.NoError(t, os.WriteFile(data, []byte(`{"id":"a","lang":"xx","text":"mail jane@company.com","spans":[{"start":5,"end":21,"type":"EMAIL"}]}`), 0o600))
	require.NoError(t, os.WriteFile(preds, []byte(`{"id":"a","spans":[]}`), 0o600))

	out, err := runCommand(t, "-data", data)
	require.NoError(t, err)
	require.Contains(t, out, "EMAIL                         1      1 |  1.000  1.000  1.000  1.000")
	require.Contains(t, out, "\nxx ")
	require.Regexp(t, `(?m)^lenient +\| +1\.000 +1\.000 +1\.000 +0\.00 \|`, out)

	out, err = runCommand(t, "-data", data, "-pred", preds)
	require.NoError(t, err)
	require.Contains(t, out, "100.00")
	require.NotContains(t, out, "jane")

	out, err = runCommand(t, "-data", data, "-pred", preds, "-show-misses", "1", "-by", "")
	require.NoError(t, err)
	require.Contains(t, out, `MISS  a EMAIL "mail " >>> "jane@company.com"`)
	require.NotContains(t, out, "\nxx ")
}

func TestRunRefuses(t *testing.T) {
	for name, args := range map[string][]string{
		"a file by itself": {"gold.jsonl"},
		"no such file":     {"-data", filepath.Join(t.TempDir(), "gold.jsonl")},
		"no such type":     {"-data", "x", "-types", "HUNTER"},
		"no such point":    {"-data", os.DevNull, "-point", "wild"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := runCommand(t, args...)
			require.Error(t, err)
		})
	}
}

func TestRunOnTheCorpus(t *testing.T) {
	out, err := runCommand(t, "-count", "50", "-points=false")
	require.NoError(t, err)
	require.Contains(t, out, "half A, 50 texts")
	require.Contains(t, out, "half B, 50 texts")
	require.Equal(t, 2, strings.Count(out, "records 50 "))
	_, err = runCommand(t, "-pred", "x")
	require.ErrorContains(t, err, "-data")
}
