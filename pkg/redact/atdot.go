package redact

// E-mail addresses whose signs are spelled or bracketed: jane (at) company [dot] com.

var ruleEmailSpelled = &rule{prio: prioShape, Rule: Rule{
	ID: "email-spelled", Version: 1, Type: TypeEmail,
	Description: "e-mail address whose @ or dots are spelled or bracketed",
	Source:      "customary disguises",
}}

var (
	atWords  = []string{"at", "arroba", "chiocciola", "arobase", "klammeraffe", "ät", "kropka", "małpa", "@"}
	dotWords = []string{"dot", "punkt", "punto", "ponto", "kropka", "."}
)

func atDotWords() []keyword {
	out := make([]keyword, 0, len(atWords))
	for _, w := range atWords[:len(atWords)-1] {
		out = append(out, keyword{word: w, act: actAt})
	}
	return out
}

// spelledAt judges the sign for "at" at [start, end).
func (sc *scanner) spelledAt(start, end int) bool {
	s := sc.s
	left, bracketed := openMark(s, start)
	right, closed := closeMark(s, end)
	if bracketed != closed || left == start && right == end {
		return false
	}
	i := left
	for i > 0 && left-i < maxLocalPart && (isWordByte(s[i-1]) || s[i-1] == '.' || s[i-1] == '-' || s[i-1] == '+') {
		i--
	}
	for i < left && !isAlnum(s[i]) {
		i++
	}
	for i < left { // jane DOT doe AT company
		j := spelledDotBefore(s, i)
		if j < 0 {
			break
		}
		i = j
	}
	stop, dots, spelled := sc.spelledDomain(right)
	if i == left || stop < 0 || dots == 0 || !bracketed && !spelled && s[start] != '@' {
		return false
	}
	sc.add(i, stop, ruleEmailSpelled, 0.85, Evidence{Structure: "spelled signs"})
	return true
}

// spelledDotBefore returns the start of the name that a spelled dot joins to the one at i, or -1.
func spelledDotBefore(s string, i int) int {
	start := i
	for start > 0 && i-start < 24 && !isAlnum(s[start-1]) {
		start--
	}
	for start > 0 && i-start < 24 && isLetter(s[start-1]) {
		start--
	}
	for start > 0 && i-start < 24 && (s[start-1] == ' ' || s[start-1] == '[' || s[start-1] == '(') {
		start--
	}
	next, spelled := spelledDot(s, start)
	if next != i || !spelled {
		return -1
	}
	j := start
	for j > 0 && start-j < maxLocalPart && (isWordByte(s[j-1]) || s[j-1] == '-') {
		j--
	}
	if j == start {
		return -1
	}
	return j
}

// openMark steps left over what opens a spelled sign: spaces, and a bracket.
func openMark(s string, i int) (int, bool) {
	j := i
	for j > 0 && i-j < 2 && s[j-1] == ' ' {
		j--
	}
	c := at(s, j-1)
	if c != '[' && c != '(' && c != '{' && c != '<' && c != '_' && c != '*' && c != '-' {
		return j, false
	}
	if (c == '_' || c == '-' || c == '*') && j != i {
		return j, false
	}
	j--
	for k := 0; k < 2 && at(s, j-1) == ' '; k++ {
		j--
	}
	return j, true
}

// closeMark steps right over what closes a spelled sign.
func closeMark(s string, i int) (int, bool) {
	j := i
	for j < len(s) && j-i < 2 && s[j] == ' ' {
		j++
	}
	c := at(s, j)
	if c != ']' && c != ')' && c != '}' && c != '>' && c != '_' && c != '*' && c != '-' {
		return j, false
	}
	if (c == '_' || c == '-' || c == '*') && j != i {
		return j, false
	}
	j++
	for k := 0; k < 2 && at(s, j) == ' '; k++ {
		j++
	}
	return j, true
}

// spelledDomain reads a domain whose dots may be spelled, and returns its end (or -1), its dots, and whether one was
// spelled.
func (sc *scanner) spelledDomain(i int) (end, dots int, spelled bool) {
	s := sc.s
	end = -1
	label := i
	for range 6 {
		j := label
		for j < len(s) && j-label < 63 && (isAlnum(s[j]) || s[j] == '-') {
			j++
		}
		if j == label || equalFold(s[label:j], "dot") {
			break
		}
		if dots > 0 && topLevel(s[label:j]) {
			end = j
		}
		next, how := spelledDot(s, j)
		if next < 0 {
			break
		}
		dots++
		spelled = spelled || how
		label = next
	}
	if end < 0 {
		return -1, 0, false
	}
	return end, dots, spelled
}

// spelledDot reads a dot, plain or spelled, at i.
func spelledDot(s string, i int) (next int, spelled bool) {
	if at(s, i) == '.' && isAlnum(at(s, i+1)) {
		return i + 1, false
	}
	j := i
	for j < len(s) && j-i < 2 && s[j] == ' ' {
		j++
	}
	open := at(s, j) == '[' || at(s, j) == '(' || at(s, j) == '{' || at(s, j) == '<'
	if open {
		j++
		for at(s, j) == ' ' && j-i < 5 {
			j++
		}
	}
	for _, w := range dotWords {
		e := j + len(w)
		if e > len(s) || !equalFold(s[j:e], w) || isLetter(w[0]) && isLetter(at(s, e)) {
			continue
		}
		k := e
		for at(s, k) == ' ' && k-e < 2 {
			k++
		}
		if open {
			if c := at(s, k); c != ']' && c != ')' && c != '}' && c != '>' {
				return -1, false
			}
			k++
			for at(s, k) == ' ' && k-e < 5 {
				k++
			}
		} else if j == i || k == e {
			return -1, false // glued to a word
		}
		if isAlnum(at(s, k)) {
			return k, true
		}
	}
	return -1, false
}
