package embedded

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestBrokerThatCannotWriteStops: nothing is answered after a write has failed, and a start where it can write goes on from
// what was written.
func TestBrokerThatCannotWriteStops(t *testing.T) {
	b := newTestBroker(t)
	broker := b.start()
	b.provision()
	b.commit("one")

	full := filepath.Join(b.cfg.DataDir, "partitions", eventsTopic+"-2", "0.dat")
	require.NoError(t, os.MkdirAll(filepath.Dir(full), 0o700))
	require.NoError(t, os.Symlink("/dev/full", full))
	ctx := t.Context()
	producer := b.client("redactor", "redactor-secret", kgo.TransactionalID("redactor-0"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(t, producer.BeginTransaction())
	require.NoError(t, producer.ProduceSync(ctx, &kgo.Record{Topic: eventsTopic, Value: []byte("aborted")}).FirstErr())
	answered := make(chan error, 1)
	producer.Produce(ctx, &kgo.Record{Topic: eventsTopic, Partition: 2, Value: []byte("not written")}, func(_ *kgo.Record, err error) { answered <- err })
	select {
	case err := <-broker.Failed():
		require.ErrorIs(t, err, ErrNotWritten)
		require.ErrorContains(t, err, "no space left")
	case <-time.After(30 * time.Second):
		require.Fail(t, "the broker went on")
	}
	require.NoError(t, broker.Close(t.Context()))
	producer.Close()
	require.Error(t, <-answered)

	require.NoError(t, os.Remove(full))
	b.start()
	require.Equal(t, []string{"one"}, b.committed())
	b.commit("two")
	require.Equal(t, []string{"one", "two"}, b.committed())
}
