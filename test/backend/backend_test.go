package backend

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/test/dial"
)

func TestMain(m *testing.M) { Main(m) }

// TestBackend kills and restarts each part of the backend that the environment chooses.
func TestBackend(t *testing.T) {
	kind, err := FromEnv()
	require.NoError(t, err)
	b := Start(t, kind, t.TempDir())
	running := func() error { return nil }
	for _, kill := range []func() error{
		func() error { return b.KillKafka(t.Context()) },
		func() error { return b.KillClickHouse(t.Context()) },
	} {
		require.NoError(t, kill())
		start := time.Now()
		require.NoError(t, b.Restart(t.Context()))
		t.Logf("restarted in %s", time.Since(start).Round(time.Millisecond))
		require.NoError(t, dial.WaitClickHouse(t.Context(), b.Deployment, b.ClickHouseAddr, running))
		client, err := dial.Kafka(b.Deployment, b.Brokers, identity.Admin)
		require.NoError(t, err)
		require.NoError(t, client.Ping(t.Context()))
		client.Close()
	}
}
