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
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/supervise"
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

// Config says what a server is started from.
type Config struct {
	// Dir holds its data, and outlives the container.
	Dir string
	// Deployment holds certificates, secrets and clickhouse/users.xml.
	Deployment identity.Layout
	// Repository is the root of the checkout, whose deploy/ is mounted.
	Repository string
}

// Server is Kafka or ClickHouse in a container, at an address that stays when it is started again.
// Its methods are for one goroutine at a time.
type Server struct {
	cfg   Config
	name  string
	image image
	port  int // on 127.0.0.1
	// inside is the port inside the container; 0 means the same as outside.
	inside int
	// binds are folders and files, as source:target[:ro].
	binds []string
	opts  []testcontainers.ContainerCustomizer
	tmpfs string // options of /tmp
	ready func(ctx context.Context, alive func() error) error

	provider  *testcontainers.DockerProvider // nil before the first start
	container testcontainers.Container       // nil before the first start and after Stop
}

// NewKafka describes a Kafka; Start starts it.
func NewKafka(cfg Config) (*Server, error) {
	s, err := newServer(cfg, "kafka", kafkaImage, identity.Kafka)
	if err != nil {
		return nil, err
	}
	s.binds = append(s.binds,
		cfg.Dir+":/var/lib/kafka/data",
		filepath.Join(cfg.Repository, "deploy", "kafka")+":/etc/hushlog/kafka:ro",
		secret(cfg.Deployment.KafkaPassword(identity.Admin)),
	)
	port := strconv.Itoa(s.port)
	s.opts = []testcontainers.ContainerCustomizer{
		testcontainers.WithEntrypoint("/bin/sh", "/etc/hushlog/kafka/start.sh"),
		// Clients are told the address on this machine, so the port inside is the one outside.
		testcontainers.WithEnv(map[string]string{"KAFKA_PORT": port, "KAFKA_ADVERTISED": s.Addr()}),
	}
	s.inside = s.port
	// The broker unpacks its native codecs there and loads them.
	s.tmpfs += ",exec"
	s.ready = func(ctx context.Context, alive func() error) error {
		return dial.WaitKafka(ctx, cfg.Deployment, []string{s.Addr()}, alive)
	}
	return s, nil
}

// NewClickHouse describes a ClickHouse; Start starts it.
func NewClickHouse(cfg Config) (*Server, error) {
	s, err := newServer(cfg, "clickhouse", clickHouseImage, identity.ClickHouse)
	if err != nil {
		return nil, err
	}
	backups := cfg.Dir + "-backups"
	err = os.MkdirAll(backups, 0o700)
	if err != nil {
		return nil, fmt.Errorf("make folder of backups: %w", err)
	}
	s.binds = append(s.binds,
		cfg.Dir+":/var/lib/clickhouse",
		filepath.Join(cfg.Repository, "deploy", "clickhouse", "config.xml")+":/etc/hushlog/clickhouse/config.xml:ro",
		cfg.Deployment.ClickHouseUsers()+":/etc/hushlog/clickhouse/users.xml:ro",
		cfg.Deployment.ClickHouseDisks()+":/etc/hushlog/clickhouse/config.d/disks.xml:ro",
		backups+":/var/lib/hushlog/backups",
	)
	s.opts = []testcontainers.ContainerCustomizer{
		testcontainers.WithEntrypoint("/usr/bin/clickhouse-server", "--config-file=/etc/hushlog/clickhouse/config.xml"),
		testcontainers.WithEnv(map[string]string{"CLICKHOUSE_WATCHDOG_ENABLE": "0"}),
	}
	s.inside = clickHousePort
	s.ready = func(ctx context.Context, alive func() error) error {
		return dial.WaitClickHouse(ctx, cfg.Deployment, s.Addr(), alive)
	}
	return s, nil
}

// newServer is what both have: a folder, a port, and the identity's certificate.
func newServer(cfg Config, name string, from image, identityName string) (*Server, error) {
	err := os.MkdirAll(cfg.Dir, 0o700)
	if err != nil {
		return nil, fmt.Errorf("make folder of %s: %w", name, err)
	}
	ports, err := supervise.FreePorts(1)
	if err != nil {
		return nil, err
	}
	files := cfg.Deployment.TLS(identityName)
	return &Server{
		cfg: cfg, name: name, image: from, port: ports[0], tmpfs: "size=64m,mode=1777,nosuid,nodev",
		binds: []string{secret(files.CA), secret(files.Cert), secret(files.Key)},
	}, nil
}

// secret mounts one file where the configuration of the deployment looks for it.
func secret(path string) string {
	return path + ":/run/secrets/" + filepath.Base(path) + ":ro"
}

// Addr is where it is reached from this machine.
func (s *Server) Addr() string { return "127.0.0.1:" + strconv.Itoa(s.port) }

// Dir is the folder of its data on this machine.
func (s *Server) Dir() string { return s.cfg.Dir }

// Start starts the container, again too after Kill, and returns when what is in it answers to the
// admin. It returns ErrMissing when there is no engine or no image.
func (s *Server) Start(ctx context.Context) error {
	if s.alive(ctx) == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	var err error
	if s.container == nil {
		err = s.create(ctx)
	} else {
		err = s.container.Start(ctx)
	}
	if err == nil {
		err = s.ready(ctx, func() error { return s.alive(ctx) })
	}
	if err != nil {
		return fmt.Errorf("start container of %s: %w", s.name, err)
	}
	return nil
}

// alive returns nil while the container runs.
func (s *Server) alive(ctx context.Context) error {
	if s.container == nil {
		return errors.New("the container was not started")
	}
	state, err := s.container.State(ctx)
	if err != nil {
		return fmt.Errorf("state of the container: %w", err)
	}
	if !state.Running {
		return fmt.Errorf("the container ended with %d; see its logs", state.ExitCode)
	}
	return nil
}

// create makes and starts the container as this user, hardened as in docker-compose.yml.
func (s *Server) create(ctx context.Context) error {
	provider, err := engine(ctx)
	if err != nil {
		return err
	}
	s.provider = provider
	name, err := s.image.find(ctx, provider)
	if err != nil {
		return err
	}
	inside := strconv.Itoa(s.inside) + "/tcp"
	opts := append(s.opts,
		testcontainers.WithCmd(),
		testcontainers.WithExposedPorts(inside),
		testcontainers.WithTmpfs(map[string]string{"/tmp": s.tmpfs}),
		testcontainers.WithConfigModifier(func(c *container.Config) {
			c.User = fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid())
		}),
		testcontainers.WithHostConfigModifier(func(h *container.HostConfig) {
			h.Binds = s.binds
			h.PortBindings = network.PortMap{network.MustParsePort(inside): {
				{HostIP: netip.MustParseAddr("127.0.0.1"), HostPort: strconv.Itoa(s.port)},
			}}
			h.ReadonlyRootfs = true
			h.CapDrop = []string{"ALL"}
			h.SecurityOpt = []string{"no-new-privileges=true"}
		}),
		testcontainers.WithWaitStrategyAndDeadline(startTimeout, wait.ForListeningPort(inside).SkipInternalCheck()),
	)
	started, err := testcontainers.Run(ctx, name, opts...)
	if started != nil {
		s.container = started
	}
	return err
}

// Stop stops the container and removes it; the data stays in Config.Dir.
func (s *Server) Stop(ctx context.Context) error {
	var errs []error
	if s.container != nil {
		errs = append(errs, testcontainers.TerminateContainer(s.container,
			testcontainers.StopContext(ctx), testcontainers.StopTimeout(stopTimeout)))
		s.container = nil
	}
	if s.provider != nil {
		errs = append(errs, s.provider.Close())
		s.provider = nil
	}
	return errors.Join(errs...)
}

// Kill ends what is in the container as a crash would: kill -9.
func (s *Server) Kill(ctx context.Context) error {
	if s.alive(ctx) != nil {
		return nil
	}
	_, err := s.provider.Client().ContainerKill(ctx, s.container.GetContainerID(), client.ContainerKillOptions{Signal: "KILL"})
	if err != nil {
		return fmt.Errorf("kill container of %s: %w", s.name, err)
	}
	for s.alive(ctx) == nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}
