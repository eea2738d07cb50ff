package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/twmb/franz-go/pkg/kadm" // asks how far the stream is read
	"google.golang.org/grpc/grpclog"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Run is the whole service: it opens what the configuration names, serves until ctx ends, and drains.
// Logs go to logTo.
func Run(ctx context.Context, cfg Config, logTo io.Writer) error {
	err := cfg.Validate()
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	rules, err := policy.Load(cfg.Policy)
	if err != nil {
		return err
	}
	adminTLS, err := identity.ServerTLS(cfg.TLS)
	if err != nil {
		return err
	}
	app, err := service.New(ctx, identity.Gateway, cfg.Common, logTo, adminTLS)
	if err != nil {
		return err
	}
	err = wire(ctx, app, cfg, rules)
	if err != nil {
		return errors.Join(err, app.Close(ctx))
	}
	return app.Run(ctx)
}

// init turns off the log that gRPC and grpc-gateway keep of their own: they write to standard error what
// they were sent, headers and values too. gRPC wants it set before it is used at all.
func init() {
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard))
}

// wire opens everything and registers it with app.
func wire(ctx context.Context, app *service.App, cfg Config, rules *policy.Policy) error {
	opts, err := stream.Dial(cfg.Kafka)
	if err != nil {
		return err
	}
	counts := stream.NewMetrics(app.Registry, identity.Gateway)
	records, err := stream.NewPublisher(opts, stream.PublisherConfig{
		// What waits for Kafka is in the memory budget already: the buffer never is the first to be full.
		MaxBuffered: cfg.MemoryMiB << 20, MaxBatch: stream.LargeBatch, AckTimeout: cfg.PublishTimeout, Metrics: counts,
	})
	if err != nil {
		return err
	}
	app.OnStop("publisher", records.Close)
	verify, err := identity.LoadEpochVerifyKey(cfg.EpochVerifyKey)
	if err != nil {
		return fmt.Errorf("epoch_verify_key: %w", err)
	}
	sealer, epochs, err := stream.NewEpochSealer(opts, verify, hushlogv1.Audience_AUDIENCE_REDACTOR, counts, app.Log)
	if err != nil {
		return err
	}
	app.Go("epochs", epochs.Run)
	state, orders, err := followRestrictions(opts, cfg, rules, counts, app.Registry, app.Log)
	if err != nil {
		return err
	}
	app.Go("restrictions", orders.Run)
	deps := Deps{
		Policy: rules, Restrictions: state, Known: orders.CaughtUp(), Sealer: sealer, Publisher: records,
		Log: app.Log, Registry: app.Registry, Ready: app.Health.Ready,
	}
	admin := kadm.NewClient(records.Client())
	deps.Unread = func(ctx context.Context, group, topic string, now time.Time, within time.Duration) (time.Time, bool, error) {
		return stream.OldestUnread(ctx, admin, group, topic, now, within)
	}
	err = deps.open(cfg)
	if err != nil {
		return err
	}
	gateway, err := New(ctx, cfg, deps)
	if err != nil {
		return err
	}
	app.Health.AddCheck("kafka", records.Ping)
	app.Health.AddCheck("restrictions", func(context.Context) error { return orders.Healthy() })
	app.Health.AddCheck("sealing key", func(context.Context) error { return sealer.Ready() })
	app.Go("gateway", gateway.Run)
	return nil
}

// open reads the files that the configuration names.
func (d *Deps) open(cfg Config) error {
	keys, err := identity.OpenKeyStore(cfg.APIKeys)
	if err != nil {
		return fmt.Errorf("api_keys: %w", err)
	}
	hasher, err := identity.LoadHasher(cfg.HashKey)
	if err != nil {
		return fmt.Errorf("hash_key: %w", err)
	}
	d.Keys, d.Hasher = keys, hasher
	d.TLS, err = PublicTLS(cfg.TLS)
	return err
}

// PublicTLS is for clients outside the deployment, who prove themselves by API key. One that shows a
// certificate must have it from the deployment's CA.
func PublicTLS(files identity.TLSFiles) (*tls.Config, error) {
	config, err := identity.ServerTLS(files)
	if err != nil {
		return nil, err
	}
	config.ClientAuth = tls.VerifyClientCertIfGiven
	return config, nil
}
