package redact

import "strings"

// Bounds of an INSERT: what may stand between its words, and its column list.
const (
	maxTableName  = 128
	maxColumnList = maxColumns * maxKeyCell
)

// insert reads INSERT INTO t (a, b) VALUES ('x', 1), …, whose word "insert into" ends at i: each value is the cell of its
// column. What was read is not read again.
func (sc *scanner) insert(i int) {
	s := sc.s
	if i < sc.insertTo {
		return
	}
	open := i
	for open < len(s) && open-i < maxTableName && s[open] != '(' && s[open] != ';' {
		open++
	}
	if at(s, open) != '(' {
		return
	}
	var buf [maxColumns]column
	cols, next := sc.columnList(open+1, buf[:0])
	if len(cols) == 0 {
		return
	}
	sc.insertTo = next
	at := skipSpace(s, next)
	for _, w := range []string{"output inserted.id values", "overriding system value values", "values", "value"} {
		if len(s)-at >= len(w) && equalFold(s[at:at+len(w)], w) {
			sc.tuples(at+len(w), cols)
			sc.heads = append(sc.heads, column{open, next})
			return
		}
	}
	if len(s)-at >= 10 && equalFold(s[at:at+10], "from stdin") { // COPY
		line := sc.lineEnd(at) + 1
		if line < len(s) {
			sc.heads = append(sc.heads, column{open, next})
			sc.insertTo = sc.rows(line, cols, '\t', false, line, sc.v.unitLen(line-1))
		}
	}
}

// columnList reads the names of columns up to the closing bracket.
func (sc *scanner) columnList(i int, out []column) ([]column, int) {
	s := sc.s
	stop := min(len(s), i+maxColumnList)
	start := i
	for ; i < stop; i++ {
		switch c := s[i]; c {
		case ',', ')':
			if len(out) == cap(out) {
				return nil, i
			}
			col := trimmed(s, column{start, i}, " \t\r\n\"'`[]")
			out = append(out, col)
			start = i + 1
			if c == ')' {
				return out, i + 1
			}
		case '(', ';', '=':
			return nil, i
		}
	}
	return nil, i
}

// trimmed takes the characters of set off the ends of c.
func trimmed(s string, c column, set string) column {
	for c.end > c.start && strings.IndexByte(set, s[c.end-1]) >= 0 {
		c.end--
	}
	for c.start < c.end && strings.IndexByte(set, s[c.start]) >= 0 {
		c.start++
	}
	return c
}

// skipSpace steps over at most 64 characters of space.
func skipSpace(s string, i int) int {
	for n := 0; i < len(s) && isSpace(s[i]) && n < 64; n++ {
		i++
	}
	return i
}

// tuples reads the rows of an INSERT, one bracket after another.
func (sc *scanner) tuples(i int, cols []column) {
	s := sc.s
	for {
		i = skipSpace(s, i)
		if at(s, i) == ',' {
			i = skipSpace(s, i+1)
		}
		if at(s, i) != '(' {
			sc.insertTo = max(sc.insertTo, i)
			return
		}
		i = sc.tuple(i+1, cols)
		sc.insertTo = max(sc.insertTo, i)
	}
}

// tuple reads the values up to the closing bracket and returns where it ends.
func (sc *scanner) tuple(i int, cols []column) int {
	s := sc.s
	for n := 0; i < len(s); n++ {
		i = skipSpace(s, i)
		var v column
		i, v = sc.literal(i)
		if n < len(cols) {
			sc.addCell(v.start, v.end, cols[n].start, cols[n].end)
		}
		for i < len(s) && s[i] != ',' && s[i] != ')' && s[i] != ';' && s[i] != '\n' {
			i++
		}
		switch at(s, i) {
		case ',':
			i++
		case ')':
			return i + 1
		case '\n':
			i = skipSpace(s, i)
			if c := at(s, i); c != ',' && c != ')' {
				return i
			}
			if at(s, i) == ')' {
				return i + 1
			}
			i++
		default:
			return i
		}
	}
	return i
}

// literal reads a literal of SQL, quotes doubled or escaped, or an expression up to its end.
func (sc *scanner) literal(i int) (int, column) {
	s := sc.s
	if (at(s, i) == 'N' || at(s, i) == 'E' || at(s, i) == 'n') && at(s, i+1) == '\'' {
		i++
	}
	q := at(s, i)
	if q != '\'' && q != '"' {
		j, depth := i, 0
		for j < len(s) && s[j] != '\n' && s[j] != ';' && (depth > 0 || s[j] != ',' && s[j] != ')') {
			switch s[j] {
			case '(':
				depth++
			case ')':
				depth--
			}
			j++
		}
		return j, trimmed(s, column{i, j}, " \t")
	}
	level := sc.v.unitLen(i)
	for j := i + 1; j < len(s); j++ {
		switch {
		case s[j] == '\\' && at(s, j+1) == q:
			j++
		case s[j] == q && sc.v.unitLen(j) <= level:
			if at(s, j+1) == q && sc.v.unitLen(j+1) == level {
				j++
				continue
			}
			return j + 1, column{i + 1, j}
		}
	}
	return len(s), column{i, i}
}
