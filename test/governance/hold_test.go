package governance

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/client"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
)

// TestHold: an end user is held and then erased. The copies stay, readable by the roles that the policy names; the
// erasure says that it waits; two people release the hold, with retention killed in between, and it is finished.
func TestHold(t *testing.T) {
	t.Parallel()
	d := start(t)
	m := &matrix{t: t, d: d, clients: map[string]*httpClient{}}
	m.removeSoon(store.ErasablePlaces()...)
	m.removeSoon(store.TableHeldInteractions, store.TableHeldContents, store.TableHeldFindings, store.TableHeldFlags, store.TableHeldAlerts, store.TableHoldSubjects)
	c, err := client.New(d.Target.GatewayGRPC, client.Options{APIKey: d.Target.APIKey, TLS: d.Target.TLS})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	d.log(t, c, "Quorlimp", 3)
	d.log(t, c, "Zantrevel", 2)
	count := func(table, where string) string {
		return d.sql(t, "security", "SELECT count() FROM "+table+" WHERE "+where)
	}
	eventually(t, "all rows", func() bool { return count("interactions", "1") == "5" && count("contents", "1") == "5" })

	out, ok := d.about(t, "analyst", "Quorlimp", "hold", "create", "--project", "demo", "--reason", "case-1", "--subject")
	require.False(t, ok)
	require.Contains(t, out, "not-allowed")
	hold, ok := d.about(t, "compliance", "Quorlimp", "hold", "create", "--project", "demo", "--reason", "case-1", "--subject")
	require.True(t, ok, hold)
	list := func(args ...string) string {
		return d.must(t, "compliance", append([]string{"hold", "list", "--purpose", "security"}, args...)...)
	}
	eventually(t, "the hold", func() bool { return strings.Contains(list(), "preserved") })
	require.Regexp(t, "(?m)^"+hold+" +demo +.* preserved +test-compliance +case-1 +6 +one end user what comes too$", list())
	require.Equal(t, "3", count("held_contents", "text LIKE '%quorlimp%'"))
	require.Equal(t, "0", count("held_contents", "text LIKE '%zantrevel%'"))
	require.Equal(t, "3", d.sql(t, "compliance", "SELECT count() FROM held_interactions"))
	out, ok = d.hushlog(t, "compliance", "sql", "--purpose", "security", "SELECT text FROM held_contents")
	require.False(t, ok, "compliance reads no content")
	require.Contains(t, out, "cannot read held_contents")

	erasure, ok := d.eraseAs(t, "compliance", "Quorlimp")
	require.True(t, ok, erasure)
	eventually(t, "the erasure waits for the hold", func() bool {
		out, ok = d.hushlog(t, "compliance", "erase", "status", erasure, "--purpose", "security")
		return strings.Contains(out, "delayed by hold "+hold)
	})
	require.False(t, ok)
	require.Equal(t, "0", count("contents", "text LIKE '%quorlimp%'"))
	require.Equal(t, "2", count("interactions", "1"))
	require.Equal(t, "3", count("held_contents", "text LIKE '%quorlimp%'"))

	release := []string{"hold", "release", hold, "--project", "demo", "--reason", "case-1-over"}
	d.must(t, "compliance", release...)
	d.must(t, "compliance", append(release, "--approve")...)
	eventually(t, "the same person's approval is refused", func() bool { return strings.Contains(list("--all"), "same-person") })
	require.NoError(t, d.Kill(identity.Retention))
	d.must(t, "security", append(release, "--approve")...)
	receipt, ok := d.receipt(t, erasure)
	require.True(t, ok, receipt)
	require.Contains(t, receipt, `"state": "erased"`)
	require.Contains(t, receipt, `"contents": 3`)
	require.Contains(t, receipt, `"`+hold+`": 6`)
	require.NotContains(t, list(), hold)
	require.Contains(t, list("--all"), "released")
	for _, table := range []string{store.TableHeldInteractions, store.TableHeldContents, store.TableHeldFindings, store.TableHoldSubjects} {
		ok, n := m.direct(identity.Admin, "SELECT count() FROM system.parts WHERE database = 'hushlog' AND table = '"+table+"' AND rows > 0")
		require.True(t, ok, n)
		require.Equal(t, "0", n, "%s: no part is left on the disk", table)
	}
	require.Equal(t, "1", d.sql(t, "compliance", "SELECT count() FROM audit WHERE actor = 'retention' AND action = 'hold' AND outcome = 'ok' AND rows = 6 AND ref = '"+hold+"'"))
	require.Equal(t, "1", d.sql(t, "compliance", "SELECT count() FROM audit WHERE actor = 'retention' AND action = 'hold-release' AND outcome = 'ok' AND rows = 6 AND ref = '"+hold+"'"))
	d.must(t, "compliance", "ledger", "--purpose", "security", "--check", "--checked-after", "0s")
}
