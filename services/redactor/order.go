package redactor

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kadm" // lists the partitions of the raw topic
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// order gives an order about quarantined events to every partition of the raw topic: whoever works on one
// follows it there, in the transactions that settle everything else. An order that comes twice does no harm:
// what has left quarantine is not there any more.
func (q *requests) order(ctx context.Context, request *hushlogv1.Request) error {
	request.GetQuarantine().From = 0
	value, err := proto.Marshal(request)
	if err != nil {
		return fmt.Errorf("encode an order: %w", err)
	}
	partitions, err := q.partitions(ctx)
	if err != nil {
		return err
	}
	records := make([]*kgo.Record, len(partitions))
	for i, id := range partitions {
		records[i] = orderRecord(id, value)
	}
	err = errors.Join(q.publisher.Publish(ctx, records)...)
	if err != nil {
		return fmt.Errorf("publish an order to the partitions: %w", err)
	}
	q.log.InfoContext(ctx, "passed on an order about quarantined events",
		slog.String("request", hex.EncodeToString(request.GetRequestId())), slog.String("action", request.GetQuarantine().GetAction().String()))
	return nil
}

func rawPartitions(p *stream.Publisher) func(context.Context) ([]int32, error) {
	admin := kadm.NewClient(p.Client())
	return func(ctx context.Context) ([]int32, error) {
		ends, err := stream.EndOffsets(ctx, admin, stream.TopicRaw)
		if err != nil {
			return nil, fmt.Errorf("list the partitions of %s: %w", stream.TopicRaw, err)
		}
		var ids []int32
		for at := range ends {
			ids = append(ids, at.ID)
		}
		return ids, nil
	}
}

// lookEvery is how often it is looked for what is due in quarantine.
const lookEvery = 5 * time.Second

// tickQuarantine publishes a tick to each partition of this instance whose quarantine is to be looked after: the
// record that comes back is what lets the partition's owner, whoever that is by then, do so in a transaction.
func tickQuarantine(ctx context.Context, due func() []int32, publisher requestPublisher, log *slog.Logger) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		var records []*kgo.Record
		for _, id := range due() {
			records = append(records, tickRecord(id, time.Now()))
		}
		err := errors.Join(publisher.Publish(ctx, records)...)
		if err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "quarantine is looked after later: a tick was not published", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
