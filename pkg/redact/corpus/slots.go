package corpus

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact"
)

// slot is what a name in braces stands for.
type slot struct {
	private bool     // in every form
	cased   bool     // follows the record's case of names
	forms   []string // that fill knows
	fill    func(*scene, call) []piece
}

// call is a slot as it stands in a template.
type call struct{ *slotCall }

// has reports whether a form is asked for.
func (c call) has(form string) bool { return slices.Contains(c.forms, form) }

// caseForms are the forms of every slot: capitals, small letters, Title Case, First letter.
var caseForms = []string{"caps", "lower", "titlecase", "first"}

// recase changes the case of pieces.
func recase(pieces []piece, how string) []piece {
	change := map[string]func(string) string{"caps": strings.ToUpper, "lower": strings.ToLower, "titlecase": titleCase, "first": firstUpper}[how]
	if change == nil {
		return pieces
	}
	out := slices.Clone(pieces)
	for i := range out {
		out[i].text = change(out[i].text)
	}
	return out
}

func firstUpper(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToTitle(r)) + text[size:]
}

func titleCase(text string) string {
	start := true
	return strings.Map(func(r rune) rune {
		was := start
		start = !unicode.IsLetter(r) && r != '\''
		if was {
			return unicode.ToTitle(r)
		}
		return r
	}, text)
}

// slots are the names that templates may use, {w.LIST} besides: a word of a list.
var slots = merge(personSlots, placeSlots, valueSlots, plainSlots)

func merge(tables ...map[string]slot) map[string]slot {
	out := map[string]slot{}
	for _, t := range tables {
		for name, s := range t {
			out[name] = s
		}
	}
	return out
}

func (s *scene) person(c call) *person { return known(s.people, c.entity, s.newPerson) }

func (s *scene) place(c call) *place { return known(s.places, c.entity, s.newPlace) }

// personOr is a slot of one way to write a person's name.
func personSlot(write func(*scene, *person) string, forms ...string) slot {
	return slot{private: true, cased: true, forms: forms, fill: func(s *scene, c call) []piece {
		return private(redact.TypePerson, write(s, s.person(c)))
	}}
}

var personSlots = map[string]slot{
	// a whole name, as somebody writes it
	"person": {private: true, cased: true, forms: []string{"last_first", "plain"}, fill: func(s *scene, c call) []piece {
		p := s.person(c)
		switch {
		case c.has("last_first"):
			return private(redact.TypePerson, p.lastFirst(s))
		case c.has("plain"):
			return private(redact.TypePerson, p.short())
		}
		return private(redact.TypePerson, p.full(s))
	}},
	// whatever somebody is called by: whole, first or last
	"name": personSlot(func(s *scene, p *person) string {
		switch n := s.rng.IntN(10); {
		case n < 3:
			return p.given
		case n < 4:
			return p.family
		default:
			return p.full(s)
		}
	}),
	"given":  personSlot(func(_ *scene, p *person) string { return p.given }),
	"family": personSlot(func(_ *scene, p *person) string { return p.family }),
	"initials": personSlot(func(_ *scene, p *person) string {
		return initial(p.given) + ". " + initial(p.middle) + ". " + p.family
	}),
	// with a title before it, which is no part of the name
	"titled": {private: true, cased: true, forms: []string{"family"}, fill: func(s *scene, c call) []piece {
		p := s.person(c)
		name := p.short()
		if c.has("family") {
			name = p.family
		}
		gap := " "
		if slices.Contains([]string{"ja", "zh", "ko"}, s.lang) {
			return append(private(redact.TypePerson, name), dontCare(pick(s, s.lib.list(s.lang, "title")))...)
		}
		return append(append(dontCare(s.title(p)), piece{text: gap}), private(redact.TypePerson, name)...)
	}},
	"he":  pronoun("he", "she"),
	"him": pronoun("him", "her"),
	"his": pronoun("his", "her"),
}

func pronoun(male, female string) slot {
	return slot{fill: func(s *scene, c call) []piece {
		if s.person(c).sex == Female {
			return plain(female)
		}
		return plain(male)
	}}
}

// title draws a title of the scene's language that fits the person.
func (s *scene) title(p *person) string {
	list := "title_m"
	if p.sex == Female {
		list = "title_f"
	}
	return pick(s, slices.Concat(s.lib.list(s.lang, list), s.lib.list(s.lang, "title")))
}

// short is the name without anything between given and family name.
func (p *person) short() string {
	switch {
	case p.joined:
		return p.family + p.given
	case p.familyFirst:
		return p.family + " " + p.given
	default:
		return p.given + " " + p.family
	}
}

// lastFirst is the name as registers write it.
func (p *person) lastFirst(s *scene) string {
	if p.joined {
		return p.family + p.given
	}
	switch s.rng.IntN(6) {
	case 0:
		return p.family + ", " + initial(p.given) + "."
	case 1:
		return p.family + ", " + p.given + " " + initial(p.middle) + "."
	case 2:
		return strings.ToUpper(p.family) + ", " + p.given
	default:
		return p.family + ", " + p.given
	}
}
