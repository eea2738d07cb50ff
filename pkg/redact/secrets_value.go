package redact

import "strings"

// How a name and its value are joined.
type joint uint8

const (
	jointNone   joint = iota
	jointAssign       // = : => := in configuration, code, JSON, headers
	jointProse        // "is", "ist", "es" …
	jointSpace        // nothing but space
)

// copulas are the words between a name and its value in a sentence. The longest come first.
var copulas = []string{
	"is set to ", "is still ", "is now ", "is currently ", "was changed to ", "has been set to ", "changed to ", "should be ", "set to ",
	"is ", "was ", "are ", "will be ", "to ", "ist jetzt ", "ist ", "lautet ", "lauten ", "war ", "est désormais ", "est ", "était ", "es ahora ",
	"es ", "era ", "é ", "e' ", "è ", "era ", "is nu ", "jest ", "to jest ", "brzmi ", "equals ", "как ", "はは", "は", "是", "为", "為", "है ", "का ",
}

// maxJoint bounds what may stand between a name and its value.
const maxJoint = 48

// readJoint reads what joins a name that ends at i with its value, and where the value starts.
func (sc *scanner) readJoint(i int) (joint, int) {
	s := sc.s
	start := i
	quoted := false
	for i < len(s) && (s[i] == '"' || s[i] == '\'' || s[i] == '`' || s[i] == ']' || s[i] == ')' || s[i] == '*') {
		quoted = quoted || s[i] != '*'
		i++
	}
	afterQuote := i
	i = skipBlanks(s, i)
	if at(s, i) == '(' { // "password (temporary): x"
		if j := strings.IndexByte(s[i:min(len(s), i+24)], ')'); j > 0 {
			i = skipBlanks(s, i+j+1)
		}
	}
	if i > afterQuote {
		i = skipType(s, i)
	}
	kind, next := operator(s, i, quoted)
	if at(s, i) == '|' && next == i+1 && !sc.tableRow(i) {
		return jointNone, i
	}
	if kind == jointAssign {
		next = skipBlanks(s, next)
		if t := skipType(s, next); t > next {
			next = skipBlanks(s, t+1)
		}
		if at(s, next) == '\n' && at(s, next-1) == '>' { // the value of an XML element on the next line
			next = skipBlanks(s, next+1)
		}
		next = skipCast(s, next)
		return kind, next
	}
	for _, c := range copulas {
		if j := i + len(c); j <= len(s) && (i > afterQuote || c[0] >= 0x80) && equalFold(s[i:j], c) {
			j = skipBlanks(s, j)
			if at(s, j) == ':' {
				j = skipBlanks(s, j+1)
			}
			return jointProse, j
		}
	}
	if i > start && i-start < maxJoint {
		return jointSpace, i
	}
	return jointNone, i
}

// tableRow reports whether the '|' at i stands in a row of a Markdown table: another one stands before it on its line.
func (sc *scanner) tableRow(i int) bool {
	for j := i - 1; j >= 0 && i-j < 2*maxName && sc.s[j] != '\n'; j-- {
		if sc.s[j] == '|' {
			return true
		}
	}
	return false
}

func skipBlanks(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '*') {
		i++
	}
	return i
}

// operator reads an assignment at s[i:]: = := ::= => ?= += .= || -> : > , and the like.
func operator(s string, i int, quoted bool) (joint, int) {
	j := i
	for j < len(s) && j-i < maxOperator && strings.IndexByte(":=>?|!+.-~", s[j]) >= 0 {
		j++
	}
	switch op := s[i:j]; {
	case op == "":
		if j := skipBlanks(s, i+1); quoted && at(s, i) == ',' && (at(s, j) == '"' || at(s, j) == '\'' || at(s, j) == '`') {
			return jointAssign, i + 1
		}
		return jointNone, i
	case op == ":" || op == "=" || op == ">" || op == "|" || op == "||" || op == "->" || op == "::":
		return jointAssign, j
	case strings.IndexByte(op, '=') >= 0 && op[len(op)-1] != '.':
		for op[len(op)-1] != '=' && op[len(op)-1] != '>' { // password=-x: the rest belongs to the value
			op = op[:len(op)-1]
		}
		return jointAssign, i + len(op)
	case op[0] == ':' || op[0] == '=':
		return jointAssign, i + 1
	}
	return jointNone, i
}

// maxOperator bounds the characters of an assignment.
const maxOperator = 5

// typeNames are types that stand between a name and its value in declarations.
var typeNames = []string{"string", "str", "&str", "&'static str", "[]byte", "char*", "char *", "std::string", "nsstring *", "varchar", "text", "any"}

// skipType steps over a type that stands before an assignment: token string = "…", token: string = "…".
func skipType(s string, i int) int {
	for _, t := range typeNames {
		if len(s)-i <= len(t) || !equalFold(s[i:i+len(t)], t) {
			continue
		}
		if j := skipBlanks(s, i+len(t)); at(s, j) == '=' {
			return j
		}
	}
	return i
}

// skipCast steps over string prefixes of languages and opening brackets of lists: r"…", ["…"].
func skipCast(s string, i int) int {
	for n := 0; n < 2; n++ {
		c := at(s, i)
		if (c == '[' || c == 'b' || c == 'r' || c == 'f' || c == 'u' || c == '@' || c == '$') && (at(s, i+1) == '"' || at(s, i+1) == '\'') {
			i++
		}
	}
	return i
}

// maxSecret bounds a quoted value.
const maxSecret = 4096

// token is a value that was read.
type token struct {
	start, end int
	quote      byte // the quote it stands in, or 0
	next       int  // where to read on
}

// readToken reads the value at i: to the closing quote, or to the end of the word.
func (sc *scanner) readToken(i int, prose bool) token {
	s := sc.s
	if c := at(s, i); c == '"' || c == '\'' || c == '`' {
		if t, ok := sc.readQuoted(i, c); ok {
			return t
		}
		i++
	}
	j := i
	for j < len(s) && j-i < maxSecret {
		c := s[j]
		if isSpace(c) || c == '"' || c == '`' || c == '<' || c == '|' || c >= 0x80 && prose && cjkPunct(s, j) {
			break
		}
		if c == '\'' && (at(s, j+1) == 0 || !isAlnum(at(s, j+1))) {
			break
		}
		if !prose && (c == ',' || c == ';' || c == '}' || c == ']' && at(s, j+1) != '@') && endsHere(s, j) {
			break
		}
		if c == '&' && (queryKey(s, j+1) || strings.HasPrefix(s[j:], "&&")) {
			break
		}
		j++
	}
	next := j
	sc.tokenTo = max(sc.tokenTo, next)
	for j > i && trailing(s, i, j) {
		j--
	}
	return token{start: i, end: j, next: next}
}

// endsHere reports whether the separator at i ends an unquoted value: what follows is space, a quote, a bracket, the
// end, or another name and assignment.
func endsHere(s string, i int) bool {
	c := at(s, i+1)
	return c == 0 || !isAlnum(c) || s[i] == ';' || s[i] == ','
}

// queryKey reports whether s[i:] is the name of another parameter: name=.
func queryKey(s string, i int) bool {
	j := i
	for j < len(s) && j-i < maxName && (isWordByte(s[j]) || s[j] == '-' || s[j] == '.' || s[j] == '[' || s[j] == ']') {
		j++
	}
	return j > i && at(s, j) == '='
}

// trailing reports whether the last character of s[i:j] is punctuation of the sentence and not of the value.
func trailing(s string, i, j int) bool {
	switch s[j-1] {
	case ',', ';', ':', ')', '\'', '"', '\\', '>':
		return s[j-1] != ')' || strings.IndexByte(s[i:j], '(') < 0
	case '.':
		return true
	case '}', ']':
		return !strings.ContainsAny(s[i:j], "{[")
	}
	return false
}

// cjkPunct reports whether a full stop or comma of Chinese, Japanese or Hindi text stands at i.
func cjkPunct(s string, i int) bool {
	for _, p := range []string{"。", "、", "，", "；", "」", "）", "।", "है", "です"} {
		if strings.HasPrefix(s[i:], p) {
			return true
		}
	}
	return false
}

// readQuoted reads the value that starts with the quote q at i. A quote that is escaped deeper than the opening one is
// part of the value.
func (sc *scanner) readQuoted(i int, q byte) (token, bool) {
	s := sc.s
	level := sc.v.unitLen(i)
	triple := at(s, i+1) == q && at(s, i+2) == q
	open := i + 1
	if triple {
		open = i + 3
	}
	for j := open; j < len(s) && j-open < maxSecret; j++ {
		c := s[j]
		if c == '\n' && !triple && sc.v.unitLen(j) <= 1 {
			return token{}, false
		}
		if c == q && sc.v.unitLen(j) <= level && at(s, j-1) != '\\' {
			return token{start: open, end: j, quote: q, next: j + 1}, j > open
		}
	}
	return token{}, false
}

// valueAfter judges the value after a name that ends at i.
func (sc *scanner) valueAfter(i int, kind uint16, k *keyword, flag bool) {
	joint, j := sc.readJoint(i)
	if joint == jointNone || j >= len(sc.s) {
		return
	}
	if flag && joint == jointSpace {
		joint = jointAssign
	}
	t := sc.readToken(j, joint != jointAssign)
	v := sc.s[t.start:t.end]
	conf := 0.0
	r := ruleAssigned
	if k.word == "pass" && joint != jointSpace {
		if letters, digits, _, _ := census(v); letters > 0 && digits > 0 && len(v) >= 6 && !measure(v) {
			kind = keyStrong
		}
	}
	if strings.HasSuffix(k.word, "phrase") || k.word == "mnemonic" {
		if end := phraseEnd(sc.s, t.start); end > t.end {
			sc.keyed = end
			sc.add(t.start, end, ruleAssigned, 0.9, Evidence{Context: k.word, Structure: "recovery phrase"})
			return
		}
	}
	if kind == keyWeak {
		r = ruleEntropy
		if (joint == jointAssign || joint == jointProse) && !sc.wrapped {
			conf = weakValue(v)
		}
	} else {
		conf = sc.strongValue(v, joint, t, k)
	}
	if conf <= 0 {
		return
	}
	if scheme := strings.Index(v, "://"); scheme > 0 && kind != keyStrong || startsURL(v) {
		return // its own rules read URLs
	}
	sc.keyed = t.end
	sc.add(t.start, t.end, r, conf, Evidence{Context: k.word, Structure: "value"})
}

// Words of recovery phrases (BIP 39): how many, and how long they are.
const (
	minPhrase     = 12
	maxPhrase     = 24
	minPhraseWord = 3
	maxPhraseWord = 8
)

// phraseEnd returns the end of the recovery phrase at i, or i: twelve to twenty-four short words, maybe numbered.
func phraseEnd(s string, i int) int {
	words, end := 0, i
	for words < maxPhrase {
		j := end
		for j < len(s) && j-end < 8 && !isLetter(s[j]) {
			j++
		}
		k := j
		for k < len(s) && isLetter(s[k]) {
			k++
		}
		if k-j < minPhraseWord || k-j > maxPhraseWord {
			break
		}
		words++
		end = k
	}
	if words < minPhrase {
		return i
	}
	return end
}

func startsURL(v string) bool {
	i := strings.Index(v, "://")
	return i > 0 && i < 12 && strings.IndexByte(v[:i], '/') < 0
}

// strongValue says how sure it is that v, after the name of a secret, is one.
func (sc *scanner) strongValue(v string, how joint, t token, k *keyword) float64 {
	if len(v) < 3 || placeholder(v) {
		return 0
	}
	letters, digits, symbols, humps := census(v)
	plain := digits == 0 && symbols == 0
	switch {
	case t.quote != 0 && how == jointAssign:
		if plain && (len(v) < 4 || stopWord(v)) || sentence(v) || strings.IndexByte(v, '\n') >= 0 && len(v) > 256 {
			return 0
		}
		return 0.9
	case how == jointAssign:
		if digits == 0 && containsFold(v, k.word) {
			return 0 // token = tokens
		}
		if code(sc.s, t, v) || plain && (stopWord(v) || humps > 0 && !jumbled(v) || len(v) < 4) {
			return 0
		}
		if plain && letters == len(v) && at(sc.s, t.end) == ' ' && len(v) < 12 && isLetter(at(sc.s, t.end+1)) && !lineStartsAt(sc.s, t.start) {
			return 0.6
		}
		return 0.85
	case how == jointProse:
		if t.quote != 0 && !sentence(v) {
			return 0.85
		}
		if plain {
			if stopWord(v) || !clauseEnd(sc.s, t.next) && t.next == t.end || len(v) < 4 {
				return 0
			}
			return 0.6
		}
		if symbols > 0 && digits == 0 && letters > 0 && onlyInner(v, "-'’/") && len(v) < 14 && strings.Count(v, "-") < 2 {
			return 0 // a compound word
		}
		return 0.85
	default: // only space between
		if letters > 0 && digits > 0 && len(v) >= 6 && (symbols > 0 || humps > 0 && digits >= 2 || digits >= 4) && !code(sc.s, t, v) && !measure(v) {
			return 0.6
		}
		return 0
	}
}

// jumbled reports whether the letters of v change case too often for a name.
func jumbled(v string) bool {
	changes, doubles := 0, 0
	for i := 1; i < len(v); i++ {
		if isUpper(v[i]) != isUpper(v[i-1]) {
			changes++
		} else if isUpper(v[i]) {
			doubles++
		}
	}
	return len(v) >= 10 && changes*3 > len(v) && doubles > 0
}

// lineStartsAt reports whether the line of i begins with a name and an assignment, as in configuration.
func lineStartsAt(s string, i int) bool {
	for j := i - 1; j >= 0 && i-j < 2*maxName; j-- {
		if s[j] == '\n' {
			return true
		}
		if s[j] == '.' || s[j] == ',' {
			return false
		}
	}
	return true
}

// census counts what v is made of. A hump is a capital after a small letter.
func census(v string) (letters, digits, symbols, humps int) {
	for i := range len(v) {
		switch {
		case isDigit(v[i]):
			digits++
		case isLetter(v[i]) || v[i] >= 0x80:
			letters++
			if i > 0 && isUpper(v[i]) && isLower(v[i-1]) {
				humps++
			}
		default:
			symbols++
		}
	}
	return letters, digits, symbols, humps
}

// onlyInner reports whether every symbol of v is in set.
func onlyInner(v, set string) bool {
	for i := range len(v) {
		if !isAlnum(v[i]) && v[i] < 0x80 && strings.IndexByte(set, v[i]) < 0 {
			return false
		}
	}
	return true
}

// sentence reports whether a quoted value is prose: several words without digits.
func sentence(v string) bool {
	words := strings.Count(v, " ") + 1
	if words < 3 {
		return false
	}
	_, digits, symbols, _ := census(v)
	return digits == 0 && symbols <= words+2 && (words < 11 || words > 25) || words > 30
}

// measure reports whether v is a number with a unit or an ordinal: 30days, 2nd.
func measure(v string) bool {
	i := 0
	for i < len(v) && (isDigit(v[i]) || v[i] == '.' || v[i] == ',') {
		i++
	}
	return i > 0 && len(v)-i <= 5 && onlyLetters(v[i:])
}

func onlyLetters(v string) bool {
	for i := range len(v) {
		if !isLetter(v[i]) {
			return false
		}
	}
	return true
}

// clauseEnd reports whether a clause ends at i.
func clauseEnd(s string, i int) bool {
	c := at(s, i)
	return c == 0 || c == '\n' || c == '.' || c == ',' || c == ';' || c == '!' || c == '?' || c == ')' || c == '"' || c == '\'' || c >= 0x80
}

// code reports whether an unquoted value is an expression of a program: a call, an access, a variable, a type.
func code(s string, t token, v string) bool {
	if t.quote != 0 {
		return false
	}
	switch c := v[0]; c {
	case '$', '{', '[', '(', '<', '%', '&':
		if c == '$' && isAlnum(at(v, 1)) && !onlyNameBytes(v[1:]) {
			break
		}
		if c == '&' || c == '%' {
			break
		}
		return true
	}
	open := strings.IndexByte(v, '(')
	if open > 0 && nameBytes(v[:open]) {
		return true
	}
	if at(s, t.end) == '(' || strings.HasSuffix(v, "()") || at(s, t.end) == '[' && nameBytes(v) {
		return true
	}
	if b := strings.IndexByte(v, '['); b > 0 && nameBytes(v[:b]) {
		return true
	}
	// user.password, process.env.TOKEN: words joined by points
	return strings.IndexByte(v, '.') > 0 && len(v) < 64 && dottedName(v)
}

func nameBytes(v string) bool {
	for i := range len(v) {
		if !isWordByte(v[i]) && v[i] != '.' {
			return false
		}
	}
	return v != ""
}

func onlyNameBytes(v string) bool {
	for i := range len(v) {
		if !isUpper(v[i]) && v[i] != '_' && !isDigit(v[i]) {
			return false
		}
	}
	return true
}

// dottedName reports whether v is names joined by points, none of which looks random.
func dottedName(v string) bool {
	for part := range strings.SplitSeq(v, ".") {
		if part == "" || isDigit(part[0]) || !nameBytes(part) {
			return false
		}
		_, digits, _, _ := census(part)
		if digits > 2 {
			return false
		}
	}
	return true
}

// weakValue says how sure it is that v, after a name such as "key", is a secret: only if it looks random.
func weakValue(v string) float64 {
	if len(v) < 16 || len(v) > 512 || placeholder(v) || strings.IndexByte(v, ' ') >= 0 || dottedName(v) || isUUID(v, 0) && len(v) == 36 {
		return 0
	}
	letters, digits, _, _ := census(v)
	if digits < 2 || letters < 4 || strings.Contains(v, "sha256:") || strings.HasPrefix(v, "sha") || onlyNameBytes(v) && strings.IndexByte(v, '_') > 0 || strings.Count(v, "/") > 3 || strings.HasPrefix(v, "/") || strings.HasPrefix(v, "arn:") {
		return 0
	}
	if entropy(v) < 3.3 {
		return 0
	}
	return 0.65
}
