package redact

import "strings"

// Bounds of what is read around a line end.
const (
	wrapBefore = 160 // of the line before
	wrapAfter  = 120 // of the line after
	wrapToken  = 96  // of the broken token, on either side
	wrapIndent = 12  // of the indentation of the line after
)

// wraps reads values that are broken over two lines. A join is made only where both sides could belong to one value.
func (sc *scanner) wraps() {
	s := sc.s
	for p := 0; p < len(s); p++ {
		if s[p] == '\n' {
			sc.wrapAt(p)
		}
	}
}

// wrapAt judges the line end at p.
func (sc *scanner) wrapAt(p int) {
	s := sc.s
	left := p
	if at(s, left-1) == '\r' {
		left--
	}
	marked := false
	for at(s, left-1) == '\\' && p-left < 4 {
		left--
		marked = true
	}
	right := p + 1
	for right < len(s) && right-p < wrapIndent && (s[right] == ' ' || s[right] == '>' || s[right] == '\t') {
		marked = marked || s[right] == '>'
		right++
	}
	if marked && at(s, left-1) == ' ' && isDigit(at(s, right)) { // broken at a space: (415) \ 555-0132
		left--
	}
	if !wrapByte(at(s, left-1)) || !wrapByte(at(s, right)) {
		return
	}
	a := left
	for a > 0 && left-a < wrapToken && !isSpace(s[a-1]) {
		a--
	}
	b := right
	for b < len(s) && b-right < wrapToken && !isSpace(s[b]) {
		b++
	}
	if !brokenToken(s[a:left], s[right:b], marked || right-p > 1) {
		return
	}
	from := max(0, left-wrapBefore)
	for from < left && (!isSpace(s[from]) || s[from] == '\n') && from < a {
		from++
	}
	to := min(len(s), right+wrapAfter)
	for i := b; i < to; i++ {
		if s[i] == '\n' {
			to = i
		}
	}
	from, to = runeStart(s, from), runeStart(s, to)
	var w viewBuilder
	w.copyRange(s, from, left)
	cross := w.b.Len()
	w.copyRange(s, right, to)
	sc.read(derived{view: w.view(), name: "wrap", from: a, to: b, cross: cross})
}

// runeStart moves i back to the start of a rune.
func runeStart(s string, i int) int {
	for i > 0 && i < len(s) && s[i]&0xC0 == 0x80 {
		i--
	}
	return i
}

// wrapByte reports whether a value may be broken beside c.
func wrapByte(c byte) bool {
	return isAlnum(c) || c == '-' || c == '.' || c == '_' || c == '@' || c == '/' || c == '+' || c == '=' || c == ':' || c == '%' || c == '$' ||
		c == '#' || c == '!' || c == '*' || c == '(' || c == '&'
}

// brokenToken reports whether l, at the end of a line, and r, at the start of the next, could be parts of one value.
// With marked, the line end is a continuation or indented.
func brokenToken(l, r string, marked bool) bool {
	for len(r) > 1 && (r[len(r)-1] == ',' || r[len(r)-1] == '.' || r[len(r)-1] == ';') {
		r = r[:len(r)-1]
	}
	ll, ld, ls, lh := census(l)
	rl, rd, rs, rh := census(r)
	switch {
	case has(l, '@'):
		return !wholeAddress(l)
	case has(r, '@'):
		// An address at the start of a line is one without the last word of the line before.
		last := l[len(l)-1]
		return r[0] == '@' || last == '.' || last == '-' || has(l, '_') || has(l, '+') || marked && (ld > 0 || has(l, '.'))
	case ld+rd == 0 && ls+rs+lh+rh == 0:
		return marked && len(l) <= 4 && len(r) <= 4 && isUpper(l[0]) && isUpper(r[0]) // two words, or two groups of capitals
	case ld > 0 && rd > 0 && ll+rl == 0:
		return marked || !has(l, ',') && !has(r, ',')
	case marked:
		return ld+rd > 0 || lh+rh > 2
	}
	return ld+rd >= 2 && len(l)+len(r) >= 12 && !has(l, ',') && !has(r, ',') && !has(r, '=') && (ls == 0 || rs == 0 || has(l, '-') || has(l, '_'))
}

// wholeAddress reports whether a token ends as e-mail addresses do: what follows on the next line is another word.
func wholeAddress(token string) bool {
	domain := token[strings.LastIndexByte(token, '@')+1:]
	return isDomain(domain) && knownTopLevel(domain[strings.LastIndexByte(domain, '.')+1:])
}

// knownTopLevel reports whether a label is a country's or one of the top-level domains that most addresses have.
func knownTopLevel(label string) bool {
	switch strings.ToLower(label) {
	case "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "name", "dev", "app", "cloud", "online", "tech", "shop", "health", "bank":
		return true
	default:
		return len(label) == 2
	}
}

func has(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}
