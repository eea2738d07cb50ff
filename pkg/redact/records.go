package redact

import "strings"

// Records of standards that give a value's meaning by its place: vCard (RFC 6350), HL7 v2, and rows of HTML tables.

// Bounds of records, in bytes and parts.
const (
	maxRecord     = 4096
	maxRecordPart = 32
)

// slot is what stands at a place of a record.
type slot struct {
	r    *rule
	kind uint16
}

var (
	placeName     = slot{rulePersonField, fieldGiven}
	placeStreet   = slot{ruleLocationField, fieldStreet}
	placeCity     = slot{ruleLocationField, fieldCity}
	placePostcode = slot{ruleLocationField, fieldPostcode}
	placeCountry  = slot{ruleLocationField, fieldCity}
	placeBirth    = slot{ruleBirthField, fieldBirth}
	placeRecord   = slot{ruleRecord, fieldRecord}
	placeOrg      = slot{ruleOrgField, fieldOrg}
	placeCode     = slot{ruleMedicalField, fieldDiagnosis}
)

// recordLine is how the values of one line are cut and what they are, by number; 0 is the first.
type recordLine struct {
	start  string
	places map[int]slot
}

// vCard lines: N, FN, ADR, ORG and BDAY, whose values are parted by semicolons.
var cardLines = []recordLine{
	{"N", map[int]slot{0: placeName, 1: placeName, 2: placeName}},
	{"FN", map[int]slot{0: placeName}},
	{"NICKNAME", map[int]slot{0: placeName}},
	{"ADR", map[int]slot{2: placeStreet, 3: placeCity, 4: placeCity, 5: placePostcode, 6: placeCountry}},
	{"ORG", map[int]slot{0: placeOrg}},
	{"BDAY", map[int]slot{0: placeBirth}},
}

// vcard reads the lines of a vCard after its BEGIN, which ends at i.
func (sc *scanner) vcard(i int) {
	s := sc.s
	stop := min(len(s), i+maxRecord)
	for at := sc.lineEnd(i) + 1; at < stop; {
		end := sc.lineEnd(at)
		line := s[at:end]
		if len(line) >= 4 && equalFold(line[:4], "end:") {
			return
		}
		colon := strings.IndexByte(line, ':')
		name := line
		if j := strings.IndexAny(line, ":;"); j >= 0 {
			name = line[:j]
		}
		for _, l := range cardLines {
			if colon > 0 && name == l.start {
				sc.parts(at+colon+1, end, ';', l.places, "vCard")
			}
		}
		at = end + 1
	}
}

// segments of HL7 v2 with a patient's data: the fields by number, the name of the segment being 0.
var segments = []struct {
	name   string
	fields map[int]map[int]slot // field, then component
}{
	{"pid", map[int]map[int]slot{
		2: {0: placeRecord}, 3: {0: placeRecord}, 4: {0: placeRecord}, 5: {0: placeName, 1: placeName, 2: placeName}, 6: {0: placeName, 1: placeName}, 7: {0: placeBirth},
		9: {0: placeName, 1: placeName}, 11: {0: placeStreet, 2: placeCity, 4: placePostcode}, 18: {0: placeRecord},
	}},
	{"nk1", map[int]map[int]slot{2: {0: placeName, 1: placeName}, 4: {0: placeStreet, 2: placeCity, 4: placePostcode}}},
	{"dg1", map[int]map[int]slot{3: {0: placeCode, 1: placeCode}, 4: {0: placeCode}}},
	{"pv1", map[int]map[int]slot{7: {1: placeName, 2: placeName}, 8: {1: placeName, 2: placeName}}},
}

// ediSegments are those of X12 with a person's data, whose elements stars part: name of the segment, elements by
// number, of which the first after the name is 0.
var ediSegments = map[string]map[int]slot{
	"nm1": {2: placeName, 3: placeName, 4: placeName},
	"n3":  {0: placeStreet, 1: placeStreet},
	"n4":  {0: placeCity, 2: placePostcode},
	"dmg": {1: placeBirth},
	"per": {1: placeName},
}

// ediSegment reads the elements of the X12 segment that starts at start, after its name and first star, which end at i.
// Those of firms are left out.
func (sc *scanner) ediSegment(start, i int) {
	s := sc.s
	if start < sc.ediTo {
		return
	}
	if c := at(s, start-1); start > 0 && c != '~' && c != '\n' && c != '\r' && c != ' ' && c != '"' {
		return
	}
	name := strings.ToLower(s[start : i-1])
	end := i
	for end < len(s) && end-i < maxRecord && s[end] != '~' && s[end] != '\n' && s[end] != '"' {
		end++
	}
	sc.ediTo = end // a segment is read once
	if name == "nm1" && !strings.Contains(s[i:min(end, i+6)], "*1*") {
		return
	}
	sc.parts(i, end, '*', ediSegments[name], "X12")
}

// commonName reads the name of an attendee of iCalendar (RFC 5545), which begins at i.
func (sc *scanner) commonName(i int) {
	s := sc.s
	quoted := at(s, i) == '"'
	if quoted {
		i++
	}
	end := i
	for end < len(s) && end-i < maxFieldBytes && s[end] != '"' && s[end] != '\n' && (quoted || s[end] != ':' && s[end] != ';') {
		end++
	}
	sc.placed(i, end, placeName, "iCalendar")
}

// segment reads the fields of the HL7 segment whose name and first bar end at i, or of what else begins so.
func (sc *scanner) segment(start, i int) {
	s := sc.s
	switch s[i-1] {
	case '*':
		sc.ediSegment(start, i)
		return
	case '=':
		sc.commonName(i)
		return
	}
	if c := at(s, start-1); start > 0 && c != '\r' && c != '\n' && c != '"' && c != '\'' && c != ' ' && c != '`' {
		return
	}
	end := i
	for end < len(s) && end-i < maxRecord && s[end] != '\r' && s[end] != '\n' && s[end] != '"' {
		end++
	}
	for k := range segments {
		if !equalFold(s[start:i-1], segments[k].name) {
			continue
		}
		field := 1
		for from := i; from <= end && field < maxRecordPart; field++ {
			to := from
			for to < end && s[to] != '|' {
				to++
			}
			if places := segments[k].fields[field]; places != nil {
				sc.parts(from, to, '^', places, "HL7 v2")
			}
			from = to + 1
		}
	}
}

// parts cuts s[start:end] at sep and judges each part by its place.
func (sc *scanner) parts(start, end int, sep byte, places map[int]slot, standard string) {
	n := 0
	for from := start; from <= end && n < maxRecordPart; n++ {
		to := from
		for to < end && sc.s[to] != sep {
			to++
		}
		if p, ok := places[n]; ok {
			sc.placed(from, to, p, standard)
		}
		from = to + 1
	}
}

// placed judges one part of a record.
func (sc *scanner) placed(start, end int, p slot, standard string) {
	v := fieldVal{start: start, end: end}
	sc.trim(&v)
	if v.end <= v.start || v.end-v.start > maxFieldBytes {
		return
	}
	text := sc.s[v.start:v.end]
	var ok bool
	switch p.kind {
	case fieldGiven:
		ok = readName(text).ok
	case fieldBirth:
		ok = len(text) >= 8 && isDigit(text[0]) && isDigit(text[len(text)-1])
	case fieldRecord:
		ok = recordValue(text, formQuoted) > 0
	case fieldDiagnosis:
		ok = len(text) >= 3 && (icdShape(text) || strings.IndexByte(text, ' ') > 0 || knownCondition(text))
	default:
		ok = len(text) >= 2 && !placeholder(text)
	}
	if ok {
		sc.add(v.start, v.end, p.r, 0.85, Evidence{Structure: standard})
	}
}

// Tags of HTML tables.
const maxTag = 200

// headerRow reads a row of <th> cells that starts at i and the rows of <td> cells below it, up to the end of the table.
// What was read is not read again.
func (sc *scanner) headerRow(i int) {
	if i < sc.insertTo {
		return
	}
	var buf [maxColumns]column
	cols, next := sc.htmlCells(i, "th", buf[:0])
	sc.insertTo = max(sc.insertTo, next)
	if len(cols) < 2 {
		return
	}
	known := false
	for _, c := range cols {
		known = known || sc.known(c)
	}
	if !known {
		return
	}
	for {
		var row [maxColumns]column
		cells, to := sc.htmlCells(next, "td", row[:0])
		if len(cells) == 0 {
			break
		}
		for n, c := range cells {
			if n < len(cols) {
				sc.addCell(c.start, c.end, cols[n].start, cols[n].end)
			}
		}
		next = to
		sc.insertTo = max(sc.insertTo, next)
	}
	sc.heads = append(sc.heads, cols...)
}

// htmlCells reads the cells with the given tag from i to the end of their row, and returns where it ends. Nothing is
// returned for a row that holds other cells first.
func (sc *scanner) htmlCells(i int, tag string, out []column) ([]column, int) {
	s := sc.s
	for i < len(s) && len(out) < cap(out) {
		j := strings.IndexByte(s[i:min(len(s), i+maxFieldBytes+maxTag)], '<')
		if j < 0 {
			return out, i
		}
		i += j
		end := strings.IndexByte(s[i:min(len(s), i+maxTag)], '>')
		if end < 0 {
			return out, i
		}
		name := s[i+1 : i+end]
		i += end + 1
		switch {
		case len(name) >= 2 && equalFold(name[:2], tag) && (len(name) == 2 || name[2] == ' '):
			stop := strings.IndexByte(s[i:min(len(s), i+maxFieldBytes)], '<')
			if stop < 0 {
				return out, i
			}
			out = append(out, trimmed(s, column{i, i + stop}, " \t\r\n"))
			i += stop
		case equalFold(name, "/table"):
			return out, i
		case equalFold(name, "/tr") && len(out) > 0:
			return out, i
		case len(name) >= 2 && (equalFold(name[:2], "td") || equalFold(name[:2], "th")) && (len(name) == 2 || name[2] == ' '):
			return nil, i
		}
	}
	return out, i
}
