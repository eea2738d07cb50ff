package policy

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact"
)

func TestDetectors(t *testing.T) {
	path := writeOwn(t, string(change(t, "detectors: {}\n", `detectors:
  presidio:
    url: https://presidio.example/analyze
    ca: tls/ca.crt
    timeout: 500ms
    max_bytes: 256KiB
    languages: [en, de]
    entities: {BADGE: GOV_ID}
    mark_only: [Public, Internal]
`)))
	p, err := Load(path)
	require.NoError(t, err)
	configs := p.DetectorConfigs()
	require.Len(t, configs, 1)
	require.Equal(t, "presidio", configs[0].Name)
	require.Equal(t, filepath.Join(filepath.Dir(path), "tls", "ca.crt"), configs[0].CA)
	require.Equal(t, 500*time.Millisecond, configs[0].Timeout)
	require.Equal(t, 256<<10, configs[0].MaxBytes)
	require.Equal(t, redact.TypeGovID, configs[0].Entities["BADGE"])
	require.True(t, p.MarkOnly("presidio", Internal))
	require.False(t, p.MarkOnly("presidio", Sensitive))
	require.False(t, p.MarkOnly("another", Public))
	var out bytes.Buffer
	require.NoError(t, p.Explain(&out))
	require.Contains(t, out.String(), "presidio at https://presidio.example/analyze; without its answer, a record waits in quarantine, but Public, Internal records are stored and marked\n")
	require.Empty(t, Default().DetectorConfigs())
}

func TestDetectorProblems(t *testing.T) {
	for _, tc := range []struct{ name, detector, field, message string }{
		{"in clear", `x: {url: "http://presidio.example/analyze"}`, "detectors.x.url", "in clear"},
		{"no address", `x: {}`, "detectors.x.url", "is no address"},
		{"name", `X_1: {url: "https://presidio.example/"}`, "detectors.X_1", "is not a name"},
		{"timeout", `x: {url: "https://presidio.example/", timeout: 1h}`, "detectors.x.timeout", "is out of range"},
		{"entity", `x: {url: "https://presidio.example/", entities: {A: SHOE}}`, "detectors.x.entities.A", "is not a type"},
		{"class", `x: {url: "https://presidio.example/", mark_only: [Secret]}`, "detectors.x.mark_only[0]", "is not a class"},
		{"unknown field", `x: {url: "https://presidio.example/", color: red}`, "detectors.x.color", "is not a field"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse(change(t, "detectors: {}\n", "detectors:\n  "+tc.detector+"\n"))
			var invalid *InvalidError
			require.ErrorAs(t, err, &invalid)
			problem := find(invalid.Problems, tc.field)
			require.NotNil(t, problem, "%v", err)
			require.Contains(t, problem.Message, tc.message)
			require.Equal(t, lineOf(t, "detectors: {}")+1, problem.Line)
		})
	}
}
