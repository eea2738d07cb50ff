package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// AlertRecord is the record of an alert on TopicAlerts, with its fingerprint as key.
func AlertRecord(alert *hushlogv1.Alert) (*kgo.Record, error) {
	value, err := proto.Marshal(alert)
	if err != nil {
		return nil, fmt.Errorf("encode alert %s: %w", alert.GetFingerprint(), err)
	}
	return &kgo.Record{Topic: TopicAlerts, Key: []byte(alert.GetFingerprint()), Value: value}, nil
}

// AlertPublisher publishes records; a Publisher.
type AlertPublisher interface {
	Publish(ctx context.Context, records []*kgo.Record) []error
}

// PublishAlert publishes an alert and returns once all in-sync replicas have it.
func PublishAlert(ctx context.Context, publisher AlertPublisher, alert *hushlogv1.Alert) error {
	record, err := AlertRecord(alert)
	if err != nil {
		return err
	}
	err = errors.Join(publisher.Publish(ctx, []*kgo.Record{record})...)
	if err != nil {
		return fmt.Errorf("publish an alert: %w", err)
	}
	return nil
}
