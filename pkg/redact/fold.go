package redact

import (
	"unicode"
	"unicode/utf8"
)

// lookAlike is a character of ASCII and those that are read as it.
type lookAlike struct {
	to   rune
	from string
}

// foldCode says what becomes of a character: the ASCII character that it is read as in the low byte, and in the high
// byte where that is so. Zero leaves the character as it is.
type foldCode uint16

const (
	kindAlways   foldCode = 1 << 8 // stands for an ASCII character wherever it is
	kindAmong    foldCode = 2 << 8 // a letter of another alphabet: only in words that are Latin otherwise
	kindDrop     foldCode = 3 << 8 // shows nothing, or strikes through what it stands on
	kindStop     foldCode = 4 << 8 // a full stop of Chinese or Japanese: a dot only between letters or digits
	kindRaised   foldCode = 5 << 8 // a raised or lowered digit: only beside another one
	kindMark     foldCode = 6 << 8 // an accent: dropped on digits and signs
	kindRegional foldCode = 7 << 8 // half a flag: a letter only in rows of three or more
	kindMask     foldCode = 0xFF << 8
)

// foldTable gives the code of each character, in blocks of 256. Most blocks are the first one, which is empty.
type foldTable struct {
	index  [(unicode.MaxRune + 1) >> 8]uint8
	blocks [][256]foldCode
}

func (t *foldTable) at(r rune) foldCode { return t.blocks[t.index[r>>8]][r&0xFF] }

func (t *foldTable) set(r rune, c foldCode) {
	b := t.index[r>>8]
	if b == 0 {
		b = uint8(len(t.blocks)) //nolint:gosec // some sixty blocks
		t.blocks = append(t.blocks, [256]foldCode{})
		t.index[r>>8] = b
	}
	t.blocks[b][r&0xFF] = c
}

func (t *foldTable) setRange(from, to rune, c foldCode) {
	for r := from; r <= to; r++ {
		t.set(r, c)
	}
}

var folding = buildFolding()

func buildFolding() *foldTable {
	t := &foldTable{blocks: make([][256]foldCode, 1, 80)}
	for _, l := range lookAmong {
		for _, r := range l.from {
			t.set(r, kindAmong|foldCode(l.to)) //nolint:gosec // ASCII
		}
	}
	for _, l := range lookAlways {
		for _, r := range l.from {
			t.set(r, kindAlways|foldCode(l.to)) //nolint:gosec // ASCII
		}
	}
	t.addAlphabets()
	t.addDigits()
	t.addSigns()
	t.addInvisible()
	return t
}

// addAlphabets adds full-width forms, mathematical alphabets and halves of flags.
func (t *foldTable) addAlphabets() {
	for r := rune(0xFF01); r <= 0xFF5E; r++ {
		t.set(r, kindAlways|foldCode(r-0xFEE0)) //nolint:gosec // ASCII
	}
	for i := range rune(0x1D6A4 - 0x1D400) {
		c := foldCode('A' + i%52)
		if i%52 >= 26 {
			c += 'a' - 'A' - 26
		}
		t.set(0x1D400+i, kindAlways|c)
	}
	for i := range rune(26) {
		t.set(0x1F1E6+i, kindRegional|foldCode('A'+i))
	}
}

// addDigits adds all decimal digits (Unicode category Nd), whose rows of ten are in order, and raised and lowered ones.
func (t *foldTable) addDigits() {
	add := func(lo, hi rune) {
		for r := lo; r <= hi; r++ {
			if r > 0x7F {
				t.set(r, kindAlways|foldCode('0'+(r-lo)%10))
			}
		}
	}
	for _, x := range unicode.Nd.R16 {
		add(rune(x.Lo), rune(x.Hi))
	}
	for _, x := range unicode.Nd.R32 {
		add(rune(x.Lo), rune(x.Hi)) //nolint:gosec // code points
	}
	for i, r := range []rune("⁰¹²³⁴⁵⁶⁷⁸⁹") {
		t.set(r, kindRaised|foldCode('0'+i))
		t.set(0x2080+rune(i), kindRaised|foldCode('0'+i))
	}
}

// addSigns adds punctuation and spaces.
func (t *foldTable) addSigns() {
	for to, from := range map[byte][]rune{
		' ':  {0xA0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x202F, 0x205F, 0x2800, 0x3000},
		'\n': {0x2028, 0x2029},
		'.':  {0xB7, 0x2022, 0x2024, 0x2026, 0x2027, 0x2219, 0x22C5, 0xFE52, 0xFF65, 0x2E31},
		'-':  {0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2043, 0x2212, 0x2796, 0x2D7, 0xFE58, 0xFE63},
		'/':  {0x2044, 0x2215, 0x29F8},
		'_':  {0xFE33, 0xFE4D, 0x2017},
		'@':  {0xFE6B},
		':':  {0xFE55, 0x2236, 0xA789},
		'#':  {0xFE5F},
		'+':  {0xFE62, 0x2795},
		'\'': {0x2018, 0x2019, 0x201A, 0x201B, 0x2032, 0x2BC},
		'"':  {0x201C, 0x201D, 0x201E, 0x201F, 0x2033, 0xAB, 0xBB},
		'[':  {0x3010, 0x3014, 0x2772},
		']':  {0x3011, 0x3015, 0x2773},
	} {
		for _, r := range from {
			t.set(r, kindAlways|foldCode(to))
		}
	}
	t.set(0x3002, kindStop|'.')
	t.set(0xFF61, kindStop|'.')
}

// addInvisible adds what shows nothing, or only strikes through or encloses what it stands on, and accents.
func (t *foldTable) addInvisible() {
	for _, r := range []rune{0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0, 0x488, 0x489} {
		t.set(r, kindDrop)
	}
	for _, x := range [][2]rune{
		{0x180B, 0x180F},
		{0x200B, 0x200F},
		{0x202A, 0x202E},
		{0x2060, 0x206F},
		{0xFE00, 0xFE0F},
		{0xFFF0, 0xFFFB},
		{0xE0000, 0xE0FFF},
		{0x1D173, 0x1D17A},
		{0x334, 0x338},
		{0x20D0, 0x20F0},
	} {
		t.setRange(x[0], x[1], kindDrop)
	}
	t.setRange(0x300, 0x333, kindMark)
	t.setRange(0x339, 0x34E, kindMark)
	t.setRange(0x350, 0x36F, kindMark)
}

// drop is what fold returns for characters that nobody sees.
const drop = rune(-1)

// fold returns what stands for r, found at pos in the normaliser's text, in the normal form, or false if that is r
// itself.
func (n *normaliser) fold(r rune, pos, size int) (rune, bool) {
	c := folding.at(r)
	to := rune(c &^ kindMask)
	switch c & kindMask {
	case 0:
		return 0, false
	case kindAlways:
		return to, true
	case kindAmong:
		return n.foldAmong(to, pos)
	case kindDrop:
		return drop, true
	case kindStop:
		return to, isAlnum(at(n.s, pos-1)) && isAlnum(at(n.s, pos+size))
	case kindRaised:
		return to, n.beside(pos, size, kindRaised) > 0
	case kindMark:
		return drop, n.dropsMark(pos)
	default:
		return to, n.beside(pos, size, kindRegional) > 1
	}
}

// beside counts the characters of a kind that stand directly around pos, two on either side at most.
func (n *normaliser) beside(pos, size int, kind foldCode) int {
	count := 0
	for i, k := pos+size, 0; k < 2 && i < len(n.s); k++ {
		r, size := utf8.DecodeRuneInString(n.s[i:])
		if folding.at(r)&kindMask != kind {
			break
		}
		count++
		i += size
	}
	for i, k := pos, 0; k < 2 && i > 0; k++ {
		r, size := utf8.DecodeLastRuneInString(n.s[:i])
		if folding.at(r)&kindMask != kind {
			break
		}
		count++
		i -= size
	}
	return count
}

// maxMarks is how many accents stand on one letter in any language; more only disguise it.
const maxMarks = 3

// dropsMark reports whether the accent at pos only disguises what it stands on: a digit, a sign, or a letter in a word
// that has digits or an @.
func (n *normaliser) dropsMark(pos int) bool {
	s := n.s
	i := pos
	for k := 0; i > 0 && s[i-1] >= 0x80; k++ {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if c := folding.at(r) & kindMask; c != kindMark && c != kindDrop {
			return c == kindAlways
		}
		if k == maxMarks {
			return true
		}
		i -= size
	}
	if !isLetter(at(s, i-1)) {
		return i > 0
	}
	n.judge(pos)
	return n.word.coded
}

// foldAmong folds a letter that looks like the Latin letter to, where the word around it says that it is meant to.
func (n *normaliser) foldAmong(to rune, pos int) (rune, bool) {
	n.judge(pos)
	switch {
	case n.word.number:
		return digitLike(to), true
	case isDigit(byte(to)): //nolint:gosec // ASCII
		return to, n.word.latin && n.word.coded
	}
	// Capitals and what has digits are of numbers; small letters alone can be a word of Russian in an English sentence.
	return to, n.word.latin || (n.word.coded || isUpper(byte(to))) && n.onlyLookAlikes() //nolint:gosec // ASCII
}

// onlyLookAlikes reports whether the text has letters of Latin, and of the alphabets that it shares letters with only
// those that look like Latin ones: nobody writes Russian or Greek so. It is found out once for a text.
func (n *normaliser) onlyLookAlikes() bool {
	if n.alphabet == alphabetUnknown {
		n.alphabet = alphabetOf(n.s)
	}
	return n.alphabet == alphabetLatin
}

// What letters a text has.
const (
	alphabetUnknown = iota
	alphabetLatin   // of Latin, and such as look like them
	alphabetOther   // of another alphabet that shares letters with Latin, or none of Latin
)

func alphabetOf(s string) uint8 {
	latin := false
	for i := 0; i < len(s); {
		if s[i] < 0x80 {
			latin = latin || isLetter(s[i])
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if folding.at(r) == 0 && unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic) {
			return alphabetOther
		}
		i += size
	}
	if !latin {
		return alphabetOther
	}
	return alphabetLatin
}

// digitLike returns the digit that the letter c looks like, or c.
func digitLike(c rune) rune {
	switch c {
	case 'O', 'o':
		return '0'
	case 'l', 'I', 'i':
		return '1'
	case 'b':
		return '6'
	}
	return c
}

// maxWord bounds how far a word is looked at to judge it.
const maxWord = 256

// wordKind is what is known of the word that was judged last.
type wordKind struct {
	to     int  // its end
	latin  bool // it is Latin, but for letters that look so
	number bool // it is a number, but for letters that look like digits
	coded  bool // it has digits, or is part of an address
}

// judge looks at the word around pos. Each word is judged once: words longer than maxWord in parts.
func (n *normaliser) judge(pos int) {
	if pos < n.word.to {
		return
	}
	s := n.s
	i := pos
	for i > 0 && pos-i < maxWord {
		j := i - 1
		for j > 0 && s[j]&0xC0 == 0x80 {
			j--
		}
		if !segmentRune(s, j) {
			break
		}
		i = j
	}
	var latin, digits, other bool
	numeric := true
	j := i
	for j < len(s) && j-pos < maxWord && segmentRune(s, j) {
		c := s[j]
		switch {
		case isDigit(c):
			digits = true
		case c < 0x80:
			latin = true
		default:
			r, size := utf8.DecodeRuneInString(s[j:])
			code := folding.at(r)
			switch {
			case code&kindMask == kindAmong:
				to := digitLike(rune(code &^ kindMask))
				numeric = numeric && isDigit(byte(to)) //nolint:gosec // ASCII
			case code&kindMask == kindAlways && isAlnum(byte(code)): //nolint:gosec // the low byte is the letter
				latin = latin || isLetter(byte(code))  //nolint:gosec // the low byte is the letter
				digits = digits || isDigit(byte(code)) //nolint:gosec // the low byte is the letter
			case code != 0:
			case r < 0x250 || r >= 0x1E00 && r < 0x1F00:
				latin = true
			default:
				other = true
			}
			j += size - 1
		}
		j++
	}
	joined := addressSign(at(s, i-1)) || addressSign(at(s, j))
	latinBeside := at(s, i-1) != 0 && addressSign(at(s, i-1)) && isLetter(at(s, i-2)) || addressSign(at(s, j)) && isLetter(at(s, j+1))
	n.word = wordKind{
		to: j, latin: !other && (latin || latinBeside), number: !other && !latin && digits && numeric,
		coded: digits || joined,
	}
}

func addressSign(c byte) bool { return c == '@' || c == '.' || c == '_' || c == '+' }

// segmentRune reports whether the rune at s[i] belongs to a word: a letter or digit, but none of the scripts that are
// written without spaces.
func segmentRune(s string, i int) bool {
	c := s[i]
	if c < 0x80 {
		return isAlnum(c)
	}
	if c >= 0xE3 && c <= 0xED && c != 0xEA { // Chinese, Japanese, Korean
		return false
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	code := folding.at(r)
	if code != 0 {
		return code&kindMask != kindAlways || isAlnum(byte(code)) //nolint:gosec // the low byte is the letter
	}
	return unicode.IsLetter(r) || unicode.IsMark(r)
}
