package redactor

import (
	"crypto/ed25519"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/kms"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
)

func TestEpochKEM(t *testing.T) {
	for name, want := range map[string]seal.KEM{"": 0, "mlkem768-x25519": seal.KEMHybrid, "x25519": seal.KEMX25519, "rsa": 0} {
		t.Run(name, func(t *testing.T) {
			cfg := DefaultConfig()
			require.Equal(t, "mlkem768-x25519", cfg.EpochKEM)
			cfg.EpochKEM = name
			err := cfg.Validate()
			if want == 0 {
				require.ErrorContains(t, err, "epoch_kem: ")
				return
			}
			require.NotContains(t, err.Error(), "epoch_kem", "other fields are missing")
			kem, err := seal.ParseKEM(name)
			require.NoError(t, err)
			verify, sign, err := ed25519.GenerateKey(nil)
			require.NoError(t, err)
			keys, err := kms.Open(t.Context(), "file://"+t.TempDir(), true, nil)
			require.NoError(t, err)
			reg := prometheus.NewRegistry()
			e, err := newEpochs(stream.Plain("test", "127.0.0.1:1"), verify,
				seal.MakerConfig{KMS: keys, Sign: sign, Lives: seal.LivesFor(time.Hour, time.Hour, time.Hour), KEM: kem},
				newMetrics(reg), stream.NewMetrics(reg, "redactor"), slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			t.Cleanup(func() { _ = e.publisher.Close(t.Context()) })
			due := e.maker.Due()
			require.NotEmpty(t, due)
			for _, audience := range due {
				record, err := e.maker.Make(t.Context(), audience)
				require.NoError(t, err)
				require.Equal(t, want, record.Epoch.KEM)
			}
		})
	}
}
