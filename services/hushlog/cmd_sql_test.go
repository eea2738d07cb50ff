package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
)

// fakeQuery is a query service that gives one answer and remembers what it was asked.
type fakeQuery struct {
	ask    asking
	asked  map[string]string
	header http.Header
}

func newFakeQuery(t *testing.T, answer http.HandlerFunc) *fakeQuery {
	t.Helper()
	pki := t.TempDir()
	err := identity.CreateCA(pki)
	require.NoError(t, err)
	err = identity.IssueCert(pki, identity.Query, "127.0.0.1")
	require.NoError(t, err)
	f := &fakeQuery{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&f.asked)
		f.header = r.Header
		answer(w, r)
	}))
	files := identity.FilesIn(pki, identity.Query)
	pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	require.NoError(t, err)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair}}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	token := filepath.Join(pki, "token")
	err = os.WriteFile(token, []byte("hp_abc\n"), 0o600)
	require.NoError(t, err)
	f.ask = asking{server: strings.TrimPrefix(server.URL, "https://"), ca: filepath.Join(pki, "ca.crt"), tokenFile: token, purpose: "debugging"}
	return f
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func TestSQLPrintsATable(t *testing.T) {
	f := newFakeQuery(t, says(`["model","n","words"]`+"\n"+`["gpt-x",12,"a\nb\u001b[2J\u202e"]`+"\n"+`["y",3,null]`+"\n"))
	var out bytes.Buffer
	err := runSQL(t.Context(), f.ask, "-", "table", strings.NewReader("SELECT 1"), &out)
	require.NoError(t, err)
	require.Equal(t, "model   n  words\n-----  --  -----------------\ngpt-x  12  a\\nb\\x1b[2J\\u202e\ny       3  null\n(2 rows)\n", out.String())
	require.Equal(t, map[string]string{"sql": "SELECT 1", "purpose": "debugging", "format": "JSONCompactEachRowWithNames"}, f.asked)
	require.Equal(t, "Bearer hp_abc", f.header.Get("Authorization"))
}

func TestSQLPrintsPlainWhenPiped(t *testing.T) {
	f := newFakeQuery(t, says("a\tb\n1\t2\n"))
	var out bytes.Buffer
	f.ask.server = "https://" + f.ask.server + "/"
	err := runSQL(t.Context(), f.ask, "SELECT 1", "", nil, &out)
	require.NoError(t, err)
	require.Equal(t, "a\tb\n1\t2\n", out.String())
	require.Equal(t, "TabSeparatedWithNames", f.asked["format"])
}

func TestSQLRefusals(t *testing.T) {
	t.Setenv("HUSHLOG_TOKEN", "")
	refused := newFakeQuery(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"code":"statement-table","message":"role engineering cannot read hushlog.contents"}`)
	})
	moved := newFakeQuery(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://127.0.0.1:1/", http.StatusTemporaryRedirect)
	})
	broken := newFakeQuery(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "[\"a\"]\n[1]\n")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	for _, tc := range []struct {
		name    string
		ask     asking
		output  string
		message string
	}{
		{"by the service", refused.ask, "table", "role engineering cannot read hushlog.contents (statement-table)"},
		{"sent elsewhere", moved.ask, "table", "is --server its address?"},
		{"cut", broken.ask, "table", "the answer was cut"},
		{"cut while copying", broken.ask, "json", "the answer was cut"},
		{"no purpose", asking{server: refused.ask.server, ca: refused.ask.ca, tokenFile: refused.ask.tokenFile}, "tsv", "--purpose"},
		{"no token", asking{server: refused.ask.server, ca: refused.ask.ca, purpose: "x"}, "tsv", "--token-file"},
		{"no CA", asking{server: refused.ask.server, tokenFile: refused.ask.tokenFile, purpose: "x"}, "tsv", "--ca"},
		{"another CA", asking{server: refused.ask.server, ca: broken.ask.ca, tokenFile: refused.ask.tokenFile, purpose: "x"}, "tsv", "certificate"},
		{"in the clear", asking{server: "http://" + refused.ask.server, ca: refused.ask.ca, tokenFile: refused.ask.tokenFile, purpose: "x"}, "tsv", "--server"},
		{"with a path", asking{server: refused.ask.server + "/x", ca: refused.ask.ca, tokenFile: refused.ask.tokenFile, purpose: "x"}, "tsv", "--server"},
		{"unknown output", refused.ask, "xml", "--output"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			err := runSQL(t.Context(), tc.ask, "SELECT 1", tc.output, nil, &out)
			require.ErrorContains(t, err, tc.message)
			require.NotContains(t, err.Error(), "hp_abc")
			if tc.output == "table" {
				require.Empty(t, out.String(), "no half of a table")
			}
		})
	}
}

func TestHarmlessKeepsCharactersWhole(t *testing.T) {
	var out bytes.Buffer
	w := &harmless{out: &out}
	text := "größe\t\x1b]0;x\x07\n\u202e😀\xff"
	for i := range len(text) {
		n, err := w.Write([]byte{text[i]})
		require.NoError(t, err)
		require.Equal(t, 1, n)
	}
	require.Equal(t, "größe\t\\x1b]0;x\\a\n\\u202e😀�", out.String())
}

func TestLedgerIsPrinted(t *testing.T) {
	now := time.Date(2026, 11, 23, 19, 10, 30, 0, time.UTC)
	f := newFakeQuery(t, says("demo\t2026-11-23 19:00:00\t9\t3\t6\t6\t3\t1\t1\t0\t1\t3\ndemo\t2026-11-23 19:10:00\t5\t0\t5\t2\t2\t0\t0\t0\t0\t2\n"))
	var out bytes.Buffer
	check := ledgerChecking{on: true, after: defaultCheckedAfter}
	err := runLedger(t.Context(), f.ask, now, time.Hour, check, &out)
	require.NoError(t, err)
	require.Equal(t, strings.Join([]string{
		"project  minute            received  rejected  accepted  stored  duplicates  quarantined  sampled out  dropped  in flight  counted rows  gap",
		"demo     2026-11-23 19:00         9         3         6       3           1            1            0        1          0             3    0",
		"demo     2026-11-23 19:10         5         0         5       2           0            0            0        0          3             2    0",
		"total                            14         3        11       5           1            1            0        1          3             5    0",
		"",
	}, "\n"), out.String())
	require.Equal(t, store.LedgerSQL(now.Add(-time.Hour)), f.asked["sql"])
	out.Reset()
	err = runLedger(t.Context(), f.ask, now.Add(10*time.Minute), time.Hour, check, &out)
	require.ErrorContains(t, err, "project demo has a gap at 2026-11-23 19:10:00")
	// Rows that come a moment after their step of the books: no gap yet, unless asked for.
	f = newFakeQuery(t, says("demo\t2026-11-23 19:10:00\t5\t0\t5\t5\t5\t0\t0\t0\t0\t2\n"))
	for end, gap := range map[time.Duration]bool{0: false, 59 * time.Second: false, time.Minute: true} {
		err = runLedger(t.Context(), f.ask, time.Date(2026, 11, 23, 19, 11, 0, 0, time.UTC).Add(end), time.Hour, check, &out)
		require.Equal(t, gap, err != nil, "%s after the minute's end: %v", end, err)
	}
	err = runLedger(t.Context(), f.ask, now, time.Hour, ledgerChecking{on: true}, &out)
	require.ErrorContains(t, err, "gap at 2026-11-23 19:10:00")
	f = newFakeQuery(t, says("demo\tx\n"))
	err = runLedger(context.Background(), f.ask, now, time.Hour, ledgerChecking{}, &out)
	require.ErrorIs(t, err, errLedgerAnswer)
}
