package corpus

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/hushlog/hushlog/pkg/redact"
)

// disguise is a way to write a value so that it is harder to find. apply returns "" where it does not fit.
type disguise struct {
	name  string // evaluate.Span's Disguise
	apply func(s *scene, p piece) string
}

// disguises are those of the evaluation data, and others that people, mail programs and markup make.
var disguises = []disguise{
	{"zw", invisible},
	{"fullwidth", func(_ *scene, p piece) string { return shifted(p, 0xfee0, '!', '~') }},
	{"sepdigits", separated},
	{"base64", based},
	{"spelled", spelled},
	{"atdot", atDot},
	{"homoglyph", lookAlike},
	{"wrap", wrapped},
	{"urlenc", percent},
	{"hex", hexed},
	{"entity", entities},
	{"qp", quotedPrintable},
	{"escape", escaped},
	{"markdown", emphasised},
	{"mathdigits", func(_ *scene, p piece) string { return shifted(p, 0x1d7ce-'0', '0', '9') }},
	{"keycap", keycaps},
	{"strike", struck},
}

// disguiseAll writes the structured values among the pieces in one way, most of them.
func (s *scene) disguiseAll(pieces []piece) ([]piece, string) {
	name := ""
	d := pick(s, disguises)
	for i, p := range pieces {
		if !structured(p.typ) || p.disguise != "" || s.oneIn(6) {
			continue
		}
		text := d.apply(s, p)
		if text == "" || text == p.text {
			continue
		}
		pieces[i] = piece{text: text, typ: p.typ, disguise: d.name}
		name = d.name
	}
	return pieces, name
}

// structured reports whether values of a type have a form of their own, which a disguise can hide.
func structured(t redact.Type) bool {
	return slices.Contains([]redact.Type{
		redact.TypeEmail, redact.TypePhone, redact.TypeCreditCard, redact.TypeBank, redact.TypeUSSSN, redact.TypeGovID,
		redact.TypeIP, redact.TypeCrypto, redact.TypeSecret,
	}, t)
}

// mapped writes each rune by f, and is "" when f changed none.
func mapped(text string, f func(r rune) string) string {
	var b strings.Builder
	for _, r := range text {
		b.WriteString(f(r))
	}
	if b.String() == text {
		return ""
	}
	return b.String()
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

func digits(text string) int {
	n := 0
	for _, r := range text {
		if digit(r) {
			n++
		}
	}
	return n
}

// numeric reports whether a value is mostly digits.
func numeric(text string) bool {
	return digits(text) >= 4 && !strings.ContainsFunc(text, unicode.IsLetter)
}

func invisible(s *scene, p piece) string {
	marks := []string{"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad"}
	mark, every := pick(s, marks), 1+s.rng.IntN(4)
	n := 0
	out := mapped(p.text, func(r rune) string {
		n++
		if n > 1 && n%every == 0 {
			return mark + string(r)
		}
		return string(r)
	})
	return out
}

func shifted(p piece, by, from, to rune) string {
	return mapped(p.text, func(r rune) string {
		if r >= from && r <= to {
			return string(r + by)
		}
		return string(r)
	})
}

func separated(s *scene, p piece) string {
	if !numeric(p.text) || p.typ == redact.TypeIP {
		return ""
	}
	sep, group := pick(s, []string{" ", "-", ".", " - ", "_", " . ", "/", ", "}), 1+s.rng.IntN(2)
	n := 0
	return mapped(p.text, func(r rune) string {
		if !digit(r) {
			if r == '+' {
				return "+"
			}
			return ""
		}
		n++
		if n > 1 && (n-1)%group == 0 {
			return sep + string(r)
		}
		return string(r)
	})
}

func based(s *scene, p piece) string {
	text := p.text
	switch s.rng.IntN(3) {
	case 0:
		text = pick(s, []string{"value=", "key=", "email=", "id: "}) + text
	case 1:
		text = fmt.Sprintf(`{%q:%q}`, pick(s, []string{"v", "id", "data", "email"}), text)
	}
	enc := pick(s, []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding})
	return enc.EncodeToString([]byte(text))
}

func spelled(s *scene, p piece) string {
	words := s.lib.list(s.lang, "digit")
	if !numeric(p.text) || len(words) != 10 || p.typ == redact.TypeIP {
		return ""
	}
	sep := pick(s, []string{" ", "-", ", "})
	var out []string
	for _, r := range p.text {
		if digit(r) {
			out = append(out, words[r-'0'])
		}
	}
	return strings.Join(out, sep)
}

func atDot(s *scene, p piece) string {
	if p.typ != redact.TypeEmail {
		return ""
	}
	at := pick(s, []string{" at ", " (at) ", "[at]", " AT ", "(at)", " [ at ] ", "{at}", "＠", "﹫", " @ "})
	dot := pick(s, []string{" dot ", " (dot) ", "[dot]", " DOT ", "(dot)", ".", "．", " . ", "。"})
	return strings.NewReplacer("@", at, ".", dot).Replace(p.text)
}

func lookAlike(s *scene, p piece) string {
	pairs := map[rune]string{'a': "а", 'e': "е", 'o': "о", 'p': "р", 'c': "с", 'x': "х", 'y': "у", 'i': "і", 'A': "А", 'B': "В", 'E': "Е", 'K': "К", 'M': "М", 'H': "Н", 'O': "О", 'P': "Р", 'C': "С", 'T': "Т", 'X': "Х"}
	all := s.oneIn(2)
	return mapped(p.text, func(r rune) string {
		if like, ok := pairs[r]; ok && (all || s.oneIn(2)) {
			return like
		}
		return string(r)
	})
}

func wrapped(s *scene, p piece) string {
	runes := []rune(p.text)
	if len(runes) < 6 {
		return ""
	}
	at := 2 + s.rng.IntN(len(runes)-4)
	return strings.TrimRight(string(runes[:at]), " ") + pick(s, []string{"\n", "\r\n", "\n  ", "\n> ", " \\\n"}) + strings.TrimLeft(string(runes[at:]), " ")
}

func percent(s *scene, p piece) string {
	if s.oneIn(2) {
		out := url.QueryEscape(p.text)
		if out != p.text {
			return out
		}
	}
	var b strings.Builder
	for _, c := range []byte(p.text) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
