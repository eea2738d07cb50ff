package governance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/test/stack"
)

// TestRestrict: people suspend and resume a project and an end user; the suspension outlives the gateway's process; a rule
// limits by itself whom it fires for, with an alert and an entry on the trail.
func TestRestrict(t *testing.T) {
	t.Parallel()
	d := &deployment{stack.StartAs(t, stack.Plan{Before: func(l identity.Layout) {
		document, err := os.ReadFile(l.Policy())
		require.NoError(t, err)
		limits := strings.Replace(string(document), "\n  restrict: {}\n", "\n  restrict: {repeated-failures-user: {sender: user, events_per_minute: 1, for: 1h}}\n", 1)
		require.NotEqual(t, string(document), limits)
		_, err = policy.Parse([]byte(limits))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(l.Policy(), []byte(limits), 0o600))
	}})}
	list := func(args ...string) string {
		return d.must(t, "security", append([]string{"project", "list"}, args...)...)
	}
	ordered := func(args ...string) string {
		return d.must(t, "security", append([]string{"project"}, append(args, "--purpose", "security")...)...)
	}
	becomes := func(user, want string) {
		eventually(t, user+" gets "+want, func() bool { return d.send(t, user, false) == want })
	}
	becomes("Quorlimp", "OK")
	becomes("Zantrevel", "OK")
	out, ok := d.hushlog(t, "analyst", "project", "suspend", "demo", "--for", "1h", "--purpose", "security")
	require.False(t, ok)
	require.Contains(t, out, "not-allowed")

	order := ordered("suspend", "demo", "--for", "1h")
	becomes("Quorlimp", "PROJECT_SUSPENDED")
	require.Regexp(t, "(?m)^demo +- +suspended .* p_[a-z2-7]{26} +- +"+order+"$", list())
	require.Regexp(t, "(?m)^demo +- +suspended .* test-security +- +"+order+"$", list("--purpose", "security"), "people are named as in the other lists")
	require.NoError(t, d.Kill(identity.Gateway))
	eventually(t, "a gateway that begins anew takes nothing either", func() bool {
		got := d.send(t, "Zantrevel", false)
		require.NotEqual(t, "OK", got)
		return got == "PROJECT_SUSPENDED"
	})
	ordered("resume", "demo")
	becomes("Quorlimp", "OK")
	require.Equal(t, "2", d.sql(t, "compliance", "SELECT count() FROM audit WHERE action = 'project-suspend' AND ref = 'demo/"+order+"' AND startsWith(actor, 'p_') AND purpose = 'security'"))

	// One end user, by the pseudonym that the tables have.
	var pseudonym string
	eventually(t, "the row of the end user", func() bool {
		pseudonym = d.sql(t, "security", "SELECT any(user_pseudonym) FROM contents INNER JOIN interactions USING (project, request_id) WHERE text LIKE '%zantrevel%'")
		return pseudonym != ""
	})
	ordered("suspend", "demo", "--user", pseudonym, "--for", "1h")
	becomes("Zantrevel", "USER_SUSPENDED")
	require.Equal(t, "OK", d.send(t, "Quorlimp", false))
	ordered("resume", "demo", "--user", pseudonym)
	becomes("Zantrevel", "OK")

	// A rule: five failures of one end user.
	for range 6 {
		require.Equal(t, "OK", d.send(t, "Quorlimp", true))
	}
	becomes("Quorlimp", "USER_LIMITED")
	require.Equal(t, "OK", d.send(t, "Zantrevel", false))
	require.Regexp(t, "(?m)^demo +[0-9a-f]{32} +1/min .* alert +repeated-failures-user +[0-9a-f]{32}$", list())
	limited := func() string {
		return d.sql(t, "compliance", "SELECT count() FROM audit WHERE action = 'project-limit' AND actor = 'alert' AND purpose = 'repeated-failures-user' AND outcome = 'ok'")
	}
	eventually(t, "the entry on the trail", func() bool { return limited() == "1" })
	eventually(t, "the alert", func() bool {
		return d.sql(t, "security", "SELECT count() FROM alerts WHERE rule = 'sender-restricted' AND keys['actor'] = 'alert'") != "0"
	})
	// A block's step of the ledger is there before its rows of interactions, so books and rows agree once the last has come.
	eventually(t, "books and rows to agree", func() bool {
		_, agree := d.hushlog(t, "compliance", "ledger", "--purpose", "security", "--check", "--checked-after", "0s")
		return agree
	})
	require.Equal(t, "0", d.metric(t, identity.Gateway, `hushlog_gateway_restriction_records_total{outcome="refused"}`))
}

// send sends one interaction of an end user over REST and says what became of it: OK, or the reason.
func (d *deployment) send(t *testing.T, user string, failed bool) string {
	t.Helper()
	failure := ""
	if failed {
		failure = `, "error": {"type": "timeout"}`
	}
	body := fmt.Sprintf(`{"started_at": %q, "purpose": "debugging", "model": {"provider": "acme", "name": "acme-large"}, "end_user": {"id": %q},
		"messages": [{"role": "ROLE_USER", "parts": [{"text": {"text": "what is the tide at the harbour of %s today"}}]}]%s}`,
		time.Now().UTC().Format(time.RFC3339), user, strings.ToLower(user), failure)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+d.Target.GatewayREST+"/v1/interactions", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+d.Target.APIKey)
	req.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: d.Target.TLS}, Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return "no answer" // as of a gateway that is being started
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode == http.StatusOK {
		return "OK"
	}
	var answer struct {
		Details []struct {
			Reason string `json:"reason"`
		} `json:"details"`
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&answer))
	for _, detail := range answer.Details {
		if detail.Reason != "" {
			return detail.Reason
		}
	}
	return res.Status
}
