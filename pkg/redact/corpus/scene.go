package corpus

import (
	"math/rand/v2"
	"slices"

	"github.com/hushlog/hushlog/pkg/redact"
)

// scene is one record in the making: its language, and who and what was already named.
type scene struct {
	rng      *rand.Rand
	lib      *library
	half     Half
	lang     string
	cultures *cultures
	people   map[string]*person
	places   map[string]*place
	firms    map[string]string
	cased    string // case of the names in this record: "", "caps" or "lower"
}

func newScene(rng *rand.Rand, lib *library, half Half, lang string) *scene {
	s := &scene{rng: rng, lib: lib, half: half, lang: lang, cultures: culturesOf[half]()}
	s.people, s.places, s.firms = map[string]*person{}, map[string]*place{}, map[string]string{}
	switch n := rng.IntN(100); {
	case n < 3:
		s.cased = "caps"
	case n < 7:
		s.cased = "lower"
	}
	return s
}

// forget makes everybody and everything anew from here on.
func (s *scene) forget() {
	clear(s.people)
	clear(s.places)
	clear(s.firms)
}

// recaseAll now and then writes a whole text in small letters or capitals, as people do. Values in which case matters
// keep theirs.
func (s *scene) recaseAll(pieces []piece) []piece {
	how := ""
	switch n := s.rng.IntN(100); {
	case n < 4:
		how = "lower"
	case n < 5:
		how = "caps"
	default:
		return pieces
	}
	for i, p := range pieces {
		switch p.typ {
		case "", redact.TypePerson, redact.TypeLocation, redact.TypeOrg, redact.TypeEmail, redact.TypeMedical:
			pieces[i] = recase([]piece{p}, how)[0]
		}
	}
	return pieces
}

// oneIn is true once in n times.
func (s *scene) oneIn(n int) bool { return s.rng.IntN(n) == 0 }

// pick draws one of a list, which must not be empty.
func pick[T any](s *scene, list []T) T { return list[s.rng.IntN(len(list))] }

// known returns what stands under a key, or makes it; without a key it is made anew.
func known[T any](have map[string]T, key string, make func() T) T {
	if key == "" {
		return make()
	}
	v, ok := have[key]
	if !ok {
		v = make()
		have[key] = v
	}
	return v
}

// render fills a template.
func (s *scene) render(nodes []node) []piece {
	var out []piece
	for _, n := range nodes {
		switch {
		case n.slot != nil:
			out = append(out, s.renderSlot(n.slot)...)
		case n.alts != nil:
			out = append(out, s.render(pick(s, n.alts))...)
		default:
			out = append(out, piece{text: n.text})
		}
	}
	return out
}

func (s *scene) renderSlot(c *slotCall) []piece {
	var slot slot
	var out []piece
	switch c.name {
	case "w":
		out = plain(pick(s, s.lib.list(s.lang, c.forms[0])))
	case "f":
		return s.render(pick(s, s.lib.fragments[s.lang][c.forms[0]]))
	default:
		slot = slots[c.name]
		out = slot.fill(s, call{slotCall: c})
	}
	how := ""
	for _, f := range caseForms {
		if slices.Contains(c.forms, f) {
			how = f
		}
	}
	if how == "" && slot.cased {
		how = s.cased
	}
	return recase(out, how)
}
