// Package alert runs the rules of pkg/alerting over what the redactor publishes and over the trail: what fires and what
// resolves goes to the alerts topic, from where ingest stores it, to Alertmanager and to a signed webhook.
//
// It leaves out what a rule is (pkg/alerting) and grouping, silencing and routing, which are Alertmanager's.
//
// One instance counts and the others wait, because a user's requests are spread over all partitions. Detecting and telling
// are loops with the alerts topic between them. Detecting publishes alerts in transactions, and now and then, in the same
// way, a snapshot of all that it knows with the offsets that it stands for, which it then commits. A successor goes on from
// the snapshot, reads the rest again, finds in the alerts topic what was published after it, and publishes nothing twice.
// Telling acknowledges an alert once its receiver has.
package alert

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo" // options of the clients that pkg/stream makes
	"golang.org/x/sync/errgroup"       // the first loop that fails stops the other

	"github.com/hushlog/hushlog/pkg/alerting"
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

// Deps are what the service works with. All are required but Webhook, Alertmanagers, Response and Now.
type Deps struct {
	Policy *policy.Policy
	// Rules are those of alerting.ForPolicy.
	Rules *alerting.Rules
	// Kafka are the options of stream.Dial.
	Kafka []kgo.Opt
	// Webhook is told of alerts; nil means nobody is. See NewWebhook.
	Webhook *notify.Webhook
	// Alertmanagers are told of alerts, each of all of them. See NewAlertmanagers.
	Alertmanagers []*notify.Alertmanager
	// Response limits whom alerts name; nil where the policy has no rule that does.
	Response *Response
	Log      *slog.Logger
	Registry prometheus.Registerer
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

// Service detects and tells. Run works.
type Service struct {
	kafka  []kgo.Opt
	work   *detection
	detect *stream.Sole
	// consumers read the alerts topic: for the webhook, and for limits that follow from alerts, where there are any.
	consumers map[string]*stream.Consumer
	// announce has one for each Alertmanager.
	announce []*announcer
}

// New wires the service; it connects to nothing.
func New(cfg Config, deps Deps) (*Service, error) {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	log := deps.Log.With(slog.String("component", "alert"))
	m := newMetrics(deps.Registry, deps.Rules)
	streamMetrics := stream.NewMetrics(deps.Registry, serviceName)
	work := newDetection(cfg, deps, m, log)
	detect, err := stream.NewSole(deps.Kafka, stream.SoleConfig{
		Group: stream.Group(serviceName, ""), TransactionalID: stream.TransactionalID(serviceName, "detector"),
		Topics: detectTopics, SessionTimeout: cfg.Takeover, RebalanceTimeout: detectTimeout, Metrics: streamMetrics, Log: log,
	}, work)
	if err != nil {
		return nil, err
	}
	s := &Service{kafka: deps.Kafka, work: work, detect: detect, consumers: map[string]*stream.Consumer{}}
	for i, am := range deps.Alertmanagers {
		s.announce = append(s.announce, newAnnouncer(am, cfg.Alertmanager, i, deps, detect.Healthy, streamMetrics, m, log))
	}
	consume := func(name string, atOnce time.Duration, handle stream.Handler) error {
		var err error
		s.consumers[name], err = stream.NewConsumer(deps.Kafka, stream.ConsumerConfig{
			Group: stream.Group(serviceName, name), Topics: []string{stream.TopicAlerts},
			MaxPollRecords: tellAtOnce, SessionTimeout: cfg.Takeover, RebalanceTimeout: atOnce, Metrics: streamMetrics, Log: log,
		}, handle)
		return err
	}
	if deps.Webhook != nil {
		teller := &teller{webhook: deps.Webhook, maxAge: cfg.Webhook.MaxAge, now: deps.Now, metrics: m, log: log}
		err = consume("webhook", cfg.Webhook.Timeout+tellReserve, teller.handle)
		if err != nil {
			return nil, err
		}
	}
	if deps.Response != nil {
		r := &responder{Response: *deps.Response, policy: deps.Policy, now: deps.Now, metrics: m, log: log}
		err = consume("response", respondTimeout, r.handle)
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Healthy is nil while all loops move or have nothing to do.
func (s *Service) Healthy() error {
	problems := []error{s.detect.Healthy()}
	for _, c := range s.consumers {
		problems = append(problems, c.Healthy())
	}
	for _, a := range s.announce {
		problems = append(problems, a.healthy())
	}
	return errors.Join(problems...)
}

// Run works until ctx ends (nil) or one of the loops fails; then the process starts again and makes
// its state anew.
func (s *Service) Run(ctx context.Context) error {
	client, err := kgo.NewClient(s.kafka...)
	if err != nil {
		return fmt.Errorf("detect: %w", err)
	}
	defer client.Close()
	s.work.admin = kadm.NewClient(client)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		err := s.detect.Run(ctx)
		if err != nil {
			return fmt.Errorf("detect: %w", err)
		}
		return nil
	})
	for name, c := range s.consumers {
		group.Go(func() error {
			err := c.Run(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		})
	}
	for _, a := range s.announce {
		group.Go(func() error {
			err := a.run(ctx)
			if err != nil {
				return fmt.Errorf("tell alertmanager: %w", err)
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
	tlsConfig, err := trusting(cfg.CA)
	if err != nil {
		return nil, fmt.Errorf("webhook.ca: %w", err)
	}
	return notify.NewWebhook(notify.WebhookConfig{URL: cfg.URL, Key: key, Timeout: cfg.Timeout, TLS: tlsConfig})
}

// trusting is a client's TLS that trusts a CA, or nil, which trusts the system's.
func trusting(ca string) (*tls.Config, error) {
	if ca == "" {
		return nil, nil //nolint:nilnil // the system's
	}
	pool, err := identity.LoadPool(ca)
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}, nil
}

// toAlertmanager is TLS 1.3 at least, as between all parts of a deployment.
func toAlertmanager(cfg AlertmanagerConfig) (*tls.Config, error) {
	switch {
	case cfg.Cert != "":
		return identity.ClientTLS(identity.TLSFiles{CA: cfg.CA, Cert: cfg.Cert, Key: cfg.Key}, "")
	case cfg.CA != "":
		return identity.CallerTLS(cfg.CA)
	default:
		return &tls.Config{MinVersion: tls.VersionTLS13}, nil
	}
}

// NewAlertmanagers makes the Alertmanagers of a configuration, none when it names none.
func NewAlertmanagers(cfg AlertmanagerConfig) ([]*notify.Alertmanager, error) {
	if len(cfg.URLs) == 0 {
		return nil, nil
	}
	tlsConfig, err := toAlertmanager(cfg)
	if err != nil {
		return nil, fmt.Errorf("alertmanager.ca, cert, key: %w", err)
	}
	token := ""
	if cfg.Token != "" {
		token, err = identity.LoadPassword(cfg.Token)
		if err != nil {
			return nil, fmt.Errorf("alertmanager.token: %w", err)
		}
	}
	var all []*notify.Alertmanager
	for i, url := range cfg.URLs {
		am, err := notify.NewAlertmanager(notify.AlertmanagerConfig{URL: url, Token: token, Timeout: cfg.Timeout, TLS: tlsConfig})
		if err != nil {
			return nil, fmt.Errorf("alertmanager.urls[%d]: %w", i, err)
		}
		all = append(all, am)
	}
	return all, nil
}
