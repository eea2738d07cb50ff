package stream

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	// kfake is a Kafka broker within the test.
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// testKafka is a broker in this process with an input and an output topic.
type testKafka struct {
	cluster *kfake.Cluster
	client  *kgo.Client
	admin   *kadm.Client
}

const (
	topicIn  = "in"
	topicOut = "out"
)

func newKafka(t *testing.T, partitions int32, opts ...kfake.Opt) *testKafka {
	t.Helper()
	cluster, err := kfake.NewCluster(append([]kfake.Opt{
		kfake.NumBrokers(1),
		kfake.SeedTopics(partitions, topicIn, topicOut),
		kfake.GroupMinSessionTimeout(time.Second),
	}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	k := &testKafka{cluster: cluster}
	k.client, err = kgo.NewClient(append(k.opts(), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	require.NoError(t, err)
	t.Cleanup(k.client.Close)
	k.admin = kadm.NewClient(k.client)
	return k
}

func (k *testKafka) opts() []kgo.Opt { return Plain("test", k.cluster.ListenAddrs()...) }

// fill produces records n of each partition with keys that are distinct over all.
func (k *testKafka) fill(t *testing.T, topic string, partitions, from, to int) {
	t.Helper()
	var records []*kgo.Record
	for p := range partitions {
		for n := from; n < to; n++ {
			records = append(records, &kgo.Record{Topic: topic, Partition: int32(p), Key: fmt.Appendf(nil, "%d-%d", p, n)})
		}
	}
	require.NoError(t, k.client.ProduceSync(t.Context(), records...).FirstErr())
}

// keys counts how often each key is in a topic, as a reader of committed transactions sees it.
func (k *testKafka) keys(t *testing.T, topic string) map[string]int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	details, err := k.admin.ListTopics(ctx, topic)
	require.NoError(t, err)
	out := map[string]int{}
	for r, err := range ReadBack(ctx, k.opts(), nil, topic, time.UnixMilli(0), details[topic].Partitions.Numbers()...) {
		require.NoError(t, err)
		out[string(r.Key)]++
	}
	return out
}

// eventually waits for a condition that other goroutines bring about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	require.Eventually(t, ok, 30*time.Second, 20*time.Millisecond, what)
}

// committedAll says whether the transactors' group has committed everything.
func (k *testKafka) committedAll(t *testing.T) func() bool {
	t.Helper()
	return func() bool {
		lag, err := Lag(t.Context(), k.admin, Group("test", ""), topicIn)
		if err != nil {
			return false
		}
		for _, left := range lag {
			if left > 0 {
				return false
			}
		}
		return true
	}
}
