package alert

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// partSize is what one record of a snapshot holds, well below the brokers' usual largest message.
	partSize = 512 << 10
	// snapshotShare is the share of time that taking snapshots may use: a large state is written down less often.
	snapshotShare = 50
)

// snapshots says where the snapshots stand.
type snapshots struct {
	// dirty says that there was something new since the last one, which is not taken before due.
	dirty bool
	due   time.Time
	// saved are the offsets of the last one that is durable.
	saved map[stream.Partition]int64
	// taken is the one that was returned to be published, with its offsets; durable makes it the last.
	taken        *kgo.Record
	takenOffsets map[stream.Partition]int64
	// deleteBefore is where the last durable one begins; 0 when nothing is to be deleted.
	deleteBefore int64
	// firsts are where reading of partitions began that no snapshot knows.
	firsts map[stream.Partition]int64
}

// durable notes that what was returned has been published.
func (s *snapshots) durable() {
	if s.taken == nil {
		return
	}
	s.saved, s.deleteBefore = s.takenOffsets, s.taken.Offset
	s.taken, s.takenOffsets = nil, nil
}

// began notes where reading of a partition began.
func (s *snapshots) began(at stream.Partition, offset int64) {
	_, known := s.firsts[at]
	if known {
		return
	}
	if s.firsts == nil {
		s.firsts = map[stream.Partition]int64{}
	}
	s.firsts[at] = offset
}

// first is where a partition began to be read here: nothing of it is in a snapshot yet.
func (s *snapshots) first(at stream.Partition, next int64) int64 {
	first, known := s.firsts[at]
	if !known {
		return 0
	}
	return min(first, next)
}

// takeSnapshot writes down all that is known, in parts that are published in one transaction.
func (d *detection) takeSnapshot() ([]*kgo.Record, error) {
	begun := time.Now()
	snapshot, err := d.engine.Snapshot()
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	if len(d.known) == 0 {
		d.since = d.now()
	}
	snapshot.Taken, snapshot.Blocks = d.since.UnixNano(), d.blocks.encode()
	for at, next := range d.next {
		offset := &hushlogv1.AlertOffset{
			Source: uint32(slices.Index(detectTopics, at.Topic)), Partition: at.ID, Next: next, //nolint:gosec // one of detectTopics
		}
		if !d.latest[at].IsZero() {
			offset.Latest = d.latest[at].UnixNano()
		}
		snapshot.Offsets = append(snapshot.Offsets, offset)
	}
	data, err := proto.Marshal(snapshot)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	records, err := partsOf(data)
	if err != nil {
		return nil, err
	}
	d.snapshots.taken, d.snapshots.takenOffsets, d.snapshots.dirty = records[0], copyOf(d.next), false
	took := time.Since(begun)
	d.snapshots.due = d.now().Add(max(d.cfg.SnapshotEvery, snapshotShare*took))
	d.metrics.snapshotBytes.Set(float64(len(data)))
	d.metrics.snapshotSeconds.Set(took.Seconds())
	return records, nil
}

// partsOf cuts a snapshot into records.
func partsOf(data []byte) ([]*kgo.Record, error) {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	chunks := slices.Collect(slices.Chunk(data, partSize))
	records := make([]*kgo.Record, len(chunks))
	for i, chunk := range chunks {
		value, err := proto.Marshal(&hushlogv1.AlertSnapshotPart{
			Snapshot: id, Part: uint32(i), Parts: uint32(len(chunks)), Data: chunk, //nolint:gosec // some
		})
		if err != nil {
			return nil, fmt.Errorf("snapshot: %w", err)
		}
		records[i] = &kgo.Record{Topic: stream.TopicAlertState, Partition: statePartition, Value: value}
	}
	return records, nil
}

// readSnapshot is the last whole snapshot, or nil.
func (d *detection) readSnapshot(ctx context.Context) (*hushlogv1.AlertSnapshot, error) {
	var last assembly
	for record, err := range stream.ReadBack(ctx, d.kafka, d.log, stream.TopicAlertState, time.Unix(0, 0), statePartition) {
		if err != nil {
			return nil, err
		}
		last.add(record.Value)
	}
	if last.whole == nil {
		return nil, nil //nolint:nilnil // there is none yet
	}
	var snapshot hushlogv1.AlertSnapshot
	err := proto.Unmarshal(last.whole, &snapshot)
	if err != nil {
		d.metrics.stateLost.Inc()
		d.log.ErrorContext(ctx, "the last snapshot cannot be read; counting starts anew")
		return nil, nil //nolint:nilnil // told of above
	}
	return &snapshot, nil
}

// assembly puts parts together. Parts come in order; whole is the last snapshot of which all came.
type assembly struct {
	id    []byte
	next  uint32
	data  []byte
	whole []byte
}

func (a *assembly) add(value []byte) {
	var part hushlogv1.AlertSnapshotPart
	err := proto.Unmarshal(value, &part)
	if err != nil {
		return
	}
	if part.GetPart() == 0 {
		a.id, a.next, a.data = part.GetSnapshot(), 0, nil
	}
	if part.GetPart() != a.next || !bytes.Equal(part.GetSnapshot(), a.id) {
		a.id = nil
		return
	}
	a.next, a.data = a.next+1, append(a.data, part.GetData()...)
	if a.next == part.GetParts() {
		a.whole = a.data
	}
}

// blockIDSize is that of a block's id.
const blockIDSize = 16

// blockIDs remember the blocks that were counted last.
type blockIDs struct {
	seen map[[blockIDSize]byte]struct{}
	ring [][blockIDSize]byte
	next int
}

func newBlockIDs(encoded []byte) blockIDs {
	b := blockIDs{seen: map[[blockIDSize]byte]struct{}{}}
	for len(encoded) >= blockIDSize {
		b.add([blockIDSize]byte(encoded[:blockIDSize]))
		encoded = encoded[blockIDSize:]
	}
	return b
}

// add remembers an id and says whether it is new.
func (b *blockIDs) add(id [blockIDSize]byte) bool {
	_, again := b.seen[id]
	if again {
		return false
	}
	if len(b.ring) < maxBlocks {
		b.ring = append(b.ring, id)
	} else {
		delete(b.seen, b.ring[b.next])
		b.ring[b.next] = id
		b.next = (b.next + 1) % maxBlocks
	}
	b.seen[id] = struct{}{}
	return true
}

// encode is the ids, oldest first.
func (b *blockIDs) encode() []byte {
	out := make([]byte, 0, len(b.ring)*blockIDSize)
	for i := range b.ring {
		out = append(out, b.ring[(b.next+i)%len(b.ring)][:]...)
	}
	return out
}
