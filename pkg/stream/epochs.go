package stream

import (
	"context"
	"errors"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/seal"
)

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
