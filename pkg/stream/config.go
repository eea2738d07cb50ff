package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/hushlog/hushlog/pkg/identity"
)

// Config says where Kafka is and who we are to it.
type Config struct {
	// Brokers are host:port to start from.
	Brokers []string `yaml:"brokers"`
	// User is the SASL user; Kafka's principal is User: and this name.
	User string `yaml:"user"`
	// PasswordFile holds the password on one line. It is read at each login, so that it can be changed.
	PasswordFile string `yaml:"password_file"`
	// TLS are our certificate and the deployment's CA.
	TLS identity.TLSFiles `yaml:"tls"`
	// ServerName is the name wanted in the brokers' certificates. Empty: the host dialed.
	ServerName string `yaml:"server_name"`
}

// Validate names each field that is missing.
func (c Config) Validate() error {
	var errs []error
	if len(c.Brokers) == 0 {
		errs = append(errs, errors.New("kafka.brokers: name at least one host:port"))
	}
	if c.User == "" {
		errs = append(errs, errors.New("kafka.user: name the identity"))
	}
	if c.PasswordFile == "" {
		errs = append(errs, errors.New("kafka.password_file: name the file"))
	}
	err := c.TLS.Validate()
	if err != nil {
		errs = append(errs, fmt.Errorf("kafka.tls: %w", err))
	}
	return errors.Join(errs...)
}

const (
	dialTimeout = 10 * time.Second
	// requestOverhead is what a request may take beyond the time it asks the broker to wait: short, so
	// that a broker that hangs is left within a lease of the group.
	requestOverhead = 10 * time.Second
	metadataMaxAge  = time.Minute
)

// Dial returns the options of every client: seed brokers, mutual TLS 1.3 and SCRAM-SHA-512, and
// timeouts. It reads the files once, so that a wrong path is found at the start; it connects to nothing.
func Dial(cfg Config) ([]kgo.Opt, error) {
	err := cfg.Validate()
	if err != nil {
		return nil, err
	}
	tlsConfig, err := identity.ClientTLS(cfg.TLS, cfg.ServerName)
	if err != nil {
		return nil, fmt.Errorf("kafka: %w", err)
	}
	_, err = identity.LoadPassword(cfg.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("kafka: %w", err)
	}
	login := func(context.Context) (scram.Auth, error) {
		password, loadErr := identity.LoadPassword(cfg.PasswordFile)
		return scram.Auth{User: cfg.User, Pass: password}, loadErr
	}
	return append(Plain(cfg.User, cfg.Brokers...),
		kgo.DialTLSConfig(tlsConfig),
		kgo.SASL(scram.Sha512(login)),
	), nil
}

// Plain are the options of Dial without TLS and login. For brokers in the same process, in tests.
func Plain(clientID string, brokers ...string) []kgo.Opt {
	return []kgo.Opt{
		kgo.SeedBrokers(brokers...),
		kgo.ClientID(clientID),
		kgo.DialTimeout(dialTimeout),
		kgo.RequestTimeoutOverhead(requestOverhead),
		kgo.MetadataMaxAge(metadataMaxAge),
		kgo.MetadataMinAge(250 * time.Millisecond),
		kgo.DisableClientMetrics(),
	}
}
