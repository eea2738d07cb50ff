// Package alert counts what the redactor publishes, by user and by model, in windows of event time,
// and fires an alert once for each window in which a rule's threshold is reached: to the alerts topic,
// from where ingest stores it, and to a signed webhook.
//
// It leaves out grouping, silencing and routing, which are Alertmanager's.
//
// One instance counts and the others wait, because a user's requests are spread over all partitions.
// Detecting and telling are two loops with the alerts topic between them. Detecting publishes an alert
// in a transaction and commits only what no open window needs, so that a successor makes the same
// windows anew, finds in the topic what was published, and publishes nothing twice. Telling is a
// consumer of the alerts topic that commits an alert once the receiver has acknowledged it.
package alert

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo" // options of the clients that pkg/stream makes
	"golang.org/x/sync/errgroup"       // the first loop that fails stops the other

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/notify"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
)

// serviceName begins groups and transactional ids, as the rights on them say.
const serviceName = identity.Alert

// detectTimeout is how long a batch, or reading the alerts back, may hold up a rebalance: both take
// well below a second for each 10,000 records.
const detectTimeout = 20 * time.Second

// Deps are what the service works with. All are required but Webhook and Now.
type Deps struct {
	Policy *policy.Policy
	// Kafka are the options of stream.Dial.
	Kafka []kgo.Opt
	// Webhook is told of alerts; nil means nobody is. See NewWebhook.
	Webhook  *notify.Webhook
	Log      *slog.Logger
	Registry prometheus.Registerer
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

// Service detects and tells. Run works.
type Service struct {
	detect *stream.Sole
	tell   *stream.Consumer // nil without a webhook
}

// New wires the service; it connects to nothing.
func New(cfg Config, deps Deps) (*Service, error) {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	log := deps.Log.With(slog.String("component", "alert"))
	m := newMetrics(deps.Registry, deps.Policy)
	streamMetrics := stream.NewMetrics(deps.Registry, serviceName)
	detect, err := stream.NewSole(deps.Kafka, stream.SoleConfig{
		Group: stream.Group(serviceName, ""), TransactionalID: stream.TransactionalID(serviceName, "detector"),
		Topics: []string{stream.TopicEvents}, SessionTimeout: cfg.Takeover, RebalanceTimeout: detectTimeout, Metrics: streamMetrics, Log: log,
	}, newDetection(deps, m, log))
	if err != nil {
		return nil, err
	}
	s := &Service{detect: detect}
	if deps.Webhook == nil {
		return s, nil
	}
	teller := &teller{webhook: deps.Webhook, maxAge: cfg.Webhook.MaxAge, now: deps.Now, metrics: m, log: log}
	s.tell, err = stream.NewConsumer(deps.Kafka, stream.ConsumerConfig{
		Group: stream.Group(serviceName, "webhook"), Topics: []string{stream.TopicAlerts},
		MaxPollRecords: tellAtOnce, SessionTimeout: cfg.Takeover, RebalanceTimeout: cfg.Webhook.Timeout + tellReserve, Metrics: streamMetrics, Log: log,
	}, teller.handle)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Healthy is nil while both loops move or have nothing to do.
func (s *Service) Healthy() error {
	if s.tell == nil {
		return s.detect.Healthy()
	}
	return errors.Join(s.detect.Healthy(), s.tell.Healthy())
}

// Run works until ctx ends (nil) or one of the loops fails; then the process starts again and makes
// its state anew.
func (s *Service) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		err := s.detect.Run(ctx)
		if err != nil {
			return fmt.Errorf("detect: %w", err)
		}
		return nil
	})
	if s.tell != nil {
		group.Go(func() error {
			err := s.tell.Run(ctx)
			if err != nil {
				return fmt.Errorf("tell: %w", err)
			}
			return nil
		})
	}
	return group.Wait()
}

// NewWebhook makes the webhook of a configuration, or nil when it names none.
func NewWebhook(cfg WebhookConfig) (*notify.Webhook, error) {
	if cfg.URL == "" {
		return nil, nil
	}
	key, err := identity.LoadWebhookKey(cfg.Key)
	if err != nil {
		return nil, fmt.Errorf("webhook.key: %w", err)
	}
	var tlsConfig *tls.Config
	if cfg.CA != "" {
		pool, poolErr := identity.LoadPool(cfg.CA)
		if poolErr != nil {
			return nil, fmt.Errorf("webhook.ca: %w", poolErr)
		}
		tlsConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}
	}
	return notify.NewWebhook(notify.WebhookConfig{URL: cfg.URL, Key: key, Timeout: cfg.Timeout, TLS: tlsConfig})
}
