package governance

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
)

// TestRetentionTellsOfWhatItFinds: each run is on the trail and in the table; rows that outlive their date,
// here because ClickHouse is told not to drop them, are in the status, in an alert that reaches the webhook,
// and in a metric, until they are gone.
func TestRetentionTellsOfWhatItFinds(t *testing.T) {
	t.Parallel()
	d := start(t)
	m := &matrix{t: t, d: d, clients: map[string]*httpClient{}}
	status := func() (string, bool) {
		return d.hushlog(t, "compliance", "retention", "status", "--purpose", "security")
	}
	eventually(t, "the first run", func() bool {
		out, ok := status()
		return ok && slices.Contains(lines(out), "policy "+d.Policy.Digest())
	})
	out, _ := status()
	require.Regexp(t, `(?m)^contents +short +7d +- +0 +0 +20\d\d-`, out)
	require.Regexp(t, `(?m)^hushlog\.raw\.v1 +1d `, out)
	require.Equal(t, "1", d.sql(t, "compliance", "SELECT count() FROM audit WHERE action = 'retention-run' AND outcome = 'ok' AND ref IN (SELECT run_id FROM retention_runs)"))
	out, ok := d.hushlog(t, "analyst", "retention", "status", "--purpose", "security")
	require.False(t, ok, out)

	m.insert("SYSTEM STOP TTL MERGES hushlog.contents")
	m.insert("INSERT INTO hushlog.contents (accepted_at, retention_label) VALUES ('" + time.Now().UTC().AddDate(0, 0, -9).Format(time.DateTime) + "', 'short')")
	require.NoError(t, d.Kill(identity.Retention)) // whoever takes over looks at once
	eventually(t, "the alert", func() bool { return slices.Contains(d.Target.Alerts(), "retention-overdue") })
	eventually(t, "the run", func() bool {
		out, ok = status()
		return !ok
	})
	require.Contains(t, out, "1 rows are past their date")
	require.Regexp(t, `(?m)^contents +short +7d +20\d\d-\d\d-\d\d +1 +1 `, out)
	eventually(t, "the metric", func() bool {
		return d.metricOrNone(identity.Retention, `hushlog_retention_overdue_rows{table="contents"}`) == "1"
	})
	require.Equal(t, "retention-overdue compliance 1", d.sql(t, "compliance", "SELECT DISTINCT concat(rule, ' ', owner, ' ', toString(value)) FROM alerts"))
	require.Equal(t, "overdue", d.sql(t, "compliance", "SELECT DISTINCT reason FROM audit WHERE action = 'retention-run' AND outcome = 'failed'"))

	m.insert("SYSTEM START TTL MERGES hushlog.contents")
	eventually(t, "the row is gone", func() bool {
		gone, answer := m.direct(identity.Admin, "SELECT count() FROM hushlog.contents")
		return gone && answer == "0"
	})
	require.NoError(t, d.Kill(identity.Retention))
	eventually(t, "nothing is overdue any more", func() bool {
		_, ok := status()
		return ok
	})
}
