package policy

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/safety"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func TestSafetyDetectors(t *testing.T) {
	path := writeOwn(t, string(change(t, "  detectors: {}\n", `  detectors:
    judge:
      url: grpcs://judge.example:443
      timeout: 500ms
      mark_only: [Public]
      categories: {toxic: {category: abuse, threshold: 0.8}}
`)))
	p, err := Load(path)
	require.NoError(t, err)
	require.Empty(t, p.DetectorConfigs())
	configs := p.SafetyDetectorConfigs()
	require.Len(t, configs, 1)
	require.Equal(t, "judge", configs[0].Name)
	require.Equal(t, 500*time.Millisecond, configs[0].Timeout)
	require.True(t, p.MarkOnly("judge", Public))
	require.False(t, p.MarkOnly("judge", Internal))
	flagging, err := p.CompileFlags(safety.Default().Model())
	require.NoError(t, err)
	require.Equal(t, DetectorLabel{Category: safety.Abuse, Threshold: 0.8}, flagging.Labels["judge"]["toxic"])
	var out bytes.Buffer
	require.NoError(t, p.Explain(&out))
	require.Contains(t, out.String(), "judge at grpcs://judge.example:443; without its answer, a record waits in quarantine, but Public records are stored and marked\n")
}

func TestSafetyDetectorProblems(t *testing.T) {
	const ok = `url: "https://x.example/", categories: {toxic: {category: abuse, threshold: 0.5}}`
	for _, tc := range []struct{ name, detector, field, message string }{
		{"in clear", `x: {url: "http://x.example/", categories: {toxic: {category: abuse, threshold: 0.5}}}`, "safety.detectors.x.url", "in clear"},
		{"no categories", `x: {url: "https://x.example/"}`, "safety.detectors.x.categories", "is missing"},
		{"category", `x: {url: "https://x.example/", categories: {toxic: {category: secret, threshold: 0.5}}}`, "safety.detectors.x.categories.toxic.category", "is not a category"},
		{"threshold", `x: {url: "https://x.example/", categories: {toxic: {category: abuse}}}`, "safety.detectors.x.categories.toxic.threshold", "is missing or out of range"},
		{"entities", `x: {entities: {A: PERSON}, ` + ok + `}`, "safety.detectors.x", "has fields of what finds private data"},
		{"class", `x: {mark_only: [Secret], ` + ok + `}`, "safety.detectors.x.mark_only[0]", "is not a class"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse(change(t, "  detectors: {}\n", "  detectors:\n    "+tc.detector+"\n"))
			var invalid *InvalidError
			require.ErrorAs(t, err, &invalid)
			problem := find(invalid.Problems, tc.field)
			require.NotNil(t, problem, "%v", err)
			require.Contains(t, problem.Message, tc.message)
		})
	}
	_, err := Parse(change(t, "\ndetectors: {}\n", "\ndetectors:\n  x: {"+ok+"}\n"))
	require.ErrorContains(t, err, "move the detector to safety.detectors")
}

// What a rate and thresholds of one's own stand for, and who is listened to.
func TestCompileFlags(t *testing.T) {
	model := safety.Default().Model()
	p, err := Parse(change(t, "thresholds: {}", "thresholds: {abuse: 0.4}"))
	require.NoError(t, err)
	flagging, err := p.CompileFlags(model)
	require.NoError(t, err)
	for i, c := range safety.Categories() {
		want := model.Heads[i].Thresholds[safety.PointOneInThousand]
		if c == safety.Abuse {
			want = 0.4
		}
		require.InDelta(t, want, flagging.Thresholds[i], 0, c)
	}
	require.True(t, flagging.Reads(hushlogv1.Role_ROLE_TOOL))
	require.False(t, flagging.Reads(hushlogv1.Role_ROLE_SYSTEM))
	require.False(t, flagging.Reads(hushlogv1.Role(99)))
	require.False(t, flagging.Reads(hushlogv1.Role(-1)))
	require.Nil(t, flagging.Terms)
}
