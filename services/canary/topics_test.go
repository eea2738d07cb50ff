package canary

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
)

func TestEveryTopicButTheKeysIsSearched(t *testing.T) {
	var names []string
	for _, topic := range policy.Default().Topics() {
		if topic.Name != stream.TopicKeys {
			names = append(names, topic.Name)
		}
	}
	require.ElementsMatch(t, names, searchedTopics())
}

// A value is found wherever it stands in a record.
func TestARecordIsSearchedWhole(t *testing.T) {
	value := "anna.qwertyuiopas"
	for name, record := range map[string]*kgo.Record{
		"key":    {Topic: stream.TopicAudit, Key: []byte(value)},
		"value":  {Topic: stream.TopicAudit, Value: []byte("\x00\x01" + value + "\xff")},
		"header": {Topic: stream.TopicAudit, Headers: []kgo.RecordHeader{{Key: "x", Value: []byte(value)}}},
	} {
		found, f := 0, newFinder([]string{value})
		reader := &topics{
			search: func(place, at string, text []byte) {
				f.find(text, func(string) {
					require.Equal(t, stream.TopicAudit, place)
					require.True(t, strings.HasPrefix(at, "partition 0"))
					found++
				})
			},
			read: func(string, int) {}, failed: func(context.Context, error) {},
		}
		reader.take(record)
		require.Equal(t, 1, found, name)
	}
}
