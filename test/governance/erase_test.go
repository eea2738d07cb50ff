package governance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/client"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// log sends n interactions of an end user, each with a sentence that is theirs alone.
func (d *deployment) log(t *testing.T, c *client.Client, user string, n int) {
	t.Helper()
	for i := range n {
		_, err := c.Log(t.Context(), &hushlogv1.Interaction{
			RequestId: fmt.Sprintf("%s-%d-%d", user, i, time.Now().UnixNano()), StartedAt: timestamppb.Now(), Purpose: "debugging",
			Model: &hushlogv1.Model{Provider: "acme", Name: "acme-large"}, EndUser: &hushlogv1.EndUser{Id: user},
			Messages: []*hushlogv1.Message{{Role: hushlogv1.Role_ROLE_USER, Parts: []*hushlogv1.Part{
				{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: "what is the tide at the harbour of " + strings.ToLower(user) + " today"}}},
			}}},
		})
		require.NoError(t, err)
	}
}

// eraseAs asks for an erasure as a role.
func (d *deployment) eraseAs(t *testing.T, role, user string) (string, bool) {
	t.Helper()
	return d.about(t, role, user, "erase", "--project", "demo")
}

// about runs the binary as a role, with an end user's id on standard input.
func (d *deployment) about(t *testing.T, role, user string, args ...string) (string, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, d.Binary(), args...)
	cmd.Env = append(os.Environ(), "HUSHLOG_DIR="+d.Layout().Dir, "HUSHLOG_SERVER="+d.Addresses.Query, "HUSHLOG_TOKEN="+d.Target.Tokens[role])
	cmd.Stdin = strings.NewReader(user + "\n")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return strings.TrimSpace(out.String()), err == nil
}

// receipt waits for the end of an erasure.
func (d *deployment) receipt(t *testing.T, id string) (string, bool) {
	t.Helper()
	var out string
	var ok bool
	eventually(t, "the receipt of an erasure", func() bool {
		out, ok = d.hushlog(t, "compliance", "erase", "status", id, "--purpose", "security")
		return ok || strings.Contains(out, "nothing was erased")
	})
	return out, ok
}

// TestErasure: one end user's rows go from every table and from the disk, another's stay; retention is
// killed on the way, and ingest, which then stores its last blocks again, brings nothing back.
func TestErasure(t *testing.T) {
	t.Parallel()
	d := start(t)
	admin, err := store.Open(t.Context(), store.Config{Addresses: []string{d.Addresses.ClickHouse}, User: identity.Admin, TLS: d.Layout().TLS(identity.Admin)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = admin.Close() })
	m := &matrix{t: t, d: d, clients: map[string]*httpClient{}}
	m.removeSoon(store.ErasablePlaces()...)

	c, err := client.New(d.Target.GatewayGRPC, client.Options{APIKey: d.Target.APIKey, TLS: d.Target.TLS})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	d.log(t, c, "Quorlimp", 4)
	d.log(t, c, "Zantrevel", 3)
	count := func(table, where string) string {
		return d.sql(t, "security", "SELECT count() FROM "+table+" WHERE "+where)
	}
	eventually(t, "all rows", func() bool { return count("interactions", "1") == "7" && count("contents", "1") == "7" })
	pseudonym := d.sql(t, "security", "SELECT any(user_pseudonym) FROM interactions WHERE request_id LIKE 'Quorlimp-%'")
	require.True(t, identity.IsSubject(pseudonym))
	before := d.parts(m)

	out, ok := d.eraseAs(t, "analyst", "Quorlimp")
	require.False(t, ok)
	require.Contains(t, out, "not-allowed")
	nobody, ok := d.eraseAs(t, "compliance", "nobody-at-all")
	require.True(t, ok, nobody)
	id, ok := d.eraseAs(t, "compliance", "Quorlimp")
	require.True(t, ok, id)

	eventually(t, "the tombstones", func() bool {
		return d.sql(t, "compliance", "SELECT count() FROM erasures WHERE state = 'started' AND request_id = '"+id+"'") == "1"
	})
	require.NoError(t, d.Kill(identity.Retention))
	receipt, ok := d.receipt(t, id)
	require.True(t, ok, receipt)
	require.Contains(t, receipt, `"interactions": 4`)
	require.Contains(t, receipt, `"contents": 4`)
	require.Contains(t, receipt, `"state": "erased"`)
	path := filepath.Join(t.TempDir(), "receipt")
	require.NoError(t, os.WriteFile(path, []byte(receipt+"\n"), 0o600))
	d.must(t, "compliance", "erase", "verify", path)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(receipt, `"contents": 4`, `"contents": 5`, 1)+"\n"), 0o600))
	_, ok = d.hushlog(t, "compliance", "erase", "verify", path)
	require.False(t, ok, "a changed receipt")
	archive := filepath.Join(t.TempDir(), "evidence.tar.gz")
	d.must(t, "compliance", "evidence", "--purpose", "security", "--out", archive)
	require.Contains(t, d.must(t, "compliance", "evidence", "verify", archive), "receipts/erased-"+id+".note")

	gone := func() {
		t.Helper()
		require.Equal(t, "0", count("interactions", "user_pseudonym = '"+pseudonym+"'"))
		require.Equal(t, "0", count("contents", "text LIKE '%quorlimp%'"))
		require.Equal(t, "3", count("interactions", "1"))
		require.Equal(t, "3", count("contents", "1"))
	}
	gone()
	for _, part := range before {
		require.NotContains(t, d.parts(m), part, "the part that held the rows is gone from the disk")
	}
	d.must(t, "compliance", "ledger", "--purpose", "security", "--check", "--checked-after", "0s")

	require.NoError(t, d.Kill(identity.Ingest)) // stores its last blocks again
	require.NoError(t, d.WaitReady(t.Context(), identity.Ingest))
	d.log(t, c, "Quorlimp", 1)
	eventually(t, "what came after the request is stored", func() bool { return count("interactions", "user_pseudonym = '"+pseudonym+"'") == "1" })
	require.Equal(t, "4", count("interactions", "1"))
	require.Equal(t, "4", count("contents", "1"))

	out, ok = d.receipt(t, nobody)
	require.False(t, ok, "an id that is not there is not reported as a success")
	require.Contains(t, out, `"state": "not-found"`)
	require.Equal(t, "1", d.sql(t, "compliance", "SELECT count() FROM audit WHERE action = 'erasure' AND outcome = 'ok' AND rows >= 8 AND ref = '"+id+"'"))
	require.Equal(t, "0", d.sql(t, "compliance", "SELECT count() FROM audit WHERE statement LIKE '%uorlimp%'"))
}

// removeSoon has parts out of use removed within seconds: a minute in production.
func (m *matrix) removeSoon(tables ...string) {
	for _, table := range tables {
		m.insert("ALTER TABLE hushlog." + table + " MODIFY SETTING old_parts_lifetime = 1, cleanup_delay_period = 1, max_cleanup_delay_period = 1")
	}
}

// parts are the names of all parts of the tables with end users, in use or not, as tables and names.
func (d *deployment) parts(m *matrix) []string {
	ok, answer := m.direct(identity.Admin, "SELECT concat(table, ' ', name) FROM system.parts WHERE database = 'hushlog' AND table IN ('interactions', 'contents') ORDER BY 1")
	require.True(m.t, ok, answer)
	return strings.Split(answer, "\n")
}

// TestAnErasureIsOfEveryPeriod: the key of pseudonyms changes while an end user is logged; what was logged under both keys
// goes by one request, and a key under which something may still be on its way is not destroyed.
func TestAnErasureIsOfEveryPeriod(t *testing.T) {
	t.Parallel()
	d := start(t)
	c, err := client.New(d.Target.GatewayGRPC, client.Options{APIKey: d.Target.APIKey, TLS: d.Target.TLS})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	m := &matrix{t: t, d: d, clients: map[string]*httpClient{}}
	m.removeSoon(store.ErasablePlaces()...)
	users := func() string {
		return d.sql(t, "security", "SELECT count(), uniqExact(user_pseudonym) FROM interactions WHERE request_id LIKE 'Ombrivane-%'")
	}
	d.log(t, c, "Ombrivane", 2)
	eventually(t, "rows of the first period", func() bool { return users() == "2\t1" })
	// A key that holds within seconds, where the command wants a minute: redactors read the file every few.
	key, err := os.ReadFile(d.Layout().PseudonymKey())
	require.NoError(t, err)
	change := time.Now().UTC().Add(20 * time.Second).Truncate(time.Second)
	require.NoError(t, os.WriteFile(d.Layout().PseudonymKey(), []byte("2026-01-01T00:00:00Z "+strings.TrimSpace(string(key))+"\n"+
		change.Format(time.RFC3339)+" "+strings.Repeat("5c", identity.KeySize)+"\n"), 0o600))
	eventually(t, "the change", func() bool { return time.Now().After(change) })
	d.log(t, c, "Ombrivane", 3)
	eventually(t, "rows of the second period", func() bool { return users() == "5\t2" })

	config := d.adminConfig()
	require.Contains(t, d.must(t, "compliance", "pseudonyms", "destroy", "--dir", d.Layout().Dir, "--config", config), "0 destroyed")
	d.must(t, "compliance", "pseudonyms", "rotate", "--dir", d.Layout().Dir, "--config", config)
	require.Len(t, lines(d.must(t, "compliance", "pseudonyms", "list", "--dir", d.Layout().Dir)), 4)
	require.Contains(t, d.must(t, "compliance", "pseudonyms", "rotate", "--dir", d.Layout().Dir, "--config", config, "--if-older", "1h"), "nothing is changed")
	eventually(t, "the new key on the trail", func() bool {
		return d.sql(t, "compliance", "SELECT countIf(phase = 'intent'), countIf(outcome = 'ok') FROM audit WHERE action = 'pseudonym-key'") == "1\t1"
	})

	id, ok := d.eraseAs(t, "compliance", "Ombrivane")
	require.True(t, ok, id)
	receipt, ok := d.receipt(t, id)
	require.True(t, ok, receipt)
	require.Contains(t, receipt, `"interactions": 5`)
	require.Equal(t, "0\t0", users())
}
