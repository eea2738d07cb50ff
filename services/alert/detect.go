package alert

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// alertsPartition is the only one of the alerts topic.
const alertsPartition = 0

// detection feeds the detector from the events topic. It is the work of a stream.Sole.
type detection struct {
	detector *detector
	kafka    []kgo.Opt
	lookBack time.Duration
	now      func() time.Time
	metrics  *metrics
	log      *slog.Logger
}

func newDetection(deps Deps, m *metrics, log *slog.Logger) *detection {
	return &detection{
		detector: newDetector(deps.Policy, deps.Now, m), kafka: deps.Kafka,
		lookBack: lookBack(deps.Policy), now: deps.Now, metrics: m, log: log,
	}
}

// lookBack is how far back published alerts are asked for: an event can be read again as long as it
// is in the stream, and its alert was published after it.
func lookBack(p *policy.Policy) time.Duration { return p.Retention.Events.D() }

// Assigned makes the state anew: no windows, which reading from the committed offsets fills again,
// and the alerts that were published.
func (d *detection) Assigned(ctx context.Context) error {
	known := map[string]time.Time{}
	for record, err := range stream.ReadBack(ctx, d.kafka, stream.TopicAlerts, d.now().Add(-d.lookBack), alertsPartition) {
		if err != nil {
			return err
		}
		var alert hushlogv1.Alert
		err = proto.Unmarshal(record.Value, &alert)
		if err != nil {
			return fmt.Errorf("%s: offset %d is no alert", stream.TopicAlerts, record.Offset)
		}
		known[alert.GetFingerprint()] = alert.GetWindowEnd().AsTime()
	}
	d.detector.reset(known)
	return nil
}

// Handle counts blocks and returns the alerts that fire.
func (d *detection) Handle(ctx context.Context, at stream.Partition, records []*kgo.Record) ([]*kgo.Record, error) {
	var publish []*kgo.Record
	for _, record := range records {
		var block hushlogv1.Block
		err := proto.Unmarshal(record.Value, &block)
		if err != nil {
			// Ingest keeps what it cannot read; here it must not stop what can be read from being watched.
			d.metrics.blocksUnreadable.Inc()
			d.log.ErrorContext(ctx, "record is no block; not counted", slog.String("partition", at.String()), slog.Int64("offset", record.Offset))
			continue
		}
		for _, alert := range d.detector.block(at, record.Offset, &block) {
			encoded, err := encode(alert)
			if err != nil {
				return nil, err
			}
			publish = append(publish, encoded)
			d.metrics.alertsFired.WithLabelValues(alert.GetRule()).Inc()
			d.log.InfoContext(ctx, "alert fires", slog.String("rule", alert.GetRule()), slog.String("fingerprint", alert.GetFingerprint()), slog.String("project", alert.GetProject()))
		}
	}
	return publish, nil
}

// encode is the record of an alert, with its fingerprint as key.
func encode(alert *hushlogv1.Alert) (*kgo.Record, error) {
	value, err := proto.Marshal(alert)
	if err != nil {
		return nil, fmt.Errorf("encode alert %s: %w", alert.GetFingerprint(), err)
	}
	return &kgo.Record{Topic: stream.TopicAlerts, Partition: alertsPartition, Key: []byte(alert.GetFingerprint()), Value: value}, nil
}

// Turn moves event time on.
func (d *detection) Turn(partitions []stream.Partition, behind func(stream.Partition) bool) {
	d.detector.advance(partitions, behind)
}

// Keep is what an open window still needs.
func (d *detection) Keep(at stream.Partition, next int64) int64 { return d.detector.keep(at, next) }
