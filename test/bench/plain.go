package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2" // inserts rows as the store does
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kadm" // makes topics
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/stream"
	"github.com/hushlog/hushlog/services/setup"
)

// The plain copy is what hushlog would be without what it is for: the same interactions are produced, copied from
// topic to topic in transactions and inserted as one row each, over the same Kafka and ClickHouse, with TLS; nothing is
// checked, sealed, detected, summed up or counted. Producer, copier and inserter are goroutines of this process.
const (
	plainIn    = "bench.plain.in"
	plainOut   = "bench.plain.out"
	plainTable = "plain.interactions"
	// plainAtOnce bounds the rows of an insert.
	plainAtOnce = 5000
	// plainMessage is the largest batch that the topics take, as hushlog's own.
	plainMessage = 16 << 20
)

// copier publishes what it reads.
type copier struct{}

func (copier) Assigned(context.Context, []stream.Partition) error { return nil }

func (copier) Released([]stream.Partition) {}

func (copier) Process(_ context.Context, at stream.Partition, records []*kgo.Record) (stream.Result, error) {
	out := make([]*kgo.Record, len(records))
	for i, r := range records {
		out[i] = &kgo.Record{Topic: plainOut, Partition: at.ID, Key: r.Key, Value: r.Value}
	}
	return stream.Result{Records: out}, nil
}

// plain measures the plain copy, and how many times of its processor time hushlog takes.
func (f *field) plain(ctx context.Context) error {
	conn, err := f.plainTable(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	opts, err := stream.Dial(setup.KafkaConfig(f.stack.Layout(), identity.Admin, strings.Split(f.stack.Addresses.Kafka, ",")))
	if err != nil {
		return err
	}
	publisher, err := stream.NewPublisher(opts, stream.PublisherConfig{})
	if err != nil {
		return err
	}
	defer func() { _ = publisher.Close(context.WithoutCancel(ctx)) }()
	large := strconv.Itoa(plainMessage)
	_, err = kadm.NewClient(publisher.Client()).CreateTopics(ctx, int32(f.stack.Policy.Stream.Partitions), 1, map[string]*string{"max.message.bytes": &large}, plainIn, plainOut) //nolint:gosec // a few
	if err != nil {
		return fmt.Errorf("make topics: %w", err)
	}
	values, err := f.plainValues(f.options.events)
	if err != nil {
		return err
	}
	before, err := f.processorTime()
	if err != nil {
		return err
	}
	began, ownBefore := time.Now(), own()
	err = copyAll(ctx, opts, publisher, conn, values)
	if err != nil {
		return err
	}
	took, clients := time.Since(began), own()-ownBefore
	after, err := f.processorTime()
	if err != nil {
		return err
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(len(values)) }
	kafka, house := after[identity.Kafka]-before[identity.Kafka], after[identity.ClickHouse]-before[identity.ClickHouse]
	f.report.add("plain_copy_clients", "us", each(clients), "produce, copy in transactions, insert; nothing sealed, nothing detected")
	f.report.add("plain_copy_kafka", "us", each(kafka), "")
	f.report.add("plain_copy_clickhouse", "us", each(house), "one row for each interaction")
	f.report.add("plain_copy", "us", each(clients+kafka+house), "")
	f.report.add("plain_copy_stored", "events/s", float64(len(values))/took.Seconds(), "from the first produced to the last row")
	if f.whole > 0 {
		f.report.add("times_the_plain_copy", "x", f.whole/each(clients+kafka+house), "processor time of all stations to that of the plain copy")
	}
	return nil
}

// plainTable makes the table of the plain copy.
func (f *field) plainTable(ctx context.Context) (driver.Conn, error) {
	config, err := identity.ClientTLS(f.stack.Layout().TLS(identity.Admin), "")
	if err != nil {
		return nil, err
	}
	conn, err := clickhouse.Open(&clickhouse.Options{
		Protocol: clickhouse.HTTP, Addr: []string{f.stack.Addresses.ClickHouse}, Auth: clickhouse.Auth{Username: identity.Admin}, TLS: config,
	})
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"CREATE DATABASE plain",
		"CREATE TABLE " + plainTable + " (accepted_at DateTime64(3, 'UTC'), request_id String, text String CODEC(ZSTD(3))) ENGINE = MergeTree ORDER BY (accepted_at, request_id)",
	} {
		err = conn.Exec(ctx, statement)
		if err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("make the table of the plain copy: %w", err)
		}
	}
	return conn, nil
}

// plainValues are made before the clock runs.
func (f *field) plainValues(n int) ([][]byte, error) {
	rng := f.rng(0)
	values := make([][]byte, n)
	for i := range values {
		var err error
		values[i], err = proto.Marshal(interaction(rng, fmt.Sprintf("plain-%d", i), twoKB))
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

// errCopied ends copier and inserter once every row is there.
var errCopied = errors.New("every row is there")

func copyAll(ctx context.Context, opts []kgo.Opt, publisher *stream.Publisher, conn driver.Conn, values [][]byte) error {
	ctx, cancel := context.WithTimeout(ctx, storedWithin)
	defer cancel()
	var stored atomic.Int64
	transactor, err := stream.NewTransactor(opts, stream.TransactorConfig{Group: "bench.copy", TransactionalID: "bench.copy", Topics: []string{plainIn}}, copier{})
	if err != nil {
		return err
	}
	done, finished := context.WithCancelCause(ctx)
	defer finished(nil)
	consumer, err := stream.NewConsumer(opts, stream.ConsumerConfig{Group: "bench.insert", Topics: []string{plainOut}, MaxPollRecords: plainAtOnce},
		func(ctx context.Context, _ stream.Partition, records []*kgo.Record) error {
			err := insertPlain(ctx, conn, records)
			if err == nil && stored.Add(int64(len(records))) >= int64(len(values)) {
				finished(errCopied)
			}
			return err
		})
	if err != nil {
		return err
	}
	group, done := errgroup.WithContext(done)
	group.Go(func() error { return transactor.Run(done) })
	group.Go(func() error { return consumer.Run(done) })
	group.Go(func() error { return produceAll(done, publisher, values) })
	err = group.Wait()
	if err != nil {
		return fmt.Errorf("plain copy: %w", err)
	}
	if stored.Load() != int64(len(values)) {
		return fmt.Errorf("plain copy: %d of %d rows after %s", stored.Load(), len(values), storedWithin)
	}
	return nil
}

// produceAll waits for each batch, over as many connections as the gateway's clients have.
func produceAll(ctx context.Context, publisher *stream.Publisher, values [][]byte) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(connections)
	for from := 0; from < len(values); from += batchSize {
		group.Go(func() error {
			var records []*kgo.Record
			for i, v := range values[from:min(from+batchSize, len(values))] {
				records = append(records, &kgo.Record{Topic: plainIn, Key: fmt.Appendf(nil, "%d", from+i), Value: v})
			}
			return errors.Join(publisher.Publish(ctx, records)...)
		})
	}
	return group.Wait()
}

func insertPlain(ctx context.Context, conn driver.Conn, records []*kgo.Record) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+plainTable+" (accepted_at, request_id, text)")
	if err != nil {
		return err
	}
	for _, r := range records {
		err = batch.Append(r.Timestamp, string(r.Key), string(r.Value))
		if err != nil {
			return err
		}
	}
	return batch.Send()
}
