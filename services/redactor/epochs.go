package redactor

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
)

// Values of the label outcome of epoch records.
const (
	epochTaken   = "taken"
	epochExpired = "expired"
	epochRefused = "refused"
)

// epochs follows the keys topic, and makes epochs while this instance leads.
type epochs struct {
	ring      *seal.Keyring
	maker     *seal.EpochMaker
	follower  *stream.Follower
	publisher *stream.Publisher
	metrics   *metrics
	log       *slog.Logger
	leads     atomic.Bool
}

// newEpochs follows what verify has signed, and makes epochs as making says, which needs no Ring.
func newEpochs(opts []kgo.Opt, verify ed25519.PublicKey, making seal.MakerConfig, m *metrics, sm *stream.Metrics, log *slog.Logger) (*epochs, error) {
	ring, err := seal.NewKeyring(verify, nil)
	if err != nil {
		return nil, fmt.Errorf("epoch_verify_key: %w", err)
	}
	making.Ring = ring
	maker, err := seal.NewEpochMaker(making)
	if err != nil {
		return nil, fmt.Errorf("make epochs: %w", err)
	}
	publisher, err := stream.NewPublisher(opts, stream.PublisherConfig{Metrics: sm})
	if err != nil {
		return nil, fmt.Errorf("publish epochs: %w", err)
	}
	e := &epochs{ring: ring, maker: maker, publisher: publisher, metrics: m, log: log}
	e.follower = stream.FollowEpochs(opts, ring, sm, log, e.count)
	return e, nil
}

// count counts what became of one record of the keys topic.
func (e *epochs) count(err error) {
	outcome := epochRefused
	switch {
	case err == nil:
		outcome = epochTaken
	case errors.Is(err, seal.ErrExpiredEpoch):
		outcome = epochExpired
	}
	e.metrics.epochs.WithLabelValues(outcome).Inc()
}

// makeThem makes what falls due while this instance leads.
func (e *epochs) makeThem(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-e.follower.CaughtUp():
	}
	e.maker.Run(ctx, e.leads.Load, func(ctx context.Context, r seal.SignedRecord) error {
		return e.publisher.Publish(ctx, []*kgo.Record{{Topic: stream.TopicKeys, Key: r.Key, Value: r.Value}})[0]
	}, func(err error) {
		e.log.ErrorContext(ctx, "making an epoch", slog.String("error", err.Error()))
	})
	return nil
}
