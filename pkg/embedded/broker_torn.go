package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// indexEntry is the size of what the broker notes about a batch in the index beside its segment.
	indexEntry = 15
	// batchHead is what tells how long a batch is: its first offset and its length without the two.
	batchHead = 8 + 4
)

// cutUnindexed removes the last batch of a partition where the broker was killed between writing it and noting in the index
// that it belongs to a transaction: loaded without, it would be taken for one that belongs to none, and whatever comes later
// would be noted one place too early. Nobody was told that it was written. More than one such batch is no kill's doing and
// is left as it is.
func cutUnindexed(dataDir string) error {
	dirs, err := filepath.Glob(filepath.Join(dataDir, "partitions", "*"))
	if err != nil {
		return fmt.Errorf("list the partitions: %w", err)
	}
	for _, dir := range dirs {
		segment, err := lastSegment(dir)
		if err != nil {
			return err
		}
		if segment == "" {
			continue
		}
		err = cutSegment(segment)
		if err != nil {
			return fmt.Errorf("end of %s: %w", segment, err)
		}
	}
	return nil
}

// lastSegment is the path of the segment that was written to; "" when there is none.
func lastSegment(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("list a partition's segments: %w", err)
	}
	last, path := int64(-1), ""
	for _, entry := range entries {
		name, isSegment := strings.CutSuffix(entry.Name(), ".dat")
		base, err := strconv.ParseInt(name, 10, 64)
		if isSegment && err == nil && base > last {
			last, path = base, filepath.Join(dir, entry.Name())
		}
	}
	return path, nil
}

func cutSegment(path string) error {
	index := strings.TrimSuffix(path, ".dat") + ".idx"
	info, err := os.Stat(index)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	noted := info.Size() / indexEntry
	segment, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = segment.Close() }()
	cut, more, err := unindexed(segment, noted)
	if err != nil {
		return err
	}
	if more == 1 {
		err = segment.Truncate(cut)
		if err != nil {
			return err
		}
	}
	// An entry that was half written would shift those that follow.
	if info.Size()%indexEntry != 0 {
		return os.Truncate(index, noted*indexEntry)
	}
	return nil
}

// unindexed says where in a segment the batches end that the index knows, and how many whole ones follow.
func unindexed(segment io.ReadSeeker, noted int64) (end, more int64, err error) {
	size, err := segment.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, 0, err
	}
	head := make([]byte, batchHead)
	position, batches := int64(0), int64(0)
	for position+batchHead <= size {
		_, err = segment.Seek(position, io.SeekStart)
		if err != nil {
			return 0, 0, err
		}
		_, err = io.ReadFull(segment, head)
		if err != nil {
			return 0, 0, err
		}
		length := int64(binary.BigEndian.Uint32(head[8:]))
		if position+batchHead+length > size {
			break // half a batch: the broker cuts that off itself
		}
		if batches == noted {
			end = position
		}
		batches++
		position += batchHead + length
	}
	return end, max(batches-noted, 0), nil
}
