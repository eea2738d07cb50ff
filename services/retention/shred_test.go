package retention

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake" // a broker within the test, whose files are copied
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/mod/sumdb/note"

	"github.com/hushlog/hushlog/pkg/kms"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// ErasureSteps, AddErasureStep and Note of fakeTables serve the shredder too.
func (f *fakeTables) ShredsBegun(context.Context) (ids []string, err error) {
	err = f.do(func() {
		ended := map[string]bool{}
		for _, s := range f.steps {
			ended[s.RequestID] = ended[s.RequestID] || s.State == store.ErasureShredded
		}
		for id, is := range ended {
			if !is {
				ids = append(ids, id)
			}
		}
	})
	return ids, err
}

// stepsOf are the steps of one request: fakeTables keeps one erasure's.
type shredTables struct{ *fakeTables }

func (f shredTables) ErasureSteps(ctx context.Context, id string) ([]store.ErasureStep, error) {
	all, err := f.fakeTables.ErasureSteps(ctx, id)
	var own []store.ErasureStep
	for _, s := range all {
		if s.RequestID == id {
			own = append(own, s)
		}
	}
	return own, err
}

// vault is a deployment's keys with a clock of its own.
type vault struct {
	now     time.Time
	dir     string
	verify  ed25519.PublicKey
	ring    *seal.Keyring
	maker   *seal.EpochMaker
	records [][]byte // of the keys topic
	// published is how many of them the copied files hold.
	published int
	tables    *fakeTables
	shredder  *shredder
	verifier  note.Verifier
	longest   time.Duration
}

func newVault(t *testing.T) *vault {
	t.Helper()
	v := &vault{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), dir: t.TempDir(), tables: &fakeTables{}}
	clock := func() time.Time { return v.now }
	verify, sign, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	v.verify = verify
	wrapping, err := kms.NewFiles(v.dir, true, clock)
	require.NoError(t, err)
	v.ring, err = seal.NewKeyring(verify, clock)
	require.NoError(t, err)
	r := policy.Default().Retention
	v.longest = longestEpoch(policy.Default())
	v.maker, err = seal.NewEpochMaker(seal.MakerConfig{
		Ring: v.ring, KMS: wrapping, Sign: sign, Lives: seal.LivesFor(r.RawAtMost.D(), r.Events.D(), r.Quarantine.D()), Now: clock,
	})
	require.NoError(t, err)
	keys, err := kms.OpenSteward(t.Context(), "file://"+v.dir)
	require.NoError(t, err)
	skey, vkey, err := note.GenerateKey(rand.Reader, "trail")
	require.NoError(t, err)
	signer, err := note.NewSigner(skey)
	require.NoError(t, err)
	v.verifier, err = note.NewVerifier(vkey)
	require.NoError(t, err)
	v.shredder = &shredder{
		keys: keys, ring: v.ring, known: func() error { return nil }, longest: v.longest, store: shredTables{v.tables}, trail: v.tables,
		signer: signer, leads: func() bool { return true }, metrics: newMetrics(prometheus.NewRegistry(), nil),
		log: slog.New(slog.DiscardHandler), now: clock,
	}
	return v
}

func (v *vault) makeEpochs(t *testing.T) {
	t.Helper()
	for _, audience := range v.maker.Due() {
		record, err := v.maker.Make(t.Context(), audience)
		require.NoError(t, err)
		require.NoError(t, v.ring.Add(record.Value))
		v.records = append(v.records, record.Value)
	}
}

func (v *vault) days(t *testing.T) []string {
	t.Helper()
	days, err := v.shredder.keys.Days(t.Context())
	require.NoError(t, err)
	return days
}

// audienceOf says to whom what is on a topic is sealed.
var audienceOf = map[string]hushlogv1.Audience{
	stream.TopicRaw: hushlogv1.Audience_AUDIENCE_REDACTOR, stream.TopicEvents: hushlogv1.Audience_AUDIENCE_INGEST,
	stream.TopicQuarantine: hushlogv1.Audience_AUDIENCE_QUARANTINE,
}

const perTopic = 10

func brokerOn(t *testing.T, dir string) (*kfake.Cluster, *kgo.Client) {
	t.Helper()
	topics := []string{stream.TopicKeys}
	for topic := range audienceOf {
		topics = append(topics, topic)
	}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(dir), kfake.SyncWrites())
	require.NoError(t, err)
	client, err := kgo.NewClient(append(stream.Plain("test", cluster.ListenAddrs()...),
		kgo.ConsumeTopics(topics...), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	require.NoError(t, err)
	return cluster, client
}

// publish writes the epochs and sealed records to a broker and returns its files.
func (v *vault) publish(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cluster, client := brokerOn(t, dir)
	admin := kadm.NewClient(client)
	for _, topic := range []string{stream.TopicKeys, stream.TopicRaw, stream.TopicEvents, stream.TopicQuarantine} {
		_, err := admin.CreateTopic(t.Context(), 1, 1, nil, topic)
		require.NoError(t, err)
	}
	v.published = len(v.records)
	var records []*kgo.Record
	for _, value := range v.records {
		records = append(records, &kgo.Record{Topic: stream.TopicKeys, Value: value})
	}
	for topic, audience := range audienceOf {
		sealer := seal.NewSealer(v.ring, audience)
		for i := range perTopic {
			sealed, err := sealer.Seal([]byte("a prompt"), seal.Header{Topic: topic, Project: "demo", RequestHash: [16]byte{byte(i)}})
			require.NoError(t, err)
			records = append(records, &kgo.Record{Topic: topic, Key: []byte{byte(i)}, Value: sealed})
		}
	}
	require.NoError(t, client.ProduceSync(t.Context(), records...).FirstErr())
	client.Close()
	cluster.Close()
	return dir
}

// opened starts a broker on a copy of files and counts what of it opens with all that keys holds, at a time.
func (v *vault) opened(t *testing.T, files, keys string, at time.Time) int {
	t.Helper()
	copied := t.TempDir()
	require.NoError(t, os.CopyFS(copied, os.DirFS(files)))
	cluster, client := brokerOn(t, copied)
	defer cluster.Close()
	defer client.Close()
	clock := func() time.Time { return at }
	ring, err := seal.NewKeyring(v.verify, clock)
	require.NoError(t, err)
	unwrapping, err := kms.NewFiles(keys, true, clock)
	require.NoError(t, err)
	want := v.published + perTopic*len(audienceOf)
	var sealed []*kgo.Record
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for n := 0; n < want; {
		fetches := client.PollFetches(ctx)
		require.NoError(t, fetches.Err0())
		fetches.EachRecord(func(r *kgo.Record) {
			n++
			if r.Topic == stream.TopicKeys {
				_ = ring.Add(r.Value) // an expired one is refused, and is not to open anything
				return
			}
			sealed = append(sealed, r)
		})
	}
	count := 0
	for _, r := range sealed {
		header := seal.Header{Topic: r.Topic, Project: "demo", RequestHash: [16]byte{r.Key[0]}}
		_, err := seal.NewOpener(ring, unwrapping, audienceOf[r.Topic]).Open(t.Context(), r.Value, header)
		if err == nil {
			count++
		}
	}
	return count
}

// TestNothingOpensWhatWasShredded: a broker's files that were copied while the day's key existed open with it, and
// with nothing that the system still holds once the key is destroyed: neither at the time of the records, for
// whoever sets a clock back, nor with other days' keys under its name.
func TestNothingOpensWhatWasShredded(t *testing.T) {
	v := newVault(t)
	began := v.now
	day := seal.KeyOfDay(v.now)
	v.makeEpochs(t)
	files := v.publish(t)
	require.Equal(t, perTopic*len(audienceOf), v.opened(t, files, v.dir, began), "while the key is there, the copy opens")

	// Epochs go on being made; the key of the day goes with the last of its own.
	last, err := v.ring.ShredAt(day, v.longest)
	require.NoError(t, err)
	for v.now.Before(last.Add(-time.Second)) {
		require.NoError(t, v.shredder.run(t.Context()))
		require.Contains(t, v.days(t), day)
		v.now = v.now.Add(time.Hour)
		v.makeEpochs(t)
		last, err = v.ring.ShredAt(day, v.longest)
		require.NoError(t, err)
		if v.now.After(last) {
			v.now = last.Add(-time.Second)
		}
	}
	require.Greater(t, last.Sub(began), policy.Default().Retention.Events.D(), "keys outlive the records that are sealed under them")
	require.Less(t, last.Sub(began), policy.Default().Retention.Keys.D(), "and not the topic that holds them, wrapped")
	require.NoError(t, v.shredder.run(t.Context()))
	require.Contains(t, v.days(t), day, "a second too early")
	v.now = last
	require.NoError(t, v.shredder.run(t.Context()))
	require.NotContains(t, v.days(t), day)
	require.NotEmpty(t, v.days(t), "younger keys stay")

	require.Zero(t, v.opened(t, files, v.dir, v.now))
	require.Zero(t, v.opened(t, files, v.dir, began), "with the clock set back")
	for _, other := range v.days(t) {
		aside := t.TempDir()
		key, err := os.ReadFile(filepath.Join(v.dir, other+".key"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(aside, day+".key"), key, 0o600))
		require.Zero(t, v.opened(t, files, aside, began), "with another day's key under its name")
	}
	v.checkReceipt(t, day, last)
	require.Equal(t, actionShred, v.tables.notes[0].GetAction())
	require.InDelta(t, 1, testutil.ToFloat64(v.shredder.metrics.shredded), 0)
	require.NoError(t, v.shredder.run(t.Context()))
	require.Len(t, v.tables.notes, 1, "told once")
}

func (v *vault) checkReceipt(t *testing.T, day string, last time.Time) {
	t.Helper()
	var receipts []string
	for _, s := range v.tables.steps {
		if s.State == store.ErasureShredded {
			require.Equal(t, store.ShredPrefix+day, s.RequestID)
			receipts = append(receipts, s.Receipt)
		}
	}
	require.Len(t, receipts, 1)
	signed, err := note.Open([]byte(receipts[0]), note.VerifierList(v.verifier))
	require.NoError(t, err)
	var r ShredReceipt
	require.NoError(t, json.Unmarshal([]byte(signed.Text), &r))
	require.Equal(t, day, r.Day)
	require.True(t, last.Equal(r.LastOpenUntil))
}

// TestShreddingSurvivesACrashAtAnyCall ends the process before and after each call: the key goes, and there is one
// receipt.
func TestShreddingSurvivesACrashAtAnyCall(t *testing.T) {
	for _, after := range []bool{false, true} {
		for crash := 1; ; crash++ {
			v := newVault(t)
			day := seal.KeyOfDay(v.now)
			v.makeEpochs(t)
			last, err := v.ring.ShredAt(day, v.longest)
			require.NoError(t, err)
			v.now = last
			v.tables.crashAt, v.tables.after = crash, after
			err = v.shredder.run(t.Context())
			if v.tables.calls < crash {
				require.NoError(t, err)
				break
			}
			require.ErrorIs(t, err, errCrash)
			require.NoError(t, v.shredder.run(t.Context()))
			require.Empty(t, v.days(t))
			v.checkReceipt(t, day, last)
		}
	}
}

func TestWhatIsNotShredded(t *testing.T) {
	v := newVault(t)
	v.makeEpochs(t)
	v.now = v.now.Add(30 * 24 * time.Hour)
	require.NoError(t, os.WriteFile(filepath.Join(v.dir, "notes.key"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(v.dir, seal.KeyOfDay(v.now)+".key"), nil, 0o600))
	v.shredder.leads = func() bool { return false }
	require.NoError(t, v.shredder.run(t.Context()))
	require.Len(t, v.days(t), 2, "by the one that leads")
	v.shredder.leads = func() bool { return true }
	v.shredder.known = func() error { return errors.New("the keys topic is not read") }
	require.Error(t, v.shredder.run(t.Context()))
	require.Len(t, v.days(t), 2, "not while it is not known which epochs there are")
	v.shredder.known = func() error { return nil }
	require.NoError(t, v.shredder.run(t.Context()))
	require.Equal(t, []string{seal.KeyOfDay(v.now)}, v.days(t), "today's stays although no epoch is known")
	require.FileExists(t, filepath.Join(v.dir, "notes.key"))
	_, err := kms.OpenSteward(t.Context(), "base64key://smGbjm71Nxd1Ig5FS0wj9SlbzAIrnolCz9bQQ6uAhl4=")
	require.ErrorIs(t, err, kms.ErrNoSteward)
}

// cloudKeys are a cloud's keys: they are made ahead, and a destroyed one is kept for a week.
type cloudKeys struct {
	made  []string
	ends  map[string]time.Time
	clock func() time.Time
}

func (c *cloudKeys) Prepare(_ context.Context, days ...string) error {
	for _, day := range days {
		if !slices.Contains(c.made, day) {
			c.made = append(c.made, day)
		}
	}
	return nil
}

func (c *cloudKeys) Days(context.Context) ([]string, error) { return c.made, nil }

func (c *cloudKeys) Destroy(_ context.Context, day string) (kms.Destruction, error) {
	_, found := c.ends[day]
	if !found {
		c.ends[day] = c.clock().AddDate(0, 0, 7)
	}
	return kms.Destruction{CanBeUndoneUntil: c.ends[day]}, nil
}

// TestAKeyThatACloudKeepsForAWhile: keys are made before the redactor needs them, and the receipt of one that can
// be called back says until when, once.
func TestAKeyThatACloudKeepsForAWhile(t *testing.T) {
	v := newVault(t)
	keys := &cloudKeys{ends: map[string]time.Time{}, clock: func() time.Time { return v.now }}
	v.shredder.keys = keys
	require.NoError(t, v.shredder.run(t.Context()))
	require.Equal(t, []string{"2026-03-01", "2026-03-02", "2026-03-03"}, keys.made)
	v.now = v.now.AddDate(0, 0, 1)
	require.NoError(t, v.shredder.run(t.Context()))
	require.Contains(t, keys.made, "2026-03-04")

	at, err := v.ring.ShredAt("2026-03-01", v.longest)
	require.NoError(t, err)
	v.now = at
	for range 2 {
		require.NoError(t, v.shredder.run(t.Context()))
		v.now = v.now.Add(time.Hour)
	}
	v.checkReceipt(t, "2026-03-01", at)
	signed, err := note.Open([]byte(v.tables.steps[len(v.tables.steps)-1].Receipt), note.VerifierList(v.verifier))
	require.NoError(t, err)
	var r ShredReceipt
	require.NoError(t, json.Unmarshal([]byte(signed.Text), &r))
	require.NotNil(t, r.CanBeUndoneUntil)
	require.True(t, at.AddDate(0, 0, 7).Equal(*r.CanBeUndoneUntil))
}
