package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/report"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// TestReviewsOnTheEngine: every figure can be read with retention's own rights and says what is there, a review
// is stored once, and is signed when the trail says so of its very text.
func TestReviewsOnTheEngine(t *testing.T) {
	engine := migrated(t)
	block, contents := blockOf('a', 6, today(), "standard")
	block.Records[0].Purpose = ""
	writer := store.NewBlockWriter(engine.Open(t, identity.Ingest))
	require.NoError(t, writer.Write(t.Context(), block, contents))
	retention := engine.Open(t, identity.Retention)
	period := report.Period{From: today().AddDate(0, 0, -5), To: today().AddDate(0, 0, 1)}
	sum := func(name string) float64 {
		t.Helper()
		results, err := report.Gather(t.Context(), retention, []string{name}, period)
		require.NoError(t, err, name)
		total := 0.0
		for _, row := range results[0].Rows {
			total += row.Value
		}
		return total
	}
	for _, f := range report.Figures() {
		sum(f.Name)
	}
	require.InDelta(t, 6, sum("interactions"), 0)
	require.InDelta(t, 6, sum("classes"), 0)
	require.InDelta(t, 0, sum("ledger-gap"), 0)
	require.InDelta(t, 1, sum("quarantined"), 0)
	require.InDelta(t, 0, sum("overdue"), 0)

	first, err := retention.FirstRetentionRun(t.Context())
	require.NoError(t, err)
	require.True(t, first.IsZero())
	at, oldest := today().Truncate(time.Millisecond), today().AddDate(0, 0, -9).Truncate(time.Millisecond)
	require.NoError(t, retention.AddRetentionRun(t.Context(), "r", []*store.PlaceRecord{
		{RunID: "r", At: at, Kind: store.PlaceTable, Place: "contents", Label: "short", KeepSeconds: 7 * 86400, Oldest: &oldest, Rows: 3, Overdue: 2, PolicyDigest: "d"},
	}))
	first, err = retention.FirstRetentionRun(t.Context())
	require.NoError(t, err)
	require.Equal(t, at.UTC(), first)
	require.InDelta(t, 2, sum("overdue"), 0)
	require.InDelta(t, 9, sum("oldest"), 1)
	require.InDelta(t, 7, sum("kept"), 0)
	require.InDelta(t, 1, sum("retention-runs"), 0)

	last, err := retention.LastPolicy(t.Context())
	require.NoError(t, err)
	require.Empty(t, last)
	require.NoError(t, retention.AddPolicy(t.Context(), "d1", "version: 1", at))
	require.NoError(t, retention.AddPolicy(t.Context(), "d2", "version: 1", at.Add(time.Second)))
	last, err = retention.LastPolicy(t.Context())
	require.NoError(t, err)
	require.Equal(t, "d2", last)

	kind, _ := report.KindNamed("operational")
	figures, err := report.Gather(t.Context(), retention, kind.Figures, period)
	require.NoError(t, err)
	review := report.NewReview(kind, kind.Ended(today().AddDate(0, 0, -15), today())[0], policy.Default(), figures)
	text, digest, err := review.Encode()
	require.NoError(t, err)
	row := store.ReviewRow{
		ReviewID: review.ID, Kind: review.Kind, At: at, From: review.From, To: review.To, Due: review.Due, Owner: review.Owner,
		PolicyDigest: review.PolicyDigest, Digest: digest, Text: text,
	}
	for range 2 {
		require.NoError(t, retention.AddReview(t.Context(), row))
	}
	state := func() store.ReviewState {
		t.Helper()
		states, err := retention.Reviews(t.Context())
		require.NoError(t, err)
		require.Len(t, states, 1)
		return states[0]
	}
	require.Equal(t, store.ReviewState{ReviewID: review.ID, Kind: "operational", Owner: "platform", Digest: digest, Due: review.Due}, state())
	compliance := identity.RoleUser("compliance")
	require.Equal(t, "1", mustAsk(t, engine, compliance, store.ReviewCountSQL(review.ID, digest)))
	require.Equal(t, "0", mustAsk(t, engine, compliance, store.ReviewCountSQL(review.ID, report.Digest("other"))))
	require.Contains(t, mustAsk(t, engine, compliance, store.ReviewTextSQL(review.ID)), digest)

	sign := func(id byte, ref, outcome string) {
		t.Helper()
		entry := &hushlogv1.AuditEntry{
			EntryId: bytes16(id), ActId: bytes16(id), Phase: hushlogv1.AuditPhase_AUDIT_PHASE_OUTCOME, At: timestamppb.New(at), Actor: "carla",
			Role: "compliance", Action: store.ActionReviewSign, Outcome: outcome, Ref: ref,
		}
		require.NoError(t, writer.WriteAudit(t.Context(), entry))
	}
	sign('1', report.Ref(review.ID, report.Digest("other")), "ok")
	sign('2', report.Ref(review.ID, digest), "failed")
	require.False(t, state().Signed)
	sign('3', report.Ref(review.ID, digest), "ok")
	require.True(t, state().Signed)
	require.Contains(t, mustAsk(t, engine, compliance, store.ReviewListSQL()), "\tcarla\tcompliance\t"+at.UTC().Format("2006-01-02 15:04:05"))
}

func bytes16(b byte) []byte {
	out := make([]byte, 16)
	for i := range out {
		out[i] = b
	}
	return out
}
