package query

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo" // options of the connection to the stream

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/query/guard"
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
	app, err := service.New(ctx, identity.Query, cfg.Common, logTo, adminTLS)
	if err != nil {
		return err
	}
	err = wire(ctx, app, cfg, rules)
	if err != nil {
		return errors.Join(err, app.Close(ctx))
	}
	return app.Run(ctx)
}

// wire opens everything and registers it with app.
func wire(ctx context.Context, app *service.App, cfg Config, rules *policy.Policy) error {
	opts, err := stream.Dial(cfg.Kafka)
	if err != nil {
		return err
	}
	counts := stream.NewMetrics(app.Registry, identity.Query)
	entries, err := stream.NewPublisher(opts, stream.PublisherConfig{AckTimeout: cfg.AuditTimeout, Metrics: counts})
	if err != nil {
		return err
	}
	app.OnStop("trail", entries.Close)
	trail, err := audit.NewTrail(entries, audit.Options{Topic: stream.TopicAudit, Timeout: cfg.AuditTimeout})
	if err != nil {
		return err
	}
	// As many connections as statements may run: nobody who has a place waits for one.
	cfg.ClickHouse.MaxConnections = max(cfg.ClickHouse.MaxConnections, cfg.Concurrent)
	db, err := store.Open(ctx, cfg.ClickHouse)
	if err != nil {
		return err
	}
	app.OnStop("clickhouse", func(context.Context) error { return db.Close() })
	readers, err := OpenReaders(cfg.ClickHouse, cfg.RolePKI, rules)
	if err != nil {
		return err
	}
	app.OnStop("readers", func(context.Context) error { return readers.Close() })
	people, err := identity.OpenPeopleStore(cfg.People)
	if err != nil {
		return fmt.Errorf("people: %w", err)
	}
	verify, err := identity.LoadEpochVerifyKey(cfg.EpochVerifyKey)
	if err != nil {
		return fmt.Errorf("epoch_verify_key: %w", err)
	}
	sealer, epochs, err := stream.NewEpochSealer(opts, verify, hushlogv1.Audience_AUDIENCE_REDACTOR, counts, app.Log)
	if err != nil {
		return err
	}
	app.Go("epochs", epochs.Run)
	restrictions, orders, err := followRestrictions(cfg, opts, rules, counts, app.Log)
	if err != nil {
		return err
	}
	app.Go("restrictions", orders.Run)
	public, err := identity.PublicServerTLS(cfg.TLS)
	if err != nil {
		return err
	}
	queries, err := New(ctx, cfg, Deps{
		Policy: rules, People: people, Trail: trail, Guard: guard.New(db), Runner: readers, Sealer: sealer, Requests: entries,
		Restrictions: restrictions, TLS: public, Log: app.Log, Registry: app.Registry,
	})
	if err != nil {
		return err
	}
	app.Health.AddCheck("kafka", entries.Ping)
	app.Health.AddCheck("clickhouse", db.Ping)
	app.Health.AddCheck("restrictions", func(context.Context) error { return orders.Healthy() })
	app.Go("query", queries.Run)
	return nil
}

// followRestrictions wires what is known about who is suspended or limited; its follower runs with the service.
func followRestrictions(cfg Config, opts []kgo.Opt, rules *policy.Policy, counts *stream.Metrics, log *slog.Logger) (Restrictions, *stream.Follower, error) {
	keys, err := cfg.RestrictVerify.Load(cfg.EpochVerifyKey)
	if err != nil {
		return Restrictions{}, nil, err
	}
	sign, err := identity.LoadSignKey(cfg.RestrictSignKey)
	if err != nil {
		return Restrictions{}, nil, fmt.Errorf("restrict_sign_key: %w", err)
	}
	if !keys.People.Equal(sign.Public()) {
		return Restrictions{}, nil, errors.New("restrict_sign_key: restrict_verify.people is not its public half, so that gateways would refuse what it signs; `hushlog secrets` makes both")
	}
	state, err := restrict.NewState(keys, restrict.ByPolicy(rules), nil)
	if err != nil {
		return Restrictions{}, nil, fmt.Errorf("restrict_verify: %w", err)
	}
	follower := restrict.Follow(opts, state, counts, log, nil)
	return Restrictions{State: state, Sign: sign, Known: follower.CaughtUp()}, follower, nil
}
