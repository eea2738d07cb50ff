package redact

import "strings"

// fieldForm is how a value stands with its key.
type fieldForm uint8

const (
	formQuoted fieldForm = iota // in quotes, or in a cell or element of its own
	formLine                    // the key starts the line, or the list item, and the value is the rest of it
	formWord                    // joined to the key without space, among other such: name=value
	formProse                   // in a sentence
)

// fieldVal is the value of a key.
type fieldVal struct {
	start, end int
	form       fieldForm
	list       bool // an item of a list in brackets
	cell       bool // its key stands elsewhere
	next       int  // where to read on in the list
}

// Bounds of a value, in bytes.
const (
	maxFieldBytes = 160
	maxFieldItems = 32
	maxTagGap     = 96
)

// fieldValue reads what is joined to the key. It looks at most maxTagGap bytes ahead for the start of the value, and
// reads at most maxFieldBytes of it.
func (sc *scanner) fieldValue(k *fieldKey) (fieldVal, bool) {
	s := sc.s
	i := k.end
	if at(s, i) == '[' && at(s, i+1) == ']' { // names[]=
		i += 2
	} else if at(s, i) == '[' && isDigit(at(s, i+1)) && at(s, i+2) == ']' {
		i += 3
	}
	if at(s, i) == ' ' && isDigit(at(s, i+1)) && !isAlnum(at(s, i+2)) && at(s, i+2) != ' ' && at(s, i+2) != '.' {
		i += 2 // Address line 1:
	}
	closed := false // a quote or bracket around the key ends
	for i-k.end < 6 && i < len(s) && (s[i] == '"' || s[i] == '\'' || s[i] == '`' || s[i] == ']' || s[i] == '*' || s[i] == ')' && closed) {
		closed = closed || s[i] != '*'
		i++
	}
	afterKey := i
	i = skipBlanks(s, i)
	switch c := at(s, i); c {
	case ':', '=':
		return sc.assigned(k, i, afterKey, closed)
	case '>':
		if tag := at(s, k.start-1); tag == '<' || closed && tag != ' ' || tag == ':' {
			return sc.element(i + 1)
		}
	case '<':
		if i == afterKey && at(s, k.start-1) == '>' {
			return sc.nextElement(i)
		}
		if at(s, i+1) == '>' { // SQL: <>
			return sc.quotedAt(skipBlanks(s, i+2))
		}
	case '!':
		if at(s, i+1) == '=' {
			return sc.quotedAt(skipBlanks(s, i+2))
		}
	case ',':
		if q := at(s, k.start-1); closed && (q == '"' || q == '\'') && (at(s, k.start-2) == '(' || at(s, k.start-2) == '[') {
			return sc.quotedAt(skipBlanks(s, i+1))
		}
	case '(':
		if i == k.end && (at(s, i+1) == '"' || at(s, i+1) == '\'') {
			return sc.quotedAt(i + 1) // setFirstName("…")
		}
	case '|':
		if sc.tableRow(i) {
			return sc.restOfCell(i + 1)
		}
	case '"', '\'':
		if at(s, k.start-1) == '-' || strings.HasPrefix(k.head, "--") {
			return sc.quotedAt(i)
		}
	default:
		if i > k.end && strings.HasPrefix(k.head, "--") && isAlnum(c) {
			return sc.wordAt(i)
		}
		if j := sqlOperator(s, i); j > i && i > k.end {
			return sc.quotedAt(j)
		}
		return sc.proseValue(k, i)
	}
	return fieldVal{}, false
}

// sqlOperators compare a column with a value.
var sqlOperators = []string{"like ", "ilike ", "in (", "in(", "similar to "}

// sqlOperator returns where the operand starts after an operator at i, or i.
func sqlOperator(s string, i int) int {
	for _, o := range sqlOperators {
		if len(s)-i > len(o) && equalFold(s[i:i+len(o)], o) {
			return i + len(o)
		}
	}
	return i
}

// assigned reads the value after the ':' or '=' at i.
func (sc *scanner) assigned(k *fieldKey, i, afterKey int, closed bool) (fieldVal, bool) {
	s := sc.s
	if s[i] == ':' && at(s, i+1) == ':' || closed && i-afterKey > 2 && s[i] != ':' && s[i] != '=' {
		return fieldVal{}, false
	}
	j := i + 1
	for j < len(s) && j-i < 3 && (s[j] == '=' || s[j] == '>' || s[j] == '~') {
		j++
	}
	tight := i == afterKey && s[i] == '=' && !isSpace(at(s, j))
	j = skipBlanks(s, j)
	if t := skipType(s, j); t > j && at(s, t) == '=' { // firstName: string = "…"
		j = skipBlanks(s, t+1)
	}
	if at(s, j) == '[' || at(s, j) == '(' && (at(s, j+1) == '"' || at(s, j+1) == '\'') {
		j = skipBlanks(s, j+1)
		v, ok := sc.quotedAt(j)
		v.list = ok
		return v, ok
	}
	if c := at(s, j); (c == 'N' || c == 'u' || c == 'b' || c == 'r' || c == 'f' || c == '@' || c == '$') && (at(s, j+1) == '"' || at(s, j+1) == '\'') {
		j++
	}
	if c := at(s, j); c == '"' || c == '\'' || c == '`' {
		return sc.quotedAt(j)
	}
	if at(s, j) == '\r' || at(s, j) == '\n' || j >= len(s) {
		return fieldVal{}, false
	}
	if q := at(s, k.start-1); !closed && (q == '\'' || q == '"') && !isWordByte(at(s, k.start-2)) {
		return sc.until(j, q) // -d 'city=Bad Homburg'
	}
	v := fieldVal{start: j, form: formLine}
	switch {
	case closed:
		v.form = formQuoted // "zip": 94105
	case tight && !sc.startsLine(k.start):
		v.form = formWord
	case s[i] == '=' && !sc.startsLine(k.start):
		v.form = formProse
	case !sc.startsLine(k.start):
		v.form = formProse
	}
	v.end = sc.plainEnd(j, v.form)
	return v, v.end > v.start
}

// startsLine reports whether i is where the text of a line starts, after list marks and words such as "export".
func (sc *scanner) startsLine(i int) bool {
	s := sc.s
	for n := 0; n < 24 && i > 0; n++ {
		switch c := s[i-1]; c {
		case '\n', '\r':
			return true
		case ' ', '\t', '-', '*', '#', '>', '"', '\'', '+':
			i--
		default:
			for _, w := range []string{"export", "set", "const", "let", "var", "env", "String", "string"} {
				if i >= len(w) && s[i-len(w):i] == w {
					return true
				}
			}
			return false
		}
	}
	return i == 0
}

// quotedAt reads the value in quotes at i; doubled quotes belong to it, as in SQL and CSV.
func (sc *scanner) quotedAt(i int) (fieldVal, bool) {
	s := sc.s
	q := at(s, i)
	if q != '"' && q != '\'' && q != '`' {
		return fieldVal{}, false
	}
	level := sc.v.unitLen(i)
	open := i + 1
	if at(s, i+1) == q && at(s, i+2) == q {
		open = i + 3
	}
	for j := open; j < len(s) && j-open <= maxFieldBytes; j++ {
		if s[j] == '\n' && sc.v.unitLen(j) <= 1 && level <= 1 {
			break
		}
		if s[j] != q || sc.v.unitLen(j) > level || at(s, j-1) == '\\' {
			continue
		}
		if at(s, j+1) == q && j > open && sc.v.unitLen(j+1) == level {
			j++
			continue
		}
		return fieldVal{start: open, end: j, next: j + 1}, j > open
	}
	return fieldVal{}, false
}

// until reads the value at i up to the quote that was opened before its key, or up to the next parameter.
func (sc *scanner) until(i int, q byte) (fieldVal, bool) {
	s := sc.s
	for j := i; j < len(s) && j-i <= maxFieldBytes; j++ {
		if s[j] == q && (at(s, j-1) != '\\') || s[j] == '&' && queryKey(s, j+1) || s[j] == '\n' {
			return fieldVal{start: i, end: sc.trimEnd(i, j), next: j + 1}, j > i
		}
	}
	return fieldVal{}, false
}

// nextItem moves v to the next item of its list.
func (sc *scanner) nextItem(v *fieldVal) bool {
	i := skipBlanks(sc.s, v.next)
	if at(sc.s, i) != ',' {
		return false
	}
	i++
	for i < len(sc.s) && isSpace(sc.s[i]) && i-v.next < 32 {
		i++
	}
	n, ok := sc.quotedAt(i)
	n.list = ok
	*v = n
	return ok
}

// element reads the text of the XML element whose tag ends before i.
func (sc *scanner) element(i int) (fieldVal, bool) {
	s := sc.s
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if strings.HasPrefix(s[min(i, len(s)):], "<![CDATA[") {
		i += len("<![CDATA[")
	}
	end := i
	for end < len(s) && end-i <= maxFieldBytes && s[end] != '<' && s[end] != ']' {
		end++
	}
	if at(s, end) != '<' && at(s, end) != ']' {
		return fieldVal{}, false
	}
	v := fieldVal{start: i, end: end}
	sc.trim(&v)
	return v, v.end > v.start
}

// nextElement reads the text of the element after the one that ends with the tag at i: <th>City</th><td>…</td>.
func (sc *scanner) nextElement(i int) (fieldVal, bool) {
	s := sc.s
	stop := min(len(s), i+maxTagGap)
	tags := 0
	for i < stop {
		switch {
		case s[i] == '<':
			for i < stop && s[i] != '>' {
				i++
			}
			i++
			tags++
		case isSpace(s[i]) || s[i] == ':':
			i++
		default:
			if tags < 2 {
				return fieldVal{}, false
			}
			return sc.element(i)
		}
	}
	return fieldVal{}, false
}

// restOfCell reads a cell of a Markdown table.
func (sc *scanner) restOfCell(i int) (fieldVal, bool) {
	s := sc.s
	end := i
	for end < len(s) && end-i <= maxFieldBytes && s[end] != '|' && s[end] != '\n' {
		end++
	}
	v := fieldVal{start: i, end: end}
	sc.trim(&v)
	return v, at(s, end) == '|' && v.end > v.start
}

// wordAt reads one word.
func (sc *scanner) wordAt(i int) (fieldVal, bool) {
	end := i
	for end < len(sc.s) && end-i < maxFieldBytes && !isSpace(sc.s[end]) {
		end++
	}
	v := fieldVal{start: i, end: end, form: formWord}
	sc.trim(&v)
	return v, v.end > v.start
}

// plainEnd returns where the value at i, which is in no quotes, ends: before the next key, at punctuation that parts
// values, or at the end of the line.
func (sc *scanner) plainEnd(i int, form fieldForm) int {
	s := sc.s
	j := i
	for j < len(s) && j-i <= maxFieldBytes {
		switch c := s[j]; {
		case c == '\n', c == '\r', c == '"', c == '<', c == '|', c == '\t', c == '}', c == '{', c == '`', c == ';' && form != formLine:
			return sc.trimEnd(i, j)
		case c == ';' && isSpace(at(s, j+1)):
			return sc.trimEnd(i, j)
		case c == '\'' && !isAlnum(at(s, j+1)) && at(s, j+1) < 0x80:
			return sc.trimEnd(i, j)
		case c == ')' || c == ']':
			if !strings.ContainsAny(s[i:j], "([") {
				return sc.trimEnd(i, j)
			}
		case c == '&':
			if form == formWord || queryKey(s, j+1) {
				return sc.trimEnd(i, j)
			}
		case c == ' ' && sc.v.coded(j):
		case c == ' ':
			if form == formWord && !sc.moreWords(j) || at(s, j+1) == ' ' || sc.keyFollows(j+1) || at(s, j+1) == '#' || at(s, j+1) == '/' && at(s, j+2) == '/' {
				return sc.trimEnd(i, j)
			}
		case c == ',':
			if form == formWord || sc.keyFollows(skipBlanks(s, j+1)) || form == formProse && isSpace(at(s, j+1)) && !isDigit(at(s, j+2)) && !isUpper(at(s, j+2)) {
				return sc.trimEnd(i, j)
			}
		case c == '.' && form != formLine && (j+1 == len(s) || isSpace(at(s, j+1))) && j-i > 3 && !initialBefore(s, i, j):
			return sc.trimEnd(i, j)
		case c >= 0x80 && cjkPunct(s, j):
			return sc.trimEnd(i, j)
		}
		j++
	}
	if j-i > maxFieldBytes {
		return i
	}
	return sc.trimEnd(i, j)
}

// moreWords reports whether the word after the space at i goes on with a value that was joined without space, as in
// city=Bad Homburg, zip=…: it starts with a capital and what ends it is a comma or bracket.
func (sc *scanner) moreWords(i int) bool {
	s := sc.s
	for j := i + 1; j < len(s) && j-i < 48; j++ {
		switch c := s[j]; {
		case c == ',' || c == ')' || c == ']' || c == '}':
			return isUpper(at(s, i+1)) || isDigit(at(s, i+1)) || at(s, i+1) >= 0x80 || isLower(at(s, i+1))
		case c == '\n' || j+1 == len(s):
			return titled(s[i+1 : j])
		case c == '=' || c == '"' || c == ':':
			return false
		}
	}
	return false
}

// titled reports whether each word of v starts with a capital or a digit.
func titled(v string) bool {
	for i := range len(v) {
		if (i == 0 || v[i-1] == ' ') && isLower(v[i]) && at(v, i+1) != '.' {
			return false
		}
	}
	return v != ""
}

// keyFollows reports whether s[i:] is another key and its assignment.
func (sc *scanner) keyFollows(i int) bool {
	s := sc.s
	j := i
	for j < len(s) && j-i < maxName && (isWordByte(s[j]) || s[j] == '.' || s[j] == '-' || s[j] >= 0x80) {
		j++
	}
	if j == i {
		return false
	}
	c := at(s, j)
	return c == '=' || c == ':' && isSpace(at(s, j+1)) && at(s, i-1) != '-'
}

func (sc *scanner) trimEnd(i, j int) int {
	v := fieldVal{start: i, end: j}
	sc.trim(&v)
	return v.end
}

// trim takes space and punctuation off the ends of v.
func (sc *scanner) trim(v *fieldVal) {
	s := sc.s
	for v.start < v.end && (isSpace(s[v.start]) || s[v.start] == '*' || s[v.start] == '`' || s[v.start] == '"') {
		v.start++
	}
	for v.end > v.start {
		switch s[v.end-1] {
		case ' ', '\t', '\r', '\n', ',', ';', '*', '`', '"', '\\', ':', '\'':
			v.end--
			continue
		case '.':
			if !initialBefore(s, v.start, v.end-1) {
				v.end--
				continue
			}
		}
		return
	}
}

// initialBefore reports whether the point at i ends an abbreviation: J. or Inc. or s.r.o.
func initialBefore(s string, start, i int) bool {
	j := i
	for j > start && isLetter(s[j-1]) {
		j--
	}
	return i-j <= 3 && i > j && (isUpper(s[j]) || j > start && s[j-1] == '.')
}

// proseCopulas join a key and its value in a sentence. The longest come first.
var proseCopulas = []string{"is called ", "is ", "was ", "ist ", "lautet ", "est ", "es ", "é ", "è ", "to "}

// proseValue reads the value in a sentence: "my employer is Acme". Only kinds that no word of a sentence could be are
// read so: a name and a place need capitals.
func (sc *scanner) proseValue(k *fieldKey, i int) (fieldVal, bool) {
	s := sc.s
	if i == k.end || at(s, i-1) != ' ' {
		return fieldVal{}, false
	}
	if k.kind == fieldLogin && k.word == "user" {
		v, ok := sc.wordAt(i)
		for _, f := range []string{" from ", " by (uid", "(uid"} { // as sshd and PAM write
			if ok && strings.HasPrefix(s[v.end:], f) {
				return v, true
			}
		}
	}
	for _, c := range proseCopulas {
		if len(s)-i <= len(c) || !equalFold(s[i:i+len(c)], c) {
			continue
		}
		j := i + len(c)
		v := fieldVal{start: j, end: sc.plainEnd(j, formProse), form: formProse}
		return v, v.end > v.start
	}
	return fieldVal{}, false
}
