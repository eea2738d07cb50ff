package store

import (
	"errors"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
)

// Config says where ClickHouse is and who we are to it.
type Config struct {
	// Addresses are host:port of ClickHouse's HTTPS interface, tried in order.
	Addresses []string `yaml:"addresses"`
	// User is the ClickHouse user. It must be the CN of TLS.Cert: the certificate is the password.
	User string `yaml:"user"`
	// TLS are our certificate and the deployment's CA.
	TLS identity.TLSFiles `yaml:"tls"`
	// ServerName is the name wanted in the server's certificate. Empty: the host dialed.
	ServerName string `yaml:"server_name"`
	// Cluster is the name of a cluster of replicas (one shard) in ClickHouse's configuration, which has Keeper and the
	// macros {shard} and {replica} too. Empty: a single server. The same for every service, from the first init on.
	Cluster string `yaml:"cluster"`
	// OpenTimeout is how long Open waits for the first answer. Default 30 s. Too low and a service
	// started beside its ClickHouse gives up; too high and a wrong address is noticed late.
	OpenTimeout time.Duration `yaml:"open_timeout"`
	// MaxConnections bounds requests at a time. Default 8. Each holds one block in memory.
	MaxConnections int `yaml:"max_connections"`
}

const (
	defaultOpenTimeout    = 30 * time.Second
	defaultMaxConnections = 8
)

// Validate names each field that is missing or out of range.
func (c Config) Validate() error {
	var errs []error
	if len(c.Addresses) == 0 {
		errs = append(errs, errors.New("clickhouse.addresses: name at least one host:port"))
	}
	if c.User == "" {
		errs = append(errs, errors.New("clickhouse.user: name the identity that the certificate is for"))
	}
	if c.Cluster != "" && !clusterForm.MatchString(c.Cluster) {
		errs = append(errs, errors.New("clickhouse.cluster: must have 1 to 64 of A-Z a-z 0-9 _"))
	}
	if c.OpenTimeout < 0 {
		errs = append(errs, errors.New("clickhouse.open_timeout: must not be negative"))
	}
	if c.MaxConnections < 0 {
		errs = append(errs, errors.New("clickhouse.max_connections: must not be negative"))
	}
	err := c.TLS.Validate()
	if err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (c Config) withDefaults() Config {
	if c.OpenTimeout == 0 {
		c.OpenTimeout = defaultOpenTimeout
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = defaultMaxConnections
	}
	return c
}
