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
	// wordSizes and stemSizes say how many bytes the words and the stems have that begin with two bytes, a bit for each size:
	// most words are none of them, which this tells without a look into the maps.
	wordSizes, stemSizes [1 << 16]uint64
	// begins says how many letters the longest entry of a script without spaces has that begins with a letter; 0 for none.
	begins [1 << 16]uint8
}

// lexiconOnce reads the lexicon of this package. One that does not fit the program is a broken build: it panics.
var lexiconOnce = sync.OnceValue(func() *lexicon {
	l := &lexicon{names: []string{""}, words: map[string]uint8{}, stems: map[string]uint8{}, unspaced: map[string]uint8{}}
	for _, name := range []string{"attack.txt", "harm.txt", "harm_more.txt", "more.txt"} {
		data, err := lexiconFiles.ReadFile("lexicon/" + name)
		if err == nil {
			err = l.read(string(data))
		}
		if err != nil {
			panic(fmt.Errorf("lexicon %s: %w", name, err))
		}
	}
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
		if int(first) < len(l.begins) {
			l.begins[first] = max(l.begins[first], uint8(min(utf8.RuneCount(b), maxUnspaced))) //nolint:gosec // maxUnspaced at most
		}
	case len(b) == 0 || len(b) > maxWord || stem && len(b) < minStem:
		return // of no use: no word would be one, or every word
	case stem:
		into = l.stems
		l.stemSizes[begin(b)] |= 1 << len(b)
	default:
		l.wordSizes[begin(b)] |= 1 << len(b)
	}
	_, have := into[string(b)]
	if !have {
		into[string(b)] = id
	}
}

// begin returns the first two bytes of a word as a number.
func begin(word []byte) int {
	if len(word) < 2 {
		return int(word[0]) << 8
	}
	return int(word[0])<<8 | int(word[1])
}

// of returns the concept of a folded word: of the word itself, or of its longest stem.
func (l *lexicon) of(word []byte) uint8 {
	if len(word) == 0 {
		return 0
	}
	at := begin(word)
	if l.wordSizes[at]>>len(word)&1 != 0 {
		id, ok := l.words[string(word)]
		if ok {
			return id
		}
	}
	if word[0] >= 0xe0 {
		id, ok := l.unspaced[string(word)]
		if ok {
			return id
		}
	}
	for sizes := l.stemSizes[at] & (2<<len(word) - 1); sizes != 0; {
		n := bits.Len64(sizes) - 1
		id, ok := l.stems[string(word[:n])]
		if ok {
			return id
		}
		sizes &^= 1 << n
	}
	return 0
}
