package redact

// Rows: text whose characters stand apart, "j a n e @ …", "4|1|1|1", and text that is written as the codes of its
// characters, "0x6a, 0x61", "6a 61", "106 97", "U+006A U+0061", "01101010 01100001".

import "strings"

// Bounds of rows.
const (
	rowStride     = 6  // how often a place is looked at: a row is at least minRow characters with one byte between
	minRow        = 8  // characters that make a row
	maxRowGap     = 4  // bytes between two of them
	minCodes      = 6  // codes that make a row
	maxCodeGap    = 4  // bytes between two of them
	codeStride    = 12 // codes with what stands between them take three bytes each at least
	maxRowLength  = 1 << 16
	codeProbe     = 8 // bytes that must all belong to codes where one looks
	maxCodeDigits = 8
)

// codeByte marks the bytes that rows of codes are made of.
var codeByte = func() (t [256]bool) {
	for _, c := range []byte("0123456789abcdefABCDEFxXuU+ ,;:-\n") {
		t[c] = true
	}
	return t
}()

// apartAndCodes reads rows of characters and of codes.
func (sc *scanner) apartAndCodes() {
	s := sc.s
	apart, codes := 0, 0 // read up to here
	for p := 0; p+codeProbe <= len(s); p += rowStride {
		if p >= apart && !noRow(s, p) {
			apart = max(apart, sc.apartRow(p, apart))
		}
		if p%codeStride == 0 && p >= codes && codeProbeAt(s, p) {
			codes = sc.codeRow(p, codes)
		}
	}
}

// noRow reports that no row of characters holds p: two letters or digits stand side by side in the eight bytes there, as
// nearly everywhere, where a row is as long at least, after one of the places that are looked at; or there is none in
// them and the two that follow, which is as far as apartRow looks for one.
func noRow(s string, p int) bool {
	x := load64(s, p)
	letters, _ := letterMasks(x)
	low := x &^ tops8
	digits := (low + ones8*(0x80-'0')) &^ (low + ones8*(0x7F-'9')) &^ x & tops8
	both := letters | digits
	return both&(both<<8) != 0 || both == 0 && !isAlnum(at(s, p+8)) && !isAlnum(at(s, p+9))
}

func codeProbeAt(s string, p int) bool {
	for i := p; i < p+codeProbe; i++ {
		if !codeByte[s[i]] {
			return false
		}
	}
	return true
}

// graphic reports whether c can be a character of a row.
func graphic(c byte) bool { return c > ' ' && c < 0x7F }

// apartRow reads the row of single characters that holds p, where no two stand side by side, and returns where it ends, or 0.
func (sc *scanner) apartRow(p, least int) int {
	s := sc.s
	for gap := 1; gap <= maxRowGap; gap++ {
		period := gap + 1
		for o := p; o < p+period; o++ {
			if o+3*period >= len(s) {
				return 0
			}
			if !rowAt(s, o, gap) {
				continue
			}
			if end := sc.readApart(o, gap, least); end > 0 {
				return end
			}
		}
	}
	return 0
}

// rowAt reports whether characters with equal gaps stand at o: three at least, one of which is a letter or digit.
func rowAt(s string, o, gap int) bool {
	period := gap + 1
	if !graphic(s[o]) || !graphic(s[o+period]) || !graphic(s[o+2*period]) || !isAlnum(s[o]) && !isAlnum(s[o+period]) {
		return false
	}
	for i := 1; i <= gap; i++ {
		if c := s[o+i]; isAlnum(c) || c != s[o+i+period] || c == '\n' && gap == 1 {
			return false
		}
	}
	return true
}

// inRow reports whether c can be a character of a row that sep parts: a blank can, where none parts it.
func inRow(c byte, sep string) bool { return graphic(c) || c == ' ' && sep != " " }

// readApart reads the row of characters with gap bytes between them that holds o, and returns where it ends, or 0 if it is
// too short for one.
func (sc *scanner) readApart(o, gap, least int) int {
	s := sc.s
	period := gap + 1
	sep := s[o+1 : o+period]
	from, to := o, o
	for from-period >= least && s[from-gap:from] == sep && inRow(s[from-period], sep) && o-from < maxRowLength {
		from -= period
	}
	for to+period < len(s) && s[to+1:to+period] == sep && inRow(s[to+period], sep) && to-o < maxRowLength {
		to += period
	}
	if isAlnum(at(s, from-1)) && isAlnum(s[from]) {
		from += period // the end of a word
	}
	if isAlnum(at(s, to+1)) && isAlnum(s[to]) {
		to -= period // the beginning of one
	}
	end := to + 1
	if n := (to-from)/period + 1; n < minRow {
		return 0
	}
	if !sc.worthReading(from, to, period, sep) {
		return end
	}
	var w viewBuilder
	for i := from; i <= to; i += period {
		w.copyRange(s, i, i+1)
	}
	sc.read(derived{view: w.view(), name: "apart", from: from, to: end})
	return end
}

// worthReading reports whether a row of characters can hide something: it is not a rule of lines, nor a table of flags,
// nor a number that is read as it stands.
func (sc *scanner) worthReading(from, to, period int, sep string) bool {
	s := sc.s
	var seen [128]bool
	kinds, digits, letters, signs := 0, 0, 0, 0
	for i := from; i <= to; i += period {
		c := s[i]
		switch {
		case isDigit(c):
			digits++
		case isLetter(c):
			letters++
		default:
			signs++
		}
		if !seen[c] {
			seen[c] = true
			kinds++
		}
	}
	count := digits + letters + signs
	switch {
	case signs*2 > count, letters == 0 && kinds < 4 && !(seen['4'] || seen['5']):
		return false
	case letters == 0 && signs == 0 && (sep == " " || sep == "-" || sep == "." || sep == "/" || sep == "_"):
		return false // clusters are read with these
	}
	return digits >= 4 || seen['@'] || kinds >= minRow
}

// codeForm is how a character's code is written.
type codeForm uint8

const (
	codeNone    codeForm = iota
	codeHex              // 0x6a
	codePair             // 6a
	codePoint            // U+006A
	codeBinary           // 01101010
	codeDecimal          // 106
)

// codeRow reads the rows of codes in the run of bytes around p, and returns where the run ends.
func (sc *scanner) codeRow(p, least int) int {
	s := sc.s
	from, to := p, p
	for from > least && codeByte[s[from-1]] && p-from < maxRowLength {
		from--
	}
	for to < len(s) && codeByte[s[to]] && to-p < maxRowLength {
		to++
	}
	for i := from; i < to; {
		if !isAlnum(s[i]) || isAlnum(at(s, i-1)) {
			i++
			continue
		}
		end := i
		for _, form := range codeForms(s, i) {
			end = max(end, sc.readCodes(i, to, form))
		}
		if end == i {
			end = codeEnd(s, i)
		}
		i = end
	}
	return to
}

// codeForms returns the forms that the code at i may have.
func codeForms(s string, i int) []codeForm {
	n := codeEnd(s, i) - i
	switch {
	case s[i] == '0' && lower(at(s, i+1)) == 'x':
		return formsHex
	case lower(s[i]) == 'u' && at(s, i+1) == '+':
		return formsPoint
	case n == 8:
		return formsBinary
	case n == 2 && isDigit(s[i]) && isDigit(s[i+1]):
		return formsEither
	case n == 2:
		return formsPair
	case n == 3:
		return formsDecimal
	}
	return nil
}

var (
	formsHex     = []codeForm{codeHex}
	formsPoint   = []codeForm{codePoint}
	formsBinary  = []codeForm{codeBinary}
	formsPair    = []codeForm{codePair}
	formsDecimal = []codeForm{codeDecimal}
	formsEither  = []codeForm{codePair, codeDecimal}
)

// codeEnd returns where the letters and digits at i end; a plus sign may stand after the first.
func codeEnd(s string, i int) int {
	j := i
	for j < len(s) && (isAlnum(s[j]) || s[j] == '+' && j == i+1) {
		j++
	}
	return j
}

// readCodes reads the row of codes of one form that starts at i, and returns where it ends, or i if it is too short.
func (sc *scanner) readCodes(i, limit int, form codeForm) int {
	s := sc.s
	var w viewBuilder
	count, end := 0, i
	first := "" // what stands between the first two codes
	for j := i; j < limit; {
		if count == 1 {
			first = s[end:j]
		}
		if count > 1 && !sameGap(first, s[end:j]) {
			break // the next row, or the next column
		}
		stop := codeEnd(s, j)
		r, ok := codeValue(s[j:stop], form)
		if !ok {
			break
		}
		w.unitRune(r, j, stop)
		count++
		end = stop
		j = stop
		for j < limit && j-stop < maxCodeGap && !isAlnum(s[j]) {
			j++
		}
		if j == stop || j >= len(s) || !isAlnum(s[j]) {
			break
		}
	}
	if count < minCodes {
		return i
	}
	v := w.view()
	if inner := normalise(v.s); inner.segs != nil {
		v = inner.over(v)
	}
	sc.read(derived{view: v, name: "codes", from: i, to: end})
	return end
}

// sameGap reports whether what stands between two codes of a row is what stands between its first two: the same, a line
// end after the same sign, or more of the same blanks.
func sameGap(first, gap string) bool {
	if first == gap {
		return true
	}
	a, b := strings.TrimSpace(first), strings.TrimSpace(gap)
	return a == b && (a == "" || strings.IndexByte(gap, '\n') >= 0 || strings.IndexByte(first, '\n') >= 0)
}

// codeValue returns the character whose code is written as form in code.
func codeValue(code string, form codeForm) (rune, bool) {
	v := rune(0)
	ok := true
	switch form {
	case codeHex:
		if len(code) < 4 || len(code) > maxCodeDigits || code[0] != '0' || lower(code[1]) != 'x' {
			return 0, false
		}
		v, ok = hexValue(code, 2, len(code)-2)
	case codePoint:
		if len(code) < 6 || len(code) > maxCodeDigits || lower(code[0]) != 'u' {
			return 0, false
		}
		v, ok = hexValue(code, 2, len(code)-2)
	case codePair:
		if len(code) != 2 {
			return 0, false
		}
		v, ok = hexValue(code, 0, 2)
		ok = ok && v < 0x7F
	case codeBinary:
		if len(code) != 8 {
			return 0, false
		}
		for _, c := range []byte(code) {
			ok = ok && (c == '0' || c == '1')
			v = v<<1 | rune(c-'0')
		}
		ok = ok && v < 0x7F
	default:
		if len(code) < 2 || len(code) > 3 {
			return 0, false
		}
		for _, c := range []byte(code) {
			ok = ok && isDigit(c)
			v = v*10 + rune(c-'0')
		}
		ok = ok && v < 0x7F
	}
	return v, ok && shown(v)
}
