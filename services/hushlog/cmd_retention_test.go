package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRetentionStatus(t *testing.T) {
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	const head = `{"kind":"table","place":"contents","label":"short","keep_seconds":"604800","oldest_row":"2026-11-20 00:00:00.000","rows":"12",`
	const tail = `"run_at":"2026-11-26 11:59:00.000","failed_steps":[],"policy_digest":"d1"}` + "\n"
	const topic = `{"kind":"topic","place":"hushlog.raw.v1","label":"","keep_seconds":86400,"oldest_row":"","rows":0,"overdue":0,` + tail
	for _, tc := range []struct{ name, answer, problem string }{
		{"in order", head + `"overdue":"0",` + tail + topic, ""},
		{"overdue", head + `"overdue":"3",` + tail + topic, "3 rows are past their date"},
		{"a failed step", head + `"overdue":"0","run_at":"2026-11-26 11:59:00.000","failed_steps":["raw"],"policy_digest":"d1"}`, "steps of the last run failed: raw"},
		{"long ago", head + `"overdue":"0","run_at":"2026-11-26 10:00:00.000","failed_steps":[],"policy_digest":"d1"}`, "the last run is 2h0m0s ago"},
		{"never", "", "no run"},
		{"something else", "hello", "is no status"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFakeQuery(t, says(tc.answer))
			var out bytes.Buffer
			err := runRetentionStatus(t.Context(), f.ask, at, time.Hour, &out)
			if tc.problem != "" {
				require.ErrorContains(t, err, tc.problem)
				return
			}
			require.NoError(t, err)
			require.Contains(t, out.String(), "contents        short  7d    2026-11-20  12    0        2026-11-26 11:59:00")
			require.Contains(t, out.String(), "hushlog.raw.v1         1d    -           0     0        2026-11-26 11:59:00")
			require.Contains(t, f.asked["sql"], "FROM hushlog.retention_runs")
		})
	}
}
