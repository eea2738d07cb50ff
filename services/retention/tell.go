package retention

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo" // records of alerts
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// alertPublisher takes alerts; stream.Publisher.
type alertPublisher interface {
	Publish(ctx context.Context, records []*kgo.Record) []error
}

// teller publishes retention's own alerts, each once in the life of a process. The table and receivers of
// webhooks know one that another process has published by its fingerprint. One goroutine uses it.
type teller struct {
	publisher alertPublisher
	metrics   *metrics
	told      map[string]bool
}

// tell publishes an alert that key tells from others of its rule, and says whether this process had not yet. It fills
// fingerprint and class.
func (t *teller) tell(ctx context.Context, alert *hushlogv1.Alert, key ...string) (bool, error) {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{"hushlog retention alert v1", alert.GetRule()}, key...), "\x00")))
	alert.Fingerprint = hex.EncodeToString(sum[:16])
	alert.Class = string(policy.Internal) // it is of no record
	if t.told[alert.GetFingerprint()] {
		return false, nil
	}
	value, err := proto.Marshal(alert)
	if err != nil {
		return false, fmt.Errorf("encode an alert: %w", err)
	}
	err = errors.Join(t.publisher.Publish(ctx, []*kgo.Record{{Topic: stream.TopicAlerts, Key: []byte(alert.GetFingerprint()), Value: value}})...)
	if err != nil {
		return false, fmt.Errorf("publish an alert: %w", err)
	}
	if t.told == nil {
		t.told = map[string]bool{}
	}
	t.told[alert.GetFingerprint()] = true
	t.metrics.alerts.Inc()
	return true, nil
}
