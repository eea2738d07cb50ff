package redactor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// pieces is a message of which each piece is a part.
func pieces(reasoning bool, texts ...string) *hushlogv1.Message {
	m := &hushlogv1.Message{Role: hushlogv1.Role_ROLE_ASSISTANT}
	for _, text := range texts {
		part := &hushlogv1.Part{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: text}}}
		if reasoning {
			part = &hushlogv1.Part{Part: &hushlogv1.Part_Reasoning{Reasoning: &hushlogv1.ReasoningPart{Text: text}}}
		}
		m.Parts = append(m.Parts, part)
	}
	return m
}

// TestValuesThatPartsShare: an answer that is logged piece by piece is as clean as one that is logged whole.
func TestValuesThatPartsShare(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	for _, tc := range []struct {
		name   string
		pieces []string
		want   string
	}{
		{"an address", []string{"write to jane.doe@", "company.com today"}, "write to j***@company.com today"},
		{"word by word", []string{"write", " to", " jane", ".", "doe", "@", "company", ".", "com", " today"}, "write to j***@company.com today"},
		{"a card", []string{"it is 4539 1488", " 0343 6467", ", thanks"}, "it is [REDACTED], thanks"},
		{"two values", []string{"SSN 536-", "22-8754 and card 4539 1488 03", "43 6467."}, "SSN [REDACTED] and card [REDACTED]."},
		{"nothing", []string{"one ", "", "two"}, "one two"},
	} {
		for _, reasoning := range []bool{false, true} {
			t.Run(tc.name, func(t *testing.T) {
				in := userSays("who?")
				in.Messages = append(in.Messages, pieces(reasoning, tc.pieces...))
				in.SystemInstructions = pieces(reasoning, tc.pieces...).GetParts()
				in.Response = &hushlogv1.Response{Choices: []*hushlogv1.Choice{{Message: pieces(reasoning, tc.pieces...)}}}
				out, err := s.Sanitize(t.Context(), accepted(in))
				require.NoError(t, err)
				for _, at := range []string{"messages[1]", "system_instructions", "response"} {
					said := ""
					for _, c := range out.Contents {
						if strings.HasPrefix(c.GetPath(), at) {
							said += c.GetText()
						}
					}
					require.Equal(t, tc.want, said, at)
				}
			})
		}
	}
}

// TestManyPartsStayCheap: the work does not multiply with the parts and the values.
func TestManyPartsStayCheap(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	var texts []string
	for range 10_000 {
		texts = append(texts, "jane.doe@", "company.com ")
	}
	in := &hushlogv1.Interaction{RequestId: "r-1", Purpose: "debugging", Messages: []*hushlogv1.Message{pieces(false, texts...)}}
	require.NoError(t, s.mendSplits(in))
	require.Equal(t, "jane.doe@company.com", in.GetMessages()[0].GetParts()[19_998].GetText().GetText())
	require.Equal(t, " ", in.GetMessages()[0].GetParts()[19_999].GetText().GetText())
}

// TestPartsOfOtherKindsStayApart: a call of a tool between two texts parts what they say.
func TestPartsOfOtherKindsStayApart(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	m := pieces(false, "as of 4539 1488", " 0343 6467 of them")
	m.Parts = append(m.Parts[:1], &hushlogv1.Part{Part: &hushlogv1.Part_ToolCall{ToolCall: &hushlogv1.ToolCallPart{Id: "c", Name: "n", Arguments: "{}"}}}, m.Parts[1])
	in := &hushlogv1.Interaction{RequestId: "r-1", Purpose: "debugging", Messages: []*hushlogv1.Message{m}}
	require.NoError(t, s.mendSplits(in))
	require.Equal(t, "as of 4539 1488", m.GetParts()[0].GetText().GetText())
	require.Equal(t, " 0343 6467 of them", m.GetParts()[2].GetText().GetText())
}
