package apachekafka

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/test/process"
)

const (
	// heap is each broker's. Tests carry megabytes, not gigabytes.
	heap = "384m"
	// stopTimeout bounds a clean shutdown; a broker that takes longer is killed.
	stopTimeout = 20 * time.Second
	// formatTimeout bounds StorageTool, which takes about two seconds.
	formatTimeout = 60 * time.Second
)

// node is one broker's folder and, while it runs, its process. It belongs to one goroutine at a time.
type node struct {
	id   int
	dir  string
	inst installation

	process *process.Process // nil before the first start
}

func (n *node) propertiesPath() string { return filepath.Join(n.dir, "server.properties") }
func (n *node) logPath() string        { return filepath.Join(n.dir, "broker.log") }
func (n *node) keystorePath() string   { return filepath.Join(n.dir, "keystore.pem") }

// prepare writes the configuration and formats the storage when that was not done before.
func (n *node) prepare(ctx context.Context, cfg *Config, all []ports, clusterID string) error {
	err := os.MkdirAll(n.dir, 0o700)
	if err != nil {
		return fmt.Errorf("make folder of node %d: %w", n.id, err)
	}
	err = writeKeystore(n.keystorePath(), cfg.Deployment.TLS(identity.Kafka))
	if err != nil {
		return err
	}
	err = writeProperties(n.propertiesPath(), filepath.Join(n.inst.kafka, "server.properties"),
		cfg.properties(n.id, all, n.dir, n.keystorePath()))
	if err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(n.dir, "data", "meta.properties"))
	if err == nil {
		return nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("look at storage of node %d: %w", n.id, err)
	}
	return n.format(ctx, cfg, clusterID)
}

// format makes the storage, with the admin's SCRAM credential in it from the first record on.
func (n *node) format(ctx context.Context, cfg *Config, clusterID string) error {
	password, err := identity.LoadPassword(cfg.Deployment.KafkaPassword(identity.Admin))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, formatTimeout)
	defer cancel()
	args := append(n.javaArgs("-Xmx128m"), "kafka.tools.StorageTool", "format",
		"--cluster-id", clusterID, "--config", n.propertiesPath(),
		"--add-scram", "SCRAM-SHA-512=[name="+identity.Admin+",password="+password+"]")
	cmd := exec.CommandContext(ctx, n.inst.java, args...) //nolint:gosec // found on the PATH, arguments are ours
	log, err := os.OpenFile(n.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open log of node %d: %w", n.id, err)
	}
	defer func() { _ = log.Close() }()
	// Its standard output goes nowhere: it prints what it derives from the password.
	cmd.Stderr = log
	err = cmd.Run()
	if err != nil {
		return fmt.Errorf("format storage of node %d (see %s): %w", n.id, n.logPath(), err)
	}
	return nil
}

func (n *node) javaArgs(flags ...string) []string {
	args := []string{
		"-cp", filepath.Join(n.inst.jars, "*"),
		"-Dlog4j2.configurationFile=" + filepath.Join(n.inst.kafka, "log4j2.yaml"),
		"-Djava.awt.headless=true", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
	}
	return append(args, flags...)
}

// start runs the broker's process; the caller waits until it answers.
func (n *node) start() error {
	args := append(n.javaArgs("-Xms"+heap, "-Xmx"+heap), "kafka.Kafka", n.propertiesPath())
	// No context: the process lives until stop or kill, not until the caller of Start returns.
	cmd := exec.Command(n.inst.java, args...) //nolint:gosec,noctx // as in format; ended by stop and kill
	started, err := process.Start(fmt.Sprintf("node %d", n.id), cmd, n.logPath())
	if err != nil {
		return err
	}
	n.process = started
	return nil
}
