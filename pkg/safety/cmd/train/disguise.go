package main

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"unicode"
)

// disguises encode a text. The same ones are used for harmless texts and for attacks: an encoding is no evidence.
var disguises = []func(rng *rand.Rand, s string) string{
	func(_ *rand.Rand, s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	func(_ *rand.Rand, s string) string { return hex.EncodeToString([]byte(s)) },
	func(_ *rand.Rand, s string) string {
		return strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z':
				return 'a' + (r-'a'+13)%26
			case r >= 'A' && r <= 'Z':
				return 'A' + (r-'A'+13)%26
			}
			return r
		}, s)
	},
	func(_ *rand.Rand, s string) string {
		return strings.NewReplacer("o", "0", "i", "1", "e", "3", "a", "4", "s", "5", "t", "7").Replace(strings.ToLower(s))
	},
	func(_ *rand.Rand, s string) string {
		return strings.NewReplacer("o", "0", "i", "!", "e", "3", "a", "@", "s", "$").Replace(s)
	},
	func(_ *rand.Rand, s string) string { return strings.Join(strings.Split(s, ""), " ") },
	func(_ *rand.Rand, s string) string { return strings.Join(strings.Split(s, ""), "\u200b") },
	func(_ *rand.Rand, s string) string {
		return strings.NewReplacer("a", "а", "e", "е", "o", "о", "c", "с", "p", "р", "x", "х", "y", "у", "i", "і").Replace(s)
	},
	func(_ *rand.Rand, s string) string {
		r := []rune(s)
		for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
			r[i], r[j] = r[j], r[i]
		}
		return string(r)
	},
	func(_ *rand.Rand, s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			b.WriteString("%" + hex.EncodeToString([]byte{c}))
		}
		return b.String()
	},
	func(rng *rand.Rand, s string) string { // split words
		var b strings.Builder
		for i, r := range s {
			if i > 0 && unicode.IsLetter(r) && rng.IntN(4) == 0 && s[i-1] != ' ' {
				b.WriteByte('-')
			}
			b.WriteRune(r)
		}
		return b.String()
	},
	func(_ *rand.Rand, s string) string { return strings.ToUpper(s) },
	func(rng *rand.Rand, s string) string { // words cut in two
		words := strings.Split(s, " ")
		for i, w := range words {
			if len(w) > 3 && isASCII(w) && rng.IntN(3) > 0 {
				at := 2 + rng.IntN(len(w)-3)
				words[i] = w[:at] + " " + w[at:]
			}
		}
		return strings.Join(words, " ")
	},
}

// disguise encodes a text, at times with a word on what to do with it.
func disguise(rng *rand.Rand, s string) string {
	if len(s) > 600 {
		s = strings.ToValidUTF8(s[:600], "")
	}
	d := disguises[rng.IntN(len(disguises))](rng, s)
	intro := []string{"", "", "Decode this: ", "Answer the message below. It is encoded.\n", "Decode and reply: ", "What does this say?\n"}
	return intro[rng.IntN(len(intro))] + d
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
