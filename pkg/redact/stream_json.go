package redact

import (
	"sort"

	"github.com/hushlog/hushlog/pkg/redact/internal/jsonscan"
)

// jsonState follows a stream for as long as it may be a JSON document, so that the document stays one. It knows tokens,
// not grammar: a text that begins with a bracket is taken for JSON up to the first byte that no token has.
type jsonState struct {
	kind   jsonKind
	depth  int
	str    bool // within a string
	escape bool // after a backslash in it
}

type jsonKind uint8

const (
	jsonUnknown jsonKind = iota // nothing but space was read
	jsonOpen                    // within a document
	jsonOver                    // after one
	jsonNone                    // it is none
)

// read takes in the next part of the stream.
func (j *jsonState) read(raw string) {
	for i := 0; i < len(raw) && j.kind != jsonNone; i++ {
		j.next(raw[i])
	}
}

// next takes in the next byte.
func (j *jsonState) next(c byte) {
	switch {
	case j.escape:
		j.escape = false
	case j.str && c == '"':
		j.str = false
	case j.str:
		j.escape = c == '\\'
		if c < ' ' {
			j.kind = jsonNone
		}
	case isSpace(c):
	case j.kind == jsonUnknown && c != '{' && c != '[', j.kind == jsonOver:
		j.kind = jsonNone
	case c == '{' || c == '[':
		j.kind = jsonOpen
		j.depth++
	case c == '}' || c == ']':
		j.depth--
		if j.depth == 0 {
			j.kind = jsonOver
		}
	case c == '"':
		j.str = true
	case !isAlnum(c) && c != ',' && c != ':' && c != '-' && c != '+' && c != '.':
		j.kind = jsonNone
	}
}

// quotedParts are the strings of a part of JSON text.
type quotedParts struct {
	json  bool
	spans []Span // from the opening quote to after the closing one; in bytes
}

// inside reports whether p lies within a string.
func (q *quotedParts) inside(p int) bool {
	i := sort.Search(len(q.spans), func(i int) bool { return q.spans[i].End > p })
	return i < len(q.spans) && q.spans[i].Start < p
}

// quoted finds the strings of text[from:], which follows what was read.
func (j *jsonState) quoted(text string, from int) quotedParts {
	k := *j
	var q quotedParts
	start := -1
	if k.str {
		start = from - 1
	}
	for i := from; i < len(text); i++ {
		was := k.str
		k.next(text[i])
		if k.kind == jsonNone {
			return quotedParts{}
		}
		switch {
		case !was && k.str:
			start = i
		case was && !k.str:
			q.spans = append(q.spans, Span{start, i + 1})
			start = -1
		}
	}
	if start >= 0 {
		q.spans = append(q.spans, Span{start, len(text) + 1})
	}
	q.json = k.kind == jsonOpen || k.kind == jsonOver
	return q
}

// edits fits edits of text, in order, to its part [from, cut), which follows what was read, and returns them in offsets
// of that part.
func (j *jsonState) edits(text string, from, cut int, edits []edit) []edit {
	end := *j
	end.read(text[from:cut])
	if end.kind != jsonOpen && end.kind != jsonOver {
		for i := range edits {
			d := quoteNumber(text, edits[i])
			edits[i] = edit{start: d.start - from, end: d.end - from, text: d.text}
		}
		return edits
	}
	part, shift := text[from:cut], from
	if j.str {
		part, shift = `"`+part, from-1
	}
	if end.str {
		part += `"`
	}
	for i := range edits {
		edits[i].start -= shift
		edits[i].end -= shift
	}
	fitted := tokenEdits(part, edits)
	if !stringsStay(part, fitted) {
		fitted = wholeStrings(part, fitted)
	}
	for i := range fitted {
		fitted[i].start += shift - from
		fitted[i].end += shift - from
	}
	return fitted
}

// stringsStay reports whether the strings of part, of JSON text, are strings still when the edits were made.
func stringsStay(part string, edits []edit) bool {
	for i := 0; i < len(part) && len(edits) > 0; {
		start, end, str := jsonToken(part, i)
		if start < 0 {
			return true
		}
		i = end
		var mine []edit
		for len(edits) > 0 && edits[0].start < end {
			mine = append(mine, edit{start: edits[0].start - start, end: edits[0].end - start, text: edits[0].text})
			edits = edits[1:]
		}
		if str && len(mine) > 0 && !jsonscan.Valid(rewrite(part[start:end], mine)) {
			return false
		}
	}
	return true
}
