package safety

import (
	"embed"
	"fmt"
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
	// longest says how many bytes the longest stem has that begins with two bytes; 0 for none.
	longest [1 << 16]uint8
	// begins says how many letters the longest entry of a script without spaces has that begins with a letter; 0 for none.
	begins [1 << 16]uint8
}

// lexiconOnce reads the lexicon of this package. One that does not fit the program is a broken build: it panics.
var lexiconOnce = sync.OnceValue(func() *lexicon {
	l := &lexicon{names: []string{""}, words: map[string]uint8{}, stems: map[string]uint8{}, unspaced: map[string]uint8{}}
	for _, name := range []string{"attack.txt", "harm.txt", "harm_more.txt"} {
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
	case stem && len(b) < minStem:
		return // of no use: every word would be one
	case stem:
		into = l.stems
		at := &l.longest[int(b[0])<<8|int(b[1])]
		*at = max(*at, uint8(len(b))) //nolint:gosec // a word of the lexicon
	}
	_, have := into[string(b)]
	if !have {
		into[string(b)] = id
	}
}

// of returns the concept of a folded word.
func (l *lexicon) of(word []byte) uint8 {
	id, ok := l.words[string(word)]
	if ok {
		return id
	}
	if len(word) > 0 && word[0] >= 0xe0 {
		id, ok = l.unspaced[string(word)]
		if ok {
			return id
		}
	}
	if len(word) < minStem {
		return 0
	}
	for n := min(len(word), int(l.longest[int(word[0])<<8|int(word[1])])); n >= minStem; n-- {
		id, ok = l.stems[string(word[:n])]
		if ok {
			return id
		}
	}
	return 0
}
