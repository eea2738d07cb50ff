package redact

// matcher finds the words of a fixed vocabulary in a text. The first three characters of every position are looked up
// in a filter small enough for the fastest cache; only where they can begin a word is a trie walked. A walk is as long
// as the longest word at most, so the cost is linear. Letters are folded to lower case in ASCII; other bytes are taken
// as they are.
type matcher struct {
	classOf [256]uint8
	width   int      // classes
	next    []uint16 // state*width + class -> state; 0 is none
	heads   []uint16 // state -> index into outs + 1; 0 is none
	outs    []uint16 // words that end here, each list ended by noWord
	start   filter   // beginnings of words that stand where a word can begin
	inner   filter   // beginnings of words that may stand anywhere
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
	m := &matcher{width: 1}
	for i, w := range words {
		for j := range len(w) {
			if m.classOf[w[j]] == 0 {
				m.classOf[w[j]] = uint8(m.width) //nolint:gosec // at most 256 byte values
				m.width++
			}
		}
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
	for c := byte('a'); c <= 'z'; c++ {
		m.classOf[c-32] = m.classOf[c]
	}
	m.build(words)
	return m
}

func (m *matcher) build(words []string) {
	m.next = make([]uint16, m.width)
	ends := [][]uint16{nil}
	for i, w := range words {
		state := 0
		for j := range len(w) {
			cell := state*m.width + int(m.classOf[w[j]])
			if m.next[cell] == 0 {
				m.next[cell] = uint16(len(ends)) //nolint:gosec // a test holds the vocabulary below 65535 states
				m.next = append(m.next, make([]uint16, m.width)...)
				ends = append(ends, nil)
			}
			state = int(m.next[cell])
		}
		ends[state] = append(ends[state], uint16(i))
	}
	m.heads = make([]uint16, len(ends))
	for s, list := range ends {
		if len(list) == 0 {
			continue
		}
		m.heads[s] = uint16(len(m.outs) + 1) //nolint:gosec // as above
		m.outs = append(append(m.outs, list...), noWord)
	}
}
