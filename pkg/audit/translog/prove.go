package translog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/transparency-dev/merkle/proof" // proofs of RFC 6962
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client" // builds proofs from tiles
	"golang.org/x/mod/sumdb/note"
)

// ErrProof says that a proof does not prove what it says.
var ErrProof = errors.New("the proof does not hold")

// Inclusion proves that a leaf stands in the log that a checkpoint commits to. It can be checked by
// whoever has the verifying key, without the log.
type Inclusion struct {
	Index uint64 `json:"index"`
	// Leaf is the entry itself.
	Leaf []byte `json:"leaf"`
	// Hashes lead from the leaf to the root.
	Hashes [][]byte `json:"hashes"`
	// Checkpoint is signed.
	Checkpoint []byte `json:"checkpoint"`
}

// Consistency proves that the log of one checkpoint is the beginning of the log of another.
type Consistency struct {
	Hashes [][]byte `json:"hashes"`
	// Before and After are signed.
	Before []byte `json:"before"`
	After  []byte `json:"after"`
}

// ProveInclusion makes the proof for one leaf.
func ProveInclusion(ctx context.Context, dir string, verifier note.Verifier, index uint64) (*Inclusion, error) {
	f := files{dir}
	checkpoint, raw, err := f.checkpoint(verifier)
	if err != nil {
		return nil, err
	}
	if index >= checkpoint.Size {
		return nil, fmt.Errorf("entry %d of %d: %w", index, checkpoint.Size, ErrProof)
	}
	entries, err := f.bundle(index/width, checkpoint.Size)
	if err != nil {
		return nil, err
	}
	if index%width >= uint64(len(entries)) {
		return nil, fmt.Errorf("entry %d is missing: %w", index, ErrTampered)
	}
	builder, err := client.NewProofBuilder(ctx, checkpoint.Size, f.rawTile)
	if err != nil {
		return nil, fmt.Errorf("prove inclusion: %w", err)
	}
	hashes, err := builder.InclusionProof(ctx, index)
	if err != nil {
		return nil, fmt.Errorf("prove inclusion: %w", err)
	}
	return &Inclusion{index, entries[index%width], hashes, raw}, nil
}

// Check says, with no more than the key, whether the proof holds, and returns the record's part.
func (i *Inclusion) Check(verifier note.Verifier) (Record, error) {
	checkpoint, err := parseCheckpoint(i.Checkpoint, verifier)
	if err != nil {
		return Record{}, err
	}
	err = proof.VerifyInclusion(rfc6962.DefaultHasher, i.Index, checkpoint.Size, rfc6962.DefaultHasher.HashLeaf(i.Leaf), i.Hashes, checkpoint.Hash)
	if err != nil {
		return Record{}, ErrProof
	}
	record, _, err := parseLeaf(i.Leaf)
	return record, err
}

// ProveConsistency makes the proof from a checkpoint seen before to the one in force.
func ProveConsistency(ctx context.Context, dir string, verifier note.Verifier, before []byte) (*Consistency, error) {
	f := files{dir}
	checkpoint, raw, err := f.checkpoint(verifier)
	if err != nil {
		return nil, err
	}
	earlier, err := parseCheckpoint(before, verifier)
	if err != nil {
		return nil, err
	}
	if earlier.Size > checkpoint.Size {
		return nil, fmt.Errorf("the log has %d entries and had %d: %w", checkpoint.Size, earlier.Size, ErrProof)
	}
	builder, err := client.NewProofBuilder(ctx, checkpoint.Size, f.rawTile)
	if err != nil {
		return nil, fmt.Errorf("prove consistency: %w", err)
	}
	hashes, err := builder.ConsistencyProof(ctx, earlier.Size, checkpoint.Size)
	if err != nil {
		return nil, fmt.Errorf("prove consistency: %w", err)
	}
	return &Consistency{hashes, before, raw}, nil
}

// Check says, with no more than the key, whether the proof holds.
func (c *Consistency) Check(verifier note.Verifier) error {
	before, err := parseCheckpoint(c.Before, verifier)
	if err != nil {
		return err
	}
	after, err := parseCheckpoint(c.After, verifier)
	if err != nil {
		return err
	}
	err = proof.VerifyConsistency(rfc6962.DefaultHasher, before.Size, after.Size, c.Hashes, before.Hash, after.Hash)
	if err != nil {
		return ErrProof
	}
	return nil
}

// ReadProof reads a proof of either kind as JSON.
func ReadProof(raw []byte) (*Inclusion, *Consistency, error) {
	inclusion, consistency := &Inclusion{}, &Consistency{}
	err := json.Unmarshal(raw, inclusion)
	if err == nil && len(inclusion.Checkpoint) > 0 {
		return inclusion, nil, nil
	}
	err = json.Unmarshal(raw, consistency)
	if err == nil && len(consistency.After) > 0 {
		return nil, consistency, nil
	}
	return nil, nil, fmt.Errorf("not the JSON of a proof: %w", ErrProof)
}

// rawTile is a client.TileFetcherFunc.
func (f files) rawTile(_ context.Context, level, index uint64, partial uint8) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(f.dir, layout.TilePath(level, index, partial)))
	if partial > 0 && errors.Is(err, os.ErrNotExist) {
		return os.ReadFile(filepath.Join(f.dir, layout.TilePath(level, index, 0)))
	}
	return raw, err
}
