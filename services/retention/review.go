package retention

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb" // times of alerts

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/report"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// actionReview is the making of a review, actionPolicy that a policy was put in force, on the trail.
	actionReview = "review"
	actionPolicy = "policy"
	// reviewGrace is how long after the end of a period its review is made: what was accepted in its last
	// minutes is stored by then.
	reviewGrace = 10 * time.Minute
	// reviewsAtOnce bounds the reviews that one round makes; the next round goes on.
	reviewsAtOnce = 5
)

// reviewStore is what reviews ask of ClickHouse.
type reviewStore interface {
	report.Asker
	FirstRetentionRun(ctx context.Context) (time.Time, error)
	Reviews(ctx context.Context) ([]store.ReviewState, error)
	AddReview(ctx context.Context, row store.ReviewRow) error
	LastPolicy(ctx context.Context) (string, error)
	AddPolicy(ctx context.Context, digest, document string, at time.Time) error
}

// reviewer makes the reviews of periods that have ended, and tells of those that were not signed in time. All
// that it knows is in the table reviews and on the trail: whoever takes over, however much later, makes what is
// missing. One goroutine uses it; the process that writes the trail's log does the work.
type reviewer struct {
	store  reviewStore
	notes  trailNotes
	alerts *teller
	// on are the fingerprints of alerts that were on when it was last told what has resolved; nil before.
	on      map[string]bool
	policy  *policy.Policy
	leads   func() bool
	metrics *metrics
	log     *slog.Logger
	now     func() time.Time

	// noted says that the policy in force is known to be in the table of policies.
	noted bool
}

// run is a step of a round.
func (r *reviewer) run(ctx context.Context) error {
	if !r.leads() {
		r.noted = false
		r.show(nil)
		return nil
	}
	now := r.now().UTC().Truncate(time.Millisecond)
	err := r.notePolicy(ctx, now)
	if err != nil {
		return err
	}
	made, err := r.store.Reviews(ctx)
	if err != nil {
		return err
	}
	err = r.overdue(ctx, now, made)
	if err != nil {
		return err
	}
	return r.make(ctx, now, made)
}

// notePolicy writes down which policy is in force, when it is another than before.
func (r *reviewer) notePolicy(ctx context.Context, now time.Time) error {
	if r.noted {
		return nil
	}
	last, err := r.store.LastPolicy(ctx)
	if err != nil {
		return err
	}
	if last != r.policy.Digest() {
		err = r.notes.Note(ctx, &hushlogv1.AuditEntry{Actor: identity.Retention, Action: actionPolicy, Ref: r.policy.Digest()}, audit.Outcome{Result: audit.OK})
		if err != nil {
			return fmt.Errorf("put the policy on the trail: %w", err)
		}
		err = r.store.AddPolicy(ctx, r.policy.Digest(), r.policy.Document(), now)
		if err != nil {
			return err
		}
	}
	r.noted = true
	return nil
}

// make makes the reviews of periods that ended since retention first wrote down a run, and have none.
func (r *reviewer) make(ctx context.Context, now time.Time, made []store.ReviewState) error {
	first, err := r.store.FirstRetentionRun(ctx)
	if err != nil || first.IsZero() {
		return err // nothing is written down yet: the next round begins
	}
	known := map[string]bool{}
	for _, review := range made {
		known[review.ReviewID] = true
	}
	left := reviewsAtOnce
	for _, kind := range report.Kinds() {
		for _, period := range kind.Ended(first, now.Add(-reviewGrace)) {
			if known[kind.ID(period)] || left == 0 {
				continue
			}
			left--
			err = r.makeOne(ctx, now, kind, period)
			if err != nil {
				return fmt.Errorf("make review %s: %w", kind.ID(period), err)
			}
		}
	}
	return nil
}

// makeOne puts a review on the trail and then into the table.
func (r *reviewer) makeOne(ctx context.Context, now time.Time, kind report.Kind, period report.Period) error {
	figures, err := report.Gather(ctx, r.store, kind.Figures, period)
	if err != nil {
		return err
	}
	review := report.NewReview(kind, period, r.policy, figures)
	text, digest, err := review.Encode()
	if err != nil {
		return err
	}
	entry := &hushlogv1.AuditEntry{Actor: identity.Retention, Action: actionReview, Ref: report.Ref(review.ID, digest)}
	err = r.notes.Note(ctx, entry, audit.Outcome{Result: audit.OK})
	if err != nil {
		return fmt.Errorf("put it on the trail: %w", err)
	}
	err = r.store.AddReview(ctx, store.ReviewRow{
		ReviewID: review.ID, Kind: review.Kind, At: now, From: review.From, To: review.To, Due: review.Due,
		Owner: review.Owner, PolicyDigest: review.PolicyDigest, Digest: digest, Text: text,
	})
	if err != nil {
		return err
	}
	r.metrics.reviews.WithLabelValues(review.Kind).Inc()
	r.log.InfoContext(ctx, "a review is to be signed", slog.String("review", review.ID), slog.String("owner", review.Owner), slog.Time("due", review.Due))
	return nil
}

// overdue tells the owner, once in the life of a process, of each review that was not signed in time, and that it was signed.
func (r *reviewer) overdue(ctx context.Context, now time.Time, made []store.ReviewState) error {
	late, on := map[string]int{}, map[string]bool{}
	for _, review := range made {
		if review.Signed || review.Due.After(now) {
			continue
		}
		late[review.Kind]++
		id := fingerprint(policy.RuleReviewOverdue, review.ReviewID)
		on[id] = true
		news, err := r.alerts.tell(ctx, &hushlogv1.Alert{
			Fingerprint: id, Rule: policy.RuleReviewOverdue, Severity: hushlogv1.Severity_SEVERITY_WARNING, Owner: review.Owner,
			WindowStart: timestamppb.New(review.Due), WindowEnd: timestamppb.New(now), FiredAt: timestamppb.New(now), Value: 1, Threshold: 1,
		})
		if err != nil {
			return err
		}
		if news {
			r.log.WarnContext(ctx, "a review was not signed in time", slog.String("review", review.ReviewID), slog.String("owner", review.Owner))
		}
	}
	r.show(late)
	if r.on != nil && maps.Equal(on, r.on) {
		return nil
	}
	err := r.alerts.resolve(ctx, policy.RuleReviewOverdue, on, now)
	if err != nil {
		return err
	}
	r.on = on
	return nil
}

func (r *reviewer) show(late map[string]int) {
	for _, kind := range report.Kinds() {
		r.metrics.reviewsOverdue.WithLabelValues(kind.Name).Set(float64(late[kind.Name]))
	}
}
