package canary

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo" // reads everything without a group

	"github.com/hushlog/hushlog/pkg/stream"
)

// searchedTopics are all topics but that of the keys, which hold nothing of what is said.
func searchedTopics() []string {
	return []string{
		stream.TopicRaw, stream.TopicEvents, stream.TopicQuarantine, stream.TopicAlerts, stream.TopicAlertState, stream.TopicAudit, stream.TopicRequests,
		stream.TopicRestrictions,
	}
}

// topics reads every record of the topics, sealed or not, as it comes, and looks for values in its key, headers and value.
type topics struct {
	opts   []kgo.Opt
	search func(place, at string, text []byte)
	failed func(ctx context.Context, err error)
	// since is how far back it reads when it starts.
	since time.Duration
	now   func() time.Time
	read  func(topic string, bytes int)
}

// pollPause is how long is waited after a failed poll.
const pollPause = time.Second

// run reads until ctx ends. What a broker that is away holds is read when it is back; a right that is missing ends it.
func (t *topics) run(ctx context.Context) error {
	client, err := kgo.NewClient(append(slices.Clone(t.opts),
		kgo.ConsumeTopics(searchedTopics()...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AfterMilli(t.now().Add(-t.since).UnixMilli())),
		kgo.FetchMaxWait(time.Second),
	)...)
	if err != nil {
		return fmt.Errorf("read topics: %w", err)
	}
	defer client.Close()
	for {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			return nil
		}
		fetches.EachRecord(t.take)
		err = fetches.Err()
		if err == nil {
			continue
		}
		if stream.ReasonOf(err) == stream.ReasonDenied {
			return fmt.Errorf("read topics: %w; run hushlog init", err)
		}
		t.failed(ctx, err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pollPause):
		}
	}
}

func (t *topics) take(r *kgo.Record) {
	at := fmt.Sprintf("partition %d, offset %d", r.Partition, r.Offset)
	t.search(r.Topic, at, r.Key)
	t.search(r.Topic, at, r.Value)
	for _, h := range r.Headers {
		t.search(r.Topic, at, h.Value)
	}
	t.read(r.Topic, len(r.Key)+len(r.Value))
}
