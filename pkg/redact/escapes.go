package redact

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

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
	case 'U':
		return n.hexEscape(i, j+1, 8)
	case 'x':
		return n.hexEscape(i, j+1, 2)
	case '0', '1':
		return n.numberEscape(i, j)
	case '.', '-', '_', '+', '@', '(', ')', '*', '#', '!', '~':
		if isAlnum(at(s, i-1)) && (isAlnum(at(s, j+1)) || at(s, j+1) == '\\' || c == ')') || c == '(' && isDigit(at(s, j+1)) {
			n.replace(i, j+1, rune(c)) // Markdown, LaTeX and patterns: jane\_doe, 198\.51
			return j + 1
		}
	}
	return j
}

// hexEscape decodes an escape of count hexadecimal digits at j, or of one to six in braces, that began at i.
func (n *normaliser) hexEscape(i, j, count int) int {
	v, end, ok := bracedHex(n.s, j)
	if !ok {
		v, ok = hexValue(n.s, j, count)
		end = j + count
	}
	if !ok || !shown(v) || count == 2 && v >= 0x7F {
		return j
	}
	n.decoded(i, end, v)
	return end
}

// bracedHex reads {41} to {1F600} at i.
func bracedHex(s string, i int) (v rune, end int, ok bool) {
	if at(s, i) != '{' {
		return 0, i, false
	}
	j := i + 1
	for j < len(s) && j-i <= 6 && isHex(s[j]) {
		j++
	}
	if at(s, j) != '}' || j == i+1 {
		return 0, i, false
	}
	v, ok = hexValue(s, i+1, j-i-1)
	return v, j + 1, ok && utf8.ValidRune(v)
}

// shown reports whether v is a character that may stand in a text.
func shown(v rune) bool {
	return v == '\n' || v == '\r' || v == '\t' || v >= 0x20 && v < 0x7F || v >= 0xA0 && utf8.ValidRune(v)
}

// numberEscape decodes, at j after the backslashes from i, the octal escape of a character, \064, where it stands in a
// row of them, and the escape of style sheets, \000034.
func (n *normaliser) numberEscape(i, j int) int {
	s := n.s
	if strings.HasPrefix(s[j:], "0000") {
		v, ok := hexValue(s, j+4, 2)
		if ok && v >= 0x20 && v < 0x7F {
			n.replace(i, j+6, v)
			return j + 6
		}
	}
	v, ok := octalValue(s, j)
	if !ok || v < 0x20 || v >= 0x7F {
		return j
	}
	_, next := octalValue(s, j+4)
	next = next && at(s, j+3) == '\\'
	_, last := octalValue(s, i-3)
	last = last && at(s, i-4) == '\\'
	if !next && !last {
		return j
	}
	n.replace(i, j+3, v)
	return j + 3
}

func octalValue(s string, i int) (rune, bool) {
	if i < 0 || i+3 > len(s) {
		return 0, false
	}
	v := rune(0)
	for _, c := range []byte(s[i : i+3]) {
		if c < '0' || c > '7' {
			return 0, false
		}
		v = v<<3 | rune(c-'0')
	}
	return v, true
}

// unicodeEscape decodes \uXXXX, with a surrogate pair if there is one, and \u{XXXX}. The backslashes are at [i, j).
func (n *normaliser) unicodeEscape(i, j int) int {
	if at(n.s, j+1) == '{' {
		return n.hexEscape(i, j+1, 4)
	}
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
	if shown(v) {
		n.decoded(i, end, v)
	}
	return end
}

// hexValue reads count hexadecimal digits, seven at most that matter, at s[i:].
func hexValue(s string, i, count int) (rune, bool) {
	if i < 0 || i+count > len(s) {
		return 0, false
	}
	v := rune(0)
	for _, c := range []byte(s[i : i+count]) {
		switch {
		case !isHex(c) || v > unicode.MaxRune:
			return 0, false
		case isDigit(c):
			v = v<<4 | rune(c-'0')
		default:
			v = v<<4 | rune(lower(c)-'a'+10)
		}
	}
	return v, true
}

// percent decodes one percent-encoded character at i, encoded up to three times, or %uXXXX.
func (n *normaliser) percent(i int) int {
	s := n.s
	if lower(at(s, i+1)) == 'u' {
		v, ok := hexValue(s, i+2, 4)
		if !ok || !shown(v) {
			return i + 1
		}
		n.decoded(i, i+6, v)
		return i + 6
	}
	first, size, ok := percentByte(s, i)
	if !ok || first < 0x20 && first != '\n' && first != '\r' && first != '\t' || first == 0x7F {
		return i + 1
	}
	if first < 0x80 {
		n.replace(i, i+size, rune(first))
		n.formSpaces(i + size)
		return i + size
	}
	var buf [utf8.UTFMax]byte
	j, count := i, 0
	for count < len(buf) && !utf8.FullRune(buf[:count]) {
		b, size, ok := percentByte(s, j)
		if !ok {
			return i + 1
		}
		buf[count] = b
		count++
		j += size
	}
	r, _ := utf8.DecodeRune(buf[:count])
	if r == utf8.RuneError || !shown(r) {
		return i + 1
	}
	n.decoded(i, j, r)
	return j
}

// maxForm bounds how far after an encoded character plus signs are read as the spaces of a form.
const maxForm = 64

// formSpaces reads plus signs between digits, up to the next percent sign after i, as the spaces of a form:
// %2B33+6+12+34. Between letters they stay: jane+news%40company.com.
func (n *normaliser) formSpaces(i int) {
	s := n.s
	for j := max(i, n.spaces); j < len(s) && j-i < maxForm; j++ {
		c := s[j]
		if c == '+' && (isDigit(at(s, j-1)) || at(s, j-1) == ')' || j == i) && (isDigit(at(s, j+1)) || at(s, j+1) == '(' || at(s, j+1) == '%') {
			n.replace(j, j+1, ' ')
		} else if !isAlnum(c) && c != '+' && c != '-' && c != '.' {
			return
		}
		n.spaces = j + 1
	}
}

// maxPercent is how many times over a character may be percent-encoded.
const maxPercent = 3

// percentByte reads %XX, %25XX or %2525XX at i.
func percentByte(s string, i int) (b byte, size int, ok bool) {
	if at(s, i) != '%' {
		return 0, 0, false
	}
	size = 3
	for n := 1; n < maxPercent && strings.HasPrefix(s[i+1:], "25"); n++ {
		if _, again := hexValue(s, i+3, 2); !again {
			break
		}
		i, size = i+2, size+2
	}
	v, ok := hexValue(s, i+1, 2)
	return byte(v), size, ok //nolint:gosec // two hexadecimal digits
}

// entities are the names of ASCII's signs in HTML, and of characters that are read as one.
var entities = map[string]rune{
	"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\'', "commat": '@', "period": '.', "nbsp": ' ', "colon": ':',
	"sol": '/', "num": '#', "plus": '+', "equals": '=', "lowbar": '_', "hyphen": '-', "dash": '-', "lpar": '(', "rpar": ')',
	"shy": 0xAD, "zwj": 0x200D, "zwnj": 0x200C, "ndash": '-', "NewLine": '\n', "Tab": '\t', "excl": '!', "dollar": '$', "percnt": '%',
	"quest": '?', "semi": ';', "comma": ',', "ast": '*', "Hat": '^', "lsqb": '[', "rsqb": ']', "lcub": '{', "rcub": '}', "verbar": '|',
	"bsol": '\\', "ensp": ' ', "emsp": ' ', "thinsp": ' ', "AMP": '&', "GT": '>', "LT": '<', "QUOT": '"',
}

// maxEntity is the length of the longest entity that is decoded, from '&' to ';'.
const maxEntity = 12

// entity decodes an HTML character reference at i, escaped once more or not.
func (n *normaliser) entity(i int) int {
	s := n.s
	body := i + 1
	if strings.HasPrefix(s[body:], "amp;") {
		if r, end, ok := reference(s, body+4, false); ok {
			n.decoded(i, end, r)
			return end
		}
	}
	r, end, ok := reference(s, body, i > 0 && n.copied == i)
	if !ok {
		return i + 1
	}
	n.decoded(i, end, r)
	return end
}

// reference reads the body of a character reference at i: a name and ';', or '#' and a number, whose ';' may be
// missing before another reference, and after one.
func reference(s string, i int, follows bool) (r rune, end int, ok bool) {
	j := i
	if at(s, j) == '#' {
		j++
	}
	for j < len(s) && j-i < maxEntity && isAlnum(s[j]) {
		j++
	}
	if j == i {
		return 0, i, false
	}
	end = j + 1
	if at(s, j) != ';' {
		if s[i] != '#' || j-i < 3 || !follows && at(s, j) != '&' {
			return 0, i, false
		}
		end = j
	}
	r, ok = entityRune(s[i:j])
	return r, end, ok && (shown(r) || r == 0xAD)
}

// entityRune returns the character of a reference's name or number.
func entityRune(name string) (rune, bool) {
	if name[0] != '#' {
		r, ok := entities[name]
		if ok || !isLetter(name[0]) {
			return r, ok
		}
		out := html.UnescapeString("&" + name + ";")
		r, size := utf8.DecodeRuneInString(out)
		return r, size == len(out) && r >= 0x80
	}
	num, base := name[1:], rune(10)
	if num != "" && lower(num[0]) == 'x' {
		num, base = num[1:], 16
	}
	if num == "" {
		return 0, false
	}
	v := rune(0)
	for _, c := range []byte(num) {
		switch {
		case v > unicode.MaxRune:
			return 0, false
		case isDigit(c):
			v = v*base + rune(c-'0')
		case base == 16 && isHex(c):
			v = v*base + rune(lower(c)-'a'+10)
		default:
			return 0, false
		}
	}
	return v, utf8.ValidRune(v)
}
