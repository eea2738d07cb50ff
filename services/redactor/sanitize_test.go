package redactor

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func newTestSanitizer(t *testing.T, p *policy.Policy) *Sanitizer {
	t.Helper()
	return sanitizerFor(t, p)
}

func sanitizerFor(t testing.TB, p *policy.Policy) *Sanitizer {
	t.Helper()
	hasher, err := identity.NewHasher(bytes.Repeat([]byte{1}, 32))
	require.NoError(t, err)
	pseudonyms, err := identity.NewPseudonymizer(bytes.Repeat([]byte{2}, 32))
	require.NoError(t, err)
	s, err := NewSanitizer(p, hasher, pseudonyms)
	require.NoError(t, err)
	return s
}

func accepted(in *hushlogv1.Interaction) *hushlogv1.Accepted {
	return &hushlogv1.Accepted{
		Interaction: in, Project: "demo", KeyId: "k1",
		AcceptedAt: timestamppb.New(time.Unix(1_800_000_000, 0)),
	}
}

func userSays(texts ...string) *hushlogv1.Interaction {
	in := &hushlogv1.Interaction{RequestId: "r-1", Purpose: "debugging"}
	for _, s := range texts {
		in.Messages = append(in.Messages, &hushlogv1.Message{
			Role: hushlogv1.Role_ROLE_USER, Parts: []*hushlogv1.Part{{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: s}}}},
		})
	}
	return in
}

// TestCanonicalExamples are the product's own, on the default policy.
func TestCanonicalExamples(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	for input, want := range map[string]string{
		"My social security number is 123-45-6789.": "My social security number is [REDACTED].",
		"My number is +1 415 555 0132.":             "My number is [MASKED].",
		"jane.doe@company.com":                      "j***@company.com",
	} {
		out, err := s.Sanitize(t.Context(), accepted(userSays(input)))
		require.NoError(t, err)
		require.Equal(t, want, out.Contents[0].GetText())
	}
}

func TestSanitizeKeepsMetadataAndSeparatesContent(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	in := userSays("Hello there")
	in.Messages = append(in.Messages, &hushlogv1.Message{Role: hushlogv1.Role_ROLE_ASSISTANT, Parts: []*hushlogv1.Part{
		{Part: &hushlogv1.Part_ToolCall{ToolCall: &hushlogv1.ToolCallPart{Id: "c1", Name: "find_user", Arguments: `{"email":"jane.doe@company.com"}`}}},
	}})
	in.Response = &hushlogv1.Response{Id: "resp-1", Choices: []*hushlogv1.Choice{{
		Message: &hushlogv1.Message{Parts: []*hushlogv1.Part{{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: "Hi"}}}}}, FinishReason: "stop",
	}}}
	in.Error = &hushlogv1.Error{Type: "timeout", Code: "504", Message: "upstream"}
	in.Model = &hushlogv1.Model{Name: "large-2", Temperature: proto.Float64(0.5)}
	in.EndUser = &hushlogv1.EndUser{Id: "customer 9", Attributes: map[string]string{"password": "hunter2hunter2"}}
	in.Guardrails = []*hushlogv1.GuardrailDecision{{Name: "g", Decision: "allow", Reason: "fine"}}
	out, err := s.Sanitize(t.Context(), accepted(in))
	require.NoError(t, err)

	r := out.Record
	require.Equal(t, "r-1", r.GetRequestId())
	require.Equal(t, "large-2", r.GetModel())
	require.InDelta(t, 0.5, r.GetTemperature(), 0)
	require.Equal(t, []string{"find_user"}, r.GetToolNames())
	require.Equal(t, []string{"stop"}, r.GetFinishReasons())
	require.True(t, r.GetFailed())
	require.Equal(t, "timeout", r.GetErrorType())
	require.Regexp(t, `^u_[a-z2-7]{26}$`, r.GetUserPseudonym())
	require.True(t, r.GetContentStored())
	require.NotEmpty(t, r.GetPolicyDigest())
	require.NotEmpty(t, r.GetRetentionLabel())
	require.Equal(t, "allow", r.GetGuardrails()[0].GetDecision())

	var rows []string
	for _, c := range out.Contents {
		rows = append(rows, fmt.Sprintf("%s|%s|%s|%s", c.GetPath(), c.GetKind(), roleWord(c.GetRole()), c.GetText()))
	}
	require.Equal(t, []string{
		"messages[0].parts[0].text.text|text|user|Hello there",
		`messages[1].parts[0].tool_call.arguments|tool_call|assistant|{"email":"j***@company.com"}`,
		"response.choices[0].message.parts[0].text.text|text|assistant|Hi",
		"error.message|error||upstream",
		"guardrails[0].reason|guardrail_decision||fine",
		`end_user.attributes|end_user||{"password":"[REDACTED]"}`,
	}, rows)
	require.Equal(t, "find_user", out.Contents[1].GetToolName())
	require.Equal(t, "c1", out.Contents[1].GetToolCallId())
	for i, c := range out.Contents {
		require.EqualValues(t, i, c.GetOrdinal())
	}
}

func TestMetadataThatIsAFindingIsReplaced(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	token := "ghp_" + strings.Repeat("Ab3dEf6h", 4) + "Zx9q"
	in := userSays("x")
	in.RequestId, in.SessionId = token, token
	in.Tags = []string{"fine", token}
	out, err := s.Sanitize(t.Context(), accepted(in))
	require.NoError(t, err)
	require.NotContains(t, out.Record.String(), token)
	require.Regexp(t, "^hashed-[0-9a-f]{32}$", out.Record.GetRequestId())
	require.Equal(t, out.Record.GetRequestId(), out.Record.GetSessionId(), "the same id gives the same hash: joins work")
	require.Equal(t, []string{"fine", "redacted"}, out.Record.GetTags())
	require.EqualValues(t, 3, out.Record.GetFindingCounts()["SECRET"])
}

func TestIdsOfDatesAndCountersAreKept(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	at := time.Date(2020, 6, 5, 0, 0, 0, 0, time.UTC)
	for i := range 3000 {
		in := userSays("x")
		in.RequestId = fmt.Sprintf("demo-%s-%04d", at.Add(time.Duration(i)*7919*time.Second).Format("20060102-150405"), i)
		in.SessionId = fmt.Sprintf("session-%d.%d", at.Unix()+int64(i)*7919, i)
		request, session := in.GetRequestId(), in.GetSessionId()
		out, err := s.Sanitize(t.Context(), accepted(in))
		require.NoError(t, err)
		require.Equal(t, request, out.Record.GetRequestId())
		require.Equal(t, session, out.Record.GetSessionId())
	}
}

func TestContentIsStoredOnlyWhenAllowed(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	for name, change := range map[string]func(*hushlogv1.Interaction){
		"no purpose":      func(in *hushlogv1.Interaction) { in.Purpose = "" },
		"unknown purpose": func(in *hushlogv1.Interaction) { in.Purpose = "fun" },
		"sender's wish":   func(in *hushlogv1.Interaction) { in.Logging = hushlogv1.LoggingWish_LOGGING_WISH_METADATA_ONLY },
	} {
		t.Run(name, func(t *testing.T) {
			in := userSays("write to jane.doe@company.com")
			change(in)
			out, err := s.Sanitize(t.Context(), accepted(in))
			require.NoError(t, err)
			require.Empty(t, out.Contents)
			require.False(t, out.Record.GetContentStored())
			require.EqualValues(t, 1, out.Record.GetFindingCounts()["EMAIL"], "findings are counted all the same")
		})
	}
}

func TestSecretIsRemovedWhereverItIsRepeated(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	password := "tr0ub" + "4dor&3x"
	out, err := s.Sanitize(t.Context(), accepted(userSays("My password is "+password, "I typed it: "+password+" and nothing happened")))
	require.NoError(t, err)
	for _, c := range out.Contents {
		require.NotContains(t, c.GetText(), password)
	}
}

func TestStrictClassIsAppliedFromTheBeginning(t *testing.T) {
	p := policy.Default()
	p.FindingActions.ByClass = map[policy.Class]map[redact.Type]redact.Action{policy.Restricted: {"EMAIL": redact.ActionRemove}}
	s := newTestSanitizer(t, p)
	out, err := s.Sanitize(t.Context(), accepted(userSays("SSN 123-45-6789, mail jane.doe@company.com")))
	require.NoError(t, err)
	require.Equal(t, hushlogv1.Class_CLASS_RESTRICTED, out.Record.GetClass())
	require.Equal(t, "SSN [REDACTED], mail [REDACTED]", out.Contents[0].GetText())
}

// withActions is the default policy with some actions replaced.
func withActions(t *testing.T, actions map[redact.Type]redact.Action) *policy.Policy {
	t.Helper()
	doc := string(policy.DefaultDocument())
	for of, action := range actions {
		set := "    " + string(of) + ": " + string(policy.Default().Actions()[of]) + "\n"
		require.Contains(t, doc, set)
		doc = strings.Replace(doc, set, "    "+string(of)+": "+string(action)+"\n", 1)
	}
	p, err := policy.Parse([]byte(doc))
	require.NoError(t, err)
	return p
}

// TestPseudonymsOfValues: equal within a project and a period, and unlinkable between two.
func TestPseudonymsOfValues(t *testing.T) {
	s := newTestSanitizer(t, withActions(t, map[redact.Type]redact.Action{redact.TypeEmail: redact.ActionPseudonym}))
	said := func(project string, at time.Time, text string) string {
		a := accepted(userSays(text))
		a.Project, a.AcceptedAt = project, timestamppb.New(at)
		out, err := s.Sanitize(t.Context(), a)
		require.NoError(t, err)
		return out.Contents[0].GetText()
	}
	day := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	first := said("demo", day, "jane.doe@company.com")
	require.Regexp(t, `^\[EMAIL:[a-z2-7]{8}\]$`, first)
	require.Equal(t, first, said("demo", day.Add(time.Hour), "Jane.Doe@company.com"))
	require.NotEqual(t, first, said("demo", day.Add(30*24*time.Hour), "jane.doe@company.com"), "another period")
	require.NotEqual(t, first, said("demo", day, "john.doe@company.com"))
	values := s.pseudonyms.At(day).Values
	one, other := values("demo", "2026")("EMAIL", "x"), values("shop", "2026")("EMAIL", "x")
	require.NotEqual(t, one, other, "another project")
}

func TestFieldIsDropped(t *testing.T) {
	s := newTestSanitizer(t, withActions(t, map[redact.Type]redact.Action{redact.TypeEmail: redact.ActionDropField}))
	out, err := s.Sanitize(t.Context(), accepted(userSays("write to jane.doe@company.com", "and nothing else")))
	require.NoError(t, err)
	require.Equal(t, "[DROPPED]", out.Contents[0].GetText())
	require.Equal(t, "and nothing else", out.Contents[1].GetText())
	require.True(t, out.Record.GetContentStored())
}

func TestActionKeepsMetadataOnly(t *testing.T) {
	s := newTestSanitizer(t, withActions(t, map[redact.Type]redact.Action{redact.TypeEmail: redact.ActionMetadataOnly}))
	out, err := s.Sanitize(t.Context(), accepted(userSays("write to jane.doe@company.com", "and nothing else")))
	require.NoError(t, err)
	require.Empty(t, out.Contents)
	require.False(t, out.Record.GetContentStored())
	require.EqualValues(t, 1, out.Record.GetFindingCounts()["EMAIL"])
	out, err = s.Sanitize(t.Context(), accepted(userSays("nothing here")))
	require.NoError(t, err)
	require.Len(t, out.Contents, 1)
}

// TestNothingOfTheInteractionSurvivesBesideContents walks what came out: no
// planted word is anywhere but in the sanitized texts.
func TestNothingOfTheInteractionSurvivesBesideContents(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	in := userSays("word zanzibarquux")
	in.Extra, _ = structpb.NewStruct(map[string]any{"zanzibarquux": "zanzibarquux"})
	in.EndUser = &hushlogv1.EndUser{Id: "zanzibarquux"}
	out, err := s.Sanitize(t.Context(), accepted(in))
	require.NoError(t, err)
	require.NotContains(t, out.Record.String(), "zanzibarquux")
	for _, f := range out.Findings {
		require.NotContains(t, f.String(), "zanzibarquux")
	}
	require.Len(t, out.Contents, 2)
}

func TestUninspectableIsAnErrorThatNamesThePlaceOnly(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	_, err := s.Sanitize(t.Context(), accepted(userSays("zq7 broken \xff\xfe")))
	require.ErrorIs(t, err, errUninspectable)
	require.ErrorContains(t, err, "messages[0].parts[0].text.text")
	require.NotContains(t, err.Error(), "zq7")
}
