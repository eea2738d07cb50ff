package redact

import (
	"unicode"
	"unicode/utf8"
)

func lastRune(s string) (rune, int) { return utf8.DecodeLastRuneInString(s) }

// emailLetter reports whether r may belong to a local part. With strict, only letters of alphabets that are written
// with spaces between words.
func emailLetter(r rune, strict bool) bool {
	if !unicode.IsLetter(r) && !unicode.IsMark(r) {
		return false
	}
	return !strict || r < 0x530
}

// domainRune reports whether the rune at s[i:] (or the continuation byte there) may belong to a domain label.
func domainRune(s string, i int) bool {
	if !utf8.RuneStart(s[i]) {
		return true // of a rune that was accepted at its first byte
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r < 0x530 && unicode.IsLetter(r)
}
