package query_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/query"
	"github.com/hushlog/hushlog/services/query/guard"
)

const (
	intent  = hushlogv1.AuditPhase_AUDIT_PHASE_INTENT
	outcome = hushlogv1.AuditPhase_AUDIT_PHASE_OUTCOME
)

func TestAnswerIsAuditedInTwoHalves(t *testing.T) {
	h := newHouse(t)
	h.runner.before = func() {
		require.Equal(t, intent, h.kafka.last(t).GetPhase(), "the intent is acknowledged before anything is read")
	}
	got := h.ask(t, "ada", "SELECT '"+planted+"'")
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, rows(3), got.body)
	require.Equal(t, "no-store", got.header.Get("Cache-Control"))

	entries := h.kafka.all()
	require.Len(t, entries, 2)
	require.Equal(t, entries[0].GetActId(), entries[1].GetActId())
	require.Equal(t, hex.EncodeToString(entries[0].GetActId()), h.runner.act, "ClickHouse's log of statements has the act, too")
	last := entries[1]
	require.Equal(t, standIn("ada@example.com"), last.GetActor())
	name, err := identity.PersonKey{}.Open(last.GetActor(), last.GetSealedActor())
	require.NoError(t, err)
	require.Equal(t, "ada@example.com", name)
	require.Equal(t, "analyst", last.GetRole())
	require.Equal(t, "debugging", last.GetPurpose())
	require.Equal(t, "t1", last.GetTokenId())
	require.Equal(t, audit.OK, last.GetOutcome())
	require.Equal(t, uint64(3), last.GetRows())
	require.Equal(t, uint64(len(rows(3))), last.GetBytes())
	require.Equal(t, []string{"hushlog.contents"}, last.GetTables())
	count := testutil.CollectAndCount(h.reg, "hushlog_query_attempts_total")
	require.Greater(t, count, 20, "outcomes start at zero")
}

// largeResult is several times what is held back.
var largeResult = rows(8000)

func TestEndOfResultWaitsForTheOutcome(t *testing.T) {
	h := newHouse(t)
	h.runner.body = strings.NewReader(largeResult)
	var got atomic.Int64
	reached := make(chan struct{})
	h.kafka.hook = func(e *hushlogv1.AuditEntry) {
		if e.GetPhase() != outcome {
			return
		}
		// Everything that may come before the outcome has come when nothing more does for a while.
		for before := int64(-1); before != got.Load(); time.Sleep(50 * time.Millisecond) {
			before = got.Load()
		}
		require.Less(t, got.Load(), int64(len(largeResult)), "the person has the end before the outcome is acknowledged")
		require.Positive(t, got.Load(), "a large result streams")
		close(reached)
	}
	res, err := h.client.Do(h.request(t.Context(), "ada", "SELECT 1"))
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	chunk := make([]byte, 4096)
	for {
		n, err := res.Body.Read(chunk)
		got.Add(int64(n))
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	<-reached
	require.Equal(t, int64(len(largeResult)), got.Load())
}

func TestNothingIsReadWithoutIntent(t *testing.T) {
	h := newHouse(t)
	h.kafka.fail = func(e *hushlogv1.AuditEntry) bool { return e.GetPhase() == intent }
	got := h.ask(t, "ada", "SELECT '"+planted+"'")
	require.Equal(t, http.StatusServiceUnavailable, got.status)
	require.Equal(t, "trail-unavailable", got.code(t))
	require.Equal(t, "5", got.header.Get("Retry-After"))
	require.Zero(t, h.runner.runs)
}

func TestNothingIsCompletedWithoutOutcome(t *testing.T) {
	t.Run("small result", func(t *testing.T) {
		h := newHouse(t)
		h.kafka.fail = func(e *hushlogv1.AuditEntry) bool { return e.GetPhase() == outcome }
		got := h.ask(t, "ada", "SELECT 1")
		require.NoError(t, got.err)
		require.Equal(t, http.StatusServiceUnavailable, got.status)
		require.NotContains(t, got.body, "sanitized", "nothing of it is shown")
	})
	t.Run("large result", func(t *testing.T) {
		h := newHouse(t)
		h.runner.body = strings.NewReader(largeResult)
		h.kafka.fail = func(e *hushlogv1.AuditEntry) bool { return e.GetPhase() == outcome }
		got := h.ask(t, "ada", "SELECT 1")
		require.Error(t, got.err, "the connection breaks")
		require.Less(t, len(got.body), len(largeResult))
	})
	t.Run("failed statement", func(t *testing.T) {
		h := newHouse(t)
		h.runner.start = &store.Error{Op: "run", Code: 47, Name: "UNKNOWN_IDENTIFIER"}
		h.kafka.fail = func(e *hushlogv1.AuditEntry) bool { return e.GetPhase() == outcome }
		got := h.ask(t, "ada", "SELECT 1")
		require.Equal(t, "trail-unavailable", got.code(t))
	})
	t.Run("refused statement", func(t *testing.T) {
		h := newHouse(t)
		h.guard.err = &guard.Refusal{Code: guard.CodeTable, Message: "no"}
		h.kafka.fail = func(*hushlogv1.AuditEntry) bool { return true }
		got := h.ask(t, "ada", "SELECT 1")
		require.Equal(t, "trail-unavailable", got.code(t))
		require.Zero(t, h.runner.runs)
	})
}

func TestStoreThatFails(t *testing.T) {
	for _, tc := range []struct {
		name   string
		err    error
		status int
		code   string
	}{
		{"denied", &store.Error{Op: "x", Code: 497, Name: "ACCESS_DENIED"}, http.StatusForbidden, "denied"},
		{"unknown column", &store.Error{Op: "x", Code: 47, Name: "UNKNOWN_IDENTIFIER"}, http.StatusBadRequest, "statement-failed"},
		{"too slow", &store.Error{Op: "x", Code: 159, Name: "TIMEOUT_EXCEEDED"}, http.StatusUnprocessableEntity, "limit-time"},
		{"too many rows", &store.Error{Op: "x", Code: 396, Name: "TOO_MANY_ROWS_OR_BYTES"}, http.StatusUnprocessableEntity, "limit-look"},
		{"too much memory", &store.Error{Op: "x", Code: 241, Name: "MEMORY_LIMIT_EXCEEDED"}, http.StatusUnprocessableEntity, "limit-memory"},
		{"quota", &store.Error{Op: "x", Code: 201, Name: "QUOTA_EXCEEDED"}, http.StatusTooManyRequests, "quota"},
		{"its own fault", &store.Error{Op: "x", Code: 49, Name: "LOGICAL_ERROR"}, http.StatusBadGateway, "store-failed"},
		{"no code", &store.Error{Op: "x", Status: 500}, http.StatusBadGateway, "store-failed"},
		{"gone", errors.New("connection refused"), http.StatusServiceUnavailable, "store-unavailable"},
		{"silent", context.DeadlineExceeded, http.StatusUnprocessableEntity, "limit-time"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, late := range []bool{false, true} {
				h := newHouse(t)
				if late {
					h.runner.end = tc.err
				} else {
					h.runner.start = tc.err
				}
				got := h.ask(t, "ada", "SELECT '"+planted+"'")
				require.NoError(t, got.err)
				require.Equal(t, tc.status, got.status)
				require.Equal(t, tc.code, got.code(t))
				require.NotContains(t, got.body, planted)
				require.NotContains(t, got.body, "sanitized")
				require.Equal(t, audit.Failed, h.kafka.last(t).GetOutcome())
				require.Equal(t, tc.code, h.kafka.last(t).GetReason())
			}
		})
	}
	t.Run("in the middle of a large result", func(t *testing.T) {
		h := newHouse(t)
		h.runner.body, h.runner.end = strings.NewReader(largeResult), &store.Error{Op: "x", Code: 241, Name: "MEMORY_LIMIT_EXCEEDED"}
		got := h.ask(t, "ada", "SELECT 1")
		require.Error(t, got.err)
		require.Equal(t, "limit-memory", h.kafka.last(t).GetReason())
	})
}

func TestRefusalsAreAudited(t *testing.T) {
	good := `{"sql":"SELECT 1","purpose":"debugging"}`
	for _, tc := range []struct {
		name, token, body string
		status            int
		code, actor       string
		guard             error
	}{
		{"no token", "", good, 401, "unknown-token", "unknown", nil},
		{"unknown token", planted, good, 401, "unknown-token", "unknown", nil},
		{"expired token", "expired", good, 401, "expired-token", "unknown", nil},
		{"revoked token", "revoked", good, 401, "revoked-token", "unknown", nil},
		{"tokens cannot be read", "unavailable", good, 503, "tokens-unavailable", "unknown", nil},
		{"role is gone", "ghost", good, 403, "unknown-role", "ghost", nil},
		{"no JSON", "ada", planted, 400, "bad-request", "ada@example.com", nil},
		{"another field", "ada", `{"sql":"SELECT 1","purpose":"debugging","role":"admin"}`, 400, "bad-request", "ada@example.com", nil},
		{"two documents", "ada", good + good, 400, "bad-request", "ada@example.com", nil},
		{"too large", "ada", `{"sql":"` + strings.Repeat("x", 70<<10) + `"}`, 413, "request-too-large", "ada@example.com", nil},
		{"no purpose", "ada", `{"sql":"SELECT 1"}`, 400, "unknown-purpose", "ada@example.com", nil},
		{"unknown purpose", "ada", `{"sql":"SELECT 1","purpose":"` + planted + `"}`, 400, "unknown-purpose", "ada@example.com", nil},
		{"unknown format", "ada", `{"sql":"SELECT 1","purpose":"debugging","format":"Native"}`, 400, "unknown-format", "ada@example.com", nil},
		{"table", "ada", good, 403, "statement-table", "ada@example.com", &guard.Refusal{Code: guard.CodeTable, Message: "role analyst cannot read this"}},
		{"syntax", "ada", good, 400, "statement-syntax", "ada@example.com", &guard.Refusal{Code: guard.CodeSyntax, Message: "no", Position: 3}},
		{"parser is down", "ada", good, 503, "store-unavailable", "ada@example.com", errors.New("refused")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t)
			h.guard.err = tc.guard
			got := h.send(t, tc.token, tc.body)
			require.Equal(t, tc.status, got.status)
			require.Equal(t, tc.code, got.code(t))
			require.NotContains(t, got.body, planted)
			require.Zero(t, h.runner.runs)
			entry := h.kafka.last(t)
			require.Len(t, h.kafka.all(), 1)
			require.Equal(t, outcome, entry.GetPhase())
			require.Equal(t, tc.code, entry.GetReason())
			require.Equal(t, standIn(tc.actor), entry.GetActor())
			require.NotContains(t, entry.String(), "example.com")
			require.NotContains(t, entry.String(), planted)
		})
	}
}

func TestContentTypeMustBeJSON(t *testing.T) {
	h := newHouse(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+h.service.Addr()+"/v1/query", strings.NewReader(`{}`))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "text/plain")
	require.Equal(t, "bad-request", h.do(t, "ada", req).code(t))
}

func TestStrangersCannotFillTheTrail(t *testing.T) {
	h := newHouse(t)
	for range 60 {
		got := h.ask(t, "who knows", "SELECT 1")
		require.Equal(t, http.StatusUnauthorized, got.status)
	}
	require.Less(t, len(h.kafka.all()), 40)
	require.GreaterOrEqual(t, len(h.kafka.all()), 20)
}

func TestPlacesOfOnePerson(t *testing.T) {
	h := newHouse(t, func(cfg *query.Config, _ *query.Deps) { cfg.PerPerson = 1 })
	hold, begun := make(chan struct{}), make(chan struct{})
	h.runner.before = func() {
		close(begun)
		<-hold
	}
	first := make(chan int, 1)
	go func() {
		res, err := h.client.Do(h.request(t.Context(), "ada", "SELECT 1"))
		if err != nil {
			first <- 0
			return
		}
		first <- res.StatusCode
		_ = res.Body.Close()
	}()
	<-begun
	got := h.ask(t, "ada", "SELECT 1")
	require.Equal(t, http.StatusTooManyRequests, got.status)
	require.Equal(t, "too-many", got.code(t))
	close(hold)
	require.Equal(t, http.StatusOK, <-first)
	h.runner.before = nil
	h.runner.body = strings.NewReader(rows(1))
	require.Equal(t, http.StatusOK, h.ask(t, "ada", "SELECT 1").status)
}

func TestResultBeyondTheLimit(t *testing.T) {
	h := newHouse(t, func(cfg *query.Config, _ *query.Deps) { cfg.ResultMiB = 1 })
	h.runner.body = bytes.NewReader(make([]byte, 2<<20))
	got := h.ask(t, "ada", "SELECT 1")
	require.Error(t, got.err)
	require.Less(t, len(got.body), 1<<20)
	require.Equal(t, "limit-look", h.kafka.last(t).GetReason())
}

func TestPersonWhoGoesAwayIsAudited(t *testing.T) {
	h := newHouse(t)
	endless, feed := io.Pipe()
	h.runner.body = endless
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		for {
			_, writeErr := feed.Write([]byte(rows(1000)))
			if writeErr != nil {
				return
			}
		}
	}()
	res, err := h.client.Do(h.request(ctx, "ada", "SELECT 1"))
	require.NoError(t, err)
	cancel()
	_ = res.Body.Close()
	require.Eventually(t, func() bool { return h.kafka.last(t).GetPhase() == outcome }, 10*time.Second, 20*time.Millisecond)
	require.Equal(t, audit.Failed, h.kafka.last(t).GetOutcome())
	_ = endless.Close()
	<-fed
}

func TestWhoami(t *testing.T) {
	h := newHouse(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+h.service.Addr()+"/v1/whoami", http.NoBody)
	require.NoError(t, err)
	got := h.do(t, "ada", req)
	require.Equal(t, http.StatusOK, got.status)
	require.Contains(t, got.body, `"role":"analyst"`)
	require.Contains(t, got.body, `"name":"contents"`)
	require.Empty(t, h.kafka.all(), "who one is oneself is no read")
	got = h.do(t, "expired", req.Clone(t.Context()))
	require.Equal(t, "expired-token", got.code(t))
	require.Equal(t, "sign-in", h.kafka.last(t).GetAction())
}

func TestFormatsCountRows(t *testing.T) {
	for _, tc := range []struct {
		format, body string
		rows         uint64
	}{
		{"JSONEachRow", "{}\n{}\n", 2},
		{"JSONCompactEachRowWithNames", "[\"a\"]\n[1]\n", 1},
		{"TabSeparated", "a\\nb\tc\nd\te\n", 2},
		{"TabSeparatedWithNames", "a\tb\n", 0},
		{"CSV", "\"a\nb\",\"c\"\"\n\"\nd,e\n", 2},
		{"CSVWithNames", "\"a\nb\"\n1\n2\n", 2},
		{"CSVWithNames", "", 0},
	} {
		t.Run(tc.format, func(t *testing.T) {
			h := newHouse(t)
			h.runner.body = strings.NewReader(tc.body)
			got := h.send(t, "ada", `{"sql":"SELECT 1","purpose":"debugging","format":"`+tc.format+`"}`)
			require.Equal(t, tc.body, got.body)
			require.Equal(t, tc.rows, h.kafka.last(t).GetRows())
		})
	}
}
