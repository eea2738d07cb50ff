// Package retention makes sure that nothing outlives its date: it puts the
// policy's dates in force in ClickHouse and reads them back, counts rows that
// are overdue, deletes sealed records that were redacted long enough ago, and
// compares the topics' settings with the policy.
package retention

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/kms"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Service is retention.
type Service struct {
	app      *service.App
	cfg      Config
	topics   []policy.Topic
	expiries []store.Expiry
	db       *store.DB
	admin    *kadm.Client
	raw      *rawCleaner
	metrics  *metrics
	failed   map[string]error
	trail    *reconciler
	rollups  *rollups
	runs     *recorder
	backups  *backupCleaner
	reviews  *reviewer
	// began is told when this process begins to write the trail, and with it what retention does.
	began <-chan struct{}
	// shredder is nil when the KMS's keys are destroyed by whoever runs it.
	shredder *shredder
	books    *books
	direct   *direct
}

// Run is the whole service: it opens what the configuration names, makes rounds until
// ctx ends, and drains. Logs go to logTo.
func Run(ctx context.Context, cfg Config, logTo io.Writer) error {
	s, err := New(ctx, cfg, logTo)
	if err != nil {
		return err
	}
	return s.Run(ctx)
}

// New wires retention and connects to ClickHouse.
func New(ctx context.Context, cfg Config, logTo io.Writer) (*Service, error) {
	err := cfg.Validate()
	if err != nil {
		return nil, err
	}
	adminTLS, err := identity.ServerTLS(cfg.Kafka.TLS)
	if err != nil {
		return nil, err
	}
	app, err := service.New(ctx, identity.Retention, cfg.Common, logTo, adminTLS)
	if err != nil {
		return nil, err
	}
	s, err := wire(ctx, app, cfg)
	if err != nil {
		return nil, errors.Join(err, app.Close(ctx))
	}
	return s, nil
}

func wire(ctx context.Context, app *service.App, cfg Config) (*Service, error) {
	p, err := policy.Load(cfg.Policy)
	if err != nil {
		return nil, err
	}
	opts, err := stream.Dial(cfg.Kafka)
	if err != nil {
		return nil, err
	}
	streamMetrics := stream.NewMetrics(app.Registry, identity.Retention)
	publisher, err := stream.NewPublisher(opts, stream.PublisherConfig{Metrics: streamMetrics})
	if err != nil {
		return nil, err
	}
	app.OnStop("publisher", publisher.Close)
	db, err := store.Open(ctx, cfg.ClickHouse)
	if err != nil {
		return nil, err
	}
	app.OnStop("clickhouse", func(context.Context) error { return db.Close() })
	expiries := store.Expiries(p)
	m := newMetrics(app.Registry, tables(expiries))
	admin := kadm.NewClient(publisher.Client())
	s := &Service{
		app: app, cfg: cfg, topics: p.Topics(), expiries: expiries, db: db, admin: admin, metrics: m, failed: map[string]error{},
		raw: &rawCleaner{
			broker: kafka{admin, publisher}, topic: stream.TopicRaw, group: stream.Group(identity.Redactor, ""),
			after: p.Retention.RawAfterRedaction.D(), log: app.Log, metrics: m, now: time.Now,
		},
	}
	trail, err := newTrailLog(opts, cfg.Trail, m, streamMetrics, app.Log)
	if err != nil {
		return nil, err
	}
	s.began = trail.began
	place, err := openBackups(ctx, cfg.Backups)
	if err != nil {
		return nil, err
	}
	if place != nil {
		app.OnStop("backups", func(context.Context) error { return place.close() })
	}
	s.backups = &backupCleaner{place: place, expiries: expiries, log: app.Log, metrics: m, now: time.Now}
	s.trail = &reconciler{dir: cfg.Trail.Dir, verifier: trail.verifier, rows: db, keep: p.Retention.Audit.D(), log: app.Log, metrics: m, now: time.Now}
	notes, err := audit.NewTrail(publisher, audit.Options{Topic: stream.TopicAudit})
	if err != nil {
		return nil, err
	}
	s.addErasures(opts, p, trail, notes, streamMetrics)
	alerts := &teller{publisher: publisher, open: db, metrics: m}
	s.runs = &recorder{
		store: db, topics: kafka{admin, publisher}, notes: notes, alerts: alerts, policy: p, expiries: expiries,
		every: cfg.RecordInterval, leads: trail.leads.Load, metrics: m, log: app.Log, now: time.Now,
	}
	s.reviews = &reviewer{
		store: db, notes: notes, alerts: alerts, policy: p, leads: trail.leads.Load, metrics: m, log: app.Log, now: time.Now,
	}
	s.rollups = &rollups{store: db, leads: trail.leads.Load, keep: longestMetadata(expiries), metrics: m, log: app.Log, now: time.Now}
	s.books = &books{
		store: db, topics: unfinishedTopics(p.Retention), keep: shortestMetadata(p.Retention), interval: cfg.LedgerInterval,
		unread: func(ctx context.Context, group, topic string, now time.Time, within time.Duration) (time.Time, bool, error) {
			return stream.OldestUnread(ctx, admin, group, topic, now, within)
		},
		metrics: m, log: app.Log, now: time.Now,
	}
	err = s.addDirect(p, trail, notes)
	if err != nil {
		return nil, err
	}
	err = s.addShredder(ctx, opts, p, trail, notes, streamMetrics)
	if err != nil {
		return nil, err
	}
	app.Health.AddCheck("trail", trail.healthy)
	app.Go("log the trail", trail.run)
	app.Health.AddCheck("kafka", publisher.Ping)
	app.Health.AddCheck("clickhouse", db.Ping)
	app.Go("rounds", s.rounds)
	return s, nil
}

// addErasures works on requests for erasures and holds while this process writes the trail's log.
func (s *Service) addErasures(opts []kgo.Opt, p *policy.Policy, log *trailLog, trail trailNotes, sm *stream.Metrics) {
	e := &erasures{
		store: s.db, holds: newHolds(s.db, trail, p.Retention.Audit.D(), s.app.Log, time.Now), trail: trail, signer: log.signer, policy: p, leads: log.leads.Load, metrics: s.metrics, log: s.app.Log,
		now: time.Now, settle: writersKnow, pending: map[string]*hushlogv1.Request{},
	}
	follower := stream.NewFollower(opts, stream.TopicRequests, sm, e.take)
	s.app.Health.AddCheck("requests", func(context.Context) error { return follower.Healthy() })
	s.app.Go("follow requests", follower.Run)
	s.app.Go("erase", e.run)
}

// addDirect looks for statements that went round the query service while this process writes the trail's log.
func (s *Service) addDirect(p *policy.Policy, log *trailLog, trail trailNotes) error {
	logs, err := store.OpenQueryLogs(s.cfg.ClickHouse)
	if err != nil {
		return err
	}
	s.app.OnStop("clickhouse's logs of statements", func(context.Context) error { return logs.Close() })
	s.direct = &direct{
		logs: logs, noted: s.db, trail: trail, policy: p, services: serviceUsers(p), leads: log.leads.Load,
		unread: func(ctx context.Context, group, topic string, now time.Time, within time.Duration) (time.Time, bool, error) {
			return stream.OldestUnread(ctx, s.admin, group, topic, now, within)
		},
		metrics: s.metrics, log: s.app.Log, now: time.Now, told: map[string]time.Time{}, kept: -1,
	}
	return nil
}

// addShredder destroys keys of days while this process writes the trail's log.
func (s *Service) addShredder(ctx context.Context, opts []kgo.Opt, p *policy.Policy, log *trailLog, trail trailNotes, sm *stream.Metrics) error {
	keys, err := kms.OpenSteward(ctx, s.cfg.KMS)
	if errors.Is(err, kms.ErrNoSteward) {
		s.app.Log.WarnContext(ctx, "keys of days are not destroyed by this process", slog.String("reason", err.Error()))
		return nil
	}
	if err != nil {
		return fmt.Errorf("kms: %w", err)
	}
	verify, err := identity.LoadEpochVerifyKey(s.cfg.EpochVerifyKey)
	if err != nil {
		return fmt.Errorf("epoch_verify_key: %w", err)
	}
	ring, err := seal.NewKeyring(verify, nil)
	if err != nil {
		return fmt.Errorf("epoch_verify_key: %w", err)
	}
	follower := stream.FollowEpochs(opts, ring, sm, s.app.Log, nil)
	s.shredder = &shredder{
		keys: keys, ring: ring, known: knownEpochs(follower), longest: longestEpoch(p), store: s.db, trail: trail,
		signer: log.signer, leads: log.leads.Load, metrics: s.metrics, log: s.app.Log, now: time.Now,
	}
	s.app.Health.AddCheck("epochs", func(context.Context) error { return follower.Healthy() })
	s.app.Go("follow epochs", follower.Run)
	return nil
}

// knownEpochs says whether the keys topic was read to its end once and is followed.
func knownEpochs(f *stream.Follower) func() error {
	return func() error {
		select {
		case <-f.CaughtUp():
			return f.Healthy()
		default:
			return errNotReadYet
		}
	}
}

// longestEpoch is how long an epoch can be opened, from its making, by the policy's dates.
func longestEpoch(p *policy.Policy) time.Duration {
	longest := time.Duration(0)
	for _, open := range seal.LivesFor(p.Retention.RawAtMost.D(), p.Retention.Events.D(), p.Retention.Quarantine.D()).Open {
		longest = max(longest, open)
	}
	return longest
}

func tables(expiries []store.Expiry) []string {
	var names []string
	seen := map[string]bool{}
	for _, e := range expiries {
		if !seen[e.Table] {
			seen[e.Table] = true
			names = append(names, e.Table)
		}
	}
	return names
}

// Run makes rounds until ctx ends.
func (s *Service) Run(ctx context.Context) error { return s.app.Run(ctx) }

// rounds begins at once, as a changed policy must hold at once, and then keeps
// to the interval with some jitter; whoever takes over makes one at once.
func (s *Service) rounds(ctx context.Context) error {
	for {
		s.round(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-s.began:
		case <-time.After(s.cfg.Interval + rand.N(s.cfg.Interval/10+1)): //nolint:gosec // jitter
		}
	}
}

// round does every step, whatever became of the others.
func (s *Service) round(ctx context.Context) {
	s.step(ctx, stepDates, s.dates)
	s.step(ctx, stepOverdue, s.overdue)
	s.step(ctx, stepRaw, s.raw.clean)
	s.step(ctx, stepSettings, s.settings)
	s.step(ctx, stepTrail, s.trail.run)
	s.step(ctx, stepRollups, s.rollups.run)
	s.step(ctx, stepLedger, s.books.run)
	if s.shredder != nil {
		s.step(ctx, stepShred, s.shredder.run)
	}
	s.step(ctx, stepBackups, s.backups.clean)
	s.step(ctx, stepDirect, s.direct.run)
	s.step(ctx, stepRecord, func(ctx context.Context) error { return s.runs.run(ctx, s.failedSteps()) })
	s.step(ctx, stepReviews, s.reviews.run)
}

// failedSteps are those that did not end well when they were last taken, in their order.
func (s *Service) failedSteps() []string {
	failed := []string{}
	for _, step := range steps() {
		if step != stepRecord && s.failed[step] != nil {
			failed = append(failed, step)
		}
	}
	return failed
}

// step logs a failure when it begins and its end, not each round.
func (s *Service) step(ctx context.Context, name string, do func(context.Context) error) {
	err := do(ctx)
	if ctx.Err() != nil {
		return
	}
	before := s.failed[name]
	s.failed[name] = err
	switch {
	case err != nil:
		s.metrics.rounds.WithLabelValues(name, "failed").Inc()
		if before == nil || before.Error() != err.Error() {
			s.app.Log.ErrorContext(ctx, "step of retention", slog.String("step", name), slog.String("error", err.Error()))
		}
	default:
		s.metrics.rounds.WithLabelValues(name, "ok").Inc()
		if before != nil {
			s.app.Log.InfoContext(ctx, "step of retention works again", slog.String("step", name))
		}
	}
}

// dates puts the policy's dates in force where they are not.
func (s *Service) dates(ctx context.Context) error {
	err := s.db.VerifyRetention(ctx, s.expiries)
	if err == nil {
		return nil
	}
	if !errors.Is(err, store.ErrRetentionDiffers) {
		return fmt.Errorf("read dates back: %w", err)
	}
	err = s.db.ApplyRetention(ctx, s.expiries)
	if err != nil {
		return fmt.Errorf("put dates in force: %w", err)
	}
	s.app.Log.InfoContext(ctx, "put the policy's dates in force")
	return s.db.VerifyRetention(ctx, s.expiries)
}

// overdueGrace is how long ClickHouse may take to drop what has reached its date.
const overdueGrace = time.Hour

func (s *Service) overdue(ctx context.Context) error {
	rows, err := s.db.Overdue(ctx, s.expiries, time.Now().Add(-overdueGrace))
	if err != nil {
		return fmt.Errorf("count overdue rows: %w", err)
	}
	byTable := map[string]uint64{}
	for _, r := range rows {
		byTable[r.Table] += r.Rows
	}
	for _, table := range tables(s.expiries) {
		s.metrics.overdue.WithLabelValues(table).Set(float64(byTable[table]))
	}
	if len(rows) > 0 {
		return fmt.Errorf("rows of %d tables and labels are past their date", len(rows))
	}
	return nil
}

// settings compares the topics with the policy. Putting them right is admin's
// (`hushlog init`), who alone may.
func (s *Service) settings(ctx context.Context) error {
	differences, err := stream.VerifyTopics(ctx, s.admin, s.topics)
	if err != nil {
		return fmt.Errorf("read topic settings back: %w", err)
	}
	s.metrics.differences.Set(float64(len(differences)))
	if len(differences) == 0 {
		return nil
	}
	return fmt.Errorf("%d settings are not those of the policy, the first: %s; run hushlog init", len(differences), differences[0])
}
