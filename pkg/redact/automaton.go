package redact

// automaton is an Aho-Corasick automaton as a dense table over byte classes: one look-up per byte, no matter how many
// words it knows. Letters are folded to lower case in ASCII; other bytes are taken as they are.
type automaton struct {
	classOf [256]uint8
	width   int      // classes
	next    []uint16 // state*width + class -> state
	accept  uint16   // states below it report nothing
	heads   []uint16 // state-accept -> index into outs
	outs    []uint16 // words that end here, longest first, each list ended by noWord
}

const noWord = 0xFFFF

// newAutomaton builds the automaton of words, which must be lower case. Word i is reported as i.
func newAutomaton(words []string) *automaton {
	a := &automaton{width: 1}
	for _, w := range words {
		for i := range len(w) {
			if a.classOf[w[i]] == 0 {
				a.classOf[w[i]] = uint8(a.width) //nolint:gosec // at most 256 byte values
				a.width++
			}
		}
	}
	for c := byte('a'); c <= 'z'; c++ {
		a.classOf[c-32] = a.classOf[c]
	}
	trie := newTrie(a, words)
	a.link(trie)
	return a
}

// trie is the automaton under construction.
type trie struct {
	next  [][]uint16
	words [][]uint16
}

func newTrie(a *automaton, words []string) *trie {
	t := &trie{next: [][]uint16{make([]uint16, a.width)}, words: [][]uint16{nil}}
	for i, w := range words {
		state := uint16(0)
		for j := range len(w) {
			c := a.classOf[w[j]]
			if t.next[state][c] == 0 {
				t.next[state][c] = uint16(len(t.next)) //nolint:gosec // a test holds the vocabulary below 65535 states
				t.next = append(t.next, make([]uint16, a.width))
				t.words = append(t.words, nil)
			}
			state = t.next[state][c]
		}
		t.words[state] = append(t.words[state], uint16(i)) //nolint:gosec // as above
	}
	return t
}

// link turns the trie into a complete automaton and numbers its states so that those that report come last.
func (a *automaton) link(t *trie) {
	n := len(t.next)
	fail := make([]uint16, n)
	order := make([]uint16, 0, n)
	for _, s := range t.next[0] {
		if s != 0 {
			order = append(order, s)
		}
	}
	for i := 0; i < len(order); i++ {
		s := order[i]
		f := fail[s]
		t.words[s] = append(t.words[s], t.words[f]...)
		for c, d := range t.next[s] {
			if d == 0 {
				t.next[s][c] = t.next[f][c]
				continue
			}
			fail[d] = t.next[f][c]
			order = append(order, d)
		}
	}
	a.number(t)
}

func (a *automaton) number(t *trie) {
	n := len(t.next)
	id := make([]uint16, n)
	count := uint16(0)
	for s := range n {
		if len(t.words[s]) == 0 {
			id[s] = count
			count++
		}
	}
	a.accept = count
	for s := range n {
		if len(t.words[s]) > 0 {
			id[s] = count
			count++
		}
	}
	a.next = make([]uint16, n*a.width)
	a.heads = make([]uint16, int(count)-int(a.accept))
	for s := range n {
		for c, d := range t.next[s] {
			a.next[int(id[s])*a.width+c] = id[d]
		}
		if len(t.words[s]) > 0 {
			a.heads[id[s]-a.accept] = uint16(len(a.outs)) //nolint:gosec // as above
			a.outs = append(a.outs, t.words[s]...)
			a.outs = append(a.outs, noWord)
		}
	}
}
