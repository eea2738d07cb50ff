package faults

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/stream"
)

// tellWithin bounds asking Kafka about what does not move.
const tellWithin = 20 * time.Second

// tellStuck logs where the readers are and what Kafka knows of transactions: which of the two does not move.
func (g *ground) tellStuck(t *testing.T) {
	t.Helper()
	g.tellTransactions(t, stream.Group(identity.Redactor, ""), stream.TopicRaw, stream.TopicEvents)
	g.tellTransactions(t, stream.Group(identity.Ingest, ""), stream.TopicEvents)
}

// tellTransactions logs how far a group has read topics and what transactions there are.
func (g *ground) tellTransactions(t *testing.T, group string, topics ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), tellWithin)
	defer cancel()
	for _, topic := range topics {
		err := g.tellTopic(ctx, t, group, topic)
		if err != nil {
			t.Logf("%s: %v", topic, err)
		}
	}
	transactions, err := g.admin.DescribeTransactions(ctx)
	if err != nil {
		t.Logf("transactions: %v", err)
	}
	for _, one := range transactions.Sorted() {
		t.Logf("transaction %s: %s since %s, producer %d epoch %d, at %v", one.TxnID, one.State,
			time.UnixMilli(one.StartTimestamp).UTC().Format(time.TimeOnly), one.ProducerID, one.ProducerEpoch, one.Topics)
	}
}

func (g *ground) tellTopic(ctx context.Context, t *testing.T, group, topic string) error {
	t.Helper()
	bounds, err := stream.BoundsOf(ctx, g.admin, topic)
	stable, stableErr := g.admin.ListCommittedOffsets(ctx, topic)
	// Not those that are stable: they wait for what may be what is stuck.
	offsets, offsetsErr := g.admin.FetchOffsets(ctx, group)
	err = errors.Join(err, stableErr, offsetsErr)
	if err != nil {
		return err
	}
	var partitions kadm.TopicsSet
	for at, b := range bounds {
		one, _ := stable.Lookup(at.Topic, at.ID)
		read, _ := offsets.Lookup(at.Topic, at.ID)
		t.Logf("%s: offsets %d to %d, decided to %d, %s has read to %d", at, b.Start, b.End, one.Offset, group, read.At)
		partitions.Add(at.Topic, at.ID)
	}
	producers, err := g.admin.DescribeProducers(ctx, partitions)
	for _, p := range producers.SortedProducers() {
		if p.CurrentTxnStartOffset >= 0 {
			t.Logf("%s/%d: producer %d epoch %d has a transaction open from offset %d", p.Topic, p.Partition, p.ProducerID, p.ProducerEpoch, p.CurrentTxnStartOffset)
		}
	}
	return err
}
