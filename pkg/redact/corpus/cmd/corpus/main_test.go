package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact/evaluate"
)

func TestPrintsRecordsThatEvaluateReads(t *testing.T) {
	var out, errs bytes.Buffer
	require.Zero(t, run([]string{"-seed", "3", "-count", "50", "-half", "b"}, &out, &errs), errs.String())
	records, err := evaluate.Read(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	require.Len(t, records, 50)
	spans := 0
	for _, r := range records {
		spans += len(r.Spans)
	}
	require.Positive(t, spans)
	require.NotContains(t, out.String(), "null")
	require.Contains(t, out.String(), `"value":`)
}

func TestMarked(t *testing.T) {
	var out, errs bytes.Buffer
	require.Zero(t, run([]string{"-count", "50", "-langs", "en", "-kinds", "sentences", "-marked"}, &out, &errs), errs.String())
	require.Contains(t, out.String(), "[PERSON|")
}

func TestRefuses(t *testing.T) {
	for _, args := range [][]string{{"-half", "c"}, {"-kinds", "nothing"}, {"-langs", "xx"}, {"-unknown"}} {
		var out, errs bytes.Buffer
		require.Equal(t, 2, run(args, &out, &errs), args)
		require.NotEmpty(t, errs.String())
	}
}
