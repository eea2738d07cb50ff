package setup

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
)

// Config of `hushlog init`.
type Config struct {
	// Policy is the path of the policy document.
	Policy string `yaml:"policy"`
	// Kafka and ClickHouse are reached as admin.
	Kafka      stream.Config `yaml:"kafka"`
	ClickHouse store.Config  `yaml:"clickhouse"`
	// Secrets is the directory of the services' passwords on Kafka
	// (kafka-<service>.password).
	Secrets string `yaml:"secrets"`
	// Wait is how long Kafka and ClickHouse may take to answer. Default 2m.
	Wait time.Duration `yaml:"wait"`
}

// DefaultConfig returns the values that hold where a file says nothing.
func DefaultConfig() Config { return Config{Wait: 2 * time.Minute} }

// Validate names each field that is missing.
func (c Config) Validate() error {
	problems := []error{c.Kafka.Validate(), c.ClickHouse.Validate()}
	if c.Policy == "" {
		problems = append(problems, errors.New("policy: path of the policy document is missing"))
	}
	if c.Secrets == "" {
		problems = append(problems, errors.New("secrets: directory of the services' passwords is missing"))
	}
	if c.Wait <= 0 {
		problems = append(problems, errors.New("wait: must be positive"))
	}
	return errors.Join(problems...)
}

// LocalConfig is the configuration of a deployment whose directory is on this machine.
func LocalConfig(layout identity.Layout, brokers []string, clickHouse string) Config {
	cfg := DefaultConfig()
	cfg.Policy = layout.Policy()
	cfg.Kafka = KafkaConfig(layout, identity.Admin, brokers)
	cfg.ClickHouse = ClickHouseConfig(layout, identity.Admin, clickHouse)
	cfg.Secrets = layout.Secrets()
	return cfg
}

// KafkaConfig is how an identity of a local deployment reaches Kafka.
func KafkaConfig(layout identity.Layout, name string, brokers []string) stream.Config {
	return stream.Config{Brokers: brokers, User: name, PasswordFile: layout.KafkaPassword(name), TLS: layout.TLS(name)}
}

// ClickHouseConfig is how an identity of a local deployment reaches ClickHouse.
func ClickHouseConfig(layout identity.Layout, name, addr string) store.Config {
	return store.Config{Addresses: []string{addr}, User: name, TLS: layout.TLS(name)}
}

// Init brings Kafka and ClickHouse to what the policy asks for: topics, users,
// rights, tables, dates. Run again, it changes nothing that is right.
func Init(ctx context.Context, cfg Config) error {
	err := cfg.Validate()
	if err != nil {
		return err
	}
	p, err := policy.Load(cfg.Policy)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, cfg.Wait)
	defer cancel()
	err = initKafka(ctx, cfg, p)
	if err != nil {
		return fmt.Errorf("kafka: %w", err)
	}
	err = initClickHouse(ctx, cfg, p)
	if err != nil {
		return fmt.Errorf("clickhouse: %w", err)
	}
	return nil
}

func initKafka(ctx context.Context, cfg Config, p *policy.Policy) error {
	users, err := kafkaUsers(cfg.Secrets)
	if err != nil {
		return err
	}
	opts, err := stream.Dial(cfg.Kafka)
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer client.Close()
	err = waitFor(ctx, client.Ping)
	if err != nil {
		return err
	}
	admin := kadm.NewClient(client)
	desired := stream.FromPolicy(p, users)
	err = stream.Init(ctx, admin, desired)
	if err != nil {
		return err
	}
	differences, err := stream.Verify(ctx, admin, desired)
	if err != nil {
		return err
	}
	if len(differences) > 0 {
		return fmt.Errorf("%d settings are still not those of the policy, the first: %s", len(differences), differences[0])
	}
	return nil
}

// kafkaUsers are the services, without admin, who is the brokers' own.
func kafkaUsers(secrets string) ([]stream.User, error) {
	var users []stream.User
	for _, name := range identity.Services() {
		if name == identity.Admin {
			continue
		}
		password, err := identity.LoadPassword(filepath.Join(secrets, "kafka-"+name+".password"))
		if err != nil {
			return nil, err
		}
		users = append(users, stream.User{Name: name, Password: password})
	}
	return users, nil
}

const waitPause = 300 * time.Millisecond

// waitFor asks until there is an answer or ctx ends.
func waitFor(ctx context.Context, ask func(context.Context) error) error {
	for {
		err := ask(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", err)
		case <-time.After(waitPause):
		}
	}
}

func initClickHouse(ctx context.Context, cfg Config, p *policy.Policy) error {
	db, err := store.Open(ctx, cfg.ClickHouse)
	if err != nil {
		return err
	}
	err = errors.Join(migrate(ctx, db, p), db.Close())
	return err
}

func migrate(ctx context.Context, db *store.DB, p *policy.Policy) error {
	err := db.Migrate(ctx)
	if err != nil {
		return err
	}
	expiries := store.Expiries(p)
	err = db.ApplyRetention(ctx, expiries)
	if err != nil {
		return err
	}
	return db.VerifyRetention(ctx, expiries)
}
