package faults

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/stream"
	"github.com/hushlog/hushlog/test/apachekafka"
	"github.com/hushlog/hushlog/test/backend"
	"github.com/hushlog/hushlog/test/dial"
	"github.com/hushlog/hushlog/test/stack"
)

// ground is a deployment, what stands between its parts and what it keeps its data on.
type ground struct {
	*stack.Stack
	site

	proxies map[string]*proxy
	// disks by part; none where they cannot be mounted, which noDisks tells.
	disks   map[string]*disk
	noDisks error
	// cluster is Apache Kafka, where it is not the embedded broker.
	cluster *apachekafka.Cluster
	admin   *kadm.Client
}

const (
	apacheNodes = 3
	// nodePrefix begins the name of a broker of Apache Kafka, its number follows.
	nodePrefix = identity.Kafka + "-"
	// clusterStop bounds the end of Apache Kafka.
	clusterStop = 60 * time.Second
	// addWithin bounds a replica's way back.
	addWithin = 2 * time.Minute
	// seeWithin is how long a transaction is looked for, and askWithin one question about that.
	seeWithin = 15 * time.Second
	askWithin = time.Second
	askAgain  = 200 * time.Millisecond
)

// newGround starts a deployment with two of each service that can have replicas, proxies in front of Kafka and ClickHouse,
// and disks of their own for both where they are processes of ours.
func newGround(t *testing.T) *ground {
	t.Helper()
	kind, err := backend.FromEnv()
	require.NoError(t, err)
	g := &ground{proxies: map[string]*proxy{}, disks: map[string]*disk{}}
	plan := stack.Plan{
		Replicas: replicas,
		Before:   func(layout identity.Layout) { g.mount(t, layout) },
		Front:    func(name, listens string) (string, error) { return g.front(t, name, listens) },
	}
	switch kind {
	case backend.Embedded:
		g.site = site{brokers: []string{identity.Kafka}, disks: []string{identity.Kafka, identity.ClickHouse}}
	case backend.ApacheKafka:
		g.site = site{disks: []string{identity.ClickHouse}}
		for n := 1; n <= apacheNodes; n++ {
			g.brokers = append(g.brokers, nodePrefix+strconv.Itoa(n))
		}
		plan.Kafka = func(layout identity.Layout) ([]string, error) { return g.startCluster(t, layout) }
	case backend.Containers:
		t.Skip("skipped: the campaign kills and cuts off processes of its own, not containers")
	}
	g.Stack = stack.StartAs(t, plan)
	kafka, err := dial.Kafka(g.Layout(), strings.Split(g.Addresses.Kafka, ","), identity.Admin)
	require.NoError(t, err)
	t.Cleanup(kafka.Close)
	g.admin = kadm.NewClient(kafka)
	return g
}

// mount gives the parts disks.
func (g *ground) mount(t *testing.T, layout identity.Layout) {
	t.Helper()
	for _, name := range g.site.disks {
		d, err := newDisk(filepath.Join(layout.Dir, "data", name))
		if errors.Is(err, errNoDisk) {
			g.noDisks = err
			return
		}
		require.NoError(t, err)
		g.disks[name] = d
		t.Cleanup(func() { require.NoError(t, d.unmount()) })
	}
}

// front puts a proxy in front of a part.
func (g *ground) front(t *testing.T, name, listens string) (string, error) {
	t.Helper()
	p, err := newProxy(listens)
	if err != nil {
		return "", err
	}
	g.proxies[name] = p
	t.Cleanup(p.Close)
	return p.Addr(), nil
}

// startCluster starts Apache Kafka with three brokers, of which two must have a record before it is acknowledged.
func (g *ground) startCluster(t *testing.T, layout identity.Layout) ([]string, error) {
	t.Helper()
	cluster, err := apachekafka.Start(t.Context(), apachekafka.Config{
		Dir: filepath.Join(t.TempDir(), "apache-kafka"), Deployment: layout, Nodes: apacheNodes, MinInsync: apacheNodes - 1,
		Front: func(node int, listens string) (string, error) {
			return g.front(t, nodePrefix+strconv.Itoa(node), listens)
		},
	})
	if errors.Is(err, apachekafka.ErrMissing) {
		t.Skipf("skipped: %v", err)
	}
	if err != nil {
		return nil, err
	}
	g.cluster = cluster
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), clusterStop)
		defer cancel()
		require.NoError(t, cluster.Stop(ctx))
	})
	return cluster.Brokers(), nil
}

// signal sends a process a signal. One that does not run at the moment was hit by an earlier fault.
func (g *ground) signal(name string, signal syscall.Signal) {
	number, isNode := strings.CutPrefix(name, nodePrefix)
	if !isNode {
		_ = g.Signal(name, signal)
		return
	}
	node, _ := strconv.Atoi(number) // names of nodes are made here
	_ = g.cluster.Signal(node, signal)
}

// do brings a fault about and ends it again. An error says that the deployment cannot be as the campaign needs it.
func (g *ground) do(ctx context.Context, t *testing.T, f fault) error {
	t.Helper()
	time.Sleep(f.wait)
	switch f.kind {
	case kill:
		return g.kill(ctx, f)
	case killInTransaction:
		if !g.seeTransaction(ctx) {
			t.Logf("%s is killed outside of a transaction: none was seen for %s", f.target, seeWithin)
		}
		return g.kill(ctx, f)
	case expire:
		err := g.expire(ctx)
		if err != nil {
			t.Logf("nothing is deleted before %s is killed: %v", f.target, err)
		}
		return g.kill(ctx, f)
	case pause:
		g.signal(f.target, syscall.SIGSTOP)
		time.Sleep(f.lasts)
		g.signal(f.target, syscall.SIGCONT)
	case cutOff:
		g.proxies[f.target].set(f.cut)
		time.Sleep(f.lasts)
		g.proxies[f.target].set(cutNone)
	case fill:
		return g.fill(t, f)
	case remove:
		return g.remove(ctx, f)
	}
	return nil
}

// kill kills a process, and starts it again when nobody else does.
func (g *ground) kill(ctx context.Context, f fault) error {
	g.signal(f.target, syscall.SIGKILL)
	if !strings.HasPrefix(f.target, nodePrefix) {
		return nil
	}
	time.Sleep(f.lasts)
	return g.cluster.Restart(ctx)
}

// seeTransaction returns when a transaction is open, or none was for a while.
func (g *ground) seeTransaction(ctx context.Context) bool {
	for until := time.Now().Add(seeWithin); time.Now().Before(until) && ctx.Err() == nil; {
		asked, cancel := context.WithTimeout(ctx, askWithin)
		listed, err := g.admin.ListTransactions(asked, nil, []string{"Ongoing"})
		cancel()
		if err == nil && len(listed) > 0 {
			return true
		}
	}
	return false
}

// expire deletes what the redactors have finished, but for the last record of each partition, as retention does an hour
// later. It tries again while Kafka does not answer.
func (g *ground) expire(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, seeWithin)
	defer cancel()
	for {
		err := g.expireOnce(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(askAgain)
	}
}

func (g *ground) expireOnce(ctx context.Context) error {
	finished, err := stream.CommittedOffsets(ctx, g.admin, stream.Group(identity.Redactor, ""), stream.TopicRaw)
	if err != nil {
		return err
	}
	for at, offset := range finished {
		_, err = stream.DeleteBefore(ctx, g.admin, at, offset)
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *ground) fill(t *testing.T, f fault) error {
	t.Helper()
	d, found := g.disks[f.target]
	if !found {
		t.Logf("no disk of %s is filled: %v", f.target, g.noDisks)
		return nil
	}
	err := d.fill()
	if err != nil {
		return err
	}
	time.Sleep(f.lasts)
	return d.free()
}

func (g *ground) remove(ctx context.Context, f fault) error {
	err := g.Remove(f.target)
	if err != nil {
		return err
	}
	time.Sleep(f.lasts)
	ctx, cancel := context.WithTimeout(ctx, addWithin)
	defer cancel()
	return g.add(ctx, f.target)
}

// add starts a replica and returns when it is ready: what is killed before that is not started again. What does not start,
// as something that it needs has not come back yet, is started once more.
func (g *ground) add(ctx context.Context, name string) error {
	for {
		err := g.Add(name)
		if err != nil {
			return err
		}
		err = g.WaitReady(ctx, name)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s was removed and does not come back: %w", name, err)
		}
		err = g.Remove(name)
		if err != nil {
			return err
		}
	}
}

// heal ends what a fault may have left.
func (g *ground) heal(ctx context.Context) error {
	for _, p := range g.proxies {
		p.set(cutNone)
	}
	for _, name := range g.processes() {
		g.signal(name, syscall.SIGCONT)
	}
	if g.cluster == nil {
		return nil
	}
	return g.cluster.Restart(ctx)
}
