package backend

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/hushlog/hushlog/pkg/embedded"
	"github.com/hushlog/hushlog/test/process"
)

const (
	// childEnv names the file with a child's configuration, and so makes a test binary that child.
	childEnv = "HUSHLOG_TEST_BACKEND_CHILD"
	// childStop bounds a child's clean end.
	childStop = 15 * time.Second
)

// childConfig is what a child is to be: one of the two.
type childConfig struct {
	Broker     *embedded.BrokerConfig     `json:"broker,omitempty"`
	ClickHouse *embedded.ClickHouseConfig `json:"clickhouse,omitempty"`
}

// Main runs a package's tests, or is one of the embedded parts when a test of this binary started it as
// such. A package that calls Start has in it:
//
//	func TestMain(m *testing.M) { backend.Main(m) }
func Main(m *testing.M) {
	path := os.Getenv(childEnv)
	if path == "" {
		err := setParallel()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	}
	err := serveChild(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// parallel is how many deployments run at a time, as they wait more than they work: for dates of a minute, for brokers to
// give up somebody who was killed.
const parallel = 3

// setParallel lets that many tests of a package run beside each other, unless -parallel says how many.
func setParallel() error {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if said {
		return nil
	}
	return flag.Set("test.parallel", strconv.Itoa(max(parallel, runtime.GOMAXPROCS(0))))
}

func serveChild(path string) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read configuration of child: %w", err)
	}
	var cfg childConfig
	err = json.Unmarshal(document, &cfg)
	if err != nil {
		return fmt.Errorf("read configuration of child: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	switch {
	case cfg.Broker != nil:
		cfg.Broker.Logger = log
		return serveBroker(ctx, *cfg.Broker)
	case cfg.ClickHouse != nil:
		cfg.ClickHouse.Logger = log
		return embedded.ServeClickHouse(ctx, *cfg.ClickHouse)
	default:
		return errors.New("configuration of child names no part")
	}
}

func serveBroker(ctx context.Context, cfg embedded.BrokerConfig) error {
	broker, err := embedded.StartBroker(ctx, cfg)
	if err != nil {
		return err
	}
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), childStop)
	defer cancel()
	return broker.Close(stop)
}

// startChild starts this test binary again as the part that cfg names.
func startChild(name, dir string, cfg childConfig) (*process.Process, error) {
	document, err := json.Marshal(cfg)
	if err != nil {
		return nil, fmt.Errorf("encode configuration of %s: %w", name, err)
	}
	err = os.MkdirAll(dir, 0o700)
	if err != nil {
		return nil, fmt.Errorf("make folder of %s: %w", name, err)
	}
	path := filepath.Join(dir, name+".json")
	err = os.WriteFile(path, document, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write configuration of %s: %w", name, err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find own program: %w", err)
	}
	// In a binary whose TestMain does not call Main no test runs, and the child ends at once.
	cmd := exec.Command(self, "-test.run=^$") //nolint:gosec,noctx // this very program; ended by Stop and Kill
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	return process.Start(name, cmd, filepath.Join(dir, name+".log"))
}
