package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

func TestAgeOfTopics(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "aged"))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	client, err := kgo.NewClient(append(Plain("test", cluster.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	admin := kadm.NewClient(client)
	age, err := AgeOf(t.Context(), admin, "aged", time.Now())
	require.NoError(t, err)
	require.Equal(t, TopicAge{}, age, "nothing is there")

	noon := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for i, at := range []time.Time{noon.Add(-3 * time.Hour), noon.Add(-2 * time.Hour), noon} {
		require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: "aged", Partition: 0, Timestamp: at, Value: []byte{byte(i)}}).FirstErr())
	}
	require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: "aged", Partition: 1, Timestamp: noon.Add(-5 * time.Hour)}).FirstErr())
	for _, tc := range []struct {
		name   string
		before time.Time
		older  uint64
	}{
		{"none", noon.Add(-4 * time.Hour), 0},
		{"one", noon.Add(-150 * time.Minute), 1},
		{"two", noon.Add(-time.Hour), 2},
		{"the last of a partition is never deleted", noon.Add(time.Hour), 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			age, err := AgeOf(t.Context(), admin, "aged", tc.before)
			require.NoError(t, err)
			require.Equal(t, TopicAge{Records: 4, Older: tc.older, Oldest: noon.Add(-5 * time.Hour)}, age)
		})
	}
	_, err = AgeOf(t.Context(), admin, "absent", noon)
	require.Error(t, err)
}
