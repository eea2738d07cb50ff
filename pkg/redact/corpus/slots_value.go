package corpus

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/hushlog/hushlog/pkg/redact"
)

func valueSlot(t redact.Type, write func(*scene, call) string, forms ...string) slot {
	return slot{private: true, forms: forms, fill: func(s *scene, c call) []piece { return private(t, write(s, c)) }}
}

// countryOf is a country where the scene's language is spoken, as govID and phone know them.
func (s *scene) countryOf() string {
	of := map[string][]string{
		"en": {"US", "US", "GB", "NHS", "IN", "CA", "AU", "PASS"}, "de": {"DE"}, "fr": {"FR"}, "es": {"ES"}, "pt": {"PT", "BR"}, "it": {"IT"},
		"nl": {"NL"}, "pl": {"PL"}, "sv": {"SE"}, "tr": {"TR"}, "zh": {"CN"}, "ko": {"KR"}, "ja": {"JP"}, "ru": {"RU"}, "hi": {"IN"},
	}
	list := of[s.lang]
	if len(list) == 0 {
		return "PASS"
	}
	return pick(s, list)
}

// phones are patterns of telephone numbers by country, as scene.pattern fills them.
var phones = map[string][]string{
	"US": {"(^) 555-01##", "+1 ^-&##-####", "^-&##-####", "^.&##.####", "+1 (^) &##-####", "1-^-&##-####", "(^) &##-####", "+1^&######"},
	"GB": {"07%## ######", "+44 7%## ######", "020 7### ####", "01%## ######", "+44 (0)20 7### ####"},
	"IN": {"+91 9#### #####", "98########", "+91-8#########"},
	"CA": {"(416) &##-####", "+1 604 &##-####", "514-&##-####"},
	"AU": {"04## ### ###", "+61 4## ### ###", "(02) 9### ####"},
	"DE": {"0171 #######", "+49 151 ########", "030 ########", "+49 (0)89 #######", "0221/######"},
	"FR": {"06 ## ## ## ##", "+33 6 ## ## ## ##", "01.##.##.##.##", "07########"},
	"ES": {"6## ### ###", "+34 6## ## ## ##", "91# ## ## ##"},
	"PT": {"91# ### ###", "+351 96# ### ###"},
	"BR": {"(11) 9####-####", "+55 21 9####-####", "(31) 3###-####"},
	"IT": {"34# #######", "+39 33# ### ####", "02 ########", "32# ### ####", "+39 06 ########"},
	"NL": {"06-########", "+31 6 ########", "020-#######"},
	"PL": {"5## ### ###", "+48 6## ### ###", "22 ### ## ##"},
	"SE": {"070-### ## ##", "+46 70 ### ## ##", "08-### ### ##"},
	"TR": {"0532 ### ## ##", "+90 5## ### ## ##"},
	"CN": {"138########", "+86 139 #### ####", "010-########"},
	"KR": {"010-####-####", "+82 10-####-####", "02-###-####"},
	"JP": {"090-####-####", "+81 80-####-####", "03-####-####"},
	"RU": {"+7 (9##) ###-##-##", "8 9## ### ## ##", "+7 495 ###-##-##"},
	"AR": {"+20 10# ### ####", "05# ### ####", "+966 5# ### ####"},
}

func (s *scene) phone() string {
	country := s.countryOf()
	if s.lang == "ar" {
		country = "AR"
	}
	list := phones[country]
	if len(list) == 0 {
		list = phones["US"]
	}
	return s.pattern(pick(s, list))
}

// ibans are the lengths of accounts behind the check digits, # digit, @ letter.
var ibans = map[string]string{
	"DE": "##################", "FR": "#######################", "ES": "####################", "IT": "@######################", "NL": "@@@@##########",
	"PL": "########################", "GB": "@@@@##############", "PT": "#####################", "SE": "####################", "AT": "################", "BE": "############", "CH": "#################", "TR": "#####0################",
}

func (s *scene) iban() string {
	codes := []string{"DE", "FR", "ES", "IT", "NL", "PL", "GB", "PT", "SE", "AT", "BE", "CH", "TR"}
	code := pick(s, codes)
	if own := s.countryOf(); ibans[own] != "" {
		code = own
	}
	account := s.pattern(ibans[code])
	out := code + ibanCheck(code, account) + account
	if s.oneIn(2) {
		return out
	}
	return grouped(out, 4, " ")
}

func grouped(s string, n int, sep string) string {
	var parts []string
	for len(s) > n {
		parts, s = append(parts, s[:n]), s[n:]
	}
	return strings.Join(append(parts, s), sep)
}

func (s *scene) card() string {
	d := s.pattern(pick(s, []string{"4##############", "51#############", "55#############", "34############", "37############", "6011###########", "2221###########"}))
	d += luhnDigit(d)
	if len(d) == 15 {
		return d[:4] + " " + d[4:10] + " " + d[10:]
	}
	return grouped(d, 4, pick(s, []string{"", " ", "-"}))
}

// letters draws n of the letters.
func (s *scene) letters(n int, from string) string {
	var b strings.Builder
	for range n {
		b.WriteByte(from[s.rng.IntN(len(from))])
	}
	return b.String()
}

const (
	alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	small = "abcdefghijklmnopqrstuvwxyz0123456789"
	upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	hexes = "0123456789abcdef"
)

func (s *scene) apiKey() string {
	switch s.rng.IntN(8) {
	case 0:
		return "AKIA" + s.letters(16, upper)
	case 1:
		return "ghp_" + s.letters(36, alnum)
	case 2:
		return "sk_live_" + s.letters(24, alnum)
	case 3:
		return "xoxb-" + s.pattern("############-#############-") + s.letters(24, alnum)
	case 4:
		return "AIza" + s.letters(35, alnum)
	case 5:
		return "glpat-" + s.letters(20, alnum)
	case 6:
		return "sk-proj-" + s.letters(48, alnum)
	default:
		return s.letters(40, alnum)
	}
}

func (s *scene) jwt() string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + enc([]byte(`{"sub":"`+s.pattern("########")+`","iat":17`+s.pattern("########")+`}`)) + "." + s.letters(43, alnum)
}

func (s *scene) password() string {
	word := pick(s, s.lib.list("any", "password_word"))
	switch s.rng.IntN(4) {
	case 0:
		return word + s.pattern("####") + pick(s, []string{"!", "#", "$", "?", "*"})
	case 1:
		return s.letters(12+s.rng.IntN(6), alnum+"!#%_-")
	case 2:
		return word + "-" + pick(s, s.lib.list("any", "password_word")) + "-" + s.pattern("##")
	default:
		return strings.NewReplacer("a", "@", "e", "3", "o", "0", "i", "1").Replace(word) + s.pattern("###")
	}
}

func (s *scene) dob() string {
	y, m, d := 1938+s.rng.IntN(70), 1+s.rng.IntN(12), 1+s.rng.IntN(28)
	return s.writeDate(y, m, d)
}

// writeDate writes a date as the language does, or by ISO 8601.
func (s *scene) writeDate(y, m, d int) string {
	if s.oneIn(5) {
		return fmt.Sprintf("%d-%02d-%02d", y, m, d)
	}
	month := s.lib.list(s.lang, "month")
	switch s.lang {
	case "en":
		return pick(s, []string{
			fmt.Sprintf("%02d/%02d/%d", m, d, y), fmt.Sprintf("%d %s %d", d, month[m-1], y), fmt.Sprintf("%s %d, %d", month[m-1], d, y),
			fmt.Sprintf("%d/%d/%02d", d, m, y%100), fmt.Sprintf("%d-%s-%d", d, month[m-1][:3], y),
		})
	case "ja", "zh":
		return fmt.Sprintf("%d年%d月%d日", y, m, d)
	case "ko":
		return fmt.Sprintf("%d년 %d월 %d일", y, m, d)
	case "de", "pl", "tr", "ru":
		return pick(s, []string{fmt.Sprintf("%02d.%02d.%d", d, m, y), fmt.Sprintf("%d.%d.%d", d, m, y)})
	}
	return pick(s, []string{fmt.Sprintf("%02d/%02d/%d", d, m, y), fmt.Sprintf("%02d-%02d-%d", d, m, y)})
}

func (s *scene) ip() string {
	for {
		a := 11 + s.rng.IntN(210)
		if a == 127 || a == 10 || a == 172 || a == 192 || a == 198 || a == 203 || a == 169 || a == 100 {
			continue
		}
		if s.oneIn(8) {
			return fmt.Sprintf("2a0%x:%s:%s::%s", 1+s.rng.IntN(14), s.letters(4, "123456789abcdef"), s.letters(3, "123456789abcdef"), s.letters(4, "123456789abcdef"))
		}
		return fmt.Sprintf("%d.%d.%d.%d", a, s.rng.IntN(256), s.rng.IntN(256), 1+s.rng.IntN(254))
	}
}

func (s *scene) wallet() string {
	if s.oneIn(2) {
		return "0x" + s.letters(40, hexes)
	}
	return s.bech32Wallet()
}
