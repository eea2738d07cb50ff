package client_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const testKey = "hl_test"

// fakeGateway answers as it is told and remembers what it was sent.
type fakeGateway struct {
	hushlogv1.UnimplementedLoggingServiceServer
	addr   string
	caFile string

	mu sync.Mutex // guards what follows
	// answer decides on one interaction; nil takes everything.
	answer func(in *hushlogv1.Interaction) *hushlogv1.LogResult
	// fail decides on a call; nil lets it through.
	fail  func() error
	block chan struct{}
	calls []time.Time
	sizes []int
	sent  []*hushlogv1.Interaction
	auth  []string
}

func (g *fakeGateway) set(change func(*fakeGateway)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(g)
}

// ids are the request ids in the order they came.
func (g *fakeGateway) ids() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []string
	for _, in := range g.sent {
		out = append(out, in.GetRequestId())
	}
	return out
}

func (g *fakeGateway) counts() (calls int, sizes []int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.calls), append([]int(nil), g.sizes...)
}

func (g *fakeGateway) came(ctx context.Context, ins ...*hushlogv1.Interaction) error {
	g.mu.Lock()
	block := g.block
	g.calls = append(g.calls, time.Now())
	g.sizes = append(g.sizes, len(ins))
	g.auth = append(g.auth, metadata.ValueFromIncomingContext(ctx, "authorization")...)
	for _, in := range ins {
		g.sent = append(g.sent, proto.CloneOf(in))
	}
	fail := g.fail
	g.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if fail == nil {
		return nil
	}
	return fail()
}

func (g *fakeGateway) Log(ctx context.Context, req *hushlogv1.LogRequest) (*hushlogv1.LogResponse, error) {
	err := g.came(ctx, req.GetInteraction())
	if err != nil {
		return nil, err
	}
	return &hushlogv1.LogResponse{RequestId: req.GetInteraction().GetRequestId()}, nil
}

func (g *fakeGateway) LogBatch(ctx context.Context, req *hushlogv1.LogBatchRequest) (*hushlogv1.LogBatchResponse, error) {
	err := g.came(ctx, req.GetInteractions()...)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	out := &hushlogv1.LogBatchResponse{}
	for _, in := range req.GetInteractions() {
		result := &hushlogv1.LogResult{}
		if g.answer != nil {
			result = g.answer(in)
		}
		if result != nil {
			out.Results = append(out.Results, result)
		}
	}
	return out, nil
}

// startGateway serves a fake over TLS, with a certificate of its own, until stop is called.
func startGateway(dir string) (g *fakeGateway, stop func(), err error) {
	g = &fakeGateway{caFile: filepath.Join(dir, "ca.crt")}
	pair, err := selfSigned(g.caFile)
	if err != nil {
		return nil, nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	g.addr = listener.Addr().String()
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13})), grpc.MaxRecvMsgSize(64<<20))
	hushlogv1.RegisterLoggingServiceServer(server, g)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	return g, func() {
		server.Stop()
		err := <-served
		if err != nil {
			panic(err) // Serve returns nil after Stop
		}
	}, nil
}

func selfSigned(caFile string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gateway"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	err = os.WriteFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

func refused(code codes.Code, after time.Duration) *hushlogv1.LogResult {
	return &hushlogv1.LogResult{Code: int32(code), Message: "no", RetryAfterMs: after.Milliseconds()}
}
