package redactor

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// TestIdsThatSayWhoseTheyAre: ids of channels are numbers of people, and some ids say that they are one's.
func TestIdsThatSayWhoseTheyAre(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	for _, id := range []string{
		"whatsapp:+14155550120", "tel:+4930901820", "sms-14155550120", "chat/+14155550120/2", "nhs:9434765919", "passport:X1234567",
	} {
		in := userSays("x")
		in.RequestId, in.SessionId, in.ConversationId = id, id, id
		out, err := s.Sanitize(t.Context(), accepted(in))
		require.NoError(t, err)
		require.NotContains(t, out.Record.String(), id)
		require.Regexp(t, "^hashed-[0-9a-f]{32}$", out.Record.GetSessionId())
		require.Equal(t, out.Record.GetSessionId(), out.Record.GetConversationId(), "the same id gives the same hash: joins work")
	}
	for _, id := range []string{
		"call_4274648121", "v1.2.3+17579503826", "J0sr9DerZQ+20156542716", "2026-11-27T02:15:58+0100", "order/4155550120/2",
		"call_9cWSmCYpDpFSRCxkKvhqF9ab", "chatcmpl-9pA2kYhTz1",
	} {
		in := userSays("x")
		in.SessionId = id
		out, err := s.Sanitize(t.Context(), accepted(in))
		require.NoError(t, err)
		require.Equal(t, id, out.Record.GetSessionId())
		require.Empty(t, out.Findings)
	}
}

// TestSecretIsRemovedFromTheRowsOfTools: rows of contents carry the tool's name and id, which only another field shows to be
// a secret.
func TestSecretIsRemovedFromTheRowsOfTools(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	secret := "Xk29dkPqw77zR"
	in := &hushlogv1.Interaction{RequestId: "r-1", Purpose: "debugging", Messages: []*hushlogv1.Message{{Parts: []*hushlogv1.Part{
		{Part: &hushlogv1.Part_ToolCall{ToolCall: &hushlogv1.ToolCallPart{Id: secret, Name: secret, Arguments: "{}"}}},
		{Part: &hushlogv1.Part_ToolResult{ToolResult: &hushlogv1.ToolResultPart{Id: "t-" + secret, Name: "t-" + secret, Result: "done"}}},
		{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: "my password is " + secret}}},
	}}}}
	out, err := s.Sanitize(t.Context(), accepted(in))
	require.NoError(t, err)
	require.NotContains(t, out.Record.String(), secret)
	require.Len(t, out.Contents, 3)
	for _, row := range out.Contents {
		require.NotContains(t, row.String(), secret)
	}
	require.Regexp(t, "^hashed-[0-9a-f]{32}$", out.Contents[0].GetToolCallId())
	require.Equal(t, "redacted", out.Contents[1].GetToolName())
}

// TestSecretOfMetadataIsRemovedFromContents is the other way round: a label tells of it.
func TestSecretOfMetadataIsRemovedFromContents(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	in := userSays("open it with hunter2hunter2 then")
	in.Tags = []string{"password=hunter2hunter2"}
	out, err := s.Sanitize(t.Context(), accepted(in))
	require.NoError(t, err)
	require.Equal(t, "open it with [REDACTED] then", out.Contents[0].GetText())
}

func TestNumbersOfPeopleAreTakenOut(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	card := int64(4_539_148_803_436_467)
	in := userSays("x")
	in.Model = &hushlogv1.Model{
		Seed: proto.Int64(-card), TopK: proto.Int64(40), MaxTokens: proto.Int64(card), Temperature: proto.Float64(float64(card)), TopP: proto.Float64(0.9),
	}
	in.Usage = &hushlogv1.Usage{InputTokens: uint64(card), OutputTokens: 7, Cost: float64(card)}
	out, err := s.Sanitize(t.Context(), accepted(in))
	require.NoError(t, err)
	r := out.Record
	require.Nil(t, r.Seed)
	require.Nil(t, r.MaxTokens)
	require.Nil(t, r.Temperature)
	require.EqualValues(t, 40, r.GetTopK())
	require.InDelta(t, 0.9, r.GetTopP(), 0)
	require.Zero(t, r.GetUsage().GetInputTokens())
	require.Zero(t, r.GetUsage().GetCost())
	require.EqualValues(t, 7, r.GetUsage().GetOutputTokens())
	require.EqualValues(t, 5, r.GetFindingCounts()["CREDIT_CARD"])
	require.Equal(t, policy.Restricted.Proto(), r.GetClass())

	in = userSays("x")
	in.Model = &hushlogv1.Model{Seed: proto.Int64(8_112_734_450_912_339_871), MaxTokens: proto.Int64(4096)}
	out, err = s.Sanitize(t.Context(), accepted(in))
	require.NoError(t, err)
	require.EqualValues(t, 8_112_734_450_912_339_871, out.Record.GetSeed())
	require.Empty(t, out.Findings)
}

// TestEveryNumberOfTheContractIsKnown: a number that is added to another message has to be judged, or bounded by the
// contract, or left out of what is stored.
func TestEveryNumberOfTheContractIsKnown(t *testing.T) {
	known := map[protoreflect.FullName]string{
		"hushlog.v1.FilePart.size_bytes": "not stored",
		"hushlog.v1.SafetyFlag.score":    "from 0 to 1",
	}
	var unknown []protoreflect.FullName
	seen := map[protoreflect.FullName]bool{}
	var walk func(d protoreflect.MessageDescriptor)
	walk = func(d protoreflect.MessageDescriptor) {
		if seen[d.FullName()] || d.FullName().Parent() != "hushlog.v1" {
			return // times and durations have bounds, and Structs are read as text
		}
		seen[d.FullName()] = true
		judged := d.FullName() == "hushlog.v1.Model" || d.FullName() == "hushlog.v1.Usage"
		for i := range d.Fields().Len() {
			f := d.Fields().Get(i)
			switch f.Kind() {
			case protoreflect.MessageKind:
				walk(f.Message())
			case protoreflect.StringKind, protoreflect.BoolKind, protoreflect.EnumKind:
			case protoreflect.Int64Kind, protoreflect.Uint64Kind, protoreflect.DoubleKind:
				if !judged && known[f.FullName()] == "" {
					unknown = append(unknown, f.FullName())
				}
			default:
				unknown = append(unknown, f.FullName())
			}
		}
	}
	walk((&hushlogv1.Interaction{}).ProtoReflect().Descriptor())
	require.Empty(t, unknown)
}
