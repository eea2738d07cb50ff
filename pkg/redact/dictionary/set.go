package dictionary

import (
	"cmp"
	"math/bits"
	"slices"
)

// Set finds the entries of one list. Safe for concurrent use.
type Set struct {
	key     Key
	exact   bool
	entries int
	table   []uint64 // open addressing; 0 is free
	filter  []uint64 // two bits for each hash of the table
}

// Span is where an entry stands in a text, in bytes.
type Span struct{ Start, End int }

// newSet makes a set of hashes with their flags; the same hash may come more than once.
func newSet(key Key, exact bool, hashes []uint64) *Set {
	hashes = merge(hashes)
	s := &Set{key: key, exact: exact}
	s.table = make([]uint64, len(hashes)+len(hashes)/2+1)
	s.filter = make([]uint64, 1<<max(0, bits.Len(uint(len(hashes)))-2))
	for _, h := range hashes {
		if h&isEntry != 0 {
			s.entries++
		}
		s.filter[s.word(h)] |= s.mask(h)
		i := s.slot(h)
		for s.table[i] != 0 {
			i = s.after(i)
		}
		s.table[i] = h
	}
	return s
}

// merge sorts hashes and joins the flags of equal ones.
func merge(hashes []uint64) []uint64 {
	slices.SortFunc(hashes, func(a, b uint64) int { return cmp.Compare(a&^flags, b&^flags) })
	out := hashes[:0]
	for _, h := range hashes {
		if n := len(out); n > 0 && out[n-1]&^flags == h&^flags {
			out[n-1] |= h
			continue
		}
		out = append(out, h)
	}
	return out
}

// word and mask say which two bits of the filter stand for h.
func (s *Set) word(h uint64) int    { return int(h>>20) & (len(s.filter) - 1) }
func (s *Set) mask(h uint64) uint64 { return 1<<(h>>8&63) | 1<<(h>>14&63) }

// slot is where h is looked for first: its place in the order of all hashes, scaled to the table.
func (s *Set) slot(h uint64) int {
	hi, _ := bits.Mul64(h, uint64(len(s.table)))
	return int(hi) //nolint:gosec // less than the length
}

func (s *Set) after(i int) int {
	if i+1 == len(s.table) {
		return 0
	}
	return i + 1
}

// find returns what h is of: flags, or 0.
func (s *Set) find(h uint64) uint64 {
	m := s.mask(h)
	if s.filter[s.word(h)]&m != m {
		return 0
	}
	for i := s.slot(h); s.table[i] != 0; i = s.after(i) {
		if s.table[i]&^flags == h {
			return s.table[i] & flags
		}
	}
	return 0
}

// Entries is how many entries the set has.
func (s *Set) Entries() int { return s.entries }

// Bytes is the memory that the set takes.
func (s *Set) Bytes() int { return 8 * (len(s.table) + len(s.filter)) }

// Append appends to dst where entries stand in text: from left to right, the longest at each word, none within another.
// The time is linear in the text: from each word at most maxWords are looked at, and one where no entry begins with it.
func (s *Set) Append(dst []Span, text string) []Span {
	c := chain{key: &s.key, exact: s.exact}
	for i := 0; i < len(text); {
		start, end, k, _ := next(text, i)
		i = end
		if k < letter {
			continue
		}
		h := c.add(0, text[start:end], false)
		found := s.find(h)
		last := -1
		for n := 1; h != 0 && found != 0; n++ {
			if found&isEntry != 0 {
				last = end
			}
			if found&isPrefix == 0 || n == maxWords {
				break
			}
			var at int
			var spaced bool
			at, end, _, spaced = next(text, end)
			if at == len(text) {
				break
			}
			h = c.add(h, text[at:end], spaced)
			found = s.find(h)
		}
		if last > 0 {
			dst = append(dst, Span{start, last})
			i = last
		}
	}
	return dst
}
