package corpus

import (
	"sync"

	"github.com/hushlog/hushlog/pkg/redact"
)

func placeSlot(write func(*scene, *place) string) slot {
	return slot{private: true, cased: true, fill: func(s *scene, c call) []piece {
		return private(redact.TypeLocation, write(s, s.place(c)))
	}}
}

var placeSlots = map[string]slot{
	// a whole address on one line
	"address": placeSlot(func(s *scene, p *place) string { return p.whole(s, ", ") }),
	// a whole address over several lines
	"address_lines": placeSlot(func(s *scene, p *place) string { return p.whole(s, "\n") }),
	"street":        placeSlot(func(_ *scene, p *place) string { return p.street }),
	"city":          placeSlot(func(_ *scene, p *place) string { return p.city }),
	"postcode":      placeSlot(func(_ *scene, p *place) string { return p.post }),
	"cityline":      placeSlot(func(_ *scene, p *place) string { return p.line }),
	"unit": placeSlot(func(s *scene, p *place) string {
		if p.unit == "" {
			return s.houseNumber()
		}
		return p.unit
	}),
	"pobox": placeSlot(func(s *scene, p *place) string {
		if p.box == "" {
			return "PO Box " + s.houseNumber()
		}
		return p.box
	}),
	"housenumber": placeSlot(func(s *scene, _ *place) string { return s.houseNumber() }),
	"region":      placeSlot(func(s *scene, p *place) string { return s.region(p) }),
	"country":     placeSlot(func(s *scene, p *place) string { return s.country(p) }),
	// a city of anywhere
	"town": {private: true, cased: true, fill: func(s *scene, _ call) []piece {
		return private(redact.TypeLocation, s.anyCity(s.lang))
	}},
	// a country of anywhere
	"land": {private: true, cased: true, fill: func(s *scene, _ call) []piece {
		return private(redact.TypeLocation, pick(s, countriesOf()[s.lang]).Text)
	}},
	"org": {private: true, cased: true, fill: func(s *scene, c call) []piece {
		return private(redact.TypeOrg, known(s.firms, c.entity, s.newFirm))
	}},
}

// whole is an address with its lines joined.
func (p *place) whole(s *scene, between string) string {
	out := p.street
	switch n := s.rng.IntN(12); {
	case n == 0 && p.box != "":
		out = p.box
	case n < 4 && p.unit != "":
		out += pick(s, []string{", ", between, " "}) + p.unit
	}
	if p.style.own && (p.style.lang == "zh" || p.style.lang == "ja") {
		return p.line + out // from the large to the small
	}
	out += between + p.line
	if s.oneIn(5) {
		out += between + s.country(p)
	}
	return out
}

// countriesOf and languagesOf are the names of countries and languages by the language that they are written in.
var (
	countriesOf = sync.OnceValue(func() map[string][]Territory { return byLang(Countries()) })
	languagesOf = sync.OnceValue(func() map[string][]Territory { return byLang(Languages()) })
)

func byLang(list []Territory) map[string][]Territory {
	out := map[string][]Territory{}
	for _, t := range list {
		out[t.Lang] = append(out[t.Lang], t)
	}
	return out
}

// country is the place's country in the scene's language.
func (s *scene) country(p *place) string {
	for _, t := range countriesOf()[s.lang] {
		if t.Country == p.style.country {
			return t.Text
		}
	}
	return p.style.country
}

// regionsOf are regions by country.
var regionsOf = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for _, r := range Regions() {
		out[r.Country] = append(out[r.Country], r.Text)
	}
	return out
})

// region draws a region of the place's country.
func (s *scene) region(p *place) string {
	list := regionsOf()[p.style.country]
	if len(list) == 0 {
		return p.city
	}
	return pick(s, list)
}
