package governance

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
)

// TestRescan plants a text that an older release is taken to have missed something in, and has it rewritten, under
// retention's identity: its certificate, and its entry on the trail.
func TestRescan(t *testing.T) {
	t.Parallel()
	d := start(t)
	m := &matrix{t: t, d: d, clients: map[string]*httpClient{}}
	m.removeSoon("contents", "findings")
	config := filepath.Join(d.Layout().Dir, "config", identity.Retention+".yaml")
	m.insert("INSERT INTO hushlog.contents (project, classification, retention_label, accepted_at, request_id, path, role, kind, text) VALUES" +
		" ('demo', 'Internal', 'standard', now64(3), 'late-1', 'p', 'user', 'text', 'write to planted.person@company.example soon'), ('demo', 'Internal', 'standard', now64(3), 'late-2', 'p', 'user', 'text', 'the tide is high')")

	out := d.must(t, "compliance", "rescan", "--config", config)
	require.Contains(t, out, "texts read: 2, with something found late: 1, rewritten: 0")
	require.NotContains(t, out, "planted")
	out = d.must(t, "compliance", "rescan", "--config", config, "--project", "demo", "--rewrite")
	require.Contains(t, out, "texts read: 2, with something found late: 1, rewritten: 1")
	require.Contains(t, out, "old texts are off ClickHouse's disk")
	require.Equal(t, "0", d.sql(t, "security", "SELECT count() FROM contents WHERE text LIKE '%planted%'"))
	require.Equal(t, "2", d.sql(t, "security", "SELECT count() FROM contents WHERE request_id LIKE 'late-%'"))
	require.Equal(t, "1", d.sql(t, "security", "SELECT count() FROM findings WHERE request_id = 'late-1' AND type = 'EMAIL'"))
	eventually(t, "the trail tells of it", func() bool {
		return d.sql(t, "compliance", "SELECT countIf(phase = 'intent'), countIf(outcome = 'ok') + sum(rows) FROM audit WHERE action = 'rescan' AND actor = 'retention'") == "2\t3"
	})
	_, ok := d.hushlog(t, "compliance", "rescan", "--config", config, "--project", "nowhere")
	require.False(t, ok)
}
