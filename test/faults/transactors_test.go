package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/stream"
	"github.com/hushlog/hushlog/test/apachekafka"
	"github.com/hushlog/hushlog/test/backend"
	"github.com/hushlog/hushlog/test/dial"
)

const (
	copyIn, copyOut = "hushlog.copy.in", "hushlog.copy.out"
	copyPartitions  = 4
	copiers         = 2
	// copyKills is how often a broker is killed.
	copyKills = 8
	// copyPause is between two records.
	copyPause = 5 * time.Millisecond
	// copyGone and copyGoneMost are how long a killed broker is gone, at least and at most.
	copyGone, copyGoneMost = 500 * time.Millisecond, 3500 * time.Millisecond
	// copyPatience bounds the wait for the last record: longer than what a killed process leaves behind.
	copyPatience = 3 * time.Minute
)

// TestTransactorsOverBrokers: two transactors copy what is produced to three brokers of Apache Kafka, each reading its memory
// back when it takes partitions over, while brokers are killed in transactions, one at a time, and a copier ends and begins.
// In the end each record was copied once.
func TestTransactorsOverBrokers(t *testing.T) {
	if os.Getenv(seedsEnv) == "" {
		t.Skipf("skipped: %s is not set; make test-faults BACKEND=kafka sets it", seedsEnv)
	}
	kind, err := backend.FromEnv()
	require.NoError(t, err)
	if kind != backend.ApacheKafka {
		t.Skip("skipped: is about brokers of Apache Kafka; make test-faults BACKEND=kafka runs it")
	}
	layout, cluster := startBrokers(t)
	client, err := dial.Kafka(layout, cluster.Brokers(), identity.Admin)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	g := &ground{admin: kadm.NewClient(client), cluster: cluster}
	_, err = g.admin.CreateTopics(t.Context(), copyPartitions, apacheNodes, nil, copyIn, copyOut)
	require.NoError(t, err)
	opts, err := stream.Dial(stream.Config{
		Brokers: cluster.Brokers(), User: identity.Admin, PasswordFile: layout.KafkaPassword(identity.Admin), TLS: layout.TLS(identity.Admin),
	})
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	var all []*copier
	for n := range copiers {
		c := &copier{opts: opts, log: slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn})), seen: map[int32]map[string]bool{}}
		all = append(all, c)
		running.Go(func() { c.run(ctx, t, strconv.Itoa(n)) })
	}
	var produced atomic.Int64
	producing, stopProducing := context.WithCancel(ctx)
	var producer sync.WaitGroup
	producer.Go(func() { produce(producing, client, &produced) })

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for range copyKills {
		g.seeTransaction(ctx)
		all[rng.IntN(copiers)].again()
		node := 1 + rng.IntN(apacheNodes)
		require.NoError(t, cluster.Kill(node))
		gone := copyGone + time.Duration(rng.Int64N(int64(copyGoneMost-copyGone)))
		t.Logf("node %d killed for %s, %d records produced", node, gone.Round(time.Millisecond), produced.Load())
		time.Sleep(gone)
		require.NoError(t, cluster.Restart(ctx))
	}
	stopProducing()
	producer.Wait()
	g.waitCopied(ctx, t)
	cancel()
	running.Wait()
	keys := map[string]int{}
	for r, err := range stream.ReadBack(t.Context(), opts, nil, copyOut, time.UnixMilli(0), 0, 1, 2, 3) {
		require.NoError(t, err)
		keys[string(r.Key)]++
	}
	require.Len(t, keys, int(produced.Load()))
	for key, n := range keys {
		require.Equal(t, 1, n, "copies of record %s", key)
	}
}

// startBrokers starts three brokers for identities that are made.
func startBrokers(t *testing.T) (identity.Layout, *apachekafka.Cluster) {
	t.Helper()
	layout := identity.Layout{Dir: t.TempDir()}
	require.NoError(t, identity.CreateCA(layout.PKI()))
	for _, name := range append(identity.Services(), identity.Servers()...) {
		require.NoError(t, identity.IssueCert(layout.PKI(), name))
	}
	_, err := identity.CreateSecrets(layout, time.Now(), false)
	require.NoError(t, err)
	cluster, err := apachekafka.Start(t.Context(), apachekafka.Config{
		Dir: filepath.Join(t.TempDir(), "apache-kafka"), Deployment: layout, Nodes: apacheNodes, MinInsync: apacheNodes - 1,
	})
	if errors.Is(err, apachekafka.ErrMissing) {
		t.Skipf("skipped: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), clusterStop)
		defer cancel()
		require.NoError(t, cluster.Stop(ctx))
	})
	return layout, cluster
}

// produce produces records with keys that are distinct, each until it is acknowledged.
func produce(ctx context.Context, client *kgo.Client, produced *atomic.Int64) {
	for n := 0; ctx.Err() == nil; n++ {
		for {
			// Whatever becomes of ctx, a record that was begun is counted.
			err := client.ProduceSync(context.WithoutCancel(ctx), &kgo.Record{Topic: copyIn, Key: fmt.Appendf(nil, "%d", n), Value: bytes.Repeat([]byte("x"), 200)}).FirstErr()
			if err == nil {
				break
			}
		}
		produced.Add(1)
		time.Sleep(copyPause)
	}
}

// waitCopied returns when the copiers have committed everything.
func (g *ground) waitCopied(ctx context.Context, t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, copyPatience)
	defer cancel()
	for {
		lag, err := stream.Lag(ctx, g.admin, copyGroup, copyIn)
		left := int64(0)
		for _, n := range lag {
			left += n
		}
		if err == nil && left == 0 {
			return
		}
		if ctx.Err() != nil {
			g.tellTransactions(t, copyGroup, copyIn, copyOut)
			t.Fatalf("%d records are left: %v", left, err)
		}
		time.Sleep(askAgain)
	}
}

// copier copies each key once, as the redactor does.
type copier struct {
	opts []kgo.Opt
	log  *slog.Logger

	mu   sync.Mutex // guards what follows; the inner maps belong to their partition
	seen map[int32]map[string]bool
	stop context.CancelFunc
}

var copyGroup = stream.Group("copy", "")

// run copies until ctx ends.
func (c *copier) run(ctx context.Context, t *testing.T, id string) {
	for ctx.Err() == nil {
		transactor, err := stream.NewTransactor(c.opts, stream.TransactorConfig{
			Group: copyGroup, TransactionalID: stream.TransactionalID("copy", id), Topics: []string{copyIn},
			Linger: 100 * time.Millisecond, LingerBytes: 1, Log: c.log,
		}, c)
		if err != nil {
			t.Error(err)
			return
		}
		life, cancel := context.WithCancel(ctx)
		c.mu.Lock()
		c.stop = cancel
		c.mu.Unlock()
		err = transactor.Run(life)
		cancel()
		t.Logf("copier %s ended: %v", id, err)
	}
}

// again ends the copier, which begins again.
func (c *copier) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil {
		c.stop()
	}
}

func (c *copier) Assigned(_ context.Context, partitions []stream.Partition) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, at := range partitions {
		delete(c.seen, at.ID)
	}
	return nil
}

func (c *copier) Released([]stream.Partition) {}

func (c *copier) Process(ctx context.Context, at stream.Partition, records []*kgo.Record) (stream.Result, error) {
	seen, err := c.memory(ctx, at.ID)
	if err != nil {
		return stream.Result{}, err
	}
	var result stream.Result
	var added []string
	for _, r := range records {
		if seen[string(r.Key)] {
			continue
		}
		seen[string(r.Key)] = true
		added = append(added, string(r.Key))
		result.Records = append(result.Records, &kgo.Record{Topic: copyOut, Partition: at.ID, Key: r.Key, Value: r.Value})
	}
	result.Aborted = func() {
		for _, key := range added {
			delete(seen, key)
		}
	}
	return result, nil
}

// memory is what was copied of a partition, read back when that is not known.
func (c *copier) memory(ctx context.Context, id int32) (map[string]bool, error) {
	c.mu.Lock()
	seen := c.seen[id]
	c.mu.Unlock()
	if seen != nil {
		return seen, nil
	}
	seen = map[string]bool{}
	for r, err := range stream.ReadBack(ctx, c.opts, c.log, copyOut, time.UnixMilli(0), id) {
		if err != nil {
			return nil, err
		}
		seen[string(r.Key)] = true
	}
	c.mu.Lock()
	c.seen[id] = seen
	c.mu.Unlock()
	return seen, nil
}

// testLog writes lines to a test's log.
type testLog struct{ t *testing.T }

func (l testLog) Write(line []byte) (int, error) {
	l.t.Log(string(bytes.TrimSpace(line)))
	return len(line), nil
}
