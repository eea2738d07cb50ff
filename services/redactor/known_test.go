package redactor

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// repeating is what often happens: a person tells a value, and a tool and the answer have it without a word that says what
// it is.
func repeating(said, again string) *hushlogv1.Interaction {
	in := userSays(said, "Is it "+again+"?")
	in.Messages = append(in.Messages, &hushlogv1.Message{Role: hushlogv1.Role_ROLE_ASSISTANT, Parts: []*hushlogv1.Part{
		{Part: &hushlogv1.Part_ToolCall{ToolCall: &hushlogv1.ToolCallPart{Id: "c1", Name: "find", Arguments: `{"q":"` + again + `"}`}}},
	}})
	in.Response = &hushlogv1.Response{Choices: []*hushlogv1.Choice{{Message: &hushlogv1.Message{Parts: []*hushlogv1.Part{
		{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: "I found one entry for " + again + "."}}},
	}}}}}
	return in
}

func TestWhatOneFieldShowsIsTakenOutOfOthers(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	for _, tc := range []struct{ name, said, again, instead string }{
		{"SSN", "My SSN is 536228754", "536228754", "[REDACTED]"},
		{"SSN in groups", "My SSN is 536228754", "536-22-8754", "[REDACTED]"},
		{"phone", "my phone number is 4155550120", "4155550120", "[MASKED]"},
		{"phone without its country", "call me: +1 415 555 0120", "4155550120", "[MASKED]"},
		{"passport", "my passport number is X1234567", "x1234567", "[REDACTED]"},
		{"account", "my bank account number is 12345678901", "12345678901", "***01"},
		{"medical record", "my medical record number is MRN 00482913", "00482913", "[REDACTED]"},
		{"date of birth", "date of birth: 03/12/1985", "03.12.1985", "[MASKED]"},
		{"licence", "driver's license D1234567", "D1234567", "[REDACTED]"},
		{"health number, together", "NHS number 943 476 5919", "9434765919", "[REDACTED]"},
		{"health number, apart", "NHS number 9434765919", "943-4765919", "[REDACTED]"},
		{"passport, in capitals", "my passport number is x1234567", "X1234567", "[REDACTED]"},
		{"user name", "my username is kittyhawk99", "kittyhawk99", "[MASKED]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := repeating(tc.said, tc.again)
			in.SessionId, in.Tags = "of:"+strings.ReplaceAll(tc.again, " ", "-"), []string{"id=" + strings.ReplaceAll(tc.again, " ", "-")}
			out, err := s.Sanitize(t.Context(), accepted(in))
			require.NoError(t, err)
			require.Len(t, out.Contents, 4)
			require.Equal(t, "Is it "+tc.instead+"?", out.Contents[1].GetText())
			require.Equal(t, `{"q":"`+tc.instead+`"}`, out.Contents[2].GetText())
			require.Equal(t, "I found one entry for "+tc.instead+".", out.Contents[3].GetText())
			require.Regexp(t, "^hashed-[0-9a-f]{32}$", out.Record.GetSessionId())
			require.Equal(t, []string{"redacted"}, out.Record.GetTags())
			counted := uint32(0)
			for _, n := range out.Record.GetFindingCounts() {
				counted += n
			}
			require.EqualValues(t, len(out.Findings), counted)
			require.GreaterOrEqual(t, counted, uint32(6))
		})
	}
}

func TestWhatIsNoRepetitionStays(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	for _, tc := range []struct{ said, other string }{
		{"My SSN is 536228754", "order 5362287541, 15362287540 and a536228754b"},
		{"My SSN is 536228754", "536, 22 and 8754 of them"},
		{"date of birth: 03/12/1985", "in 1985, on the 12th"},
		{"my PIN is 4821", "room 4821"},
	} {
		out, err := s.Sanitize(t.Context(), accepted(userSays(tc.said, tc.other)))
		require.NoError(t, err)
		require.Equal(t, tc.other, out.Contents[1].GetText())
	}
}

func TestNumbersOfJSONStayJSON(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	for _, tc := range []struct{ json, want string }{
		{`{"of":536228754,"all":[1, 536228754 , 536228754],"n":3}`, `{"of":"[REDACTED]","all":[1,"[REDACTED]","[REDACTED]"],"n":3}`},
		{`{"q":"a, 536228754, b","w":"say \"536228754\": x"}`, `{"q":"a, [REDACTED], b","w":"say \"[REDACTED]\": x"}`},
		{`{"536228754":"x\\","n":536228754}`, `{"[REDACTED]":"x\\","n":"[REDACTED]"}`},
	} {
		in := userSays("My SSN is 536228754", "[1] of 536228754, {see above}")
		in.Messages = append(in.Messages, &hushlogv1.Message{Role: hushlogv1.Role_ROLE_TOOL, Parts: []*hushlogv1.Part{
			{Part: &hushlogv1.Part_ToolResult{ToolResult: &hushlogv1.ToolResultPart{Id: "c1", Name: "find", Result: tc.json}}},
		}})
		out, err := s.Sanitize(t.Context(), accepted(in))
		require.NoError(t, err)
		require.Equal(t, "[1] of [REDACTED], {see above}", out.Contents[1].GetText())
		require.JSONEq(t, tc.want, out.Contents[2].GetText())
	}
}

// TestPseudonymsAreNoFindings: what stands in the place of an end user's id is not taken for a secret when texts are
// inspected again.
func TestPseudonymsAreNoFindings(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	for i := range 500 {
		id := fmt.Sprintf("client-%d-x", i)
		in := userSays("ticket of " + id + ", opened by " + id)
		in.EndUser = &hushlogv1.EndUser{Id: id, Attributes: map[string]string{"plan": "of " + id}}
		out, err := s.Sanitize(t.Context(), accepted(in))
		require.NoError(t, err)
		for _, c := range out.Contents {
			again, err := s.engine.Redact(c.GetText(), redact.Hints{Field: c.GetPath()})
			require.NoError(t, err)
			require.Equal(t, c.GetText(), again.Text)
		}
	}
}

// TestManyKnownValuesStayCheap: what is looked for does not multiply with what it is looked for in.
func TestManyKnownValuesStayCheap(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	var said, again strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&said, "SSN: 536-22-%04d. ", i+1000)
		fmt.Fprintf(&again, "53622%04d ", i+1000)
	}
	p := s.newPass(accepted(nil), s.engine, nil)
	require.NoError(t, p.inspect(userSays(said.String(), again.String())))
	for i := range 2000 {
		require.NotContains(t, p.contents[1].GetText(), fmt.Sprintf("53622%04d ", i+1000))
	}
}
