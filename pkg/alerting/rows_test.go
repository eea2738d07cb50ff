package alerting

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require" // says what differed
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func TestStoredRowsAreEvents(t *testing.T) {
	at := timestamppb.New(time.Date(2026, 1, 5, 9, 0, 1, 250_000_000, time.UTC))
	for _, tc := range []struct {
		name string
		row  string
		want proto.Message
	}{
		{
			"an interaction", `{"project":"p","classification":"Sensitive","retention_label":"standard","accepted_at":"2026-01-05 09:00:01.250","request_id":"r",` +
				`"service":"s","latency_ms":1500,"time_to_first_token_ms":null,"model":"m","failed":true,"input_tokens":"7","output_tokens":3,"cost":0.5,` +
				`"guardrail_names":["g"],"guardrail_decisions":["block"],"safety_categories":["abuse"],"safety_scores":[0.5],"user_pseudonym":"u",` +
				`"finding_counts":{"EMAIL":2},"trace_id":"not looked at"}`,
			&hushlogv1.Record{
				AcceptedAt: at, Project: "p", Class: hushlogv1.Class_CLASS_SENSITIVE, RetentionLabel: "standard", Service: "s", Model: "m", Failed: true,
				Latency: durationpb.New(1500 * time.Millisecond), Usage: &hushlogv1.Usage{InputTokens: 7, OutputTokens: 3, Cost: 0.5}, UserPseudonym: "u",
				Guardrails:    []*hushlogv1.GuardrailOutcome{{Name: "g", Decision: "block"}},
				SafetyFlags:   []*hushlogv1.SafetyFlag{{Category: "abuse", Score: 0.5}},
				FindingCounts: map[string]uint32{"EMAIL": 2},
			},
		},
		{
			"an entry of the trail", `{"entry_id":"x","phase":"outcome","at":"2026-01-05 09:00:01.250","actor":"ada","role":"analyst","action":"query","purpose":"debugging",` +
				`"statement":"SELECT ?","tables":["contents"],"outcome":"ok","reason":"","rows":"12","bytes":340,"token_id":"t"}`,
			&hushlogv1.AuditEntry{
				At: at, Phase: hushlogv1.AuditPhase_AUDIT_PHASE_OUTCOME, Actor: "ada", Role: "analyst", Action: "query", Purpose: "debugging", Tables: []string{"contents"},
				Outcome: "ok", Rows: 12, Bytes: 340, TokenId: "t",
			},
		},
		{
			"one in quarantine", `{"project":"p","accepted_at":"2026-01-05 09:00:01.250","reason":"too-large","raw_offset":"3"}`,
			&hushlogv1.Quarantined{Project: "p", AcceptedAt: at, Reason: "too-large"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			events, err := ReadRows(strings.NewReader(tc.row + "\n\n"))
			require.NoError(t, err)
			require.Len(t, events, 1)
			var got proto.Message = events[0].Record
			switch events[0].Source() {
			case Access:
				got = events[0].Entry
			case Quarantine:
				got = events[0].Quarantined
			case Interactions:
			}
			require.True(t, proto.Equal(tc.want, got), "%v", got)
		})
	}
	for _, bad := range []string{`{}`, `{"accepted_at":"planted"}`, `{"project":"p","accepted_at":"2026-01-05 09:00:01","input_tokens":"planted"}`, `[]`} {
		_, err := ReadRows(strings.NewReader(bad))
		require.ErrorContains(t, err, "line 1: no event")
		require.NotContains(t, err.Error(), "planted")
	}
}

func FuzzDecodeRow(f *testing.F) {
	f.Add([]byte(`{"project":"p","classification":"Public","accepted_at":"2026-01-05 09:00:01.250","latency_ms":1,"safety_categories":["a"],"safety_scores":[]}`))
	f.Add([]byte(`{"at":"2026-01-05 09:00:01","actor":"a","rows":"1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		event, err := decodeRow(data)
		if err != nil {
			require.ErrorIs(t, err, errEvent)
			return
		}
		_ = event.Time()
		_ = event.rank()
	})
}
