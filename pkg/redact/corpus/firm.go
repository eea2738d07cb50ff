package corpus

import "strings"

// newFirm invents a firm or an institution. Its pattern is a line of the list "org_pattern" of the scene's language:
//
//	{F} a family name, {G} a given name, {C} a city, {N} an invented word, {A} an abbreviation, {W} a word of the list
//	"org_word", {S} of "org_sector", {L} of "org_form", the legal forms, {R} of "real_org"
func (s *scene) newFirm() string {
	lang := s.lang
	if len(s.lib.list(lang, "org_pattern")) == 0 || lang != "en" && s.oneIn(8) {
		lang = "en"
	}
	pattern := pick(s, s.lib.list(lang, "org_pattern"))
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != '{' {
			b.WriteByte(pattern[i])
			continue
		}
		b.WriteString(s.firmLetter(lang, pattern[i+1]))
		i += 2
	}
	return strings.TrimSpace(b.String())
}

func (s *scene) firmLetter(lang string, letter byte) string {
	names := s.cultures.byLang[lang]
	if lang == "en" {
		names = append(names[:len(names):len(names)], pick(s, s.cultures.latin), pick(s, s.cultures.latin))
	}
	switch letter {
	case 'F':
		return s.nameOf(pick(s, names).family, Either)
	case 'G':
		return s.nameOf(pick(s, names).given, Either)
	case 'C':
		return s.anyCity(lang)
	case 'N':
		return s.inventedWord()
	case 'A':
		return s.pattern(pick(s, []string{"@@@", "@@", "@@@@", "@#@", "@.@.", "@.@.@."}))
	case 'W':
		return pick(s, s.lib.list(lang, "org_word"))
	case 'S':
		return pick(s, s.lib.list(lang, "org_sector"))
	case 'L':
		return pick(s, s.lib.list(lang, "org_form"))
	case 'R':
		return pick(s, s.lib.list(lang, "real_org"))
	}
	panic("no such letter in a firm's pattern: " + string(letter))
}

// anyCity draws a city for a text of the language: in English of anywhere, else mostly of where it is spoken.
func (s *scene) anyCity(lang string) string {
	var own []*addressStyle
	for i := range addressStyles {
		if addressStyles[i].lang == lang {
			own = append(own, &addressStyles[i])
		}
	}
	if len(own) == 0 || s.oneIn(3) {
		return s.cityOf(pick(s, countryCodes()), false)
	}
	style := pick(s, own)
	return s.cityOf(style.country, style.own)
}

// inventedWord puts syllables together as makers of brands do.
func (s *scene) inventedWord() string {
	heads := []string{"Al", "Bra", "Cor", "Del", "Es", "Fi", "Gal", "Hel", "In", "Jo", "Kal", "Lu", "Mer", "No", "Or", "Pra", "Qui", "Ra", "Sol", "Ta", "Ul", "Ve", "Wil", "Xe", "Yu", "Zan", "Tri", "Cla", "Syn", "Max", "Flu", "Bri", "Neo", "Opt"}
	middles := []string{"", "", "ve", "ri", "ta", "mo", "lu", "ni", "do", "ca", "ra", "so", "pi", "be", "ga"}
	ends := []string{"ra", "nix", "tek", "via", "lis", "dor", "mont", "va", "zen", "ton", "rix", "lo", "ma", "gen", "is", "on", "ex", "um", "ify", "ly", "soft", "pay", "dyne", "bank", "care", "cast", "ware", "works"}
	return pick(s, heads) + pick(s, middles) + pick(s, ends)
}
