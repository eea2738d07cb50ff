package redact

// E-mail addresses whose signs are spelled or bracketed: jane (at) company [dot] com.

var ruleEmailSpelled = &rule{prio: prioShape, Rule: Rule{
	ID: "email-spelled", Version: 2, Type: TypeEmail,
	Description: "e-mail address whose @ or dots are spelled or bracketed",
	Source:      "customary disguises",
}}

// What is asked of an address besides its word for "at", as the word's argument.
const (
	atPlain = iota // marks around the word, or a spelled dot
	atWeak         // a word that means something else more often: its own language's dot
	atSign         // stands for the sign itself
)

// atWords are words for @; loose ones are of scripts that are written without spaces, or that case does not touch.
var (
	atWords = []string{
		"at", "ät", "arroba", "arrova", "chiocciola", "arobase", "arobas", "klammeraffe", "apenstaartje", "małpa", "malpa", "zavináč", "zavinac",
		"snabel-a", "snabela", "miukumauku", "kukac", "arond", "at-sign", "at sign", "at symbol", "at-symbol", "kuyruklu a", "a còng", "a móc",
		"(a)", "[a]", "{a}", "et sign", "a commercial", "commercial at",
	}
	atWeakWords  = []string{"et"} // Turkish; "and" in French
	atLooseWords = []string{
		"собака", "собачка", "равлик", "アットマーク", "アット", "あっと", "艾特", "골뱅이", "앳", "एट", "ऐट", "आट", "آت", "شطرودل", "שטרודל", "כרוכית", "παπάκι", "แอท",
	}
	dotWords = []string{
		"dot", "punkt", "punto", "ponto", "point", "punt", "kropka", "tečka", "tecka", "nokta", "punktum", "piste", "pont", "punct", "period", "full stop",
		"chấm", "titik", "prick", ".",
	}
	dotLooseWords = []string{"точка", "крапка", "ドット", "どっと", "点", "點", "점", "닷", "डॉट", "डाट", "बिंदु", "دوت", "نقطة", "נקודה", "τελεία", "จุด"}
	// joinWords stand for the other signs of an address, in local parts and domains.
	joinWords = []string{
		"underscore", "under score", "unterstrich", "guion bajo", "guión bajo", "tiret bas", "trattino basso", "sublinhado", "underline", "podkreślnik",
		"dash", "hyphen", "minus", "bindestrich", "guion", "guión", "tiret", "trait d'union", "trattino", "hífen", "traço", "menos", "myślnik", "streepje",
		"plus", "más", "mais", "più",
	}
	joinLooseWords = []string{"подчеркивание", "подчёркивание", "дефис", "тире", "плюс", "下划线", "減號", "アンダーバー", "アンダースコア", "ハイフン", "언더바", "하이픈"}
)

func atDotWords() []keyword {
	var out []keyword
	add := func(arg uint16, flags kwFlags, words ...string) {
		for _, w := range words {
			out = append(out, keyword{word: w, act: actAt, arg: arg, flags: flags})
		}
	}
	add(atPlain, 0, atWords...)
	add(atWeak, 0, atWeakWords...)
	add(atPlain, kwLoose, atLooseWords...)
	add(atSign, kwLoose, "+aea-") // UTF-7
	return out
}

// spelledAt judges the sign for "at" at [start, end).
func (sc *scanner) spelledAt(start, end int, how uint16) bool {
	s := sc.s
	if sc.wrapped() && opening(s[start]) {
		return false // the end of a call before another line
	}
	left, mark := openMark(s, start)
	right, closed := closeMark(s, end, mark)
	if !closed {
		return false
	}
	loose := s[start] >= 0x80 || s[start] == '@' || how == atSign || s[start] == '(' || s[start] == '[' || s[start] == '{'
	if mark == 0 && !loose && (left == start || right == end) {
		return false
	}
	i := localBefore(s, left)
	if i == left {
		return false
	}
	d := readDomain(s, right)
	if d.end < 0 || d.dots == 0 {
		return false
	}
	switch {
	case how == atSign:
	case how == atWeak:
		if d.word != "nokta" {
			return false
		}
	case s[start] == '@', mark != 0 && !tightMark(mark), s[start] == '(', s[start] == '[', s[start] == '{':
		if mark == 0 && s[start] == '@' && left == start && right == end && d.word == "" {
			return false // an ordinary address, or none
		}
	default:
		if d.word == "" {
			return false
		}
	}
	sc.add(i, d.end, ruleEmailSpelled, 0.85, Evidence{Structure: "spelled signs"})
	return true
}

// localBefore returns where the local part that ends at i starts: jane, jane.doe, jane DOT doe, jane underscore doe.
func localBefore(s string, end int) int {
	i := end
	for i > 0 && end-i < maxLocalPart && localByte(s[i-1]) {
		i--
	}
	for i < end && !isAlnum(s[i]) {
		i++
	}
	for i < end {
		j := joinedBefore(s, i)
		if j < 0 || end-j > maxLocalPart+64 {
			break
		}
		i = j
	}
	return i
}

func localByte(c byte) bool { return isWordByte(c) || c == '.' || c == '-' || c == '+' }

// joinedBefore returns the start of the name that a spelled sign joins to the one at i, or -1.
func joinedBefore(s string, i int) int {
	j := i
	for j > 0 && i-j < 4 && (s[j-1] == ' ' || closing(s[j-1])) {
		j--
	}
	if j == i {
		return -1
	}
	for _, list := range [...][]string{dotWords, joinWords, dotLooseWords, joinLooseWords} {
		for _, w := range list {
			k := j - len(w)
			if k < 1 || !equalFold(s[k:j], w) || isLetter(w[0]) && isLetter(s[k-1]) {
				continue
			}
			start := k
			for start > 0 && k-start < 4 && (s[start-1] == ' ' || opening(s[start-1])) {
				start--
			}
			if start == k || start == 0 {
				continue
			}
			from := start
			for from > 0 && start-from < maxLocalPart && localByte(s[from-1]) {
				from--
			}
			if from < start {
				return from
			}
		}
	}
	return -1
}

func opening(c byte) bool { return c == '[' || c == '(' || c == '{' || c == '<' }
func closing(c byte) bool { return c == ']' || c == ')' || c == '}' || c == '>' }

// tightMark reports whether c is a mark that other texts have between words too.
func tightMark(c byte) bool {
	switch c {
	case '_', '*', '-', '/', '|', '=', ':', '"', '\'', '~':
		return true
	}
	return false
}

// openMark steps left over what opens a spelled sign: spaces, and a bracket or other mark, which it returns, or 0.
func openMark(s string, i int) (int, byte) {
	j := i
	for j > 0 && i-j < 2 && s[j-1] == ' ' {
		j--
	}
	c := at(s, j-1)
	tight := tightMark(c)
	if !opening(c) && (!tight || j != i) {
		return j, 0
	}
	j--
	if tight && at(s, j-1) == c {
		j--
	}
	for k := 0; k < 2 && at(s, j-1) == ' '; k++ {
		j--
	}
	return j, c
}

// closeMark steps right over what closes a spelled sign that mark opened, and reports whether it does.
func closeMark(s string, i int, mark byte) (int, bool) {
	j := i
	for j < len(s) && j-i < 2 && s[j] == ' ' {
		j++
	}
	if mark == 0 {
		return j, !closing(at(s, j))
	}
	c := at(s, j)
	if tight := tightMark(mark); tight && (c != mark || j != i) || !tight && !closing(c) {
		return j, false
	} else if tight && at(s, j+1) == c {
		j++
	}
	j++
	for k := 0; k < 2 && at(s, j) == ' '; k++ {
		j++
	}
	return j, true
}

// domain is what was read of a domain whose dots may be spelled.
type domain struct {
	end  int    // -1 if it is none
	dots int    // plain or spelled
	word string // the last word that spelled one, or ""
}

// maxLabels bounds the labels of a domain with spelled dots.
const maxLabels = 6

// readDomain reads the domain at i.
func readDomain(s string, i int) domain {
	d := domain{end: -1}
	label, last, word := i, i, ""
	for range maxLabels {
		j := label
		for j < len(s) && j-label < 63 && (isAlnum(s[j]) || s[j] == '-') {
			if s[j] == '-' {
				if next, _ := spelledDot(s, j); next > 0 {
					break
				}
			}
			j++
		}
		if j == label || equalFold(s[label:j], "dot") {
			break
		}
		if d.dots > 0 && last == label && topLevel(s[label:j]) {
			d.end, d.word = j, word
		}
		next, w := spelledDot(s, j)
		if next > 0 {
			d.dots++
			if w != "" {
				word = w
			}
			label, last = next, next
			continue
		}
		next = joinedAfter(s, j)
		if next < 0 {
			break
		}
		label, last = next, -1
	}
	return d
}

// joinedAfter reads a spelled dash at i and returns where the name goes on, or -1.
func joinedAfter(s string, i int) int {
	if at(s, i) != ' ' {
		return -1
	}
	for _, w := range joinWords {
		e := i + 1 + len(w)
		if e+1 < len(s) && s[e] == ' ' && isAlnum(s[e+1]) && equalFold(s[i+1:e], w) {
			return e + 1
		}
	}
	return -1
}

// spelledDot reads a dot, plain or spelled, at i, and returns where the next label starts, or -1, and its word.
func spelledDot(s string, i int) (next int, word string) {
	if at(s, i) == '.' && isAlnum(at(s, i+1)) {
		return i + 1, ""
	}
	j := i
	for j < len(s) && j-i < 2 && s[j] == ' ' {
		j++
	}
	mark := byte(0)
	if c := at(s, j); opening(c) || tightMark(c) && (j == i || c != '-') {
		mark = c
		j++
		if tightMark(c) && at(s, j) == c {
			j++
		}
		for at(s, j) == ' ' && j-i < 5 {
			j++
		}
	}
	for _, list := range [...][]string{dotWords, dotLooseWords} {
		for _, w := range list {
			e := j + len(w)
			if e > len(s) || !equalFold(s[j:e], w) || isLetter(w[0]) && isLetter(at(s, e)) {
				continue
			}
			k, closed := closeMark(s, e, mark)
			if !closed || mark == 0 && w[0] < 0x80 && (j == i || k == e) {
				continue // glued to a word
			}
			if isAlnum(at(s, k)) {
				return k, w
			}
		}
	}
	return -1, ""
}
