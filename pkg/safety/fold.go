package safety

import (
	"unicode"

	"golang.org/x/text/unicode/norm" // the letters behind accents and styles, as Unicode has them
)

// foldTable holds foldSlow of the scripts in everyday use.
var foldTable = func() (t [0x3100]rune) {
	for r := range t {
		t[r] = foldSlow(rune(r))
	}
	return t
}()

// foldWide holds foldSlow of full-width and half-width forms, signs of Chinese and Japanese texts among them.
var foldWide = func() (t [wideEnd - wideStart]rune) {
	for i := range t {
		t[i] = foldSlow(rune(wideStart + i))
	}
	return t
}()

const (
	wideStart = 0xff00
	wideEnd   = 0xfff0
)

// foldSlow is foldRune worked out.
func foldSlow(r rune) rune {
	switch {
	case r < 0x80:
		return rune(fold[r])
	case widthless(r):
		return skipRune
	case r >= 0x1f1e6 && r <= 0x1f1ff: // regional indicators
		return 'a' + r - 0x1f1e6
	case r >= 0x1f130 && r <= 0x1f149, r >= 0x1f150 && r <= 0x1f169, r >= 0x1f170 && r <= 0x1f189: // squared, circled
		return 'a' + (r-0x1f130)%0x20
	case r >= 0xac00 && r < 0xd7a4, r >= 0x0e00 && r < 0x0f00 && unicode.In(r, unicode.L, unicode.M):
		return r // Hangul syllables and Thai vowels are letters as they are
	case unicode.Is(unicode.Mn, r) && r < 0x0600:
		return skipRune
	case unicode.Is(unicode.M, r):
		if r < 0x0900 {
			return skipRune // vowel signs of Arabic and Hebrew are seldom written
		}
		return r
	}
	d := []rune(norm.NFKD.String(string(r)))
	if len(d) == 0 {
		return 0
	}
	f := unicode.ToLower(d[0])
	switch {
	case f < 0x80:
		return rune(fold[f])
	case special[f] != 0:
		return special[f]
	case unicode.IsDigit(f):
		return '0'
	case unicode.IsLetter(f):
		return f
	}
	return 0
}

// widthless reports whether r is not seen: joiners, direction marks, soft hyphens, variation selectors.
func widthless(r rune) bool {
	switch {
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x3164, r == 0xfeff:
		return true
	case r >= 0x180b && r <= 0x180e, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	}
	return r >= 0xfe00 && r <= 0xfe0f
}

// special holds letters that do not decompose, and the Arabic letters that are written in several ways.
var special = map[rune]rune{
	'ı': 'i', 'ł': 'l', 'ø': 'o', 'đ': 'd', 'ð': 'd', 'þ': 't', 'ß': 's', 'æ': 'a', 'œ': 'o', 'ħ': 'h',
	'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ى': 'ي', 'ة': 'ه', 'ک': 'ك', 'ی': 'ي', 'ё': 'е',
}

// lookalikes are letters of other scripts that look like a Latin one.
var lookalikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'ё': 'e', 'ғ': 'f', 'ԍ': 'g', 'н': 'h', 'һ': 'h', 'і': 'i', 'ї': 'i', 'ј': 'j',
	'к': 'k', 'ӏ': 'l', 'м': 'm', 'п': 'n', 'о': 'o', 'р': 'p', 'ԛ': 'q', 'г': 'r', 'ѕ': 's', 'т': 't', 'ц': 'u', 'ѵ': 'v',
	'ԝ': 'w', 'ш': 'w', 'х': 'x', 'у': 'y', 'з': '3', 'ь': 'b', 'ҍ': 'b',
	'α': 'a', 'β': 'b', 'ϲ': 'c', 'δ': 'd', 'ε': 'e', 'η': 'n', 'ι': 'i', 'κ': 'k', 'μ': 'u', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'σ': 'o',
	'τ': 't', 'υ': 'u', 'χ': 'x', 'ω': 'w', 'γ': 'y', 'ζ': 'z', 'ϳ': 'j', 'ɑ': 'a', 'ɡ': 'g', 'ɩ': 'i', 'ʟ': 'l', 'ɴ': 'n',
	'ʀ': 'r', 'ꜱ': 's', 'ᴀ': 'a', 'ʙ': 'b', 'ᴄ': 'c', 'ᴅ': 'd', 'ᴇ': 'e', 'ꜰ': 'f', 'ɢ': 'g', 'ʜ': 'h', 'ɪ': 'i', 'ᴊ': 'j', 'ᴋ': 'k',
	'ᴍ': 'm', 'ᴏ': 'o', 'ᴘ': 'p', 'ᴛ': 't', 'ᴜ': 'u', 'ᴠ': 'v', 'ᴡ': 'w', 'ʏ': 'y', 'ᴢ': 'z', 'օ': 'o', 'ս': 'u', 'հ': 'h', 'ո': 'n', 'ց': 'g',
}
