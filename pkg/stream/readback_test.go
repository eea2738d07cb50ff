package stream

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// logLines keeps what was logged. Safe for concurrent use.
type logLines struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.data.Write(p)
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.data.String()
}

// hasty reads partition 0 of the output back with little patience. It returns the keys and what was logged.
func (k *testKafka) hasty(t *testing.T, patience time.Duration, logged *logLines) ([]string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r := newReadBack(k.opts(), slog.New(slog.NewTextHandler(logged, nil)), topicOut, time.UnixMilli(0), 0)
	r.patience, r.look, r.anew = patience, 50*time.Millisecond, 200*time.Millisecond
	var keys []string
	for record, err := range r.records(ctx, "read back") {
		if err != nil {
			return keys, err
		}
		keys = append(keys, string(record.Key))
	}
	return keys, nil
}

// open leaves a transaction open that has written a record to partition 0 of the output.
func (k *testKafka) open(t *testing.T) *kgo.Client {
	t.Helper()
	tx, err := kgo.NewClient(append(k.opts(), kgo.TransactionalID("open"), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	require.NoError(t, err)
	t.Cleanup(tx.Close)
	require.NoError(t, tx.BeginTransaction())
	require.NoError(t, tx.ProduceSync(t.Context(), &kgo.Record{Topic: topicOut, Key: []byte("open")}).FirstErr())
	return tx
}

// TestReadBackGivesUp: a transaction that nobody ends is waited for with a bound, and named.
func TestReadBackGivesUp(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicOut, 1, 0, 3)
	k.open(t)
	var logged logLines
	keys, err := k.hasty(t, time.Second, &logged)
	require.ErrorIs(t, err, ErrStalled)
	require.ErrorContains(t, err, "partition 0: a transaction is open at offset 3, before its end 4")
	require.Equal(t, []string{"0-0", "0-1", "0-2"}, keys)
	require.Contains(t, logged.String(), "a transaction is open at offset 3")
}

// TestReadBackOfWhatIsDeleted: what was deleted while a transaction before it was open does not come, and is not waited for.
func TestReadBackOfWhatIsDeleted(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicOut, 1, 0, 3)
	k.open(t)
	var logged logLines
	go func() {
		for t.Context().Err() == nil && !bytes.Contains([]byte(logged.String()), []byte("a transaction is open")) {
			time.Sleep(time.Millisecond)
		}
		var all kadm.Offsets
		all.AddOffset(topicOut, 0, 4, -1)
		_, _ = k.admin.DeleteRecords(t.Context(), all)
	}()
	keys, err := k.hasty(t, 20*time.Second, &logged)
	require.NoError(t, err)
	require.Equal(t, []string{"0-0", "0-1", "0-2"}, keys)
}

// TestReadBackOfAnEndThatFell: an end that brokers told and have lost is not waited for; one that only one look does not
// find is.
func TestReadBackOfAnEndThatFell(t *testing.T) {
	for _, tt := range []struct {
		name string
		// lies are how many answers name an end that lies too high (1) or too low (-1), after the first.
		first, later int64
		lies         int32
		warned       bool
	}{
		{"lost", 2, 0, 0, true},
		{"told too low once", 0, -1, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := newKafka(t, 1)
			k.fill(t, topicOut, 1, 0, 3)
			if !tt.warned {
				tx := k.open(t)
				defer func() { require.NoError(t, tx.EndTransaction(t.Context(), kgo.TryAbort)) }()
			}
			var asked atomic.Int32
			k.cluster.ControlKey(int16(kmsg.ListOffsets), func(req kmsg.Request) (kmsg.Response, error, bool) {
				k.cluster.KeepControl()
				list, _ := req.(*kmsg.ListOffsetsRequest)
				if list.IsolationLevel != 0 || list.Topics[0].Partitions[0].Timestamp != -1 {
					return nil, nil, false
				}
				n, by := asked.Add(1), int64(0)
				switch {
				case n == 1:
					by = tt.first
				case n <= 1+tt.lies:
					by = tt.later
				}
				if by == 0 {
					return nil, nil, false
				}
				resp, _ := list.ResponseKind().(*kmsg.ListOffsetsResponse)
				topic := kmsg.NewListOffsetsResponseTopic()
				topic.Topic = topicOut
				partition := kmsg.NewListOffsetsResponseTopicPartition()
				partition.Offset, partition.LeaderEpoch = 3+by, 0
				topic.Partitions = append(topic.Partitions, partition)
				resp.Topics = append(resp.Topics, topic)
				return resp, nil, true
			})
			var logged logLines
			keys, err := k.hasty(t, 2*time.Second, &logged)
			require.Equal(t, []string{"0-0", "0-1", "0-2"}, keys)
			if tt.warned {
				require.NoError(t, err)
				require.Contains(t, logged.String(), "lost the end")
				return
			}
			require.ErrorIs(t, err, ErrStalled, "the transaction is open still")
			require.NotContains(t, logged.String(), "lost the end")
			require.Greater(t, asked.Load(), int32(2))
		})
	}
}

// TestReadBackOverNewConnections: what is there and does not come is asked for anew, and in the end its absence told.
func TestReadBackOverNewConnections(t *testing.T) {
	for _, tt := range []struct {
		name    string
		forEver bool
	}{{"then it comes", false}, {"it never comes", true}} {
		t.Run(tt.name, func(t *testing.T) {
			k := newKafka(t, 1)
			k.fill(t, topicOut, 1, 0, 3)
			var logged logLines
			k.cluster.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
				k.cluster.KeepControl()
				if !tt.forEver && bytes.Contains([]byte(logged.String()), []byte("begins again")) {
					return nil, nil, false
				}
				resp, _ := req.ResponseKind().(*kmsg.FetchResponse)
				return resp, nil, true
			})
			keys, err := k.hasty(t, 3*time.Second, &logged)
			require.Contains(t, logged.String(), "offsets 0 to 3 are there and do not come")
			if tt.forEver {
				require.ErrorIs(t, err, ErrStalled)
				require.ErrorContains(t, err, "are there and do not come")
				return
			}
			require.NoError(t, err)
			require.Equal(t, []string{"0-0", "0-1", "0-2"}, keys)
		})
	}
}

// TestReadBackWithoutALeader: brokers that have no leader for a moment do not end it.
func TestReadBackWithoutALeader(t *testing.T) {
	k := newKafka(t, 1)
	k.fill(t, topicOut, 1, 0, 3)
	var logged logLines
	k.cluster.ControlKey(int16(kmsg.ListOffsets), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.cluster.KeepControl()
		if bytes.Contains([]byte(logged.String()), []byte("begins again")) {
			return nil, nil, false
		}
		list, _ := req.(*kmsg.ListOffsetsRequest)
		resp, _ := list.ResponseKind().(*kmsg.ListOffsetsResponse)
		topic := kmsg.NewListOffsetsResponseTopic()
		topic.Topic = topicOut
		partition := kmsg.NewListOffsetsResponseTopicPartition()
		partition.ErrorCode = kerr.OffsetNotAvailable.Code
		topic.Partitions = append(topic.Partitions, partition)
		resp.Topics = append(resp.Topics, topic)
		return resp, nil, true
	})
	keys, err := k.hasty(t, 25*time.Second, &logged)
	require.NoError(t, err)
	require.Equal(t, []string{"0-0", "0-1", "0-2"}, keys)
}
