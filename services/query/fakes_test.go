package query_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/query"
	"github.com/hushlog/hushlog/services/query/guard"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// planted is a value that may be in no log, no answer that is an error, and no entry of the trail.
const planted = "planted4111"

// fakeKafka takes entries of the trail, until it is told to fail.
type fakeKafka struct {
	mu      sync.Mutex // guards what follows
	entries []*hushlogv1.AuditEntry
	fail    func(*hushlogv1.AuditEntry) bool
	hook    func(*hushlogv1.AuditEntry)
}

func (f *fakeKafka) Publish(_ context.Context, records []*kgo.Record) []error {
	entry := &hushlogv1.AuditEntry{}
	err := proto.Unmarshal(records[0].Value, entry)
	if err != nil {
		return []error{err}
	}
	if f.hook != nil {
		f.hook(entry)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil && f.fail(entry) {
		return []error{errors.New("no acknowledgement")}
	}
	f.entries = append(f.entries, entry)
	return []error{nil}
}

func (f *fakeKafka) all() []*hushlogv1.AuditEntry {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]*hushlogv1.AuditEntry(nil), f.entries...)
}

func (f *fakeKafka) last(t *testing.T) *hushlogv1.AuditEntry {
	t.Helper()
	all := f.all()
	require.NotEmpty(t, all, "nothing was audited")
	return all[len(all)-1]
}

// fakePeople knows tokens by the names of their people.
type fakePeople map[string]identity.Person

func (f fakePeople) Authenticate(token string) (identity.Person, error) {
	for err, known := range map[error]string{
		identity.ErrExpired: "expired", identity.ErrRevoked: "revoked", identity.ErrUnavailable: "unavailable",
	} {
		if token == known {
			return identity.Person{}, err
		}
	}
	person, known := f[token]
	if !known {
		return identity.Person{}, identity.ErrUnknownKey
	}
	return person, nil
}

func (f fakePeople) Names() (map[string]string, error) {
	names := map[string]string{}
	for _, person := range f {
		names[person.Pseudonym()] = person.Name
	}
	return names, nil
}

// standIn is what stands for a person whose key is the zero one, and for whoever is nobody.
func standIn(name string) string {
	if name == "unknown" {
		return name
	}
	return identity.PersonKey{}.Pseudonym(name)
}

// fakeGuard lets everything pass but what it is told to refuse.
type fakeGuard struct{ err error }

func (f *fakeGuard) Check(_ context.Context, text string, _ guard.Rights) (*guard.Statement, error) {
	if f.err != nil {
		return nil, f.err
	}
	return &guard.Statement{SQL: text, Masked: "SELECT ? FROM hushlog.contents", Tables: []string{"hushlog.contents"}}, nil
}

func (f *fakeGuard) Masked(context.Context, string) string { return "SELECT ?" }

// fakeRunner answers with a body, and with err where the body ends.
type fakeRunner struct {
	before func()
	body   io.Reader
	start  error
	end    error
	runs   int
	act    string // of the last run
}

func (f *fakeRunner) Run(_ context.Context, _, act, _, _ string, _ store.Limits) (io.ReadCloser, error) {
	f.runs++
	f.act = act
	if f.before != nil {
		f.before()
	}
	if f.start != nil {
		return nil, f.start
	}
	end := io.Reader(strings.NewReader(""))
	if f.end != nil {
		end = &failing{f.end}
	}
	return io.NopCloser(io.MultiReader(f.body, end)), nil
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// rows are n lines of JSON.
func rows(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, `{"n":%d,"text":"sanitized words of a conversation"}`+"\n", i)
	}
	return out.String()
}

// house is a query service over fakes, with a client.
type house struct {
	kafka   *fakeKafka
	guard   *fakeGuard
	runner  *fakeRunner
	logs    *bytes.Buffer
	service *query.Service
	client  *http.Client
	reg     *prometheus.Registry
}

func newHouse(t *testing.T, change ...func(*query.Config, *query.Deps)) *house {
	t.Helper()
	h := &house{kafka: &fakeKafka{}, guard: &fakeGuard{}, runner: &fakeRunner{body: strings.NewReader(rows(3))}, logs: &bytes.Buffer{}, reg: prometheus.NewRegistry()}
	trail, err := audit.NewTrail(h.kafka, audit.Options{Topic: policy.TopicAudit, Timeout: 5 * time.Second})
	require.NoError(t, err)
	pki := t.TempDir()
	err = identity.CreateCA(pki)
	require.NoError(t, err)
	err = identity.IssueCert(pki, identity.Query, "127.0.0.1")
	require.NoError(t, err)
	serverTLS, err := identity.PublicServerTLS(identity.FilesIn(pki, identity.Query))
	require.NoError(t, err)
	clientTLS, err := identity.ClientTLS(identity.FilesIn(pki, identity.Query), "")
	require.NoError(t, err)
	clientTLS.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &tls.Certificate{}, nil }
	cfg := query.DefaultConfig()
	cfg.Listen = "127.0.0.1:0"
	deps := query.Deps{
		Policy: policy.Default(), Trail: trail, Guard: h.guard, Runner: h.runner, TLS: serverTLS,
		People: fakePeople{
			"ada":   {Name: "ada@example.com", Role: "analyst", TokenID: "t1", Expires: time.Now().Add(time.Hour)},
			"ghost": {Name: "ghost", Role: "no_such_role", TokenID: "t2"},
		},
		Log: slog.New(slog.NewJSONHandler(h.logs, &slog.HandlerOptions{Level: slog.LevelDebug})), Registry: h.reg,
	}
	for _, f := range change {
		f(&cfg, &deps)
	}
	h.client = &http.Client{Transport: &http.Transport{TLSClientConfig: clientTLS}, Timeout: 20 * time.Second}
	h.start(t, cfg, deps)
	return h
}

func (h *house) start(t *testing.T, cfg query.Config, deps query.Deps) {
	t.Helper()
	var err error
	h.service, err = query.New(t.Context(), cfg, deps)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.service.Run(ctx) }()
	t.Cleanup(func() {
		h.client.CloseIdleConnections()
		stop()
		require.NoError(t, <-done)
		require.NotContains(t, h.logs.String(), planted)
		if t.Failed() {
			t.Log(h.logs.String())
		}
	})
}

// answer is what a person gets.
type answer struct {
	status int
	body   string
	err    error
	header http.Header
}

// code is that of an error.
func (a answer) code(t *testing.T) string {
	t.Helper()
	var problem struct{ Code, Message string }
	err := json.Unmarshal([]byte(a.body), &problem)
	require.NoError(t, err, a.body)
	require.NotEmpty(t, problem.Message)
	return problem.Code
}

func (h *house) ask(t *testing.T, token, sql string) answer {
	t.Helper()
	return h.do(t, "", h.request(t.Context(), token, sql))
}

// request is a well formed one. It panics where it cannot be made, as goroutines of tests use it too.
func (h *house) request(ctx context.Context, token, sql string) *http.Request {
	body, err := json.Marshal(map[string]string{"sql": sql, "purpose": "debugging"})
	if err != nil {
		panic(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+h.service.Addr()+"/v1/query", bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	return req
}

func (h *house) send(t *testing.T, token, body string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+h.service.Addr()+"/v1/query", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	return h.do(t, token, req)
}

func (h *house) do(t *testing.T, token string, req *http.Request) answer {
	t.Helper()
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := h.client.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, string(got), err, res.Header}
}
