package backend

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/test/containers"
	"github.com/hushlog/hushlog/test/repository"
)

// contained is Kafka or ClickHouse in a container.
type contained struct{ server *containers.Server }

func newContainers(dir string, deployment identity.Layout) (kafka, house part, err error) {
	root, err := repository.Root()
	if err != nil {
		return nil, nil, err
	}
	kafkaServer, err := containers.NewKafka(containers.Config{
		Dir: filepath.Join(dir, "container-kafka"), Deployment: deployment, Repository: root,
	})
	if err != nil {
		return nil, nil, err
	}
	houseServer, err := containers.NewClickHouse(containers.Config{
		Dir: filepath.Join(dir, "container-clickhouse"), Deployment: deployment, Repository: root,
	})
	if err != nil {
		return nil, nil, err
	}
	return contained{kafkaServer}, contained{houseServer}, nil
}

func (c contained) addr() []string { return []string{c.server.Addr()} }

func (c contained) data() string { return c.server.Dir() }

func (c contained) start(ctx context.Context) error {
	err := c.server.Start(ctx)
	if errors.Is(err, containers.ErrMissing) {
		return fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return err
}

func (c contained) stop(ctx context.Context) error { return c.server.Stop(ctx) }

func (c contained) kill(ctx context.Context) error { return c.server.Kill(ctx) }
