package translog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// ErrLeaf says that the bytes of a leaf are none of this package.
var ErrLeaf = errors.New("not a leaf of the trail")

// Record is one record of the topic: what the log keeps.
type Record struct {
	// Partition and Offset are its place in the topic.
	Partition int32
	Offset    int64
	// Time is the broker's, cut to milliseconds.
	Time time.Time
	// Value as it was published.
	Value []byte
}

// A leaf is a version, the record's place and time, which part of how many it is, and the bytes. Nothing
// in it is made up here, so that a log that lost its end gets the same leaves from the topic again.
const (
	leafVersion = 1
	leafHeader  = 1 + 4 + 8 + 8 + 2 + 2
	// maxPart keeps a leaf within the 65,535 bytes of C2SP tlog-tiles. A longer record is several leaves.
	maxPart = 60_000
	// maxParts bounds a record to what Kafka takes.
	maxParts = 300
)

// position orders leaves: by offset, and by part within a record.
type position struct {
	offset      int64
	part, parts uint16
}

func (p position) last() bool { return p.part+1 == p.parts }

// follows says whether p can stand right after before.
func (p position) follows(before position) bool {
	if before.last() {
		return p.offset > before.offset && p.part == 0
	}
	return p.offset == before.offset && p.parts == before.parts && p.part == before.part+1
}

// leavesOf cuts a record into leaves.
func leavesOf(r Record) ([][]byte, error) {
	parts := max((len(r.Value)+maxPart-1)/maxPart, 1)
	if parts > maxParts || r.Offset < 0 || r.Partition < 0 {
		return nil, fmt.Errorf("record at offset %d of %d bytes: %w", r.Offset, len(r.Value), ErrLeaf)
	}
	leaves := make([][]byte, parts)
	for i := range leaves {
		part := r.Value[i*maxPart : min((i+1)*maxPart, len(r.Value))]
		leaf := make([]byte, 0, leafHeader+len(part))
		leaf = append(leaf, leafVersion)
		leaf = binary.BigEndian.AppendUint32(leaf, uint32(r.Partition))
		leaf = binary.BigEndian.AppendUint64(leaf, uint64(r.Offset))
		leaf = binary.BigEndian.AppendUint64(leaf, uint64(r.Time.UnixMilli()))
		leaf = binary.BigEndian.AppendUint16(leaf, uint16(i))
		leaf = binary.BigEndian.AppendUint16(leaf, uint16(parts))
		leaves[i] = append(leaf, part...)
	}
	return leaves, nil
}

// parseLeaf takes a leaf apart; the value is that of its part.
func parseLeaf(leaf []byte) (Record, position, error) {
	if len(leaf) < leafHeader || leaf[0] != leafVersion {
		return Record{}, position{}, ErrLeaf
	}
	r := Record{
		Partition: int32(binary.BigEndian.Uint32(leaf[1:])),                        //nolint:gosec // checked below
		Offset:    int64(binary.BigEndian.Uint64(leaf[5:])),                        //nolint:gosec // checked below
		Time:      time.UnixMilli(int64(binary.BigEndian.Uint64(leaf[13:]))).UTC(), //nolint:gosec // the bits of any time
		Value:     leaf[leafHeader:],
	}
	at := position{r.Offset, binary.BigEndian.Uint16(leaf[21:]), binary.BigEndian.Uint16(leaf[23:])}
	if r.Partition < 0 || r.Offset < 0 || at.parts == 0 || at.parts > maxParts || at.part >= at.parts {
		return Record{}, position{}, ErrLeaf
	}
	return r, at, nil
}
