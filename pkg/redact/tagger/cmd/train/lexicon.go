package main

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact/corpus"
	"github.com/hushlog/hushlog/pkg/redact/tagger"
)

// words.txt holds words of the classes for which there is no list: a class's name, a colon, its words.
//
//go:embed words.txt
var wordsText string

var wordClasses = map[string]tagger.Class{
	"street": tagger.ClassStreet, "org": tagger.ClassOrg, "legal": tagger.ClassLegal, "title": tagger.ClassTitle,
	"thing": tagger.ClassThing, "particle": tagger.ClassParticle, "nationality": tagger.ClassNationality, "date": tagger.ClassDate,
}

// lexicon collects the classes of words.
type lexicon map[uint32]tagger.Class

// newLexicon returns the words of the corpus's lists that fall in the half, and those of words.txt.
func newLexicon(half corpus.Half) lexicon {
	l := lexicon{}
	for _, n := range corpus.GivenNames() {
		l.name(n.Text, tagger.ClassGiven, half)
	}
	for _, n := range corpus.FamilyNames() {
		l.name(n.Text, tagger.ClassFamily, half)
	}
	for _, n := range corpus.CensusGivenNames() {
		l.name(n.Text, tagger.ClassGiven, half)
	}
	for _, n := range corpus.CensusSurnames() {
		l.name(n.Text, tagger.ClassFamily, half)
	}
	for _, c := range corpus.Cities() {
		l.name(c.Text, tagger.ClassCity, half)
	}
	for _, r := range corpus.Regions() {
		l.name(r.Text, tagger.ClassCity, half)
	}
	for _, c := range corpus.Countries() {
		l.name(c.Text, tagger.ClassCountry, corpus.Both)
	}
	for _, e := range corpus.AddressParts() {
		if e.Kind == "streetsuffix" || e.Kind == "streetprefix" {
			l.name(e.Text, tagger.ClassStreet, corpus.Both)
		}
	}
	for _, e := range corpus.CompanyParts() {
		if e.Kind == "suffix" || e.Kind == "prefix" {
			l.name(e.Text, tagger.ClassLegal, corpus.Both)
		}
	}
	for _, e := range corpus.Titles() {
		if e.Kind == "prefix" {
			l.name(e.Text, tagger.ClassTitle, corpus.Both)
		}
	}
	for _, w := range corpus.Words() {
		l.add(w.Text, tagger.ClassWord)
	}
	l.hand()
	return l
}

// hand adds the words of words.txt.
func (l lexicon) hand() {
	for line := range strings.Lines(wordsText) {
		name, words, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		for _, w := range strings.Fields(words) {
			l.add(strings.TrimSuffix(w, "."), wordClasses[name])
		}
	}
}

// name adds the words of an entry that are written with a capital, or have none.
func (l lexicon) name(text string, c tagger.Class, half corpus.Half) {
	if !half.Holds(text) {
		return
	}
	several := strings.ContainsFunc(text, apart)
	for _, w := range strings.FieldsFunc(text, apart) {
		r, _ := utf8.DecodeRuneInString(w)
		short := len(w) < 2 || len(w) == 2 && r < utf8.RuneSelf && c&(tagger.ClassLegal|tagger.ClassFamily|tagger.ClassTitle) == 0
		if several && unicode.IsLower(r) || short {
			continue
		}
		l.add(w, c)
	}
}

func (l lexicon) add(w string, c tagger.Class) {
	l[tagger.HashWord(w)] |= c
	plain := unaccented(w)
	if plain != w {
		l[tagger.HashWord(plain)] |= c
	}
}

// apart reports whether r parts the words of an entry.
func apart(r rune) bool { return strings.ContainsRune(" -.,()/&'’\"", r) }

// unaccented returns w as people write it who have not all letters at hand.
func unaccented(w string) string {
	return strings.Map(func(r rune) rune {
		for _, f := range accents {
			if strings.ContainsRune(f[1:], r) {
				return rune(f[0])
			}
		}
		return r
	}, w)
}

// accents are letters, each before what it is written for.
var accents = []string{
	"aàáâãäåāăąạảấầẩẫậắằẳẵặ", "AÀÁÂÃÄÅĀĂĄ", "cçćĉċč", "CÇĆĈĊČ", "dďđ", "DĎĐ", "eèéêëēĕėęěẹẻẽếềểễệ", "EÈÉÊËĒĔĖĘĚ", "gĝğġģ", "GĜĞĠĢ",
	"iìíîïĩīĭįıỉị", "IÌÍÎÏĨĪĬĮİ", "lĺļľŀł", "LĹĻĽĿŁ", "nñńņň", "NÑŃŅŇ", "oòóôõöøōŏőơọỏốồổỗộớờởỡợ", "OÒÓÔÕÖØŌŎŐ", "rŕŗř", "RŔŖŘ",
	"sśŝşšș", "SŚŜŞŠȘ", "tţťțŧ", "TŢŤȚŦ", "uùúûüũūŭůűųưụủứừửữự", "UÙÚÛÜŨŪŬŮŰŲ", "yýÿŷỳỵỷỹ", "YÝŸŶ", "zźżž", "ZŹŻŽ",
}
