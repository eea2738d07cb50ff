package alert

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/twmb/franz-go/pkg/kgo" // options of the connection to the stream

	"github.com/hushlog/hushlog/pkg/alerting"
	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/stream"
)

// Run runs the service of a configuration until ctx ends (nil) or something fails.
func Run(ctx context.Context, cfg Config, logTo io.Writer) error {
	err := cfg.Validate()
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	adminTLS, err := identity.ServerTLS(cfg.Kafka.TLS)
	if err != nil {
		return err
	}
	app, err := service.New(ctx, identity.Alert, cfg.Common, logTo, adminTLS)
	if err != nil {
		return err
	}
	err = wire(app, cfg)
	if err != nil {
		return errors.Join(err, app.Close(ctx))
	}
	return app.Run(ctx)
}

// wire makes everything and registers it with app; it connects to nothing.
func wire(app *service.App, cfg Config) error {
	p, err := policy.Load(cfg.Policy)
	if err != nil {
		return err
	}
	rules, err := alerting.ForPolicy(p)
	if err != nil {
		return err
	}
	kafka, err := stream.Dial(cfg.Kafka)
	if err != nil {
		return err
	}
	webhook, err := NewWebhook(cfg.Webhook)
	if err != nil {
		return err
	}
	if webhook != nil {
		app.OnStop("webhook", func(context.Context) error {
			webhook.Close()
			return nil
		})
	}
	alertmanagers, err := NewAlertmanagers(cfg.Alertmanager)
	if err != nil {
		return err
	}
	for _, am := range alertmanagers {
		app.OnStop("alertmanager", func(context.Context) error {
			am.Close()
			return nil
		})
	}
	response, err := newResponse(app, cfg, p, kafka)
	if err != nil {
		return err
	}
	s, err := New(cfg, Deps{
		Response: response, Policy: p, Rules: rules, Kafka: kafka, Webhook: webhook, Alertmanagers: alertmanagers, Log: app.Log, Registry: app.Registry,
	})
	if err != nil {
		return err
	}
	app.Health.AddCheck("stream", func(context.Context) error { return s.Healthy() })
	app.Go("alert", s.Run)
	return nil
}

// newResponse is what limits senders, or nil where the policy has no rule that does.
func newResponse(app *service.App, cfg Config, p *policy.Policy, kafka []kgo.Opt) (*Response, error) {
	if len(p.Alerts.Restrict) == 0 {
		return nil, nil //nolint:nilnil // nobody is limited
	}
	if cfg.RestrictSignKey == "" {
		return nil, errors.New("restrict_sign_key: the policy has rules that limit senders (alerts.restrict); name the file of the key that signs such limits, which `hushlog secrets` makes")
	}
	sign, err := identity.LoadSignKey(cfg.RestrictSignKey)
	if err != nil {
		return nil, fmt.Errorf("restrict_sign_key: %w", err)
	}
	orders, err := stream.NewPublisher(kafka, stream.PublisherConfig{})
	if err != nil {
		return nil, err
	}
	app.OnStop("orders", orders.Close)
	trail, err := audit.NewTrail(orders, audit.Options{Topic: stream.TopicAudit})
	if err != nil {
		return nil, err
	}
	return &Response{Sign: sign, Orders: orders, Trail: trail}, nil
}
