package alert

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/notify"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// tellAtOnce is how many alerts are read at a time. The topic is the queue; this is what waits in
	// memory, and what is told again when the last of them was not acknowledged.
	tellAtOnce = 1
	// tellReserve is how much longer than an attempt telling may hold up a rebalance. The whole is kept
	// short: the embedded broker notices only after it that a member was killed while joining.
	tellReserve = 5 * time.Second
)

// deliverer tells a receiver of one alert.
type deliverer interface {
	// Send makes one attempt; wait is how long the receiver asked to be left alone.
	Send(ctx context.Context, id string, body []byte) (wait time.Duration, err error)
}

// errAskedToWait says that the receiver is left alone, as it asked.
var errAskedToWait = errors.New("the receiver asked to be left alone for a while")

// teller gives alerts to the webhook, one after the other: the topic has one partition, so that
// handle is never called twice at a time.
type teller struct {
	webhook deliverer
	maxAge  time.Duration
	now     func() time.Time
	metrics *metrics
	log     *slog.Logger

	// notBefore is until when the receiver asked to be left alone.
	notBefore time.Time
}

// handle is the stream.Handler of the alerts topic: nil once every alert was acknowledged. The
// consumer gives the same alerts again, after pauses that grow, until they are.
func (t *teller) handle(ctx context.Context, _ stream.Partition, records []*kgo.Record) error {
	for _, record := range records {
		err := t.tell(ctx, record)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *teller) tell(ctx context.Context, record *kgo.Record) error {
	var alert hushlogv1.Alert
	err := proto.Unmarshal(record.Value, &alert)
	if err != nil {
		t.metrics.deliveries.WithLabelValues(receiverWebhook, resultUnreadable).Inc()
		t.log.ErrorContext(ctx, "record is no alert; nobody told", slog.Int64("offset", record.Offset))
		return nil
	}
	// An alert about what is long over comes of reading the trail from its start.
	if t.now().Sub(record.Timestamp) > t.maxAge || t.now().Sub(alert.GetWindowEnd().AsTime()) > t.maxAge {
		t.metrics.deliveries.WithLabelValues(receiverWebhook, resultExpired).Inc()
		t.log.WarnContext(ctx, "alert is too old; nobody told", slog.String("fingerprint", alert.GetFingerprint()))
		return nil
	}
	body, err := notify.EncodeAlert(&alert)
	if err != nil {
		return err
	}
	if t.now().Before(t.notBefore) {
		return stream.Retry(errAskedToWait)
	}
	wait, err := t.webhook.Send(ctx, messageID(&alert), body)
	if err != nil {
		t.metrics.deliveries.WithLabelValues(receiverWebhook, resultRetried).Inc()
		t.notBefore = t.now().Add(wait)
		return stream.Retry(fmt.Errorf("tell of alert %s: %w", alert.GetFingerprint(), err))
	}
	t.metrics.deliveries.WithLabelValues(receiverWebhook, resultDelivered).Inc()
	return nil
}

// messageID is the same for every attempt to tell of the same thing: an alert that fires, or that has resolved.
func messageID(a *hushlogv1.Alert) string {
	if a.GetState() == hushlogv1.AlertState_ALERT_STATE_RESOLVED {
		return a.GetFingerprint() + "-resolved"
	}
	return a.GetFingerprint()
}
