package canary

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo" // records of alerts
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// alertHold is the block of time that an alert stands for: what goes on is told again with each block.
const alertHold = time.Hour

// teller publishes alerts, each once, and that they have resolved: those of this process and those of one before it, which
// it learns from the topic. Safe for concurrent use.
type teller struct {
	publisher stream.AlertPublisher
	owner     string

	mu sync.Mutex // guards what follows
	// told are the canary's alerts by fingerprint, firing or, for as long as their block may be told of again, resolved.
	told map[string]*hushlogv1.Alert
}

// take notes what a record of the alerts topic says of an alert of a canary.
func (t *teller) take(record *kgo.Record) {
	var alert hushlogv1.Alert
	err := proto.Unmarshal(record.Value, &alert)
	if err != nil || alert.GetRule() != policy.RuleCanaryLeak && alert.GetRule() != policy.RuleCanaryLost {
		return // what cannot be read is counted by the alert service
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.told[alert.GetFingerprint()].GetState() == hushlogv1.AlertState_ALERT_STATE_RESOLVED {
		return // this process was faster than its own record
	}
	t.told[alert.GetFingerprint()] = &alert
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
	t.mu.Lock()
	_, known := t.told[fingerprint]
	t.mu.Unlock()
	if known {
		return nil
	}
	return t.publish(ctx, &hushlogv1.Alert{
		Fingerprint: fingerprint, Rule: rule, Severity: hushlogv1.Severity_SEVERITY_CRITICAL, Owner: t.owner, Keys: keys,
		WindowStart: timestamppb.New(begin), WindowEnd: timestamppb.New(begin.Add(alertHold)), FiredAt: timestamppb.New(now),
		Value: 1, Threshold: 1, Class: string(policy.Internal), // it is of no record
		State: hushlogv1.AlertState_ALERT_STATE_FIRING,
	})
}

// resolve publishes that alerts have resolved: about what is lost when their block has ended, about a leak a block later, as
// a value is told of once for each place and not for as long as it is there. What goes on has an alert of a later block,
// which the caller has told before. Only a look that has seen everything may call it: one that saw nothing clears nothing.
func (t *teller) resolve(ctx context.Context, now time.Time) error {
	for _, alert := range t.over(now) {
		resolved, _ := proto.Clone(alert).(*hushlogv1.Alert)
		resolved.State, resolved.ResolvedAt = hushlogv1.AlertState_ALERT_STATE_RESOLVED, timestamppb.New(now)
		err := t.publish(ctx, resolved)
		if err != nil {
			return err
		}
	}
	return nil
}

// over are the alerts that fire and whose time is over, in the order of their fingerprints. It forgets those that have
// resolved and cannot be told of again.
func (t *teller) over(now time.Time) []*hushlogv1.Alert {
	t.mu.Lock()
	defer t.mu.Unlock()
	var over []*hushlogv1.Alert
	for _, fingerprint := range slices.Sorted(maps.Keys(t.told)) {
		alert := t.told[fingerprint]
		end := alert.GetWindowEnd().AsTime()
		if alert.GetRule() == policy.RuleCanaryLeak {
			end = end.Add(alertHold)
		}
		switch {
		case now.Before(end):
		case alert.GetState() != hushlogv1.AlertState_ALERT_STATE_RESOLVED:
			over = append(over, alert)
		case now.Sub(end) > alertHold:
			delete(t.told, fingerprint)
		}
	}
	return over
}

func (t *teller) publish(ctx context.Context, alert *hushlogv1.Alert) error {
	err := stream.PublishAlert(ctx, t.publisher, alert)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.told[alert.GetFingerprint()] = alert
	return nil
}
