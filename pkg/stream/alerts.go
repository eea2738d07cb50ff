package stream

import (
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
