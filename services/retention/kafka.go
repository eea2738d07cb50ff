package retention

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/stream"
)

// kafka is the broker of a deployment.
type kafka struct {
	admin     *kadm.Client
	publisher *stream.Publisher
}

func (k kafka) Committed(ctx context.Context, group, topic string) (map[stream.Partition]int64, error) {
	return stream.CommittedOffsets(ctx, k.admin, group, topic)
}

func (k kafka) Bounds(ctx context.Context, topic string) (map[stream.Partition]stream.Bounds, error) {
	return stream.BoundsOf(ctx, k.admin, topic)
}

func (k kafka) OffsetsAt(ctx context.Context, topic string, t time.Time) (map[stream.Partition]int64, error) {
	return stream.OffsetsAt(ctx, k.admin, topic, t)
}

func (k kafka) Ages(ctx context.Context, topic string, before time.Time) (stream.TopicAge, error) {
	return stream.AgeOf(ctx, k.admin, topic, before)
}

func (k kafka) DeleteBefore(ctx context.Context, at stream.Partition, offset int64) (int64, error) {
	return stream.DeleteBefore(ctx, k.admin, at, offset)
}

func (k kafka) Tick(ctx context.Context, at stream.Partition) error {
	meta := stream.Meta{Kind: stream.KindTick, Minute: stream.MinuteOf(time.Now())}
	return k.publisher.Publish(ctx, []*kgo.Record{{Topic: at.Topic, Partition: at.ID, Headers: meta.Headers()}})[0]
}
