package embedded

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// testBroker is a broker's configuration with its CA.
type testBroker struct {
	t   *testing.T
	ca  *testCA
	cfg BrokerConfig
}

func newTestBroker(t *testing.T) *testBroker {
	t.Helper()
	ca := newTestCA(t)
	secret := filepath.Join(t.TempDir(), "kafka-admin.password")
	require.NoError(t, os.WriteFile(secret, []byte("admin-secret\n"), 0o600))
	return &testBroker{t: t, ca: ca, cfg: BrokerConfig{
		Address: freePort(t), DataDir: filepath.Join(t.TempDir(), "kafka"), TLS: ca.issue("kafka"), AdminPasswordFile: secret,
	}}
}

func (b *testBroker) start() *Broker {
	b.t.Helper()
	broker, err := StartBroker(b.t.Context(), b.cfg)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = broker.Close(context.Background()) })
	return broker
}

func (b *testBroker) client(user, password string, opts ...kgo.Opt) *kgo.Client {
	b.t.Helper()
	client, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(b.cfg.Address), kgo.DialTLSConfig(b.ca.client(user)),
		kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha512Mechanism()),
		kgo.ProducerBatchMaxBytes(16 << 20), kgo.RecordDeliveryTimeout(30 * time.Second), kgo.RetryTimeout(30 * time.Second),
	}, opts...)...)
	require.NoError(b.t, err)
	b.t.Cleanup(client.Close)
	return client
}

func (b *testBroker) admin(password string) *kadm.Client {
	b.t.Helper()
	return kadm.NewClient(b.client("admin", password))
}

// provision makes a topic and a user that may use it, as hushlog init does.
func (b *testBroker) provision() {
	b.t.Helper()
	admin := b.admin("admin-secret")
	size := "16777216"
	_, err := admin.CreateTopic(b.t.Context(), 3, 1, map[string]*string{"max.message.bytes": &size}, "hushlog.raw.v1")
	require.NoError(b.t, err)
	_, err = admin.CreateTopic(b.t.Context(), 3, 1, nil, "hushlog.events.v1")
	require.NoError(b.t, err)
	altered, err := admin.AlterUserSCRAMs(b.t.Context(), nil, []kadm.UpsertSCRAM{
		{User: "redactor", Mechanism: kadm.ScramSha512, Iterations: 4096, Password: "redactor-secret"},
		{User: "gateway", Mechanism: kadm.ScramSha512, Iterations: 4096, Password: "gateway-secret"},
	})
	require.NoError(b.t, err)
	require.NoError(b.t, altered.Error())
	for _, acl := range []*kadm.ACLBuilder{
		kadm.NewACLs().Allow("User:redactor").AllowHosts("*").Topics("hushlog.raw.v1", "hushlog.events.v1").
			ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpRead, kadm.OpWrite, kadm.OpDescribe),
		kadm.NewACLs().Allow("User:redactor").AllowHosts("*").Groups("redactor").
			ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpRead),
		kadm.NewACLs().Allow("User:redactor").AllowHosts("*").TransactionalIDs("redactor").
			ResourcePatternType(kadm.ACLPatternPrefixed).Operations(kadm.OpWrite, kadm.OpDescribe),
		kadm.NewACLs().Allow("User:gateway").AllowHosts("*").Topics("hushlog.raw.v1").
			ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpWrite, kadm.OpDescribe),
	} {
		results, err := admin.CreateACLs(b.t.Context(), acl)
		require.NoError(b.t, err)
		for _, r := range results {
			require.NoError(b.t, r.Err)
		}
	}
}

func (b *testBroker) produce(user, password, topic, value string) error {
	client := b.client(user, password)
	defer client.Close()
	ctx, cancel := context.WithTimeout(b.t.Context(), 40*time.Second)
	defer cancel()
	return client.ProduceSync(ctx, &kgo.Record{Topic: topic, Key: []byte("k"), Value: []byte(value)}).FirstErr()
}

func (b *testBroker) consume(topic string, n int) []string {
	b.t.Helper()
	client := b.client("redactor", "redactor-secret", kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	defer client.Close()
	ctx, cancel := context.WithTimeout(b.t.Context(), 40*time.Second)
	defer cancel()
	var values []string
	for len(values) < n {
		fetches := client.PollFetches(ctx)
		require.NoError(b.t, fetches.Err())
		fetches.EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	}
	return values
}

// TestBrokerRights holds users to their ACLs over mTLS and SCRAM.
func TestBrokerRights(t *testing.T) {
	b := newTestBroker(t)
	b.start()
	b.provision()
	require.NoError(t, b.produce("gateway", "gateway-secret", "hushlog.raw.v1", strings.Repeat("x", 4<<20)), "4 MiB in a topic that allows 16")
	require.ErrorIs(t, b.produce("gateway", "gateway-secret", "hushlog.events.v1", "x"), kerr.TopicAuthorizationFailed)
	require.Len(t, b.consume("hushlog.raw.v1", 1), 1)
	require.Error(t, b.client("gateway", "wrong").Ping(t.Context()), "wrong password")

	_, err := kadm.NewClient(b.client("gateway", "gateway-secret")).CreateTopic(t.Context(), 1, 1, nil, "other")
	require.Error(t, err)
	require.True(t, errors.Is(err, kerr.ClusterAuthorizationFailed) || errors.Is(err, kerr.TopicAuthorizationFailed), err)
}

// TestBrokerTLS refuses what is not TLS 1.3 with a certificate of the deployment's CA.
func TestBrokerTLS(t *testing.T) {
	b := newTestBroker(t)
	b.start()
	other := newTestCA(t)
	good := b.ca.client("gateway")
	tests := []struct {
		name string
		cfg  *tls.Config
	}{
		{"no certificate", &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: good.RootCAs}},
		{"another CA", &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: good.RootCAs, Certificates: other.client("gateway").Certificates}},
		{"TLS 1.2", &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, RootCAs: good.RootCAs, Certificates: good.Certificates}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: 5 * time.Second}, Config: tt.cfg}
			conn, err := dialer.DialContext(t.Context(), "tcp", b.cfg.Address)
			if err == nil { // TLS 1.3 tells a client of its refusal with the first read
				defer conn.Close()
				require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
				_, err = conn.Read(make([]byte, 1))
				require.False(t, os.IsTimeout(err), "the connection was kept")
			}
			require.Error(t, err)
		})
	}
}

// TestBrokerTransactions copies records in consume-transform-produce transactions.
func TestBrokerTransactions(t *testing.T) {
	b := newTestBroker(t)
	b.start()
	b.provision()
	for _, value := range []string{"one", "two", "three"} {
		require.NoError(t, b.produce("gateway", "gateway-secret", "hushlog.raw.v1", value))
	}
	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(b.cfg.Address), kgo.DialTLSConfig(b.ca.client("redactor")),
		kgo.SASL(scram.Auth{User: "redactor", Pass: "redactor-secret"}.AsSha512Mechanism()),
		kgo.TransactionalID("redactor-0"), kgo.ConsumerGroup("redactor"), kgo.ConsumeTopics("hushlog.raw.v1"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
	)
	require.NoError(t, err)
	defer session.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for copied := 0; copied < 3; {
		fetches := session.PollFetches(ctx)
		require.NoError(t, fetches.Err())
		require.NoError(t, session.Begin())
		fetches.EachRecord(func(r *kgo.Record) {
			copied++
			session.Produce(ctx, &kgo.Record{Topic: "hushlog.events.v1", Value: append([]byte("copy of "), r.Value...)}, nil)
		})
		committed, err := session.End(ctx, kgo.TryCommit)
		require.NoError(t, err)
		require.True(t, committed)
	}
	require.ElementsMatch(t, []string{"copy of one", "copy of two", "copy of three"}, b.consume("hushlog.events.v1", 3))
}

// TestBrokerRestart keeps records, users and ACLs across a stop and a start,
// and takes a rotated admin password.
func TestBrokerRestart(t *testing.T) {
	b := newTestBroker(t)
	broker := b.start()
	b.provision()
	require.NoError(t, b.produce("gateway", "gateway-secret", "hushlog.raw.v1", "kept"))
	require.NoError(t, broker.Close(t.Context()))

	require.NoError(t, os.WriteFile(b.cfg.AdminPasswordFile, []byte("rotated"), 0o600))
	b.start()
	require.Equal(t, []string{"kept"}, b.consume("hushlog.raw.v1", 1))
	require.ErrorIs(t, b.produce("gateway", "gateway-secret", "hushlog.events.v1", "x"), kerr.TopicAuthorizationFailed)
	require.Error(t, b.client("admin", "admin-secret").Ping(t.Context()), "the old password")
	users, err := b.admin("rotated").DescribeUserSCRAMs(t.Context(), "redactor", "gateway")
	require.NoError(t, err)
	require.NoError(t, users.Error())
	topics, err := b.admin("rotated").ListTopics(t.Context())
	require.NoError(t, err)
	require.True(t, topics.Has("hushlog.events.v1"))
}

// TestBrokerSecondOwner refuses the data directory to a second broker and
// gives it on after the first has closed.
func TestBrokerSecondOwner(t *testing.T) {
	b := newTestBroker(t)
	broker := b.start()
	second := b.cfg
	second.Address = freePort(t)
	_, err := StartBroker(t.Context(), second)
	require.ErrorIs(t, err, ErrInUse)
	require.ErrorContains(t, err, b.cfg.DataDir)
	require.NoError(t, broker.Close(t.Context()))
	again, err := StartBroker(t.Context(), second)
	require.NoError(t, err)
	require.NoError(t, again.Close(t.Context()))
}

// TestBrokerConfig says what is missing.
func TestBrokerConfig(t *testing.T) {
	tests := []struct {
		name   string
		change func(*BrokerConfig)
		want   string
	}{
		{"no address", func(c *BrokerConfig) { c.Address = "" }, "address"},
		{"port 0", func(c *BrokerConfig) { c.Address = "127.0.0.1:0" }, "fixed port"},
		{"no host", func(c *BrokerConfig) { c.Address = ":9092" }, "host"},
		{"no data", func(c *BrokerConfig) { c.DataDir = "" }, "data_dir"},
		{"no password", func(c *BrokerConfig) { c.AdminPasswordFile = "" }, "admin_password_file"},
		{"no certificate", func(c *BrokerConfig) { c.TLS.Cert = "" }, "tls"},
	}
	b := newTestBroker(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := b.cfg
			tt.change(&cfg)
			_, err := StartBroker(t.Context(), cfg)
			require.ErrorContains(t, err, tt.want)
		})
	}
}
