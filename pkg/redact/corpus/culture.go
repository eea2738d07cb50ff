package corpus

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// culture is the names of one locale that fall in one half.
type culture struct {
	locale string
	lang   string // first part of the locale
	latin  bool
	given  map[Sex][]string // Either holds those of both and of unknown sex
	family map[Sex][]string
}

// cultures are the cultures of a half: by language, and those in Latin letters.
type cultures struct {
	byLang map[string][]*culture
	latin  []*culture
}

var culturesOf = map[Half]func() *cultures{
	Both: sync.OnceValue(func() *cultures { return collect(Both) }),
	A:    sync.OnceValue(func() *cultures { return collect(A) }),
	B:    sync.OnceValue(func() *cultures { return collect(B) }),
}

// minNames is how many given and family names a locale needs to be a culture of its own.
const minNames = 8

// patronymics are the ends of East Slavic middle names, which the lists hold among given names.
var patronymics = []string{"вич", "вна", "ична", "ович", "івна", "ївна", "ovich", "ovna", "evich", "evna"}

// collect reads the lists of names into cultures, in the lists' order so that it is the same every time.
func collect(half Half) *cultures {
	all := map[string]*culture{}
	at := func(locale string) *culture {
		c := all[locale]
		if c == nil {
			lang, _, _ := strings.Cut(locale, "-")
			c = &culture{locale: locale, lang: lang, given: map[Sex][]string{}, family: map[Sex][]string{}}
			all[locale] = c
		}
		return c
	}
	for _, n := range GivenNames() {
		if half.Holds(n.Text) && !hasSuffix(n.Text, patronymics) {
			c := at(n.Locale)
			c.given[n.Sex] = append(c.given[n.Sex], n.Text)
		}
	}
	for _, n := range FamilyNames() {
		if half.Holds(n.Text) {
			c := at(n.Locale)
			c.family[n.Sex] = append(c.family[n.Sex], n.Text)
		}
	}
	census := at("en-census")
	for _, n := range CensusGivenNames() {
		if half.Holds(n.Text) {
			census.given[n.Sex] = append(census.given[n.Sex], n.Text)
		}
	}
	for _, n := range CensusSurnames() {
		if half.Holds(n.Text) {
			census.family[Either] = append(census.family[Either], n.Text)
		}
	}
	out := &cultures{byLang: map[string][]*culture{}}
	for _, locale := range slices.Sorted(maps.Keys(all)) {
		c := all[locale]
		if c.lang == "dv" || c.lang == "eo" || count(c.given) < minNames || count(c.family) < minNames {
			continue // Thaana needs more than lists; nobody is born into Esperanto
		}
		c.latin = isLatin(c.given) && isLatin(c.family)
		if c.latin {
			out.latin = append(out.latin, c)
		}
		if !c.latin || usesLatin(c.lang) {
			out.byLang[c.lang] = append(out.byLang[c.lang], c)
		}
	}
	return out
}

// usesLatin reports whether a language is commonly written in Latin letters.
func usesLatin(lang string) bool {
	return !slices.Contains([]string{"ja", "zh", "ko", "ru", "uk", "ar", "fa", "he", "hi", "th", "el", "bg", "mk", "ka", "hy"}, lang)
}

func hasSuffix(s string, ends []string) bool {
	return slices.ContainsFunc(ends, func(e string) bool { return strings.HasSuffix(s, e) })
}

func count(names map[Sex][]string) int {
	n := 0
	for _, l := range names {
		n += len(l)
	}
	return n
}

// isLatin reports whether most names begin in Latin letters; a list that mixes scripts is not Latin.
func isLatin(names map[Sex][]string) bool {
	latin := 0
	for _, l := range names {
		for _, s := range l {
			r, _ := utf8.DecodeRuneInString(s)
			if unicode.Is(unicode.Latin, r) {
				latin++
			}
		}
	}
	return latin*20 > count(names)*19
}
