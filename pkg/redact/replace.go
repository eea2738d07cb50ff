package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What stands in the place of a value.
const (
	textRemoved = "[REDACTED]"
	textMasked  = "[MASKED]"
	textDropped = "[DROPPED]"
	textHidden  = "***" // the hidden part of a value of which another part is shown
)

// replacement returns what stands for value (as the view shows it, undisguised) under action a.
func (e *Engine) replacement(t Type, a Action, value string) string {
	switch a {
	case ActionRemove:
		return textRemoved
	case ActionRemoveTyped:
		return typedMark(t)
	case ActionMask:
		return partial(t, value)
	case ActionGeneralise:
		return generalise(t, value)
	case ActionPseudonym:
		return pseudonymMark(t, e.pseudonym(t, Canonical(t, value)))
	default:
		return textMasked
	}
}

// partial masks value so that a reader can tell two values apart at best, or returns "[MASKED]" for types that have no
// such form.
func partial(t Type, value string) string {
	switch t {
	case TypePerson:
		return partialName(value)
	case TypeEmail:
		return partialEmail(value)
	case TypePhone, TypeBank:
		return partialTail(value)
	case TypeIP:
		return partialIP(value)
	default:
		return textMasked
	}
}

// Bounds of names that are masked word by word.
const (
	maxNameWords = 6 // with more words, it is no name
	minNameWord  = 3 // of a shorter word, the first letter would be too much
)

// partialName keeps the first letter of each word of a name: J*** D***. What is not made of words with an alphabet's
// letters is masked as a whole: the first sign of a Chinese name is the family's.
func partialName(value string) string {
	words := strings.Fields(value)
	if len(words) == 0 || len(words) > maxNameWords {
		return textMasked
	}
	for i, w := range words {
		r, n := utf8.DecodeRuneInString(w)
		switch {
		case w == textHidden || utf8.RuneCountInString(w) < minNameWord && alphabetic(w):
			words[i] = textHidden
		case alphabetic(w) || w[n:] == textHidden && alphabetic(w[:n]):
			words[i] = string(r) + textHidden
		default:
			return textMasked
		}
	}
	return strings.Join(words, " ")
}

// firstSyllable is the first character of the scripts that write syllables or words: below it, looking is in vain.
const firstSyllable = 0x1100

// alphabetic reports whether w is letters of a script that spells, and what names hold besides: full stops, hyphens,
// apostrophes, marks.
func alphabetic(w string) bool {
	for i, r := range w {
		switch {
		case r < firstSyllable && unicode.IsLetter(r):
		case r >= firstSyllable && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana):
			return false
		case unicode.IsLetter(r):
		case i > 0 && (unicode.Is(unicode.M, r) || strings.ContainsRune(".-'’,", r)):
		default:
			return false
		}
	}
	return true
}

func partialEmail(value string) string {
	at := strings.LastIndexByte(value, '@')
	if at <= 0 || !isDomain(value[at+1:]) {
		return textMasked
	}
	_, n := utf8.DecodeRuneInString(value)
	first := value[:n]
	if n == 1 && !isAlnum(value[0]) {
		first = ""
	}
	return first + textHidden + value[at:]
}

// partialTail keeps the last two digits of longer numbers.
func partialTail(value string) string {
	digits := make([]byte, 0, 2)
	total := 0
	for i := len(value) - 1; i >= 0; i-- {
		if !isDigit(value[i]) {
			continue
		}
		total++
		if len(digits) < 2 {
			digits = append(digits, value[i])
		}
	}
	if total < 7 {
		return textMasked
	}
	return textHidden + string(digits[1]) + string(digits[0])
}

// partialIP keeps the first two octets of an IPv4 address.
func partialIP(value string) string {
	parts := strings.Split(value, ".")
	if len(parts) != 4 {
		return textMasked
	}
	return parts[0] + "." + parts[1] + ".*.*"
}
