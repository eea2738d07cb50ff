package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/client"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/test/stack"
)

// TestTheLargestInteractionPasses sends one of just below the policy's limit,
// full of private values, and one above it: the first goes all the way on
// brokers with default settings, the second is refused with the limit.
func TestTheLargestInteractionPasses(t *testing.T) {
	s := stack.Start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c, err := client.New(s.Target.GatewayGRPC, client.Options{APIKey: s.Target.APIKey, TLS: s.Target.TLS, Timeout: 30 * time.Second})
	require.NoError(t, err)
	defer func() { _ = c.Close() }()

	limit := int(s.Policy.Limits.MaxInteractionBytes)
	mail := "jane.roe" + "@" + "mailbox.org"
	large := interactionOf("large", strings.Repeat("Some words, and then "+mail+" again. ", (limit-4096)/(len(mail)+29)))
	require.Less(t, proto.Size(large), limit)
	require.Greater(t, proto.Size(large), limit*9/10)
	_, err = c.Log(ctx, large)
	require.NoError(t, err)

	_, err = c.Log(ctx, interactionOf("too-large", strings.Repeat("x", limit+1)))
	require.ErrorContains(t, err, "4 MiB")

	counted(ctx, t, s, 1)
	rows, err := s.Target.Ask(ctx, "security", "SELECT toInt64(length(text)) AS n, toInt64(countSubstrings(text, 'j***@mailbox.org')) AS masked FROM hushlog.contents WHERE request_id = 'large'")
	require.NoError(t, err)
	require.Len(t, rows, 1)
	found, err := s.Target.Ask(ctx, "security", "SELECT toInt64(count()) AS n FROM hushlog.findings WHERE request_id = 'large'")
	require.NoError(t, err)
	require.Equal(t, rows[0]["masked"], found[0]["n"], "each is masked and told of")
	require.Greater(t, fmt.Sprint(found[0]["n"]), "1")
}

func interactionOf(id, text string) *hushlogv1.Interaction {
	return &hushlogv1.Interaction{
		RequestId: id, Purpose: "debugging", StartedAt: timestamppb.Now(),
		Messages: []*hushlogv1.Message{{Role: hushlogv1.Role_ROLE_USER, Parts: []*hushlogv1.Part{
			{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: text}}},
		}}},
	}
}
