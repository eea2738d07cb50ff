package redact

import "strings"

// Bounds of what is read around a line end.
const (
	wrapBefore = 96  // of the line before
	wrapAfter  = 48  // of the line after
	wrapToken  = 256 // of the broken token, on either side
	wrapIndent = 12  // of the indentation of the line after
)

// joinPoint is a line end that may lie within a value: without s[left:right] the value is whole. Its parts are
// s[a:left] and s[right:b].
type joinPoint struct{ a, left, right, b int }

// wraps reads values that are broken over two lines. Lines are joined only where both sides could belong to one value:
// each by itself where there are few such places, all in one view where there are many.
func (sc *scanner) wraps() {
	s := sc.s
	joins := sc.joins[:0]
	size := 0
	for p := strings.IndexByte(s, '\n'); p >= 0; p = nextByte(s, p+1, '\n') {
		if j, ok := sc.joinAt(p); ok {
			joins = append(joins, j)
			size += wrapBefore + wrapAfter + j.b - j.a
		}
	}
	sc.joins = joins
	if size > len(s) {
		sc.readJoined(joins)
		return
	}
	for i := range joins {
		sc.readJoin(joins[i])
	}
}

// joinAt judges the line end at p.
func (sc *scanner) joinAt(p int) (joinPoint, bool) {
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
		return joinPoint{}, false
	}
	a := left
	for a > 0 && left-a < wrapToken && !isSpace(s[a-1]) {
		a--
	}
	b := right
	for b < len(s) && b-right < wrapToken && !isSpace(s[b]) {
		b++
	}
	alone := !marked && (a == 0 || lineStarts(s, a))
	if alone && !has(s[a:left], '@') && !has(s[right:b], '@') {
		return joinPoint{}, false // a column of values
	}
	return joinPoint{a: a, left: left, right: right, b: b}, brokenToken(s[a:left], s[right:b], marked || right-p > 1)
}

// lineStarts reports whether nothing but indentation stands before i on its line.
func lineStarts(s string, i int) bool {
	for n := 0; i > 0 && n < wrapIndent && (s[i-1] == ' ' || s[i-1] == '\t'); n++ {
		i--
	}
	return i == 0 || s[i-1] == '\n'
}

// readJoin reads the surroundings of one join.
func (sc *scanner) readJoin(j joinPoint) {
	s := sc.s
	from := max(0, j.left-wrapBefore)
	for from < j.a && (!isSpace(s[from]) || s[from] == '\n') {
		from++
	}
	from = min(from, j.a)
	to := min(len(s), j.b+wrapAfter)
	for i := j.b; i < to; i++ {
		if s[i] == '\n' {
			to = i
		}
	}
	from, to = runeStart(s, from), runeStart(s, to)
	var w viewBuilder
	w.b.Grow(to - from)
	w.copyRange(s, from, j.left)
	cross := []int{w.b.Len()}
	w.copyRange(s, j.right, to)
	sc.read(derived{view: w.view(), name: "wrap", from: j.a, to: j.b, crosses: cross})
}

// readJoined reads the whole text with all joins made.
func (sc *scanner) readJoined(joins []joinPoint) {
	if len(joins) == 0 {
		return
	}
	var w viewBuilder
	crosses := make([]int, 0, len(joins))
	pos := 0
	for _, j := range joins {
		if j.left < pos {
			continue
		}
		w.copyRange(sc.s, pos, j.left)
		crosses = append(crosses, w.b.Len())
		pos = j.right
	}
	w.copyRange(sc.s, pos, len(sc.s))
	sc.read(derived{view: w.view(), name: "wrap", from: 0, to: len(sc.s), crosses: crosses})
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
		c == '#' || c == '!' || c == '*' || c == '(' || c == ')' || c == '&'
}

// brokenToken reports whether l, at the end of a line, and r, at the start of the next, could be parts of one value.
// With marked, the line end is a continuation or indented.
func brokenToken(l, r string, marked bool) bool {
	if !marked && (startsField(r) || parted(l, r)) {
		return false
	}
	for len(r) > 1 && (r[len(r)-1] == ',' || r[len(r)-1] == '.' || r[len(r)-1] == ';') {
		r = r[:len(r)-1]
	}
	ll, ld, ls, lh := census(l)
	rl, rd, rs, rh := census(r)
	switch {
	case has(l, '@'):
		return !wholeAddress(l) && (marked || l[len(l)-1] != '.')
	case has(r, '@'):
		// An address at the start of a line is one without the last word of the line before.
		last := l[len(l)-1]
		return strings.Contains(l, "://") || r[0] == '@' || last == '.' || last == '-' || has(l, '_') || has(l, '+') || marked && (ld > 0 || has(l, '.'))
	case ld+rd == 0 && ls+rs+lh+rh == 0:
		return marked && len(l) <= 4 && len(r) <= 4 && isUpper(l[0]) && isUpper(r[0]) // two words, or two groups of capitals
	case ld > 0 && rd > 0 && ll+rl == 0:
		return marked || !has(l, ',') && !has(r, ',')
	case marked:
		return ld+rd > 0 || lh+rh > 2
	}
	return ld+rd >= 2 && len(l)+len(r) >= 12 && !has(l, ',') && !has(r, ',') && !has(r, '=') && (ls == 0 || rs == 0 || has(l, '-') || has(l, '_'))
}

// minWrapWord is how many letters a word has that is hardly ever a part of something random.
const minWrapWord = 5

// parted reports whether a plain word stands on one side of a line end, and what does not go on with it on the other: a
// letter or digit before the word, a number after it. Nor do the marks of a block, or calls, go on in another line.
func parted(l, r string) bool {
	return wrapWord(r) && isAlnum(l[len(l)-1]) || wrapWord(l) && isDigit(r[0]) || strings.HasSuffix(l, "-----") || l[len(l)-1] == ')' && onlyLetters(r)
}

// wrapWord reports whether v is a word of small letters, the first of which may be a capital.
func wrapWord(v string) bool {
	for i := 1; i < len(v); i++ {
		if !isLower(v[i]) && v[i] < 0x80 {
			return false
		}
	}
	return len(v) >= minWrapWord && (isLetter(v[0]) || v[0] >= 0x80)
}

// startsField reports whether a line that starts with the token begins with a key of its own: port:, API_KEY=value.
func startsField(token string) bool {
	if !isLetter(token[0]) {
		return false
	}
	n := len(token)
	if token[n-1] == ':' {
		return n > 2 && allNameBytes(token[:n-1])
	}
	i := strings.IndexByte(token, '=') // one that is followed by nothing may pad base64
	return i > 2 && i+1 < n && token[i+1] != '=' && allNameBytes(token[:i])
}

func allNameBytes(v string) bool {
	for i := range len(v) {
		if !isWordByte(v[i]) && v[i] != '-' {
			return false
		}
	}
	return true
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
