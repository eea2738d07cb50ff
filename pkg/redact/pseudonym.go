package redact

import (
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm" // takes accents off letters as Unicode decomposes them
)

// PseudonymFunc is a keyed hash of the canonical form of a value of type t. Under one key, equal values have equal
// pseudonyms, and without the key nobody can tell which value one stands for; whoever gives an engine the function
// decides how far that reaches by deriving a key for each project and period. It must be safe for concurrent use.
type PseudonymFunc func(t Type, canonical string) [16]byte

// WithPseudonym returns an engine that finds and acts as e does and takes its pseudonyms from f, for one project and
// period. It is cheap: the two share everything else.
func (e *Engine) WithPseudonym(f PseudonymFunc) *Engine {
	own := *e
	own.pseudonym = f
	return &own
}

// Canonical returns the form of a value of type t under which two ways to write it are the same: case, accents and
// blanks of names and addresses, separators of numbers. Values that mean the same in other ways (a phone number with and
// without its country) keep different forms.
func Canonical(t Type, value string) string {
	switch t {
	case TypePhone:
		return canonicalPhone(value)
	case TypeBank:
		return strings.ToUpper(keepRunes(value, isPlainAlnum))
	case TypeIP:
		return canonicalIP(value)
	case TypeURL:
		return canonicalURL(value)
	case TypeCrypto:
		return canonicalWallet(value)
	case TypePerson, TypeLocation, TypeOrg, TypeDate:
		return canonicalWords(value)
	default:
		return foldLetters(strings.TrimSpace(value))
	}
}

func canonicalPhone(value string) string {
	return strings.TrimPrefix(keepRunes(value, func(r rune) bool { return r >= '0' && r <= '9' }), "00")
}

func canonicalIP(value string) string {
	a, err := netip.ParseAddr(strings.Trim(value, "[]"))
	if err != nil {
		return strings.ToLower(value)
	}
	return a.Unmap().String()
}

func canonicalURL(value string) string {
	v := strings.ToLower(strings.TrimSpace(value))
	_, rest, ok := strings.Cut(v, "://")
	if ok {
		v = rest
	}
	return strings.TrimRight(strings.TrimPrefix(v, "www."), "/")
}

// canonicalWallet folds what is written in either case: hexadecimal and bech32. Base58 is case-sensitive.
func canonicalWallet(value string) string {
	lowered := strings.ToLower(value)
	if strings.HasPrefix(lowered, "0x") || strings.HasPrefix(lowered, "bc1") || strings.HasPrefix(lowered, "ltc1") {
		return lowered
	}
	return value
}

// canonicalWords leaves words of letters and digits, folded, one blank apart. "Doe, Jane" is "jane doe".
func canonicalWords(value string) string {
	last, first, ok := strings.Cut(value, ",")
	if ok && !strings.ContainsFunc(value, unicode.IsDigit) && !strings.Contains(first, ",") {
		value = first + " " + last
	}
	return strings.Join(strings.FieldsFunc(foldLetters(value), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r)
	}), " ")
}

// plainLetters are letters that Unicode does not take apart.
var plainLetters = strings.NewReplacer("ß", "ss", "ø", "o", "æ", "ae", "œ", "oe", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// foldLetters returns s in lower case, without accents.
func foldLetters(s string) string {
	plain := true
	for i := range len(s) {
		plain = plain && s[i] < 0x80
	}
	if plain {
		return strings.ToLower(s)
	}
	decomposed := norm.NFKD.String(strings.ToLower(s))
	return plainLetters.Replace(keepRunes(decomposed, func(r rune) bool { return !unicode.Is(unicode.Mn, r) || !joinsLatin(r) }))
}

// joinsLatin reports whether the mark r is an accent. Marks of other scripts are vowels.
func joinsLatin(r rune) bool { return r >= 0x0300 && r <= 0x036F }

func isPlainAlnum(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func keepRunes(s string, keep func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if keep(r) {
			return r
		}
		return -1
	}, s)
}
