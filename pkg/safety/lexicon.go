package safety

import (
	"embed"
	"fmt"
	"math/bits"
	"strings"
	"sync"
	"unicode/utf8"
)

const (
	// maxConcepts bounds the number of concepts: pairs of them have a row each.
	maxConcepts = 64
	// maxUnspaced is how many letters an entry of a script without spaces has at most.
	maxUnspaced = 8
	// minStem is how many bytes of a word are read as a stem at least.
	minStem = 2
)

//go:embed lexicon/*.txt
var lexiconFiles embed.FS

// lexicon maps words to concepts, numbered from 1; 0 is none.
type lexicon struct {
	names    []string // of concepts; names[0] is empty
	words    map[string]uint8
	stems    map[string]uint8
	unspaced map[string]uint8
	found    entries // of all three maps, for of
	// sizes say how many bytes the words and the stems have that begin with two bytes, a bit for each size: most words are none
	// of them, which this tells without a look into the entries. Some beginnings share a place.
	sizes [1 << beginBits]struct{ words, stems uint64 }
	// runs says how many letters the longest entry of a script without spaces has that begins with a letter; 0 for none.
	runs [1 << 16]uint8
	// begun has a bit for each beginning of an entry in letters of ASCII.
	begun [1 << begunBits / 64]uint64
}

// lexiconOnce reads the lexicon of this package. One that does not fit the program is a broken build: it panics.
var lexiconOnce = sync.OnceValue(func() *lexicon {
	l := &lexicon{names: []string{""}, words: map[string]uint8{}, stems: map[string]uint8{}, unspaced: map[string]uint8{}}
	for _, name := range []string{"attack.txt", "harm.txt", "harm_more.txt", "more.txt", "words.txt"} {
		data, err := lexiconFiles.ReadFile("lexicon/" + name)
		if err == nil {
			err = l.read(string(data))
		}
		if err != nil {
			panic(fmt.Errorf("lexicon %s: %w", name, err))
		}
	}
	l.found = newEntries(l)
	return l
})

// read adds the entries of a file. The first entry of a word decides.
func (l *lexicon) read(text string) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		head, words, ok := strings.Cut(line, ":")
		name, _, named := strings.Cut(head, " ")
		if !ok || !named {
			return fmt.Errorf("line %d: not NAME language: words", n)
		}
		id, err := l.concept(name)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		for _, w := range strings.Fields(words) {
			l.add(w, id)
		}
	}
	return nil
}

func (l *lexicon) concept(name string) (uint8, error) {
	for i, have := range l.names {
		if have == name {
			return uint8(i), nil
		}
	}
	if len(l.names) == maxConcepts {
		return 0, fmt.Errorf("more than %d concepts", maxConcepts-1)
	}
	l.names = append(l.names, name)
	return uint8(len(l.names) - 1), nil //nolint:gosec // maxConcepts at most
}

func (l *lexicon) add(entry string, id uint8) {
	word, stem := strings.CutSuffix(entry, "*")
	var b []byte
	spaced := true
	for _, r := range word {
		f := foldRune(r)
		if f == 0 || f == skipRune {
			continue
		}
		spaced = spaced && !unspaced(f)
		b = utf8.AppendRune(b, f)
	}
	into := l.words
	switch {
	case !spaced:
		into = l.unspaced
		first, _ := utf8.DecodeRune(b)
		if int(first) < len(l.runs) {
			l.runs[first] = max(l.runs[first], uint8(min(utf8.RuneCount(b), maxUnspaced))) //nolint:gosec // maxUnspaced at most
		}
	case len(b) == 0 || len(b) > maxWord || stem && len(b) < minStem:
		return // of no use: no word would be one, or every word
	case stem:
		into = l.stems
		l.sizes[begin(b)].stems |= 1 << len(b)
	default:
		l.sizes[begin(b)].words |= 1 << len(b)
	}
	_, have := into[string(b)]
	if !have {
		into[string(b)] = id
		l.addBegun(string(b))
	}
}

// beginBits is how many bits the place of a beginning has.
const beginBits = 12

// begin returns the place of the first two bytes of a word.
func begin(word []byte) int {
	b := uint32(word[0]) << 8
	if len(word) > 1 {
		b |= uint32(word[1])
	}
	return int(b * 0x9e3779b1 >> (32 - beginBits))
}

// of returns the concept of a folded word with its hash: of the word itself, or of its longest stem.
func (l *lexicon) of(word []byte, hash uint64) uint8 {
	if len(word) == 0 {
		return 0
	}
	sizes := &l.sizes[begin(word)]
	if sizes.words>>len(word)&1 != 0 {
		id := l.found.of(hash, entryWord)
		if id != 0 {
			return id
		}
	}
	if word[0] >= 0xe0 {
		id := l.found.of(hash, entryUnspaced)
		if id != 0 {
			return id
		}
	}
	for stems := sizes.stems & (2<<len(word) - 1); stems != 0; {
		n := bits.Len64(stems) - 1
		id := l.found.of(hashWord(word[:n]), entryStem)
		if id != 0 {
			return id
		}
		stems &^= 1 << n
	}
	return 0
}

// begunBits is how many bits the place of the beginning of an entry has.
const begunBits = 18

// addBegun remembers the beginnings of an entry in letters of ASCII, of minPiece letters at least.
func (l *lexicon) addBegun(entry string) {
	if beyondASCII([]byte(entry)) {
		return
	}
	for n := minPiece; n < len(entry); n++ {
		at := mix(hashWord([]byte(entry[:n])), entryBegun) >> (64 - begunBits)
		l.begun[at/64] |= 1 << (at % 64)
	}
}

// begins reports whether the word with this hash is the beginning of an entry and shorter than it; of other words it is right in
// nine of ten.
func (l *lexicon) begins(hash uint64) bool {
	at := mix(hash, entryBegun) >> (64 - begunBits)
	return l.begun[at/64]>>(at%64)&1 != 0
}

// Kinds of entries, mixed into their hashes.
const (
	entryWord uint64 = iota + 0x100
	entryStem
	entryUnspaced
	entryBegun
)

// entries hold what is in the maps of a lexicon without the words themselves, so that they stay in the processor's cache: hashes
// with the concept in the place of their last eight bits, each at the first free place from where its first bits say. Two words
// with the same 56 bits would be one entry.
type entries struct {
	list  []uint64 // 0 is free
	shift int
}

// newEntries makes the entries of a lexicon. Two that are taken for one are a broken build: it panics.
func newEntries(l *lexicon) entries {
	n := bits.Len(uint(2 * (len(l.words) + len(l.stems) + len(l.unspaced))))
	e := entries{list: make([]uint64, 1<<n), shift: 64 - n}
	for kind, m := range map[uint64]map[string]uint8{entryWord: l.words, entryStem: l.stems, entryUnspaced: l.unspaced} {
		for w, id := range m {
			h := mix(hashWord([]byte(w)), kind)
			at, have := e.find(h)
			if have != 0 {
				panic(fmt.Errorf("the lexicon's %q has the hash of another entry: change the constants of mix", w))
			}
			e.list[at] = h&^0xff | uint64(id)
		}
	}
	return e
}

// find returns the place of a hash and its concept, or the free place where it belongs and 0.
func (e *entries) find(h uint64) (at int, id uint8) {
	mask := uint64(len(e.list) - 1) //nolint:gosec // a length
	for i := h >> e.shift; ; i = (i + 1) & mask {
		v := e.list[i]
		if v == 0 {
			return int(i), 0 //nolint:gosec // less than the length of the list
		}
		if (v^h)>>8 == 0 {
			return int(i), uint8(v) //nolint:gosec // the last eight bits
		}
	}
}

// of returns the concept of a word with its hash, as an entry of a kind; 0 for none.
func (e *entries) of(hash, kind uint64) uint8 {
	_, id := e.find(mix(hash, kind))
	return id
}
