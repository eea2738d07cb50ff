package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Retention finds, with its own rights, the alerts of a rule that have fired and not resolved.
func TestOpenAlerts(t *testing.T) {
	engine := migrated(t)
	writer, now := store.NewBlockWriter(engine.Open(t, identity.Ingest)), today().Truncate(time.Millisecond)
	write := func(fingerprint, rule string, state hushlogv1.AlertState, at time.Time) {
		require.NoError(t, writer.WriteAlert(t.Context(), &hushlogv1.Alert{
			Fingerprint: fingerprint, Rule: rule, Severity: hushlogv1.Severity_SEVERITY_CRITICAL, Owner: "compliance", State: state, Class: "Internal",
			WindowStart: timestamppb.New(at), WindowEnd: timestamppb.New(at.Add(time.Hour)), FiredAt: timestamppb.New(at), ResolvedAt: timestamppb.New(at),
		}))
	}
	const firing, resolved = hushlogv1.AlertState_ALERT_STATE_FIRING, hushlogv1.AlertState_ALERT_STATE_RESOLVED
	write("late", policy.RuleOverdue, firing, now)
	write("over", policy.RuleOverdue, firing, now.AddDate(0, 0, -1))
	write("over", policy.RuleOverdue, resolved, now.AddDate(0, 0, -1))
	write("early", policy.RuleOverdue, firing, now.AddDate(0, 0, -2))
	write("other", policy.RuleReviewOverdue, firing, now)
	open, err := engine.Open(t, identity.Retention).OpenAlerts(t.Context(), policy.RuleOverdue)
	require.NoError(t, err)
	want := func(fingerprint string, at time.Time) store.OpenAlert {
		return store.OpenAlert{Fingerprint: fingerprint, Rule: policy.RuleOverdue, Severity: "critical", Owner: "compliance", WindowStart: at.UTC(), FiredAt: at.UTC()}
	}
	require.Equal(t, []store.OpenAlert{want("early", now.AddDate(0, 0, -2)), want("late", now)}, open)
}

func TestRetentionRunsAreStoredOnceAndTheLastIsShown(t *testing.T) {
	engine := migrated(t)
	retention := engine.Open(t, identity.Retention)
	oldest := today().AddDate(0, 0, -3).Truncate(time.Millisecond)
	run := func(id string, at time.Time) []*store.PlaceRecord {
		return []*store.PlaceRecord{
			{RunID: id, At: at, Kind: store.PlaceTable, Place: "contents", Label: "short", KeepSeconds: 604800, Oldest: &oldest, Rows: 7, PolicyDigest: "d"},
			{RunID: id, At: at, Kind: store.PlaceTopic, Place: "hushlog.raw.v1", KeepSeconds: 3600, Overdue: 2, FailedSteps: []string{"raw"}, PolicyDigest: "d"},
		}
	}
	early, late := today().Truncate(time.Millisecond), today().Truncate(time.Millisecond).Add(time.Second)
	require.NoError(t, retention.AddRetentionRun(t.Context(), "a", run("a", early)))
	for range 2 {
		require.NoError(t, retention.AddRetentionRun(t.Context(), "b", run("b", late)))
	}
	require.Equal(t, "4", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.retention_runs"))
	answer := mustAsk(t, engine, identity.RoleUser("compliance"), store.RetentionStatusSQL(early.Add(-time.Hour)))
	require.Equal(t, "table\tcontents\tshort\t604800\t"+oldest.UTC().Format("2006-01-02 15:04:05.000")+"\t7\t0\t"+late.UTC().Format("2006-01-02 15:04:05.000")+"\t[]\td\n"+
		"topic\thushlog.raw.v1\t\t3600\t\t0\t2\t"+late.UTC().Format("2006-01-02 15:04:05.000")+"\t['raw']\td", answer)
}
