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
	root   [256]uint32 // first byte -> state; 0 is none
	states []state     // the children of a state stand side by side
	outs   []uint16    // words that end in a state, each list ended by noWord

	start  filter // letters of words that stand where a word can begin
	inner  filter // first four bytes of words that may stand anywhere
	again  filter // the same by another hash: what passes the first by chance hardly ever passes both
	high   filter // first three bytes of those that start beyond ASCII
	starts startTable
}

const noWord = 0xFFFF

// state is a state of the trie in one word of memory, as a walk is mostly spent waiting for it: from the lowest bit, the
// byte that leads to it, how many children it has, the first of them, and where its words are in outs, + 1; 0 is none.
type state uint64

const (
	stateCount = 8
	stateFirst = 17
	stateOuts  = 40
)

// newState packs a state. A trie of our vocabulary has fewer states than 1<<23, and no state more children than 256.
func newState(label byte, count, first, outs int) state {
	return state(label) | state(count)<<stateCount | state(first)<<stateFirst | state(outs)<<stateOuts //nolint:gosec // see above
}

func (s state) label() byte   { return byte(s) }                                                  //nolint:gosec // the lowest byte
func (s state) count() uint32 { return uint32(s>>stateCount) & (1<<(stateFirst-stateCount) - 1) } //nolint:gosec // cut to its bits
func (s state) first() uint32 { return uint32(s>>stateFirst) & (1<<(stateOuts-stateFirst) - 1) }  //nolint:gosec // cut to its bits
func (s state) outs() uint32  { return uint32(s >> stateOuts) }

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

func (f *filter) has(x uint64) bool { return f.bit(x) != 0 }

// bit is 1 if the filter has x, and 0 otherwise.
func (f *filter) bit(x uint64) uint64 {
	h := hash(x)
	return f[h>>53] >> (h >> 47 & 63) & 1
}

// hash spreads x over the upper bits.
func hash(x uint64) uint64 { return x * 0x9E3779B97F4A7C15 }

// other is x in another form, whose hash has nothing to do with that of x.
func other(x uint64) uint64 { return (x ^ x>>13) * 0xD6E8FEB86659FD93 }

// startTable maps the first letters of words to where in the trie their walk starts.
type startTable struct {
	entries []startEntry // open addressing; the key 0 is a free place
	shift   uint
}

// startEntry is one place of a startTable.
type startEntry struct {
	key uint64
	walkStart
}

// walkStart is a state of the trie and how many bytes lead to it.
type walkStart struct{ state, depth uint32 }

// find returns where the walk for key starts; its state is 0 if there is none.
func (t *startTable) find(key uint64) walkStart {
	for i := hash(key) >> t.shift; ; i++ {
		e := &t.entries[i&uint64(len(t.entries)-1)] //nolint:gosec // a length
		if e.key == key || e.key == 0 {
			return e.walkStart
		}
	}
}

func newStartTable(entries map[uint64]walkStart) startTable {
	size := uint(bits.Len(uint(len(entries)))) + 1 // half full at most
	t := startTable{entries: make([]startEntry, 1<<size), shift: 64 - size}
	for key, w := range entries {
		i := hash(key) >> t.shift
		for t.entries[i].key != 0 {
			i = (i + 1) & (1<<size - 1)
		}
		t.entries[i] = startEntry{key, w}
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
			m.high.addAll(w.word, 3, nil)
		case w.inside || run == 0 || w.prefix && run < maxStart && run == len(w.word):
			m.inner.addAll(w.word, 4, &m.again)
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
		m.high.addAll(x.text, 3, nil)
		return
	}
	var key uint64
	n := min(4, len(x.text))
	for i := range n {
		key |= uint64(x.text[i]) << (8 * i)
	}
	m.inner.addRest(key, n, 4, x.next, &m.again)
}

// addAll adds the first size bytes of w, in both cases of its letters, and to again, if there is one, their other form.
// What follows a shorter word may be anything.
func (f *filter) addAll(w string, size int, again *filter) {
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
		f.addRest(key, n, size, nil, again)
	}
}

// addRest adds key, which has n bytes, with everything that may follow up to size bytes.
func (f *filter) addRest(key uint64, n, size int, next *[256]bool, again *filter) {
	if n == size {
		f.add(key)
		if again != nil {
			again.add(other(key))
		}
		return
	}
	for c := range 256 {
		if next == nil || next[c] {
			f.addRest(key|uint64(c)<<(8*n), n+1, size, next, again)
		}
	}
}

// node is a state of the trie while it is built: the sorted words order[low:high] share depth bytes.
type node struct {
	low, high, depth int
	label            byte // the byte that leads to it
}

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
	m.states = make([]state, 0, size)
	m.outs = make([]uint16, 0, 2*len(words))
	nodes := make([]node, 1, size)
	nodes[0] = node{high: len(order)}
	for i := 0; i < len(nodes); i++ {
		n := nodes[i]
		children, outs := len(nodes), 0
		low := n.low
		for low < n.high && len(words[order[low]].word) == n.depth {
			low++
		}
		if low > n.low {
			outs = len(m.outs) + 1
			m.outs = append(append(m.outs, order[n.low:low]...), noWord)
		}
		for low < n.high {
			c := words[order[low]].word[n.depth]
			high := low + 1
			for high < n.high && words[order[high]].word[n.depth] == c {
				high++
			}
			if i == 0 {
				m.root[c] = uint32(len(nodes)) //nolint:gosec // as many as the words have bytes
			}
			nodes = append(nodes, node{low: low, high: high, depth: n.depth + 1, label: c})
			low = high
		}
		m.states = append(m.states, newState(n.label, len(nodes)-children, children, outs))
	}
}

// step returns the state that c leads to from state, or 0.
func (m *matcher) step(from uint32, c byte) uint32 {
	st := m.states[from]
	low, n := st.first(), st.count()
	for n > maxScanned { // children are ordered by their labels
		half := n / 2
		if m.states[low+half].label() <= c {
			low, n = low+half, n-half
		} else {
			n = half
		}
	}
	for s := low; s < low+n; s++ {
		if m.states[s].label() == c {
			return s
		}
	}
	return 0
}

// maxScanned is how many children are looked at one after another: as many as fit into a line of the cache.
const maxScanned = 8

// anywhere returns where the walk starts for a word that may stand anywhere, at a place that innerMask or highMask marks
// for the eight bytes x there.
func (m *matcher) anywhere(x uint64) walkStart {
	return walkStart{state: m.root[lower(byte(x))], depth: 1} //nolint:gosec // the lowest byte
}

// highMask leaves, of the places in mask, at which bytes beyond ASCII stand, those at which a word may begin. The eight
// bytes are x, and y those that follow.
func (m *matcher) highMask(x, y, mask uint64) (out uint64) {
	for ; mask != 0; mask &= mask - 1 {
		k := bits.TrailingZeros64(mask) &^ 7
		if m.high.has((x>>k | y<<(64-k)) & 0xFFFFFF) {
			out |= 0x80 << k
		}
	}
	return out
}

// innerMask marks, by the highest bits, at which of the eight bytes x, with y after them, a word may
// begin that may stand anywhere.
func (m *matcher) innerMask(x, y uint64) (out uint64) {
	mask := m.innerProbe(x, y)
	for ; mask != 0; mask &= mask - 1 {
		k := bits.TrailingZeros64(mask) &^ 7
		if m.again.has(other((x>>k | y<<(64-k)) & 0xFFFFFFFF)) {
			out |= 0x80 << k
		}
	}
	return out
}

// innerProbe is innerMask by one hash.
func (m *matcher) innerProbe(x, y uint64) uint64 {
	const four = 1<<32 - 1
	return m.inner.bit(x&four)<<7 | m.inner.bit(x>>8&four)<<15 | m.inner.bit(x>>16&four)<<23 | m.inner.bit(x>>24&four)<<31 |
		m.inner.bit(x>>32)<<39 | m.inner.bit(x>>40|y<<24&four)<<47 | m.inner.bit(x>>48|y<<16&four)<<55 | m.inner.bit(x>>56|y<<8&four)<<63
}

// atStart returns where the walk for the word of the text that begins with the eight bytes x starts; its state is 0 if no
// word of the vocabulary starts there.
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
