package alert

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require" // says what differed
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/alerting"
	"github.com/hushlog/hushlog/pkg/notify"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// broker is an embedded Kafka with the topics that the service uses.
func broker(t *testing.T) []kgo.Opt {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1),
		kfake.SeedTopics(3, stream.TopicEvents), kfake.SeedTopics(1, stream.TopicAlerts, stream.TopicAlertState, stream.TopicAudit, stream.TopicRaw))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	return stream.Plain("test", cluster.ListenAddrs()...)
}

// publish puts blocks on a partition of the events topic.
func publish(t *testing.T, kafka []kgo.Opt, partition int32, blocks ...*hushlogv1.Block) {
	t.Helper()
	client, err := kgo.NewClient(append(kafka, kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	require.NoError(t, err)
	defer client.Close()
	for _, block := range blocks {
		value, err := proto.Marshal(block)
		require.NoError(t, err)
		require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: stream.TopicEvents, Partition: partition, Value: value}).FirstErr())
	}
}

// published reads all alerts.
func published(t *testing.T, kafka []kgo.Opt) []*hushlogv1.Alert {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var alerts []*hushlogv1.Alert
	for record, err := range stream.ReadBack(ctx, kafka, nil, stream.TopicAlerts, time.Unix(0, 0), alertsPartition) {
		require.NoError(t, err)
		alert := &hushlogv1.Alert{}
		require.NoError(t, proto.Unmarshal(record.Value, alert))
		require.Equal(t, alert.GetFingerprint(), string(record.Key))
		alerts = append(alerts, alert)
	}
	return alerts
}

// receiver takes webhooks, verified, and can be told to refuse them.
type receiver struct {
	*httptest.Server
	hook *notify.Webhook
	key  []byte // set before the first message

	mu     sync.Mutex // guards what follows
	refuse bool
	got    []string // fingerprints, once for each attempt that was taken
	tries  int
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{key: make([]byte, 32)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil || notify.Verify([][]byte{r.key}, req.Header, body, time.Now()) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var message notify.AlertMessage
		err = json.Unmarshal(body, &message)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.tries++
		if err != nil || r.refuse || !strings.HasPrefix(req.Header.Get(notify.HeaderID), message.Data.Fingerprint) {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		r.got = append(r.got, message.Data.Fingerprint)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(r.Close)
	var err error
	r.hook, err = notify.NewWebhook(notify.WebhookConfig{URL: r.URL, Key: r.key})
	require.NoError(t, err)
	return r
}

func (r *receiver) setRefuse(refuse bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuse = refuse
}

func (r *receiver) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.got...)
}

func (r *receiver) tried() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tries
}

// twoRules count failures by user and by model.
const twoRules = `version: 1
rules:
  - {name: failures-user, description: d, match: failed, key: [project, user], window: 5m, lateness: 10m, threshold: {at_least: 5}, severity: warning, owner: platform}
  - {name: failures-model, description: d, match: failed, key: [project, model], window: 5m, lateness: 10m, threshold: {at_least: 50}, severity: critical, owner: platform}
`

func rulesOf(t *testing.T, document string) *alerting.Rules {
	t.Helper()
	rules, err := alerting.Parse([]byte(document))
	require.NoError(t, err)
	return rules
}

// noon begins a window.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// failure is a failed interaction of a user.
func failure(user string, at time.Time) *hushlogv1.Record {
	return &hushlogv1.Record{
		Project: "demo", UserPseudonym: user, Model: "m-1", Failed: true, AcceptedAt: timestamppb.New(at),
		Class: hushlogv1.Class_CLASS_INTERNAL,
	}
}

var blockCount uint64

// blockOf is a block with an id of its own.
func blockOf(records ...*hushlogv1.Record) *hushlogv1.Block {
	blockCount++
	id := binary.BigEndian.AppendUint64(make([]byte, 8), blockCount)
	return &hushlogv1.Block{BlockId: id, Records: records}
}

func repeat(n int, r *hushlogv1.Record) []*hushlogv1.Record {
	records := make([]*hushlogv1.Record, n)
	for i := range records {
		records[i] = r
	}
	return records
}

// start runs a service until stop is called.
func start(t *testing.T, kafka []kgo.Opt, hook *notify.Webhook) (stop func()) {
	t.Helper()
	return startWith(t, DefaultConfig(), Deps{Kafka: kafka, Webhook: hook, Rules: rulesOf(t, twoRules)})
}

func startWith(t *testing.T, cfg Config, deps Deps) (stop func()) {
	t.Helper()
	cfg.SnapshotEvery = 100 * time.Millisecond
	deps.Policy, deps.Log, deps.Registry = policy.Default(), slog.New(slog.DiscardHandler), prometheus.NewRegistry()
	s, err := New(cfg, deps)
	require.NoError(t, err)
	return runs(t, s)
}

// runs a service until stop is called.
func runs(t *testing.T, s *Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-done)
	})
	t.Cleanup(stop)
	return stop
}

const patience = 20 * time.Second

func TestRepeatedFailuresAreToldOnce(t *testing.T) {
	kafka, hook := broker(t), newReceiver(t)
	stop := start(t, kafka, hook.hook)
	now := time.Now().Truncate(5 * time.Minute)
	// The records of one user are spread over the partitions.
	publish(t, kafka, 0, blockOf(repeat(2, failure("u_a", now))...), blockOf(failure("u_b", now)))
	publish(t, kafka, 1, blockOf(repeat(2, failure("u_a", now))...))
	publish(t, kafka, 2, blockOf(repeat(3, failure("u_a", now))...))
	require.Eventually(t, func() bool { return len(hook.taken()) == 1 }, patience, 20*time.Millisecond)
	stop()
	alerts := published(t, kafka)
	require.Len(t, alerts, 1)
	require.Equal(t, alerts[0].GetFingerprint(), hook.taken()[0])
	require.Equal(t, "u_a", alerts[0].GetUserPseudonym())
}

func TestRestartKeepsHalfFullWindowsAndDoublesNothing(t *testing.T) {
	kafka, hook := broker(t), newReceiver(t)
	now := time.Now().Truncate(5 * time.Minute)
	stop := start(t, kafka, hook.hook)
	publish(t, kafka, 0, blockOf(repeat(5, failure("u_a", now))...), blockOf(repeat(3, failure("u_b", now))...))
	require.Eventually(t, func() bool { return len(hook.taken()) == 1 }, patience, 20*time.Millisecond)
	stop()

	stop = start(t, kafka, hook.hook)
	publish(t, kafka, 1, blockOf(repeat(2, failure("u_b", now))...), blockOf(repeat(4, failure("u_a", now))...))
	require.Eventually(t, func() bool { return len(hook.taken()) == 2 }, patience, 20*time.Millisecond, "three before and two after are five")
	stop()
	require.Len(t, published(t, kafka), 2)
	require.NotEqual(t, hook.taken()[0], hook.taken()[1])
}

func TestWebhookThatIsDownLosesNothing(t *testing.T) {
	kafka, hook := broker(t), newReceiver(t)
	hook.setRefuse(true)
	stop := start(t, kafka, hook.hook)
	publish(t, kafka, 0, blockOf(repeat(5, failure("u_a", time.Now()))...))
	require.Eventually(t, func() bool { return hook.tried() > 1 }, patience, 20*time.Millisecond)
	require.Len(t, published(t, kafka), 1, "the topic does not wait for the webhook")
	stop()

	stop = start(t, kafka, hook.hook)
	hook.setRefuse(false)
	require.Eventually(t, func() bool { return len(hook.taken()) == 1 }, patience, 20*time.Millisecond)
	stop()
	require.Len(t, published(t, kafka), 1)
}

func TestASecondInstanceWaitsAndTakesOver(t *testing.T) {
	kafka, hook := broker(t), newReceiver(t)
	now := time.Now().Truncate(5 * time.Minute)
	stopFirst := start(t, kafka, hook.hook)
	publish(t, kafka, 0, blockOf(repeat(3, failure("u_a", now))...))
	stopSecond := start(t, kafka, hook.hook)
	publish(t, kafka, 1, blockOf(repeat(2, failure("u_a", now))...), blockOf(repeat(3, failure("u_b", now))...))
	require.Eventually(t, func() bool { return len(hook.taken()) == 1 }, patience, 20*time.Millisecond)
	stopFirst()
	publish(t, kafka, 2, blockOf(repeat(2, failure("u_b", now))...))
	require.Eventually(t, func() bool { return len(hook.taken()) == 2 }, patience, 20*time.Millisecond)
	stopSecond()
	require.Len(t, published(t, kafka), 2)
}

func TestUnreadableRecordsStopNobody(t *testing.T) {
	kafka, hook := broker(t), newReceiver(t)
	client, err := kgo.NewClient(kafka...)
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: stream.TopicEvents, Value: []byte("\xff\xff")}).FirstErr())
	start(t, kafka, hook.hook)
	publish(t, kafka, 0, blockOf(repeat(5, failure("u_a", time.Now()))...))
	require.Eventually(t, func() bool { return len(hook.taken()) == 1 }, patience, 20*time.Millisecond)
}

func TestOldAlertsAreNotTold(t *testing.T) {
	fake := &countingDeliverer{}
	m := newMetrics(prometheus.NewRegistry(), rulesOf(t, twoRules))
	teller := &teller{webhook: fake, maxAge: time.Hour, now: func() time.Time { return noon }, metrics: m, log: slog.New(slog.DiscardHandler)}
	record, err := encode(&hushlogv1.Alert{Fingerprint: "f", FiredAt: timestamppb.New(noon), WindowEnd: timestamppb.New(noon)})
	require.NoError(t, err)
	record.Timestamp = noon.Add(-2 * time.Hour)
	require.NoError(t, teller.handle(t.Context(), stream.Partition{}, []*kgo.Record{record, {Value: []byte("\xff"), Timestamp: noon}}))
	require.Zero(t, fake.sent)
	old, err := encode(&hushlogv1.Alert{Fingerprint: "f", WindowEnd: timestamppb.New(noon.Add(-2 * time.Hour))})
	require.NoError(t, err)
	old.Timestamp = noon
	require.NoError(t, teller.handle(t.Context(), stream.Partition{}, []*kgo.Record{old}))
	require.Zero(t, fake.sent, "about what is long over")
	record.Timestamp = noon
	require.NoError(t, teller.handle(t.Context(), stream.Partition{}, []*kgo.Record{record}))
	require.Equal(t, 1, fake.sent)
}

func TestReceiverIsLeftAloneAsItAsked(t *testing.T) {
	now := noon
	fake := &countingDeliverer{err: notify.ErrRefused, wait: 30 * time.Second}
	m := newMetrics(prometheus.NewRegistry(), rulesOf(t, twoRules))
	teller := &teller{webhook: fake, maxAge: time.Hour, now: func() time.Time { return now }, metrics: m, log: slog.New(slog.DiscardHandler)}
	record, err := encode(&hushlogv1.Alert{Fingerprint: "f", FiredAt: timestamppb.New(noon), WindowEnd: timestamppb.New(noon)})
	require.NoError(t, err)
	record.Timestamp = noon
	tell := func() error { return teller.handle(t.Context(), stream.Partition{}, []*kgo.Record{record}) }
	require.ErrorIs(t, tell(), notify.ErrRefused)
	now = now.Add(29 * time.Second)
	require.ErrorIs(t, tell(), errAskedToWait)
	require.Equal(t, 1, fake.sent)
	now, fake.err, fake.wait = now.Add(time.Second), nil, 0
	require.NoError(t, tell())
	require.Equal(t, 2, fake.sent)
}

type countingDeliverer struct {
	sent int
	wait time.Duration
	err  error
}

func (c *countingDeliverer) Send(context.Context, string, []byte) (time.Duration, error) {
	c.sent++
	return c.wait, c.err
}

func TestConfig(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Webhook.URL, cfg.Webhook.Timeout, cfg.Webhook.MaxAge = "http://example.org/", 0, 0
	err := cfg.Validate()
	for _, field := range []string{"policy:", "kafka.brokers:", "webhook.url:", "webhook.key:", "webhook.timeout:", "webhook.max_age:"} {
		require.ErrorContains(t, err, field)
	}
	hook, err := NewWebhook(WebhookConfig{})
	require.NoError(t, err)
	require.Nil(t, hook)
}
