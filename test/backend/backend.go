package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
)

// stopTimeout bounds stopping everything at the end of a test.
const stopTimeout = 60 * time.Second

// Backend is a running Kafka and ClickHouse and the deployment that they belong to. Its functions
// are for one goroutine at a time.
type Backend struct {
	// Kind is what it is made of.
	Kind Kind
	// Deployment holds policy, certificates and secrets.
	Deployment identity.Layout
	// Brokers are the addresses of Kafka's SASL_SSL listeners.
	Brokers []string
	// ClickHouseAddr is the address of ClickHouse's HTTPS interface.
	ClickHouseAddr string
	// KafkaData and ClickHouseData are the folders of what each keeps, for tests that search there.
	KafkaData, ClickHouseData string

	// Stop stops both cleanly; their data stays. The end of the test calls it, too.
	Stop func(ctx context.Context) error
	// KillKafka and KillClickHouse end one as a crash would: kill -9.
	KillKafka, KillClickHouse func(ctx context.Context) error
	// Restart starts what does not run, on the old addresses and data, and returns when it answers.
	Restart func(ctx context.Context) error
}

// Start starts a backend of the kind in dir and returns when Kafka and ClickHouse answer to the admin.
// The deployment is dir/deployment, made there of the default policy when it is missing. The test is
// skipped, with the reason, when a part is not on this machine, and stops the backend at its end. The
// test's package has a TestMain that calls Main.
func Start(t testing.TB, kind Kind, dir string) *Backend {
	t.Helper()
	b, err := start(t.Context(), kind, dir)
	if errors.Is(err, ErrMissing) {
		t.Skipf("skipped: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		err := b.Stop(ctx)
		if err != nil {
			t.Errorf("stop backend: %v", err)
		}
	})
	return b
}

func start(ctx context.Context, kind Kind, dir string) (*Backend, error) {
	deployment := identity.Layout{Dir: filepath.Join(dir, "deployment")}
	_, err := os.Stat(deployment.Policy())
	if errors.Is(err, os.ErrNotExist) {
		deployment, err = NewDeployment(deployment.Dir, policy.DefaultDocument())
	}
	if err != nil {
		return nil, fmt.Errorf("deployment of the backend: %w", err)
	}
	kafka, house, err := parts(kind, filepath.Join(dir, "backend"), deployment)
	if err != nil {
		return nil, err
	}
	b := &Backend{
		Kind: kind, Deployment: deployment,
		Stop: func(ctx context.Context) error {
			return errors.Join(kafka.stop(ctx), house.stop(ctx))
		},
		KillKafka:      kafka.kill,
		KillClickHouse: house.kill,
		Restart: func(ctx context.Context) error {
			return errors.Join(kafka.start(ctx), house.start(ctx))
		},
	}
	err = b.Restart(ctx)
	if err != nil {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		return nil, errors.Join(err, b.Stop(stop))
	}
	b.Brokers, b.ClickHouseAddr = kafka.addr(), house.addr()[0]
	b.KafkaData, b.ClickHouseData = kafka.data(), house.data()
	return b, nil
}

// parts makes, without starting them, the two parts of a kind.
func parts(kind Kind, dir string, deployment identity.Layout) (kafka, house part, err error) {
	switch kind {
	case Embedded:
		kafka, err = newBroker(dir, deployment)
	case ApacheKafka:
		kafka = newApacheKafka(dir, deployment)
	case Containers:
		return newContainers(dir, deployment)
	default:
		return nil, nil, fmt.Errorf("no backend is called %q", kind)
	}
	if err != nil {
		return nil, nil, err
	}
	house, err = newClickHouse(dir, deployment)
	return kafka, house, err
}
