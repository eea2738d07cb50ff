package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// planted is found nowhere but in what was sealed.
const planted = "zebra-4711-quartz"

// openSealer seals nothing, so that tests see what would be sealed.
type openSealer struct {
	mu  sync.Mutex // guards err
	err error
}

func (s *openSealer) Seal(plaintext []byte, _ seal.Header) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(plaintext), s.err
}

// fakeKafka keeps what it acknowledges.
type fakeKafka struct {
	mu      sync.Mutex // guards what follows
	records []*kgo.Record
	err     error
	block   chan struct{}
}

func (k *fakeKafka) Publish(ctx context.Context, records []*kgo.Record) []error {
	k.mu.Lock()
	block := k.block
	k.mu.Unlock()
	errs := make([]error, len(records))
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			for i := range errs {
				errs[i] = stream.ErrUnacknowledged
			}
			return errs
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, r := range records {
		errs[i] = k.err
		if k.err == nil {
			k.records = append(k.records, r)
		}
	}
	return errs
}

func (k *fakeKafka) set(err error, block chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err, k.block = err, block
}

// accepted are the interactions that were published, in order.
func (k *fakeKafka) accepted(t *testing.T) []*hushlogv1.Accepted {
	t.Helper()
	var out []*hushlogv1.Accepted
	for _, r := range k.ofKind(stream.KindSealed) {
		a := &hushlogv1.Accepted{}
		require.NoError(t, proto.Unmarshal(r.Value, a))
		out = append(out, a)
	}
	return out
}

func (k *fakeKafka) ofKind(kind string) []*kgo.Record {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []*kgo.Record
	for _, r := range k.records {
		meta, err := stream.ParseMeta(r.Headers)
		if err == nil && meta.Kind == kind {
			out = append(out, r)
		}
	}
	return out
}

// world is a gateway that serves on ports of this machine, and what surrounds it.
type world struct {
	*Service
	kafka  *fakeKafka
	unread *fakeUnread
	orders *fakeOrders
	sealer *openSealer
	reg    *prometheus.Registry
	logs   *lockedBuffer
	key    string // of the project demo
	keyID  string
	keys   map[string]string
	path   string // of the file of keys
	client hushlogv1.LoggingServiceClient
	conn   *grpc.ClientConn
	http   *http.Client
	stop   func()
	stopOf sync.Once
	ended  chan error
}

type lockedBuffer struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// pki is made once: keys take time.
var pki = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "hushlog-gateway-test")
	if err != nil {
		return "", err
	}
	err = identity.CreateCA(dir)
	if err != nil {
		return "", err
	}
	return dir, errors.Join(identity.IssueCert(dir, identity.Gateway), identity.IssueCert(dir, "someone"), identity.IssueCert(dir, identity.Canary))
})

func TestMain(m *testing.M) {
	code := m.Run()
	dir, err := pki()
	if err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func testConfig() Config {
	cfg := DefaultConfig()
	cfg.GRPC, cfg.REST = "127.0.0.1:0", "127.0.0.1:0"
	cfg.TallyInterval = 20 * time.Millisecond
	cfg.DrainTimeout = 2 * time.Second
	cfg.PublishTimeout = 2 * time.Second
	return cfg
}

// testPolicy is the default with a project whose rate is soon reached.
func testPolicy() *policy.Policy {
	p := policy.Default()
	demo := p.Projects["demo"]
	demo.Limits = policy.ProjectLimits{EventsPerSecond: 1e6, BytesPerSecond: 1 << 40, MemoryShare: 1}
	p.Projects["demo"] = demo
	p.Projects["slow"] = policy.Project{
		Purposes: []string{"debugging"}, Environments: []string{"prod"},
		Limits: policy.ProjectLimits{EventsPerSecond: 2, BytesPerSecond: 64 << 20, MemoryShare: 0.5},
	}
	return p
}

func newWorld(t *testing.T, change func(*Config, *policy.Policy)) *world {
	t.Helper()
	dir, err := pki()
	require.NoError(t, err)
	w := &world{kafka: &fakeKafka{}, unread: &fakeUnread{}, orders: &fakeOrders{}, sealer: &openSealer{}, reg: prometheus.NewRegistry(), logs: &lockedBuffer{}, keys: map[string]string{}, ended: make(chan error, 1)}
	cfg, rules := testConfig(), testPolicy()
	if change != nil {
		change(&cfg, rules)
	}
	w.makeKeys(t)
	keys, err := identity.OpenKeyStore(w.path)
	require.NoError(t, err)
	hasher, err := identity.NewHasher(bytes.Repeat([]byte{7}, identity.KeySize))
	require.NoError(t, err)
	serverTLS, err := PublicTLS(identity.FilesIn(dir, identity.Gateway))
	require.NoError(t, err)
	w.Service, err = New(t.Context(), cfg, Deps{
		Policy: rules, Keys: keys, Sealer: w.sealer, Publisher: w.kafka, Hasher: hasher, TLS: serverTLS,
		Log: slog.New(slog.NewJSONHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})), Registry: w.reg,
		Ready: func() error { return nil }, Unread: w.unread.ask, Restrictions: w.orders, Known: closedChannel(),
	})
	require.NoError(t, err)
	w.run(t)
	w.connect(t, dir)
	return w
}

func (w *world) makeKeys(t *testing.T) {
	t.Helper()
	w.path = filepath.Join(t.TempDir(), "api-keys.json")
	now := time.Now()
	for name, spec := range map[string]identity.KeySpec{
		"demo":    {Project: "demo"},
		"slow":    {Project: "slow"},
		"unknown": {Project: "nobody"},
		"revoked": {Project: "demo"},
		"expired": {Project: "demo", Lifetime: time.Second},
		"narrow":  {Project: "demo", Limits: &identity.KeyLimits{EventsPerSecond: 1}},
	} {
		at := now
		if name == "expired" {
			at = now.Add(-time.Hour)
		}
		key, rec, err := identity.CreateKey(w.path, spec, at)
		require.NoError(t, err)
		w.keys[name] = key
		switch name {
		case "revoked":
			require.NoError(t, identity.RevokeKey(w.path, rec.ID, now))
		case "demo":
			w.key, w.keyID = key, rec.ID
		}
	}
}

func (w *world) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	go func() { w.ended <- w.Run(ctx) }()
	w.stop = func() { w.stopOf.Do(cancel) }
	t.Cleanup(func() {
		w.stop()
		select {
		case err := <-w.ended:
			require.NoError(t, err)
		case <-time.After(15 * time.Second):
			t.Error("the gateway did not end")
		}
	})
}

func (w *world) connect(t *testing.T, dir string) {
	t.Helper()
	pem, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}
	w.conn, err = grpc.NewClient(w.GRPCAddr(), grpc.WithTransportCredentials(credentials.NewTLS(config)), grpc.WithDisableRetry(),
		grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(256<<20), grpc.MaxCallRecvMsgSize(16<<20)))
	require.NoError(t, err)
	w.client = hushlogv1.NewLoggingServiceClient(w.conn)
	w.http = &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}, Timeout: 20 * time.Second}
	t.Cleanup(func() {
		require.NoError(t, w.conn.Close())
		w.http.CloseIdleConnections()
	})
}

// as is a context that carries a key.
func as(ctx context.Context, key string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+key)
}

// good is an interaction that the gateway takes.
func good() *hushlogv1.Interaction {
	return &hushlogv1.Interaction{
		StartedAt: timestamppb.Now(), Purpose: "debugging", Environment: "prod", Service: "shop",
		Model: &hushlogv1.Model{Provider: "acme", Name: "acme-1"},
		Messages: []*hushlogv1.Message{{Role: hushlogv1.Role_ROLE_USER, Parts: []*hushlogv1.Part{
			{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: "hello " + planted}}},
		}}},
	}
}

// answer is what REST said.
type answer struct {
	code   int
	header http.Header
	body   []byte
}

// status is the body as an error.
func (a answer) status(t *testing.T) *status.Status {
	t.Helper()
	st := &spb.Status{}
	require.NoError(t, protojson.Unmarshal(a.body, st), "the body is not an error: %d bytes", len(a.body))
	return status.FromProto(st)
}

// post sends a body to REST.
func (w *world) post(t *testing.T, path, key string, body io.Reader, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+w.RESTAddr()+path, body)
	require.NoError(t, err)
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return w.do(t, req)
}

func (w *world) do(t *testing.T, req *http.Request) answer {
	t.Helper()
	res, err := w.http.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return answer{res.StatusCode, res.Header, got}
}

// toJSON is an interaction as REST takes it.
func toJSON(t *testing.T, in proto.Message) string {
	t.Helper()
	text, err := protojson.Marshal(in)
	require.NoError(t, err)
	return string(text)
}

// reasonOf is the stable code of a status.
func reasonOf(st *status.Status) string {
	for _, d := range st.Details() {
		info, ok := d.(*errdetails.ErrorInfo)
		if ok {
			return info.GetReason()
		}
	}
	return ""
}

// fieldsOf are the fields that a status blames.
func fieldsOf(st *status.Status) []string {
	var out []string
	for _, d := range st.Details() {
		bad, ok := d.(*errdetails.BadRequest)
		if !ok {
			continue
		}
		for _, v := range bad.GetFieldViolations() {
			out = append(out, v.GetField())
		}
	}
	return out
}

// metricsText is everything that /metrics would show.
func (w *world) metricsText(t *testing.T) string {
	t.Helper()
	families, err := w.reg.Gather()
	require.NoError(t, err)
	var out strings.Builder
	for _, f := range families {
		_, err = expfmt.MetricFamilyToText(&out, f)
		require.NoError(t, err)
	}
	return out.String()
}

// memoryIsFree waits until no request holds memory.
func (w *world) memoryIsFree(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return w.taker.budget.inUse() == 0 }, 5*time.Second, 5*time.Millisecond, "memory is still held")
	w.taker.budget.mu.Lock()
	defer w.taker.budget.mu.Unlock()
	require.Empty(t, w.taker.budget.byProject)
}

func body(format string, args ...any) io.Reader {
	return strings.NewReader(fmt.Sprintf(format, args...))
}
