package corpus

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm" // takes accents off letters, for mail addresses

	"github.com/hushlog/hushlog/pkg/redact"
)

var valueSlots = map[string]slot{
	"email": valueSlot(redact.TypeEmail, func(s *scene, c call) string { return s.email(c) }),
	"user":  valueSlot(redact.TypeOther, func(s *scene, c call) string { return s.userName(s.person(c)) }),
	"phone": valueSlot(redact.TypePhone, func(s *scene, _ call) string { return s.phone() }),
	"iban":  valueSlot(redact.TypeBank, func(s *scene, _ call) string { return s.iban() }),
	"account": valueSlot(redact.TypeBank, func(s *scene, _ call) string {
		return s.pattern(pick(s, []string{"########", "%########", "##########", "%###########"}))
	}),
	"card": valueSlot(redact.TypeCreditCard, func(s *scene, _ call) string { return s.card() }),
	"cvv":  valueSlot(redact.TypeOther, func(s *scene, _ call) string { return s.pattern("###") }),
	"ssn": valueSlot(redact.TypeUSSSN, func(s *scene, _ call) string {
		return s.pattern(pick(s, []string{"2##-%#-%###", "4##-%#-%###", "1## %# %###"}))
	}),
	// a national number after what it is called
	"govid": {private: true, fill: func(s *scene, _ call) []piece {
		country := s.countryOf()
		if country == "US" {
			return append(plain(pick(s, []string{"SSN ", "SSN: ", "social security number "})), private(redact.TypeUSSSN, s.pattern("4##-%#-%###"))...)
		}
		cue, id := s.govID(country)
		return append(plain(cue+pick(s, []string{" ", ": ", " "})), private(redact.TypeGovID, id)...)
	}},
	"age":      valueSlot(redact.TypeOther, func(s *scene, _ call) string { return strconv.Itoa(16 + s.rng.IntN(80)) }),
	"dob":      valueSlot(redact.TypeDate, func(s *scene, _ call) string { return s.dob() }),
	"ip":       valueSlot(redact.TypeIP, func(s *scene, _ call) string { return s.ip() }),
	"mac":      valueSlot(redact.TypeOther, func(s *scene, _ call) string { return "3c:" + grouped(s.letters(10, hexes), 2, ":") }),
	"password": valueSlot(redact.TypeSecret, func(s *scene, _ call) string { return s.password() }),
	"pin":      valueSlot(redact.TypeSecret, func(s *scene, _ call) string { return s.pattern("####") }),
	"apikey":   valueSlot(redact.TypeSecret, func(s *scene, _ call) string { return s.apiKey() }),
	"jwt":      valueSlot(redact.TypeSecret, func(s *scene, _ call) string { return s.jwt() }),
	"wallet":   valueSlot(redact.TypeCrypto, func(s *scene, _ call) string { return s.wallet() }),
	"profile": valueSlot(redact.TypeURL, func(s *scene, c call) string {
		return pick(s, []string{"https://www.linkedin.com/in/", "https://github.com/", "https://www.facebook.com/", "https://instagram.com/"}) + strings.ReplaceAll(s.userName(s.person(c)), ".", "-")
	}),
	"plate": valueSlot(redact.TypeOther, func(s *scene, _ call) string {
		return s.pattern(pick(s, []string{"@@## @@@", "@-@@ ###", "@@-###-@@", "%@@@###"}))
	}),
	"diagnosis": valueSlot(redact.TypeMedical, func(s *scene, _ call) string { return pick(s, s.lib.list(s.lang, "diagnosis")) }),
	"drug": valueSlot(redact.TypeMedical, func(s *scene, _ call) string {
		return pick(s, s.lib.list(s.lang, "drug")) + " " + pick(s, []string{"5", "10", "20", "25", "50", "100", "200", "400", "500", "850"}) + " mg"
	}),
	"mrn": valueSlot(redact.TypeMedical, func(s *scene, _ call) string { return s.pattern(pick(s, []string{"########", "%######"})) }),
}

// asciiName makes the letters of a name those of mail addresses: "Núñez" is nunez, "王芳" is nothing.
func asciiName(name string) string {
	name = strings.NewReplacer("ß", "ss", "ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "æ", "ae", "đ", "d", "ı", "i").Replace(name)
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		if r >= 'a' && r <= 'z' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// userName makes a user name of somebody's names, or of a word where they have no Latin letters.
func (s *scene) userName(p *person) string {
	given, family := asciiName(p.given), asciiName(p.family)
	if given == "" || family == "" || s.oneIn(6) {
		return pick(s, s.lib.list("any", "password_word")) + pick(s, []string{"", "_", "."}) + s.pattern("##")
	}
	return pick(s, []string{given + "." + family, given[:1] + family, given + family, given + "_" + family, family + given[:1], given + s.pattern("##"), given + "." + family + s.pattern("##"), family + "." + given})
}

func (s *scene) email(c call) string {
	p := s.person(c)
	domain := pick(s, s.lib.list("any", "mail_domain"))
	if s.oneIn(2) {
		domain = strings.ToLower(s.inventedWord()) + pick(s, []string{".com", ".net", ".org", ".io", ".de", ".fr", ".co.uk", ".it", ".nl", ".pl", ".com.br", ".jp"})
	}
	return s.userName(p) + "@" + domain
}

// plainSlots are things that are not private.
var plainSlots = map[string]slot{
	"date": {fill: func(s *scene, _ call) []piece {
		return dontCare(s.writeDate(2015+s.rng.IntN(12), 1+s.rng.IntN(12), 1+s.rng.IntN(28)))
	}},
	"time": plainSlot(func(s *scene) string { return fmt.Sprintf("%02d:%02d", s.rng.IntN(24), s.rng.IntN(12)*5) }),
	"timestamp": {fill: func(s *scene, _ call) []piece {
		return dontCare(fmt.Sprintf("20%02d-%02d-%02dT%02d:%02d:%02dZ", 18+s.rng.IntN(9), 1+s.rng.IntN(12), 1+s.rng.IntN(28), s.rng.IntN(24), s.rng.IntN(60), s.rng.IntN(60)))
	}},
	"year":    plainSlot(func(s *scene) string { return strconv.Itoa(1950 + s.rng.IntN(77)) }),
	"month":   plainSlot(func(s *scene) string { return pick(s, s.lib.list(s.lang, "month")) }),
	"weekday": plainSlot(func(s *scene) string { return pick(s, s.lib.list(s.lang, "weekday")) }),
	"num": plainSlot(func(s *scene) string {
		return strconv.Itoa(2 + s.rng.IntN(pick(s, []int{8, 90, 900, 90000})))
	}),
	"small": plainSlot(func(s *scene) string { return strconv.Itoa(2 + s.rng.IntN(11)) }),
	"money": plainSlot(func(s *scene) string {
		n := fmt.Sprintf("%d.%02d", 1+s.rng.IntN(9000), s.rng.IntN(100))
		return pick(s, []string{"$" + n, "€" + n, n + " EUR", "USD " + n, "£" + n, n + " €"})
	}),
	"percent": plainSlot(func(s *scene) string { return fmt.Sprintf("%d%%", 1+s.rng.IntN(99)) }),
	"order": plainSlot(func(s *scene) string {
		return s.pattern(pick(s, []string{"ORD-######", "PO-#####", "INV-20##-####", "#####-##", "SO#######", "RMA-#####", "TKT-#####"}))
	}),
	"tracking": plainSlot(func(s *scene) string {
		return s.pattern(pick(s, []string{"1Z@#@####@######", "RB#########DE", "JD01##############"}))
	}),
	"model": plainSlot(func(s *scene) string {
		return s.pattern(pick(s, []string{"@@-####", "@###", "@@@ ##", "####@", "@#-##@", "@@#### Pro"}))
	}),
	"version": plainSlot(func(s *scene) string {
		return fmt.Sprintf("%d.%d.%d", s.rng.IntN(30), s.rng.IntN(30), s.rng.IntN(60))
	}),
	"uuid": plainSlot(func(s *scene) string {
		h := s.letters(32, hexes)
		return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
	}),
	"sha":    plainSlot(func(s *scene) string { return s.letters(40, hexes) }),
	"short":  plainSlot(func(s *scene) string { return s.letters(7, hexes) }),
	"float":  plainSlot(func(s *scene) string { return strconv.FormatFloat(s.rng.Float64()*100, 'f', 2+s.rng.IntN(8), 64) }),
	"minute": plainSlot(func(s *scene) string { return strconv.Itoa(1 + s.rng.IntN(90)) }),
	"hours":  plainSlot(func(s *scene) string { return fmt.Sprintf("%dh", 1+s.rng.IntN(40)) }),
	// a thing's name that nobody knows
	"brand": plainSlot(func(s *scene) string {
		name := s.inventedWord()
		return pick(s, []string{name, name, name + " " + s.pattern("%"), name + s.pattern("%0"), name + " Pro", name + "JS", strings.ToLower(name), "Open" + name, name + " Cloud", name + "DB", name + " " + s.pattern("@%00")})
	}),
	"nation":   plainSlot(func(s *scene) string { return pick(s, countriesOf()[s.lang]).Text }),
	"language": plainSlot(func(s *scene) string { return pick(s, languagesOf()[s.lang]).Text }),
	"ident":    plainSlot(func(s *scene) string { return pick(s, s.lib.list("any", "identifier")) }),
}

func plainSlot(write func(*scene) string) slot {
	return slot{fill: func(s *scene, _ call) []piece { return plain(write(s)) }}
}
