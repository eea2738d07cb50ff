package safety

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"
)

const (
	// maxWord is how many bytes of a folded word are read; the rest of a longer one is passed over.
	maxWord = 48
	// longRun is the least length of a run without spaces that may be encoded text.
	longRun = 20
)

// Marks of a token: what stands before it and how it is written.
const (
	markCapitals  = 1 << iota // all letters are capitals, two at least
	markMixed                 // letters and digits or signs within one word
	markTwoScript             // Latin letters and look-alikes from another script
	markSplit                 // a letter alone
)

// What a run of ASCII letters and digits may be, of longRun bytes at least.
const (
	runNothing = iota
	runBase64  // capital and small letters
	runHex     // hexadecimal digits only
)

// Classes of what stands before a word. A plain space, a comma and a full stop are nothing.
const (
	beforeNothing = iota
	beforeLine
	beforeMark // ! ?
	beforeColon
	beforeQuote
	beforeAngle
	beforeBracket
	beforeBrace
	beforeHash
	beforePipe
	beforeTick
	beforeSign
	beforeStar
	beforeCount
)

// before maps the bytes of ASCII that are no part of a word.
var before = func() (t [128]uint8) {
	for class, bytes := range map[uint8]string{
		beforeLine: "\n", beforeMark: "!?", beforeColon: ":", beforeQuote: `"`, beforeAngle: "<>", beforeBracket: "[]()",
		beforeBrace: "{}", beforeHash: "#", beforePipe: "|", beforeTick: "`", beforeSign: "$%&+-/;=@\\^_~", beforeStar: "*",
	} {
		for i := range len(bytes) {
			t[bytes[i]] = class
		}
	}
	return t
}()

// fold maps ASCII letters and digits to what a word is read as; 0 is no part of a word. Digits are all read as 0: which
// number it is says nothing.
var fold = func() (t [128]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-32] = uint8(c), uint8(c)
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = '0'
	}
	return t
}()

// counts has what a letter of ASCII adds to the letters of a word, in the lower 32 bits, and to its capitals, in the upper.
var counts = func() (t [128]uint64) {
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-32] = 1, 1<<32|1
	}
	return t
}()

// letterBit is set in every folded letter of ASCII and in no folded digit.
const letterBit = 'a' & 'z' &^ '0'

// token is a word of a text.
type token struct {
	word   []byte // folded; valid until the next call
	before uint8
	marks  uint8
	run    uint8 // what a long run of ASCII may be
}

// tokenizer reads the words of a text. Letters are folded: to lower case, without accents, from full width and other
// styles; signs without width are passed over.
type tokenizer struct {
	text   string
	at     int
	buf    [maxWord + utf8.UTFMax]byte
	run    []rune // of a script without spaces, not returned yet
	runBuf [64]rune
	lex    *lexicon
}

func (z *tokenizer) reset(text string) { z.text, z.at, z.run = text, 0, nil }

// next reads the next word, and reports whether there was one.
func (z *tokenizer) next(t *token) bool {
	t.before, t.marks, t.run = beforeNothing, 0, runNothing
	if len(z.run) > 0 {
		z.cut(t)
		return true
	}
	text, i := z.text, z.at
	for i < len(text) {
		c := text[i]
		if c < utf8.RuneSelf {
			if fold[c] != 0 {
				break
			}
			if b := before[c]; b != 0 {
				t.before = b
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		f := foldRune(r)
		if f != 0 && f != skipRune { // what has no width begins no word: it would be one without letters
			break
		}
		i += size
	}
	if i == len(text) {
		z.at = i
		return false
	}
	n, letters, capitals, others := 0, 0, 0, 0
	start, beyond := i, false
	var counted uint64
	all := uint8(letterBit)
	for i < len(text) {
		c := text[i]
		if c < utf8.RuneSelf {
			f := fold[c]
			if f == 0 {
				if c == '\'' && i+1 < len(text) && n > 0 && text[i+1] < utf8.RuneSelf && fold[text[i+1]] > '9' {
					i++ // don't is read as dont
					continue
				}
				break
			}
			counted += counts[c]
			all &= f
			if n < maxWord {
				z.buf[n] = f
				n++
			}
			i++
			continue
		}
		beyond = true
		more, stop := z.wide(t, &i, &n, &letters, &others, start)
		if stop {
			z.at = i
			return true
		}
		if !more {
			break
		}
	}
	z.at = i
	letters += int(uint32(counted))
	capitals += int(counted >> 32)
	if all == 0 {
		others++
	}
	if capitals == letters && letters > 1 {
		t.marks |= markCapitals
	}
	if letters > 0 && others > 0 {
		t.marks |= markMixed
	}
	if letters == 1 && others == 0 {
		t.marks |= markSplit
	}
	t.word = z.buf[:n]
	if !beyond && i-start >= longRun {
		t.run = runOf(t.word, letters, capitals)
	}
	return true
}

// bytes returns the first eight bytes of the word of n bytes that was just read, and the next eight, with zeros behind its end.
func (z *tokenizer) bytes(n int) (lo, hi uint64) {
	lo, hi = binary.LittleEndian.Uint64(z.buf[:]), binary.LittleEndian.Uint64(z.buf[8:])
	switch {
	case n < 8:
		return lo & (1<<(8*n) - 1), 0
	case n < 16:
		return lo, hi & (1<<(8*(n-8)) - 1)
	}
	return lo, hi
}

// runOf says what a long run of ASCII may be.
func runOf(word []byte, letters, capitals int) uint8 {
	hexadecimal := true
	for _, c := range word {
		hexadecimal = hexadecimal && hexLetter(c)
	}
	switch {
	case hexadecimal:
		return runHex
	case capitals > 0 && capitals < letters:
		return runBase64
	}
	return runNothing
}

// wide reads one rune beyond ASCII into the word. It reports whether the word goes on, and whether a run of a script
// without spaces was met in the place of a word, whose first piece is in t then.
func (z *tokenizer) wide(t *token, i, n, letters, others *int, start int) (more, stop bool) {
	r, size := utf8.DecodeRuneInString(z.text[*i:])
	if r == 0x2019 && *n > 0 {
		*i += size
		return true, false
	}
	f := foldRune(r)
	if f == 0 {
		if *i > start && passedOver(r) {
			*i += size
			return true, false
		}
		return false, false
	}
	if unspaced(f) {
		if *n > 0 {
			return false, false
		}
		z.gather(i)
		z.cut(t)
		return false, true
	}
	*i += size
	if f == skipRune {
		return true, false
	}
	if f == '0' {
		*others++
	} else {
		*letters++
	}
	if *n < maxWord {
		*n += utf8.EncodeRune(z.buf[*n:], f)
	}
	return true, false
}

// gather reads a run of a script without spaces.
func (z *tokenizer) gather(i *int) {
	z.run = z.runBuf[:0]
	for *i < len(z.text) && len(z.run) < len(z.runBuf) {
		r, size := utf8.DecodeRuneInString(z.text[*i:])
		f := foldRune(r)
		if f != skipRune && !unspaced(f) {
			return
		}
		*i += size
		if f != skipRune {
			z.run = append(z.run, f)
		}
	}
}

// cut takes the first word of the run: the longest that the lexicon knows, or one letter.
func (z *tokenizer) cut(t *token) {
	n := 0
	best, length := 0, 1
	most := 1
	if r := z.run[0]; int(r) < len(z.lex.runs) {
		most = max(1, int(z.lex.runs[r]))
	}
	for k := 0; k < len(z.run) && k < most; k++ {
		n += utf8.EncodeRune(z.buf[n:], z.run[k])
		if k == 0 {
			best = n
		}
		if _, known := z.lex.unspaced[string(z.buf[:n])]; known {
			best, length = n, k+1
		}
	}
	t.word, z.run = z.buf[:best], z.run[length:]
}

// unspaced reports whether r belongs to a script that writes words without spaces.
func unspaced(r rune) bool {
	switch {
	case r < 0x0e00:
		return false
	case r < 0x0f00: // Thai, Lao
		return true
	case r >= 0x1000 && r < 0x10a0, r >= 0x1780 && r < 0x1800: // Myanmar, Khmer
		return true
	case r >= 0x3040 && r < 0x3100, r >= 0x31f0 && r < 0x3200, r >= 0x3400 && r < 0xa000: // kana, Han
		return true
	}
	return r >= 0x20000 && r < 0x32000
}

// passedOver reports whether r within a word does not end it: it has no width, or is a mark on a letter.
func passedOver(r rune) bool { return foldRune(r) == skipRune }

// foldRune returns the letter that r is read as, '0' for a digit, skipRune for what is passed over, 0 for what is no
// part of a word.
func foldRune(r rune) rune {
	switch {
	case int(r) < len(foldTable):
		return foldTable[r]
	case r >= 0x4e00 && r < 0xa000, r >= 0x3400 && r < 0x4dc0: // Han
		return r
	case r >= wideStart && r < wideEnd:
		return foldWide[r-wideStart]
	}
	return foldSlow(r)
}

// skipRune stands for what is passed over.
const skipRune = unicode.MaxRune
