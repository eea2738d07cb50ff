package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const (
	// caLifetime is long because changing the CA means restarting every part at once.
	caLifetime = 10 * 365 * 24 * time.Hour
	// certLifetime is long enough to renew once a year with a month to spare; services reload by themselves.
	certLifetime = 398 * 24 * time.Hour
	// clockSkew lets a machine whose clock is slightly behind use a certificate at once.
	clockSkew = 5 * time.Minute
	// serialBits is the size of random serial numbers, as CAs on the web use.
	serialBits = 127

	pemCertificate = "CERTIFICATE"
	pemPrivateKey  = "PRIVATE KEY"
)

// ErrExists says that a file that must not be overwritten is there. Remove it, or say --force where
// losing it is meant.
var ErrExists = errors.New("file exists and is never overwritten")

// nameForm is what an identity's name may be: it becomes a file name, a CN and a user name.
var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)

// FilesIn names the certificate files of one identity in a directory made by CreateCA.
func FilesIn(dir, name string) TLSFiles {
	return TLSFiles{
		CA:   filepath.Join(dir, "ca.crt"),
		Cert: filepath.Join(dir, name+".crt"),
		Key:  filepath.Join(dir, name+".key"),
	}
}

// CreateCA makes ca.crt and ca.key (ECDSA P-256, mode 0600) in dir, making dir when it is missing.
// It returns ErrExists and changes nothing when a CA is there: a new CA cuts off every part that
// holds a certificate of the old one.
func CreateCA(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("generate CA key: %w", err)
	}
	template, err := certTemplate("hushlog CA", caLifetime)
	if err != nil {
		return err
	}
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.MaxPathLenZero = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return fmt.Errorf("sign CA certificate: %w", err)
	}
	err = os.MkdirAll(dir, 0o700)
	if err != nil {
		return fmt.Errorf("make directory for CA: %w", err)
	}
	return writePair(filepath.Join(dir, "ca"), der, key, false)
}

// IssueCert makes name.crt and name.key in dir, signed by the CA there, for both client and server
// use. hosts are DNS names or IP addresses beside localhost, 127.0.0.1, ::1 and the name itself. An existing
// certificate of that name is replaced (that is how one is renewed); running services reload it.
func IssueCert(dir, name string, hosts ...string) error {
	if !nameForm.MatchString(name) || name == "ca" {
		return fmt.Errorf("issue certificate: a name must match %s and not be ca", nameForm)
	}
	caCert, caKey, err := loadCA(dir)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("generate key of %s: %w", name, err)
	}
	template, err := certTemplate(name, certLifetime)
	if err != nil {
		return err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	addHosts(template, append(ownHosts(name), hosts...))
	der, err := x509.CreateCertificate(rand.Reader, template, caCert, key.Public(), caKey)
	if err != nil {
		return fmt.Errorf("sign certificate of %s: %w", name, err)
	}
	return writePair(filepath.Join(dir, name), der, key, true)
}

// ownHosts are the names that every certificate has. A name with an underscore is no host's.
func ownHosts(name string) []string {
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	if strings.Contains(name, "_") {
		return hosts
	}
	return append(hosts, name)
}

// CertExpiry is the date until which the certificate of files is valid.
func CertExpiry(files TLSFiles) (time.Time, error) {
	der, err := readPEM(files.Cert, pemCertificate)
	if err != nil {
		return time.Time{}, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return time.Time{}, fmt.Errorf("parse %s: %w", files.Cert, err)
	}
	return cert.NotAfter, nil
}

// certTemplate holds what the CA and its certificates share.
func certTemplate(cn string, lifetime time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serialBits))
	if err != nil {
		return nil, fmt.Errorf("draw serial number: %w", err)
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: cn, Organization: []string{"hushlog"}},
		NotBefore:    now.Add(-clockSkew),
		NotAfter:     now.Add(lifetime),
	}, nil
}

// addHosts sorts hosts into IP addresses and DNS names, dropping doubles.
func addHosts(template *x509.Certificate, hosts []string) {
	seen := make(map[string]bool, len(hosts))
	for _, host := range hosts {
		if seen[host] {
			continue
		}
		seen[host] = true
		ip := net.ParseIP(host)
		if ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, host)
	}
}

// loadCA reads the CA made by CreateCA.
func loadCA(dir string) (*x509.Certificate, crypto.Signer, error) {
	certDER, err := readPEM(filepath.Join(dir, "ca.crt"), pemCertificate)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(certDER)
	if err != nil {
		return nil, nil, fmt.Errorf("parse CA certificate in %s: %w", dir, err)
	}
	keyDER, err := readPEM(filepath.Join(dir, "ca.key"), pemPrivateKey)
	if err != nil {
		return nil, nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(keyDER)
	if err != nil {
		return nil, nil, fmt.Errorf("parse CA key in %s: not a PKCS #8 private key", dir)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, nil, fmt.Errorf("CA key in %s is not ECDSA; make a CA with `hushlog certs`", dir)
	}
	return cert, key, nil
}

// readPEM reads the first block of a file and wants its type.
func readPEM(path, blockType string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", blockType, err)
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != blockType {
		return nil, fmt.Errorf("%s holds no PEM block %s", path, blockType)
	}
	return block.Bytes, nil
}

// writePair writes base.crt and base.key, the key first so that a certificate is never seen without its key.
func writePair(base string, der []byte, key *ecdsa.PrivateKey, replace bool) error {
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encode key: %w", err)
	}
	if !replace {
		for _, path := range []string{base + ".key", base + ".crt"} {
			_, err = os.Stat(path)
			if err == nil {
				return fmt.Errorf("%s: %w", path, ErrExists)
			}
		}
	}
	err = writeAtomic(base+".key", pem.EncodeToMemory(&pem.Block{Type: pemPrivateKey, Bytes: keyDER}), 0o600)
	if err != nil {
		return err
	}
	return writeAtomic(base+".crt", pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: der}), 0o600)
}
