package containers

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/moby/moby/api/types/container" // the engine's own types, where testcontainers asks for them
	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/test/dial"
)

const (
	// startTimeout bounds the start of one container once its image is there.
	startTimeout = 2 * time.Minute
	// stopTimeout is what a container gets to end cleanly.
	stopTimeout = 30 * time.Second
	// clickHousePort is https_port of deploy/clickhouse/config.xml.
	clickHousePort = 8443
)

// Config says what to start.
type Config struct {
	// Dir holds the data of both, and outlives the containers.
	Dir string
	// Deployment holds certificates, secrets and clickhouse/users.xml.
	Deployment identity.Layout
	// Repository is the root of the checkout, whose deploy/ is mounted.
	Repository string
}

// Stack is a running Kafka and ClickHouse. Its methods are for one goroutine at a time.
type Stack struct {
	cfg        Config
	kafka      testcontainers.Container
	clickHouse testcontainers.Container
	kafkaPort  int
	housePort  int
}

// Start starts both and returns when Kafka answers to the admin and ClickHouse listens. It returns
// ErrMissing when there is no engine or no image. The caller calls Stop.
func Start(ctx context.Context, cfg Config) (*Stack, error) {
	provider, err := engine(ctx)
	if err != nil {
		return nil, fmt.Errorf("containers: %w", err)
	}
	defer func() { _ = provider.Close() }()
	kafka, err := kafkaImage.find(ctx, provider)
	if err != nil {
		return nil, fmt.Errorf("containers: %w", err)
	}
	clickHouse, err := clickHouseImage.find(ctx, provider)
	if err != nil {
		return nil, fmt.Errorf("containers: %w", err)
	}
	s := &Stack{cfg: cfg}
	err = errors.Join(s.startKafka(ctx, kafka), s.startClickHouse(ctx, clickHouse))
	if err != nil {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		return nil, errors.Join(fmt.Errorf("containers: %w", err), s.Stop(stopCtx))
	}
	return s, nil
}

// Brokers are the addresses of Kafka's SASL_SSL listener.
func (s *Stack) Brokers() []string {
	return []string{"127.0.0.1:" + strconv.Itoa(s.kafkaPort)}
}

// ClickHouseAddr is the address of ClickHouse's HTTPS interface.
func (s *Stack) ClickHouseAddr() string {
	return "127.0.0.1:" + strconv.Itoa(s.housePort)
}

// Stop stops and removes the containers; the data stays in Config.Dir.
func (s *Stack) Stop(ctx context.Context) error {
	var errs []error
	for _, c := range []testcontainers.Container{s.kafka, s.clickHouse} {
		if c == nil {
			continue
		}
		errs = append(errs, testcontainers.TerminateContainer(c,
			testcontainers.StopContext(ctx), testcontainers.StopTimeout(stopTimeout)))
	}
	s.kafka, s.clickHouse = nil, nil
	return errors.Join(errs...)
}

func (s *Stack) startKafka(ctx context.Context, image string) error {
	ports, err := dial.FreePorts(1)
	if err != nil {
		return err
	}
	s.kafkaPort = ports[0]
	port := strconv.Itoa(s.kafkaPort)
	data, err := makeData(s.cfg.Dir, "kafka")
	if err != nil {
		return err
	}
	s.kafka, err = s.run(ctx, image, port, port,
		[]string{
			data + ":/var/lib/kafka/data",
			filepath.Join(s.cfg.Repository, "deploy", "kafka") + ":/etc/hushlog/kafka:ro",
			s.secret(s.cfg.Deployment.TLS(identity.Kafka).CA),
			s.secret(s.cfg.Deployment.TLS(identity.Kafka).Cert),
			s.secret(s.cfg.Deployment.TLS(identity.Kafka).Key),
			s.secret(s.cfg.Deployment.KafkaPassword(identity.Admin)),
		},
		testcontainers.WithEntrypoint("/bin/sh", "/etc/hushlog/kafka/start.sh"),
		// Clients are told the address on this machine, so inside and outside port are one.
		testcontainers.WithEnv(map[string]string{"KAFKA_PORT": port, "KAFKA_ADVERTISED": "127.0.0.1:" + port}),
	)
	if err != nil {
		return fmt.Errorf("start Kafka: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return dial.WaitKafka(ctx, s.cfg.Deployment, s.Brokers(), func() error {
		state, stateErr := s.kafka.State(ctx)
		if stateErr == nil && !state.Running {
			return fmt.Errorf("the container of Kafka ended with %d; see its logs", state.ExitCode)
		}
		return nil
	})
}

func (s *Stack) startClickHouse(ctx context.Context, image string) error {
	ports, err := dial.FreePorts(1)
	if err != nil {
		return err
	}
	s.housePort = ports[0]
	data, err := makeData(s.cfg.Dir, "clickhouse")
	if err != nil {
		return err
	}
	s.clickHouse, err = s.run(ctx, image, strconv.Itoa(s.housePort), strconv.Itoa(clickHousePort),
		[]string{
			data + ":/var/lib/clickhouse",
			filepath.Join(s.cfg.Repository, "deploy", "clickhouse", "config.xml") + ":/etc/hushlog/clickhouse/config.xml:ro",
			s.cfg.Deployment.ClickHouseUsers() + ":/etc/hushlog/clickhouse/users.xml:ro",
			s.secret(s.cfg.Deployment.TLS(identity.ClickHouse).CA),
			s.secret(s.cfg.Deployment.TLS(identity.ClickHouse).Cert),
			s.secret(s.cfg.Deployment.TLS(identity.ClickHouse).Key),
		},
		testcontainers.WithEntrypoint("/usr/bin/clickhouse-server", "--config-file=/etc/hushlog/clickhouse/config.xml"),
		testcontainers.WithEnv(map[string]string{"CLICKHOUSE_WATCHDOG_ENABLE": "0"}),
	)
	if err != nil {
		return fmt.Errorf("start ClickHouse: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return dial.WaitClickHouse(ctx, s.cfg.Deployment, s.ClickHouseAddr())
}

// run starts one container as this user, hardened as in docker-compose.yml, and waits until it listens.
func (s *Stack) run(ctx context.Context, image, hostPort, port string, binds []string,
	opts ...testcontainers.ContainerCustomizer,
) (testcontainers.Container, error) {
	opts = append(opts,
		testcontainers.WithCmd(),
		testcontainers.WithExposedPorts(port+"/tcp"),
		testcontainers.WithTmpfs(map[string]string{"/tmp": "size=64m,mode=1777"}),
		testcontainers.WithConfigModifier(func(c *container.Config) {
			c.User = fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid())
		}),
		testcontainers.WithHostConfigModifier(func(h *container.HostConfig) {
			h.Binds = binds
			h.PortBindings = network.PortMap{network.MustParsePort(port + "/tcp"): {
				{HostIP: netip.MustParseAddr("127.0.0.1"), HostPort: hostPort},
			}}
			h.ReadonlyRootfs = true
			h.CapDrop = []string{"ALL"}
			h.SecurityOpt = []string{"no-new-privileges=true"}
		}),
		testcontainers.WithWaitStrategyAndDeadline(startTimeout,
			wait.ForListeningPort(port+"/tcp").SkipInternalCheck().WithStartupTimeout(startTimeout)),
	)
	c, err := testcontainers.Run(ctx, image, opts...)
	if c == nil {
		return nil, err
	}
	return c, err
}

// secret mounts one file where the configuration of the deployment looks for it.
func (s *Stack) secret(path string) string {
	return path + ":/run/secrets/" + filepath.Base(path) + ":ro"
}

func makeData(dir, name string) (string, error) {
	data := filepath.Join(dir, name)
	err := os.MkdirAll(data, 0o700)
	if err != nil {
		return "", fmt.Errorf("make folder of %s: %w", name, err)
	}
	return data, nil
}
