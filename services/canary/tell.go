package canary

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo" // records of alerts
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// alertHold is the block of time that an alert stands for: what goes on is told again with each block.
const alertHold = time.Hour

// alertPublisher takes alerts; stream.Publisher.
type alertPublisher interface {
	Publish(ctx context.Context, records []*kgo.Record) []error
}

// teller publishes alerts, each once in the life of a process; who has it already knows it by its fingerprint. One goroutine
// uses it.
type teller struct {
	publisher alertPublisher
	owner     string
	told      map[string]time.Time
}

// leak tells of a planted value that is readable.
func (t *teller) leak(ctx context.Context, s sighting, now time.Time) error {
	return t.tell(ctx, policy.RuleCanaryLeak, now, &hushlogv1.AlertKey{Name: "type", Value: s.kind}, &hushlogv1.AlertKey{Name: "place", Value: s.place})
}

// lost tells of a path on which canaries do not arrive.
func (t *teller) lost(ctx context.Context, path string, now time.Time) error {
	return t.tell(ctx, policy.RuleCanaryLost, now, &hushlogv1.AlertKey{Name: "path", Value: path})
}

func (t *teller) tell(ctx context.Context, rule string, now time.Time, keys ...*hushlogv1.AlertKey) error {
	begin := now.UTC().Truncate(alertHold)
	parts := []string{"hushlog canary alert v1", rule, begin.Format(time.RFC3339)}
	for _, key := range keys {
		parts = append(parts, key.GetName(), key.GetValue())
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	fingerprint := hex.EncodeToString(sum[:16])
	_, known := t.told[fingerprint]
	if known {
		return nil
	}
	record, err := stream.AlertRecord(&hushlogv1.Alert{
		Fingerprint: fingerprint, Rule: rule, Severity: hushlogv1.Severity_SEVERITY_CRITICAL, Owner: t.owner, Keys: keys,
		WindowStart: timestamppb.New(begin), WindowEnd: timestamppb.New(begin.Add(alertHold)), FiredAt: timestamppb.New(now),
		Value: 1, Threshold: 1, Class: string(policy.Internal), // it is of no record
	})
	if err != nil {
		return err
	}
	err = errors.Join(t.publisher.Publish(ctx, []*kgo.Record{record})...)
	if err != nil {
		return fmt.Errorf("publish an alert: %w", err)
	}
	t.told[fingerprint] = begin
	for old, at := range t.told {
		if begin.Sub(at) > alertHold {
			delete(t.told, old)
		}
	}
	return nil
}
