package governance

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
)

// TestTrail: what people ask is in the log within seconds, the log verifies without any service, a writer
// that is killed goes on where it was, and what is done to the log behind its back is found.
func TestTrail(t *testing.T) {
	t.Parallel()
	d := start(t)
	seen := filepath.Join(t.TempDir(), "seen")
	d.sql(t, "compliance", "SELECT count() FROM audit")
	path := filepath.Join(t.TempDir(), "proof")
	// Retention puts its runs on the trail, too: entries of the person are counted, each by its proof.
	verified := func(want int) bool {
		out, ok := d.hushlog(t, "compliance", "audit", "verify", "--remember", seen)
		size := 0
		_, err := fmt.Sscanf(out, "verified: %d entries", &size)
		if !ok || err != nil {
			return false
		}
		found := 0
		for i := range size {
			require.NoError(t, os.WriteFile(path, []byte(d.must(t, "compliance", "audit", "prove", strconv.Itoa(i))), 0o600))
			if strings.Contains(d.must(t, "compliance", "audit", "check", path), `"actor":"test-compliance"`) {
				found++
			}
		}
		require.LessOrEqual(t, found, want)
		return found == want
	}
	eventually(t, "intent and outcome in the log", func() bool { return verified(2) })

	require.NoError(t, d.Kill(identity.Retention))
	d.sql(t, "compliance", "SELECT count() FROM audit")
	eventually(t, "the log goes on", func() bool { return verified(4) })

	d.must(t, "compliance", "audit", "show", "--purpose", "security", "--actor", "test-compliance")
	eventually(t, "that somebody looked is in the log, too", func() bool { return verified(6) })
	shown := d.must(t, "compliance", "audit", "show", "--purpose", "security", "--since", "1h", "--output", "tsv")
	require.Contains(t, shown, "SELECT at, actor, role")

	require.NoError(t, d.WaitReady(t.Context(), identity.Retention))
	require.Equal(t, "1", d.metric(t, identity.Retention, `hushlog_retention_trail_state{state="ok"}`))
	bundles, err := filepath.Glob(filepath.Join(d.Layout().TrailLog(), "tile", "entries", "*", "*"))
	require.NoError(t, err)
	for _, bundle := range bundles {
		raw, err := os.ReadFile(bundle)
		require.NoError(t, err)
		raw[40] ^= 1
		require.NoError(t, os.WriteFile(bundle, raw, 0o600))
	}
	out, ok := d.hushlog(t, "compliance", "audit", "verify")
	require.False(t, ok)
	require.Contains(t, out, "changed: entry 0")
	require.NoError(t, d.Kill(identity.Retention))
	eventually(t, "the service says that its log was tampered with", func() bool {
		return d.metricOrNone(identity.Retention, `hushlog_retention_trail_state{state="tampered"}`) == "1"
	})
}
