package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/embedded"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/kms"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
	"github.com/hushlog/hushlog/pkg/stream"
	"github.com/hushlog/hushlog/pkg/supervise"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// deployment is the embedded broker and engine with everything that `hushlog init` makes.
type deployment struct {
	layout  identity.Layout
	engine  *storetest.Engine
	brokers []string
	kafka   *kgo.Client // as the redactor
	sealer  *seal.Sealer
}

func newDeployment(t *testing.T) *deployment {
	t.Helper()
	engine := storetest.Start(t, policy.Default())
	d := &deployment{layout: identity.Layout{Dir: filepath.Dir(engine.PKI())}, engine: engine}
	_, err := identity.CreateSecrets(d.layout, time.Now(), false)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.layout.Policy(), policy.DefaultDocument(), 0o600))
	for _, name := range []string{identity.Kafka, identity.Redactor} {
		require.NoError(t, identity.IssueCert(d.layout.PKI(), name, "127.0.0.1"))
	}
	address, err := supervise.FreeAddress()
	require.NoError(t, err)
	broker, err := embedded.StartBroker(t.Context(), embedded.BrokerConfig{
		Address: address, DataDir: filepath.Join(d.layout.Dir, "data", "kafka"), TLS: d.layout.TLS(identity.Kafka),
		AdminPasswordFile: d.layout.KafkaPassword(identity.Admin),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = broker.Close(context.Background()) })
	d.brokers = []string{broker.Address()}
	d.init(t)
	d.asRedactor(t)
	return d
}

// init makes topics, users, rights and tables.
func (d *deployment) init(t *testing.T) {
	t.Helper()
	var users []stream.User
	for _, name := range []string{identity.Redactor, identity.Ingest} {
		password, err := identity.LoadPassword(d.layout.KafkaPassword(name))
		require.NoError(t, err)
		users = append(users, stream.User{Name: name, Password: password})
	}
	opts, err := stream.Dial(d.kafkaConfig(identity.Admin))
	require.NoError(t, err)
	client, err := kgo.NewClient(opts...)
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, stream.Init(t.Context(), kadm.NewClient(client), stream.FromPolicy(policy.Default(), users)))
	require.NoError(t, d.engine.Open(t, identity.Admin).Migrate(t.Context()))
}

func (d *deployment) kafkaConfig(name string) stream.Config {
	return stream.Config{Brokers: d.brokers, User: name, PasswordFile: d.layout.KafkaPassword(name), TLS: d.layout.TLS(name)}
}

// asRedactor publishes an epoch, and seals and publishes as the redactor would.
func (d *deployment) asRedactor(t *testing.T) {
	t.Helper()
	opts, err := stream.Dial(d.kafkaConfig(identity.Redactor))
	require.NoError(t, err)
	d.kafka, err = kgo.NewClient(append(opts, kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	require.NoError(t, err)
	t.Cleanup(d.kafka.Close)
	sign, err := identity.LoadEpochSignKey(d.layout.EpochSignKey())
	require.NoError(t, err)
	verify, err := identity.LoadEpochVerifyKey(d.layout.EpochVerifyKey())
	require.NoError(t, err)
	ring, err := seal.NewKeyring(verify, nil)
	require.NoError(t, err)
	keys, err := kms.NewFiles(d.layout.KMS(), true, nil)
	require.NoError(t, err)
	maker, err := seal.NewEpochMaker(seal.MakerConfig{Ring: ring, KMS: keys, Sign: sign, Lives: seal.DefaultLives()})
	require.NoError(t, err)
	epoch, err := maker.Make(t.Context(), hushlogv1.Audience_AUDIENCE_INGEST)
	require.NoError(t, err)
	require.NoError(t, ring.Add(epoch.Value))
	d.publish(t, &kgo.Record{Topic: stream.TopicKeys, Key: epoch.Key, Value: epoch.Value})
	d.sealer = seal.NewSealer(ring, hushlogv1.Audience_AUDIENCE_INGEST)
}

func (d *deployment) publish(t *testing.T, r *kgo.Record) {
	t.Helper()
	require.NoError(t, d.kafka.ProduceSync(t.Context(), r).FirstErr())
}

const recordsPerBlock = 5

// publishBlocks publishes n blocks over two partitions.
func (d *deployment) publishBlocks(t *testing.T, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		block := &hushlogv1.Block{BlockId: fmt.Appendf(nil, "block-%010d", i)}
		contents := &hushlogv1.Contents{}
		for r := range uint32(recordsPerBlock) {
			block.Records = append(block.Records, &hushlogv1.Record{
				RequestId: fmt.Sprintf("r-%d-%d", i, r), Project: "demo", AcceptedAt: timestamppb.Now(), StartedAt: timestamppb.Now(),
				Class: hushlogv1.Class_CLASS_INTERNAL, RetentionLabel: policy.Default().RetentionLabel(policy.Internal), ContentStored: true,
			})
			contents.Contents = append(contents.Contents, &hushlogv1.Content{Record: r, Path: "messages[0].parts[0].text.text", Kind: "text", Text: "sanitized words"})
			block.Findings = append(block.Findings, &hushlogv1.Finding{Record: r, Path: "messages[0].parts[0].text.text", Type: "EMAIL", Rule: "email", Action: "mask", Confidence: 1})
		}
		plain, err := proto.Marshal(contents)
		require.NoError(t, err)
		block.SealedContents, err = d.sealer.Seal(plain, seal.ContentsHeader(stream.TopicEvents, [16]byte(block.GetBlockId())))
		require.NoError(t, err)
		value, err := proto.Marshal(block)
		require.NoError(t, err)
		d.publish(t, &kgo.Record{Topic: stream.TopicEvents, Partition: int32(i % 2), Value: value})
	}
}

func (d *deployment) config() Config {
	cfg := DefaultConfig()
	cfg.Policy = d.layout.Policy()
	cfg.Kafka = d.kafkaConfig(identity.Ingest)
	cfg.ClickHouse = d.engine.Config(identity.Ingest)
	cfg.EpochVerifyKey = d.layout.EpochVerifyKey()
	cfg.KMS = "file://" + d.layout.KMS()
	return cfg
}

// run runs the whole service until the returned function stops it.
func (d *deployment) run(t *testing.T, log io.Writer) (admin string, stop func()) {
	t.Helper()
	s, err := New(t.Context(), d.config(), log)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	return s.AdminAddr(), func() {
		cancel()
		require.NoError(t, <-done)
	}
}

// count asks the engine, as admin; -1 while it does not answer.
func (d *deployment) count(t *testing.T, what, table string) string {
	t.Helper()
	reader, err := store.NewReader(d.engine.Config(identity.Admin))
	require.NoError(t, err)
	defer func() { _ = reader.Close() }()
	result, err := reader.Run(t.Context(), "", "SELECT "+what+" FROM hushlog."+table, "TabSeparated",
		store.Limits{Time: 20 * time.Second, Rows: 1000, Bytes: 1 << 20, Memory: 512 << 20})
	if err != nil {
		return "-1"
	}
	defer func() { _ = result.Close() }()
	raw, err := io.ReadAll(result)
	if err != nil {
		return "-1"
	}
	return strings.TrimSpace(string(raw))
}

func ready(t *testing.T, admin string) (bool, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+admin+"/readyz", nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode == http.StatusOK, string(body)
}

// TestWholeServiceOnTheEmbeddedParts runs ingest with its own certificate, password and rights against
// the embedded broker and engine, kills the engine in the middle, restarts ingest, and counts.
func TestWholeServiceOnTheEmbeddedParts(t *testing.T) {
	d := newDeployment(t)
	var log bytes.Buffer
	admin, stop := d.run(t, &log)
	eventually(t, "ready", func() bool { ok, _ := ready(t, admin); return ok })
	d.publishBlocks(t, 0, 20)
	eventually(t, "the first are stored", func() bool { return d.count(t, "count()", "interactions") == "100" })

	d.engine.Kill()
	d.publishBlocks(t, 20, 20)
	eventually(t, "not ready without ClickHouse", func() bool {
		ok, why := ready(t, admin)
		return !ok && strings.Contains(why, "ClickHouse")
	})
	d.engine.Restart(t)
	eventually(t, "the others are stored", func() bool { return d.count(t, "count()", "interactions") == "200" })
	eventually(t, "ready again", func() bool { ok, _ := ready(t, admin); return ok })
	stop()

	// A restart repeats the last blocks and doubles nothing.
	_, stop = d.run(t, &log)
	d.publishBlocks(t, 40, 2)
	eventually(t, "the last are stored", func() bool { return d.count(t, "count()", "interactions") == "210" })
	stop()
	for _, table := range []string{"interactions", "contents", "findings"} {
		require.Equal(t, "210\t210", d.count(t, "count(), uniqExact(request_id)", table), table)
	}
	require.NotContains(t, log.String(), "sanitized words")
}
