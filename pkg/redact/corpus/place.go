package corpus

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// place is somewhere invented: a real city's name and country, with a street made up.
type place struct {
	style  *addressStyle
	city   string
	street string // with number
	unit   string
	post   string
	line   string // postcode and city as the country writes them
	region string
	box    string
}

// citiesOf are the cities of each country in Latin letters and in others.
var citiesOf = sync.OnceValue(func() map[string]*[2][]City {
	out := map[string]*[2][]City{}
	for _, c := range Cities() {
		have := out[c.Country]
		if have == nil {
			have = &[2][]City{}
			out[c.Country] = have
		}
		i := script(c.Text)
		have[i] = append(have[i], c)
	}
	return out
})

// countryCodes are the countries that have cities in Latin letters, sorted.
var countryCodes = sync.OnceValue(func() []string {
	var out []string
	for code, c := range citiesOf() {
		if len(c[0]) > 0 {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return out
})

// script is 0 for Latin letters, 1 for others.
func script(text string) int {
	for _, r := range text {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			return 1
		}
	}
	return 0
}

// partsOf are the parts of addresses by locale and kind.
var partsOf = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for _, e := range AddressParts() {
		key := e.Locale + "/" + e.Kind
		out[key] = append(out[key], e.Text)
	}
	return out
})

// newPlace invents an address that may stand in a text of the scene's language: mostly of where it is spoken.
func (s *scene) newPlace() *place {
	var own []*addressStyle
	for i := range addressStyles {
		if addressStyles[i].lang == s.lang {
			own = append(own, &addressStyles[i])
		}
	}
	style := &addressStyles[0]
	foreign := s.oneIn(5) || len(own) == 0
	switch {
	case s.lang == "en" && s.oneIn(3):
		// half of an English text's own addresses are American
	case foreign:
		for {
			style = &addressStyles[s.rng.IntN(len(addressStyles))]
			if !style.own {
				break
			}
		}
	default:
		style = pick(s, own)
	}
	p := &place{style: style, city: s.cityOf(style.country, style.own)}
	p.post = s.pattern(pick(s, style.post))
	p.region = s.part(style, "abbr")
	name := s.fillStyle(p, pick(s, style.street))
	p.street = s.fillStyle(p, strings.ReplaceAll(pick(s, style.line), "{t}", name))
	if len(style.unit) > 0 {
		p.unit = s.fillStyle(p, pick(s, style.unit))
	}
	if len(style.box) > 0 {
		p.box = s.fillStyle(p, pick(s, style.box))
	}
	p.line = s.fillStyle(p, pick(s, style.city))
	return p
}

// cityOf draws a city of a country, larger ones more often than their number.
func (s *scene) cityOf(country string, own bool) string {
	have := citiesOf()[country]
	list := have[0]
	if own && len(have[1]) > 0 {
		list = have[1]
	}
	best := ""
	for range 40 {
		c := pick(s, list)
		if !s.half.Holds(c.Text) {
			continue
		}
		best = c.Text
		if c.Size <= 2 || c.Size == 3 && s.oneIn(2) || c.Size == 4 && s.oneIn(6) {
			break
		}
	}
	if best == "" { // all of a small country's cities fall in the other half
		best = pick(s, list).Text
	}
	return best
}

// part draws a part of addresses of the style's locales, "" when they have none.
func (s *scene) part(style *addressStyle, kind string) string {
	locales := style.locales
	if locales == nil {
		locales = []string{style.lang + "-" + style.country, style.lang}
	}
	for _, l := range locales {
		list := partsOf()[l+"/"+kind]
		if len(list) > 0 {
			return pick(s, list)
		}
	}
	return ""
}

// fillStyle fills the braces of an address's pattern.
func (s *scene) fillStyle(p *place, pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != '{' {
			b.WriteByte(pattern[i])
			continue
		}
		b.WriteString(s.styleLetter(p, pattern[i+1]))
		i += 2
	}
	return strings.TrimSpace(b.String())
}

func (s *scene) styleLetter(p *place, letter byte) string {
	style := p.style
	names := s.cultures.byLang[style.lang]
	switch letter {
	case 'S':
		return s.part(style, "street")
	case 'X':
		return s.part(style, "streetsuffix")
	case 'R':
		return p.region
	case 'F':
		return s.nameOf(pick(s, names).family, Either)
	case 'G':
		return s.nameOf(pick(s, names).given, Either)
	case 'C':
		return s.cityOf(style.country, style.own)
	case 'W':
		return pick(s, s.lib.list(style.lang, "street_word"))
	case 'n':
		if style.country != "US" && style.country != "CA" {
			return strconv.Itoa(1 + s.rng.IntN(pick(s, []int{9, 40, 40, 150, 400})))
		}
		return s.houseNumber()
	case 'k':
		return strconv.Itoa(1 + s.rng.IntN(9))
	case 'l':
		return s.letters(1, "ABCDEF")
	case 'z':
		return p.post
	case 'c':
		return p.city
	}
	panic("no such letter in an address's pattern: " + string(letter))
}

func (s *scene) houseNumber() string {
	return strconv.Itoa(1 + s.rng.IntN(pick(s, []int{9, 40, 150, 999, 19999})))
}

// areaCodes are some of North America's.
var areaCodes = []string{"212", "415", "312", "617", "206", "303", "512", "702", "305", "404", "646", "213", "619", "713", "214", "602", "503", "612", "216", "919", "773", "410", "314", "504", "813"}

// pattern fills a number's pattern: # digit, % digit but 0, & digit from 2, @ capital letter, ^ area code.
func (s *scene) pattern(p string) string {
	var b strings.Builder
	for _, r := range p {
		switch r {
		case '#':
			b.WriteByte("0123456789"[s.rng.IntN(10)])
		case '%':
			b.WriteByte("123456789"[s.rng.IntN(9)])
		case '&':
			b.WriteByte("23456789"[s.rng.IntN(8)])
		case '@':
			b.WriteByte("ABCDEFGHJKLMNPRSTUVWXY"[s.rng.IntN(22)])
		case '^':
			b.WriteString(pick(s, areaCodes))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
