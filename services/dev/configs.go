package dev

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"github.com/goccy/go-yaml" // the library that reads the files again

	"github.com/hushlog/hushlog/pkg/embedded"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/supervise"
	"github.com/hushlog/hushlog/services/alert"
	"github.com/hushlog/hushlog/services/canary"
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
	// Gateways are the gRPC interfaces of all gateways, GRPC first.
	Gateways []string

	// rest are the REST interfaces of the gateways beside the first, by name of the process.
	rest map[string]string
	// kafkaListens and clickHouseListens are where the embedded parts listen when something stands in front of them.
	kafkaListens, clickHouseListens string
}

// chooseAddresses takes those asked for and finds free ports for the others. It
// holds those asked for until the last is chosen, so that no two are the same.
func chooseAddresses(o Options) (Addresses, error) {
	a := Addresses{Kafka: o.Kafka, ClickHouse: o.ClickHouse, GRPC: o.GRPC, REST: o.REST, Query: o.Query, Admin: map[string]string{}, rest: map[string]string{}}
	var held ports
	defer held.release()
	for _, own := range []struct {
		addr *string
		flag string
	}{{&a.GRPC, "--grpc"}, {&a.REST, "--rest"}, {&a.Query, "--query"}} {
		if *own.addr == "" {
			continue
		}
		_, err := held.take(*own.addr)
		if errors.Is(err, syscall.EADDRINUSE) {
			return a, fmt.Errorf("%s is in use; stop what listens there, or name another address with %s", *own.addr, own.flag)
		}
		if err != nil {
			return a, fmt.Errorf("%s: %w", own.flag, err)
		}
	}
	for _, addr := range []*string{&a.Kafka, &a.ClickHouse, &a.GRPC, &a.REST, &a.Query} {
		if *addr != "" {
			continue // named; a Kafka and a ClickHouse from elsewhere listen there already
		}
		err := held.find(addr)
		if err != nil {
			return a, err
		}
	}
	for _, name := range o.services() {
		for _, process := range append([]string{name}, o.replicas(name)...) {
			var addr string
			err := held.find(&addr)
			if err != nil {
				return a, err
			}
			a.Admin[process] = addr
		}
	}
	err := a.findGateways(o, &held)
	if err != nil {
		return a, err
	}
	return a, a.putInFront(o)
}

// findGateways chooses where the gateways beside the first listen.
func (a *Addresses) findGateways(o Options, held *ports) error {
	a.Gateways = []string{a.GRPC}
	for _, name := range o.replicas(identity.Gateway) {
		var grpc, rest string
		err := errors.Join(held.find(&grpc), held.find(&rest))
		if err != nil {
			return err
		}
		a.Gateways = append(a.Gateways, grpc)
		a.rest[name] = rest
	}
	return nil
}

// putInFront lets services find the embedded parts behind what stands in front of them.
func (a *Addresses) putInFront(o Options) error {
	if o.Front == nil {
		return nil
	}
	for _, part := range []struct {
		name, elsewhere string
		addr, listens   *string
	}{{identity.Kafka, o.Kafka, &a.Kafka, &a.kafkaListens}, {identity.ClickHouse, o.ClickHouse, &a.ClickHouse, &a.clickHouseListens}} {
		if part.elsewhere != "" {
			continue
		}
		front, err := o.Front(part.name, *part.addr)
		if err != nil {
			return fmt.Errorf("what stands in front of %s: %w", part.name, err)
		}
		*part.listens, *part.addr = *part.addr, front
	}
	return nil
}

// replicas are the names of the processes of a service beside the first.
func (o Options) replicas(name string) []string {
	var names []string
	for i := 1; i < o.Replicas[name]; i++ {
		names = append(names, fmt.Sprintf("%s-%d", name, i))
	}
	return names
}

// ports are listeners that keep addresses from others until they are released.
type ports []net.Listener

// take listens on addr and returns it with the port that it got.
func (p *ports) take(addr string) (string, error) {
	l, err := net.Listen("tcp", addr) //nolint:noctx // returns at once
	if err != nil {
		return "", err
	}
	*p = append(*p, l)
	return l.Addr().String(), nil
}

// find finds a port of 127.0.0.1 that nobody listens on, nor will before our process does.
func (p *ports) find(addr *string) error {
	var err error
	*addr, err = supervise.FreeAddress()
	return err
}

func (p *ports) release() {
	for _, l := range *p {
		_ = l.Close()
	}
}

// serviceNames are the services in the order in which they are started.
var serviceNames = []string{identity.Redactor, identity.Ingest, identity.Alert, identity.Retention, identity.Query, identity.Gateway}

// services are those that are started: canaries come last, when there is somebody to take them.
func (o Options) services() []string {
	if o.Canaries == nil {
		return serviceNames
	}
	return append(slices.Clone(serviceNames), identity.Canary)
}

func (s *Stack) common(name string) service.Common {
	c := service.DefaultCommon()
	c.Policy = s.layout.Policy()
	c.Admin.Listen = s.Addresses.Admin[name]
	return c
}

// initName is the configuration file of `hushlog init`, which other commands that work as admin need too.
const initName = "init"

// setup is the configuration of `hushlog init`.
func (s *Stack) setup() setup.Config {
	return setup.LocalConfig(s.layout, s.brokers(), s.Addresses.ClickHouse)
}

// configs are the configuration files, by name of the process.
func (s *Stack) configs() map[string]any {
	l, brokers := s.layout, s.brokers()
	kms := "file://" + l.KMS()

	g := gateway.DefaultConfig()
	g.Common, g.Kafka, g.TLS = s.common(identity.Gateway), setup.KafkaConfig(l, identity.Gateway, brokers), l.TLS(identity.Gateway)
	g.APIKeys, g.HashKey, g.EpochVerifyKey = l.APIKeys(), l.HashKey(), l.EpochVerifyKey()
	verify := restrict.KeyFiles{People: l.RestrictVerifyKey(), Rules: l.RespondVerifyKey()}
	g.RestrictVerify = verify
	g.GRPC, g.REST = s.Addresses.GRPC, s.Addresses.REST

	r := redactor.DefaultConfig()
	r.Common, r.Kafka, r.KMS = s.common(identity.Redactor), setup.KafkaConfig(l, identity.Redactor, brokers), kms
	r.HashKey, r.PseudonymKey = l.HashKey(), l.PseudonymKey()
	r.RestrictVerify = verify
	r.EpochSignKey, r.EpochVerifyKey = l.EpochSignKey(), l.EpochVerifyKey()

	i := ingest.DefaultConfig()
	i.Common, i.Kafka, i.KMS = s.common(identity.Ingest), setup.KafkaConfig(l, identity.Ingest, brokers), kms
	i.ClickHouse = setup.ClickHouseConfig(l, identity.Ingest, s.Addresses.ClickHouse)
	i.EpochVerifyKey = l.EpochVerifyKey()

	a := alert.DefaultConfig()
	a.Common, a.Kafka = s.common(identity.Alert), setup.KafkaConfig(l, identity.Alert, brokers)
	a.RestrictSignKey = l.RespondSignKey()
	if s.options.Webhook != "" {
		a.Webhook.URL, a.Webhook.Key = s.options.Webhook, l.WebhookKey()
	}

	t := retention.DefaultConfig()
	t.Common, t.Kafka = s.common(identity.Retention), setup.KafkaConfig(l, identity.Retention, brokers)
	t.ClickHouse = setup.ClickHouseConfig(l, identity.Retention, s.Addresses.ClickHouse)

	t.KMS, t.EpochVerifyKey = kms, l.EpochVerifyKey()
	t.Backups = l.Backups()
	t.Trail = retention.TrailConfig{Dir: l.TrailLog(), SignKey: l.TrailSignKey(), VerifyKey: l.TrailVerifyKey()}

	q := query.DefaultConfig()
	q.Common, q.Kafka, q.TLS = s.common(identity.Query), setup.KafkaConfig(l, identity.Query, brokers), l.TLS(identity.Query)
	q.ClickHouse = setup.ClickHouseConfig(l, identity.Query, s.Addresses.ClickHouse)
	q.EpochVerifyKey = l.EpochVerifyKey()
	q.RestrictSignKey, q.RestrictVerify = l.RestrictSignKey(), verify
	q.Listen, q.People, q.RolePKI = s.Addresses.Query, l.People(), l.PKI()

	configs := map[string]any{
		identity.Gateway: g, identity.Redactor: r, identity.Ingest: i, identity.Alert: a, identity.Retention: t, identity.Query: q,
		initName: s.setup(),
	}
	if s.options.Canaries != nil {
		configs[identity.Canary] = s.canaryConfig()
	}
	for n, name := range s.options.replicas(identity.Redactor) {
		replica := r
		replica.Common, replica.Instance = s.common(name), strconv.Itoa(n+1)
		configs[name] = replica
	}
	for n, name := range s.options.replicas(identity.Gateway) {
		replica := g
		replica.Common, replica.GRPC, replica.REST = s.common(name), s.Addresses.Gateways[n+1], s.Addresses.rest[name]
		configs[name] = replica
	}
	for _, name := range s.options.replicas(identity.Alert) {
		replica := a
		replica.Common = s.common(name)
		configs[name] = replica
	}
	for _, name := range s.options.replicas(identity.Ingest) {
		replica := i
		replica.Common = s.common(name)
		configs[name] = replica
	}
	maps.Copy(configs, s.embeddedConfigs())
	return configs
}

func (s *Stack) canaryConfig() canary.Config {
	l, c := s.layout, canary.DefaultConfig()
	c.Common, c.TLS, c.Key = s.common(identity.Canary), l.TLS(identity.Canary), l.CanaryKey()
	c.ClickHouse = setup.ClickHouseConfig(l, identity.Canary, s.Addresses.ClickHouse)
	c.Kafka = setup.KafkaConfig(l, identity.Canary, s.brokers())
	c.GRPC, c.REST = s.Addresses.GRPC, s.Addresses.REST
	c.Logs = []string{filepath.Join(l.Dir, "log", "*.log")}
	for _, process := range slices.Sorted(maps.Keys(s.Addresses.Admin)) {
		c.Metrics = append(c.Metrics, "http://"+s.Addresses.Admin[process]+"/metrics")
	}
	s.options.Canaries(&c)
	return c
}

// embeddedConfigs are those of Kafka and ClickHouse, where they are not from elsewhere.
func (s *Stack) embeddedConfigs() map[string]any {
	l, configs := s.layout, map[string]any{}
	if s.options.Kafka == "" {
		configs[identity.Kafka] = embedded.BrokerConfig{
			Address: s.Addresses.Kafka, DataDir: filepath.Join(l.Dir, "data", "kafka"), TLS: l.TLS(identity.Kafka),
			AdminPasswordFile: l.KafkaPassword(identity.Admin), Listen: s.Addresses.kafkaListens,
		}
	}
	if s.options.ClickHouse == "" {
		// Looked for here, as the process runs in another directory. Where there is none, the process says so.
		library, err := embedded.FindLibrary("")
		if err == nil {
			library = absolute(library)
		}
		configs[identity.ClickHouse] = embedded.ClickHouseConfig{
			Address: cmp.Or(s.Addresses.clickHouseListens, s.Addresses.ClickHouse), DataDir: filepath.Join(l.Dir, "data", "clickhouse"), TLS: l.TLS(identity.ClickHouse),
			UsersFile: l.ClickHouseUsers(), DisksFile: l.ClickHouseDisks(), BackupDir: l.Backups(), Library: library,
		}
	}
	return configs
}

// absolute is a path that means the same in every directory.
func absolute(path string) string {
	whole, err := filepath.Abs(path)
	if err != nil {
		return path // the working directory is gone: nothing relative to it is there either
	}
	return whole
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
