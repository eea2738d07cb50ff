package redact

import (
	"strings"
	"unicode/utf8"
)

// Quoted-printable (RFC 2045 section 6.7): =40 for @, and a line that ends with = goes on.

// Bounds of quoted-printable text.
const (
	maxQuotedBefore = 128 // of the word before its first code
	maxQuoted       = 4096
)

// nameQuoted is what views of quoted-printable text are called.
const nameQuoted = "quoted-printable"

// quotedPrintable reads words and broken lines that are written as quoted-printable.
func (sc *scanner) quotedPrintable() {
	s := sc.s
	for i := 0; i < len(s); {
		k := strings.IndexByte(s[i:], '=')
		if k < 0 {
			return
		}
		i += k
		if _, ok := quotedByte(s, i); !ok && !softBreak(s, i) {
			i++
			continue
		}
		i = sc.quotedWord(i)
	}
}

// quotedByte reads =XX at i.
func quotedByte(s string, i int) (byte, bool) {
	if at(s, i) != '=' {
		return 0, false
	}
	v, ok := hexValue(s, i+1, 2)
	return byte(v), ok && (v >= 0x20 && v < 0x7F || v >= 0x80) //nolint:gosec // two hexadecimal digits
}

// softBreak reports whether a value may go on over the line end after the = at i.
func softBreak(s string, i int) bool {
	return at(s, i+1) == '\n' && wrapByte(at(s, i+2)) && wrapByte(at(s, i-1)) || at(s, i+1) == '\r' && at(s, i+2) == '\n' && wrapByte(at(s, i+3)) && wrapByte(at(s, i-1))
}

// quotedWord reads the word that has a code at i, and returns where it ends.
func (sc *scanner) quotedWord(i int) int {
	s := sc.s
	from := i
	for from > 0 && i-from < maxQuotedBefore && graphic(s[from-1]) && s[from-1] != '"' && s[from-1] != '<' && s[from-1] != ',' {
		from--
	}
	framed := false
	if q := strings.LastIndexByte(s[from:i+1], '?'); q > 2 && frameStart(s, from+q+1) >= 0 {
		from, framed = from+q+1, true
	}
	var w viewBuilder
	var crosses []int
	codes, j := 0, from // =20 alone is the end of an assignment
	for j < len(s) && j-from < maxQuoted {
		if b, ok := quotedByte(s, j); ok && b < 0x80 {
			w.unit(string(rune(b)), j, j+3)
			crosses = append(crosses, w.b.Len()-1, w.b.Len())
			codes++
			if b != ' ' && !isAlnum(b) {
				codes++
			}
			j += 3
			continue
		} else if ok {
			r, n := quotedRune(s, j)
			if n == 0 {
				break
			}
			w.unitRune(r, j, j+n)
			codes++
			j += n
			continue
		}
		if s[j] == '=' && softBreak(s, j) {
			crosses = append(crosses, w.b.Len())
			codes += 2
			j = strings.IndexByte(s[j:], '\n') + j + 1
			continue
		}
		if framed && s[j] == '_' {
			w.unit(" ", j, j+1)
		} else if framed && s[j] == '?' || s[j] <= ' ' && s[j] != ' ' || s[j] >= 0x80 || s[j] == '"' || s[j] == '<' || s[j] == ' ' && !quotedSoon(s, j) {
			break
		} else {
			w.copyRange(s, j, j+1)
		}
		j++
	}
	if len(crosses) > 0 && codes > 1 {
		sc.read(derived{view: w.view(), name: nameQuoted, from: from, to: j, crosses: crosses})
	}
	return max(j, i+1)
}

// quotedSoon reports whether another code stands in the word after the space at i.
func quotedSoon(s string, i int) bool {
	for j := i + 1; j < len(s) && j-i < 24 && s[j] != ' ' && s[j] != '\n'; j++ {
		if _, ok := quotedByte(s, j); ok {
			return true
		}
	}
	return false
}

// quotedRune reads a character of several bytes, and returns how long it is written, or 0.
func quotedRune(s string, i int) (rune, int) {
	var buf [utf8.UTFMax]byte
	for n := range buf {
		b, ok := quotedByte(s, i+3*n)
		if !ok {
			break
		}
		buf[n] = b
		if r, size := utf8.DecodeRune(buf[:n+1]); size == n+1 && r != utf8.RuneError {
			return r, 3 * size
		}
	}
	return 0, 0
}
