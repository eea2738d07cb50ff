package redactor

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/detector"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// oracle finds a word, or fails.
type oracle struct {
	name, word string
	err        error
}

func (o oracle) Name() string { return o.name }

func (o oracle) Analyze(_ context.Context, texts []detector.Text) ([][]redact.Finding, error) {
	if o.err != nil {
		return nil, o.err
	}
	out := make([][]redact.Finding, len(texts))
	for i, t := range texts {
		at := strings.Index(t.Text, o.word)
		if at >= 0 {
			out[i] = []redact.Finding{{
				Type: redact.TypePerson, Rule: detector.Rule(o.name), RuleVersion: 1, Start: at, End: at + len(o.word), Confidence: 0.9,
			}}
		}
	}
	return out, nil
}

// askingPolicy has a detector x, which is needed except for the classes named.
func askingPolicy(t *testing.T, markOnly string) *policy.Policy {
	t.Helper()
	doc := strings.Replace(string(policy.DefaultDocument()), "detectors: {}\n",
		"detectors: {x: {url: 'https://x.example/analyze', mark_only: ["+markOnly+"]}}\n", 1)
	p, err := policy.Parse([]byte(doc))
	require.NoError(t, err)
	return p
}

func TestExternalFindingsAreAdded(t *testing.T) {
	p := askingPolicy(t, "")
	p.FindingActions.ByClass = map[policy.Class]map[redact.Type]redact.Action{policy.Restricted: {"PERSON": redact.ActionRemove}}
	s := newTestSanitizer(t, p)
	s.Ask(oracle{name: "x", word: "Zarniwoop Vanharl"})
	for text, want := range map[string]string{
		"ask Zarniwoop Vanharl, jane.doe@company.com": "ask Z*** V***, j***@company.com",
		"Zarniwoop Vanharl, SSN 123-45-6789":          "[REDACTED], SSN [REDACTED]", // a stricter class
		"nobody":                                      "nobody",
	} {
		out, err := s.Sanitize(t.Context(), accepted(userSays("hello", text)))
		require.NoError(t, err)
		require.Equal(t, want, out.Contents[1].GetText())
		require.True(t, strings.HasSuffix(out.Record.GetEngineVersion(), "+x"))
	}
	out, err := s.Sanitize(t.Context(), accepted(userSays("ask Zarniwoop Vanharl")))
	require.NoError(t, err)
	require.Equal(t, "detector-x", out.Findings[0].GetRule())
	require.Equal(t, hushlogv1.Class_CLASS_SENSITIVE, out.Record.GetClass())
}

// TestWithoutAnswer: nothing is stored, unless the policy says for the class that it is, and marked.
func TestWithoutAnswer(t *testing.T) {
	unavailable := fmt.Errorf("%w: x: timeout", detector.ErrUnavailable)
	for _, tc := range []struct {
		name, markOnly, text string
		err, want            error
	}{
		{"no class", "", "hello", unavailable, errDetector},
		{"another class", "Public", "hello", unavailable, errDetector},
		{"a higher class", "Internal", "jane.doe@company.com", unavailable, errDetector},
		{"the class", "Internal", "hello", unavailable, nil},
		{"the end", "Internal", "hello", context.Canceled, context.Canceled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newTestSanitizer(t, askingPolicy(t, tc.markOnly))
			s.Ask(oracle{name: "x", err: tc.err})
			out, err := s.Sanitize(t.Context(), accepted(userSays(tc.text)))
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
				require.Nil(t, out)
				return
			}
			require.NoError(t, err)
			require.True(t, strings.HasSuffix(out.Record.GetEngineVersion(), "-x"))
		})
	}
}

func TestDetectorMetrics(t *testing.T) {
	m := newMetrics(prometheus.NewRegistry())
	var observer detector.Observer = m
	observer.Breaker("x", detector.Open)
	observer.Tried("x", detector.OutcomeTimeout, 3, 1e9)
	observer.Unmapped("x", 2)
	require.InDelta(t, 2, testutil.ToFloat64(m.breaker.WithLabelValues("x")), 0)
	require.InDelta(t, 1, testutil.ToFloat64(m.tries.WithLabelValues("x", "timeout")), 0)
	require.InDelta(t, 0, testutil.ToFloat64(m.tries.WithLabelValues("x", "ok")), 0)
	require.InDelta(t, 2, testutil.ToFloat64(m.unmapped.WithLabelValues("x")), 0)
	require.NotErrorIs(t, errDetector, errUninspectable)
}
