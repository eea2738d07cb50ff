package governance

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/client"
	"github.com/hushlog/hushlog/pkg/evidence"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/report"
)

// TestReviewsAndReports lets a deployment have run for a hundred days by dating a run back: reviews of the weeks,
// months and quarter are made, each once, also when retention is killed; they are read, signed by who may, and
// what was not signed in time is told. A report's figures run under the role of whoever asks.
func TestReviewsAndReports(t *testing.T) {
	t.Parallel()
	d := start(t)
	m := &matrix{t: t, d: d, clients: map[string]*httpClient{}}
	c, err := client.New(d.Target.GatewayGRPC, client.Options{APIKey: d.Target.APIKey, TLS: d.Target.TLS})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	d.log(t, c, "Quorlimp", 4)
	eventually(t, "all rows", func() bool { return d.sql(t, "security", "SELECT count() FROM contents") == "4" })

	born := time.Now().UTC().AddDate(0, 0, -100)
	m.insert("INSERT INTO hushlog.retention_runs (run_id, at) VALUES ('first', '" + born.Format(time.DateTime) + "')")
	// What somebody did then stands in a figure: the text of the review has the pseudonym, and is what was signed only with it.
	const acts = "FROM hushlog.audit WHERE phase = 'outcome' AND role = 'security'"
	eventually(t, "an act", func() bool { return d.sql(t, "compliance", "SELECT count() > 0 "+acts) == "1" })
	m.insert("INSERT INTO hushlog.audit SELECT * REPLACE (toDateTime64('" + born.AddDate(0, 0, 1).Format(time.DateTime) + "', 3, 'UTC') AS at, randomFixedString(16) AS entry_id) " +
		acts + " LIMIT 1")
	var want []string
	for _, kind := range report.Kinds() {
		for _, period := range kind.Ended(born, time.Now().Add(-10*time.Minute)) {
			want = append(want, kind.ID(period))
		}
	}
	slices.Sort(want)
	made := func() []string {
		return strings.Split(d.sql(t, "compliance", "SELECT review_id FROM reviews ORDER BY review_id"), "\n")
	}
	// A round makes five at most, and the next one comes in a minute: whoever takes over begins one at once. So retention is
	// killed in the first round, and whenever a round's worth is there.
	kill := 1
	eventually(t, "every review", func() bool {
		now := made()
		if slices.Equal(want, now) {
			return true
		}
		if n := len(slices.DeleteFunc(now, func(id string) bool { return id == "" })); n >= kill {
			kill = n + 5
			_ = d.Kill(identity.Retention)
			require.NoError(t, d.WaitReady(t.Context(), identity.Retention))
		}
		return false
	})
	require.Equal(t, want, made(), "each once")
	eventually(t, "overdue ones are told", func() bool { return slices.Contains(d.Target.Alerts(), "review-overdue") })
	out, ok := d.hushlog(t, "compliance", "review", "list", "--purpose", "security", "--check")
	require.False(t, ok)
	require.Contains(t, out, "reviews were not signed in time")

	id := want[0]
	require.Regexp(t, "^compliance-", id)
	shown := d.must(t, "compliance", "review", "show", id, "--purpose", "security")
	require.Contains(t, shown, "to be signed by compliance")
	quarter := slices.IndexFunc(want, func(id string) bool { return strings.HasPrefix(id, "security-") })
	require.Contains(t, d.must(t, "compliance", "review", "show", want[quarter], "--purpose", "security"), d.actor(t, "test-security")+" (security)")
	digest := regexp.MustCompile(`(?m)^digest ([0-9a-f]{64})$`).FindStringSubmatch(shown)[1]
	out, ok = d.hushlog(t, "analyst", "review", "sign", id, "--purpose", "security", "--digest", digest)
	require.False(t, ok, out)
	out, ok = d.hushlog(t, "compliance", "review", "sign", id, "--purpose", "security", "--digest", strings.Repeat("0", 64))
	require.False(t, ok, out)
	d.must(t, "compliance", "review", "sign", id, "--purpose", "security", "--digest", digest)
	eventually(t, "the signature", func() bool {
		return regexp.MustCompile(`(?m)^` + id + ` .* signed +test-compliance +compliance +20\d\d-`).MatchString(d.must(t, "compliance", "review", "list", "--purpose", "security"))
	})
	require.Equal(t, id+"."+digest, d.sql(t, "compliance", "SELECT DISTINCT ref FROM audit WHERE action = 'review-sign' AND outcome = 'ok'"))
	require.Equal(t, "1", d.sql(t, "compliance", "SELECT count() FROM audit WHERE action = 'review' AND ref = '"+id+"."+digest+"'"))

	d.requireEvidence(t, want)

	m.insert("ALTER TABLE hushlog.reviews UPDATE text = replaceAll(text, 'compliance', 'convenience') WHERE review_id = '" + want[1] + "' SETTINGS mutations_sync = 2")
	out, ok = d.hushlog(t, "compliance", "review", "show", want[1], "--purpose", "security")
	require.False(t, ok)
	require.Contains(t, out, "not the review that was made")

	var r report.Report
	require.NoError(t, json.Unmarshal([]byte(d.must(t, "compliance", "report", "--purpose", "security", "--output", "json")), &r))
	rows := map[string]map[string]float64{}
	for _, f := range r.Figures {
		require.Empty(t, f.Refused, f.Name)
		rows[f.Name] = map[string]float64{}
		for _, row := range f.Rows {
			rows[f.Name][row.Label] = row.Value
		}
	}
	require.InDelta(t, 4, rows["models"]["acme-large"], 0)
	require.InDelta(t, 4, rows["purposes"]["debugging"], 0)
	require.InDelta(t, 0, rows["content-without-purpose"]["without purpose"], 0)
	require.InDelta(t, 0, rows["ledger-gap"]["demo"], 0)
	require.InDelta(t, 1, rows["signatures"][d.actor(t, "test-compliance")], 0)
	require.Positive(t, rows["content-access"][d.actor(t, "test-security")+" (security)"])
	require.InDelta(t, 1, rows["policy-versions"][d.Policy.Digest()], 0)
	page := filepath.Join(t.TempDir(), "report.html")
	html := d.must(t, "engineering", "report", "--purpose", "security", "--framework", "SOC 2")
	require.NoError(t, os.WriteFile(page, []byte(html), 0o600))
	require.Contains(t, html, "SOC 2 CC7.2, CC7.3")
	require.NotContains(t, html, "GDPR")
	require.Contains(t, html, "not shown: the role may not read a table or column of it")
	require.NotContains(t, strings.ToLower(html), "quorlimp")
}

// requireEvidence packs evidence with one command, finds in it what belongs there and nothing of content, and finds out what is
// done to it.
func (d *deployment) requireEvidence(t *testing.T, reviews []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "evidence.tar.gz")
	out, ok := d.hushlog(t, "engineering", "evidence", "--purpose", "security", "--out", path)
	require.False(t, ok, out)
	require.NoFileExists(t, path, "what the role may not read is not left out in silence")
	d.must(t, "compliance", "evidence", "--purpose", "security", "--out", path, "--since", "120d")
	verified := d.must(t, "compliance", "evidence", "verify", path)
	require.Contains(t, verified, "by "+d.actor(t, "test-compliance")+" (compliance)")
	for _, name := range []string{
		"README.txt", "access.json", "leaks.json", "ledger.json", "policy/explain.txt", d.Policy.Digest() + ".yaml", "report.html", "report.json",
		"retention.json", "reviews/list.json", "reviews/" + reviews[0] + ".json", "roles.txt", "trail/checkpoint", "trail/verified.txt",
	} {
		require.Contains(t, verified, name)
	}
	_, ok = d.hushlog(t, "compliance", "evidence", "--purpose", "security", "--out", path)
	require.False(t, ok, "a file that is there is not replaced")

	verifier, err := identity.LoadTrailVerifier(d.Layout().TrailVerifyKey())
	require.NoError(t, err)
	packed, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = evidence.Verify(bytes.NewReader(packed), verifier, func(name string, data []byte) error {
		require.NotContains(t, strings.ToLower(string(data)), "quorlimp", name)
		require.NotContains(t, string(data), "test-compliance", "%s: an erasure of the person does not reach it", name)
		if name == "trail/verified.txt" {
			require.Contains(t, string(data), "verified: ")
		}
		if name == "ledger.json" {
			require.Contains(t, string(data), `"stored": "4"`)
		}
		if name == "roles.txt" {
			require.Contains(t, string(data), "may sign-compliance")
			require.Contains(t, string(data), "of contents only rows where classification IN ('Public', 'Internal', 'Sensitive')")
		}
		return nil
	})
	require.NoError(t, err)
	packed[len(packed)/2] ^= 1
	require.NoError(t, os.WriteFile(path, packed, 0o600))
	_, ok = d.hushlog(t, "compliance", "evidence", "verify", path)
	require.False(t, ok, "a changed archive")
}
