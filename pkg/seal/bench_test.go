package seal

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkSeal and BenchmarkOpen are the cost of one record with a warm key; BenchmarkEncapsulate is
// what a process pays a minute.
func BenchmarkSeal(b *testing.B) {
	h := newHouse(b)
	h.makeEpoch(b, redactor)
	sealer := NewSealer(h.ring, redactor)
	for _, size := range []int{2 << 10, 200 << 10} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			plain := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				_, err := sealer.Seal(plain, header())
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	h := newHouse(b)
	h.makeEpoch(b, redactor)
	sealed, err := NewSealer(h.ring, redactor).Seal(make([]byte, 2<<10), header())
	require.NoError(b, err)
	opener := NewOpener(h.ring, h.kms, redactor)
	b.ReportAllocs()
	for b.Loop() {
		_, err = opener.Open(b.Context(), sealed, header())
		require.NoError(b, err)
	}
}

func BenchmarkEncapsulate(b *testing.B) {
	h := newHouse(b)
	h.makeEpoch(b, redactor)
	for b.Loop() {
		_, err := NewSealer(h.ring, redactor).Seal(nil, header())
		require.NoError(b, err)
	}
}
