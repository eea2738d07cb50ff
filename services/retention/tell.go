package retention

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// openAlerts knows which alerts are on; store.DB.
type openAlerts interface {
	OpenAlerts(ctx context.Context, rule string) ([]store.OpenAlert, error)
}

// teller publishes retention's own alerts, each once in the life of a process, and that they have resolved. The table and
// receivers of webhooks know one that another process has published by its fingerprint. One goroutine uses it.
type teller struct {
	publisher stream.AlertPublisher
	open      openAlerts
	metrics   *metrics
	// told are the alerts that this process has published, firing or, since, resolved.
	told map[string]*hushlogv1.Alert
}

// fingerprint is of what key tells from others of its rule.
func fingerprint(rule string, key ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{"hushlog retention alert v1", rule}, key...), "\x00")))
	return hex.EncodeToString(sum[:16])
}

// tell publishes an alert, whose fingerprint is set, and says whether this process had not yet. It fills the class.
func (t *teller) tell(ctx context.Context, alert *hushlogv1.Alert) (bool, error) {
	if t.told[alert.GetFingerprint()] != nil {
		return false, nil
	}
	alert.State = hushlogv1.AlertState_ALERT_STATE_FIRING
	err := t.publish(ctx, alert)
	if err != nil {
		return false, err
	}
	t.metrics.alerts.Inc()
	return true, nil
}

// resolve publishes that alerts of a rule have resolved: those that this process, or one before it, has published, and that
// are not among those that are on, by fingerprint. What a predecessor has published in its last seconds may be found only the
// next time.
func (t *teller) resolve(ctx context.Context, rule string, on map[string]bool, now time.Time) error {
	known, err := t.open.OpenAlerts(ctx, rule)
	if err != nil {
		return err
	}
	fired := map[string]*hushlogv1.Alert{}
	for _, a := range known {
		severity := hushlogv1.Severity(hushlogv1.Severity_value["SEVERITY_"+strings.ToUpper(a.Severity)])
		fired[a.Fingerprint] = &hushlogv1.Alert{
			Fingerprint: a.Fingerprint, Rule: a.Rule, Severity: severity, Owner: a.Owner, Value: 1, Threshold: 1,
			WindowStart: timestamppb.New(a.WindowStart), FiredAt: timestamppb.New(a.FiredAt),
		}
	}
	for id, a := range t.told {
		if a.GetRule() == rule {
			fired[id] = a // resolved ones, too: the table may not know yet
		}
	}
	for _, id := range slices.Sorted(maps.Keys(fired)) {
		if on[id] || fired[id].GetState() == hushlogv1.AlertState_ALERT_STATE_RESOLVED {
			continue
		}
		resolved, _ := proto.Clone(fired[id]).(*hushlogv1.Alert)
		resolved.State, resolved.ResolvedAt = hushlogv1.AlertState_ALERT_STATE_RESOLVED, timestamppb.New(now)
		resolved.WindowEnd = timestamppb.New(now) // receivers leave out what is about long ago
		err = t.publish(ctx, resolved)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *teller) publish(ctx context.Context, alert *hushlogv1.Alert) error {
	alert.Class = string(policy.Internal) // it is of no record
	err := stream.PublishAlert(ctx, t.publisher, alert)
	if err != nil {
		return err
	}
	if t.told == nil {
		t.told = map[string]*hushlogv1.Alert{}
	}
	t.told[alert.GetFingerprint()] = alert
	return nil
}
