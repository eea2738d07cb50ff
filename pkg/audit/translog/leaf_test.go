package translog

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func FuzzLeaf(f *testing.F) {
	leaves, err := leavesOf(Record{Partition: 1, Offset: 5, Time: time.UnixMilli(7), Value: []byte("value")})
	require.NoError(f, err)
	f.Add(leaves[0])
	f.Add([]byte{leafVersion})
	f.Fuzz(func(t *testing.T, leaf []byte) {
		record, at, err := parseLeaf(leaf)
		if err != nil {
			require.ErrorIs(t, err, ErrLeaf)
			return
		}
		if at.parts > 1 || len(record.Value) > maxPart {
			return
		}
		again, err := leavesOf(record)
		require.NoError(t, err)
		require.True(t, bytes.Equal(leaf, again[0]), "a leaf has one form")
	})
}

func TestLeavesOfALongRecord(t *testing.T) {
	value := bytes.Repeat([]byte("0123456789"), 20_000)
	leaves, err := leavesOf(Record{Offset: 3, Value: value})
	require.NoError(t, err)
	require.Len(t, leaves, 4)
	var back []byte
	before := position{offset: 2, parts: 1}
	for _, leaf := range leaves {
		require.LessOrEqual(t, len(leaf), 1<<16-1)
		record, at, err := parseLeaf(leaf)
		require.NoError(t, err)
		require.True(t, at.follows(before))
		back, before = append(back, record.Value...), at
	}
	require.True(t, before.last())
	require.Equal(t, value, back)
	_, err = leavesOf(Record{Offset: -1})
	require.ErrorIs(t, err, ErrLeaf)
}
