package stream

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/seal"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// NewEpochSealer returns a sealer for an audience, and the follower that keeps its keys up to date as long as it runs. Only
// epochs whose signature verify confirms are used, and nothing that is sealed can be opened with what it holds.
func NewEpochSealer(
	opts []kgo.Opt, verify ed25519.PublicKey, audience hushlogv1.Audience, metrics *Metrics, log *slog.Logger,
) (*seal.Sealer, *Follower, error) {
	ring, err := seal.NewKeyring(verify, nil)
	if err != nil {
		return nil, nil, err
	}
	return seal.NewSealer(ring, audience), FollowEpochs(opts, ring, metrics, log, nil), nil
}

// FollowEpochs follows the keys topic into ring. An epoch that is refused is somebody's mistake or an
// attack: it is logged and never used. One that has expired is usual on a start. taken, if not nil, gets
// the outcome of each record as [seal.Keyring.Add] gave it.
func FollowEpochs(opts []kgo.Opt, ring *seal.Keyring, metrics *Metrics, log *slog.Logger, taken func(error)) *Follower {
	return NewFollower(opts, TopicKeys, metrics, func(r *kgo.Record) {
		err := ring.Add(r.Value)
		if taken != nil {
			taken(err)
		}
		if err != nil && !errors.Is(err, seal.ErrExpiredEpoch) {
			// The follower hands over records, no context.
			log.ErrorContext(context.Background(), "refused an epoch record",
				slog.Int64("offset", r.Offset), slog.String("error", err.Error()))
		}
	})
}
