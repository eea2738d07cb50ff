package governance

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPrivacyCheck runs the check against a whole deployment, and against one in which a person has a role that is not
// the one it is said to be.
func TestPrivacyCheck(t *testing.T) {
	t.Parallel()
	d := start(t)
	check := func(engineering string) (string, bool) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
		defer cancel()
		cmd := exec.CommandContext(ctx, d.Binary(), "privacy-check", "--gateway", d.Target.GatewayGRPC, "--rest", d.Target.GatewayREST)
		cmd.Env = append(os.Environ(), "HUSHLOG_DIR="+d.Layout().Dir, "HUSHLOG_SERVER="+d.Addresses.Query, "HUSHLOG_API_KEY="+d.Target.APIKey,
			"HUSHLOG_TOKEN_ENGINEERING="+d.Target.Tokens[engineering])
		for _, role := range []string{"compliance", "oncall", "security"} {
			cmd.Env = append(cmd.Env, "HUSHLOG_TOKEN_"+strings.ToUpper(role)+"="+d.Target.Tokens[role])
		}
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		err := cmd.Run()
		return out.String(), err == nil
	}
	out, ok := check("engineering")
	require.True(t, ok, out)
	t.Log("\n" + out)
	require.Equal(t, 8, strings.Count(out, "pass  "), out)

	recorded := func(outcome string) string {
		return d.sql(t, "compliance", "SELECT count(), any(ref) FROM audit WHERE action = 'privacy-check' AND startsWith(actor, 'p_') AND outcome = '"+outcome+"'")
	}
	eventually(t, "the verdict on the trail", func() bool { return strings.HasPrefix(recorded("ok"), "1\t") })
	require.Contains(t, out, "ref "+strings.TrimPrefix(recorded("ok"), "1\t")+" ")

	out, ok = check("security")
	require.False(t, ok, out)
	require.Regexp(t, `(?m)^FAIL  roles read what they may +engineering read contents$`, out)
	require.Equal(t, 7, strings.Count(out, "pass  "), out)
	require.Contains(t, out, "1 checks failed")
	eventually(t, "the other verdict", func() bool { return strings.HasPrefix(recorded("failed"), "1\t") })

	out, ok = d.hushlog(t, "security", "privacy-check")
	require.False(t, ok)
	require.Contains(t, out, "set in the environment: HUSHLOG_API_KEY, HUSHLOG_TOKEN_ENGINEERING")
}
