package redact

import (
	"sort"
	"strings"
)

// Joints are places within a line where a value is taken apart and would be whole without what stands there: marks of
// Markdown and HTML ("4111 **1111** 1111", "jane<b>@</b>company.com"), and strings of a program that are put together
// ("4111" + "1111").

// Bounds of joints.
const (
	maxInlineTag = 64 // of an HTML tag or comment
	maxConcat    = 24 // between two strings that are put together
	jointContext = 96 // bytes read before the first joint of a group, and after its last
	jointApart   = 48 // bytes between two joints of one group
	minJointed   = 6  // digits that a group has, if it has no address
)

// jointByte marks the bytes that joints start with.
var jointByte = func() (t [256]bool) {
	for _, c := range []byte("<*~`[=_\"'\x1b\\") {
		t[c] = true
	}
	return t
}()

// joints reads values that marks or quotes take apart.
func (sc *scanner) joints() {
	s := sc.s
	found := sc.joins[:0]
	for i := 1; i+1 < len(s); i++ {
		if !jointByte[s[i]] {
			continue
		}
		if right := inlineJoint(s, i); right > i {
			found = append(found, joinPoint{a: i, left: i, right: right, b: right})
			i = right - 1
		}
	}
	sc.joins = found
	sc.readGroups(found)
}

// readGroups reads each group of joints that stand near each other, or, where groups are many, all in one view.
func (sc *scanner) readGroups(found []joinPoint) {
	size := 0
	kept := found[:0]
	for i := 0; i < len(found); {
		k := i + 1
		for k < len(found) && found[k].left-found[k-1].right <= jointApart {
			k++
		}
		if sc.hidesValue(found[i].left, found[k-1].right) {
			kept = append(kept, found[i:k]...)
			size += found[k-1].right - found[i].left + 2*jointContext
		}
		i = k
	}
	if size > len(sc.s) {
		sc.readJoined(kept, "markup")
		return
	}
	for i := 0; i < len(kept); {
		k := i + 1
		for k < len(kept) && kept[k].left-kept[k-1].right <= jointApart {
			k++
		}
		sc.readGroup(kept[i:k], "markup")
		i = k
	}
}

// hidesValue reports whether the surroundings of the joints in s[left:right] have what a value is made of.
func (sc *scanner) hidesValue(left, right int) bool {
	digits := 0
	for _, c := range []byte(sc.s[max(0, left-jointApart):min(len(sc.s), right+jointApart)]) {
		if isDigit(c) {
			digits++
			if digits == minJointed {
				return true
			}
		} else if c == '@' {
			return true
		}
	}
	return sc.namesSecret(left-jointContext, right+jointApart)
}

// namesSecret reports whether the name or the beginning of a secret stands in s[from:to].
func (sc *scanner) namesSecret(from, to int) bool {
	for i := sort.Search(len(sc.trigs), func(i int) bool { return int(sc.trigs[i].end) > from }); i < len(sc.trigs) && int(sc.trigs[i].end) <= to; i++ {
		switch sc.voc.words[sc.trigs[i].word].act {
		case actVendor, actKey, actAuth, actJWT:
			return true
		}
	}
	return false
}

// readGroup reads the surroundings of some joins, with all of them made.
func (sc *scanner) readGroup(joins []joinPoint, name string) {
	s := sc.s
	first, last := joins[0], joins[len(joins)-1]
	from := max(0, first.left-jointContext)
	for from > 0 && from < first.a && !isSpace(s[from-1]) {
		from++
	}
	to := min(len(s), last.right+jointContext)
	for to < len(s) && to > last.b && !isSpace(s[to]) {
		to--
	}
	from, to = runeStart(s, min(from, first.a)), runeStart(s, max(to, last.b))
	var w viewBuilder
	crosses := make([]int, 0, len(joins))
	pos := from
	for _, j := range joins {
		if j.left < pos {
			continue
		}
		w.copyRange(s, pos, j.left)
		crosses = append(crosses, w.b.Len())
		pos = j.right
	}
	w.copyRange(s, pos, to)
	sc.read(derived{view: w.view(), name: name, from: first.a, to: last.b, crosses: crosses})
}

// inlineJoint returns the end of the joint at i, or i if there is none.
func inlineJoint(s string, i int) int {
	switch c := s[i]; c {
	case '<':
		return tagJoint(s, i)
	case '[':
		return bracketJoint(s, i)
	case '"', '\'':
		return concatJoint(s, i)
	case '\x1b':
		return colourJoint(s, i, 1)
	case '\\':
		for _, p := range [...]string{`\u001b`, `\x1b`, `\033`, `\e`} {
			if strings.HasPrefix(s[i:], p) {
				return colourJoint(s, i, len(p))
			}
		}
		return i
	default:
		return markJoint(s, i, c)
	}
}

// markJoint reads one or two marks c of Markdown, beside a character of a value on at least one side. Three stars are
// what this engine leaves of a value, and one between digits is a product.
func markJoint(s string, i int, c byte) int {
	j := i
	for j < len(s) && s[j] == c {
		j++
	}
	before, after := at(s, i-1), at(s, j)
	if j-i > 2 || (c == '~' || c == '=' || c == '_') && j-i != 2 || c == '*' && j-i == 1 && isDigit(before) && isDigit(after) && !onePair(s, i) {
		return i
	}
	if (c == '=' || c == '_') && (before == '?' || after == '?' || !twin(s, i, c)) {
		return i // a comparison, a name with two underscores, the end of an encoded word
	}
	switch {
	case valueByte(before) && valueByte(after):
		return j
	case valueByte(after) && (before == ' ' || before == '(') && markPair(s, j, c), valueByte(before) && (after == ' ' || after == ')') && markBefore(s, i, c):
		return j
	}
	return i
}

// maxMarked is how many bytes stand between the marks of a part of a value.
const maxMarked = 32

// markPair reports whether the part that starts at i is closed by the mark c.
func markPair(s string, i int, c byte) bool {
	for j := i; j < len(s) && j-i < maxMarked && s[j] != '\n'; j++ {
		if s[j] == c {
			return valueByte(s[j-1])
		}
	}
	return false
}

// markBefore reports whether the part that ends at i was opened by the mark c.
func markBefore(s string, i int, c byte) bool {
	for j := i - 1; j >= 0 && i-j < maxMarked && s[j] != '\n'; j-- {
		if s[j] == c {
			return valueByte(s[j+1])
		}
	}
	return false
}

// twin reports whether the two marks c at i have a pair of their like within maxMarked bytes on either side, on one line.
func twin(s string, i int, c byte) bool {
	for j := i + 2; j+1 < len(s) && j-i < maxMarked && s[j] != '\n'; j++ {
		if s[j] == c && s[j+1] == c {
			return true
		}
	}
	for j := i - 2; j >= 0 && i-j < maxMarked && s[j] != '\n'; j-- {
		if s[j] == c && s[j+1] == c {
			return true
		}
	}
	return false
}

// onePair reports whether the star at i is one of exactly two within maxMarked bytes on either side: the marks of a part
// of a number. Products of two factors have one, those of several more than two, mostly.
func onePair(s string, i int) bool {
	n := 0
	for j := max(0, i-maxMarked); j < min(len(s), i+maxMarked); j++ {
		if s[j] == '*' {
			n++
			if j+1 < len(s) && s[j+1] == ' ' && j > 0 && s[j-1] == ' ' {
				return false
			}
		}
	}
	return n == 2 || closes(s, i)
}

// closes reports whether the star at i is followed by letters and digits of one value, and then by another star that ends
// a word: 1234*5678*.
func closes(s string, i int) bool {
	j := i + 1
	for j < len(s) && j-i < maxMarked && isAlnum(s[j]) {
		j++
	}
	return j > i+2 && at(s, j) == '*' && !isAlnum(at(s, j+1)) && at(s, j+1) != '*'
}

// groupSide reports whether before and after, the characters on either side of a tag, can be of a number in groups: a
// digit on one side, what parts groups on the other.
func groupSide(before, after byte) bool {
	return isDigit(before) && groupGap(after) || groupGap(before) && isDigit(after)
}

func groupGap(c byte) bool { return c == ' ' || c == '(' || c == ')' }

// valueByte reports whether c may stand in a value beside a mark.
func valueByte(c byte) bool {
	return isAlnum(c) || c == '@' || c == '.' || c == '-' || c == '_' || c == '+' || c == '/' || c == '!' || c == '#' || c == '$' || c == '?' || c == '%'
}

// inlineTags are the elements of HTML that do not end a word.
var inlineTags = []string{"b", "i", "u", "s", "em", "strong", "span", "wbr", "br", "mark", "code", "font", "small", "sub", "sup", "tt", "del", "ins", "big", "kbd", "q", "a"}

// tagJoint reads a tag of an inline element, or a comment, between two characters of a value.
func tagJoint(s string, i int) int {
	if !valueByte(s[i-1]) && !groupGap(s[i-1]) {
		return i
	}
	if strings.HasPrefix(s[i:], "<!--") {
		end := strings.Index(s[i:min(len(s), i+maxInlineTag)], "-->")
		if end < 0 || !besideMark(s[i-1], at(s, i+end+3)) {
			return i
		}
		return i + end + 3
	}
	j := i + 1
	if at(s, j) == '/' {
		j++
	}
	name := j
	for j < len(s) && j-name < 8 && isLetter(s[j]) {
		j++
	}
	if !inlineTag(s[name:j]) {
		return i
	}
	broken := equalFold(s[name:j], "br")
	for j < len(s) && j-i < maxInlineTag && s[j] != '>' && s[j] != '<' && s[j] != '\n' {
		j++
	}
	if at(s, j) != '>' {
		return i
	}
	j++
	for n := 0; broken && n < wrapIndent && isSpace(at(s, j)); n++ {
		j++
	}
	if at(s, j) == '<' && valueByte(s[i-1]) { // one tag after another
		return max(i, tagAfter(s, j))
	}
	if !besideMark(s[i-1], at(s, j)) {
		return i
	}
	return j
}

// besideMark reports whether before and after can be of one value that a tag takes apart.
func besideMark(before, after byte) bool {
	return valueByte(before) && valueByte(after) || groupSide(before, after)
}

// tagAfter reads one more tag at i, or returns 0.
func tagAfter(s string, i int) int {
	j := i
	for j < len(s) && j-i < maxInlineTag && s[j] != '>' && s[j] != '\n' {
		j++
	}
	if at(s, j) != '>' || !valueByte(at(s, j+1)) {
		return 0
	}
	return j + 1
}

func inlineTag(name string) bool {
	for _, t := range inlineTags {
		if equalFold(name, t) {
			return true
		}
	}
	return false
}

// bracketJoint reads a tag of BBCode: [b], [/b].
func bracketJoint(s string, i int) int {
	j := i + 1
	if at(s, j) == '/' {
		j++
	}
	if c := lower(at(s, j)); c != 'b' && c != 'i' && c != 'u' && c != 's' || at(s, j+1) != ']' || !besideMark(s[i-1], at(s, j+2)) {
		return i
	}
	return j + 2
}

// colourJoint reads a control sequence of terminals (ECMA-48) whose escape character is size bytes long.
func colourJoint(s string, i, size int) int {
	j := i + size
	if at(s, j) != '[' {
		return i
	}
	j++
	for j < len(s) && j-i < 24 && (isDigit(s[j]) || s[j] == ';') {
		j++
	}
	if at(s, j) != 'm' || !valueByte(at(s, j+1)) && at(s, j+1) != ' ' {
		return i
	}
	return j + 1
}

// concatJoint reads what stands between two strings that a program puts together: "4111" + "1111", '41' . '11',
// "41" || "11", "41" "11", on one line or over two.
func concatJoint(s string, i int) int {
	q := s[i]
	if !valueByte(s[i-1]) && s[i-1] != ' ' {
		return i
	}
	j, operator := i+1, false
	for j < len(s) && j-i < maxConcat {
		switch c := s[j]; {
		case isSpace(c):
			j++
			continue
		case !operator && (c == '+' || c == '.' || c == '&' || c == '|' || c == '\\'):
			operator = true
			for j < len(s) && s[j] == c && j-i < maxConcat {
				j++
			}
			continue
		case c == q && j > i+1 && (valueByte(at(s, j+1)) || at(s, j+1) == ' '):
			return j + 1
		}
		break
	}
	return i
}
