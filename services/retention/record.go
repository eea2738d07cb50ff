package retention

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb" // times of alerts

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// actionRun is a run of retention, on the trail.
	actionRun = "retention-run"
	// reasonOverdue is the reason on the trail when something is past its date and every step went well.
	reasonOverdue = "overdue"
)

// runStore is what a record of a run asks of ClickHouse.
type runStore interface {
	RetentionStatus(ctx context.Context, desired []store.Expiry, now time.Time) ([]store.PlaceStatus, error)
	AddRetentionRun(ctx context.Context, runID string, places []*store.PlaceRecord) error
}

// topicAges is what a record of a run asks of Kafka.
type topicAges interface {
	Ages(ctx context.Context, topic string, before time.Time) (stream.TopicAge, error)
}

// recorder writes down what retention finds: on the trail, in the table retention_runs, and, of what is
// overdue, as an alert. One goroutine uses it; the process that writes the trail's log does the work.
type recorder struct {
	store    runStore
	topics   topicAges
	notes    trailNotes
	alerts   *teller
	policy   *policy.Policy
	expiries []store.Expiry
	every    time.Duration
	leads    func() bool
	metrics  *metrics
	log      *slog.Logger
	now      func() time.Time

	// last is when this process has written a run down, zero before, and found what it found, beside numbers.
	last  time.Time
	found string
}

// run is a step of a round. It looks at every place, and writes down what it found when this process has taken
// over, when it is time to, and when steps fail or places are overdue that were not before, or no longer.
func (r *recorder) run(ctx context.Context, failed []string) error {
	if !r.leads() {
		r.last = time.Time{}
		r.metrics.lastRun.Set(0)
		return nil
	}
	now := r.now().UTC().Truncate(time.Millisecond)
	places, err := r.look(ctx, now)
	if err != nil {
		return err
	}
	found := summary(failed, places)
	if now.Sub(r.last) < r.every && found == r.found {
		return nil
	}
	// The alert goes first: what follows can be done again.
	err = r.alert(ctx, now, places)
	if err != nil {
		return err
	}
	err = r.write(ctx, now, failed, places)
	if err != nil {
		return err
	}
	r.last, r.found = now, found
	r.metrics.lastRun.Set(float64(now.UnixMilli()) / 1000)
	return nil
}

// summary names what failed and what is overdue, without numbers, which change all the time.
func summary(failed []string, places []*store.PlaceRecord) string {
	words := slices.Clone(failed)
	for _, p := range places {
		if p.Overdue > 0 {
			words = append(words, p.Kind+" "+p.Place+" "+p.Label)
		}
	}
	return strings.Join(words, "\n")
}

// look finds out what is in each place.
func (r *recorder) look(ctx context.Context, now time.Time) ([]*store.PlaceRecord, error) {
	tables, err := r.store.RetentionStatus(ctx, r.expiries, now.Add(-overdueGrace))
	if err != nil {
		return nil, fmt.Errorf("look at tables: %w", err)
	}
	var places []*store.PlaceRecord
	for _, t := range tables {
		p := &store.PlaceRecord{
			Kind: store.PlaceTable, Place: t.Table, Label: t.Label, KeepSeconds: seconds(t.Keep), Rows: t.Rows, Overdue: t.Overdue,
		}
		if !t.Oldest.IsZero() {
			p.Oldest = &t.Oldest
		}
		places = append(places, p)
	}
	for _, topic := range r.policy.Topics() {
		p, err := r.lookAt(ctx, now, topic)
		if err != nil {
			return nil, err
		}
		places = append(places, p)
	}
	return places, nil
}

// lookAt finds out what a topic holds. Brokers delete whole segments, so a record may be there for as long
// as its segment was written to, and until the next look of the broker.
func (r *recorder) lookAt(ctx context.Context, now time.Time, topic policy.Topic) (*store.PlaceRecord, error) {
	keep, segment, err := timesOf(topic)
	if err != nil {
		return nil, err
	}
	age, err := r.topics.Ages(ctx, topic.Name, now.Add(-keep-segment-overdueGrace))
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", topic.Name, err)
	}
	r.metrics.overdueRecords.WithLabelValues(topic.Name).Set(float64(age.Older))
	p := &store.PlaceRecord{Kind: store.PlaceTopic, Place: topic.Name, KeepSeconds: seconds(keep), Rows: age.Records, Overdue: age.Older}
	if !age.Oldest.IsZero() {
		p.Oldest = &age.Oldest
	}
	return p, nil
}

func seconds(d time.Duration) uint64 { return uint64(max(d/time.Second, 0)) }

// write puts a run on the trail and then into the table: a run that has rows is on the trail.
func (r *recorder) write(ctx context.Context, now time.Time, failed []string, places []*store.PlaceRecord) error {
	id := make([]byte, sha256.Size/2)
	_, _ = rand.Read(id) // never fails, see crypto/rand
	run := hex.EncodeToString(id)
	overdue := uint64(0)
	for _, p := range places {
		p.RunID, p.At, p.FailedSteps, p.PolicyDigest = run, now, failed, r.policy.Digest()
		overdue += p.Overdue
	}
	outcome := audit.Outcome{Result: audit.OK, Rows: overdue}
	switch {
	case len(failed) > 0:
		outcome.Result, outcome.Reason = audit.Failed, failed[0]
	case overdue > 0:
		outcome.Result, outcome.Reason = audit.Failed, reasonOverdue
	}
	err := r.notes.Note(ctx, &hushlogv1.AuditEntry{Actor: identity.Retention, Action: actionRun, Ref: run}, outcome)
	if err != nil {
		return fmt.Errorf("put the run on the trail: %w", err)
	}
	return r.store.AddRetentionRun(ctx, run, places)
}

// alert tells of each place that is overdue, once a day, and that those of before have resolved. A place that is overdue again
// on the day on which it has resolved is told of on the next: rows come and go in such a place.
func (r *recorder) alert(ctx context.Context, now time.Time, places []*store.PlaceRecord) error {
	day, on := now.Truncate(oneDay), map[string]bool{}
	for _, p := range places {
		if p.Overdue == 0 {
			continue
		}
		id := fingerprint(policy.RuleOverdue, p.Kind, p.Place, p.Label, day.Format(time.DateOnly))
		on[id] = true
		news, err := r.alerts.tell(ctx, &hushlogv1.Alert{
			Fingerprint: id, Rule: policy.RuleOverdue, Severity: hushlogv1.Severity_SEVERITY_CRITICAL, Owner: r.policy.Owners.Retention,
			WindowStart: timestamppb.New(day), WindowEnd: timestamppb.New(day.Add(oneDay)), FiredAt: timestamppb.New(now),
			Value: float64(p.Overdue), Threshold: 1,
		})
		if err != nil {
			return err
		}
		if news {
			r.log.ErrorContext(ctx, "rows are past their date", slog.String("kind", p.Kind), slog.String("place", p.Place), slog.String("label", p.Label),
				slog.Uint64("rows", p.Overdue))
		}
	}
	return r.alerts.resolve(ctx, policy.RuleOverdue, on, now)
}
