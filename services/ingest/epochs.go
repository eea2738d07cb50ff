package ingest

import (
	"crypto/ed25519"
	"fmt"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
)

// epochs follows the keys topic.
type epochs struct {
	ring     *seal.Keyring
	follower *stream.Follower
}

func newEpochs(opts []kgo.Opt, verify ed25519.PublicKey, m *stream.Metrics, log *slog.Logger) (*epochs, error) {
	ring, err := seal.NewKeyring(verify, nil)
	if err != nil {
		return nil, fmt.Errorf("epoch_verify_key: %w", err)
	}
	return &epochs{ring: ring, follower: stream.FollowEpochs(opts, ring, m, log, nil)}, nil
}
