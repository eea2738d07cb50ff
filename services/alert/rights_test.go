package alert

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require" // says what differed
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/embedded"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	"github.com/hushlog/hushlog/pkg/supervise"
)

// deployment is a directory with secrets and certificates, and a broker with the policy's topics,
// users and rights.
type deployment struct {
	identity.Layout
	broker string
}

func deploy(t *testing.T) *deployment {
	t.Helper()
	return deployWith(t, nil)
}

// deployWith is deploy with settings of the broker.
func deployWith(t *testing.T, settings map[string]string) *deployment {
	t.Helper()
	d := &deployment{Layout: identity.Layout{Dir: t.TempDir()}}
	_, err := identity.CreateSecrets(d.Layout, time.Now(), false)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.Policy(), policy.DefaultDocument(), 0o600))
	require.NoError(t, identity.CreateCA(d.PKI()))
	for _, name := range append(identity.Services(), identity.Kafka) {
		require.NoError(t, identity.IssueCert(d.PKI(), name))
	}
	address, err := supervise.FreeAddress()
	require.NoError(t, err)
	broker, err := embedded.StartBroker(t.Context(), embedded.BrokerConfig{
		Address: address, DataDir: filepath.Join(d.Dir, "kafka"), AdminPasswordFile: d.KafkaPassword(identity.Admin),
		TLS: d.TLS(identity.Kafka), Settings: settings,
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = broker.Close(context.WithoutCancel(t.Context())) })
	d.broker = address
	d.init(t)
	return d
}

// init makes topics, users and rights as `hushlog init` does.
func (d *deployment) init(t *testing.T) {
	t.Helper()
	var users []stream.User
	for _, name := range identity.Services() {
		password, err := identity.LoadPassword(d.KafkaPassword(name))
		require.NoError(t, err)
		users = append(users, stream.User{Name: name, Password: password})
	}
	client, err := kgo.NewClient(d.dial(t, identity.Admin)...)
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, stream.Init(t.Context(), kadm.NewClient(client), stream.FromPolicy(policy.Default(), users)))
}

func (d *deployment) kafka(name string) stream.Config {
	return stream.Config{Brokers: []string{d.broker}, User: name, PasswordFile: d.KafkaPassword(name), TLS: d.TLS(name)}
}

func (d *deployment) dial(t *testing.T, name string) []kgo.Opt {
	t.Helper()
	opts, err := stream.Dial(d.kafka(name))
	require.NoError(t, err)
	return opts
}

// TestServiceWithItsOwnRights runs the service as configured, with the rights that the policy derives
// and no others, from events to topic and webhook.
func TestServiceWithItsOwnRights(t *testing.T) {
	d, hook := deploy(t), newReceiver(t)
	hook.key = must(identity.LoadWebhookKey(d.WebhookKey()))(t)
	cfg := DefaultConfig()
	cfg.Policy, cfg.Kafka = d.Policy(), d.kafka(identity.Alert)
	cfg.Webhook.URL, cfg.Webhook.Key = hook.URL, d.WebhookKey()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, cfg, io.Discard) }()

	redactor, err := stream.NewPublisher(d.dial(t, identity.Redactor), stream.PublisherConfig{MaxBatch: stream.LargeBatch})
	require.NoError(t, err)
	defer redactor.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // the test is over
	at := time.Now()
	for partition := range int32(policy.Default().Stream.Partitions) {
		value, marshalErr := proto.Marshal(blockOf(repeat(3, failure("u_a", at))...))
		require.NoError(t, marshalErr)
		errs := redactor.Publish(t.Context(), []*kgo.Record{{Topic: stream.TopicEvents, Partition: partition, Value: value}})
		require.NoError(t, errs[0])
	}
	require.Eventually(t, func() bool { return len(hook.taken()) == 1 }, patience, 20*time.Millisecond)
	cancel()
	require.NoError(t, <-done)
	require.Len(t, published(t, d.dial(t, identity.Ingest)), 1, "ingest may read alerts")

	// The gateway may not read what is told to others.
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, readErr := range stream.ReadBack(ctx, d.dial(t, identity.Gateway), nil, stream.TopicAlerts, time.Unix(0, 0), alertsPartition) {
		require.Error(t, readErr)
	}
}

// must turns a value and an error into the value.
func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		require.NoError(t, err)
		return value
	}
}
