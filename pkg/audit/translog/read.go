package translog

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"sort"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Entry is a record of the log with its place there.
type Entry struct {
	// Index of its first leaf, from 0.
	Index uint64
	Record
}

// Entries yields the records that the signed checkpoint commits to, from an index on, which must be that
// of a record's first leaf, in order. It checks no hash: Verify does. An error is yielded last, once.
func Entries(dir string, verifier note.Verifier, from uint64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		f := files{dir}
		checkpoint, _, err := f.checkpoint(verifier)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		j := &joiner{}
		for index := from; index < checkpoint.Size; {
			entries, err := f.bundle(index/width, checkpoint.Size)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, leaf := range entries[min(index%width, uint64(len(entries))):] {
				whole, err := j.take(index, leaf)
				if err != nil {
					yield(Entry{}, fmt.Errorf("entry %d: %w", index, err))
					return
				}
				if whole && !yield(j.entry, nil) {
					return
				}
				index++
				if index == checkpoint.Size {
					return
				}
			}
			if index%width != 0 {
				yield(Entry{}, fmt.Errorf("bundle %d is cut off: %w", index/width, ErrTampered))
				return
			}
		}
	}
}

// joiner puts the leaves of a record together.
type joiner struct{ entry Entry }

// take adds a leaf and says whether its record is whole.
func (j *joiner) take(index uint64, leaf []byte) (bool, error) {
	record, at, err := parseLeaf(leaf)
	if err != nil {
		return false, err
	}
	if at.part == 0 {
		record.Value = slices.Clone(record.Value)
		j.entry = Entry{Index: index, Record: record}
	} else {
		j.entry.Value = append(j.entry.Value, record.Value...)
	}
	return at.last(), nil
}

// Seek finds the first record that is not older than t by the broker's clock, or the log's size when
// there is none.
func Seek(dir string, verifier note.Verifier, t time.Time) (uint64, error) {
	f := files{dir}
	checkpoint, _, err := f.checkpoint(verifier)
	if err != nil {
		return 0, err
	}
	size := checkpoint.Size
	// The last bundle that begins before t holds the first record that does not, or ends right before it.
	bundles := int((size + width - 1) / width) //nolint:gosec // bounded by what a disk holds
	var failed error
	after := sort.Search(bundles, func(i int) bool {
		leaves, err := f.bundle(uint64(i), size) //nolint:gosec // an index
		if err != nil || len(leaves) == 0 {
			failed = errors.Join(failed, err)
			return true
		}
		record, _, err := parseLeaf(leaves[0])
		failed = errors.Join(failed, err)
		return !record.Time.Before(t)
	})
	if failed != nil {
		return 0, failed
	}
	index := uint64(max(after-1, 0)) * width
	for ; index < size; index++ {
		leaves, err := f.bundle(index/width, size)
		if err != nil {
			return 0, err
		}
		for _, leaf := range leaves[min(index%width, uint64(len(leaves))):] {
			record, at, err := parseLeaf(leaf)
			if err != nil {
				return 0, err
			}
			if at.part == 0 && !record.Time.Before(t) {
				return index, nil
			}
			index++
			if index == size {
				return size, nil
			}
		}
		index--
	}
	return size, nil
}
