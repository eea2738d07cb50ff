package guard

import "strings"

// tokenKind is what a token of a formatted statement is.
type tokenKind int

const (
	tokenWord tokenKind = iota
	tokenQuoted
	tokenText
	tokenNumber
	tokenSign
)

// token is a piece of a statement as ClickHouse formats it.
type token struct {
	kind tokenKind
	// text is the token as written; for a quoted name, the name without its quotes.
	text string
	// tight says that no blank stands before the token.
	tight bool
}

// signs are the characters that a formatted statement has outside of names and literals. What is not
// here is refused: braces (parameters), dollars (heredocs), semicolons, comments, double quotes,
// circumflexes (paths into JSON objects), bytes beyond ASCII.
const signs = "()[],.*+-/%=<>!|&?:"

// lex takes a statement as formatQuerySingleLine writes it apart. Anything that such a statement
// could not hold, or whose reading would need care, is refused.
func lex(statement string) ([]token, *Refusal) {
	var tokens []token
	tight := false
	for i := 0; i < len(statement); {
		if statement[i] == ' ' {
			tight = false
			i++
			continue
		}
		next, size, refusal := scan(statement[i:])
		if refusal != nil {
			return nil, refusal
		}
		next.tight = tight
		tokens = append(tokens, next)
		tight = true
		i += size
	}
	return tokens, nil
}

// scan reads the token that s begins with and says how many bytes it takes.
func scan(s string) (token, int, *Refusal) {
	c := s[0]
	switch {
	case c == '\'':
		size := quotedLength(s)
		if size == 0 {
			return token{}, 0, refuse(CodeSyntax, "a text literal is not closed")
		}
		return token{kind: tokenText, text: s[:size]}, size, nil
	case c == '`':
		return scanQuoted(s)
	case isDigit(c):
		size := numberLength(s)
		return token{kind: tokenNumber, text: s[:size]}, size, nil
	case isWordStart(c):
		size := wordLength(s)
		return token{kind: tokenWord, text: s[:size]}, size, nil
	case strings.HasPrefix(s, "--") || strings.HasPrefix(s, "/*"):
		return token{}, 0, refuse(CodeSyntax, "a comment is left in the statement; remove it")
	case strings.IndexByte(signs, c) >= 0:
		return token{kind: tokenSign, text: s[:1]}, 1, nil
	default:
		return token{}, 0, refuse(CodeName, "a character is used that this service does not take outside of text literals; "+
			"names may have letters, digits and underscores, and parameters in braces are not supported")
	}
}

// scanQuoted reads a name in back quotes. Only plain names pass: a dot, a blank or a line break in a
// name would make ClickHouse's tree read as something else.
func scanQuoted(s string) (token, int, *Refusal) {
	size := quotedLength(s)
	if size < 3 || !isWord(s[1:size-1]) {
		return token{}, 0, refuse(CodeName, "a quoted name has other characters than letters, digits and underscores; rename it")
	}
	return token{kind: tokenQuoted, text: s[1 : size-1]}, size, nil
}

// quotedLength is the length of the quoted run that s begins with, quotes included; 0 when not closed.
func quotedLength(s string) int {
	quote := s[0]
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return 0
}

// numberLength takes digits with everything that a number may go on with: 0x1F, 1.5, 1e-7.
func numberLength(s string) int {
	i := 1
	for i < len(s) {
		exponent := (s[i] == '-' || s[i] == '+') && (s[i-1] == 'e' || s[i-1] == 'E') && !strings.HasPrefix(s, "0x")
		if !exponent && s[i] != '.' && !isWordByte(s[i]) {
			break
		}
		i++
	}
	return i
}

func wordLength(s string) int {
	i := 1
	for i < len(s) && isWordByte(s[i]) {
		i++
	}
	return i
}

func isWord(s string) bool { return s != "" && isWordStart(s[0]) && wordLength(s) == len(s) }

func isWordStart(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWordByte(c byte) bool { return isWordStart(c) || isDigit(c) }

// calls lists the names that are directly followed by an opening parenthesis, which is how ClickHouse
// writes the call of a function wherever it stands; after a keyword it puts a blank.
func calls(tokens []token) []string {
	var names []string
	for i := 1; i < len(tokens); i++ {
		opens := tokens[i].text == "(" && tokens[i].kind == tokenSign && tokens[i].tight
		named := tokens[i-1].kind == tokenWord || tokens[i-1].kind == tokenQuoted
		if opens && named {
			names = append(names, tokens[i-1].text)
		}
	}
	return names
}

// subqueryNames are the names that WITH gives to subqueries: name AS [MATERIALIZED] (SELECT.
func subqueryNames(tokens []token) map[string]bool {
	names := make(map[string]bool)
	for i := 0; i+2 < len(tokens); i++ {
		named := tokens[i].kind == tokenWord || tokens[i].kind == tokenQuoted
		if !named || !isKeyword(tokens[i+1], "AS") {
			continue
		}
		next := i + 2
		if isKeyword(tokens[next], "MATERIALIZED") && next+1 < len(tokens) {
			next++
		}
		if tokens[next].kind == tokenSign && tokens[next].text == "(" {
			names[tokens[i].text] = true
		}
	}
	return names
}

func isKeyword(t token, word string) bool { return t.kind == tokenWord && t.text == word }
