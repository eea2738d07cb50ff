package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The Native format's revisions from which a block starts with its info and a
// column says how it is serialized, as ClickHouse counts them.
const (
	revisionBlockInfo     = 51903
	revisionSerialization = 54454
)

// blockInfo is the info of a block that is no overflow and of no bucket.
var blockInfo = []byte{1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0}

// errNative says that the engine's output is not what the Native format is known to be.
var errNative = errors.New("the engine's Native output cannot be read")

// reencodeNative turns the blocks that the engine wrote (revision 0) into those
// that a client of the given revision reads. They differ only in what comes
// before a block and after a column's type, so the data is walked over and
// copied as it is.
func reencodeNative(chunk []byte, revision int) ([]byte, error) {
	out := make([]byte, 0, len(chunk)+len(chunk)/64+64)
	c := &cursor{data: chunk}
	for c.pos < len(c.data) {
		start := c.pos
		columns, rows := c.uvarint(), c.uvarint()
		if revision >= revisionBlockInfo {
			out = append(out, blockInfo...)
		}
		out = append(out, c.data[start:c.pos]...)
		for range columns {
			var err error
			out, err = reencodeColumn(out, c, rows, revision)
			if err != nil {
				return nil, err
			}
		}
		if c.failed {
			return nil, errNative
		}
	}
	return out, nil
}

func reencodeColumn(out []byte, c *cursor, rows uint64, revision int) ([]byte, error) {
	start := c.pos
	c.bytes(c.uvarint())
	text := string(c.bytes(c.uvarint()))
	if c.failed {
		return nil, errNative
	}
	kind, err := parseType(text)
	if err != nil {
		return nil, err
	}
	out = append(out, c.data[start:c.pos]...)
	if revision >= revisionSerialization {
		out = append(out, 0)
	}
	start = c.pos
	if rows > 0 {
		kind.skipPrefix(c)
		kind.skip(c, rows)
	}
	if c.failed {
		return nil, errNative
	}
	return append(out, c.data[start:c.pos]...), nil
}

// cursor walks over Native data. Once it has left the data it stays failed.
type cursor struct {
	data   []byte
	pos    int
	failed bool
}

func (c *cursor) bytes(n uint64) []byte {
	if c.failed || n > uint64(len(c.data)-c.pos) { //nolint:gosec // pos is within data
		c.failed = true
		return nil
	}
	start := c.pos
	c.pos += int(n) //nolint:gosec // within the data, as checked above
	return c.data[start:c.pos]
}

func (c *cursor) uvarint() uint64 {
	if c.failed {
		return 0
	}
	v, n := binary.Uvarint(c.data[c.pos:])
	if n <= 0 {
		c.failed = true
		return 0
	}
	c.pos += n
	return v
}

func (c *cursor) uint64() uint64 {
	raw := c.bytes(8)
	if raw == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(raw)
}

// fixed skips count values of the size.
func (c *cursor) fixed(count, size uint64) {
	if size != 0 && count > uint64(len(c.data))/size {
		c.failed = true
		return
	}
	c.bytes(count * size)
}

// layout says how a type's values lie in a column.
type layout int

const (
	layoutFixed layout = iota // size bytes a value
	layoutString
	layoutNullable
	layoutArray
	layoutTuple
	layoutLowCardinality
)

// columnType is a parsed type.
type columnType struct {
	layout layout
	size   uint64
	parts  []columnType
}

// skipPrefix walks over what a column has before its values.
func (t columnType) skipPrefix(c *cursor) {
	if t.layout == layoutLowCardinality {
		c.bytes(8) // the version of the dictionary's serialization
		return
	}
	for _, part := range t.parts {
		part.skipPrefix(c)
	}
}

// skip walks over the values.
func (t columnType) skip(c *cursor, rows uint64) {
	if c.failed {
		return
	}
	switch t.layout {
	case layoutFixed:
		c.fixed(rows, t.size)
	case layoutString:
		for i := uint64(0); i < rows && !c.failed; i++ {
			c.bytes(c.uvarint())
		}
	case layoutNullable:
		c.fixed(rows, 1)
		t.parts[0].skip(c, rows)
	case layoutTuple:
		for _, part := range t.parts {
			part.skip(c, rows)
		}
	case layoutArray:
		t.parts[0].skip(c, c.lastOffset(rows))
	case layoutLowCardinality:
		t.skipDictionary(c, rows)
	}
}

// lastOffset walks over an array's offsets; the last is the number of values.
func (c *cursor) lastOffset(rows uint64) uint64 {
	if rows == 0 {
		return 0
	}
	c.fixed(rows-1, 8)
	return c.uint64()
}

// hasKeys marks a LowCardinality column with keys of its own.
const hasKeys = 1 << 9

func (t columnType) skipDictionary(c *cursor, rows uint64) {
	if rows == 0 {
		return
	}
	flags := c.uint64()
	if flags&0xff > 3 {
		c.failed = true
		return
	}
	if flags&hasKeys != 0 {
		t.parts[0].skip(c, c.uint64())
	}
	c.fixed(c.uint64(), 1<<(flags&0xff))
}

// errType says that a type's data cannot be walked over.
func errType(text string) error {
	return &engineError{code: 50, name: "UNKNOWN_TYPE", message: fmt.Sprintf(
		"a column of type %s cannot be sent in the Native format by the embedded ClickHouse; cast it, or use another format", text)}
}
