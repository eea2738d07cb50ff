package contract_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/hushlog/hushlog/pkg/contract"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// TestEveryStringIsDeclared fails when somebody adds a string to what clients
// may send, or to what the system stores, and does not say what it is.
func TestEveryStringIsDeclared(t *testing.T) {
	roots := []proto.Message{
		&hushlogv1.LogRequest{}, &hushlogv1.LogBatchRequest{}, &hushlogv1.LogStreamRequest{},
		&hushlogv1.Accepted{}, &hushlogv1.Record{}, &hushlogv1.Contents{}, &hushlogv1.Finding{},
		&hushlogv1.LedgerDelta{}, &hushlogv1.Quarantined{}, &hushlogv1.Alert{}, &hushlogv1.AuditEntry{},
	}
	seen := map[protoreflect.FullName]bool{}
	for _, root := range roots {
		checkDeclared(t, root.ProtoReflect().Descriptor(), seen)
	}
	require.Greater(t, len(seen), 20)
}

func checkDeclared(t *testing.T, d protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) {
	t.Helper()
	if seen[d.FullName()] || strings.HasPrefix(string(d.FullName()), "google.protobuf.") {
		return
	}
	seen[d.FullName()] = true
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		if !holdsStrings(f) {
			if f.Kind() == protoreflect.MessageKind && !f.IsMap() {
				checkDeclared(t, f.Message(), seen)
			}
			continue
		}
		decl, _ := proto.GetExtension(f.Options(), hushlogv1.E_Field).(*hushlogv1.FieldDeclaration)
		// finding_counts is a map from a closed taxonomy to numbers, written by the redactor only.
		if f.FullName() == "hushlog.v1.Record.finding_counts" {
			continue
		}
		require.NotEqual(t, hushlogv1.FieldKind_FIELD_KIND_UNSPECIFIED, decl.GetKind(),
			"%s holds text and has no (hushlog.v1.field) option", f.FullName())
		require.False(t, f.IsList() && f.Kind() == protoreflect.MessageKind,
			"%s: a list of structures is not walked; wrap it in a message", f.FullName())
	}
}

func holdsStrings(f protoreflect.FieldDescriptor) bool {
	return f.IsMap() || f.Kind() == protoreflect.StringKind ||
		f.Kind() == protoreflect.MessageKind && f.Message().FullName() == "google.protobuf.Struct"
}

func TestWalkVisitsWithPaths(t *testing.T) {
	extra, err := structpb.NewStruct(map[string]any{"b": "2", "a": []any{"<x>", true, nil, 1.5}})
	require.NoError(t, err)
	m := &hushlogv1.Interaction{
		RequestId: "r-1",
		Messages: []*hushlogv1.Message{
			{Role: hushlogv1.Role_ROLE_USER, Parts: []*hushlogv1.Part{{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: "hi"}}}}},
			{Name: "bob", Parts: []*hushlogv1.Part{
				{Part: &hushlogv1.Part_ToolCall{ToolCall: &hushlogv1.ToolCallPart{Name: "f", Arguments: "{}"}}},
			}},
		},
		EndUser: &hushlogv1.EndUser{Id: "u", Attributes: map[string]string{"plan": "pro", "age": "4"}},
		Tags:    []string{"", "t1"},
		Extra:   extra,
	}
	var got []string
	err = contract.Walk(m, func(s *contract.String) error {
		got = append(got, s.Path()+"="+s.Value)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{
		"request_id=r-1",
		"messages[0].parts[0].text.text=hi",
		"messages[1].name=bob",
		"messages[1].parts[0].tool_call.name=f",
		"messages[1].parts[0].tool_call.arguments={}",
		"end_user.id=u",
		`end_user.attributes={"age":"4","plan":"pro"}`,
		"tags[1]=t1",
		`extra={"a":["<x>",true,null,1.5],"b":"2"}`,
	}, got)
}

func TestWalkSets(t *testing.T) {
	m := &hushlogv1.Interaction{
		RequestId: "r-1",
		Tags:      []string{"a", "b"},
		EndUser:   &hushlogv1.EndUser{Attributes: map[string]string{"k": "v"}},
	}
	err := contract.Walk(m, func(s *contract.String) error {
		if s.Kind == contract.Content {
			s.Set("")
			return nil
		}
		s.Set("x")
		return nil
	})
	require.NoError(t, err)
	require.True(t, proto.Equal(&hushlogv1.Interaction{
		RequestId: "x", Tags: []string{"x", "x"}, EndUser: &hushlogv1.EndUser{},
	}, m))
}

func TestTreesThatCannotBeRead(t *testing.T) {
	deep := structpb.NewStringValue("x")
	for range contract.MaxTreeDepth + 1 {
		deep = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{deep}})
	}
	for name, tc := range map[string]struct {
		value *structpb.Value
		want  error
	}{
		"not a number": {structpb.NewNumberValue(math.NaN()), contract.ErrNotFinite},
		"infinite":     {structpb.NewNumberValue(math.Inf(1)), contract.ErrNotFinite},
		"too deep":     {deep, contract.ErrTooDeep},
	} {
		t.Run(name, func(t *testing.T) {
			m := &hushlogv1.Interaction{Extra: &structpb.Struct{Fields: map[string]*structpb.Value{"k": tc.value}}}
			_, err := contract.CheckForms(m, 10)
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, "extra: ")
		})
	}
}

func TestForms(t *testing.T) {
	const (
		id    = hushlogv1.FieldForm_FIELD_FORM_ID
		trace = hushlogv1.FieldForm_FIELD_FORM_TRACE_ID
		span  = hushlogv1.FieldForm_FIELD_FORM_SPAN_ID
		name  = hushlogv1.FieldForm_FIELD_FORM_NAME
		model = hushlogv1.FieldForm_FIELD_FORM_MODEL
		label = hushlogv1.FieldForm_FIELD_FORM_LABEL
		media = hushlogv1.FieldForm_FIELD_FORM_MEDIA_TYPE
	)
	for _, tc := range []struct {
		form hushlogv1.FieldForm
		fits []string
		not  []string
	}{
		{id, []string{"a", "A-b_c.d:e+f=g/h", strings.Repeat("x", 128)}, []string{"", "a b", "a@b", "ä", "a\n", strings.Repeat("x", 129)}},
		{trace, []string{"4bf92f3577b34da6a3ce929d0e0e4736"}, []string{strings.Repeat("0", 32), "4BF92F3577B34DA6A3CE929D0E0E4736", "4bf9"}},
		{span, []string{"00f067aa0ba902b7"}, []string{strings.Repeat("0", 16), "00f067aa0ba902b"}},
		{name, []string{"support-chat", "eu-west.1", "0"}, []string{"Support", "-a", "a/b", strings.Repeat("x", 65)}},
		{model, []string{"gpt-4.1", "meta/Llama-3@v2", "org:m+x"}, []string{" x", "/x", "a b", "a,b"}},
		{label, []string{"rate_limit", "k=v", "HTTP/1.1", "team:red"}, []string{"a b", "a@b", ""}},
		{media, []string{"image/png", "application/vnd.api+json"}, []string{"png", "a/", "/a", "text/plain; charset=utf-8", "a/b c"}},
		{hushlogv1.FieldForm_FIELD_FORM_UNSPECIFIED, nil, []string{"", "a"}},
	} {
		t.Run(tc.form.String(), func(t *testing.T) {
			for _, s := range tc.fits {
				require.True(t, contract.Fits(tc.form, s), s)
			}
			for _, s := range tc.not {
				require.False(t, contract.Fits(tc.form, s), s)
			}
		})
	}
}

func TestEveryFormOfTheContractIsKnown(t *testing.T) {
	values := hushlogv1.FieldForm_FIELD_FORM_ID.Descriptor().Values()
	for i := range values.Len() {
		f := hushlogv1.FieldForm(values.Get(i).Number())
		if f == hushlogv1.FieldForm_FIELD_FORM_UNSPECIFIED {
			continue
		}
		require.NotEmpty(t, contract.Describe(f), f)
	}
}

func TestViolationsNameThePlaceAndNotTheValue(t *testing.T) {
	m := &hushlogv1.Interaction{RequestId: "has a space zq7", Environment: "PROD"}
	v, err := contract.CheckForms(m, 10)
	require.NoError(t, err)
	require.Len(t, v, 2)
	require.Equal(t, "request_id", v[0].Path)
	for _, violation := range v {
		require.NotContains(t, violation.Problem, "zq7")
		require.NotContains(t, violation.Problem, "PROD")
	}
	v, err = contract.CheckForms(m, 1)
	require.NoError(t, err)
	require.Len(t, v, 1)
}

func BenchmarkWalk(b *testing.B) {
	m := &hushlogv1.Interaction{RequestId: "r", Project: "p", Model: &hushlogv1.Model{Name: "m"}}
	for range 6 {
		m.Messages = append(m.Messages, &hushlogv1.Message{Parts: []*hushlogv1.Part{
			{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: "hello"}}},
		}})
	}
	b.ReportAllocs()
	for b.Loop() {
		err := contract.Walk(m, func(*contract.String) error { return nil })
		require.NoError(b, err)
	}
}
