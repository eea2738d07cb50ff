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
	size, last := 0, -1
	for p := strings.IndexByte(s, '\n'); p >= 0; p = nextByte(s, p+1, '\n') {
		if j, ok := sc.joinAt(p, last); ok {
			joins = append(joins, j)
			size += wrapBefore + wrapAfter + j.b - j.a
			last = j.right
		}
	}
	sc.joins = joins
	if size > len(s) {
		sc.readJoined(joins, "wrap")
		return
	}
	for i := range joins {
		sc.readJoin(joins[i])
		if j := joins[i]; s[j.left-1] == '-' && isAlnum(at(s, j.left-2)) && isAlnum(s[j.right]) {
			j.left-- // a hyphen that was put in where the line was broken
			sc.readJoin(j)
		}
		if k := chain(joins, i); k > i+1 {
			sc.readGroup(joins[i:k], "wrap")
		}
	}
}

// maxChain is how many line ends one value has: more are a block, which has rules of its own.
const maxChain = 6

// chain returns the end of the row of joins that starts with joins[i], if none before belongs to it: a value that is
// broken over three lines or more.
func chain(joins []joinPoint, i int) int {
	if i > 0 && joins[i-1].b >= joins[i].a {
		return i
	}
	k := i + 1
	for k < len(joins) && joins[k-1].b >= joins[k].a {
		k++
	}
	if k-i > maxChain {
		return i
	}
	return k
}

// joinAt judges the line end at p. The line before it goes on a value if it starts at goesOn.
func (sc *scanner) joinAt(p, goesOn int) (joinPoint, bool) {
	s := sc.s
	left := p
	if at(s, left-1) == '\r' {
		left--
	}
	how := joinPlain
	for at(s, left-1) == '\\' && p-left < 4 {
		left--
		how = joinMarked
	}
	for at(s, left-1) == ' ' && p-left < 4 { // broken at a space: (415) \ 555-0132
		left--
	}
	right, quoted := afterIndent(s, p+1)
	if quoted {
		how = joinMarked
	} else if right > p+1 && how == joinPlain {
		how = joinIndented
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
	l, r := s[a:left], s[right:b]
	if how != joinMarked && a != goesOn && (a == 0 || lineStarts(s, a)) && !has(l, '@') && !has(r, '@') && !dangling(l, r) && !assigned(l, r) {
		return joinPoint{}, false // a column of values
	}
	ends := a == goesOn && endsDomain(strings.TrimRight(r, ",;>)\"'")) // the last line of an address
	return joinPoint{a: a, left: left, right: right, b: b}, ends || brokenToken(l, r, how)
}

// endsDomain reports whether v is a domain under one of the top-level domains that most addresses have.
func endsDomain(v string) bool {
	return isDomain(v) && knownTopLevel(v[strings.LastIndexByte(v, '.')+1:])
}

// How two lines are joined.
type joinKind uint8

const (
	joinPlain    joinKind = iota
	joinIndented          // the second line is indented
	joinMarked            // a continuation, a quotation or a comment goes on
)

// commentMarks begin the lines of quotations and comments.
var commentMarks = []string{"> ", ">> ", "# ", "// ", "* ", "-- ", "; ", "| ", "% ", "/// ", "//! ", ">"}

// startsComment marks the bytes that commentMarks start with.
var startsComment = func() (t [256]bool) {
	for _, m := range commentMarks {
		t[m[0]] = true
	}
	return t
}()

// afterIndent steps over what a line that starts at i begins with, and reports whether a quotation's or comment's mark
// is part of it.
func afterIndent(s string, i int) (right int, marked bool) {
	j := i
	for j < len(s) && j-i < wrapIndent && (s[j] == ' ' || s[j] == '\t') {
		j++
	}
	for range 3 { // quotations within quotations
		n := j
		if j == len(s) || !startsComment[s[j]] {
			break
		}
		for _, m := range commentMarks {
			if strings.HasPrefix(s[j:], m) {
				j += len(m)
				marked = true
				break
			}
		}
		if j == n {
			break
		}
	}
	for marked && j-i < 2*wrapIndent && at(s, j) == ' ' {
		j++
	}
	return j, marked
}

// dangling reports whether l or r cannot stand for itself: one ends, or the other begins, with what joins the parts of
// a value.
func dangling(l, r string) bool {
	switch l[len(l)-1] {
	case '-', '.', '_', '/', '+':
		return len(l) > 1 && isAlnum(l[len(l)-2]) && isAlnum(r[0])
	}
	switch r[0] {
	case '-', '.', '_', '/', '+':
		return len(r) > 1 && isAlnum(r[1]) && isAlnum(l[len(l)-1])
	}
	return false
}

// assigned reports whether l is a name and the beginning of its value, and r no other name.
func assigned(l, r string) bool {
	return strings.IndexByte(l, '=') > 0 && strings.IndexByte(r, '=') < 0 && strings.IndexByte(r, ':') < 0
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
func (sc *scanner) readJoined(joins []joinPoint, name string) {
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
	sc.read(derived{view: w.view(), name: name, from: 0, to: len(sc.s), crosses: crosses})
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
func brokenToken(l, r string, how joinKind) bool {
	if how == joinPlain && (startsField(r) || parted(l, r)) {
		return false
	}
	for len(r) > 1 && (r[len(r)-1] == ',' || r[len(r)-1] == '.' || r[len(r)-1] == ';') {
		r = r[:len(r)-1]
	}
	marked := how != joinPlain
	switch {
	case has(l, '@'):
		if l[0] == '@' || wholeAddress(strings.TrimRight(l, ".")) {
			return false
		}
		return l[len(l)-1] != '.' || marked && knownTopLevel(firstLabel(r))
	case has(r, '@'):
		// An address at the start of a line is one without the last word of the line before.
		_, ld, _, _ := census(l)
		last := l[len(l)-1]
		return isDigit(last) && isDigit(r[0]) && ld < len(l) || strings.Contains(l, "://") || r[0] == '@' && wholeAddress(strings.TrimRight(r, ">)\"'")) || last == '.' || last == '-' || has(l, '_') || has(l, '+') || marked && (ld > 0 || has(l, '.'))
	}
	if i := strings.LastIndexAny(l, `=:"'(<`); i >= 0 && i+1 < len(l) && !strings.Contains(l, "://") {
		l = l[i+1:]
	}
	if i := strings.IndexAny(r, `"'),;<>`); i > 0 {
		r = r[:i]
	}
	if brokenBase64(l, r) {
		return true
	}
	ll, ld, ls, lh := census(l)
	rl, rd, rs, rh := census(r)
	switch {
	case ld+rd == 0 && ls+rs+lh+rh == 0:
		return marked && len(l) <= 4 && len(r) <= 4 && isUpper(l[0]) && isUpper(r[0]) // two words, or two groups of capitals
	case ld > 0 && rd > 0 && ll+rl == 0:
		return marked || !has(l, ',') && !has(r, ',')
	case dangling(l, r):
		return l[len(l)-1] != '.' || ld+rd > 0
	case how == joinMarked:
		return ld+rd > 0 || lh+rh > 2
	case how == joinIndented:
		return rd > 0 || lh > 0 && rh > 0 && ld > 0
	}
	if rd+rs+rh == 0 {
		return false // a word begins the next line
	}
	return ld+rd >= 2 && len(l)+len(r) >= 12 && !has(l, ',') && !has(r, ',') && !has(r, '=') && (ls == 0 || rs == 0 || has(l, '-') || has(l, '_'))
}

// brokenBase64 reports whether l and r together decode to text.
func brokenBase64(l, r string) bool {
	if len(l) < minEncoded || !startsReadable(l) {
		return false
	}
	_, _, ok := decodeToken(l + strings.TrimRight(r, "="))
	return ok
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

// firstLabel returns the letters and digits that s begins with.
func firstLabel(s string) string {
	i := 0
	for i < len(s) && isAlnum(s[i]) {
		i++
	}
	return s[:i]
}

// wholeAddress reports whether a token ends as e-mail addresses do: what follows on the next line is another word.
func wholeAddress(token string) bool {
	return endsDomain(token[strings.LastIndexByte(token, '@')+1:])
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
