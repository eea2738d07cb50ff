package redact

// Letters in the place of digits, as people write them to get past a filter and as scanners misread them:
// "4S39 5787 63b2 l486".

// Bounds of a number with letters for digits.
const (
	minDigitLike = 9  // characters: a social security number
	maxDigitLike = 40 // and an IBAN in groups
)

// asDigit gives the digit that a letter looks like, or 0.
var asDigit = func() (t [256]byte) {
	for digit, letters := range [...]string{"OoQ", "IiLl", "Zz", "E", "A", "Ss", "Gb", "T", "B", "gq"} {
		for _, c := range []byte(letters) {
			t[c] = byte('0' + digit)
		}
	}
	return t
}()

// misread reads the number that the token s[start:end] belongs to with digits in the place of its letters, if each of its
// letters looks like one.
func (sc *scanner) misread(start, end int) {
	s := sc.s
	if sc.depth > 0 || start < sc.misreadTo || !likeDigits(s, start, end) {
		return
	}
	from, to := start, end
	for j := from - 1; j > 0 && gapOfDigits(s[j]); j = from - 1 {
		a := j
		for a > 0 && isAlnum(s[a-1]) && j-a < maxDigitLike {
			a--
		}
		if !partOfNumber(s, a, j) {
			break
		}
		from = a
	}
	for j := to; j < len(s) && gapOfDigits(s[j]); j = to {
		b := j + 1
		for b < len(s) && isAlnum(s[b]) && b-j < maxDigitLike {
			b++
		}
		if !partOfNumber(s, j+1, b) {
			break
		}
		to = b
	}
	sc.misreadTo = to
	if to-from < minDigitLike || to-from > maxDigitLike || !mostlyDigits(s, from, to) {
		return
	}
	sc.readMisread(from, to)
}

// gapOfDigits reports whether c may part the groups of a number.
func gapOfDigits(c byte) bool { return c == ' ' || c == '-' || c == '.' }

// partOfNumber reports whether s[a:b] can be a group of a number: digits, some of which may be written as letters.
func partOfNumber(s string, a, b int) bool {
	digits := 0
	for i := a; i < b; i++ {
		if isDigit(s[i]) {
			digits++
		} else if asDigit[s[i]] == 0 {
			return false
		}
	}
	return digits > 0 && b-a < maxDigitLike
}

// likeDigits reports whether s[a:b] is digits and letters that look like digits. It may start with the two letters of a
// country, as an IBAN does.
func likeDigits(s string, a, b int) bool {
	if b-a > 4 && isUpper(s[a]) && isUpper(s[a+1]) && isDigit(s[a+2]) && isDigit(s[a+3]) {
		a += 2
	}
	return partOfNumber(s, a, b)
}

// mostlyDigits reports whether s[a:b] has at least as many digits as letters.
func mostlyDigits(s string, a, b int) bool {
	digits, letters := 0, 0
	for i := a; i < b; i++ {
		if isDigit(s[i]) {
			digits++
		} else if isLetter(s[i]) {
			letters++
		}
	}
	return digits >= letters
}

// readMisread reads s[from:to] with digits for its letters. Codes of letters and digits are far more often codes than
// numbers, so a word beside it has to say what it is, and its checksum to hold.
func (sc *scanner) readMisread(from, to int) {
	s := sc.s
	var w viewBuilder
	var crosses []int
	w.copyRange(s, plusBefore(s, from), from)
	first := w.b.Len()
	for i := from; i < to; i++ {
		d := asDigit[s[i]]
		if d == 0 || i < from+2 && isUpper(s[from]) && isUpper(s[from+1]) {
			w.copyRange(s, i, i+1)
			continue
		}
		crosses = append(crosses, max(first+1, w.b.Len()))
		w.unit(string(rune(d)), i, i+1)
	}
	sc.readSpokenFor(derived{view: w.view(), name: "digit-like", from: from, to: to, crosses: crosses}, true)
}
