package redactor

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// sampling is the default policy with other words for the class Internal.
func sampling(t *testing.T, with string) *policy.Policy {
	t.Helper()
	doc := string(policy.DefaultDocument())
	from := strings.Index(doc, "\n  Internal:\n")
	require.Positive(t, from)
	const sample = "sample: { rate: 1, keep: [failed, flagged] }"
	at := from + strings.Index(doc[from:], sample)
	p, err := policy.Parse([]byte(doc[:at] + "sample: " + with + doc[at+len(sample):]))
	require.NoError(t, err)
	return p
}

func turn(conversation string, n int) *hushlogv1.Interaction {
	in := userSays("what is the tide today")
	in.ConversationId, in.RequestId = conversation, fmt.Sprintf("%s-%d", conversation, n)
	return in
}

// TestConversationsStayWhole: every turn of a conversation meets the same fate, and the share of stored
// conversations is near the rate.
func TestConversationsStayWhole(t *testing.T) {
	s := newTestSanitizer(t, sampling(t, "{ rate: 0.25, keep: [] }"))
	fuller := newTestSanitizer(t, sampling(t, "{ rate: 0.5, keep: [] }"))
	stored := 0
	const conversations = 400
	for c := range conversations {
		id := fmt.Sprintf("c-%d", c)
		first, err := s.Sanitize(t.Context(), accepted(turn(id, 0)))
		require.NoError(t, err)
		again, err := s.Sanitize(t.Context(), accepted(turn(id, 1)))
		require.NoError(t, err)
		require.Equal(t, first.SampledOut, again.SampledOut, id)
		if !first.SampledOut {
			stored++
			more, err := fuller.Sanitize(t.Context(), accepted(turn(id, 2)))
			require.NoError(t, err)
			require.False(t, more.SampledOut, "what is stored at a rate is stored at a higher one")
		}
	}
	require.InDelta(t, 100, stored, 35, "4 standard deviations; the key is fixed")
	elsewhere := accepted(turn("c-0", 0))
	elsewhere.Project = "other"
	out, err := s.Sanitize(t.Context(), elsewhere)
	require.NoError(t, err)
	require.Equal(t, policy.Restricted.Proto(), out.Record.GetClass(), "an unknown project is Restricted, whose rate is 1")
	require.False(t, out.SampledOut)
}

func TestWhatIsExemptIsStored(t *testing.T) {
	failed := func(in *hushlogv1.Interaction) { in.Error = &hushlogv1.Error{Type: "timeout"} }
	marked := func(in *hushlogv1.Interaction) {
		in.SafetyFlags = []*hushlogv1.SafetyFlag{{Category: "jailbreak", Score: 0.9}}
	}
	blocked := func(in *hushlogv1.Interaction) {
		in.Guardrails = []*hushlogv1.GuardrailDecision{{Name: "g", Decision: "block"}}
	}
	passed := func(in *hushlogv1.Interaction) {
		in.Guardrails = []*hushlogv1.GuardrailDecision{{Name: "g", Decision: "allow"}}
	}
	raised := func(in *hushlogv1.Interaction) {
		in.Messages = userSays("write to jane.doe@company.com").GetMessages()
	}
	metadataOnly := func(in *hushlogv1.Interaction) { in.Logging = hushlogv1.LoggingWish_LOGGING_WISH_METADATA_ONLY }
	for _, tc := range []struct {
		name   string
		keep   string
		change func(*hushlogv1.Interaction)
		out    bool
	}{
		{"plain", "[failed, flagged]", func(*hushlogv1.Interaction) {}, true},
		{"failed", "[failed]", failed, false},
		{"failed, not exempt", "[flagged]", failed, true},
		{"marked by its sender", "[flagged]", marked, false},
		{"marked, not exempt", "[failed]", marked, true},
		{"blocked by a guardrail", "[flagged]", blocked, false},
		{"passed by a guardrail", "[flagged]", passed, true},
		{"of a class that is stored", "[]", raised, false},
		{"a wish for less is no way in", "[failed, flagged]", metadataOnly, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newTestSanitizer(t, sampling(t, "{ rate: 0.000001, keep: "+tc.keep+" }"))
			in := turn("c", 1)
			tc.change(in)
			out, err := s.Sanitize(t.Context(), accepted(in))
			require.NoError(t, err)
			require.Equal(t, tc.out, out.SampledOut)
		})
	}
}

// TestSampledOutIsCountedAndNowhere: nothing of it is in a block, and the books balance, doubles included.
func TestSampledOutIsCountedAndNowhere(t *testing.T) {
	for _, tc := range []struct{ name, from, to string }{
		{"by its lot", "sample: { rate: 1, keep: [failed, flagged] }", "sample: { rate: 0.000001, keep: [] }"},
		{"by its class", "store: full", "store: nothing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rules, err := policy.Parse([]byte(strings.ReplaceAll(string(policy.DefaultDocument()), tc.from, tc.to)))
			require.NoError(t, err)
			p := newTestProcessor(t)
			p.Sanitizer = newTestSanitizer(t, rules)
			record := func(id, text string) *kgo.Record {
				in := userSays(text)
				in.RequestId, in.Error = id, &hushlogv1.Error{Type: "timeout"}
				plain, err := proto.Marshal(&hushlogv1.Accepted{Interaction: in, Project: "demo", AcceptedAt: timestamppb.New(start)})
				require.NoError(t, err)
				return &kgo.Record{
					Topic: stream.TopicRaw, Value: append([]byte("sealed|"), plain...), Timestamp: start,
					Headers: stream.Meta{Kind: stream.KindSealed, Project: "demo", RequestHash: hashOf(id), Minute: stream.MinuteOf(start)}.Headers(),
				}
			}
			result, blocks := process(t, p, record("a", "zanzibarquux"), record("b", "zanzibarquux jane.doe@company.com"), record("a", "zanzibarquux"))
			sum := uint64(0)
			for _, b := range blocks {
				require.Empty(t, b.GetRecords())
				require.Empty(t, b.GetFindings())
				require.Empty(t, b.GetSealedContents())
				for _, d := range b.GetLedger() {
					require.Equal(t, d.GetAccepted(), d.GetSampledOut()+d.GetStored()+d.GetDuplicates()+d.GetQuarantined())
					sum += d.GetSampledOut()
				}
			}
			require.EqualValues(t, 3, sum)
			for _, r := range result.Records {
				require.NotContains(t, string(r.Value), "zanzibarquux")
			}
			result.Committed()
			require.InDelta(t, 3, testutil.ToFloat64(p.Metrics.records.WithLabelValues(outcomeSampledOut)), 0)
		})
	}
}
