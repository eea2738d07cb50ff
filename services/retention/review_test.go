package retention

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/report"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// fakeReviews are the tables as a reviewer sees them; notes and alerts are fakePlaces'.
type fakeReviews struct {
	first    time.Time
	rows     []store.ReviewRow
	signed   map[string]bool
	policies []string
	down     error
}

func (f *fakeReviews) Ask(_ context.Context, statement string) ([]report.Row, error) {
	if f.down != nil {
		return nil, f.down
	}
	return []report.Row{{Label: statement[:6], Value: 1}}, nil
}

func (f *fakeReviews) FirstRetentionRun(context.Context) (time.Time, error) { return f.first, nil }

func (f *fakeReviews) Reviews(context.Context) ([]store.ReviewState, error) {
	var states []store.ReviewState
	for _, r := range f.rows {
		states = append(states, store.ReviewState{ReviewID: r.ReviewID, Kind: r.Kind, Owner: r.Owner, Digest: r.Digest, Due: r.Due, Signed: f.signed[r.ReviewID]})
	}
	return states, nil
}

func (f *fakeReviews) AddReview(_ context.Context, row store.ReviewRow) error {
	f.rows = append(f.rows, row)
	return nil
}

func (f *fakeReviews) LastPolicy(context.Context) (string, error) {
	if len(f.policies) == 0 {
		return "", nil
	}
	return f.policies[len(f.policies)-1], nil
}

func (f *fakeReviews) AddPolicy(_ context.Context, digest, document string, _ time.Time) error {
	if document == "" {
		return errors.New("no document")
	}
	f.policies = append(f.policies, digest)
	return nil
}

func newTestReviewer(t *testing.T, f *fakeReviews, places *fakePlaces, now *time.Time) *reviewer {
	t.Helper()
	p, err := policy.Parse(policy.DefaultDocument())
	require.NoError(t, err)
	m := newMetrics(prometheus.NewRegistry(), nil)
	return &reviewer{
		store: f, notes: places, alerts: &teller{publisher: places, open: places, metrics: m}, policy: p,
		leads: func() bool { return true }, metrics: m, log: slog.New(slog.DiscardHandler), now: func() time.Time { return *now },
	}
}

func (f *fakeReviews) ids() []string {
	var ids []string
	for _, r := range f.rows {
		ids = append(ids, r.ReviewID)
	}
	return ids
}

// TestReviewsAreMadeOnScheduleAndOnce lets a deployment live through weeks, with restarts and a long stop.
func TestReviewsAreMadeOnScheduleAndOnce(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	f, places := &fakeReviews{}, &fakePlaces{}
	r := newTestReviewer(t, f, places, &now)
	round := func(at time.Time) {
		t.Helper()
		now = at
		require.NoError(t, r.run(t.Context()))
	}
	round(now)
	require.Empty(t, f.rows, "nothing was written down yet")
	require.Equal(t, []string{policy.Default().Digest()}, f.policies)
	f.first = now
	monday := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	round(monday)
	require.Empty(t, f.rows, "the last minutes are still on their way")
	for range 3 {
		round(monday.Add(11 * time.Minute))
	}
	require.Equal(t, []string{"operational-2026-W48"}, f.ids())
	review := f.rows[0]
	require.Equal(t, "platform", review.Owner)
	require.Equal(t, monday.AddDate(0, 0, 7), review.Due)
	decoded, err := report.DecodeReview(review.Text, review.Digest)
	require.NoError(t, err)
	require.Len(t, decoded.Figures, 13)
	last := places.notes[len(places.notes)-1]
	require.Equal(t, "review", last.GetAction())
	require.Equal(t, report.Ref(review.ReviewID, review.Digest), last.GetRef())

	r = newTestReviewer(t, f, places, &now) // another process
	round(time.Date(2027, 1, 4, 1, 0, 0, 0, time.UTC))
	require.Len(t, f.rows, 1+reviewsAtOnce, "a long stop is made up for, some in each round")
	round(now)
	round(now)
	require.ElementsMatch(t, []string{
		"operational-2026-W48", "operational-2026-W49", "operational-2026-W50", "operational-2026-W51", "operational-2026-W52", "operational-2026-W53",
		"compliance-2026-11", "compliance-2026-12", "security-2026-Q4",
	}, f.ids())
	require.Equal(t, []string{policy.Default().Digest()}, f.policies, "the policy is the same")
	for _, row := range f.rows {
		if row.Kind == "security" {
			require.Equal(t, "security", row.Owner)
			require.Equal(t, time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), row.Due)
		}
	}
}

func TestReviewsThatAreNotSignedInTimeAreTold(t *testing.T) {
	now := time.Date(2026, 12, 7, 0, 0, 0, 0, time.UTC)
	f, places := &fakeReviews{signed: map[string]bool{}}, &fakePlaces{}
	f.rows = []store.ReviewRow{
		{ReviewID: "operational-2026-W47", Kind: "operational", Owner: "platform", Due: now.AddDate(0, 0, -7)},
		{ReviewID: "operational-2026-W48", Kind: "operational", Owner: "platform", Due: now},
		{ReviewID: "compliance-2026-11", Kind: "compliance", Owner: "compliance", Due: now.Add(time.Second)},
	}
	f.signed["operational-2026-W47"] = true
	r := newTestReviewer(t, f, places, &now)
	for range 2 {
		require.NoError(t, r.run(t.Context()))
	}
	require.Len(t, places.alerts, 1, "one is late, and told once")
	require.Equal(t, "review-overdue", places.alerts[0].GetRule())
	require.Equal(t, "platform", places.alerts[0].GetOwner())
	require.Equal(t, now, places.alerts[0].GetWindowEnd().AsTime(), "it is late until now: receivers are not told of what is long over")
	require.InDelta(t, 1, testutil.ToFloat64(r.metrics.reviewsOverdue.WithLabelValues("operational")), 0)
	require.Zero(t, testutil.ToFloat64(r.metrics.reviewsOverdue.WithLabelValues("compliance")))
	f.signed["operational-2026-W48"] = true
	for range 2 {
		require.NoError(t, r.run(t.Context()))
	}
	require.Zero(t, testutil.ToFloat64(r.metrics.reviewsOverdue.WithLabelValues("operational")))
	require.Len(t, places.alerts, 2, "that it was signed, once")
	require.Equal(t, hushlogv1.AlertState_ALERT_STATE_RESOLVED, places.alerts[1].GetState())
	require.Equal(t, places.alerts[0].GetFingerprint(), places.alerts[1].GetFingerprint())
	r.leads = func() bool { return false }
	f.signed["operational-2026-W48"] = false
	require.NoError(t, r.run(t.Context()))
	require.Zero(t, testutil.ToFloat64(r.metrics.reviewsOverdue.WithLabelValues("operational")), "another process tells")
}

// TestAReviewWithoutItsFiguresIsNotMade: a store that does not answer delays it.
func TestAReviewWithoutItsFiguresIsNotMade(t *testing.T) {
	now := time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	f, places := &fakeReviews{first: now.AddDate(0, 0, -3), down: errors.New("down")}, &fakePlaces{}
	r := newTestReviewer(t, f, places, &now)
	require.ErrorContains(t, r.run(t.Context()), "down")
	require.Empty(t, f.rows)
	f.down = nil
	require.NoError(t, r.run(t.Context()))
	require.Equal(t, []string{"operational-2026-W48", "compliance-2026-11"}, f.ids())
}
