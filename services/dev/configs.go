package dev

import (
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml" // the library that reads the files again

	"github.com/hushlog/hushlog/pkg/embedded"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/services/alert"
	"github.com/hushlog/hushlog/services/gateway"
	"github.com/hushlog/hushlog/services/ingest"
	"github.com/hushlog/hushlog/services/query"
	"github.com/hushlog/hushlog/services/redactor"
	"github.com/hushlog/hushlog/services/retention"
	"github.com/hushlog/hushlog/services/setup"
)

// Addresses of everything that listens. Chosen once, so that a part that is
// started again is found where it was.
type Addresses struct {
	Kafka      string
	ClickHouse string
	GRPC       string
	REST       string
	Query      string
	// Admin by name of the process.
	Admin map[string]string
}

// freeAddress is a port of 127.0.0.1 that nobody listens on right now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // returns at once
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	addr := l.Addr().String()
	err = l.Close()
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return addr, nil
}

// chooseAddresses takes those asked for and finds free ports for the others.
func chooseAddresses(o Options) (Addresses, error) {
	a := Addresses{Kafka: o.Kafka, ClickHouse: o.ClickHouse, GRPC: o.GRPC, REST: o.REST, Query: o.Query, Admin: map[string]string{}}
	for _, addr := range []*string{&a.Kafka, &a.ClickHouse, &a.GRPC, &a.REST, &a.Query} {
		if *addr != "" {
			continue
		}
		free, err := freeAddress()
		if err != nil {
			return a, err
		}
		*addr = free
	}
	for _, name := range serviceNames {
		free, err := freeAddress()
		if err != nil {
			return a, err
		}
		a.Admin[name] = free
	}
	return a, nil
}

// serviceNames are the services in the order in which they are started.
var serviceNames = []string{identity.Redactor, identity.Ingest, identity.Alert, identity.Retention, identity.Query, identity.Gateway}

func (s *Stack) common(name string) service.Common {
	c := service.DefaultCommon()
	c.Policy = s.layout.Policy()
	c.Admin.Listen = s.Addresses.Admin[name]
	return c
}

// configs are the configuration files, by name of the process.
func (s *Stack) configs() map[string]any {
	l, brokers := s.layout, s.brokers()
	kms := "file://" + l.KMS()

	g := gateway.DefaultConfig()
	g.Common, g.Kafka, g.TLS = s.common(identity.Gateway), setup.KafkaConfig(l, identity.Gateway, brokers), l.TLS(identity.Gateway)
	g.APIKeys, g.HashKey, g.EpochVerifyKey = l.APIKeys(), l.HashKey(), l.EpochVerifyKey()
	g.GRPC, g.REST = s.Addresses.GRPC, s.Addresses.REST

	r := redactor.DefaultConfig()
	r.Common, r.Kafka, r.KMS = s.common(identity.Redactor), setup.KafkaConfig(l, identity.Redactor, brokers), kms
	r.HashKey, r.PseudonymKey = l.HashKey(), l.PseudonymKey()
	r.EpochSignKey, r.EpochVerifyKey = l.EpochSignKey(), l.EpochVerifyKey()

	i := ingest.DefaultConfig()
	i.Common, i.Kafka, i.KMS = s.common(identity.Ingest), setup.KafkaConfig(l, identity.Ingest, brokers), kms
	i.ClickHouse = setup.ClickHouseConfig(l, identity.Ingest, s.Addresses.ClickHouse)
	i.EpochVerifyKey = l.EpochVerifyKey()

	a := alert.DefaultConfig()
	a.Common, a.Kafka = s.common(identity.Alert), setup.KafkaConfig(l, identity.Alert, brokers)
	if s.options.Webhook != "" {
		a.Webhook.URL, a.Webhook.Key = s.options.Webhook, l.WebhookKey()
	}

	t := retention.DefaultConfig()
	t.Common, t.Kafka = s.common(identity.Retention), setup.KafkaConfig(l, identity.Retention, brokers)
	t.ClickHouse = setup.ClickHouseConfig(l, identity.Retention, s.Addresses.ClickHouse)

	q := query.DefaultConfig()
	q.Common, q.Kafka, q.TLS = s.common(identity.Query), setup.KafkaConfig(l, identity.Query, brokers), l.TLS(identity.Query)
	q.ClickHouse = setup.ClickHouseConfig(l, identity.Query, s.Addresses.ClickHouse)
	q.Listen, q.People, q.RolePKI = s.Addresses.Query, l.People(), l.PKI()

	configs := map[string]any{
		identity.Gateway: g, identity.Redactor: r, identity.Ingest: i, identity.Alert: a, identity.Retention: t, identity.Query: q,
	}
	if s.options.Kafka == "" {
		configs[identity.Kafka] = embedded.BrokerConfig{
			Address: s.Addresses.Kafka, DataDir: filepath.Join(l.Dir, "data", "kafka"), TLS: embedded.TLSFiles(l.TLS(identity.Kafka)),
			AdminPasswordFile: l.KafkaPassword(identity.Admin),
		}
	}
	if s.options.ClickHouse == "" {
		configs[identity.ClickHouse] = embedded.ClickHouseConfig{
			Address: s.Addresses.ClickHouse, DataDir: filepath.Join(l.Dir, "data", "clickhouse"), TLS: embedded.TLSFiles(l.TLS(identity.ClickHouse)),
			UsersFile: l.ClickHouseUsers(),
		}
	}
	return configs
}

// writeConfigs writes each configuration where its process reads it.
func (s *Stack) writeConfigs() error {
	for name, cfg := range s.configs() {
		data, err := yaml.Marshal(cfg)
		if err != nil {
			return fmt.Errorf("configuration of %s: %w", name, err)
		}
		err = os.MkdirAll(filepath.Dir(s.configPath(name)), 0o700)
		if err != nil {
			return fmt.Errorf("configuration of %s: %w", name, err)
		}
		err = os.WriteFile(s.configPath(name), data, 0o600)
		if err != nil {
			return fmt.Errorf("configuration of %s: %w", name, err)
		}
	}
	return nil
}

func (s *Stack) configPath(name string) string {
	return filepath.Join(s.layout.Dir, "config", name+".yaml")
}
