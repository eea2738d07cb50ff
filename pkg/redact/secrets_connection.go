package redact

import "strings"

// maxConnection bounds a value in a connection string.
const maxConnection = 256

// connectionValue reads the value of a connection string of the kind name=value;name=value (ADO.NET, ODBC, OLE DB,
// JDBC, Azure), whose name ends at i and whose value begins at j. There, blanks and commas belong to a value: it ends
// at the next semicolon, or where its quotes or braces do.
func (sc *scanner) connectionValue(i, j int, how joint) (token, bool) {
	s := sc.s
	if how != jointAssign || at(s, skipBlanks(s, i)) != '=' || !sc.inConnection(i, j) {
		return token{}, false
	}
	limit := min(len(s), j+maxConnection)
	if at(s, j) == '{' { // ODBC: {…}, with } doubled
		for e := j + 1; e < limit; e++ {
			if s[e] == '}' {
				if at(s, e+1) != '}' {
					return token{start: j + 1, end: e, quote: '{', next: e + 1}, e > j+1
				}
				e++
			}
		}
		return token{}, false
	}
	if c := at(s, j); c == '"' || c == '\'' || c == '$' || c == '<' || c == '%' {
		return token{}, false
	}
	e := j
	for e < limit && s[e] != ';' && s[e] != '"' && s[e] != '\'' && s[e] != '\n' && s[e] != '`' && s[e] != '<' {
		e++
	}
	if has(s[j:e], ' ') && at(s, e) != ';' {
		return token{}, false
	}
	end := e
	for end > j && isSpace(s[end-1]) {
		end--
	}
	sc.tokenTo = max(sc.tokenTo, e)
	return token{start: j, end: end, next: e}, end > j
}

// inConnection reports whether a name that ends at i and a value that begins at j stand in a connection string: a
// semicolon and a name with an assignment stand before, or after the value.
func (sc *scanner) inConnection(i, j int) bool {
	s := sc.s
	from := i
	for from > 0 && i-from < maxName && (isWordByte(s[from-1]) || s[from-1] == ' ' || s[from-1] == '-') {
		from--
	}
	if at(s, from-1) == ';' {
		return strings.IndexByte(s[max(0, from-maxConnection):from], '=') >= 0
	}
	e := j
	for e < len(s) && e-j < maxConnection && s[e] != ';' && s[e] != '"' && s[e] != '\'' && s[e] != '\n' {
		e++
	}
	if at(s, e) != ';' {
		return false
	}
	return parameterName(s, skipBlanks(s, e+1))
}

// parameterName reports whether a name of one to three words and an equals sign stand at i: User ID=.
func parameterName(s string, i int) bool {
	j := i
	for j < len(s) && j-i < maxName && (isWordByte(s[j]) || s[j] == ' ' && isLetter(at(s, j+1))) {
		j++
	}
	return j > i+1 && at(s, j) == '=' && at(s, j+1) != '=' && isUpper(s[i])
}
