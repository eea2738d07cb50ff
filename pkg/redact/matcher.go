package redact

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// matcher finds the words of a fixed vocabulary in a text. Only where a filter, small enough for the fastest cache, says
// that a word can begin is a trie walked. A walk is as long as the longest word at most, so the cost is linear. Letters
// are folded to lower case in ASCII; other bytes are taken as they are.
//
// Most words stand where a word of the text begins: they are looked up by all of its letters, or the first eight, once
// per word of the text. Those that may stand anywhere are looked up at every position, by four bytes as they are (by
// three if they start beyond ASCII).
type matcher struct {
	root  [256]uint32 // first byte -> state; 0 is none
	label []byte      // state -> the byte that leads to it
	first []uint32    // state -> its first child; its last is before the first child of the next state
	heads []uint32    // state -> index into outs + 1; 0 is none
	outs  []uint16    // words that end here, each list ended by noWord

	start  filter // letters of words that stand where a word can begin
	inner  filter // first four bytes of words that may stand anywhere
	high   filter // first three bytes of those that start beyond ASCII
	starts startTable
}

const noWord = 0xFFFF

// literal is a word as the matcher is to find it.
type literal struct {
	word   string      // lower case in ASCII, at least two bytes long
	inside bool        // it may stand inside other words
	prefix bool        // other letters may follow
	exact  []exactForm // if there are any, only these forms matter
}

// exactForm is one way to write a word.
type exactForm struct {
	text string
	next *[256]bool // the bytes that may follow it; nil: all
	word bool       // a word of the text begins where it stands, and ends within it
}

// filter is a set of hashes of 17 bits.
type filter [1 << 11]uint64

func (f *filter) add(x uint64) {
	h := hash(x)
	f[h>>53] |= 1 << (h >> 47 & 63)
}

func (f *filter) has(x uint64) bool {
	h := hash(x)
	return f[h>>53]>>(h>>47&63)&1 != 0
}

// hash spreads x over the upper bits.
func hash(x uint64) uint64 { return x * 0x9E3779B97F4A7C15 }

// startTable maps the first letters of words to where in the trie their walk starts.
type startTable struct {
	keys  []uint64 // open addressing; 0 is a free place
	walks []walkStart
	shift uint
}

// walkStart is a state of the trie and how many bytes lead to it.
type walkStart struct{ state, depth uint32 }

// find returns where the walk for key starts; its state is 0 if there is none.
func (t *startTable) find(key uint64) walkStart {
	for i := hash(key) >> t.shift; ; i++ {
		i &= uint64(len(t.keys) - 1) //nolint:gosec // a length
		if t.keys[i] == key {
			return t.walks[i]
		}
		if t.keys[i] == 0 {
			return walkStart{}
		}
	}
}

func newStartTable(entries map[uint64]walkStart) startTable {
	size := uint(bits.Len(uint(len(entries)))) + 1 // half full at most
	t := startTable{keys: make([]uint64, 1<<size), walks: make([]walkStart, 1<<size), shift: 64 - size}
	for key, w := range entries {
		i := hash(key) >> t.shift
		for t.keys[i] != 0 {
			i = (i + 1) & (1<<size - 1)
		}
		t.keys[i], t.walks[i] = key, w
	}
	return t
}

// newMatcher builds the matcher of words. Word i is reported as i.
func newMatcher(words []literal) *matcher {
	m := &matcher{}
	m.build(words)
	entries := map[uint64]walkStart{}
	for i := range words {
		w := &words[i]
		key, run := startKey(w.word)
		switch {
		case w.exact != nil:
			for _, x := range w.exact {
				if x.word {
					m.addStart(entries, key, run, key)
				} else {
					m.addExact(x)
				}
			}
		case w.word[0] >= 0x80:
			m.high.addAll(w.word, 3)
		case w.inside || run == 0 || w.prefix && run < maxStart && run == len(w.word):
			m.inner.addAll(w.word, 4)
		default:
			m.addStart(entries, key, run, key)
			if run < maxStart && run == len(w.word) && isLetter(w.word[run-1]) {
				m.addStart(entries, key, run, key|uint64('s')<<(8*run)) // its plural
			}
		}
	}
	m.starts = newStartTable(entries)
	return m
}

// maxStart is how many letters words are looked up by.
const maxStart = 8

// startKey returns the letters that w starts with, eight at most, the first one lowest. A single letter would be found
// too often: what stands after it is taken, too.
func startKey(w string) (key uint64, run int) {
	for run < maxStart && run < len(w) && isLetter(w[run]) {
		key |= uint64(lower(w[run])) << (8 * run)
		run++
	}
	if run == 1 {
		return key | uint64(w[1])<<8, 2
	}
	return key, run
}

// addStart adds a word by its letters: a word of the text with the letters of lookup may start with it. The walk starts
// after its own letters, or earlier where a shorter word is looked up by the same.
func (m *matcher) addStart(entries map[uint64]walkStart, key uint64, run int, lookup uint64) {
	m.start.add(lookup)
	w := walkStart{state: m.root[byte(key)], depth: 1} //nolint:gosec // the lowest byte
	for d := 1; d < run; d++ {
		w = walkStart{state: m.step(w.state, byte(key>>(8*d))), depth: w.depth + 1} //nolint:gosec // the lowest byte
	}
	old, ok := entries[lookup]
	if !ok || old.depth > w.depth {
		entries[lookup] = w
	}
}

// addExact adds the beginning of a form that is written just so.
func (m *matcher) addExact(x exactForm) {
	if x.text[0] >= 0x80 {
		m.high.addAll(x.text, 3)
		return
	}
	var key uint64
	n := min(4, len(x.text))
	for i := range n {
		key |= uint64(x.text[i]) << (8 * i)
	}
	m.inner.addRest(key, n, 4, x.next)
}

// addAll adds the first size bytes of w, in both cases of its letters. What follows a shorter word may be anything.
func (f *filter) addAll(w string, size int) {
	n := min(size, len(w))
	for cases := range 1 << n {
		var key uint64
		for i := range n {
			c := w[i]
			if cases>>i&1 != 0 {
				c = upper(c)
			}
			key |= uint64(c) << (8 * i)
		}
		f.addRest(key, n, size, nil)
	}
}

// addRest adds key, which has n bytes, with everything that may follow up to size bytes.
func (f *filter) addRest(key uint64, n, size int, next *[256]bool) {
	if n == size {
		f.add(key)
		return
	}
	for c := range 256 {
		if next == nil || next[c] {
			f.addRest(key|uint64(c)<<(8*n), n+1, size, next)
		}
	}
}

// node is a state of the trie while it is built: the sorted words order[low:high] share depth bytes.
type node struct{ low, high, depth int }

// build lays the trie out in the order of its depth, so that the children of a state stand side by side.
func (m *matcher) build(words []literal) {
	order := make([]uint16, len(words))
	for i := range order {
		order[i] = uint16(i)
	}
	slices.SortFunc(order, func(a, b uint16) int {
		return cmp.Or(strings.Compare(words[a].word, words[b].word), cmp.Compare(a, b))
	})
	size := 1 // no more states than the words have bytes
	for i := range words {
		size += len(words[i].word)
	}
	m.label, m.first, m.heads = make([]byte, 0, size), make([]uint32, 0, size+1), make([]uint32, 0, size)
	m.outs = make([]uint16, 0, 2*len(words))
	nodes := make([]node, 1, size)
	nodes[0] = node{high: len(order)}
	m.label = append(m.label, 0)
	for i := 0; i < len(nodes); i++ {
		n := nodes[i]
		m.first = append(m.first, uint32(len(nodes))) //nolint:gosec // as many as the words have bytes
		m.heads = append(m.heads, 0)
		low := n.low
		for low < n.high && len(words[order[low]].word) == n.depth {
			low++
		}
		if low > n.low {
			m.heads[i] = uint32(len(m.outs) + 1) //nolint:gosec // as above
			m.outs = append(append(m.outs, order[n.low:low]...), noWord)
		}
		for low < n.high {
			c := words[order[low]].word[n.depth]
			high := low + 1
			for high < n.high && words[order[high]].word[n.depth] == c {
				high++
			}
			if i == 0 {
				m.root[c] = uint32(len(nodes)) //nolint:gosec // as above
			}
			m.label = append(m.label, c)
			nodes = append(nodes, node{low: low, high: high, depth: n.depth + 1})
			low = high
		}
	}
	m.first = append(m.first, uint32(len(nodes))) //nolint:gosec // as above
}

// step returns the state that c leads to from state, or 0.
func (m *matcher) step(state uint32, c byte) uint32 {
	for s, end := m.first[state], m.first[state+1]; s < end; s++ {
		if m.label[s] == c {
			return s
		}
	}
	return 0
}

// at returns where the walk for what stands at s[i:] starts; its state is 0 if no word starts there. The eight bytes
// there are x, with zeros beyond the end; begins says whether a word of the text begins there.
func (m *matcher) at(x uint64, begins bool) walkStart {
	if m.inner.has(x&0xFFFFFFFF) || byte(x) >= 0x80 && m.high.has(x&0xFFFFFF) { //nolint:gosec // the lowest byte
		return walkStart{state: m.root[lower(byte(x))], depth: 1} //nolint:gosec // the lowest byte
	}
	if !begins {
		return walkStart{}
	}
	return m.atStart(x)
}

// innerMask marks, by the highest bits, at which of the eight bytes at s[i:] a word may begin that may stand anywhere.
func (m *matcher) innerMask(s string, i int) (mask uint64) {
	if i+11 > len(s) {
		x, y := load64Pad(s, i), load64Pad(s, i+8)
		for k := range 8 {
			if m.inner.has((x>>(8*k) | y<<(64-8*k)) & 0xFFFFFFFF) {
				mask |= 0x80 << (8 * k)
			}
		}
		return mask
	}
	b := s[i : i+11]
	for k := range 8 {
		h := hash(uint64(b[k]) | uint64(b[k+1])<<8 | uint64(b[k+2])<<16 | uint64(b[k+3])<<24)
		mask = mask>>8 | m.inner[h>>53]>>(h>>47&63)<<63
	}
	return mask
}

// atStart is at, where a word of the text begins.
func (m *matcher) atStart(x uint64) walkStart {
	letters, small := letterMasks(x)
	folded := x | ones8*0x20                         // the bit that small letters have and capitals have not
	run := bits.TrailingZeros64(^letters&tops8) &^ 7 // in bits: 64 if all are letters
	key := folded & (1<<run - 1)
	humps := letters &^ small & (small << 8) & (1<<run - 1)
	if humps != 0 {
		return m.atHumps(key, humps)
	}
	if run == 8 {
		key |= x & 0xFF00
	}
	if !m.start.has(key) {
		return walkStart{}
	}
	return m.starts.find(key)
}

// atHumps is atStart for letters with capitals after small ones, where words end: panNumber is looked up as pan, then as
// pannumbe.
func (m *matcher) atHumps(key, humps uint64) walkStart {
	for ; humps != 0; humps &= humps - 1 {
		w := m.starts.find(key & (1<<(bits.TrailingZeros64(humps)&^7) - 1))
		if w.state != 0 {
			return w
		}
	}
	return m.starts.find(key)
}

// foldByte maps letters to lower case.
var foldByte = func() (t [256]byte) {
	for c := range 256 {
		t[c] = lower(byte(c))
	}
	return t
}()
