// Package canary sends interactions with made-up people and secrets down every way into the gateway, sees that they arrive,
// and looks for what was planted in them wherever hushlog writes something.
//
// It leaves out how long the rows of canaries are kept (pkg/policy), and who is told of its alerts (services/alert).
package canary

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/store"
)

// Service is the canary.
type Service struct {
	app     *service.App
	cfg     Config
	maker   maker
	sender  *sender
	rows    rows
	flights *flights
	metrics *metrics
	log     *slog.Logger
	now     func() time.Time
	// failing are the paths on which the last call failed, each told once.
	failing map[string]bool
	// missing are the paths that were told to lack canaries.
	missing []string
}

// rows are where canaries arrive; store.DB.
type rows interface {
	CanariesSince(ctx context.Context, since time.Time) ([]string, error)
}

// Run is the whole service: it opens what the configuration names, sends and looks until ctx ends, and drains. Logs go to logTo.
func Run(ctx context.Context, cfg Config, logTo io.Writer) error {
	err := cfg.Validate()
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	adminTLS, err := identity.ServerTLS(cfg.TLS)
	if err != nil {
		return err
	}
	app, err := service.New(ctx, identity.Canary, cfg.Common, logTo, adminTLS)
	if err != nil {
		return err
	}
	err = wire(ctx, app, cfg)
	if err != nil {
		return errors.Join(err, app.Close(ctx))
	}
	return app.Run(ctx)
}

// wire opens everything and registers it with app.
func wire(ctx context.Context, app *service.App, cfg Config) error {
	p, err := policy.Load(cfg.Policy)
	if err != nil {
		return err
	}
	purpose, err := purposeOf(p, cfg.Purpose)
	if err != nil {
		return err
	}
	key, err := identity.LoadKey(cfg.Key)
	if err != nil {
		return fmt.Errorf("key: %w", err)
	}
	gatewayTLS, err := identity.ClientTLS(cfg.TLS, cfg.ServerName)
	if err != nil {
		return err
	}
	sender, err := newSender(cfg.GRPC, cfg.REST, gatewayTLS)
	if err != nil {
		return err
	}
	app.OnStop("connections to the gateway", func(context.Context) error { return sender.close() })
	db, err := store.Open(ctx, cfg.ClickHouse)
	if err != nil {
		return err
	}
	app.OnStop("clickhouse", func(context.Context) error { return db.Close() })
	m := newMetrics(app.Registry)
	s := &Service{
		app: app, cfg: cfg, maker: maker{key: key, purpose: purpose}, sender: sender, rows: db,
		flights: newFlights(cfg.ArriveWithin, cfg.Window, m), metrics: m, log: app.Log, now: time.Now, failing: map[string]bool{},
	}
	app.Health.AddCheck("clickhouse", db.Ping)
	app.Go("send canaries", s.send)
	app.Go("look for canaries", s.look)
	return nil
}

// purposeOf is the purpose that canaries carry: the one asked for, or the first with which content is stored.
func purposeOf(p *policy.Policy, asked string) (string, error) {
	if asked != "" {
		_, known := p.Purposes[asked]
		if !known {
			return "", fmt.Errorf("purpose: %s is not one of the policy's", asked)
		}
		return asked, nil
	}
	for _, name := range slices.Sorted(maps.Keys(p.Purposes)) {
		if p.Purposes[name].Content == policy.Full {
			return name, nil
		}
	}
	return "", nil // nothing of anybody's content is stored
}

// send sends a canary on every path at each interval.
func (s *Service) send(ctx context.Context) error {
	return each(ctx, s.cfg.Interval, func() { s.sendAll(ctx) })
}

// each does something at once and then at each interval, until ctx ends.
func each(ctx context.Context, interval time.Duration, do func()) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for ctx.Err() == nil {
		do()
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	return nil
}

// sendAll sends on all paths at a time: one that hangs must not hold up the others.
func (s *Service) sendAll(ctx context.Context) {
	slot := s.now()
	errs := make(map[string]error, len(paths()))
	var mu sync.Mutex // guards errs
	var sending sync.WaitGroup
	for _, path := range paths() {
		m := s.maker.make(path, slot)
		sending.Go(func() {
			err := s.sender.send(ctx, m)
			if err == nil {
				s.flights.taken(m, s.now())
			}
			mu.Lock()
			defer mu.Unlock()
			errs[path] = err
		})
	}
	sending.Wait()
	if ctx.Err() != nil {
		return // cut off by the end of this process, which says nothing of the gateway
	}
	for _, path := range paths() {
		s.sent(ctx, path, errs[path])
	}
}

// sent counts a call and tells of its error once, until a call on the path succeeds again.
func (s *Service) sent(ctx context.Context, path string, err error) {
	s.metrics.interactions.WithLabelValues(path, outcomeOf(err)).Inc()
	if err != nil && !s.failing[path] {
		s.log.WarnContext(ctx, "a canary could not be sent", slog.String("path", path), slog.String("error", err.Error()))
	}
	if err == nil && s.failing[path] {
		s.log.InfoContext(ctx, "canaries can be sent again", slog.String("path", path))
	}
	s.failing[path] = err != nil
}

func outcomeOf(err error) string {
	if err != nil {
		return outcomeFailed
	}
	return outcomeTaken
}

// look looks for canaries at each interval.
func (s *Service) look(ctx context.Context) error {
	return each(ctx, s.cfg.LookInterval, func() {
		err := s.lookOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.metrics.looks.WithLabelValues(lookFailed).Inc()
			s.log.WarnContext(ctx, "canaries could not be looked for; the next look covers the same time", slog.String("error", err.Error()))
			return
		}
		s.metrics.looks.WithLabelValues(lookOK).Inc()
		s.metrics.lastLook.Set(float64(s.now().Unix()))
	})
}

// lookOnce looks for the rows of canaries. Without an answer nothing is judged: a ClickHouse that is away loses no canary.
func (s *Service) lookOnce(ctx context.Context) error {
	began := s.now()
	ids, err := s.rows.CanariesSince(ctx, began.Add(-s.cfg.Window-s.cfg.ArriveWithin))
	if err != nil {
		return err
	}
	missing := s.flights.arrived(ids, began)
	if len(missing) > 0 && !slices.Equal(missing, s.missing) {
		s.log.ErrorContext(ctx, "canaries that were acknowledged have no row", slog.String("paths", strings.Join(missing, " ")), slog.Duration("within", s.cfg.ArriveWithin))
	}
	if len(missing) == 0 && len(s.missing) > 0 {
		s.log.InfoContext(ctx, "canaries arrive again", slog.String("paths", strings.Join(s.missing, " ")))
	}
	s.missing = missing
	return nil
}
