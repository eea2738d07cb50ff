package identity

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// TLSFiles names the files of one identity. Files are watched by mtime: a renewed certificate is
// used from the next handshake on. A changed CA needs a restart.
type TLSFiles struct {
	// CA is the certificate (PEM) of the CA that peers must be signed by.
	CA string `yaml:"ca"`
	// Cert is this identity's certificate (PEM).
	Cert string `yaml:"cert"`
	// Key is this identity's private key (PEM).
	Key string `yaml:"key"`
}

// Validate says which file is not named.
func (f TLSFiles) Validate() error {
	var errs []error
	for _, field := range []struct{ name, value string }{{"ca", f.CA}, {"cert", f.Cert}, {"key", f.Key}} {
		if field.value == "" {
			errs = append(errs, fmt.Errorf("%s: name the file", field.name))
		}
	}
	return errors.Join(errs...)
}

// ServerTLS is for an interface between parts of the deployment: TLS 1.3 at least, and a client
// must show a certificate of the deployment's CA. PeerName says whose it is.
func ServerTLS(files TLSFiles) (*tls.Config, error) {
	config, pool, err := baseTLS(files)
	if err != nil {
		return nil, err
	}
	config.ClientAuth = tls.RequireAndVerifyClientCert
	config.ClientCAs = pool
	return config, nil
}

// PublicServerTLS is for an interface whose callers are outside the deployment and prove themselves
// by API key or token: TLS 1.3 at least, no client certificate asked.
func PublicServerTLS(files TLSFiles) (*tls.Config, error) {
	config, _, err := baseTLS(files)
	if err != nil {
		return nil, err
	}
	return config, nil
}

// ClientTLS shows this identity's certificate and verifies the server against the deployment's CA.
// serverName is the name wanted in the server's certificate; empty means the name dialed.
func ClientTLS(files TLSFiles, serverName string) (*tls.Config, error) {
	config, pool, err := baseTLS(files)
	if err != nil {
		return nil, err
	}
	config.RootCAs = pool
	config.ServerName = serverName
	return config, nil
}

// PeerName is the CN of the verified peer, or "" when there is none. It trusts only chains that the
// handshake verified.
func PeerName(state tls.ConnectionState) string {
	if len(state.VerifiedChains) == 0 || len(state.VerifiedChains[0]) == 0 {
		return ""
	}
	return state.VerifiedChains[0][0].Subject.CommonName
}

// baseTLS loads the files once, so that a wrong path is found at the start, and reloads on change.
func baseTLS(files TLSFiles) (*tls.Config, *x509.CertPool, error) {
	err := files.Validate()
	if err != nil {
		return nil, nil, fmt.Errorf("TLS files: %w", err)
	}
	pool, err := LoadPool(files.CA)
	if err != nil {
		return nil, nil, err
	}
	leaf := &reloadingCert{files: files}
	_, err = leaf.get()
	if err != nil {
		return nil, nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return leaf.get()
		},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return leaf.get()
		},
	}, pool, nil
}

// LoadPool reads the certificates (PEM) of the CAs that a peer must be signed by.
func LoadPool(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read CA: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate; name a CA's certificate in PEM", path)
	}
	return pool, nil
}

// CallerTLS is how somebody outside the deployment calls it, who shows no certificate: TLS 1.3 at
// least, and the server's certificate must be of the CA in the file ca.
func CallerTLS(ca string) (*tls.Config, error) {
	pool, err := LoadPool(ca)
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: pool}, nil
}

// reloadingCert is one identity's certificate, read again when its files change.
type reloadingCert struct {
	files TLSFiles

	mu    sync.Mutex // guards what follows
	cert  *tls.Certificate
	stamp certStamp
}

// certStamp tells two states of the files apart.
type certStamp struct {
	cert, key         time.Time
	certSize, keySize int64
}

// get returns the newest pair that fits together. While a renewal is half written (key new,
// certificate old) the last good pair stays in use and the next handshake looks again.
func (r *reloadingCert) get() (*tls.Certificate, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	stamp, err := r.stat()
	if err == nil && r.cert != nil && stamp == r.stamp {
		return r.cert, nil
	}
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.LoadX509KeyPair(r.files.Cert, r.files.Key)
	}
	if err != nil && r.cert != nil {
		return r.cert, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load certificate %s: %w", r.files.Cert, err)
	}
	r.cert, r.stamp = &pair, stamp
	return r.cert, nil
}

func (r *reloadingCert) stat() (certStamp, error) {
	cert, err := os.Stat(r.files.Cert)
	if err != nil {
		return certStamp{}, err
	}
	key, err := os.Stat(r.files.Key)
	if err != nil {
		return certStamp{}, err
	}
	return certStamp{cert.ModTime(), key.ModTime(), cert.Size(), key.Size()}, nil
}

// OnThisMachine says whether a host, a name or an IP address without a port, is this very machine: what goes there may go
// without TLS.
func OnThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
