package embedded

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// A broker that was killed while transactions were open takes them for aborted when it starts again, and writes that down
// nowhere (kfake's loadPartitionFullReplay). Three things follow, which no client of Kafka expects:
//
//   - a partition may end in records that no reader of committed records is shown, nor anything behind them, so that
//     whoever reads up to the end waits for ever;
//   - a reader drops what the same producer commits next together with what was aborted, as it looks for the marker that
//     ends the aborted transaction first;
//   - the next kill makes a broker that starts take the marker of that next transaction for the end of the aborted one:
//     records that nobody was to see appear.
//
// So whoever starts the broker writes the missing markers, before any client is let in.

// unfinishedWithin bounds reading all that the broker holds, at the start after a kill.
const unfinishedWithin = 5 * time.Minute

// sessionFile is what the broker leaves in its data directory when it is closed, and takes away when it starts.
const sessionFile = "session_state.json"

// unfinished is a transaction in a partition that has no end.
type unfinished struct {
	topic     string
	partition int32
	producer  int64
	epoch     int16
}

// wasKilled says whether the last broker on a data directory left it without closing it.
func wasKilled(dataDir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dataDir, "meta.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // never used
	}
	if err != nil {
		return false, fmt.Errorf("look at the data directory: %w", err)
	}
	_, err = os.Stat(filepath.Join(dataDir, sessionFile))
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return false, err
}

// forgetOpen removes the snapshots of partitions in which transactions were open when the broker was last closed: since it
// was killed nothing else knows of them, and a partition that was not written to in between would be loaded from its
// snapshot, without them. Without a snapshot it is read from its records.
func forgetOpen(dataDir string) error {
	paths, err := filepath.Glob(filepath.Join(dataDir, "partitions", "*", "snapshot.json"))
	if err != nil {
		return fmt.Errorf("list the partitions' snapshots: %w", err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read a partition's snapshot: %w", err)
		}
		var snapshot struct {
			End    int64 `json:"high_watermark"`
			Stable int64 `json:"last_stable_offset"`
		}
		err = json.Unmarshal(raw, &snapshot)
		// What does not decode is not used by the broker either.
		if err == nil && snapshot.Stable >= snapshot.End {
			continue
		}
		err = os.Remove(path)
		if err != nil {
			return fmt.Errorf("remove a partition's snapshot: %w", err)
		}
	}
	return nil
}

// abortUnfinished writes the markers that are missing.
func abortUnfinished(ctx context.Context, door *door, tlsConfig *tls.Config, cfg BrokerConfig, password string) error {
	ctx, cancel := context.WithTimeout(ctx, unfinishedWithin)
	defer cancel()
	client, err := ownClient(cfg.Address, cfg.AdminUser, password,
		kgo.Dialer(door.dialer(tlsConfig)),
		kgo.FetchIsolationLevel(kgo.ReadUncommitted()), kgo.KeepControlRecords(),
		kgo.FetchMaxWait(100*time.Millisecond),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	open, err := findUnfinished(ctx, client)
	if err != nil {
		return err
	}
	if len(open) == 0 {
		return nil
	}
	answers, err := kadm.NewClient(client).WriteTxnMarkers(ctx, markersOf(open)...)
	err = errors.Join(err, markerErrors(answers))
	if err != nil {
		return fmt.Errorf("write their ends: %w", err)
	}
	cfg.Logger.WarnContext(ctx, "transactions that were open when the broker was killed were aborted", slog.Int("parts", len(open)))
	return nil
}

// findUnfinished reads everything.
func findUnfinished(ctx context.Context, client *kgo.Client) ([]unfinished, error) {
	admin := kadm.NewClient(client)
	starts, err := admin.ListStartOffsets(ctx)
	err = errors.Join(err, starts.Error())
	if err != nil {
		return nil, fmt.Errorf("list start offsets: %w", err)
	}
	ends, err := admin.ListEndOffsets(ctx)
	err = errors.Join(err, ends.Error())
	if err != nil {
		return nil, fmt.Errorf("list end offsets: %w", err)
	}
	type partition struct {
		topic string
		id    int32
	}
	from, left := map[string]map[int32]kgo.Offset{}, map[partition]int64{}
	ends.Each(func(end kadm.ListedOffset) {
		start, found := starts.Lookup(end.Topic, end.Partition)
		if !found || start.Offset >= end.Offset {
			return
		}
		if from[end.Topic] == nil {
			from[end.Topic] = map[int32]kgo.Offset{}
		}
		from[end.Topic][end.Partition] = kgo.NewOffset().At(start.Offset)
		left[partition{end.Topic, end.Partition}] = end.Offset
	})
	client.AddConsumePartitions(from)
	open := map[unfinished]bool{}
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		err = fetches.Err()
		if err != nil {
			return nil, fmt.Errorf("%d partitions not read to their ends: %w", len(left), err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			note(open, r)
			at := partition{r.Topic, r.Partition}
			if r.Offset+1 >= left[at] {
				delete(left, at)
			}
		})
	}
	list := make([]unfinished, 0, len(open))
	for one := range open {
		list = append(list, one)
	}
	return list, nil
}

// note keeps the transactions that are open after a record, the records of a partition coming in order.
func note(open map[unfinished]bool, r *kgo.Record) {
	one := unfinished{r.Topic, r.Partition, r.ProducerID, r.ProducerEpoch}
	switch {
	case r.Attrs.IsControl():
		// A marker ends what its producer has open, also where the coordinator has raised the epoch.
		for other := range open {
			if other.topic == one.topic && other.partition == one.partition && other.producer == one.producer {
				delete(open, other)
			}
		}
	case r.Attrs.IsTransactional():
		open[one] = true
	}
}

// markersOf makes one request for each transaction.
func markersOf(open []unfinished) []kadm.TxnMarkers {
	type owner struct {
		producer int64
		epoch    int16
	}
	byOwner := map[owner]kadm.TopicsSet{}
	for _, one := range open {
		at := owner{one.producer, one.epoch}
		topics := byOwner[at]
		topics.Add(one.topic, one.partition)
		byOwner[at] = topics
	}
	markers := make([]kadm.TxnMarkers, 0, len(byOwner))
	for at, topics := range byOwner {
		markers = append(markers, kadm.TxnMarkers{ProducerID: at.producer, ProducerEpoch: at.epoch, Topics: topics})
	}
	slices.SortFunc(markers, func(a, b kadm.TxnMarkers) int {
		return cmp.Or(cmp.Compare(a.ProducerID, b.ProducerID), cmp.Compare(a.ProducerEpoch, b.ProducerEpoch))
	})
	return markers
}

func markerErrors(answers kadm.TxnMarkersResponses) error {
	var errs []error
	answers.EachPartition(func(p kadm.TxnMarkersPartitionResponse) {
		if p.Err != nil {
			errs = append(errs, fmt.Errorf("%s/%d: %w", p.Topic, p.Partition, p.Err))
		}
	})
	return errors.Join(errs...)
}

// door is a listener that lets nobody in from outside until it is opened; what connects meanwhile waits.
type door struct {
	net.Listener

	inside chan net.Conn
	opened chan struct{}
	closed chan struct{}
	once   sync.Once
}

func newDoor(l net.Listener) *door {
	return &door{Listener: l, inside: make(chan net.Conn), opened: make(chan struct{}), closed: make(chan struct{})}
}

// Accept returns connections from inside, and once the door is open those from outside.
func (d *door) Accept() (net.Conn, error) {
	select {
	case conn := <-d.inside:
		return conn, nil
	case <-d.opened:
		return d.Listener.Accept()
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (d *door) Close() error {
	d.once.Do(func() { close(d.closed) })
	return d.Listener.Close()
}

// open lets everybody in. It is called once.
func (d *door) open() { close(d.opened) }

// dialer connects from inside, whatever the address.
func (d *door) dialer(tlsConfig *tls.Config) func(ctx context.Context, network, host string) (net.Conn, error) {
	return func(ctx context.Context, _, host string) (net.Conn, error) {
		name, _, err := net.SplitHostPort(host)
		if err != nil {
			return nil, err
		}
		named := tlsConfig.Clone()
		named.ServerName = name
		ours, theirs := net.Pipe()
		select {
		case d.inside <- theirs:
			return tls.Client(ours, named), nil
		case <-d.closed:
			return nil, net.ErrClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
