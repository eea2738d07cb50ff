package translog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/transparency-dev/formats/log" // the form of checkpoints
	"github.com/transparency-dev/tessera/api" // tlog-tiles: bundles of entries, tiles of hashes
	"github.com/transparency-dev/tessera/api/layout"
	"golang.org/x/mod/sumdb/note"
)

// width is how many entries a bundle, and hashes a tile, hold at most.
const width = layout.EntryBundleWidth

// files reads a log's directory and writes nothing.
type files struct{ dir string }

// checkpoint reads and checks the signed checkpoint.
func (f files) checkpoint(verifier note.Verifier) (*log.Checkpoint, []byte, error) {
	raw, err := os.ReadFile(filepath.Join(f.dir, layout.CheckpointPath))
	if err != nil {
		return nil, nil, fmt.Errorf("read checkpoint: %w", err)
	}
	checkpoint, err := parseCheckpoint(raw, verifier)
	return checkpoint, raw, err
}

// ErrCheckpoint says that a checkpoint was not signed by the trail's key, or is none.
var ErrCheckpoint = errors.New("not a checkpoint that the trail's key has signed")

// maxCheckpoint bounds a checkpoint's file.
const maxCheckpoint = 64 << 10

func parseCheckpoint(raw []byte, verifier note.Verifier) (*log.Checkpoint, error) {
	if len(raw) > maxCheckpoint {
		return nil, ErrCheckpoint
	}
	checkpoint, _, _, err := log.ParseCheckpoint(raw, verifier.Name(), verifier)
	if err != nil { // the cause is left out: it quotes what stands in the file
		return nil, ErrCheckpoint
	}
	return checkpoint, nil
}

// bundle reads the entries of one bundle of a log of size entries. What is not there is fs.ErrNotExist;
// what is there and is no bundle is ErrLeaf. It may return fewer or more entries than there should be.
func (f files) bundle(index, size uint64) ([][]byte, error) {
	raw, err := f.resource(size, 0, index, layout.EntriesPath)
	if err != nil {
		return nil, err
	}
	var bundle api.EntryBundle
	err = bundle.UnmarshalText(raw)
	if err != nil {
		return nil, fmt.Errorf("bundle %d: %w", index, ErrLeaf)
	}
	return bundle.Entries, nil
}

// tile reads the hashes of one tile of a log of size entries.
func (f files) tile(level, index, size uint64) ([][]byte, error) {
	raw, err := f.resource(size, level, index, func(n uint64, p uint8) string { return layout.TilePath(level, n, p) })
	if err != nil {
		return nil, err
	}
	var tile api.HashTile
	err = tile.UnmarshalText(raw)
	if err != nil {
		return nil, fmt.Errorf("tile %d of level %d: %w", index, level, ErrLeaf)
	}
	return tile.Nodes, nil
}

// resource reads a file that may be there in part or, once the log has grown, as a whole.
func (f files) resource(size, level, index uint64, path func(n uint64, p uint8) string) ([]byte, error) {
	partial := layout.PartialTileSize(level, index, size)
	raw, err := os.ReadFile(filepath.Join(f.dir, path(index, partial)))
	if partial > 0 && errors.Is(err, fs.ErrNotExist) {
		raw, err = os.ReadFile(filepath.Join(f.dir, path(index, 0)))
	}
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	return raw, nil
}
