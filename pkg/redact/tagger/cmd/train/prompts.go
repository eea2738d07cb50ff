package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact/corpus"
	"github.com/hushlog/hushlog/pkg/redact/tagger"
)

// Prompts written by people have the sentences that templates lack, but nobody marked the names in them. Frequent given
// names are taken for names, other names of the corpus are put in their place, and those are marked. Which texts of the
// safety data are read: those in which other names are rare.
var promptSources = []string{"prompts_chat", "cse_instruct", "self_instruct", "p3_permissive", "bipia_ctx", "convabuse"}

const (
	frequentNames = 1200 // of each sex in the census's order
	promptLength  = 4000 // bytes: longer ones are cut
)

// ambiguous are frequent given names that are words, places or things as well.
var ambiguous = strings.Fields(`Will Mark May June April Grace Hope Faith Art Bill Guy Rose Rich Frank Pat Dean Jean Christian Paris
	Sydney Chase In Le An My So Long Young Lane Page Sunny Sky Rain Autumn Summer Angel Queen King Prince Major Early Joy Love Star
	Dallas Houston Austin Alexa Siri Eliza Claude Jasper Ruby Crystal Amber Kelvin Do Son See Man Van Don Carol Harmony Charity Olive
	Berry Lily Ivy Violet Heather Daisy Precious Treasure Royal Reed Royce Israel Virginia Georgia Carolina Madison Chelsea Jordan
	Robin Jay Drew Miles Brooks Forest Glen Cliff Wood Stone Case Grant Rod Ray Buck Chance Earnest Noble Pearl Jewel Gay Melody
	Mercedes Lexus Porsche Dusty Rusty Sandy Stormy Windy Penny Piper Cookie Candy Ginger Basil Rosemary Sage Saffron Cherry Peaches`)

// prompts reads texts of the safety data, with other names put in.
func prompts(files []string, half corpus.Half, seed uint64) ([]tagger.Example, error) {
	m := newRenamer(half, seed)
	var out []tagger.Example
	for _, name := range files {
		texts, err := readPrompts(name)
		if err != nil {
			return nil, fmt.Errorf("prompts %s: %w", name, err)
		}
		for _, text := range texts {
			x := m.rename(text)
			out = append(out, x)
			if len(x.Names) > 0 {
				out = append(out, m.rename(text))
			}
		}
	}
	return out, nil
}

func readPrompts(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	zr, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return decodePrompts(zr)
}

func decodePrompts(in io.Reader) ([]string, error) {
	var out []string
	sc := bufio.NewScanner(in)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var r struct{ Text, Source, Label string }
		err := json.Unmarshal(sc.Bytes(), &r)
		if err != nil {
			return nil, err
		}
		if r.Label == "benign" && slices.Contains(promptSources, r.Source) {
			out = append(out, cut(r.Text))
		}
	}
	return out, sc.Err()
}

func cut(s string) string {
	if len(s) <= promptLength {
		return s
	}
	n := promptLength
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// renamer puts other names in the place of frequent ones.
type renamer struct {
	rng           *rand.Rand
	frequent      map[string]bool
	given, family []string
}

func newRenamer(half corpus.Half, seed uint64) *renamer {
	m := &renamer{rng: rand.New(rand.NewPCG(seed, 0x6e616d65)), frequent: map[string]bool{}} //nolint:gosec // training has to be repeatable
	for _, n := range corpus.CensusGivenNames() {
		if n.Rank <= frequentNames {
			m.frequent[n.Text] = true
		}
	}
	for _, w := range ambiguous {
		delete(m.frequent, w)
	}
	m.given, m.family = latin(corpus.GivenNames(), half), latin(corpus.FamilyNames(), half)
	return m
}

// latin returns the names of a half in Latin letters.
func latin(names []corpus.Name, half corpus.Half) []string {
	var out []string
	for _, n := range names {
		r, _ := utf8.DecodeRuneInString(n.Text)
		if r < 0x250 && half.Holds(n.Text) {
			out = append(out, n.Text)
		}
	}
	return out
}

func (m *renamer) pick(names []string) string { return names[m.rng.IntN(len(names))] }

// rename returns text with other names, each frequent name replaced by the same one throughout.
func (m *renamer) rename(text string) tagger.Example {
	var x tagger.Example
	var b strings.Builder
	others := map[string]string{}
	pos := 0
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && (text[j] >= 'a' && text[j] <= 'z' || text[j] >= 'A' && text[j] <= 'Z') {
			j++
		}
		word := text[i:j]
		if m.frequent[word] && opens(text, i) && closes(text, j) {
			other, ok := others[word]
			if !ok {
				other = m.other()
				others[word] = other
			}
			b.WriteString(text[pos:i])
			x.Names = append(x.Names, tagger.Entity{Start: b.Len(), End: b.Len() + len(other), Kind: tagger.Person})
			b.WriteString(other)
			pos = j
		}
		i = max(j, i+1)
	}
	b.WriteString(text[pos:])
	x.Text = b.String()
	return x
}

func opens(s string, i int) bool { return i == 0 || strings.IndexByte(" \n\"(", s[i-1]) >= 0 }
func closes(s string, i int) bool {
	return i == len(s) || strings.IndexByte(" \n\"),.;:!?'", s[i]) >= 0
}

func (m *renamer) other() string {
	switch m.rng.IntN(8) {
	case 0, 1:
		return m.pick(m.family)
	case 2, 3:
		return m.pick(m.given) + " " + m.pick(m.family)
	}
	return m.pick(m.given)
}
