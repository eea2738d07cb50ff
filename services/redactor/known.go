package redactor

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact"
)

// What one field shows to be somebody's stands in others without a word that says so: a person tells a number ("my SSN is
// ..."), and the model passes it on to a tool and repeats it in its answer. So the numbers and names that were found are
// looked for, once more, in everything else of the interaction, in whatever grouping.

const (
	// minKnown and minKnownDigits keep short values, and those of few digits, from being taken out where they mean
	// something else.
	minKnown, minKnownDigits = 6, 5
	// minKnownName is for names, which need two words, too.
	minKnownName = 7
	// maxKnown bounds the values of one interaction, some 200 bytes each, and maxKnownBytes a value: a text with more
	// numbers is a list of them, whose numbers are found as those of a list.
	maxKnown, maxKnownBytes = 10_000, 64
	// maxKnownWords is of how many words or groups of digits a value is.
	maxKnownWords = 8
)

// known are the values that were found in an interaction, by their letters and digits in lower case.
type known struct {
	values map[string]knownValue
	// seen are those that were taken apart, as they stood: what is repeated is not again.
	seen map[string]bool
	// begins has the first bytes of them: most words of a text are none.
	begins [256]bool
	// hints has what a text must have for one of them to be in it: most texts have none, and need not be taken apart.
	hints []string
	// longest is the length of the longest of them.
	longest int
}

// knownValue is a value as it was found first.
type knownValue struct {
	finding redact.Finding
	text    string
}

// maxHints is from how many hints on taking a text apart is as cheap as looking for them.
const maxHints = 32

// looksRepeated says whether values of a type are looked for again. Those with a shape of their own are found without that.
func looksRepeated(f redact.Finding, letters, digits, words int) bool {
	switch f.Type {
	case redact.TypeUSSSN, redact.TypeGovID, redact.TypePhone, redact.TypeBank, redact.TypeCreditCard, redact.TypeDate, redact.TypeMedical:
		return digits >= minKnownDigits && letters+digits >= minKnown
	case redact.TypeOther: // user names, and what the organisation calls its own
		return digits > 0 && letters+digits >= minKnown
	case redact.TypePerson:
		return words >= 2 && letters >= minKnownName
	default:
		return false
	}
}

// know keeps a value of a text that is looked for in all others.
func (p *pass) know(f redact.Finding, text string) {
	if f.View != "" || f.Action == redact.ActionKeep || f.End-f.Start > maxKnownBytes || len(p.known.values) >= maxKnown {
		return
	}
	value := text[f.Start:f.End]
	if p.known.seen[value] {
		return
	}
	if p.known.seen == nil {
		p.known.seen = map[string]bool{}
	}
	p.known.seen[value] = true
	words := wordsOf(value)
	canonical, letters, digits := "", 0, 0
	for _, w := range words {
		canonical += strings.ToLower(value[w.start:w.end])
		letters += w.letters
		digits += w.digits
	}
	if len(words) > maxKnownWords || !looksRepeated(f, letters, digits, len(words)) {
		return
	}
	first := value[words[0].start:words[0].end]
	p.known.add(canonical, first, knownValue{f, value})
	if label := words[0]; label.digits == 0 && digits > 0 && letters+digits-label.letters >= minKnown {
		p.known.add(strings.TrimPrefix(canonical, strings.ToLower(first)), first, knownValue{f, value}) // MRN 00482913
	}
	if f.Type == redact.TypePhone && len(canonical) == northAmerican && canonical[0] == '1' {
		p.known.add(canonical[1:], first, knownValue{f, value})
	}
}

// northAmerican is how many digits a number of the North American plan has with its country's.
const northAmerican = 11

// add adds a value, whose first word as it stood is first.
func (k *known) add(canonical, first string, v knownValue) {
	if k.values == nil {
		k.values = map[string]knownValue{}
	}
	if _, have := k.values[canonical]; have {
		return
	}
	k.values[canonical] = v
	k.longest = max(k.longest, len(canonical))
	k.begins[canonical[0]] = true
	if isDigit(canonical[0]) {
		k.hints = append(k.hints, canonical[:2]) // groups of digits have two at least
		return
	}
	k.hints = append(k.hints, first, strings.ToLower(first), strings.ToUpper(first))
}

// mayHold says whether a text could hold one of the values.
func (k *known) mayHold(text string) bool {
	return len(k.hints) > maxHints || slices.ContainsFunc(k.hints, func(h string) bool { return strings.Contains(text, h) })
}

// word is a run of letters and digits in a text.
type word struct{ start, end, letters, digits int }

func wordsOf(text string) []word {
	var words []word
	var w *word
	for i, r := range text {
		letter := unicode.IsLetter(r)
		digit := !letter && unicode.IsDigit(r)
		if !letter && !digit {
			w = nil
			continue
		}
		if w == nil {
			words = append(words, word{start: i})
			w = &words[len(words)-1]
		}
		w.end = i + utf8.RuneLen(r)
		if letter {
			w.letters++
		} else {
			w.digits++
		}
	}
	return words
}

// joins says whether what stands between two words may stand within a value.
func joins(between string) bool {
	return len(between) <= 2 && strings.Trim(between, " -./()_") == ""
}

// find calls each with every place of a text that holds a value, in order and without overlaps.
func (k *known) find(text string, each func(start, end int, v knownValue)) {
	if len(k.values) == 0 || !k.mayHold(text) {
		return
	}
	words := wordsOf(text)
	for i := 0; i < len(words); i++ {
		first := text[words[i].start]
		if first < utf8.RuneSelf {
			first = strings.ToLower(text[words[i].start : words[i].start+1])[0]
		}
		if first < utf8.RuneSelf && !k.begins[first] {
			continue
		}
		last, value := k.longestAt(text, words[i:])
		if last >= 0 {
			each(words[i].start, words[i+last].end, value)
			i += last
		}
	}
}

// longestAt is the last of the words that a value takes which begins at the first of them; -1 when none does.
func (k *known) longestAt(text string, words []word) (last int, value knownValue) {
	last = -1
	canonical := ""
	for j := range min(len(words), maxKnownWords) {
		if j > 0 && !joins(text[words[j-1].end:words[j].start]) || len(canonical)+words[j].end-words[j].start > k.longest {
			break
		}
		canonical += strings.ToLower(text[words[j].start:words[j].end])
		if v, have := k.values[canonical]; have {
			last, value = j, v
		}
	}
	return last, value
}

// holds says whether one of the values is in a text.
func (k *known) holds(text string) bool {
	found := false
	k.find(text, func(int, int, knownValue) { found = true })
	return found
}

// removeKnown takes the values out of a text and notes each.
func (p *pass) removeKnown(path, text string) string {
	var out strings.Builder
	rest := 0
	var strs *jsonStrings
	p.known.find(text, func(start, end int, v knownValue) {
		if strs == nil {
			strs = &jsonStrings{valid: mayBeJSON(text) && json.Valid([]byte(text))}
		}
		out.WriteString(text[rest:start])
		instead := p.instead(v)
		if strs.outside(text, start) {
			instead = `"` + instead + `"` // a number of JSON, whose place a text takes only in quotes
		}
		out.WriteString(instead)
		rest = end
		f := v.finding
		f.Evidence = redact.Evidence{Context: "found elsewhere in the interaction"}
		p.note(path, f)
		p.metadataOnly = p.metadataOnly || f.Action == redact.ActionMetadataOnly
	})
	if rest == 0 {
		return text
	}
	out.WriteString(text[rest:])
	return out.String()
}

// instead is what a value is replaced with.
func (p *pass) instead(v knownValue) string {
	const before = ". " // a number by itself would be JSON, and replaced as JSON is
	f := v.finding
	f.Start, f.End = len(before), len(before)+len(v.text)
	return strings.TrimPrefix(p.engine.Apply(before+v.text, []redact.Finding{f}).Text, before)
}

// jsonStrings follows the strings of a JSON text.
type jsonStrings struct {
	valid  bool
	at     int
	quoted bool
}

func mayBeJSON(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	return text != "" && (text[0] == '{' || text[0] == '[')
}

// outside says whether a place, none of which may lie before an earlier one, is in JSON and in no string of it.
func (j *jsonStrings) outside(text string, to int) bool {
	for ; j.valid && j.at < to; j.at++ {
		switch text[j.at] {
		case '"':
			j.quoted = !j.quoted
		case '\\':
			j.at++ // of what is escaped, nothing ends a string
		}
	}
	return j.valid && !j.quoted
}
