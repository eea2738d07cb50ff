package alert

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// actionLimit is on the trail a limit that followed from an alert; its purpose there is the rule's name.
	actionLimit = "project-limit"
	// respondTimeout is how long one alert may hold up a rebalance: three records are acknowledged for it.
	respondTimeout = 30 * time.Second
	// reasonUnpublished is the reason on the trail when Kafka did not take an order.
	reasonUnpublished = "requests-unavailable"
)

// Response is what the service limits senders with, when the policy has rules that do.
type Response struct {
	// Sign signs orders. Gateways hold what it signs to what the policy lets the rule do.
	Sign ed25519.PrivateKey
	// Orders publishes them; stream.Publisher.
	Orders publisher
	// Trail is told of each, before and after; audit.Trail.
	Trail *audit.Trail
}

// publisher answers once records are durable: one error, or nil, for each.
type publisher interface {
	Publish(ctx context.Context, records []*kgo.Record) []error
}

// responder limits whom alerts name, as the policy says. It makes the same order of the same alert however often it is asked,
// so that a restart in between changes nothing.
type responder struct {
	Response
	policy  *policy.Policy
	now     func() time.Time
	metrics *metrics
	log     *slog.Logger
}

// handle is the stream.Handler of the alerts topic: nil once every order was acknowledged.
func (r *responder) handle(ctx context.Context, _ stream.Partition, records []*kgo.Record) error {
	for _, record := range records {
		err := r.respond(ctx, record)
		if err != nil {
			r.metrics.restrictions.WithLabelValues(resultRetried).Inc()
			return stream.RetryFrom(record, err)
		}
	}
	return nil
}

func (r *responder) respond(ctx context.Context, record *kgo.Record) error {
	var alert hushlogv1.Alert
	err := proto.Unmarshal(record.Value, &alert)
	if err != nil {
		r.metrics.restrictions.WithLabelValues(resultUnreadable).Inc()
		r.log.ErrorContext(ctx, "record is no alert; nobody limited", slog.Int64("offset", record.Offset))
		return nil
	}
	may, named := r.policy.Alerts.Restrict[alert.GetRule()]
	if !named || alert.GetState() == hushlogv1.AlertState_ALERT_STATE_RESOLVED {
		return nil
	}
	order, usable := orderOf(&alert, may, record.Timestamp)
	if !usable {
		r.metrics.restrictions.WithLabelValues(resultUnreadable).Inc()
		r.log.ErrorContext(ctx, "alert names nobody who could be limited", slog.String("rule", alert.GetRule()), slog.Int64("offset", record.Offset))
		return nil
	}
	if !r.now().Before(order.Until) {
		r.metrics.restrictions.WithLabelValues(resultExpired).Inc() // as what comes of reading the topic from its start
		return nil
	}
	err = r.publish(ctx, order)
	if err != nil {
		return fmt.Errorf("limit whom alert %s names: %w", alert.GetFingerprint(), err)
	}
	r.metrics.restrictions.WithLabelValues(resultDelivered).Inc()
	r.log.WarnContext(ctx, "a sender is limited", slog.String("project", order.Project), slog.Bool("whole_project", order.WholeProject()),
		slog.String("rule", order.Rule), slog.Int("events_per_minute", order.EventsPerMinute), slog.Time("until", order.Until))
	return nil
}

// orderOf follows from an alert and the moment at which the broker took it, and from nothing else.
func orderOf(alert *hushlogv1.Alert, may policy.AutoLimit, at time.Time) (restrict.Order, bool) {
	id, err := hex.DecodeString(alert.GetFingerprint())
	if err != nil || len(id) != len(restrict.Hash{}) || alert.GetProject() == "" {
		return restrict.Order{}, false
	}
	order := restrict.Order{
		ID: restrict.Hash(id), Kind: restrict.Limit, Project: alert.GetProject(), EventsPerMinute: int(may.EventsPerMinute),
		IssuedAt: at.UTC().Truncate(time.Millisecond), Rule: alert.GetRule(), Actor: identity.Alert,
	}
	order.Until = order.IssuedAt.Add(may.For.D())
	if may.Sender == policy.SenderUser {
		if alert.GetUserPseudonym() == "" {
			return restrict.Order{}, false
		}
		order.User = restrict.UserHash(order.Project, alert.GetUserPseudonym())
	}
	return order, true
}

// publish puts the order on the trail before it is given and after.
func (r *responder) publish(ctx context.Context, order restrict.Order) error {
	value, err := order.Sign(r.Sign)
	if err != nil {
		return err
	}
	act, err := r.Trail.Begin(ctx, &hushlogv1.AuditEntry{
		Actor: identity.Alert, Action: actionLimit, Purpose: order.Rule, Ref: restrict.Ref(order.Project, order.ID),
	})
	if err != nil {
		return err
	}
	err = r.Orders.Publish(ctx, []*kgo.Record{{Topic: stream.TopicRestrictions, Key: order.ID[:], Value: value}})[0]
	outcome := audit.Outcome{Result: audit.OK}
	if err != nil {
		outcome = audit.Outcome{Result: audit.Failed, Reason: reasonUnpublished}
	}
	endErr := act.End(ctx, outcome)
	if err != nil {
		return fmt.Errorf("publish the order: %w", err)
	}
	return endErr
}
