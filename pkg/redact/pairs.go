package redact

import "strings"

// Pairs are objects and elements that give the key as a value of its own: {"name": "ssn", "value": "…"},
// <input name="city" value="…">, parts of multipart bodies, <key>city</key><string>…</string>.

// maxPair bounds the distance from the key of a pair to the word before its value.
const maxPair = 120

// pairNames are the words that the key of a pair stands after. The longest come first.
var pairNames = []string{"fieldname", "property", "question", "label", "field", "param", "name", "key", "id"}

// pair reads the value after the word "value", found at trigs[i], and looks for the key before it, within maxPair bytes.
func (sc *scanner) pair(i int) {
	s := sc.s
	h := sc.trigs[i]
	key := fieldKey{start: int(h.start), end: int(h.end)}
	if s[h.start] == '<' { // <string>
		v, ok := sc.element(int(h.end))
		if k, found := sc.plistKey(int(h.start)); ok && found {
			sc.addCell(v.start, v.end, k.start, k.end)
		}
		return
	}
	if isWordByte(at(s, key.start-1)) || isWordByte(at(s, key.end)) {
		return
	}
	v, ok := sc.fieldValue(&key)
	if !ok {
		return
	}
	from := max(0, int(h.start)-maxPair)
	if j := strings.LastIndexAny(s[from:h.start], "{<"); j >= 0 {
		from += j
	}
	k, found := sc.pairKey(from, int(h.start))
	if found && sc.known(k) {
		sc.addCell(v.start, v.end, k.start, k.end)
		sc.heads = append(sc.heads, k)
	}
}

// pairKey finds the key that is given by name in s[from:to].
func (sc *scanner) pairKey(from, to int) (column, bool) {
	s := sc.s
	for _, n := range pairNames {
		for i := from; ; {
			j := strings.Index(s[i:to], n)
			if j < 0 {
				break
			}
			i += j + len(n)
			if isWordByte(at(s, i)) || isWordByte(at(s, i-len(n)-1)) {
				continue
			}
			k := fieldKey{start: i - len(n), end: i}
			v, ok := sc.fieldValue(&k)
			if ok && v.end <= to {
				return column{v.start, v.end}, true
			}
		}
	}
	return column{}, false
}

// plistKey finds the <key>…</key> that ends before i.
func (sc *scanner) plistKey(i int) (column, bool) {
	s := sc.s
	for n := 0; n < 32 && i > 0 && isSpace(s[i-1]); n++ {
		i--
	}
	const stop, begin = "</key>", "<key>"
	if i < len(stop) || s[i-len(stop):i] != stop {
		return column{}, false
	}
	end := i - len(stop)
	from := max(0, end-maxKeyCell-len(begin))
	j := strings.LastIndex(s[from:end], begin)
	if j < 0 {
		return column{}, false
	}
	return column{from + j + len(begin), end}, true
}

// part reads a part of a multipart body (RFC 7578), whose word "form-data;" ends at i: its name is the key of what
// stands after the empty line.
func (sc *scanner) part(i int) {
	s := sc.s
	name := strings.Index(s[i:min(len(s), i+maxPair)], "name=\"")
	if name < 0 {
		return
	}
	start := i + name + len("name=\"")
	end := start
	for end < len(s) && end-start < maxKeyCell && s[end] != '"' && s[end] != '\n' {
		end++
	}
	if at(s, end) != '"' {
		return
	}
	for n, lines := end, 0; n < len(s) && n-end < 2*maxPair; n++ {
		switch s[n] {
		case '\n':
			lines++
			if lines == 2 {
				stop := sc.lineEnd(n + 1)
				c := trimmed(s, column{n + 1, stop}, " \t\r\n")
				sc.addCell(c.start, c.end, start, end)
				sc.heads = append(sc.heads, column{start, end})
				return
			}
		case '\r':
		default:
			if lines == 1 { // another header of the part
				lines = 0
			}
		}
	}
}

// structureWords are the words that start forms in which keys and values stand apart.
func structureWords() []keyword {
	out := []keyword{
		{word: "insert into", act: actInsert},
		{word: "replace into", act: actInsert},
		{word: "copy", act: actInsert},
		{word: "begin:vcard", act: actCard, flags: kwLoose},
		{word: "pid|", act: actSegment},
		{word: "nk1|", act: actSegment},
		{word: "dg1|", act: actSegment},
		{word: "pv1|", act: actSegment},
		{word: "nm1*", act: actSegment},
		{word: "n3*", act: actSegment},
		{word: "n4*", act: actSegment},
		{word: "dmg*", act: actSegment},
		{word: "per*", act: actSegment},
		{word: ";cn=", act: actSegment, flags: kwLoose},
		{word: "<th", act: actHeader, flags: kwLoose},
		{word: "form-data;", act: actPart, flags: kwLoose},
		{word: "<string>", act: actPair, flags: kwLoose},
	}
	for _, w := range []string{"value", "val", "wert", "answer"} {
		out = append(out, keyword{word: w, act: actPair})
	}
	for _, w := range strings.Fields(`sku price prices quantity qty stock currency apiversion kind replicas namespace containers dependencies devdependencies runs-on steps
		category categories product products parameters function functions plugin chart repository image version license licence schema metadata tags labels description
		weight inventory discount subtotal total uses with run script scripts command on jobs services hostname ports dockerfile resource variable
		preis menge artikel prix quantité precio cantidad prezzo preço`) {
		out = append(out, keyword{word: w, field: fieldThing + 1})
	}
	return out
}
