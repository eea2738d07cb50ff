package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// person is somebody invented.
type person struct {
	culture *culture
	sex     Sex
	given   string
	middle  string // a second given name, or ""
	family  string
	second  string // a second family name, or ""
	// familyFirst and joined say how the full name is written: "Tanaka Ken", "田中健".
	familyFirst, joined bool
}

// newPerson invents somebody who may stand in a text of the scene's language.
func (s *scene) newPerson() *person {
	c := s.pickCulture()
	p := &person{culture: c, sex: pick(s, []Sex{Female, Male})}
	p.given = s.nameOf(c.given, p.sex)
	p.middle = s.nameOf(c.given, p.sex)
	p.family = s.nameOf(c.family, p.sex)
	p.second = s.nameOf(c.family, p.sex)
	p.family = s.vary(c, p.family)
	if c.latin && s.oneIn(25) && !strings.ContainsAny(p.given, " -") {
		p.given += "-" + p.middle
	}
	own := c.lang == s.lang
	switch c.lang {
	case "zh", "ja", "ko":
		p.familyFirst = !c.latin || s.oneIn(3)
		p.joined = !c.latin && (c.lang != "ja" || !s.oneIn(4))
	case "hu", "vi":
		p.familyFirst = own || s.oneIn(3)
	case "ru", "uk":
		p.familyFirst = s.oneIn(4)
	}
	return p
}

// pickCulture draws where a person is from: mostly from where the text's language is spoken.
func (s *scene) pickCulture() *culture {
	own := s.cultures.byLang[s.lang]
	if s.lang == "en" {
		switch n := s.rng.IntN(20); {
		case n < 5:
			for _, c := range own {
				if c.locale == "en-census" {
					return c
				}
			}
		case n < 11:
			return pick(s, own)
		default:
			return pick(s, s.cultures.latin)
		}
	}
	if len(own) == 0 || s.oneIn(6) {
		return pick(s, s.cultures.latin)
	}
	return pick(s, own)
}

// nameOf draws a name that fits the sex; Either stands for any.
func (s *scene) nameOf(names map[Sex][]string, sex Sex) string {
	if sex == Either {
		sex = pick(s, []Sex{Female, Male})
	}
	fit, either := names[sex], names[Either]
	n := len(fit) + len(either)
	if n == 0 { // the list only has the other sex's names
		return pick(s, names[Female+Male-sex])
	}
	i := s.rng.IntN(n)
	if i < len(fit) {
		return fit[i]
	}
	return either[i-len(fit)]
}

// particles stand before family names.
var particles = map[string][]string{
	"nl": {"van", "de", "van der", "van den", "ter", "van de"},
	"de": {"von", "von der", "zu", "vom"},
	"fr": {"de", "du", "Le", "de la", "d'"},
	"es": {"de la", "del", "de los", "de"},
	"pt": {"da", "de", "dos", "do"},
	"it": {"De", "Di", "Della", "Lo", "Dal", "D'"},
	"en": {"O'", "Mc", "Mac", "St. ", "Fitz"},
}

// vary now and then makes a family name a longer one of its culture.
func (s *scene) vary(c *culture, family string) string {
	if !c.latin || strings.ContainsAny(family, " '") {
		return family
	}
	if s.oneIn(30) {
		return family + "-" + s.nameOf(c.family, Either)
	}
	own := particles[c.lang]
	if len(own) == 0 || !s.oneIn(20) {
		return family
	}
	particle := pick(s, own)
	if strings.HasSuffix(particle, "c") || strings.HasSuffix(particle, "'") || strings.HasSuffix(particle, " ") || particle == "Fitz" {
		return particle + family
	}
	return particle + " " + family
}

// full returns the whole name in one of the ways in which it is written.
func (p *person) full(s *scene) string {
	if !p.culture.latin {
		return p.fullOwnScript(s)
	}
	family := p.family
	if (p.culture.lang == "es" || p.culture.lang == "pt") && s.oneIn(2) {
		family += " " + p.second
	}
	if p.familyFirst {
		return family + " " + p.given
	}
	switch n := s.rng.IntN(40); {
	case n < 4:
		return p.given + " " + initial(p.middle) + ". " + family
	case n < 6:
		return p.given + " " + initial(p.middle) + " " + family
	case n < 9:
		return p.given + " " + p.middle + " " + family
	case n < 10:
		return initial(p.given) + ". " + family
	case n < 11:
		return initial(p.given) + "." + initial(p.middle) + ". " + family
	default:
		return p.given + " " + family
	}
}

func (p *person) fullOwnScript(s *scene) string {
	gap := " "
	if p.joined {
		gap = ""
	}
	if (p.culture.lang == "ru" || p.culture.lang == "uk") && s.oneIn(3) {
		return p.family + " " + p.given + " " + s.patronymic(p.sex, p.culture.lang)
	}
	if p.familyFirst {
		return p.family + gap + p.given
	}
	return p.given + gap + p.family
}

// patronymic draws an East Slavic middle name.
func (s *scene) patronymic(sex Sex, lang string) string {
	list := "patronymic_m"
	if sex == Female {
		list = "patronymic_f"
	}
	return pick(s, s.lib.list(lang, list))
}

func initial(name string) string {
	r, _ := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r))
}
