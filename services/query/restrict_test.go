package query_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/stream"
	"github.com/hushlog/hushlog/services/query"
)

// topic is the restrictions topic, read back by a state as gateways do.
type topic struct {
	t     *testing.T
	state *restrict.State
	err   error
	key   []byte
}

func (f *topic) Publish(_ context.Context, records []*kgo.Record) []error {
	if f.err != nil {
		return []error{f.err}
	}
	require.Equal(f.t, stream.TopicRestrictions, records[0].Topic)
	f.key = records[0].Key
	return []error{f.state.Add(records[0].Value)}
}

func restrictingHouse(t *testing.T, known chan struct{}) (*house, *topic) {
	t.Helper()
	key := func(n byte) ed25519.PrivateKey {
		return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
	}
	public := func(n byte) ed25519.PublicKey { return key(n).Public().(ed25519.PublicKey) } //nolint:forcetypeassert // an Ed25519 key has one
	state, err := restrict.NewState(restrict.Keys{People: public(1), Rules: public(2), Senders: public(3)}, restrict.ByPolicy(policy.Default()), nil)
	require.NoError(t, err)
	to := &topic{t: t, state: state}
	h := newHouse(t, func(_ *query.Config, d *query.Deps) {
		d.Requests, d.Restrictions = to, query.Restrictions{State: state, Sign: key(1), Known: known}
		d.People = fakePeople{
			"ada": {Name: "ada", Role: "analyst", TokenID: "t1", Expires: time.Now().Add(time.Hour)},
			"sam": {Name: "sam", Role: "security", TokenID: "t2", Expires: time.Now().Add(time.Hour)},
		}
	})
	return h, to
}

func closed() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func TestSendersAreSuspendedLimitedAndResumed(t *testing.T) {
	h, to := restrictingHouse(t, closed())
	pseudonym := identity.SubjectPrefix + strings.Repeat("a", 26)
	for _, tc := range []struct {
		body, action string
		inForce      int
		what         string
	}{
		{`{"action":"suspend","project":"demo","purpose":"security","seconds":3600}`, "project-suspend", 1, `"action":"suspend"`},
		{`{"action":"limit","project":"demo","purpose":"security","events_per_minute":30,"seconds":60}`, "project-limit", 1, `"events_per_minute":30`},
		{`{"action":"limit","project":"demo","purpose":"security","pseudonym":"` + pseudonym + `","events_per_minute":6,"seconds":60}`, "project-limit", 2, restrict.UserHash("demo", pseudonym).String()},
		{`{"action":"resume","project":"demo","purpose":"security"}`, "project-resume", 1, restrict.UserHash("demo", pseudonym).String()},
		{`{"action":"resume","project":"demo","purpose":"security","pseudonym":"` + pseudonym + `"}`, "project-resume", 0, `[]`},
	} {
		got := h.post(t, "sam", "/v1/restrictions", tc.body)
		require.Equal(t, http.StatusAccepted, got.status, got.body)
		entries := h.kafka.all()
		intent, outcome := entries[len(entries)-2], entries[len(entries)-1]
		require.Equal(t, tc.action, outcome.GetAction())
		require.Equal(t, []string{standIn("sam"), "security", audit.OK}, []string{outcome.GetActor(), outcome.GetPurpose(), outcome.GetOutcome()})
		require.Equal(t, intent.GetActId(), outcome.GetActId())
		require.Equal(t, restrict.Ref("demo", restrict.Hash(to.key)), outcome.GetRef())
		for _, e := range entries {
			require.NotContains(t, e.String(), pseudonym, "the trail names no end user")
		}
		list := h.list(t, "sam")
		require.Equal(t, http.StatusOK, list.status)
		require.Contains(t, list.body, tc.what)
		require.NotContains(t, list.body, pseudonym)
		var lines struct{ Restrictions []map[string]any }
		require.NoError(t, json.Unmarshal([]byte(list.body), &lines))
		require.Len(t, lines.Restrictions, tc.inForce, "orders in a row count, however quickly they come")
	}
}

func (h *house) list(t *testing.T, token string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+h.service.Addr()+"/v1/restrictions", nil)
	require.NoError(t, err)
	return h.do(t, token, req)
}

func TestWhatIsNoRestriction(t *testing.T) {
	h, to := restrictingHouse(t, closed())
	good := `{"action":"suspend","project":"demo","purpose":"security","seconds":3600}`
	for name, tc := range map[string]struct{ token, body, code string }{
		"nobody":                {"eve", good, "unknown-token"},
		"a role that may not":   {"ada", good, "not-allowed"},
		"another project":       {"sam", strings.Replace(good, "demo", "nowhere", 1), "not-allowed"},
		"no purpose":            {"sam", strings.Replace(good, "security", "fun", 1), "unknown-purpose"},
		"unknown action":        {"sam", strings.Replace(good, "suspend", "erase", 1), "bad-request"},
		"for ever":              {"sam", strings.Replace(good, "3600", "0", 1), "bad-request"},
		"longer than a month":   {"sam", strings.Replace(good, "3600", "2592001", 1), "bad-request"},
		"suspend with a limit":  {"sam", strings.Replace(good, "3600", `3600,"events_per_minute":1`, 1), "bad-request"},
		"a limit of nothing":    {"sam", strings.Replace(good, "suspend", "limit", 1), "bad-request"},
		"resume with a time":    {"sam", strings.Replace(good, "suspend", "resume", 1), "bad-request"},
		"an id as a pseudonym":  {"sam", strings.Replace(good, "3600", `3600,"pseudonym":"`+planted+`"`, 1), "bad-request"},
		"a field that is wrong": {"sam", strings.Replace(good, "seconds", "second", 1), "bad-request"},
	} {
		t.Run(name, func(t *testing.T) {
			got := h.post(t, tc.token, "/v1/restrictions", tc.body)
			require.Equal(t, tc.code, got.code(t), got.body)
			require.NotContains(t, got.body, planted)
			require.Empty(t, to.state.InForce())
		})
	}
	require.Equal(t, http.StatusForbidden, h.list(t, "ada").status)

	to.err = stream.ErrUnacknowledged
	require.Equal(t, "requests-unavailable", h.post(t, "sam", "/v1/restrictions", good).code(t))
	entries := h.kafka.all()
	require.Equal(t, audit.Failed, entries[len(entries)-1].GetOutcome())
}

// An order that is not later than those before it would not count, so none is given before those are known.
func TestNoOrderBeforeTheOthersAreKnown(t *testing.T) {
	h, to := restrictingHouse(t, make(chan struct{}))
	require.Equal(t, "restrictions-unknown", h.post(t, "sam", "/v1/restrictions", `{"action":"resume","project":"demo","purpose":"security"}`).code(t))
	require.Equal(t, "restrictions-unknown", h.list(t, "sam").code(t))
	require.Nil(t, to.key)
}
