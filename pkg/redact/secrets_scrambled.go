package redact

import "strings"

// Letters that make no word: mVRdspQwne, xkqwrtzb. After the name of a secret they are its value, whatever the sentence
// goes on with.

// minScrambled is the shortest string of letters that is told from an abbreviation: HTTPS, Ctrl, pwd.
const minScrambled = 6

// scrambled reports whether v is made of letters that nobody could say: none of them a vowel, or, where capitals stand
// within it, in most of the parts between two of them, which have no vowel or are a lone letter. camelCase, GitHub and
// PcTokenPayload are not.
func scrambled(v string) bool {
	if len(v) < minScrambled || !onlyLetters(v) || !hasLower(v) {
		return false
	}
	parts, mute, silent, from := 0, 0, 0, 0
	for i := 1; i <= len(v); i++ {
		if i < len(v) && !(isUpper(v[i]) && isLower(v[i-1])) {
			continue
		}
		parts++
		if i-from == 1 || !strings.ContainsAny(v[from:i], "aeiouyAEIOUY") {
			mute++
			silent += i - from
		}
		from = i
	}
	return 2*silent >= len(v) && (mute > 1 || parts == 1 || parts > 2)
}
