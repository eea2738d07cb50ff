package tagger

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// shape is the form of a token, as far as the model distinguishes it.
type shape uint8

// The shapes. Up to shapeKatakana they are words and numbers, then punctuation.
const (
	shapeNone shape = iota // beyond the ends of the text
	shapeLower
	shapeTitle  // Anna
	shapeUpper  // ANNA
	shapeLetter // A
	shapeMixed  // McArthur
	shapeCamel  // camelCase
	shapeDigit  // one or two digits
	shapeDigit3
	shapeDigit4
	shapeDigit5
	shapeDigits // six and more
	shapeCode   // EX4, 3LB: capitals and digits
	shapeAlnum  // 3rd, a1b2
	shapeUncased
	shapeHan
	shapeHiragana
	shapeKatakana
	shapeHangul
	shapeThai
	shapeLine  // the end of a line
	shapeBlank // an empty line
	shapeComma
	shapeStop // . ! ?
	shapeColon
	shapeQuote
	shapeOpen
	shapeClose
	shapeHyphen
	shapeSlash
	shapeApostrophe
	shapeSymbol
	shapeMask // what stands in the place of a value, or the value that will be replaced
)

func (s shape) word() bool   { return s >= shapeLower && s <= shapeThai }
func (s shape) cased() bool  { return s >= shapeTitle && s <= shapeMixed }
func (s shape) digits() bool { return s >= shapeDigit && s <= shapeDigits }

// joining reports whether marks of this shape may join the words around them.
func (s shape) joining() bool {
	return s == shapeStop || s == shapeColon || s == shapeHyphen || s == shapeSlash || s == shapeSymbol
}

// token is a word, a number, a mark or a line end of a text. Scripts without spaces between words have a token for
// each character.
type token struct {
	start, end int32
	hash       uint32 // of the word in lower case
	key        uint32 // hash of the word that the value of this line stands after, as in "Name: Anna"; 0 if none
	class      Class
	shape      shape
	flags      uint8
}

const (
	glued   uint8 = 1 << iota // no space between the token before and this one
	opening                   // first word of a sentence, line or quotation
	bound                     // part of something longer without spaces, such as a path or an identifier
	weighed                   // odds has looked at it
	heavy                     // and it reaches minOdds
)

// Class bytes of ASCII for the tokeniser.
const (
	byteOther uint8 = iota
	byteLower
	byteUpper
	byteDigit
	byteSpace
	byteLine
	byteHigh
)

var byteKind = func() (t [256]uint8) {
	for c := range 256 {
		switch {
		case c >= 'a' && c <= 'z':
			t[c] = byteLower
		case c >= 'A' && c <= 'Z':
			t[c] = byteUpper
		case c >= '0' && c <= '9':
			t[c] = byteDigit
		case c == ' ' || c == '\t' || c == '\r':
			t[c] = byteSpace
		case c == '\n':
			t[c] = byteLine
		case c >= 0x80:
			t[c] = byteHigh
		}
	}
	return t
}()

var punctShape = func() (t [256]shape) {
	for c := range 256 {
		t[c] = shapeSymbol
	}
	for c, s := range map[byte]shape{
		',': shapeComma, ';': shapeComma, '.': shapeStop, '!': shapeStop, '?': shapeStop, ':': shapeColon, '=': shapeColon,
		'"': shapeQuote, '`': shapeQuote, '(': shapeOpen, '[': shapeOpen, '{': shapeOpen, '<': shapeOpen, ')': shapeClose,
		']': shapeClose, '}': shapeClose, '>': shapeClose, '-': shapeHyphen, '/': shapeSlash, '\\': shapeSlash, '\'': shapeApostrophe,
	} {
		t[c] = s
	}
	return t
}()

const (
	hashSeed  = 0x811C9DC5
	hashPrime = 0x01000193
)

// hashByte adds a byte to a hash of a word (FNV-1a).
func hashByte(h uint32, c byte) uint32 { return (h ^ uint32(c)) * hashPrime }

func hashRune(h uint32, r rune) uint32 {
	if r < 0x80 {
		return hashByte(h, byte(r)) //nolint:gosec // ASCII
	}
	var buf [utf8.UTFMax]byte
	for _, c := range buf[:utf8.EncodeRune(buf[:], r)] {
		h = hashByte(h, c)
	}
	return h
}

// finishHash spreads what FNV leaves in the low bits, and is never 0.
func finishHash(h uint32) uint32 {
	h ^= h >> 15
	h *= 0x2C1B3C6D
	h ^= h >> 12
	if h == 0 {
		return 1
	}
	return h
}

// HashWord returns the hash under which a word, in any case, is known.
func HashWord(w string) uint32 {
	h := uint32(hashSeed)
	for _, r := range w {
		h = hashRune(h, unicode.ToLower(r))
	}
	return finishHash(h)
}

// maxWord bounds a word, in bytes. What is longer is cut: nothing that long is a name.
const maxWord = 64

// Span is a range of bytes, end exclusive.
type Span struct{ Start, End int }

// tokenise appends the tokens of s to toks. Each of masks, which are ordered and do not overlap, is one token.
func tokenise(s string, masks []Span, toks []token) []token {
	start := true // of a sentence
	spaced := true
	stop := len(s) // of what can be read before the next mask
	if len(masks) > 0 {
		stop = masks[0].Start
	}
	for i := 0; i < len(s); {
		if i >= stop {
			if len(masks) > 0 && i <= masks[0].Start {
				i = masks[0].End
				toks = appendMask(toks, masks[0].Start, i)
				start, spaced = false, false
			}
			stop = len(s)
			for len(masks) > 0 && masks[0].End <= i {
				masks = masks[1:]
			}
			if len(masks) > 0 {
				stop = max(i, masks[0].Start)
			}
			continue
		}
		switch byteKind[s[i]] {
		case byteSpace:
			spaced = true
			i++
			continue
		case byteLine:
			toks = appendLine(toks, i)
			start, spaced = true, true
			i++
			continue
		}
		if c := s[i]; c == '[' || c == '*' || c >= 0x80 || i+1 < len(s) && s[i+1] == '*' { // else no mark starts here
			if end := markEnd(s[:stop], i); end > 0 {
				toks = appendMask(toks, i, end)
				start, spaced = false, false
				i = end
				continue
			}
		}
		t := token{start: int32(i)}
		if !spaced {
			t.flags = glued
		}
		if start {
			t.flags |= opening
		}
		spaced = false
		i = t.read(s[:stop], i)
		switch {
		case t.shape.word():
			start = false
		case t.shape == shapeStop || t.shape == shapeColon || t.shape == shapeQuote:
			start = true
			if t.shape == shapeQuote && len(toks) > 0 && toks[len(toks)-1].shape == shapeMask {
				continue // see appendMask
			}
		}
		toks = append(toks, t)
	}
	return toks
}

// appendLine adds the end of a line. Two in a row are an empty line.
func appendLine(toks []token, i int) []token {
	if n := len(toks); n > 0 && (toks[n-1].shape == shapeLine || toks[n-1].shape == shapeBlank) {
		toks[n-1].shape = shapeBlank
		toks[n-1].hash = uint32(shapeBlank)
		toks[n-1].end = int32(i + 1) //nolint:gosec // callers bound texts
		return toks
	}
	return append(toks, token{start: int32(i), end: int32(i + 1), hash: uint32(shapeLine), shape: shapeLine}) //nolint:gosec // callers bound texts
}

// appendMask adds a mask. Masks in a row are one, and quotes around one do not count: a text reads the same before and
// after its values are replaced, so that what is found in it does not change.
func appendMask(toks []token, start, end int) []token {
	n := len(toks)
	if n > 0 && toks[n-1].shape == shapeQuote {
		n--
	}
	if n > 0 && toks[n-1].shape == shapeMask {
		toks[n-1].end = int32(end) //nolint:gosec // callers bound texts
		return toks[:n]
	}
	return append(toks[:n], token{start: int32(start), end: int32(end), hash: uint32(shapeMask), shape: shapeMask}) //nolint:gosec // callers bound texts
}

// maxMark bounds the length of what stands in the place of a value.
const maxMark = 48

// markEnd returns the end of what stands in the place of a value at i: "[MASKED]", "[PERSON:k3f9]", "j***@company.com",
// "J***", "***34"; or 0 where nothing does.
func markEnd(s string, i int) int {
	switch c := s[i]; {
	case c == '[':
		return bracketMark(s, i)
	case c == '*':
		return starMark(s, i, false)
	case byteKind[c] >= byteHigh || byteKind[c] <= byteDigit && byteKind[c] > byteOther:
		_, size := utf8.DecodeRuneInString(s[i:])
		if i+size+3 <= len(s) && s[i+size] == '*' && (i == 0 || !wordByte(s[i-1])) {
			return starMark(s, i+size, true)
		}
	}
	return 0
}

// bracketMark reads capitals in brackets, perhaps with a word after a colon.
func bracketMark(s string, i int) int {
	j := i + 1
	for j < len(s) && j-i < maxMark && (byteKind[s[j]] == byteUpper || s[j] == '_') {
		j++
	}
	if j-i < 3 || j == len(s) {
		return 0
	}
	if s[j] == ':' {
		for j++; j < len(s) && j-i < maxMark && byteKind[s[j]] <= byteDigit && byteKind[s[j]] > byteOther || j < len(s) && s[j] == '_'; {
			j++
		}
	}
	if j == len(s) || s[j] != ']' {
		return 0
	}
	return j + 1
}

// starMark reads the three stars at i and what follows them; initial says that a single letter stands before them.
func starMark(s string, i int, initial bool) int {
	if i+3 > len(s) || s[i:i+3] != "***" {
		return 0
	}
	j := i + 3
	switch {
	case j < len(s) && s[j] == '@':
		j++
		for j < len(s) && (byteKind[s[j]] > byteOther && byteKind[s[j]] <= byteDigit || byteKind[s[j]] == byteHigh || s[j] == '.' || s[j] == '-') {
			j++
		}
		for s[j-1] == '.' || s[j-1] == '-' {
			j--
		}
		return j
	case j+1 < len(s) && byteKind[s[j]] == byteDigit && byteKind[s[j+1]] == byteDigit && (j+2 == len(s) || !wordByte(s[j+2])):
		return j + 2
	case initial && s[j-1] == '*' && !letterIn(s, j) && (j == len(s) || s[j] != '*'):
		return j
	}
	return 0
}

// letterIn reports whether a letter or digit stands at i.
func letterIn(s string, i int) bool {
	if i == len(s) || byteKind[s[i]] != byteHigh {
		return i < len(s) && wordByte(s[i])
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

func wordByte(c byte) bool {
	return byteKind[c] > byteOther && byteKind[c] <= byteDigit || byteKind[c] == byteHigh
}

// read reads the token at i and returns its end.
func (t *token) read(s string, i int) int {
	c := s[i]
	switch byteKind[c] {
	case byteLower, byteUpper:
		end := t.letters(s, i)
		if end == 0 {
			end = t.word(s, i)
		}
		i = end
	case byteDigit:
		i = t.word(s, i)
	case byteHigh:
		i = t.high(s, i)
	default:
		t.shape, t.hash = punctShape[c], uint32(c)
		i++
	}
	t.end = int32(i) //nolint:gosec // callers bound texts
	return i
}

// plainWord bounds the words that letters reads, in bytes.
const plainWord = 16

// letters reads a word of ASCII letters, eight at once, and returns its end; or 0 for what it leaves to word: a word that
// is longer than plainWord, or holds anything else.
func (t *token) letters(s string, i int) int {
	h := uint32(hashSeed)
	length, capitals, first := 0, 0, uint64(0)
	for length < plainWord && i+length+8 <= len(s) {
		x := binary.LittleEndian.Uint64([]byte(s[i+length : i+length+8]))
		letters, capital := asciiLetters(x)
		run := bits.TrailingZeros64(^letters&topBits) >> 3 // 8 if all are letters
		if run < 8 {
			capital &= 1<<(8*run) - 1
		}
		if length == 0 {
			first = capital & 0x80
		}
		capitals += bits.OnesCount64(capital)
		x |= caseBits
		for range run {
			h = hashByte(h, byte(x))
			x >>= 8
		}
		length += run
		if run == 8 {
			continue
		}
		if c := s[i+length]; c == '\'' || byteKind[c] == byteDigit || byteKind[c] == byteHigh {
			return 0
		}
		t.hash = finishHash(h)
		switch {
		case capitals == 0:
			t.shape = shapeLower
		case capitals == length && length == 1:
			t.shape = shapeLetter
		case capitals == length:
			t.shape = shapeUpper
		case capitals == 1 && first != 0:
			t.shape = shapeTitle
		case first != 0:
			t.shape = shapeMixed
		default:
			t.shape = shapeCamel
		}
		return i + length
	}
	return 0
}

const (
	eachByte = 0x0101010101010101
	topBits  = 0x80 * eachByte
	caseBits = 0x20 * eachByte // what small letters have and capitals have not
)

// asciiLetters marks, by their highest bits, the bytes of x that are letters of ASCII, and those that are capitals.
func asciiLetters(x uint64) (letters, capitals uint64) {
	low := (x | caseBits) &^ topBits
	letters = (low + eachByte*(0x80-'a')) &^ (low + eachByte*(0x7F-'z')) &^ x & topBits
	return letters, letters &^ (x << 2)
}

// word reads a word of letters and digits.
func (t *token) word(s string, i int) int {
	h := uint32(hashSeed)
	var upper, lower, digits int
	begin := i
	for i < len(s) && i-begin < maxWord {
		c := s[i]
		switch byteKind[c] {
		case byteLower:
			lower++
			h = hashByte(h, c)
		case byteUpper:
			upper++
			h = hashByte(h, c|0x20)
		case byteDigit:
			digits++
			h = hashByte(h, c)
		case byteHigh:
			r, size := utf8.DecodeRuneInString(s[i:])
			if !spaceless(r) && (unicode.IsLetter(r) || unicode.IsMark(r)) {
				low := unicode.ToLower(r)
				if low != r {
					upper++
				} else {
					lower++
				}
				h = hashRune(h, low)
				i += size
				continue
			}
			t.finish(s[begin:i], h, upper, lower, digits)
			return i
		default:
			if c != '\'' || !letterAt(s, i+1) || possessive(s, i) {
				t.finish(s[begin:i], h, upper, lower, digits)
				return i
			}
			h = hashByte(h, c)
		}
		i++
	}
	for i < len(s) && !utf8.RuneStart(s[i]) {
		i++
	}
	t.finish(s[begin:i], h, upper, lower, digits)
	return i
}

func letterAt(s string, i int) bool {
	return i < len(s) && (byteKind[s[i]] == byteLower || byteKind[s[i]] == byteUpper || byteKind[s[i]] == byteHigh)
}

// possessive reports whether the apostrophe at i starts the "'s" at the end of a word.
func possessive(s string, i int) bool {
	return (s[i+1] == 's' || s[i+1] == 'S') && !letterAt(s, i+2)
}

func (t *token) finish(w string, h uint32, upper, lower, digits int) {
	t.hash = finishHash(h)
	letters := upper + lower
	firstUpper := false
	if upper > 0 {
		r, _ := utf8.DecodeRuneInString(w)
		firstUpper = unicode.IsUpper(r)
	}
	switch {
	case letters == 0:
		t.shape = digitShape(digits)
		t.hash = uint32(0x100 + digits) //nolint:gosec // at most maxWord
	case digits > 0 && upper > 0 && lower == 0:
		t.shape = shapeCode
	case digits > 0:
		t.shape = shapeAlnum
	case upper == 0:
		t.shape = shapeLower
		if r, _ := utf8.DecodeRuneInString(w); r >= 0x590 {
			t.shape = shapeUncased
		}
	case upper == 1 && lower == 0:
		t.shape = shapeLetter
	case lower == 0:
		t.shape = shapeUpper
	case upper == 1 && firstUpper:
		t.shape = shapeTitle
	case firstUpper:
		t.shape = shapeMixed
	default:
		t.shape = shapeCamel
	}
}

func digitShape(n int) shape {
	switch {
	case n <= 2:
		return shapeDigit
	case n == 3:
		return shapeDigit3
	case n == 4:
		return shapeDigit4
	case n == 5:
		return shapeDigit5
	}
	return shapeDigits
}

// high reads a token that starts beyond ASCII.
func (t *token) high(s string, i int) int {
	r, size := utf8.DecodeRuneInString(s[i:])
	t.hash = finishHash(hashRune(hashSeed, r))
	switch {
	case r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r == 0x3005 || r >= 0x20000 && r <= 0x3FFFF:
		t.shape = shapeHan
	case r >= 0x3041 && r <= 0x309F:
		t.shape = shapeHiragana
	case r >= 0x30A0 && r <= 0x30FF:
		t.shape = shapeKatakana
	case r >= 0xAC00 && r <= 0xD7A3:
		t.shape = shapeHangul
	case spaceless(r):
		t.shape = shapeThai
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return t.word(s, i)
	case r == 0x3001 || r == 0xFF0C || r == 0x060C:
		t.shape = shapeComma
	case r == 0x3002 || r == 0xFF01 || r == 0xFF1F || r == 0x0964:
		t.shape = shapeStop
	case r == 0xFF1A:
		t.shape = shapeColon
	case r == 0x300C || r == 0x300E || r == 0xFF08 || r == 0xAB:
		t.shape = shapeOpen
	case r == 0x300D || r == 0x300F || r == 0xFF09 || r == 0xBB:
		t.shape = shapeClose
	default:
		t.shape = shapeSymbol
	}
	return i + size
}

// spaceless reports whether r belongs to a script that puts no spaces between words.
func spaceless(r rune) bool {
	return r >= 0x2E80 && (r <= 0x9FFF || r >= 0xAC00 && r <= 0xD7A3 || r >= 0xF900 && r <= 0xFAFF || r >= 0x20000) ||
		r >= 0x0E00 && r <= 0x0EFF || r >= 0x1000 && r <= 0x109F || r >= 0x1780 && r <= 0x17FF
}
