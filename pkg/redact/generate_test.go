package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"mime/quotedprintable"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// material is what texts are made of: values of every rule, alone and with the words beside them, and what looks like
// values and is none.
type material struct {
	values   []string
	contexts []string // texts that hold one
	others   []string
}

// theMaterial is made once: it takes a while to find identity numbers by their checks.
var theMaterial = sync.OnceValue(func() material {
	var m material
	for _, id := range slices.Sorted(maps.Keys(samples)) {
		s := samples[id]
		for _, text := range s.match {
			_, after, _ := strings.Cut(text, "«")
			value, _, _ := strings.Cut(after, "»")
			m.values = append(m.values, value)
			m.contexts = append(m.contexts, strings.NewReplacer("«", "", "»", "").Replace(text))
		}
		m.others = append(m.others, s.leave...)
	}
	r := rand.New(rand.NewPCG(21, 7))
	for _, v := range vendorRules {
		m.values = append(m.values, randomKey(r, v.p))
	}
	for i := range idKinds {
		k := &idKinds[i]
		id := validID(r, k)
		m.values = append(m.values, id)
		m.contexts = append(m.contexts, pick(r, k.words)+" "+id)
	}
	m.others = append(m.others, fragments...)
	return m
})

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// labels are names that values are given.
var labels = []string{
	"password", "api_key", "token", "phone", "iban", "ssn", "dob", "user", "name", "email", "account number", "card", "cvv", "id", "note", "count", "version", "MRN", "address", "ip", "Authorization",
	"clientSecret", "Telefon", "contraseña", "mot de passe", "身份证", "пароль", "order",
}

// disguises hide a value from who reads bytes.
var disguises = []func(r *rand.Rand, s string) string{
	func(r *rand.Rand, s string) string {
		return insert(r, s, pick(r, []string{"\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d"}))
	},
	func(r *rand.Rand, s string) string {
		return insert(r, s, pick(r, []string{" ", "-", ".", "_", " - ", "·"}))
	},
	func(r *rand.Rand, s string) string {
		return insertOnce(r, s, pick(r, []string{"\n", "\n  ", "\r\n> ", "-\n", "\\\n", "**", "`", "<b>"}))
	},
	func(_ *rand.Rand, s string) string { return strings.Map(wide, s) },
	func(r *rand.Rand, s string) string {
		return strings.Map(digitsFrom(pick(r, []rune{'٠', '०', '𝟎', '০'})), s)
	},
	func(_ *rand.Rand, s string) string {
		return strings.NewReplacer("a", "а", "e", "е", "o", "о", "c", "с", "B", "В").Replace(s)
	},
	func(_ *rand.Rand, s string) string { return strings.NewReplacer("@", " at ", ".", " dot ").Replace(s) },
	func(_ *rand.Rand, s string) string { return strings.NewReplacer("@", "[@]", ".", "[.]").Replace(s) },
	func(_ *rand.Rand, s string) string { return url.QueryEscape(s) },
	func(_ *rand.Rand, s string) string { return everyByte(s, "%%%02X") },
	func(_ *rand.Rand, s string) string { return everyByte(s, "\\x%02x") },
	func(_ *rand.Rand, s string) string { return everyRune(s, "&#%d;") },
	func(_ *rand.Rand, s string) string { return everyRune(s, "&#x%x;") },
	func(_ *rand.Rand, s string) string { return everyRune(s, "\\u%04x") },
	func(_ *rand.Rand, s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	func(_ *rand.Rand, s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	func(_ *rand.Rand, s string) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(s))))
	},
	func(_ *rand.Rand, s string) string { return hex.EncodeToString([]byte(s)) },
	func(_ *rand.Rand, s string) string { return quotedPrintable(s) },
	func(_ *rand.Rand, s string) string { return spell(s) },
	func(_ *rand.Rand, s string) string { return strings.ToUpper(s) },
	func(_ *rand.Rand, s string) string { return reverse(s) },
}

func insert(r *rand.Rand, s, sep string) string {
	step := 1 + r.IntN(4)
	var b strings.Builder
	n := 0
	for _, c := range s {
		if n > 0 && n%step == 0 {
			b.WriteString(sep)
		}
		b.WriteRune(c)
		n++
	}
	return b.String()
}

func insertOnce(r *rand.Rand, s, sep string) string {
	runes := []rune(s)
	at := r.IntN(len(runes) + 1)
	return string(runes[:at]) + sep + string(runes[at:])
}

func wide(c rune) rune {
	if c > ' ' && c < 0x7F {
		return c + 0xFEE0
	}
	return c
}

func digitsFrom(zero rune) func(rune) rune {
	return func(c rune) rune {
		if c >= '0' && c <= '9' {
			return zero + c - '0'
		}
		return c
	}
}

func everyByte(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func everyRune(s, format string) string {
	var b strings.Builder
	for _, c := range s {
		if c > 0xFFFF {
			b.WriteRune(c)
			continue
		}
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

func quotedPrintable(s string) string {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // a builder takes everything
	_ = w.Close()
	return strings.ReplaceAll(b.String(), "@", "=40")
}

func spell(s string) string {
	words := [10]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	var b strings.Builder
	for _, c := range s {
		if c >= '0' && c <= '9' {
			b.WriteString(words[c-'0'] + " ")
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func reverse(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}

// formats put a label and a value into what programs write.
var formats = []func(label, value string) string{
	func(l, v string) string { return l + "=" + v + "\n" },
	func(l, v string) string { return l + ": " + v + "\n" },
	func(l, v string) string { return "My " + l + " is " + v + "." },
	func(l, v string) string { return fmt.Sprintf("export %s=%q\n", strings.ToUpper(l), v) },
	func(l, v string) string { return fmt.Sprintf("%s: '%s'\n", l, strings.ReplaceAll(v, "'", "''")) },
	func(l, v string) string { return "| " + l + " | " + v + " |\n" },
	func(l, v string) string {
		return "https://api.example.net/v1?" + url.QueryEscape(l) + "=" + url.QueryEscape(v) + "&x=1 "
	},
	func(l, v string) string { return "curl -H '" + l + ": " + v + "' https://api.example.net\n" },
	func(l, v string) string {
		return "INSERT INTO t (" + l + ") VALUES ('" + strings.ReplaceAll(v, "'", "''") + "');\n"
	},
	func(l, v string) string { return "<" + l + ">" + v + "</" + l + ">" },
	func(l, v string) string { return "const " + l + " = `" + v + "`; // " + v + "\n" },
	func(l, v string) string { return "2024-05-11T08:15:30Z ERROR " + l + "=" + v + " at main.go:31\n" },
	func(l, v string) string { return jsonOf(map[string]any{l: v}) },
	func(l, v string) string { return jsonOf(map[string]any{"body": jsonOf(map[string]any{l: v, "n": 7})}) },
	func(l, v string) string {
		return jsonOf([]any{l, v, map[string]any{l: []any{v, 4111111111111111, nil, true}}})
	},
	func(l, v string) string { return l + ";" + v + ";\"" + v + "\"\n" },
	func(_, v string) string { return v },
}

func jsonOf(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps and strings only
	}
	return string(out)
}

// mixedText puts a text together from values of all rules, disguised or not, in what programs and people write.
func mixedText(r *rand.Rand) string {
	m := theMaterial()
	var b strings.Builder
	for range 1 + r.IntN(5) {
		piece := ""
		switch r.IntN(8) {
		case 0, 1, 2:
			piece = pick(r, m.values)
		case 3, 4, 5:
			piece = pick(r, m.contexts)
		case 6:
			piece = pick(r, m.others)
		default:
			piece = randomText(r)
		}
		if r.IntN(3) == 0 {
			piece = pick(r, disguises)(r, piece)
		}
		if r.IntN(2) == 0 {
			piece = pick(r, formats)(pick(r, labels), piece)
		}
		b.WriteString(piece)
		b.WriteString(pick(r, []string{"", " ", "\n", ", ", "\n\n", "; "}))
		if r.IntN(8) == 0 {
			b.WriteString(piece) // again, verbatim
		}
	}
	text := b.String()
	switch r.IntN(8) {
	case 0:
		return jsonOf(map[string]any{"messages": []any{map[string]any{"role": "user", "content": text}}, "n": r.Uint64()})
	case 1:
		return jsonOf(map[string]any{"a": jsonOf(map[string]any{"content": text})})
	}
	return text
}

// TestMixedTextIsText holds the generator to what the engine takes.
func TestMixedTextIsText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		require.True(t, utf8.ValidString(mixedText(r)))
	}
}
