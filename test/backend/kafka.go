package backend

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/test/apachekafka"
)

// apacheKafka is Apache Kafka from its jars.
type apacheKafka struct {
	cfg     apachekafka.Config
	cluster *apachekafka.Cluster // nil before the first start
}

func newApacheKafka(dir string, deployment identity.Layout) *apacheKafka {
	return &apacheKafka{cfg: apachekafka.Config{Dir: filepath.Join(dir, "apache-kafka"), Deployment: deployment}}
}

func (k *apacheKafka) addr() []string { return k.cluster.Brokers() }

func (k *apacheKafka) data() string { return k.cfg.Dir }

func (k *apacheKafka) start(ctx context.Context) error {
	if k.cluster != nil {
		return k.cluster.Restart(ctx)
	}
	cluster, err := apachekafka.Start(ctx, k.cfg)
	if errors.Is(err, apachekafka.ErrMissing) {
		return fmt.Errorf("%w: %w", ErrMissing, err)
	}
	if err != nil {
		return err
	}
	k.cluster = cluster
	return nil
}

func (k *apacheKafka) stop(ctx context.Context) error {
	if k.cluster == nil {
		return nil
	}
	return k.cluster.Stop(ctx)
}

func (k *apacheKafka) kill(context.Context) error { return k.cluster.Kill(1) }

// Kafka is a running broker without a ClickHouse beside it, for tests that need no more.
type Kafka struct {
	// Brokers are addresses of the SASL_SSL listeners.
	Brokers []string
	// Stop stops it cleanly; what it keeps stays in the folder it was given.
	Stop func(context.Context) error
}

// StartKafka starts the Kafka of a kind in dir, for a deployment made before. It returns ErrMissing
// when a part is not on this machine. The test's package has a TestMain that calls Main.
func StartKafka(ctx context.Context, kind Kind, dir string, deployment identity.Layout) (*Kafka, error) {
	var (
		kafka part
		err   error
	)
	switch kind {
	case Embedded:
		kafka, err = newBroker(dir, deployment)
	case ApacheKafka:
		kafka = newApacheKafka(dir, deployment)
	case Containers:
		kafka, _, err = newContainers(dir, deployment)
	default:
		err = fmt.Errorf("no backend is called %q", kind)
	}
	if err != nil {
		return nil, err
	}
	err = kafka.start(ctx)
	if err != nil {
		return nil, errors.Join(err, kafka.stop(context.WithoutCancel(ctx)))
	}
	return &Kafka{Brokers: kafka.addr(), Stop: kafka.stop}, nil
}
