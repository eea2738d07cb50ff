package redact

import (
	"maps"
	"slices"
)

// matcher finds the words of a fixed vocabulary in a text. The first three characters of every position are looked up
// in a filter small enough for the fastest cache; only where they can begin a word is a trie walked. A walk is as long
// as the longest word at most, so the cost is linear. Letters are folded to lower case in ASCII; other bytes are taken
// as they are.
type matcher struct {
	root  [256]uint16 // first byte -> state; 0 is none
	label []byte      // state -> the byte that leads to it
	first []uint16    // state -> its first child; its last is before the first child of the next state
	heads []uint16    // state -> index into outs + 1; 0 is none
	outs  []uint16    // words that end here, each list ended by noWord
	start filter      // beginnings of words that stand where a word can begin
	inner filter      // beginnings of words that may stand anywhere
}

const noWord = 0xFFFF

// filter is a set of 16-bit hashes.
type filter [1 << 10]uint64

func (f *filter) add(h uint32)      { f[h>>6] |= 1 << (h & 63) }
func (f *filter) has(h uint32) bool { return f[h>>6]>>(h&63)&1 != 0 }

// foldByte maps letters to lower case; foldThird also makes all other ASCII equal, and all bytes beyond it.
var (
	foldByte = func() (t [256]byte) {
		for c := range 256 {
			t[c] = lower(byte(c))
		}
		return t
	}()
	foldThird = func() (t [256]byte) {
		for c := range 256 {
			switch {
			case c >= 0x80:
				t[c] = 1
			case isAlnum(byte(c)):
				t[c] = lower(byte(c))
			}
		}
		return t
	}()
)

func beginning(a, b, c byte) uint32 {
	return (uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 0x9E3779B1 >> 16
}

// newMatcher builds the matcher of words, which must be lower case and at least two bytes long. Word i is reported as
// i; it may stand inside other words if inside says so.
func newMatcher(words []string, inside func(i int) bool) *matcher {
	m := &matcher{}
	for i, w := range words {
		f := &m.start
		if inside(i) {
			f = &m.inner
		}
		if len(w) > 2 {
			f.add(beginning(w[0], w[1], foldThird[w[2]]))
			continue
		}
		for c := range 256 {
			f.add(beginning(w[0], w[1], foldThird[c]))
		}
	}
	m.build(words)
	return m
}

// node is a state of the trie while it is built.
type node struct {
	children map[byte]*node
	words    []uint16
}

// build lays the trie out in the order of its depth, so that the children of a state stand side by side.
func (m *matcher) build(words []string) {
	root := &node{children: map[byte]*node{}}
	for i, w := range words {
		n := root
		for j := range len(w) {
			next := n.children[w[j]]
			if next == nil {
				next = &node{children: map[byte]*node{}}
				n.children[w[j]] = next
			}
			n = next
		}
		n.words = append(n.words, uint16(i))
	}
	order := []*node{root}
	m.label = append(m.label, 0)
	for i := 0; i < len(order); i++ {
		n := order[i]
		m.first = append(m.first, uint16(len(order))) //nolint:gosec // as above
		m.heads = append(m.heads, 0)
		if len(n.words) > 0 {
			m.heads[i] = uint16(len(m.outs) + 1) //nolint:gosec // as above
			m.outs = append(append(m.outs, n.words...), noWord)
		}
		for _, c := range slices.Sorted(maps.Keys(n.children)) {
			if i == 0 {
				m.root[c] = uint16(len(order)) //nolint:gosec // as above
			}
			m.label = append(m.label, c)
			order = append(order, n.children[c])
		}
	}
	m.first = append(m.first, uint16(len(order))) //nolint:gosec // as above
}

// step returns the state that c leads to from state, or 0.
func (m *matcher) step(state uint16, c byte) uint16 {
	for s, end := m.first[state], m.first[state+1]; s < end; s++ {
		if m.label[s] == c {
			return s
		}
	}
	return 0
}
