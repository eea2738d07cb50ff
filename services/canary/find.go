package canary

import (
	"bytes"
	"encoding/binary"
)

// shortestNeedle is the least length of what is looked for, in bytes: shorter values come about by themselves.
const shortestNeedle = 10

// keySize is how many bytes of a needle it is first known by.
const keySize = 8

// filterBits is the size of the filter, in bits: 32 KiB, which stays in a core's cache. A thousand needles set one in
// 250.
const filterBits = 18

// finder finds any of many needles in a text in one pass. It is not changed once made; safe for concurrent use.
type finder struct {
	filter  [1 << filterBits / 64]uint64
	needles map[uint64][][]byte
	longest int
}

// newFinder looks for needles of at least shortestNeedle bytes.
func newFinder(needles []string) *finder {
	f := &finder{needles: make(map[uint64][][]byte, len(needles))}
	for _, needle := range needles {
		key := binary.LittleEndian.Uint64([]byte(needle))
		bit := slotOf(key)
		f.filter[bit/64] |= 1 << (bit % 64)
		f.needles[key] = append(f.needles[key], []byte(needle))
		f.longest = max(f.longest, len(needle))
	}
	return f
}

// slotOf spreads keys over the filter (Fibonacci hashing).
func slotOf(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> (64 - filterBits) }

// find calls found for each needle at each place that it is in text.
func (f *finder) find(text []byte, found func(needle string)) {
	for i := 0; i+keySize <= len(text); i++ {
		key := binary.LittleEndian.Uint64(text[i:])
		bit := slotOf(key)
		if f.filter[bit/64]&(1<<(bit%64)) == 0 {
			continue
		}
		for _, needle := range f.needles[key] {
			if bytes.HasPrefix(text[i:], needle) {
				found(string(needle))
			}
		}
	}
}
