package redact_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/corpus"
	"github.com/hushlog/hushlog/pkg/redact/evaluate"
)

// readEval reads the generated prompts of the development data, or skips the test when there are none.
func readEval(tb testing.TB) []evaluate.Record {
	tb.Helper()
	dir := os.Getenv("HUSHLOG_EVAL_DIR")
	if dir == "" {
		tb.Skip("set HUSHLOG_EVAL_DIR to the folder of the evaluation data to measure quality")
	}
	records, err := evaluate.ReadFile(filepath.Join(dir, "dev", "synth_prompts_dev.jsonl.gz"))
	require.NoError(tb, err)
	return records
}

func newEngine(tb testing.TB) *redact.Engine {
	tb.Helper()
	e, err := redact.New(redact.Options{})
	require.NoError(tb, err)
	return e
}

// TestGoals holds the engine to what it must reach on each half of the generated corpus.
func TestGoals(t *testing.T) {
	e := newEngine(t)
	for name, half := range map[string]corpus.Half{"half A": corpus.A, "half B": corpus.B} {
		t.Run(name, func(t *testing.T) {
			records := slices.Collect(corpus.Generate(corpus.Options{Seed: 11, Count: 3000, Half: half, Templates: half}))
			preds, uninspectable, err := evaluate.Detect(records, e)
			require.NoError(t, err)
			require.Zero(t, uninspectable)
			r := evaluate.Score(records, preds, evaluate.Options{})
			require.Greater(t, r.Structured().Gold, 500)
			require.Greater(t, r.Structured().TypedQuality().F2, 0.96)
			require.Less(t, r.Structured().Leak(), 0.02)
			require.Greater(t, r.Negatives.Records, 200)
			require.Less(t, r.Negatives.Per1000(), 0.15)
		})
	}
}

// TestEval holds the structured types to what the engine must reach on the development data.
func TestEval(t *testing.T) {
	records := readEval(t)
	preds, uninspectable, err := evaluate.Detect(records, newEngine(t))
	require.NoError(t, err)
	require.Zero(t, uninspectable)
	r := evaluate.Score(records, preds, evaluate.Options{})
	require.Greater(t, r.Structured().TypedQuality().F2, 0.985)
	require.Less(t, r.Structured().Leak(), 0.005)
	require.Less(t, r.Negatives.Per1000(), 0.03)
}

// BenchmarkEval measures the generated prompts of the development data.
func BenchmarkEval(b *testing.B) {
	records := readEval(b)
	e := newEngine(b)
	total := 0
	for _, r := range records {
		total += len(r.Text)
	}
	b.SetBytes(int64(total))
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range records {
			_, err := e.Redact(r.Text, redact.Hints{})
			require.NoError(b, err)
		}
	}
}
