package redactor

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// TestEndUserIsNamedNowhere: the id beside its pseudonym would say whose it is.
func TestEndUserIsNamedNowhere(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	const id = "client-x7k2m"
	in := userSays("ticket of client-x7k2m, opened by client-x7k2m.", "client-x7k2mb and xclient-x7k2m are others")
	in.EndUser = &hushlogv1.EndUser{Id: id, Attributes: map[string]string{id: "account " + id}}
	in.RequestId, in.SessionId, in.ConversationId = id+"/7", "sess:"+id, id
	in.Tags = []string{"user=" + id, "beta"}
	in.Service = "client"
	out, err := s.Sanitize(t.Context(), accepted(in))
	require.NoError(t, err)
	who := out.Record.GetUserPseudonym()
	require.Regexp(t, `^u_[a-z2-7]{26}$`, who)
	require.NotContains(t, out.Record.String(), id)
	require.Equal(t, "ticket of "+who+", opened by "+who+".", out.Contents[0].GetText())
	require.Equal(t, "client-x7k2mb and xclient-x7k2m are others", out.Contents[1].GetText())
	require.JSONEq(t, `{"`+who+`":"account `+who+`"}`, out.Contents[2].GetText())
	require.Regexp(t, "^hashed-[0-9a-f]{32}$", out.Record.GetSessionId())
	require.Equal(t, []string{"redacted", "beta"}, out.Record.GetTags())
	require.Equal(t, "client", out.Record.GetService())
	require.Empty(t, out.Findings, "a pseudonym is no finding")
}

// TestIdsThatAreWordsStay: taking those out would take words out of what others say.
func TestIdsThatAreWordsStay(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	for _, id := range []string{"customer", "u-1", "42"} {
		in := userSays("the customer asks about u-1 and 42")
		in.SessionId, in.EndUser = "s:"+id, &hushlogv1.EndUser{Id: id}
		out, err := s.Sanitize(t.Context(), accepted(in))
		require.NoError(t, err)
		require.Equal(t, "the customer asks about u-1 and 42", out.Contents[0].GetText())
		require.Equal(t, "s:"+id, out.Record.GetSessionId())
		require.NotEmpty(t, out.Record.GetUserPseudonym())
	}
}
