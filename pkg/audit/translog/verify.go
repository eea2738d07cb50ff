package translog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"github.com/transparency-dev/merkle/compact" // Merkle trees of RFC 6962
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

// Kind names what is wrong with a log.
type Kind string

// The kinds.
const (
	// NoCheckpoint: the checkpoint is missing or was not signed by the trail's key.
	NoCheckpoint Kind = "no-checkpoint"
	// Changed: entries are not those that were signed.
	Changed Kind = "changed"
	// Removed: entries are gone from the middle.
	Removed Kind = "removed"
	// Reordered: entries stand in another order than was signed.
	Reordered Kind = "reordered"
	// Truncated: entries are gone from the end.
	Truncated Kind = "truncated"
	// RolledBack: a checkpoint that was seen before is of a longer log.
	RolledBack Kind = "rolled-back"
	// Forked: a checkpoint that was seen before commits to other entries than the log holds.
	Forked Kind = "forked"
	// Rewritten: entries and hashes agree with each other and not with the signed checkpoint.
	Rewritten Kind = "rewritten"
	// Tiles: entries are as signed, hashes beside them are not.
	Tiles Kind = "tiles"
)

// Problem is one thing that is wrong with a log. It holds no part of an entry.
type Problem struct {
	Kind Kind
	// First and Last are the entries concerned, counted from 0.
	First, Last uint64
	// Detail says more, for people.
	Detail string
}

// String is one line.
func (p Problem) String() string {
	where := fmt.Sprintf("entry %d", p.First)
	if p.Last > p.First {
		where = fmt.Sprintf("entries %d to %d", p.First, p.Last)
	}
	return fmt.Sprintf("%s: %s: %s", p.Kind, where, p.Detail)
}

// Report is what a verification found.
type Report struct {
	// Size is how many entries the signed checkpoint commits to, Root is their hash.
	Size uint64
	Root []byte
	// Checkpoint is the signed text. Keep it: against it a later verification finds rollbacks and forks.
	Checkpoint []byte
	// NextOffset is the topic's offset after the last whole record; 0 for an empty log.
	NextOffset int64
	// Problems is empty when the log verifies.
	Problems []Problem
}

// Verify reads a whole log, computes its root from the entries themselves and compares it with the
// signed checkpoint and the hash tiles, and with checkpoints of this log that were seen before, if any.
// It reads files only. The error is for what cannot be read; what is wrong is in the report.
func Verify(dir string, verifier note.Verifier, seen [][]byte) (*Report, error) {
	v := &verification{files: files{dir}, verifier: verifier, report: &Report{}}
	checkpoint, raw, err := v.files.checkpoint(verifier)
	switch {
	case errors.Is(err, ErrCheckpoint) || errors.Is(err, fs.ErrNotExist):
		v.add(NoCheckpoint, 0, 0, "the checkpoint is missing or not signed by the trail's key; nothing vouches for what is here")
		return v.report, nil
	case err != nil:
		return nil, err
	}
	v.report.Size, v.report.Root, v.report.Checkpoint = checkpoint.Size, checkpoint.Hash, raw
	err = v.read()
	if err != nil {
		return nil, err
	}
	err = v.compare()
	if err != nil {
		return nil, err
	}
	return v.report, v.against(seen)
}

// verification is one run of Verify.
type verification struct {
	files    files
	verifier note.Verifier
	report   *Report
	// leaves are the hashes of the entries that are there, nil where one is missing; tiles are those
	// that the lowest tiles have.
	leaves, tiles [][]byte
}

func (v *verification) add(kind Kind, first, last uint64, detail string) {
	v.report.Problems = append(v.report.Problems, Problem{kind, first, last, detail})
}

// read hashes every entry and reads the hashes that stand beside them.
func (v *verification) read() error {
	size := v.report.Size
	v.leaves, v.tiles = make([][]byte, size), make([][]byte, size)
	order := orderCheck{}
	for first := uint64(0); first < size; first += width {
		entries, err := v.files.bundle(first/width, size)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrLeaf) {
			return err
		}
		for i, entry := range entries[:min(uint64(len(entries)), size-first)] {
			v.leaves[first+uint64(i)] = rfc6962.DefaultHasher.HashLeaf(entry)
			order.next(first+uint64(i), entry)
		}
		hashes, err := v.files.tile(0, first/width, size)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrLeaf) {
			return err
		}
		copy(v.tiles[first:], hashes[:min(uint64(len(hashes)), size-first)])
	}
	v.report.NextOffset = order.end()
	if order.broken {
		v.add(Reordered, order.at, order.at, "does not follow the entry before it in the topic")
	}
	return nil
}

// orderCheck sees that leaves follow each other in the topic.
type orderCheck struct {
	any, broken bool
	last        position
	at          uint64
}

func (o *orderCheck) next(index uint64, leaf []byte) {
	_, p, err := parseLeaf(leaf)
	if err == nil && o.any && !o.broken && !p.follows(o.last) {
		o.broken, o.at = true, index
	}
	if err == nil {
		o.any, o.last = true, p
	}
}

func (o *orderCheck) end() int64 {
	offset, _ := nextOf(o.last, o.any)
	return offset
}

// compare holds entries and tiles against the signed root.
func (v *verification) compare() error {
	entries, tiles := v.root(v.leaves, v.report.Size), v.root(v.tiles, v.report.Size)
	switch {
	case bytes.Equal(entries, v.report.Root) && bytes.Equal(tiles, v.report.Root):
		return v.upperTiles()
	case bytes.Equal(entries, v.report.Root):
		v.add(Tiles, 0, v.report.Size-1, "every entry is as it was signed; hashes beside them are missing or changed")
	case bytes.Equal(tiles, v.report.Root):
		v.name()
	default:
		v.nameTruncated()
	}
	return nil
}

// root computes the root of the first size hashes; nil when one is missing.
func (v *verification) root(hashes [][]byte, size uint64) []byte {
	if size == 0 {
		return rfc6962.DefaultHasher.EmptyRoot()
	}
	tree := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	for _, hash := range hashes[:size] {
		if hash == nil {
			return nil
		}
		err := tree.Append(hash, nil)
		if err != nil {
			return nil
		}
	}
	root, err := tree.GetRootHash(nil)
	if err != nil {
		return nil
	}
	return root
}

// name says what was done to entries, by the hashes that are known to be as signed.
func (v *verification) name() {
	signed := map[string]uint64{}
	for i, hash := range v.tiles {
		signed[string(hash)] = uint64(i)
	}
	there := v.report.Size // up to which entries are there
	for there > 0 && v.leaves[there-1] == nil {
		there--
	}
	for i := uint64(0); i < v.report.Size; {
		if bytes.Equal(v.leaves[i], v.tiles[i]) {
			i++
			continue
		}
		i = v.nameAt(i, there, signed)
	}
}

// nameAt names what begins at entry i and returns where to look on.
func (v *verification) nameAt(i, there uint64, signed map[string]uint64) uint64 {
	end := i
	for end < v.report.Size && !bytes.Equal(v.leaves[end], v.tiles[end]) {
		end++
	}
	if v.leaves[i] == nil {
		kind, what := Removed, "missing"
		if i >= there {
			kind, what = Truncated, "missing from the end"
			end = v.report.Size
		}
		for j := i; kind == Removed && j < end; j++ {
			if v.leaves[j] != nil {
				end = j
			}
		}
		v.add(kind, i, end-1, what)
		return end
	}
	from, known := signed[string(v.leaves[i])]
	switch {
	case !known:
		v.add(Changed, i, i, "is not the entry that was signed")
		return i + 1
	case from > i && v.shifted(i, end, from-i):
		v.add(Removed, i, from-1, "taken out, and what followed moved up")
	default:
		v.add(Reordered, i, end-1, "the entries that were signed, in another order")
	}
	return end
}

// shifted says whether what stands from i to end is what was signed by places later, and as many are
// missing at the end of it.
func (v *verification) shifted(i, end, by uint64) bool {
	if end-i < by {
		return false
	}
	for ; i+by < end && v.leaves[i] != nil; i++ {
		if !bytes.Equal(v.leaves[i], v.tiles[i+by]) {
			return false
		}
	}
	return v.leaves[i] == nil || i+by >= end && v.leaves[end-1] == nil
}

// nameTruncated is for a log whose tiles do not tell: either its end is gone with their hashes, or
// everything was written anew.
func (v *verification) nameTruncated() {
	for i := uint64(0); i < v.report.Size; i++ {
		if v.leaves[i] == nil {
			v.add(Truncated, i, v.report.Size-1, "missing, and the hashes beside them too")
			return
		}
	}
	v.add(Rewritten, 0, v.report.Size-1, "the root hash of what is here is not the one that was signed")
}

// upperTiles compares the hashes of hashes.
func (v *verification) upperTiles() error {
	hashes := v.tiles
	for level := uint64(1); len(hashes) >= width; level++ {
		above := make([][]byte, 0, len(hashes)/width)
		for i := 0; i+width <= len(hashes); i += width {
			above = append(above, v.root(hashes[i:i+width], width))
		}
		for first := 0; first < len(above); first += width {
			tile, err := v.files.tile(level, uint64(first/width), v.report.Size)
			if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrLeaf) {
				return err
			}
			want := above[first:min(first+width, len(above))]
			if len(tile) < len(want) || !equal(want, tile[:len(want)]) {
				v.add(Tiles, 0, v.report.Size-1, fmt.Sprintf("every entry is as it was signed; tile %d of level %d is missing or changed", first/width, level))
			}
		}
		hashes = above
	}
	return nil
}

func equal(a, b [][]byte) bool {
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// against compares with checkpoints of before.
func (v *verification) against(seen [][]byte) error {
	for i, raw := range seen {
		before, err := parseCheckpoint(raw, v.verifier)
		if err != nil {
			return fmt.Errorf("checkpoint %d of those seen before: %w", i+1, err)
		}
		switch {
		case before.Size > v.report.Size:
			v.add(RolledBack, v.report.Size, before.Size-1, fmt.Sprintf("a checkpoint seen before has %d entries, the log's own has %d", before.Size, v.report.Size))
		case !bytes.Equal(v.signedRoot(before.Size), before.Hash):
			v.add(Forked, 0, before.Size-1, "a checkpoint seen before, signed by the same key, commits to other entries")
		}
	}
	return nil
}

// signedRoot is the root at an earlier size, of the hashes that lead to the checkpoint's root where
// there are such.
func (v *verification) signedRoot(size uint64) []byte {
	if bytes.Equal(v.root(v.tiles, v.report.Size), v.report.Root) {
		return v.root(v.tiles, size)
	}
	return v.root(v.leaves, size)
}
