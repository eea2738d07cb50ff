package embedded

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// segmentOf has batches with contents of some lengths.
func segmentOf(lengths ...int) []byte {
	var segment []byte
	for _, length := range lengths {
		segment = append(segment, make([]byte, 8)...)
		segment = binary.BigEndian.AppendUint32(segment, uint32(length))
		segment = append(segment, make([]byte, length)...)
	}
	return segment
}

func TestCutSegment(t *testing.T) {
	three := segmentOf(100, 0, 50)
	two := segmentOf(100, 0)
	tests := []struct {
		name                   string
		segment                []byte
		index                  int
		wantSegment, wantIndex int
	}{
		{"nothing", nil, 0, 0, 0},
		{"all noted", three, 3 * indexEntry, len(three), 3 * indexEntry},
		{"one not noted", three, 2 * indexEntry, len(two), 2 * indexEntry},
		{"the first not noted", segmentOf(9), 0, 0, 0},
		{"one half noted", three, 2*indexEntry + 7, len(two), 2 * indexEntry},
		{"two not noted", three, indexEntry, len(three), indexEntry},
		{"half a batch", three[:len(three)-1], 2 * indexEntry, len(three) - 1, 2 * indexEntry},
		{"noted without its batch", two, 3 * indexEntry, len(two), 3 * indexEntry},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			segment, index := filepath.Join(dir, "0.dat"), filepath.Join(dir, "0.idx")
			require.NoError(t, os.WriteFile(segment, tt.segment, 0o600))
			require.NoError(t, os.WriteFile(index, make([]byte, tt.index), 0o600))
			require.NoError(t, cutSegment(segment))
			info, err := os.Stat(segment)
			require.NoError(t, err)
			require.EqualValues(t, tt.wantSegment, info.Size())
			info, err = os.Stat(index)
			require.NoError(t, err)
			require.EqualValues(t, tt.wantIndex, info.Size())
		})
	}
}

func FuzzUnindexed(f *testing.F) {
	f.Add(segmentOf(100, 0, 50), int64(2))
	f.Fuzz(func(t *testing.T, segment []byte, noted int64) {
		end, more, err := unindexed(bytes.NewReader(segment), noted)
		require.NoError(t, err)
		require.GreaterOrEqual(t, end, int64(0))
		require.LessOrEqual(t, end, int64(len(segment)))
		require.GreaterOrEqual(t, more, int64(0))
	})
}

// TestBrokerKilledWhileWriting: a batch that the index does not know yet is none.
func TestBrokerKilledWhileWriting(t *testing.T) {
	b := newTestBroker(t)
	b.start()
	b.provision()
	b.commit("one")
	b.transaction("half written")

	indexes, err := filepath.Glob(filepath.Join(b.cfg.DataDir, "partitions", "hushlog.events.v1-0", "*.idx"))
	require.NoError(t, err)
	require.Len(t, indexes, 1)
	b = b.afterKillOn(func(dir string) {
		index := filepath.Join(dir, strings.TrimPrefix(indexes[0], b.cfg.DataDir))
		info, err := os.Stat(index)
		require.NoError(t, err)
		require.NoError(t, os.Truncate(index, info.Size()-indexEntry))
	})
	require.Equal(t, []string{"one"}, b.committed())
	b.commit("two")
	require.Equal(t, []string{"one", "two"}, b.afterKill().committed())
}
