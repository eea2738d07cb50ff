package backend

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/test/dial"
)

func TestMain(m *testing.M) { Main(m) }

// TestCodecs sends a batch in each codec to a topic that has its broker look into batches. A broker in a
// container needs a place to unpack its native codecs to.
func TestCodecs(t *testing.T) {
	kind, err := FromEnv()
	require.NoError(t, err)
	dir := t.TempDir()
	deployment, err := NewDeployment(dir, policy.DefaultDocument())
	require.NoError(t, err)
	kafka, err := StartKafka(t.Context(), kind, dir, deployment)
	if errors.Is(err, ErrMissing) {
		t.Skipf("skipped: %v", err)
	}
	require.NoError(t, err)
	defer func() { require.NoError(t, kafka.Stop(context.WithoutCancel(t.Context()))) }()
	for name, codec := range map[string]kgo.CompressionCodec{
		"gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	} {
		t.Run(name, func(t *testing.T) {
			client, err := dial.Kafka(deployment, kafka.Brokers, identity.Admin, kgo.ProducerBatchCompression(codec))
			require.NoError(t, err)
			defer client.Close()
			clock := "LogAppendTime"
			_, err = kadm.NewClient(client).CreateTopic(t.Context(), 1, 1, map[string]*string{"message.timestamp.type": &clock}, name)
			require.NoError(t, err)
			value := bytes.Repeat([]byte("a"), 1000)
			require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: name, Value: value}).FirstErr())
		})
	}
}

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
