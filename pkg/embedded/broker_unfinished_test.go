package embedded

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/hushlog/hushlog/pkg/stream"
)

const eventsTopic = "hushlog.events.v1"

// afterKill is the broker as it would start after a kill at this moment: on a copy of what is on its disk.
func (b *testBroker) afterKill() *testBroker {
	b.t.Helper()
	return b.afterKillOn(func(string) {})
}

// afterKillOn is afterKill on a disk that was changed.
func (b *testBroker) afterKillOn(change func(dir string)) *testBroker {
	b.t.Helper()
	again := &testBroker{t: b.t, ca: b.ca, cfg: b.cfg}
	again.cfg.Address = freePort(b.t)
	again.cfg.DataDir = filepath.Join(b.t.TempDir(), "kafka")
	require.NoError(b.t, os.CopyFS(again.cfg.DataDir, os.DirFS(b.cfg.DataDir)))
	change(again.cfg.DataDir)
	again.start()
	return again
}

// transaction begins one as the redactor and writes some values to partition 0; the caller ends it, or does not.
func (b *testBroker) transaction(values ...string) *kgo.Client {
	b.t.Helper()
	client := b.client("redactor", "redactor-secret", kgo.TransactionalID("redactor-0"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(b.t, client.BeginTransaction())
	for _, value := range values {
		require.NoError(b.t, client.ProduceSync(b.t.Context(), &kgo.Record{Topic: eventsTopic, Value: []byte(value)}).FirstErr())
	}
	return client
}

func (b *testBroker) commit(values ...string) {
	b.t.Helper()
	require.NoError(b.t, b.transaction(values...).EndTransaction(b.t.Context(), kgo.TryCommit))
}

// committed reads partition 0 to its end, as the redactor does when it begins.
func (b *testBroker) committed() []string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	opts := []kgo.Opt{
		kgo.SeedBrokers(b.cfg.Address), kgo.DialTLSConfig(b.ca.client("redactor")),
		kgo.SASL(scram.Auth{User: "redactor", Pass: "redactor-secret"}.AsSha512Mechanism()),
	}
	var values []string
	for r, err := range stream.ReadBack(ctx, opts, nil, eventsTopic, time.UnixMilli(0), 0) {
		require.NoError(b.t, err)
		values = append(values, string(r.Value))
	}
	return values
}

// TestBrokerKilledInTransaction holds what was aborted by a kill to be aborted, for all readers, for ever.
func TestBrokerKilledInTransaction(t *testing.T) {
	b := newTestBroker(t)
	b.start()
	b.provision()
	b.commit("one")
	b.transaction("lost", "lost too")

	b = b.afterKill()
	require.Equal(t, []string{"one"}, b.committed(), "the partition ends in what was aborted")
	b.commit("two")
	require.Equal(t, []string{"one", "two"}, b.committed(), "the same producer goes on")

	b = b.afterKill()
	require.Equal(t, []string{"one", "two"}, b.committed(), "what was aborted stays so")
	b.transaction("lost again")
	b = b.afterKill()
	b = b.afterKill()
	require.Equal(t, []string{"one", "two"}, b.committed())
}

// TestBrokerKilledAfterARestartInTransaction: a stop in order keeps transactions open, also when a kill follows before
// anything is written.
func TestBrokerKilledAfterARestartInTransaction(t *testing.T) {
	b := newTestBroker(t)
	broker := b.start()
	b.provision()
	b.commit("one")
	producer := b.transaction("open")
	require.NoError(t, broker.Close(t.Context()))
	b.start()
	killed := b.afterKill()
	require.Equal(t, []string{"one"}, killed.committed(), "killed")
	killed.commit("two")
	require.Equal(t, []string{"one", "two"}, killed.committed())

	require.NoError(t, producer.EndTransaction(t.Context(), kgo.TryCommit))
	require.Equal(t, []string{"one", "open"}, b.committed(), "not killed")
}

// TestNote finds what is open by the records of partitions.
func TestNote(t *testing.T) {
	data := kgo.NewRecordAttrs(kgo.RecordAttrsOpts{Transactional: true})
	marker := kgo.NewRecordAttrs(kgo.RecordAttrsOpts{Transactional: true, Control: true})
	record := func(attrs kgo.RecordAttrs, partition int32, producer int64, epoch int16) *kgo.Record {
		return &kgo.Record{Topic: eventsTopic, Partition: partition, Attrs: attrs, ProducerID: producer, ProducerEpoch: epoch}
	}
	tests := []struct {
		name    string
		records []*kgo.Record
		want    map[unfinished]bool
	}{
		{"nothing", nil, map[unfinished]bool{}},
		{"no transaction", []*kgo.Record{record(kgo.RecordAttrs{}, 0, 1, 1)}, map[unfinished]bool{}},
		{"ended", []*kgo.Record{record(data, 0, 1, 1), record(marker, 0, 1, 1)}, map[unfinished]bool{}},
		{"ended with a raised epoch", []*kgo.Record{record(data, 0, 1, 1), record(marker, 0, 1, 2)}, map[unfinished]bool{}},
		{"open", []*kgo.Record{record(data, 0, 1, 1), record(data, 0, 1, 1)}, map[unfinished]bool{{eventsTopic, 0, 1, 1}: true}},
		{
			"others ended",
			[]*kgo.Record{record(data, 0, 1, 1), record(data, 1, 1, 1), record(data, 0, 2, 1), record(marker, 1, 1, 1), record(marker, 0, 2, 1)},
			map[unfinished]bool{{eventsTopic, 0, 1, 1}: true},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			open := map[unfinished]bool{}
			for _, r := range tt.records {
				note(open, r)
			}
			require.Equal(t, tt.want, open)
		})
	}
}
