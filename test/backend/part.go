package backend

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/hushlog/hushlog/pkg/embedded"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/supervise"
	"github.com/hushlog/hushlog/test/dial"
	"github.com/hushlog/hushlog/test/process"
)

// partStart bounds the start of an embedded part, which takes about a second.
const partStart = 60 * time.Second

// part is Kafka or ClickHouse, running or not, at an address that stays.
type part interface {
	addr() []string
	// data is the folder of what it keeps.
	data() string
	// start starts it, again too, and returns when it answers.
	start(ctx context.Context) error
	stop(ctx context.Context) error
	// kill ends it as a crash would.
	kill(ctx context.Context) error
}

// child is an embedded part in a process of its own.
type child struct {
	name, dir, address string
	cfg                childConfig
	// ready returns when the part answers; alive ends the wait when the process has ended.
	ready   func(ctx context.Context, alive func() error) error
	process *process.Process
}

func (c *child) addr() []string { return []string{c.address} }

func (c *child) data() string { return filepath.Join(c.dir, c.name) }

func (c *child) start(ctx context.Context) error {
	if c.process.Alive() == nil {
		return nil
	}
	started, err := startChild(c.name, c.dir, c.cfg)
	if err != nil {
		return err
	}
	c.process = started
	ctx, cancel := context.WithTimeout(ctx, partStart)
	defer cancel()
	err = c.ready(ctx, started.Alive)
	if err != nil {
		return errors.Join(fmt.Errorf("start embedded %s (see %s.log in %s): %w", c.name, c.name, c.dir, err), started.Kill())
	}
	return nil
}

func (c *child) stop(ctx context.Context) error { return c.process.Stop(ctx, childStop) }

func (c *child) kill(context.Context) error { return c.process.Kill() }

// newBroker is the embedded Kafka.
func newBroker(dir string, deployment identity.Layout) (*child, error) {
	address, err := supervise.FreeAddress()
	if err != nil {
		return nil, err
	}
	return &child{
		name: "kafka", dir: dir, address: address,
		cfg: childConfig{Broker: &embedded.BrokerConfig{
			Address:           address,
			DataDir:           filepath.Join(dir, "kafka"),
			TLS:               deployment.TLS(identity.Kafka),
			AdminUser:         identity.Admin,
			AdminPasswordFile: deployment.KafkaPassword(identity.Admin),
		}},
		ready: func(ctx context.Context, alive func() error) error {
			return dial.WaitKafka(ctx, deployment, []string{address}, alive)
		},
	}, nil
}

// newClickHouse is the embedded ClickHouse; ErrMissing without the engine's library.
func newClickHouse(dir string, deployment identity.Layout) (*child, error) {
	library, err := embedded.FindLibrary("")
	if errors.Is(err, embedded.ErrNoLibrary) {
		return nil, fmt.Errorf("%w: %w", ErrMissing, err)
	}
	if err != nil {
		return nil, err
	}
	address, err := supervise.FreeAddress()
	if err != nil {
		return nil, err
	}
	return &child{
		name: "clickhouse", dir: dir, address: address,
		cfg: childConfig{ClickHouse: &embedded.ClickHouseConfig{
			Address:   address,
			DataDir:   filepath.Join(dir, "clickhouse"),
			UsersFile: deployment.ClickHouseUsers(),
			Library:   library,
			TLS:       deployment.TLS(identity.ClickHouse),
		}},
		ready: func(ctx context.Context, alive func() error) error {
			return dial.WaitClickHouse(ctx, deployment, address, alive)
		},
	}, nil
}
