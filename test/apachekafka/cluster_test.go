package apachekafka

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/identity"
)

const testTopic = "hushlog.raw.v1"

// deployment makes certificates and secrets as `hushlog certs` and `hushlog secrets` do.
func deployment(t *testing.T) identity.Layout {
	t.Helper()
	layout := identity.Layout{Dir: t.TempDir()}
	require.NoError(t, identity.CreateCA(layout.PKI()))
	for _, name := range append(identity.Services(), identity.Servers()...) {
		require.NoError(t, identity.IssueCert(layout.PKI(), name))
	}
	_, err := identity.CreateSecrets(layout, time.Now(), false)
	require.NoError(t, err)
	return layout
}

// start starts a cluster for one test, or skips saying what is missing.
func start(t *testing.T, cfg Config) *Cluster {
	t.Helper()
	// test/backend owns this setting, and imports this package.
	if os.Getenv("HUSHLOG_TEST_BACKEND") == "embedded" {
		t.Skip("skipped: Apache Kafka itself is tested by make test-kafka")
	}
	cluster, err := Start(t.Context(), cfg)
	if errors.Is(err, ErrMissing) {
		t.Skipf("skipped: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		require.NoError(t, cluster.Stop(ctx))
	})
	return cluster
}

func client(t *testing.T, c *Cluster, name string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := c.Client(name, opts...)
	require.NoError(t, err)
	t.Cleanup(cl.Close)
	return cl
}

// allow gives an identity its user and its rights on the test's topic.
func allow(t *testing.T, c *Cluster, layout identity.Layout, name string, ops ...kadm.ACLOperation) {
	t.Helper()
	admin := kadm.NewClient(client(t, c, identity.Admin))
	password, err := identity.LoadPassword(layout.KafkaPassword(name))
	require.NoError(t, err)
	altered, err := admin.AlterUserSCRAMs(t.Context(), nil, []kadm.UpsertSCRAM{{
		User: name, Mechanism: kadm.ScramSha512, Iterations: 4096, Password: password,
	}})
	require.NoError(t, err)
	require.NoError(t, altered.Error())
	acls := kadm.NewACLs().Topics(testTopic).TransactionalIDs("hushlog").ResourcePatternType(kadm.ACLPatternPrefixed).
		Operations(ops...).Allow("User:" + name).AllowHosts()
	created, err := admin.CreateACLs(t.Context(), acls)
	require.NoError(t, err)
	for _, result := range created {
		require.NoError(t, result.Err)
	}
}

func createTopic(t *testing.T, c *Cluster, replicas int16) {
	t.Helper()
	admin := kadm.NewClient(client(t, c, identity.Admin))
	created, err := admin.CreateTopics(t.Context(), 2, replicas, nil, testTopic)
	require.NoError(t, err)
	require.NoError(t, created.Error())
}

// consume reads n records, committed ones only, or fails when the time is up.
func consume(t *testing.T, cl *kgo.Client, n int) map[string]int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	seen := make(map[string]int)
	for count := 0; count < n; {
		fetches := cl.PollFetches(ctx)
		require.NoError(t, fetches.Err())
		fetches.EachRecord(func(r *kgo.Record) {
			seen[string(r.Value)]++
			count++
		})
	}
	return seen
}

func TestOneNode(t *testing.T) {
	layout := deployment(t)
	dir := t.TempDir()
	c := start(t, Config{Dir: dir, Deployment: layout})
	createTopic(t, c, 1)
	allow(t, c, layout, identity.Gateway, kadm.OpWrite, kadm.OpDescribe)
	allow(t, c, layout, identity.Redactor, kadm.OpRead, kadm.OpDescribe, kadm.OpWrite)

	t.Run("produce and consume", func(t *testing.T) {
		producer := client(t, c, identity.Gateway)
		for i := range 100 {
			err := producer.ProduceSync(t.Context(), &kgo.Record{Topic: testTopic, Value: []byte(strconv.Itoa(i))}).FirstErr()
			require.NoError(t, err)
		}
		consumer := client(t, c, identity.Redactor, kgo.ConsumeTopics(testTopic))
		require.Len(t, consume(t, consumer, 100), 100)
	})
	t.Run("transaction", func(t *testing.T) {
		producer := client(t, c, identity.Redactor, kgo.TransactionalID("hushlog.redactor.0"))
		for _, commit := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit} {
			require.NoError(t, producer.BeginTransaction())
			value := "committed " + strconv.FormatBool(bool(commit))
			err := producer.ProduceSync(t.Context(), &kgo.Record{Topic: testTopic, Value: []byte(value)}).FirstErr()
			require.NoError(t, err)
			require.NoError(t, producer.EndTransaction(t.Context(), commit))
		}
		consumer := client(t, c, identity.Redactor, kgo.ConsumeTopics(testTopic), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
		seen := consume(t, consumer, 101)
		require.Equal(t, 1, seen["committed true"])
		require.Zero(t, seen["committed false"])
	})
	t.Run("what no ACL grants is denied", func(t *testing.T) {
		reader := kadm.NewClient(client(t, c, identity.Gateway))
		ends, err := reader.ListEndOffsets(t.Context(), testTopic)
		require.NoError(t, err)
		require.NoError(t, ends.Error(), "describe was granted")
		deleted, err := reader.DeleteRecords(t.Context(), kadm.OffsetsList{{Topic: testTopic, At: 1}}.Offsets())
		require.NoError(t, err)
		require.ErrorIs(t, deleted.Error(), kerr.TopicAuthorizationFailed)
	})
	t.Run("a user without a password is refused", func(t *testing.T) {
		cl := client(t, c, identity.Ingest, kgo.RetryTimeout(5*time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		require.ErrorIs(t, cl.Ping(ctx), kerr.SaslAuthenticationFailed)
	})
	t.Run("the right password without a certificate of the deployment is refused", func(t *testing.T) {
		trusting, err := identity.ClientTLS(layout.TLS(identity.Admin), "")
		require.NoError(t, err)
		none := &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: trusting.RootCAs}
		foreign, err := identity.ClientTLS(deployment(t).TLS(identity.Admin), "")
		require.NoError(t, err)
		foreign.RootCAs = trusting.RootCAs
		for _, config := range []*tls.Config{none, foreign} {
			cl := client(t, c, identity.Admin, kgo.DialTLSConfig(config), kgo.RetryTimeout(2*time.Second))
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			require.Error(t, cl.Ping(ctx))
			cancel()
		}
	})
	t.Run("TLS 1.2 is refused", func(t *testing.T) {
		config, err := identity.ClientTLS(layout.TLS(identity.Admin), "")
		require.NoError(t, err)
		config.MinVersion, config.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
		cl := client(t, c, identity.Admin, kgo.DialTLSConfig(config), kgo.RetryTimeout(2*time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		require.Error(t, cl.Ping(ctx))
	})
	t.Run("restart and crash keep records, users and rights", func(t *testing.T) {
		require.NoError(t, c.Stop(t.Context()))
		require.NoError(t, c.Restart(t.Context()))
		require.NoError(t, c.Kill(1))
		require.NoError(t, c.Restart(t.Context()))
		consumer := client(t, c, identity.Redactor, kgo.ConsumeTopics(testTopic), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
		require.Len(t, consume(t, consumer, 101), 101)
	})
	require.FileExists(t, filepath.Join(dir, "node-1", "broker.log"))
}

func TestThreeNodesLoseOne(t *testing.T) {
	if os.Getenv("HUSHLOG_TEST_KAFKA_NODES") != "3" {
		t.Skip("skipped: three brokers take a minute of two cores; set HUSHLOG_TEST_KAFKA_NODES=3")
	}
	layout := deployment(t)
	c := start(t, Config{Dir: t.TempDir(), Deployment: layout, Nodes: 3})
	createTopic(t, c, 3)
	allow(t, c, layout, identity.Gateway, kadm.OpWrite, kadm.OpDescribe)
	producer := client(t, c, identity.Gateway)
	require.NoError(t, c.Kill(3))
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for i := range 20 {
		err := producer.ProduceSync(ctx, &kgo.Record{Topic: testTopic, Value: []byte(strconv.Itoa(i))}).FirstErr()
		require.NoError(t, err)
	}
	require.NoError(t, c.Restart(t.Context()))
}
