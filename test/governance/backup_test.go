package governance

import (
	"context"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/client"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/services/setup"
	"github.com/hushlog/hushlog/test/backend"
)

// TestAllIsLostAndComesBack backs up while events come in, loses every table, restores, and has ingest read again what
// came after the backup.
func TestAllIsLostAndComesBack(t *testing.T) {
	t.Parallel()
	kind, err := backend.FromEnv()
	require.NoError(t, err)
	if kind != backend.Embedded {
		t.Skipf("skipped: stops and starts the parts of the embedded backend, and this one is %v", kind)
	}
	d := start(t)
	config := d.adminConfig()
	manifest := filepath.Join(t.TempDir(), "backup.json")

	c, err := client.New(d.Target.GatewayGRPC, client.Options{APIKey: d.Target.APIKey, TLS: d.Target.TLS})
	require.NoError(t, err)
	defer func() { _ = c.Close() }()
	counted := func() string {
		return d.sql(t, "security", "SELECT count(), uniqExact(request_id) FROM interactions WHERE purpose = 'debugging'")
	}
	d.log(t, c, "before", 6)
	eventually(t, "what was sent before the backup is there", func() bool { return counted() == "6\t6" })
	out := d.must(t, "compliance", "store", "backup", "--config", config, "--manifest", manifest)
	require.Contains(t, out, "backup 20")
	d.log(t, c, "after", 3)
	eventually(t, "what was sent after the backup is there", func() bool { return counted() == "9\t9" })
	_, ok := d.hushlog(t, "compliance", "store", "restore", "--config", config, "--manifest", manifest, "--rewind")
	require.False(t, ok, "ingest runs, and its place in the stream cannot be changed")
	require.Equal(t, "9\t9", counted(), "a restore over what is there adds nothing")

	d.Stop()
	run := d.runner(t)
	run(identity.Kafka, "embedded", "kafka")
	run(identity.ClickHouse, "embedded", "clickhouse")
	db, err := store.Open(t.Context(), setup.LocalConfig(d.Layout(), []string{d.Addresses.Kafka}, d.Addresses.ClickHouse).ClickHouse) // waits for an answer
	require.NoError(t, err)
	require.NoError(t, db.Close())
	m := &matrix{t: t, d: d, clients: map[string]*httpClient{}}
	ok, answer := m.direct(identity.Admin, "DROP DATABASE hushlog")
	require.True(t, ok, answer)
	d.must(t, "compliance", "init", "--config", config)
	out = d.must(t, "compliance", "store", "restore", "--config", config, "--manifest", manifest, "--rewind")
	require.Regexp(t, `(?m)^interactions +6 +0 `, out)
	require.Contains(t, out, "hushlog.ingest reads again what came after")

	run(identity.Ingest, "ingest")
	run(identity.Query, "query")
	eventually(t, "the stream's last records are there again, once", func() bool {
		rows, ok := d.hushlog(t, "security", "sql", "--purpose", "security", "--output", "tsv",
			"SELECT count(), uniqExact(request_id) FROM interactions WHERE purpose = 'debugging'")
		return ok && lines(rows)[1] == "9\t9"
	})
	eventually(t, "both are in the searchable trail, with the entries from before the loss", func() bool {
		rows, ok := d.hushlog(t, "compliance", "sql", "--purpose", "security", "--output", "tsv",
			"SELECT action, count() FROM audit WHERE actor = 'admin' AND action IN ('backup', 'restore') GROUP BY action ORDER BY action")
		return ok && len(lines(rows)) == 3 && lines(rows)[1] == "backup\t2"
	})
}

// runner returns what starts a part of the deployment by itself, on the configuration that the stack has written.
func (d *deployment) runner(t *testing.T) func(name string, args ...string) {
	t.Helper()
	return func(name string, args ...string) {
		t.Helper()
		args = append(args, "--config", filepath.Join(d.Layout().Dir, "config", name+".yaml"))
		cmd := exec.Command(d.Binary(), args...) //nolint:noctx // ended below
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		require.NoError(t, cmd.Start())
		t.Cleanup(func() {
			_ = cmd.Process.Signal(syscall.SIGTERM)
			done := make(chan struct{})
			go func() { _ = cmd.Wait(); close(done) }()
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			select {
			case <-done:
			case <-ctx.Done():
				_ = cmd.Process.Kill()
			}
		})
	}
}
