package redact

import "strings"

// notGiven reports whether what stands after the name of a secret that ends at nameEnd is not given to it: an
// expression or a comparison of a program, the next of a list of names, a word of a sentence about tokens. Values stand
// at t, which starts after the joint that ends at from; flagged says that only space joins it with a flag.
func (sc *scanner) notGiven(nameEnd, from int, how joint, t token, k *keyword, flagged bool) bool {
	s, v := sc.s, sc.s[t.start:t.end]
	op := strings.TrimLeft(strings.TrimSpace(s[nameEnd:from]), ")]}\"'`* ")
	switch {
	case shellDirectory(s, nameEnd, k):
		return true
	case flagged && !isSpace(at(s, nameEnd)):
		return true // `--token` flag: the flag is quoted, and what follows speaks of it
	case t.quote != 0:
		return how == jointAssign && (betweenElements(s, nameEnd, from, t, v) || comparison(op, s, from) && neverAWord(k) && onlyLetters(v) && !jumbled(v))
	case how == jointAssign && comparison(op, s, from):
		return true
	case how == jointAssign && (codeWord(v) || shortHex(v) || sc.expression(nameEnd, op, t, v)):
		return true
	case op == "|" && at(s, from-1) == '|':
		return true // alternatives of a pattern
	}
	return neverAWord(k) && len(v) < 16 && onlyLetters(v) && !jumbled(v)
}

// neverAWord reports whether k names what machines make: no value of it is a word of a language.
func neverAWord(k *keyword) bool {
	for _, w := range []string{"token", "key", "credential", "cookie", "jwt", "session"} {
		if strings.Contains(k.word, w) {
			return true
		}
	}
	return false
}

// shellDirectory reports whether the name is that of the working directory: $PWD, ${PWD}, $(pwd).
func shellDirectory(s string, end int, k *keyword) bool {
	if k.word != "pwd" {
		return false
	}
	i := end - len(k.word) - 1
	c := at(s, i)
	return c == '$' || (c == '{' || c == '(') && at(s, i-1) == '$' || c == ' ' && at(s, end) == ')'
}

// comparison reports whether the operator before the value that starts at from compares or appends.
func comparison(op, s string, from int) bool {
	if strings.Contains(op, "==") || strings.Contains(op, "!=") || strings.HasSuffix(op, "+=") {
		return true
	}
	if op != ">" && op != "<" {
		return false
	}
	i := from - 1
	for i > 0 && from-i < maxOwner && s[i] != op[0] {
		i--
	}
	return isSpace(at(s, i-1)) && isSpace(at(s, i+1)) // and no end of an XML tag
}

// codeWords are words of programming languages and of configurations that stand after the name of a secret.
var codeWords = map[string]bool{
	"return": true, "raise": true, "break": true, "continue": true, "throw": true, "yield": true, "await": true, "async": true,
	"lambda": true, "goto": true, "write": true, "read": true, "inherit": true, "expected": true, "flag": true, "flags": true,
	"option": true, "options": true, "argument": true, "function": true, "static": true, "const": true,
}

func codeWord(v string) bool { return len(v) <= 8 && codeWords[v] }

// shortHex reports whether v is a small number as programs write it: 0x40.
func shortHex(v string) bool {
	return len(v) <= 10 && len(v) > 2 && v[0] == '0' && lower(v[1]) == 'x' && allHex(v[2:])
}

// maxOwner bounds what is read before a name to see whose it is.
const maxOwner = 64

// expression reports whether the unquoted v is the name of a variable: it is given to an attribute of an object, or goes
// on with an operator.
func (sc *scanner) expression(nameEnd int, op string, t token, v string) bool {
	_, digits, _, _ := census(v)
	if digits > 1 || !nameBytes(v) || op != "=" && op != ":=" {
		return false
	}
	s := sc.s
	start := nameEnd
	for start > 0 && nameEnd-start < maxOwner && (isWordByte(s[start-1]) || s[start-1] == '.') {
		start--
	}
	owner := s[start:nameEnd]
	for _, o := range []string{"self.", "this.", "cls."} {
		if strings.HasPrefix(owner, o) {
			return true
		}
	}
	next := skipBlanks(s, t.end)
	if next == t.end {
		return false
	}
	for _, o := range []string{"+ ", "| ", "? ", "= ", "or ", "and ", "|| ", "&& ", "if ", "?? "} {
		if strings.HasPrefix(s[next:], o) {
			return true
		}
	}
	return false
}

// betweenElements reports whether the quoted v is the next of a list of names and no value: what stands before the name and after
// v are elements, too. The arguments of a command are no such list: ["--password", "x"].
func betweenElements(s string, nameEnd, from int, t token, v string) bool {
	if c := strings.TrimSpace(s[nameEnd:from]); len(c) < 2 || c[len(c)-1] != ',' {
		return false // anything but "name", "value"
	}
	letters, digits, _, _ := census(v)
	if digits > 1 && letters > 0 {
		return false
	}
	open := nameEnd
	for open > 0 && nameEnd-open < maxOwner && s[open-1] != t.quote {
		open--
	}
	if at(s, open-1) != t.quote || s[open] == '-' {
		return false
	}
	before := open - 1
	for before > 0 && isSpace(s[before-1]) && open-before < maxOwner {
		before--
	}
	after := t.end + 1
	for after < len(s) && isSpace(s[after]) && after-t.end < maxOwner {
		after++
	}
	b, a := at(s, before-1), at(s, after)
	return (b == ',' || b == '[' || b == '{') && (a == ',' || a == ']' || a == '}') || b == ',' && a == ')'
}
