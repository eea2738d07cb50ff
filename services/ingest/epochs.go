package ingest

import (
	"context"
	"crypto/ed25519"
	"errors"
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
	take := func(r *kgo.Record) {
		addErr := ring.Add(r.Value)
		if addErr != nil && !errors.Is(addErr, seal.ErrExpiredEpoch) {
			// Somebody's mistake, or an attack: what is refused is never used.
			log.ErrorContext(context.Background(), "refused an epoch record", slog.Int64("offset", r.Offset), slog.String("error", addErr.Error()))
		}
	}
	return &epochs{ring: ring, follower: stream.NewFollower(opts, stream.TopicKeys, m, take)}, nil
}
