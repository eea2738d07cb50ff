package alert

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// keptRecords keeps what is published, and fails to take what is of a topic.
type keptRecords struct {
	byTopic map[string][][]byte
	refuse  string
}

func (k *keptRecords) Publish(_ context.Context, records []*kgo.Record) []error {
	errs := make([]error, len(records))
	for i, r := range records {
		if r.Topic == k.refuse {
			errs[i] = stream.ErrUnacknowledged
			continue
		}
		k.byTopic[r.Topic] = append(k.byTopic[r.Topic], r.Value)
	}
	return errs
}

func (k *keptRecords) entries(t *testing.T) []*hushlogv1.AuditEntry {
	t.Helper()
	var entries []*hushlogv1.AuditEntry
	for _, raw := range k.byTopic[stream.TopicAudit] {
		e := &hushlogv1.AuditEntry{}
		require.NoError(t, proto.Unmarshal(raw, e))
		entries = append(entries, e)
	}
	return entries
}

// limiting is the default policy with a rule that limits end users and one that limits projects.
func limiting() *policy.Policy {
	p := policy.Default()
	p.Alerts.Restrict = map[string]policy.AutoLimit{
		"automated-attack-user":   {Sender: policy.SenderUser, EventsPerMinute: 6, For: policy.Duration(time.Hour)},
		"injection-spike-project": {Sender: policy.SenderProject, EventsPerMinute: 60, For: policy.Duration(time.Hour)},
	}
	return p
}

func seedKey(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func newResponder(t *testing.T, now time.Time) (*responder, *keptRecords, *restrict.State) {
	t.Helper()
	kept := &keptRecords{byTopic: map[string][][]byte{}}
	trail, err := audit.NewTrail(kept, audit.Options{Topic: stream.TopicAudit})
	require.NoError(t, err)
	p := limiting()
	rules := rulesOf(t, twoRules)
	public := func(n byte) ed25519.PublicKey { return seedKey(n).Public().(ed25519.PublicKey) } //nolint:forcetypeassert // an Ed25519 key has one
	gateway, err := restrict.NewState(restrict.Keys{People: public(1), Rules: public(2), Senders: public(3)}, restrict.ByPolicy(p), func() time.Time { return now })
	require.NoError(t, err)
	return &responder{
		Response: Response{Sign: seedKey(2), Orders: kept, Trail: trail}, policy: p, now: func() time.Time { return now },
		metrics: newMetrics(prometheus.NewRegistry(), rules), log: slog.New(slog.DiscardHandler),
	}, kept, gateway
}

func alertRecord(t *testing.T, rule, user string, at time.Time, state hushlogv1.AlertState) *kgo.Record {
	t.Helper()
	value, err := proto.Marshal(&hushlogv1.Alert{
		Fingerprint: strings.Repeat("0f", 16), Rule: rule, Project: "demo", UserPseudonym: user, State: state, WindowEnd: timestamppb.New(at),
	})
	require.NoError(t, err)
	return &kgo.Record{Topic: stream.TopicAlerts, Value: value, Timestamp: at}
}

func TestAlertsLimitWhomTheyName(t *testing.T) {
	const firing, resolved = hushlogv1.AlertState_ALERT_STATE_FIRING, hushlogv1.AlertState_ALERT_STATE_RESOLVED
	for _, tc := range []struct {
		name, rule, user string
		at               time.Time
		state            hushlogv1.AlertState
		want             *restrict.Order
	}{
		{"an end user", "automated-attack-user", "u_a", noon, firing, &restrict.Order{User: restrict.UserHash("demo", "u_a"), EventsPerMinute: 6}},
		{"a project", "injection-spike-project", "", noon, firing, &restrict.Order{EventsPerMinute: 60}},
		{"a rule that may not", "abuse-user", "u_a", noon, firing, nil},
		{"what has resolved", "automated-attack-user", "u_a", noon, resolved, nil},
		{"what is long over", "automated-attack-user", "u_a", noon.Add(-time.Hour), firing, nil},
		{"an alert that names no user", "automated-attack-user", "", noon, firing, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, kept, gateway := newResponder(t, noon.Add(time.Second))
			record := alertRecord(t, tc.rule, tc.user, tc.at, tc.state)
			require.NoError(t, r.handle(t.Context(), stream.Partition{}, []*kgo.Record{record}))
			if tc.want == nil {
				require.Empty(t, kept.byTopic)
				return
			}
			require.NoError(t, r.handle(t.Context(), stream.Partition{}, []*kgo.Record{record}), "again, as after a restart")
			orders := kept.byTopic[stream.TopicRestrictions]
			require.Len(t, orders, 2)
			require.Equal(t, orders[0], orders[1], "the same alert gives the same order")
			require.NoError(t, gateway.Add(orders[0]), "gateways let it pass")
			got := gateway.InForce()[0]
			require.Equal(t, []any{tc.want.User, tc.want.EventsPerMinute, tc.rule, noon.Add(time.Hour)}, []any{got.User, got.EventsPerMinute, got.Rule, got.Until})

			entries := kept.entries(t)[:2]
			require.Equal(t, hushlogv1.AuditPhase_AUDIT_PHASE_INTENT, entries[0].GetPhase())
			require.Equal(t, audit.OK, entries[1].GetOutcome())
			for _, e := range entries {
				require.Equal(t, []string{"alert", "project-limit", tc.rule, "demo/" + strings.Repeat("0f", 16)}, []string{e.GetActor(), e.GetAction(), e.GetPurpose(), e.GetRef()})
			}
		})
	}
}

// Without the trail nobody is limited, and what is not published is tried again.
func TestLimitsAreTriedAgain(t *testing.T) {
	for _, refuse := range []string{stream.TopicAudit, stream.TopicRestrictions} {
		r, kept, _ := newResponder(t, noon.Add(time.Second))
		kept.refuse = refuse
		record := alertRecord(t, "automated-attack-user", "u_a", noon, hushlogv1.AlertState_ALERT_STATE_FIRING)
		require.Error(t, r.handle(t.Context(), stream.Partition{}, []*kgo.Record{record}))
		require.Empty(t, kept.byTopic[stream.TopicRestrictions])
		kept.refuse = ""
		require.NoError(t, r.handle(t.Context(), stream.Partition{}, []*kgo.Record{record}))
		require.Len(t, kept.byTopic[stream.TopicRestrictions], 1)
	}
}

// The service as configured, with its own rights, limits whom a rule fires for; a gateway, with its own, reads the order.
func TestLimitsFollowWithTheirOwnRights(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a broker; left out with -short")
	}
	d := deploy(t)
	document := strings.Replace(string(policy.DefaultDocument()), "\n  restrict: {}\n", "\n  restrict: {repeated-failures-user: {sender: user, events_per_minute: 6, for: 1h}}\n", 1)
	require.NoError(t, os.WriteFile(d.Policy(), []byte(document), 0o600))
	cfg := DefaultConfig()
	cfg.Policy, cfg.Kafka = d.Policy(), d.kafka(identity.Alert)
	require.ErrorContains(t, Run(t.Context(), cfg, io.Discard), "restrict_sign_key", "a policy that limits needs the key")
	cfg.RestrictSignKey = d.RespondSignKey()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- Run(ctx, cfg, io.Discard) }()

	p := must(policy.Load(d.Policy()))(t)
	keys := must(restrict.KeyFiles{People: d.RestrictVerifyKey(), Rules: d.RespondVerifyKey()}.Load(d.EpochVerifyKey()))(t)
	state := must(restrict.NewState(keys, restrict.ByPolicy(p), nil))(t)
	gateway := restrict.Follow(d.dial(t, identity.Gateway), state, nil, slog.New(slog.DiscardHandler), nil)
	followed := make(chan error, 1)
	go func() { followed <- gateway.Run(ctx) }()

	redactor := must(stream.NewPublisher(d.dial(t, identity.Redactor), stream.PublisherConfig{MaxBatch: stream.LargeBatch}))(t)
	defer redactor.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // the test is over
	value := must(proto.Marshal(blockOf(repeat(8, failure("u_a", time.Now()))...)))(t)
	require.NoError(t, redactor.Publish(t.Context(), []*kgo.Record{{Topic: stream.TopicEvents, Partition: 0, Value: value}})[0])
	require.Eventually(t, func() bool { return len(state.InForce()) == 1 }, patience, 20*time.Millisecond)
	order := state.InForce()[0]
	require.Equal(t, []any{restrict.UserHash("demo", "u_a"), 6, "repeated-failures-user"}, []any{order.User, order.EventsPerMinute, order.Rule})
	cancel()
	require.NoError(t, <-done)
	require.NoError(t, <-followed)
}
