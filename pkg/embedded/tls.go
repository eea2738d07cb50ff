package embedded

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// TLSFiles names the PEM files of one end of a mutually authenticated connection.
type TLSFiles struct {
	CA   string `yaml:"ca"`   // the deployment's CA, the only one that is trusted
	Cert string `yaml:"cert"` // this end's certificate
	Key  string `yaml:"key"`  // its private key
}

// serverConfig returns a TLS 1.3 configuration that refuses every client
// without a certificate of the deployment's CA.
func (f TLSFiles) serverConfig() (*tls.Config, error) {
	err := f.validate()
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(f.CA)
	if err != nil {
		return nil, fmt.Errorf("tls.ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("tls.ca: %s holds no certificate", f.CA)
	}
	cert, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		return nil, fmt.Errorf("tls.cert and tls.key: %w", err)
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{cert},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    pool,
	}, nil
}

func (f TLSFiles) validate() error {
	if f.CA == "" || f.Cert == "" || f.Key == "" {
		return errors.New("tls: ca, cert and key are all required")
	}
	return nil
}
