package alert

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm" // commits how far Alertmanager was told
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/alerting"
	"github.com/hushlog/hushlog/pkg/notify"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// WatchdogName is the name of the alert that is always on, so that somebody notices when nobody posts any more.
	WatchdogName = "HushlogWatchdog"
	// endsAfter is after how many times of resending Alertmanager may take it that an alert has ended.
	endsAfter = 4
	// shownFor is how long an alert is on at least as Alertmanager sees it, longer than it waits for others of its group: one
	// that has fired and resolved while Alertmanager was away is still notified.
	shownFor = 90 * time.Second
	// resolvedFor is how long it is repeated that an alert has resolved, as Prometheus does.
	resolvedFor = 15 * time.Minute
	// settle is how long is waited for more after a change, so that a burst is one post.
	settle = 200 * time.Millisecond
	// postAtOnce bounds the alerts of one post, some 500 bytes each.
	postAtOnce = 1000
	// forgottenAfter is how long after it should have resolved an alert is no longer repeated, as when its rule's state was
	// lost.
	forgottenAfter = 24 * time.Hour
	commitTimeout  = 5 * time.Second
)

// poster takes alerts, all or none.
type poster interface {
	Post(ctx context.Context, alerts []notify.PostableAlert) error
}

// announcer tells one Alertmanager: what is on, again and again, and what has resolved. It follows the alerts topic and
// commits, in a group that has no members, up to where everything was acknowledged; what lies behind that is posted as
// firing first, even if it has resolved since.
type announcer struct {
	am       poster
	cfg      AlertmanagerConfig
	group    string
	kafka    []kgo.Opt
	rules    *alerting.Rules
	alive    func() error // of the detection
	now      func() time.Time
	metrics  *metrics
	log      *slog.Logger
	follower *stream.Follower
	changed  chan struct{}

	mu sync.Mutex // guards what follows
	// committed is up to where a predecessor has told.
	committed int64
	// next is the offset after the last record that was read.
	next     int64
	standing map[string]*standing
	problem  error // of the last attempt
	told     int64 // the offset that was committed last
}

// standing is an alert as Alertmanager knows it, by its labels. Several blocks of time in a row are one.
type standing struct {
	alert notify.PostableAlert
	// firing are the fingerprints that are on, with when they should have resolved at the latest.
	firing map[string]time.Time
	// delivered says that Alertmanager has it as firing, and since when as far as this process knows.
	delivered bool
	since     time.Time
	// resolved is when it was no longer on; ended is what Alertmanager was told of that, acknowledged when.
	resolved, ended, acknowledged time.Time
}

func newAnnouncer(am poster, cfg AlertmanagerConfig, index int, deps Deps, alive func() error, sm *stream.Metrics, m *metrics, log *slog.Logger) *announcer {
	a := &announcer{
		am: am, cfg: cfg, group: stream.Group(serviceName, "alertmanager-"+strconv.Itoa(index)), kafka: deps.Kafka, rules: deps.Rules,
		alive: alive, now: deps.Now, metrics: m, log: log, changed: make(chan struct{}, 1), standing: map[string]*standing{},
	}
	a.follower = stream.NewFollower(deps.Kafka, stream.TopicAlerts, sm, func(r *kgo.Record) { a.take(r) })
	return a
}

// healthy is nil while the topic is followed and Alertmanager takes what is posted.
func (a *announcer) healthy() error {
	a.mu.Lock()
	problem := a.problem
	a.mu.Unlock()
	return errors.Join(a.follower.Healthy(), problem)
}

// run works until ctx ends (nil) or the topic cannot be read.
func (a *announcer) run(ctx context.Context) error {
	client, err := kgo.NewClient(a.kafka...)
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	committed, err := stream.CommittedOffsets(ctx, admin, a.group, stream.TopicAlerts)
	if err != nil {
		return err
	}
	at := stream.Partition{Topic: stream.TopicAlerts, ID: alertsPartition}
	a.mu.Lock()
	a.committed, a.told = committed[at], committed[at]
	a.standing = map[string]*standing{}
	a.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	followed := make(chan error, 1)
	go func() { followed <- a.follower.Run(ctx) }()
	a.loop(ctx, admin, followed)
	cancel()
	return <-followed
}

// loop posts after changes, and everything again and again.
func (a *announcer) loop(ctx context.Context, admin *kadm.Client, followed chan error) {
	select {
	case <-a.follower.CaughtUp():
	case <-ctx.Done():
		return
	case err := <-followed:
		followed <- err
		return
	}
	due, failures := a.now(), 0
	for {
		timer := time.NewTimer(due.Sub(a.now()))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case err := <-followed:
			timer.Stop()
			followed <- err
			return
		case <-a.changed:
			timer.Stop()
			soon := a.now().Add(settle)
			if failures == 0 && soon.Before(due) { // a next attempt has its time
				due = soon
			}
			continue
		case <-timer.C:
		}
		wait := a.cfg.Resend
		if a.post(ctx, admin) {
			failures = 0
		} else {
			failures = min(failures+1, 6)
			wait = min(time.Second<<failures, wait)
		}
		due = a.now().Add(wait)
	}
}

// take notes what a record of the alerts topic says.
func (a *announcer) take(record *kgo.Record) {
	var alert hushlogv1.Alert
	err := proto.Unmarshal(record.Value, &alert)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.next = record.Offset + 1
	if err != nil {
		a.metrics.deliveries.WithLabelValues(receiverAlertmanager, resultUnreadable).Inc()
		return
	}
	if latest(&alert).Before(a.now()) {
		return // long over, as what comes of reading the trail from its start, or already forgotten
	}
	rule := a.rules.Named(alert.GetRule())
	if rule == nil {
		// One of retention, or of a rule that is gone.
		rule = &alerting.Rule{Description: alert.GetRule()}
	}
	postable := postableOf(&alert, rule)
	key := labelKey(postable.Labels)
	s := a.standing[key]
	if alert.GetState() == hushlogv1.AlertState_ALERT_STATE_RESOLVED {
		a.takeResolved(key, s, record, alert.GetFingerprint())
	} else {
		a.takeFiring(key, s, record, &alert, postable)
	}
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

func (a *announcer) takeFiring(key string, s *standing, record *kgo.Record, alert *hushlogv1.Alert, postable notify.PostableAlert) {
	if s == nil || s.resolved != (time.Time{}) {
		s = &standing{firing: map[string]time.Time{}, delivered: record.Offset < a.committed, alert: postable}
		a.standing[key] = s
	}
	startsAt := s.alert.StartsAt
	s.alert = postable
	if startsAt.Before(postable.StartsAt) {
		s.alert.StartsAt = startsAt
	}
	s.firing[alert.GetFingerprint()] = latest(alert)
}

// latest is when an alert should have resolved long ago.
func latest(alert *hushlogv1.Alert) time.Time {
	span := alert.GetWindowEnd().AsTime().Sub(alert.GetWindowStart().AsTime())
	return alert.GetWindowEnd().AsTime().Add(2*span + forgottenAfter)
}

func (a *announcer) takeResolved(key string, s *standing, record *kgo.Record, fingerprint string) {
	if s == nil {
		return
	}
	delete(s.firing, fingerprint)
	if len(s.firing) > 0 || !s.resolved.IsZero() {
		return
	}
	s.resolved = record.Timestamp
	if record.Offset < a.committed && a.now().Sub(record.Timestamp) > resolvedFor {
		delete(a.standing, key)
	}
}

// postableOf is an alert for Alertmanager: labels are what it is, annotations what is said of it.
func postableOf(alert *hushlogv1.Alert, rule *alerting.Rule) notify.PostableAlert {
	labels := map[string]string{
		"alertname": alert.GetRule(), "severity": strings.ToLower(strings.TrimPrefix(alert.GetSeverity().String(), "SEVERITY_")),
		"owner": alert.GetOwner(), "service": "hushlog",
	}
	for name, value := range alerting.KeysOf(alert) {
		labels["key_"+name] = value
	}
	route := rule.Route.For(policy.Class(alert.GetClass()))
	if route != "" {
		labels["route"] = route
	}
	annotations := map[string]string{
		"summary": rule.Description, "class": alert.GetClass(),
		"value": strconv.FormatFloat(alert.GetValue(), 'g', 6, 64), "threshold": strconv.FormatFloat(alert.GetThreshold(), 'g', 6, 64),
		"window_start": alert.GetWindowStart().AsTime().Format(time.RFC3339), "window_end": alert.GetWindowEnd().AsTime().Format(time.RFC3339),
		"fingerprint": alert.GetFingerprint(),
	}
	if rule.Runbook != "" {
		annotations["runbook_url"] = rule.Runbook
	}
	return notify.PostableAlert{Labels: labels, Annotations: annotations, StartsAt: alert.GetFiredAt().AsTime()}
}

func labelKey(labels map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		fmt.Fprintf(&b, "%s=%q,", name, labels[name])
	}
	return b.String()
}

// post tells Alertmanager everything that it has to know now, and commits when nothing is left to be acknowledged.
func (a *announcer) post(ctx context.Context, admin *kadm.Client) bool {
	now := a.now()
	batch, keys, next := a.batch(now)
	for chunk := range slices.Chunk(batch, postAtOnce) {
		err := a.am.Post(ctx, chunk)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return false
		}
		a.metrics.deliveries.WithLabelValues(receiverAlertmanager, resultRetried).Inc()
		a.mu.Lock()
		first := a.problem == nil
		a.problem = fmt.Errorf("alerts are posted again until they are taken: %w", err)
		a.mu.Unlock()
		if first {
			a.log.WarnContext(ctx, "alerts are posted again until alertmanager takes them", slog.String("error", err.Error()))
		}
		return false
	}
	waiting := a.acknowledged(keys, now)
	a.metrics.undelivered.WithLabelValues(receiverAlertmanager).Set(float64(waiting))
	if waiting == 0 {
		a.commit(ctx, admin, next)
	}
	return true
}

// batch is what is to be posted, and the keys of what is in it.
func (a *announcer) batch(now time.Time) (batch []notify.PostableAlert, keys []string, next int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(a.standing)) {
		s := a.standing[key]
		maps.DeleteFunc(s.firing, func(_ string, latest time.Time) bool { return latest.Before(now) })
		if len(s.firing) == 0 && s.resolved.IsZero() {
			s.resolved = now
		}
		alert := s.alert
		alert.EndsAt = now.Add(endsAfter * a.cfg.Resend)
		if !s.resolved.IsZero() && s.delivered && now.Sub(s.since) >= shownFor {
			if s.ended.IsZero() {
				s.ended = now
			}
			alert.EndsAt = s.ended
		}
		batch, keys = append(batch, alert), append(keys, key)
	}
	if a.alive() == nil {
		batch = append(batch, notify.PostableAlert{
			Labels:      map[string]string{"alertname": WatchdogName, "severity": "none", "service": "hushlog"},
			Annotations: map[string]string{"summary": "Always on. When it is not, hushlog's alerts do not arrive."},
			StartsAt:    now, EndsAt: now.Add(endsAfter * a.cfg.Resend),
		})
	}
	return batch, keys, a.next
}

// acknowledged notes that a batch was taken, forgets what has ended long enough ago, and says how many must be posted
// before everything that was read is told.
func (a *announcer) acknowledged(keys []string, now time.Time) (waiting int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.problem = nil
	for _, key := range keys {
		s := a.standing[key]
		if s == nil {
			continue
		}
		if !s.delivered {
			s.delivered, s.since = true, now
			a.metrics.deliveries.WithLabelValues(receiverAlertmanager, resultDelivered).Inc()
		}
		if !s.ended.IsZero() && s.acknowledged.IsZero() {
			s.acknowledged = now
			a.metrics.deliveries.WithLabelValues(receiverAlertmanager, resultDelivered).Inc()
		}
		if !s.acknowledged.IsZero() && now.Sub(s.acknowledged) > resolvedFor {
			delete(a.standing, key)
		}
	}
	for _, s := range a.standing {
		if !s.delivered || !s.resolved.IsZero() && s.acknowledged.IsZero() {
			waiting++
		}
	}
	return waiting
}

// commit writes down that everything before an offset was told. When it cannot, it is told again after a restart.
func (a *announcer) commit(ctx context.Context, admin *kadm.Client, next int64) {
	if next <= a.told {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	var offsets kadm.Offsets
	offsets.AddOffset(stream.TopicAlerts, alertsPartition, next, -1)
	resp, err := admin.CommitOffsets(ctx, a.group, offsets)
	err = cmp.Or(err, resp.Error())
	if err != nil {
		a.log.WarnContext(ctx, "how far alertmanager was told is not committed; told again after a restart", slog.String("reason", string(stream.ReasonOf(err))))
		return
	}
	a.told = next
}
