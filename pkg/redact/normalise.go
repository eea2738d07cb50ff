package redact

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxText is the longest text that can be inspected: offsets in views are 32 bits wide.
const maxText = 1 << 30

// special marks the bytes at which normalisation has something to look at.
var special = func() (t [256]bool) {
	for c := 0x80; c < 256; c++ {
		t[c] = true
	}
	t['\\'], t['%'], t['&'] = true, true, true
	return t
}()

// normalise returns the normal form of s: JSON and source escapes, percent-encoding and HTML entities decoded,
// invisible characters dropped, full-width forms and all decimal digits folded to ASCII, look-alike letters folded where
// they stand among Latin ones. A view is never longer than its source.
func normalise(s string) *view {
	i := 0
	for i < len(s) && !special[s[i]] {
		i++
	}
	if i == len(s) {
		return &view{s: s}
	}
	n := normaliser{s: s}
	n.b.Grow(len(s))
	n.run(i)
	if n.copied == 0 {
		return &view{s: s}
	}
	n.copyRange(s, n.copied, len(s))
	return n.view()
}

type normaliser struct {
	viewBuilder
	s         string
	copied    int // source is in the view up to here
	mixedTo   int // end of the last run whose letters were judged
	mixedFold bool
}

// replace puts out for the source range [from, to).
func (n *normaliser) replace(from, to int, out rune) {
	n.copyRange(n.s, n.copied, from)
	if out >= 0 {
		n.unitRune(out, from, to)
	}
	n.open = false
	n.copied = to
}

func (n *normaliser) run(i int) {
	s := n.s
	for i < len(s) {
		c := s[i]
		if !special[c] {
			i++
			continue
		}
		switch c {
		case '\\':
			i = n.backslash(i)
		case '%':
			i = n.percent(i)
		case '&':
			i = n.entity(i)
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if f, ok := n.fold(r, i); ok {
				n.replace(i, i+size, f)
			}
			i += size
		}
	}
}

// drop is what fold returns for characters that nobody sees.
const drop = rune(-1)

// fold returns what stands for r in the normal form, or false if that is r itself.
func (n *normaliser) fold(r rune, pos int) (rune, bool) {
	switch {
	case r < 0xA0:
		return 0, false
	case r == 0x3002 || r == 0xFF61 || r == 0xFF0E:
		if r == 0xFF0E || pos > 0 && isAlnum(at(n.s, pos-1)) && isAlnum(at(n.s, pos+3)) {
			return '.', true
		}
		return 0, false
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0x3041 && r <= 0x30FF, r >= 0xAC00 && r <= 0xD7A3:
		return 0, false // the bulk of Chinese, Japanese and Korean text
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0, true
	case invisible(r):
		return drop, true
	}
	if f, ok := folds[r]; ok {
		return f, true
	}
	if f, ok := confusables[r]; ok && n.amongLatin(pos) {
		return f, true
	}
	if d, ok := digitValue(r); ok {
		return rune('0' + d), true //nolint:gosec // one digit
	}
	return mathLetter(r)
}

// invisible reports whether r shows nothing and joins nothing that matters to rules.
func invisible(r rune) bool {
	switch {
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5,
		r >= 0x180B && r <= 0x180F, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F, r == 0x3164, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF, r == 0xFFA0,
		r >= 0xFFF0 && r <= 0xFFFB, r >= 0xE0000 && r <= 0xE0FFF, r >= 0x1D173 && r <= 0x1D17A:
		return true
	}
	return false
}

// digitValue returns the value of any decimal digit (Unicode category Nd). Its blocks are aligned to their zeros.
func digitValue(r rune) (int, bool) {
	if r < 0x660 || !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	if r >= 0x1D7CE && r <= 0x1D7FF {
		return int(r-0x1D7CE) % 10, true
	}
	zero := r
	for zero-1 >= r-9 && unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return int(r-zero) % 10, true
}

// mathLetter folds the mathematical alphabets (U+1D400 to U+1D6A3) and circled letters to plain letters.
func mathLetter(r rune) (rune, bool) {
	switch {
	case r >= 0x1D400 && r <= 0x1D6A3:
		k := (r - 0x1D400) % 52
		if k < 26 {
			return 'A' + k, true
		}
		return 'a' + k - 26, true
	case r >= 0x24B6 && r <= 0x24CF:
		return 'A' + r - 0x24B6, true
	case r >= 0x24D0 && r <= 0x24E9:
		return 'a' + r - 0x24D0, true
	}
	return 0, false
}

// folds are characters that stand for one in ASCII wherever they are.
var folds = map[rune]rune{
	0xA0: ' ', 0x2000: ' ', 0x2001: ' ', 0x2002: ' ', 0x2003: ' ', 0x2004: ' ', 0x2005: ' ', 0x2006: ' ', 0x2007: ' ',
	0x2008: ' ', 0x2009: ' ', 0x200A: ' ', 0x202F: ' ', 0x205F: ' ', 0x3000: ' ', 0x1680: ' ', 0x2800: ' ',
	0xB7: '.', 0x2219: '.', 0x2027: '.', 0x30FB: '.', 0x2022: '.',
	0x2028: '\n', 0x2029: '\n',
	0x2010: '-', 0x2011: '-', 0x2012: '-', 0x2013: '-', 0x2014: '-', 0x2015: '-', 0x2212: '-', 0xFE58: '-', 0xFE63: '-',
	0x2043: '-', 0x2024: '.', 0xFE52: '.', 0x2044: '/', 0x2215: '/', 0xFE6B: '@', 0xFE55: ':', 0xFE5F: '#', 0xFE62: '+',
	0xFE33: '_', 0xFF3F: '_', 0x2018: '\'', 0x2019: '\'', 0x201C: '"', 0x201D: '"', 0x201E: '"', 0x201F: '"',
}

// confusables are Cyrillic, Greek and other letters that look like Latin ones (Unicode TS 39).
var confusables = func() map[rune]rune {
	m := map[rune]rune{}
	pairs := []string{
		"аa", "еe", "оo", "рp", "сc", "уy", "хx", "іi", "ѕs", "јj", "ԁd", "һh", "ԛq", "ԝw", "ӏl", "ɡg", "ոn", "ьb",
		"мm", "тt", "кk", "вb", "нh", "пn", "гr", "ѵv", "զq", "ցg", "օo", "սu", "հh", "ոn",
		"АA", "ВB", "ЕE", "КK", "МM", "НH", "ОO", "РP", "СC", "ТT", "УY", "ХX", "ІI", "ЅS", "ЈJ", "ԌG", "ԚQ", "ԜW", "ӀI",
		"αa", "οo", "ρp", "νv", "ιi", "κk", "υu", "τt", "ηn", "χx", "γy", "ϲc", "ϳj", "εe",
		"ΑA", "ΒB", "ΕE", "ΖZ", "ΗH", "ΙI", "ΚK", "ΜM", "ΝN", "ΟO", "ΡP", "ΤT", "ΥY", "ΧX", "ϹC",
		"ıi", "ȷj", "ɑa", "ʏY", "ɪI", "ʀR", "ʟL", "ɴN", "ʙB", "ɢG", "ʜH", "ᴀA", "ᴄc", "ᴅD", "ᴇE", "ᴊJ", "ᴋK", "ᴍM", "ᴏo",
		"ᴘP", "ᴛT", "ᴜu", "ᴠv", "ᴡw", "ᴢz", "ℓl", "ℹi", "ℯe", "ℴo",
	}
	for _, p := range pairs {
		r, n := utf8.DecodeRuneInString(p)
		m[r] = rune(p[n])
	}
	return m
}()

// maxMixedRun bounds how far a word is looked at to judge whether it mixes alphabets.
const maxMixedRun = 256

// amongLatin reports whether the look-alike letter at pos stands in a word that also has Latin letters. Each word is
// judged once.
func (n *normaliser) amongLatin(pos int) bool {
	if pos < n.mixedTo {
		return n.mixedFold
	}
	s := n.s
	latin := false
	i := pos
	for i > 0 && pos-i < maxMixedRun && wordish(s[i-1]) {
		i--
		latin = latin || isLetter(s[i])
	}
	j := pos
	for j < len(s) && j-pos < maxMixedRun && wordish(s[j]) {
		latin = latin || isLetter(s[j])
		j++
	}
	n.mixedTo, n.mixedFold = j, latin
	return latin
}

func wordish(c byte) bool {
	return class[c]&(clAlnum|clHigh) != 0 || c == '@' || c == '.' || c == '-' || c == '_' || c == '+' || c == '%'
}

// maxBackslashes is how many backslashes are taken as one escape: JSON in JSON in JSON has seven.
const maxBackslashes = 16

// backslash decodes the escape at i and returns where to go on.
func (n *normaliser) backslash(i int) int {
	s := n.s
	j := i
	for j < len(s) && s[j] == '\\' && j-i < maxBackslashes {
		j++
	}
	switch c := at(s, j); c {
	case 'n', 'r', 't':
		n.replace(i, j+1, [...]rune{'n': '\n', 'r': '\r', 't': '\t'}[c])
		return j + 1
	case '"', '\'', '/', '`':
		if c == '"' && (j-i)%2 == 0 {
			return j // escaped backslashes before a quote that is not escaped
		}
		n.replace(i, j+1, rune(c))
		return j + 1
	case 'u':
		return n.unicodeEscape(i, j)
	case 'x':
		v, ok := hexValue(s, j+1, 2)
		if ok && v >= 0x20 && v < 0x7F {
			n.replace(i, j+3, v)
			return j + 3
		}
	}
	return j
}

// unicodeEscape decodes \uXXXX, with a surrogate pair if there is one. The backslashes are at [i, j).
func (n *normaliser) unicodeEscape(i, j int) int {
	v, ok := hexValue(n.s, j+1, 4)
	end := j + 5
	if !ok {
		return j
	}
	if utf16.IsSurrogate(v) {
		k := end
		for at(n.s, k) == '\\' && k-end < maxBackslashes {
			k++
		}
		low, ok := hexValue(n.s, k+1, 4)
		if k == end || at(n.s, k) != 'u' || !ok {
			return end
		}
		v = utf16.DecodeRune(v, low)
		if v == unicode.ReplacementChar {
			return end
		}
		end = k + 5
	}
	switch {
	case v == '\n' || v == '\r' || v == '\t' || v >= 0x20 && v < 0x7F:
	case v < 0xA0:
		return end
	default:
		f, changed := n.fold(v, i)
		if changed {
			v = f
		}
	}
	n.replace(i, end, v)
	return end
}

// hexValue reads count hexadecimal digits at s[i:].
func hexValue(s string, i, count int) (rune, bool) {
	if i+count > len(s) {
		return 0, false
	}
	v := rune(0)
	for _, c := range []byte(s[i : i+count]) {
		switch {
		case !isHex(c):
			return 0, false
		case isDigit(c):
			v = v<<4 | rune(c-'0')
		default:
			v = v<<4 | rune(lower(c)-'a'+10)
		}
	}
	return v, true
}

// percent decodes one percent-encoded character at i, encoded once or twice.
func (n *normaliser) percent(i int) int {
	first, size, ok := percentByte(n.s, i)
	if !ok || first < 0x20 || first == 0x7F {
		return i + 1
	}
	if first < 0x80 {
		n.replace(i, i+size, rune(first))
		return i + size
	}
	var buf [utf8.UTFMax]byte
	j, count := i, 0
	for count < len(buf) && !utf8.FullRune(buf[:count]) {
		b, size, ok := percentByte(n.s, j)
		if !ok {
			return i + 1
		}
		buf[count] = b
		count++
		j += size
	}
	r, _ := utf8.DecodeRune(buf[:count])
	if r == utf8.RuneError {
		return i + 1
	}
	if f, changed := n.fold(r, i); changed {
		r = f
	}
	n.replace(i, j, r)
	return j
}

// percentByte reads %XX or %25XX at i.
func percentByte(s string, i int) (b byte, size int, ok bool) {
	if at(s, i) != '%' {
		return 0, 0, false
	}
	size = 3
	if strings.HasPrefix(s[i:], "%25") {
		if _, twice := hexValue(s, i+3, 2); twice {
			i, size = i+2, 5
		}
	}
	v, ok := hexValue(s, i+1, 2)
	return byte(v), size, ok //nolint:gosec // two hexadecimal digits
}

var entities = map[string]rune{
	"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\'', "commat": '@', "period": '.', "nbsp": ' ', "colon": ':',
	"sol": '/', "num": '#', "plus": '+', "equals": '=', "lowbar": '_', "hyphen": '-', "dash": '-', "lpar": '(', "rpar": ')',
	"shy": 0xAD, "zwj": 0x200D, "zwnj": 0x200C, "ndash": '-', "NewLine": '\n', "Tab": '\t',
}

// maxEntity is the length of the longest entity that is decoded, from '&' to ';'.
const maxEntity = 10

// entity decodes an HTML character reference at i.
func (n *normaliser) entity(i int) int {
	s := n.s
	j := i + 1
	for j < len(s) && j-i < maxEntity && (isAlnum(s[j]) || s[j] == '#') {
		j++
	}
	if at(s, j) != ';' || j == i+1 {
		return i + 1
	}
	r, ok := entityRune(s[i+1 : j])
	if !ok {
		return i + 1
	}
	if f, changed := n.fold(r, i); changed {
		r = f
	}
	n.replace(i, j+1, r)
	return j + 1
}

func entityRune(name string) (rune, bool) {
	if name[0] != '#' {
		r, ok := entities[name]
		return r, ok
	}
	num, base := name[1:], rune(10)
	if num != "" && lower(num[0]) == 'x' {
		num, base = num[1:], 16
	}
	if num == "" || len(num) > 6 {
		return 0, false
	}
	v := rune(0)
	for _, c := range []byte(num) {
		switch {
		case isDigit(c):
			v = v*base + rune(c-'0')
		case base == 16 && isHex(c):
			v = v*base + rune(lower(c)-'a'+10)
		default:
			return 0, false
		}
	}
	return v, (v >= 0x20 || v == '\n' || v == '\t') && v != 0x7F && utf8.ValidRune(v)
}
