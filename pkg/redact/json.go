package redact

import "github.com/hushlog/hushlog/pkg/redact/internal/jsonscan"

// looksLikeJSON reports whether text may be a JSON document: a cheap test before the dear one.
func looksLikeJSON(text string) bool {
	i, j := 0, len(text)
	for i < j && isSpace(text[i]) {
		i++
	}
	for j > i && isSpace(text[j-1]) {
		j--
	}
	if j-i < 1 {
		return false
	}
	a, b := text[i], text[j-1]
	return a == '{' && b == '}' || a == '[' && b == ']' || a == '"' && b == '"' || (isDigit(a) || a == '-') && isDigit(b)
}

// jsonEdits fits edits to the tokens of a JSON document, so that the document stays valid: within a string only its
// contents are replaced, numbers become strings, and what lies over several tokens is replaced in each.
func jsonEdits(text string, edits []edit) []edit {
	out := tokenEdits(text, edits)
	if jsonscan.Valid(rewrite(text, out)) {
		return out
	}
	return wholeStrings(text, out)
}

// tokenEdits cuts edits at the tokens of JSON text.
func tokenEdits(text string, edits []edit) []edit {
	out := make([]edit, 0, len(edits))
	for i := 0; i < len(text) && len(edits) > 0; {
		start, end, str := jsonToken(text, i)
		if start < 0 {
			break
		}
		i = end
		inner, innerEnd := start, end
		if str {
			inner, innerEnd = start+1, end-1
		}
		for len(edits) > 0 && edits[0].end <= inner {
			edits = edits[1:]
		}
		rest := edits
		for len(rest) > 0 && rest[0].start < innerEnd {
			d := edit{start: max(rest[0].start, inner), end: min(rest[0].end, innerEnd), text: rest[0].text}
			if str {
				d = quoteNumber(text, d) // in JSON within the string
			} else {
				d = edit{start: start, end: end, text: `"` + d.text + `"`}
			}
			if d.end > d.start {
				out = append(out, d)
			}
			if rest[0].end > innerEnd || !str {
				break
			}
			rest = rest[1:]
		}
	}
	return out
}

// jsonToken returns the next string, number or literal of valid JSON at or after i, or -1.
func jsonToken(text string, i int) (start, end int, str bool) {
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			j := i + 1
			for text[j] != '"' {
				if text[j] == '\\' {
					j++
				}
				j++
			}
			return i, j + 1, true
		case isDigit(c) || c == '-' || isLetter(c):
			j := i + 1
			for j < len(text) && (isAlnum(text[j]) || text[j] == '.' || text[j] == '+' || text[j] == '-') {
				j++
			}
			return i, j, false
		}
	}
	return -1, -1, false
}

// wholeStrings widens edits to the whole strings that they touch: the last resort for strings whose escapes an edit
// would cut.
func wholeStrings(text string, edits []edit) []edit {
	out := make([]edit, 0, len(edits))
	for i := 0; i < len(text) && len(edits) > 0; {
		start, end, str := jsonToken(text, i)
		if start < 0 {
			break
		}
		i = end
		if edits[0].start >= end {
			continue
		}
		d := edits[0]
		if str {
			d = edit{start: start + 1, end: end - 1, text: textRemoved}
		}
		out = append(out, d)
		for len(edits) > 0 && edits[0].start < end {
			edits = edits[1:]
		}
	}
	return out
}

// quoteNumber makes a string of a bare number that is the value of a quoted key, so that JSON inside other text stays
// JSON. The quotes are escaped as those of the key are.
func quoteNumber(text string, d edit) edit {
	if d.end == d.start || !isDigit(text[d.start]) && text[d.start] != '-' {
		return d
	}
	i := d.start
	for i > 0 && isSpace(text[i-1]) && d.start-i < 32 {
		i--
	}
	if at(text, i-1) != ':' {
		return d
	}
	i--
	for i > 0 && text[i-1] == ' ' {
		i--
	}
	if at(text, i-1) != '"' {
		return d
	}
	quote := i - 1
	for quote > 0 && text[quote-1] == '\\' && i-quote < maxBackslashes {
		quote--
	}
	end := d.end
	for end < len(text) && (isAlnum(text[end]) || text[end] == '.') {
		end++
	}
	if c := at(text, end); c != ',' && c != '}' && c != ']' && !isSpace(c) && c != '\\' && c != 0 {
		return d
	}
	q := text[quote:i]
	return edit{start: d.start, end: d.end, text: q + d.text + q}
}
