package redact

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact/dictionary"
)

// Bounds of a pattern. A search looks at each byte of a window once for each instruction of the program at most, and
// windows overlap by half. After a match the next window is a short one, so that matches side by side, of which each could
// have been longer, cost nearWindow/minOwnMatch times that at most. Where the pattern has a literal, only its surroundings
// are looked at.
const (
	maxOwnPattern = 512  // bytes of the expression
	maxOwnProgram = 1000 // instructions that it compiles to
	maxOwnSamples = 32
	minOwnMatch   = 2    // characters of the shortest match
	maxOwnMatch   = 256  // bytes; a longer match may be found in parts
	ownWindow     = 1024 // bytes looked at in one search
	nearWindow    = maxOwnMatch + maxBoundary
	minOwnLiteral = 2 // bytes of a literal worth looking for first
)

type ownPattern struct {
	ownRule
	re      *regexp.Regexp
	literal string // in every match; "" if there is none
}

func (c *ownCompiler) pattern(p OwnPattern) {
	version := c.start("patterns", p.Name, p, nil)
	out := ownPattern{ownRule: c.rule(version, p.Type, p.Confidence, prioShape, "pattern of the organisation's own")}
	out.re, out.literal = c.expression("pattern", p.Pattern)
	if out.re == nil {
		return
	}
	c.samples(p.Match, p.NoMatch, out.append)
	c.own.patterns = append(c.own.patterns, out)
}

// expression compiles a pattern that costs no more than it may, or notes why it is none.
func (c *ownCompiler) expression(field, text string) (re *regexp.Regexp, literal string) {
	if text == "" || len(text) > maxOwnPattern {
		c.add(field, "is missing or too long", fmt.Sprintf("write a regular expression of at most %d bytes", maxOwnPattern))
		return nil, ""
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		c.add(field, "is not a regular expression of RE2's syntax", "correct it; there is no look-ahead, look-behind or back-reference")
		return nil, ""
	}
	if problem, fix := unfit(tree, false); problem != "" {
		c.add(field, problem, fix)
		return nil, ""
	}
	tree = tree.Simplify()
	program, err := syntax.Compile(tree)
	if err != nil || len(program.Inst) > maxOwnProgram {
		c.add(field, fmt.Sprintf("compiles to more than %d instructions", maxOwnProgram), "repeat less often, or use smaller classes")
		return nil, ""
	}
	if shortest(tree) < minOwnMatch {
		c.add(field, fmt.Sprintf("matches less than %d characters", minOwnMatch), "ask for more: it would be found everywhere")
		return nil, ""
	}
	literal = required(tree)
	if len(literal) < minOwnLiteral {
		literal = ""
	}
	return regexp.MustCompile(text), literal
}

// unfit says what in a tree cannot be: repetitions without end within each other, and places in a text that windows do
// not keep.
func unfit(t *syntax.Regexp, repeated bool) (problem, fix string) {
	switch t.Op {
	case syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpNoWordBoundary:
		return "names the beginning or end of a text or line", `leave out ^ $ \A \z \B; only whole words are found anyway`
	case syntax.OpStar, syntax.OpPlus:
		if repeated {
			return "repeats a repetition without end", "bound one of them, as {1,20}"
		}
		repeated = true
	case syntax.OpRepeat:
		if t.Max < 0 {
			if repeated {
				return "repeats a repetition without end", "bound one of them, as {1,20}"
			}
			repeated = true
		}
	}
	for _, sub := range t.Sub {
		problem, fix = unfit(sub, repeated)
		if problem != "" {
			return problem, fix
		}
	}
	return "", ""
}

// shortest returns how many characters the shortest match of a simplified tree has.
func shortest(t *syntax.Regexp) int {
	switch t.Op {
	case syntax.OpLiteral:
		return len(t.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return shortest(t.Sub[0])
	case syntax.OpConcat:
		sum := 0
		for _, sub := range t.Sub {
			sum += shortest(sub)
		}
		return sum
	case syntax.OpAlternate:
		least := shortest(t.Sub[0])
		for _, sub := range t.Sub[1:] {
			least = min(least, shortest(sub))
		}
		return least
	default:
		return 0
	}
}

// required returns the longest literal that every match of a simplified tree holds, or "".
func required(t *syntax.Regexp) string {
	switch t.Op {
	case syntax.OpLiteral:
		text := string(t.Rune)
		if t.Flags&syntax.FoldCase != 0 && strings.ToLower(text) != strings.ToUpper(text) {
			return ""
		}
		return text
	case syntax.OpCapture, syntax.OpPlus:
		return required(t.Sub[0])
	case syntax.OpConcat:
		best := ""
		for _, sub := range t.Sub {
			if l := required(sub); len(l) > len(best) {
				best = l
			}
		}
		return best
	default:
		return ""
	}
}

// append appends where the pattern matches whole words of s.
func (p *ownPattern) append(dst []dictionary.Span, s string) []dictionary.Span {
	window := ownWindow
	for pos := 0; pos < len(s); {
		if p.literal != "" {
			k := strings.Index(s[pos:], p.literal)
			if k < 0 {
				break
			}
			pos = max(pos, wordBefore(s, pos+k-maxOwnMatch))
		}
		end := wordAfter(s, pos+window)
		loc := p.re.FindStringIndex(s[pos:end])
		short := end < len(s) && (loc == nil || pos+loc[1] == end)
		if short && window < ownWindow {
			window = ownWindow // once more, with more behind it
			continue
		}
		if loc == nil {
			if end == len(s) {
				break
			}
			pos = max(pos+ownWindow/2, wordBefore(s, end-maxOwnMatch))
			for !utf8.RuneStart(s[pos]) {
				pos++
			}
			continue
		}
		a, b := pos+loc[0], pos+loc[1]
		if b == end && end < len(s) && a > pos {
			pos = a // once more, with all of the window behind it
			continue
		}
		if wholeWords(s, a, b) {
			dst = append(dst, dictionary.Span{Start: a, End: b})
		}
		pos, window = b, nearWindow
	}
	return dst
}

// maxBoundary bounds how far the end of a word is looked for.
const maxBoundary = 64

// wordBefore returns a place at or before i where a word begins, i if there is none near, and 0 before the text.
func wordBefore(s string, i int) int {
	if i <= 0 {
		return 0
	}
	for j := i; j > 0 && j > i-maxBoundary; j-- {
		if isSpace(s[j-1]) {
			return j
		}
	}
	for i < len(s) && !utf8.RuneStart(s[i]) {
		i++
	}
	return i
}

// wordAfter returns a place at or after i where a word ends, i if there is none near, and the end of the text behind it.
func wordAfter(s string, i int) int {
	if i >= len(s) {
		return len(s)
	}
	for j := i; j < len(s) && j < i+maxBoundary; j++ {
		if isSpace(s[j]) {
			return j
		}
	}
	for i < len(s) && !utf8.RuneStart(s[i]) {
		i++
	}
	return i
}

// wholeWords reports whether s[a:b] neither begins nor ends within a word or a number.
func wholeWords(s string, a, b int) bool {
	return !(a > 0 && isAlnum(s[a-1]) && isAlnum(s[a])) && !(b < len(s) && isAlnum(s[b-1]) && isAlnum(s[b]))
}

// samples holds a rule to what its author says that it finds, and does not.
func (c *ownCompiler) samples(match, noMatch []string, find func([]dictionary.Span, string) []dictionary.Span) {
	if len(match) == 0 || len(match) > maxOwnSamples {
		c.add("match", "is missing or too long", fmt.Sprintf("give 1 to %d values that the rule must find", maxOwnSamples))
	}
	if len(noMatch) == 0 || len(noMatch) > maxOwnSamples {
		c.add("no_match", "is missing or too long", fmt.Sprintf("give 1 to %d texts in which it must find nothing", maxOwnSamples))
	}
	for i, v := range match {
		found := find(nil, normalise(v).s)
		if len(found) != 1 || found[0].Start != 0 || found[0].End != len(normalise(v).s) {
			c.add(fmt.Sprintf("match[%d]", i), "is not found as a whole", "correct the rule or the value")
		}
	}
	for i, v := range noMatch {
		if len(find(nil, normalise(v).s)) > 0 {
			c.add(fmt.Sprintf("no_match[%d]", i), "holds what the rule finds", "correct the rule or the text")
		}
	}
}
