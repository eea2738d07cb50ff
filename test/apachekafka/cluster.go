package apachekafka

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm" // the admin side of franz-go: topics and their replicas
	"github.com/twmb/franz-go/pkg/kgo"  // the Kafka client of the whole project
	"github.com/twmb/franz-go/pkg/kmsg" // requests to one broker

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/test/dial"
)

// startTimeout bounds waiting for all brokers; one takes about five seconds.
const startTimeout = 90 * time.Second

// Cluster is a running Apache Kafka. Its methods are for one goroutine at a time.
type Cluster struct {
	cfg   Config
	nodes []*node
	ports []ports
}

// Start formats what is not formatted, starts every broker and returns when all of them answer to
// the admin. It returns ErrMissing when Java or the jars are not here. The caller calls Stop; brokers
// end with the process that started them in any case.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	cfg.setDefaults()
	err := cfg.validate()
	if err != nil {
		return nil, fmt.Errorf("apachekafka: %w", err)
	}
	inst, err := locate()
	if err != nil {
		return nil, fmt.Errorf("apachekafka: %w", err)
	}
	all, err := cfg.pickPorts()
	if err != nil {
		return nil, err
	}
	clusterID, err := loadClusterID(cfg.Dir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{cfg: cfg, ports: all}
	for i := range cfg.Nodes {
		n := &node{id: i + 1, dir: filepath.Join(cfg.Dir, fmt.Sprintf("node-%d", i+1)), inst: inst}
		err = n.prepare(ctx, &cfg, all, clusterID)
		if err != nil {
			return nil, err
		}
		c.nodes = append(c.nodes, n)
	}
	return c, c.startAll(ctx)
}

// startAll starts the nodes that do not run and leaves none running when one fails.
func (c *Cluster) startAll(ctx context.Context) error {
	for _, n := range c.nodes {
		if n.process.Alive() == nil {
			continue
		}
		err := n.start()
		if err != nil {
			return errors.Join(err, c.killAll())
		}
	}
	err := c.waitReady(ctx)
	if err != nil {
		return errors.Join(err, c.killAll())
	}
	return nil
}

func (c *Cluster) killAll() error {
	var errs []error
	for _, n := range c.nodes {
		errs = append(errs, n.process.Kill())
	}
	return errors.Join(errs...)
}

// waitReady returns when every broker answers and has all records of its partitions. That a broker is in the metadata is not
// enough: one that was killed is there until its session is over. Nor is that it answers: until it is in sync, another one
// that ends leaves fewer than min.insync.replicas.
func (c *Cluster) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	err := dial.WaitKafka(ctx, c.cfg.Deployment, c.Brokers(), func() error {
		for _, n := range c.nodes {
			err := n.process.Alive()
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = c.waitInSync(ctx)
	}
	if err != nil {
		return fmt.Errorf("start Apache Kafka (logs are in %s): %w", c.cfg.Dir, err)
	}
	return nil
}

const (
	syncPause   = 200 * time.Millisecond
	syncTimeout = 3 * time.Second
)

func (c *Cluster) waitInSync(ctx context.Context) error {
	client, err := dial.Kafka(c.cfg.Deployment, c.Brokers(), identity.Admin, kgo.RequestTimeoutOverhead(syncTimeout))
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		err = c.inSync(ctx, client)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until all brokers are in sync: %w", errors.Join(ctx.Err(), err))
		case <-time.After(syncPause):
		}
	}
}

// inSync is nil when each broker answers and each partition has all its replicas in sync.
func (c *Cluster) inSync(ctx context.Context, client *kgo.Client) error {
	ctx, cancel := context.WithTimeout(ctx, syncTimeout)
	defer cancel()
	for _, n := range c.nodes {
		_, err := client.Broker(n.id).Request(ctx, kmsg.NewPtrApiVersionsRequest())
		if err != nil {
			return fmt.Errorf("node %d: %w", n.id, err)
		}
	}
	topics, err := kadm.NewClient(client).ListTopicsWithInternal(ctx)
	if err != nil {
		return fmt.Errorf("list topics: %w", err)
	}
	for _, topic := range topics {
		for _, p := range topic.Partitions {
			if len(p.ISR) < len(p.Replicas) {
				return fmt.Errorf("%s/%d has %d of %d replicas in sync", p.Topic, p.Partition, len(p.ISR), len(p.Replicas))
			}
		}
	}
	return nil
}

// Brokers are the addresses of the SASL_SSL listeners, where clients find them. They stay the same through Restart.
func (c *Cluster) Brokers() []string {
	addrs := make([]string, len(c.ports))
	for i, p := range c.ports {
		addrs[i] = p.advertised()
	}
	return addrs
}

// Client connects as an identity of the deployment: its certificate and its SCRAM password. The
// caller closes it.
func (c *Cluster) Client(name string, opts ...kgo.Opt) (*kgo.Client, error) {
	return dial.Kafka(c.cfg.Deployment, c.Brokers(), name, opts...)
}

// Stop shuts every broker down cleanly, killing what does not end in time or when ctx ends.
func (c *Cluster) Stop(ctx context.Context) error {
	var errs []error
	for _, n := range c.nodes {
		errs = append(errs, n.process.Stop(ctx, stopTimeout))
	}
	return errors.Join(errs...)
}

// PIDs are the ids of the brokers' processes.
func (c *Cluster) PIDs() []int {
	var all []int
	for _, n := range c.nodes {
		all = append(all, n.process.PID())
	}
	return all
}

// Kill ends node (counted from 1) as a power cut of its process would: kill -9.
func (c *Cluster) Kill(node int) error {
	if node < 1 || node > len(c.nodes) {
		return fmt.Errorf("kill node %d: there are nodes 1 to %d", node, len(c.nodes))
	}
	return c.nodes[node-1].process.Kill()
}

// Signal sends node (counted from 1) a signal, as SIGSTOP and SIGCONT.
func (c *Cluster) Signal(node int, signal os.Signal) error {
	if node < 1 || node > len(c.nodes) {
		return fmt.Errorf("signal node %d: there are nodes 1 to %d", node, len(c.nodes))
	}
	return c.nodes[node-1].process.Signal(signal)
}

// Restart starts every broker that does not run, on its old ports and storage, and waits until all answer.
func (c *Cluster) Restart(ctx context.Context) error {
	return c.startAll(ctx)
}

// loadClusterID reads the id that the storage was formatted with, or draws one.
func loadClusterID(dir string) (string, error) {
	path := filepath.Join(dir, "cluster.id")
	id, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(id)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read cluster id: %w", err)
	}
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // never fails
	raw[0] &= 0x7f        // an id that begins with "-" would be read as a flag
	drawn := base64.RawURLEncoding.EncodeToString(raw)
	err = os.MkdirAll(dir, 0o700)
	if err != nil {
		return "", fmt.Errorf("make folder of the cluster: %w", err)
	}
	err = os.WriteFile(path, []byte(drawn+"\n"), 0o600)
	if err != nil {
		return "", fmt.Errorf("write cluster id: %w", err)
	}
	return drawn, nil
}
