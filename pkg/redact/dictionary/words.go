package dictionary

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm" // entries and texts may write an accent in two ways
)

const (
	// maxWords bounds the words of an entry, and so how far is looked from each word of a text.
	maxWords = 24
	// maxWord bounds a word in bytes. Longer ones are in no list.
	maxWord = 64
)

// kind is what a character is for the cutting of a text into words.
type kind uint8

const (
	other  kind = iota // a sign, a word of its own that no entry begins or ends with
	blank              // white space
	letter             // part of a word
	single             // a character of a script without blanks: a word of its own
)

var asciiKind = func() (t [utf8.RuneSelf]kind) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			t[c] = letter
		case c == ' ', c >= '\t' && c <= '\r':
			t[c] = blank
		}
	}
	return t
}()

// unspaced are the scripts that are written without blanks between words.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

func kindOf(r rune) kind {
	switch {
	case r < utf8.RuneSelf:
		return asciiKind[r]
	case unicode.In(r, unspaced...):
		return single
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.M, r):
		return letter
	case unicode.IsSpace(r):
		return blank
	default:
		return other
	}
}

// next returns the word or sign of s at or after i, and whether white space stands before it. At the end of s, start is
// len(s).
func next(s string, i int) (start, end int, k kind, spaced bool) {
	for i < len(s) {
		r, n := decode(s, i)
		k = kindOf(r)
		if k != blank {
			return i, wordEnd(s, i+n, k), k, spaced
		}
		spaced = true
		i += n
	}
	return len(s), len(s), other, spaced
}

// wordEnd returns where the word whose first character, of kind k, ends at i ends.
func wordEnd(s string, i int, k kind) int {
	for k == letter && i < len(s) {
		r, n := decode(s, i)
		if kindOf(r) != letter {
			break
		}
		i += n
	}
	return i
}

func decode(s string, i int) (rune, int) {
	if s[i] < utf8.RuneSelf {
		return rune(s[i]), 1
	}
	return utf8.DecodeRuneInString(s[i:])
}

// chain hashes the words of an entry, each with the hash of those before it, so that a text is hashed word by word
// whichever entries there are.
type chain struct {
	key   *Key
	exact bool
	buf   [9 + 4*maxWord]byte // hash of the words before, whether white space comes between, the word
}

// add returns the hash of the words before (0 for none) and this one, or 0 if the word is too long.
func (c *chain) add(before uint64, word string, spaced bool) uint64 {
	if len(word) > maxWord {
		return 0
	}
	binary.LittleEndian.PutUint64(c.buf[:8], before)
	c.buf[8] = 0
	if spaced && before != 0 {
		c.buf[8] = 1
	}
	n := 9
	for i := range len(word) {
		b := word[i]
		if b >= utf8.RuneSelf {
			return c.addWide(word)
		}
		if !c.exact && b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		c.buf[n] = b
		n++
	}
	return tag(sipHash(c.key, c.buf[:n]))
}

// addWide is add for a word with characters beyond ASCII.
func (c *chain) addWide(word string) uint64 {
	if !norm.NFC.IsNormalString(word) {
		word = norm.NFC.String(word)
	}
	n := 9
	for _, r := range word {
		if !c.exact {
			r = fold(r)
		}
		if n+utf8.UTFMax > len(c.buf) {
			return 0
		}
		n += utf8.EncodeRune(c.buf[n:], r)
	}
	return tag(sipHash(c.key, c.buf[:n]))
}

// fold returns the one of the characters that differ in case alone by which they are compared.
func fold(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// The two low bits of a hash say what it is of.
const (
	isEntry  = 1 // an entry
	isPrefix = 2 // a beginning of an entry
	flags    = isEntry | isPrefix
)

// tag makes a hash of 62 bits that is not 0.
func tag(h uint64) uint64 {
	h &^= flags
	if h == 0 {
		return flags + 1
	}
	return h
}
