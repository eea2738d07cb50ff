package corpus

import (
	"hash/fnv"
	"strings"
)

// Half is one of two parts into which every list is cut, so that what is trained on the names of one half can be
// measured on the names of the other.
type Half int

// The halves. Both is the whole list.
const (
	Both Half = iota
	A
	B
)

// HalfOf returns the half in which an entry of a list falls: A or B, whatever its letters' case and in whichever list
// it stands.
func HalfOf(entry string) Half {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(entry))) // a hash takes everything
	// FNV's last bytes do not reach its middle bits: all bits are mixed as MurmurHash3 ends, or short names would
	// share the half of their first letters.
	x := h.Sum64()
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	if x>>63 == 0 {
		return A
	}
	return B
}

// Holds reports whether the entry falls in the half.
func (h Half) Holds(entry string) bool {
	return h == Both || HalfOf(entry) == h
}

// ParseHalf reads "a", "b" or "both".
func ParseHalf(s string) (Half, bool) {
	h, ok := map[string]Half{"a": A, "b": B, "both": Both}[strings.ToLower(s)]
	return h, ok
}
