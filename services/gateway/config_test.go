package gateway

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/service"
)

func TestConfigIsStrict(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gateway.yaml")
	for _, tc := range []struct{ name, text, want string }{
		{"unknown field", "grpcc: 127.0.0.1:1\n", "[1:1]"},
		{"unknown field inside", "kafka:\n  broker: x\n", "[2:3]"},
		{"wrong type", "memory_mib: much\n", "[1:13]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, []byte(tc.text), 0o600))
			cfg := DefaultConfig()
			require.ErrorContains(t, service.Load(path, &cfg), tc.want)
		})
	}
	require.NoError(t, os.WriteFile(path, []byte("grpc: 127.0.0.1:9\nreceive_timeout: 5s\nkafka:\n  brokers: [a:1]\npolicy: p.yaml\n"), 0o600))
	cfg := DefaultConfig()
	require.NoError(t, service.Load(path, &cfg))
	require.Equal(t, "127.0.0.1:9", cfg.GRPC)
	require.Equal(t, 5*time.Second, cfg.ReceiveTimeout)
	require.Equal(t, []string{"a:1"}, cfg.Kafka.Brokers)
	require.Equal(t, "info", cfg.Log.Level)
}

func TestConfigReportsAll(t *testing.T) {
	cfg := DefaultConfig()
	cfg.GRPC, cfg.MemoryMiB, cfg.BatchMiB, cfg.StreamItems, cfg.PublishTimeout = "nowhere", 20, 12, 0, time.Hour
	err := cfg.Validate()
	for _, part := range []string{
		"policy:", "kafka.brokers:", "kafka.user:", "kafka.password_file:", "kafka.tls:", "tls: ca:", "api_keys:", "hash_key:", "epoch_verify_key:", "restrict_verify:",
		"grpc: must be host:port", "batch_mib: must be at most half", "stream_items: must be from 1 to 5000", "publish_timeout: must be from",
	} {
		require.ErrorContains(t, err, part)
	}
	cfg = DefaultConfig()
	require.NoError(t, cfg.validateServing())
}
