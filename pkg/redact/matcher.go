package redact

import (
	"math/bits"
	"slices"
	"strings"
)

// matcher finds the words of a fixed vocabulary in a text. Four bytes at a time are looked up in filters small enough
// for the fastest cache; only where they can begin a word is a trie walked. A walk is as long as the longest word at
// most, so the cost is linear. Letters are folded to lower case in ASCII; other bytes are taken as they are.
//
// Most words stand where a word of the text begins: they are looked up by their first letters, four at most, once per
// word of the text. Those that may stand anywhere are looked up at every position, by four bytes as they are (by three
// if they start beyond ASCII).
type matcher struct {
	root  [256]uint32 // first byte -> state; 0 is none
	label []byte      // state -> the byte that leads to it
	first []uint32    // state -> its first child; its last is before the first child of the next state
	heads []uint32    // state -> index into outs + 1; 0 is none
	outs  []uint16    // words that end here, each list ended by noWord

	start  filter // first letters of words that stand where a word can begin
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

// exactForm is one way to write a word, with the bytes that may follow it (nil: all).
type exactForm struct {
	text string
	next *[256]bool
}

// filter is a set of 17-bit hashes.
type filter [1 << 11]uint64

func (f *filter) add(x uint32) {
	h := hash17(x)
	f[h>>6] |= 1 << (h & 63)
}

func (f *filter) has(x uint32) bool {
	h := hash17(x)
	return f[h>>6]>>(h&63)&1 != 0
}

func hash17(x uint32) uint32 { return x * 0x9E3779B1 >> 15 }

// load32 reads the four bytes at s[i:], the first one lowest.
func load32(s string, i int) uint32 {
	b := s[i : i+4]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

// startTable maps the first letters of words to where in the trie their walk starts.
type startTable struct {
	keys  []uint32 // open addressing; 0 is a free place
	walks []walkStart
	shift uint
}

// walkStart is a state of the trie and how many bytes lead to it.
type walkStart struct{ state, depth uint32 }

// find returns where the walk for key starts; its state is 0 if there is none.
func (t *startTable) find(key uint32) walkStart {
	for i := key * 0x9E3779B1 >> t.shift; ; i++ {
		i &= uint32(len(t.keys) - 1) //nolint:gosec // a small power of two
		if t.keys[i] == key {
			return t.walks[i]
		}
		if t.keys[i] == 0 {
			return walkStart{}
		}
	}
}

func newStartTable(entries map[uint32]walkStart) startTable {
	size := uint(bits.Len(uint(len(entries)))) + 2 // a quarter full at most
	t := startTable{keys: make([]uint32, 1<<size), walks: make([]walkStart, 1<<size), shift: 32 - size}
	for key, w := range entries {
		i := key * 0x9E3779B1 >> t.shift
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
	entries := map[uint32]walkStart{}
	for i := range words {
		w := &words[i]
		key, run := startKey(w.word)
		switch {
		case w.exact != nil:
			for _, x := range w.exact {
				m.addExact(x)
			}
		case w.word[0] >= 0x80:
			m.high.addAll(w.word, 3, nil)
		case w.inside || run == 0 || w.prefix && run < 4 && run == len(w.word):
			m.inner.addAll(w.word, 4, nil)
		default:
			m.addStart(entries, key, run)
			if run < 4 && run == len(w.word) { // its plural
				m.addStart(entries, key|uint32('s')<<(8*run), run+1)
			}
		}
	}
	m.starts = newStartTable(entries)
	return m
}

// startKey returns the letters that w starts with, four at most, the first one lowest.
func startKey(w string) (key uint32, run int) {
	for run < 4 && run < len(w) && isLetter(w[run]) {
		key |= uint32(lower(w[run])) << (8 * run)
		run++
	}
	return key, run
}

// addStart adds a word's first letters. Where shorter words end among them, the walk starts at the first letter, so
// that it passes them.
func (m *matcher) addStart(entries map[uint32]walkStart, key uint32, run int) {
	m.start.add(key)
	from := walkStart{state: m.root[byte(key)], depth: 1}
	state := from.state
	for d := 1; d < run && state != 0; d++ {
		if m.heads[state] != 0 {
			state = 0
			break
		}
		state = m.step(state, byte(key>>(8*d)))
	}
	if state != 0 {
		from = walkStart{state: state, depth: uint32(run)} //nolint:gosec // four at most
	}
	entries[key] = from
}

// addExact adds the beginning of a form that is written just so.
func (m *matcher) addExact(x exactForm) {
	if x.text[0] >= 0x80 {
		m.high.addAll(x.text, 3, nil)
		return
	}
	var key uint32
	n := min(4, len(x.text))
	for i := range n {
		key |= uint32(x.text[i]) << (8 * i)
	}
	m.inner.addRest(key, n, 4, x.next)
}

// addAll adds the first size bytes of w, in both cases of its letters. What follows a shorter word may be anything.
func (f *filter) addAll(w string, size int, next *[256]bool) {
	n := min(size, len(w))
	for cases := range 1 << n {
		var key uint32
		for i := range n {
			c := w[i]
			if cases>>i&1 != 0 {
				c = upper(c)
			}
			key |= uint32(c) << (8 * i)
		}
		f.addRest(key, n, size, next)
	}
}

// addRest adds key, which has n bytes, with everything that may follow up to size bytes.
func (f *filter) addRest(key uint32, n, size int, next *[256]bool) {
	if n == size {
		f.add(key)
		return
	}
	for c := range 256 {
		if next == nil || next[c] {
			f.addRest(key|uint32(c)<<(8*n), n+1, size, next) //nolint:gosec // a byte
		}
	}
}

// node is a state of the trie while it is built: the sorted words order[low:high] share depth bytes.
type node struct{ low, high, depth int }

// build lays the trie out in the order of its depth, so that the children of a state stand side by side.
func (m *matcher) build(words []literal) {
	order := make([]uint16, len(words))
	for i := range order {
		order[i] = uint16(i) //nolint:gosec // noWord is the limit, which a test holds
	}
	slices.SortStableFunc(order, func(a, b uint16) int { return strings.Compare(words[a].word, words[b].word) })
	nodes := []node{{high: len(order)}}
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

// at returns where the walk for what stands at s[i:] starts; its state is 0 if no word starts there. The four bytes there
// are x, with zeros beyond the end; c is the class of the first, before that of the byte before it.
func (m *matcher) at(x uint32, c, before uint8) walkStart {
	if m.inner.has(x) || c&clHigh != 0 && m.high.has(x&0xFFFFFF) {
		return walkStart{state: m.root[lower(byte(x))], depth: 1}
	}
	if c&clLetter == 0 || before&clLetter != 0 && (c&clUpper == 0 || before&clLower == 0) {
		return walkStart{}
	}
	return m.atStart(x)
}

const (
	tops  = 0x80808080 // the highest bit of each byte
	cases = 0x20202020 // the bit that small letters have and capitals have not
)

// atStart is at, where a word of the text begins. The letters among the four bytes are told all at once.
func (m *matcher) atStart(x uint32) walkStart {
	folded := x | cases
	low := folded &^ tops
	letters := (low + 0x1F1F1F1F) &^ (low + 0x05050505) &^ x & tops // from a, not beyond z, in ASCII
	small := letters & (x << 2)
	run := bits.TrailingZeros32(^letters&tops) &^ 7 // in bits: 32 if all are letters
	key := uint32(uint64(folded) & (1<<run - 1))    //nolint:gosec // cut to its 32 bits
	if humps := letters &^ small & (small << 8); humps != 0 {
		return m.atHumps(key, humps)
	}
	if !m.start.has(key) {
		return walkStart{}
	}
	return m.starts.find(key)
}

// atHumps is atStart for letters with capitals after small ones, where words end: panNumber is looked up as pan, then
// as pann.
func (m *matcher) atHumps(key, humps uint32) walkStart {
	for ; humps != 0; humps &= humps - 1 {
		w := m.starts.find(key & (1<<(bits.TrailingZeros32(humps)&^7) - 1))
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
