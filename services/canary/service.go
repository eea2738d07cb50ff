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
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid" // names of looks

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Service is the canary.
type Service struct {
	cfg     Config
	maker   maker
	sender  *sender
	rows    rows
	outputs *outputs
	alerts  *teller
	flights *flights
	metrics *metrics
	log     *slog.Logger
	now     func() time.Time
	// failing are the paths on which the last call failed, each told once.
	failing map[string]bool
	// missing are the paths that were told to lack canaries.
	missing []string

	mu sync.Mutex // guards news
	// news are sightings that were not told yet.
	news []sighting
}

// mostNews bounds the sightings that wait to be told. Metrics count the others too, and alerts stand for a type and a place.
const mostNews = 1000

// rows are where canaries arrive, and where leaks are looked for; store.DB.
type rows interface {
	CanariesSince(ctx context.Context, since time.Time) ([]string, error)
	LookFor(ctx context.Context, id string, since time.Time, needles []string) ([]store.Find, error)
	AddCanaryCounts(ctx context.Context, look string, counts []*store.CanaryCount) error
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
	opts, err := stream.Dial(cfg.Kafka)
	if err != nil {
		return err
	}
	streamMetrics := stream.NewMetrics(app.Registry, identity.Canary)
	publisher, err := stream.NewPublisher(opts, stream.PublisherConfig{Metrics: streamMetrics})
	if err != nil {
		return err
	}
	app.OnStop("publisher", publisher.Close)
	metricsTLS, err := identity.ClientTLS(cfg.TLS, "")
	if err != nil {
		return err
	}
	m := newMetrics(app.Registry)
	s := &Service{
		cfg: cfg, maker: maker{key: key, purpose: purpose}, sender: sender, rows: db,
		alerts:  &teller{publisher: publisher, owner: p.Owners.Incidents, told: map[string]*hushlogv1.Alert{}},
		flights: newFlights(cfg.ArriveWithin, cfg.Window, m), metrics: m, log: app.Log, now: time.Now, failing: map[string]bool{},
	}
	s.outputs = &outputs{
		globs: cfg.Logs, urls: cfg.Metrics, search: s.search, read: map[string]int64{},
		http: &http.Client{Timeout: metricsTimeout, Transport: &http.Transport{TLSClientConfig: metricsTLS}},
	}
	s.remember()
	reader := &topics{opts: opts, search: s.search, failed: s.topicsFailed, since: cfg.Window, now: s.now, read: func(topic string, bytes int) {
		m.searched.WithLabelValues(topic).Add(float64(bytes))
	}}
	alerts := stream.NewFollower(opts, stream.TopicAlerts, streamMetrics, s.alerts.take)
	app.Health.AddCheck("clickhouse", db.Ping)
	app.Health.AddCheck("kafka", publisher.Ping)
	app.Health.AddCheck("alerts", func(context.Context) error { return alerts.Healthy() })
	app.Go("follow alerts", alerts.Run)
	app.Go("search topics", reader.run)
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

// remember has the canaries looked for that a process before this one can have sent.
func (s *Service) remember() {
	now := s.now()
	var before []made
	for slot := now.Truncate(s.cfg.Interval); now.Sub(slot) < s.cfg.Window; slot = slot.Add(-s.cfg.Interval) {
		before = append(before, s.maker.all(slot)...)
	}
	s.flights.add(before...)
}

// search looks for planted values in what was read in a place. Safe for concurrent use.
func (s *Service) search(place, detail string, text []byte) {
	s.flights.finder.Load().find(text, func(needle string) { s.sighted(needle, place, detail) })
}

// sighted notes a value that is readable; the next look tells of it. Safe for concurrent use.
func (s *Service) sighted(needle, place, detail string) {
	what, news := s.flights.sighted(needle, place, detail)
	s.mu.Lock()
	defer s.mu.Unlock()
	if news && len(s.news) < mostNews {
		s.news = append(s.news, what)
	}
}

func (s *Service) topicsFailed(ctx context.Context, err error) {
	s.log.WarnContext(ctx, "topics could not be searched; what they hold is searched when they can be read", slog.String("error", err.Error()))
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
	// Whole intervals, so that whoever is started after this process knows what it has sent.
	slot := s.now().Truncate(s.cfg.Interval)
	all := s.maker.all(slot)
	s.flights.add(all...)
	errs := make([]error, len(all))
	var sending sync.WaitGroup
	for i, m := range all {
		sending.Go(func() {
			errs[i] = s.sender.send(ctx, m)
			if errs[i] == nil {
				s.flights.acknowledged(m, s.now())
			}
		})
	}
	sending.Wait()
	if ctx.Err() != nil {
		return // cut off by the end of this process, which says nothing of the gateway
	}
	for i, m := range all {
		s.sent(ctx, m.path, errs[i])
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

// lookOnce looks for the rows of canaries and for their values. Without an answer nothing is judged: a ClickHouse that is
// away loses no canary and clears none.
func (s *Service) lookOnce(ctx context.Context) error {
	began := s.now()
	look := uuid.NewString()
	err := s.outputs.look(ctx)
	unseen := s.lookInTables(ctx, look)
	err = errors.Join(err, unseen, s.tell(ctx, began))
	if unseen != nil {
		return err
	}
	ids, unseen := s.rows.CanariesSince(ctx, began.Add(-s.cfg.Window-clockSkew))
	if unseen != nil {
		return errors.Join(err, unseen)
	}
	missing := s.flights.arrived(ids, began)
	s.tellMissing(ctx, missing)
	for _, path := range missing {
		err = errors.Join(err, s.alerts.lost(ctx, path, began))
	}
	if err == nil {
		err = s.alerts.resolve(ctx, began)
	}
	return errors.Join(err, s.count(ctx, look, began))
}

// lookInTables looks for all values in all tables, as many at a time as one look takes.
func (s *Service) lookInTables(ctx context.Context, look string) error {
	needles, since := s.flights.needles()
	n := 0
	for some := range slices.Chunk(needles, store.MostNeedles) {
		n++
		finds, err := s.rows.LookFor(ctx, fmt.Sprintf("%s-%d", look, n), since, some)
		if err != nil {
			return err
		}
		for _, f := range finds {
			s.sighted(some[f.Needle], f.Table, strings.TrimSpace(f.Project+" "+f.RequestID))
		}
	}
	return nil
}

// tell logs sightings and publishes alerts about them. What could not be published is told again with the next look.
func (s *Service) tell(ctx context.Context, now time.Time) error {
	s.mu.Lock()
	news := s.news
	s.news = nil
	s.mu.Unlock()
	for n, what := range news {
		s.log.ErrorContext(ctx, "a planted value is readable", slog.String("type", what.kind), slog.String("place", what.place),
			slog.String("in", what.detail), slog.String("path", what.path))
		err := s.alerts.leak(ctx, what, now)
		if err != nil {
			s.mu.Lock()
			s.news = append(s.news, news[n:]...)
			s.mu.Unlock()
			return err
		}
	}
	return nil
}

// tellMissing logs when canaries cease to arrive on a path, and when they arrive again.
func (s *Service) tellMissing(ctx context.Context, missing []string) {
	if len(missing) > 0 && !slices.Equal(missing, s.missing) {
		s.log.ErrorContext(ctx, "canaries that were acknowledged have no row", slog.String("paths", strings.Join(missing, " ")), slog.Duration("within", s.cfg.ArriveWithin))
	}
	if len(missing) == 0 && len(s.missing) > 0 {
		s.log.InfoContext(ctx, "canaries arrive again", slog.String("paths", strings.Join(s.missing, " ")))
	}
	s.missing = missing
}

// count stores what became of canaries that are not looked for any more. What cannot be stored is told and not kept: it is in
// the metrics.
func (s *Service) count(ctx context.Context, look string, at time.Time) error {
	counts := s.flights.takeCounts()
	for _, c := range counts {
		c.LookID, c.At = look, at
	}
	return s.rows.AddCanaryCounts(ctx, look, counts)
}
