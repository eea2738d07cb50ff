// Package client sends interactions to a hushlog gateway.
//
// Client.Log and Client.LogBatch answer once the interactions are durable. A Logger buffers, sends in
// the background and never drops silently: a full buffer blocks or fails, as its owner chose, and what
// could not be delivered is handed back.
//
// Whatever is sent again goes under the request id it had the first time, which the gateway's side
// recognises for 15 minutes: retries store nothing twice.
package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"             // the gateway speaks gRPC
	"google.golang.org/grpc/credentials" // TLS, and the API key with each call
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/keepalive"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// keyPrefix begins every API key.
	keyPrefix = "hl_"

	defaultTimeout  = 10 * time.Second
	defaultAttempts = 5
	// maxAnswer is above the answer to the largest batch: 1,000 results of at most 3 KiB.
	maxAnswer = 8 << 20
)

// Options are how a Client works. Only APIKey is required.
type Options struct {
	// APIKey is `hl_...`, as `hushlog key create` printed it. It is sent over TLS only.
	APIKey string
	// CAFile is the certificate (PEM) of the deployment's CA, its pki/ca.crt. Empty means the system's
	// roots. Not to be set together with TLS.
	CAFile string
	// TLS replaces what CAFile makes: for client certificates, or roots from elsewhere. TLS below 1.3 is
	// never spoken.
	TLS *tls.Config
	// Timeout is how long one attempt may take. Default 10 s. Too low and slow answers are sent again,
	// too high and a gateway that hangs is left late.
	Timeout time.Duration
	// Attempts is how often Log and LogBatch send at most before they give up. Default 5.
	Attempts int
	// Compress sends with gzip: worth it on slow or metered networks, a waste of time on fast ones.
	Compress bool
	// DialOptions are added to those of the connection, for tests and proxies.
	DialOptions []grpc.DialOption
}

// Client is a connection to one gateway, or to all behind one name. Safe for concurrent use.
type Client struct {
	conn    *grpc.ClientConn
	service hushlogv1.LoggingServiceClient
	opts    Options
	calls   []grpc.CallOption
}

// New connects in the background: it fails on options that cannot work, not on a gateway that is not
// there. addr is host:port, or any target of gRPC. Close the client.
func New(addr string, opts Options) (*Client, error) {
	if !strings.HasPrefix(opts.APIKey, keyPrefix) {
		return nil, errors.New("client: APIKey must be a key that begins with " + keyPrefix)
	}
	if opts.Timeout < 0 || opts.Attempts < 0 {
		return nil, errors.New("client: Timeout and Attempts must not be negative")
	}
	if opts.Timeout == 0 {
		opts.Timeout = defaultTimeout
	}
	if opts.Attempts == 0 {
		opts.Attempts = defaultAttempts
	}
	config, err := tlsConfig(opts)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(addr, append([]grpc.DialOption{
		grpc.WithTransportCredentials(credentials.NewTLS(config)),
		grpc.WithPerRPCCredentials(apiKey(opts.APIKey)),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig":[{"round_robin":{}}]}`),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: time.Minute, Timeout: 20 * time.Second}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswer)),
	}, opts.DialOptions...)...)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	c := &Client{conn: conn, service: hushlogv1.NewLoggingServiceClient(conn), opts: opts}
	if opts.Compress {
		c.calls = append(c.calls, grpc.UseCompressor(gzip.Name))
	}
	return c, nil
}

func tlsConfig(opts Options) (*tls.Config, error) {
	if opts.TLS != nil && opts.CAFile != "" {
		return nil, errors.New("client: set CAFile or TLS, not both")
	}
	config := &tls.Config{MinVersion: tls.VersionTLS13}
	if opts.TLS != nil {
		config = opts.TLS.Clone()
		config.MinVersion = max(config.MinVersion, tls.VersionTLS13)
	}
	if opts.CAFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(filepath.Clean(opts.CAFile))
	if err != nil {
		return nil, fmt.Errorf("client: read CA: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("client: %s holds no certificate", opts.CAFile)
	}
	return config, nil
}

// Close ends the connection; calls in progress fail. Close Loggers first.
func (c *Client) Close() error {
	err := c.conn.Close()
	if err != nil {
		return fmt.Errorf("client: close: %w", err)
	}
	return nil
}

// apiKey is the authorization header of each call.
type apiKey string

// GetRequestMetadata is called by gRPC for each call.
func (k apiKey) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(k)}, nil
}

// RequireTransportSecurity makes gRPC refuse to send the key in the clear.
func (k apiKey) RequireTransportSecurity() bool { return true }
