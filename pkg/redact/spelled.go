package redact

import "strconv"

// Bounds of spelled numbers.
const (
	minSpelled     = 4  // words for digits that make a row worth reading
	minTriggers    = 2  // of them, words that are looked for everywhere
	maxSpelledGap  = 8  // bytes between two of them
	maxSpelledSize = 64 // characters of the view
	maxBareDigits  = 12 // digits between words: four 155 one
	maxSmallWords  = 24 // words that count within a row only, before its first other word
)

// spelled reads rows of words for digits.
func (sc *scanner) spelled() {
	count := 0
	for _, h := range sc.trigs {
		if sc.voc.words[h.word].act == actNumber {
			count++
		}
	}
	if count < minTriggers {
		return
	}
	words := sc.words[:0]
	for _, h := range sc.trigs {
		if sc.voc.words[h.word].act != actNumber {
			continue
		}
		for len(words) > 0 && words[len(words)-1].start >= h.start {
			words = words[:len(words)-1] // the longer word holds the shorter
		}
		if len(words) > 0 && words[len(words)-1].end > h.start {
			continue
		}
		words = append(words, h)
	}
	sc.words = words
	read := 0
	for i := 0; i < len(words); {
		i, read = sc.spelledRow(words, i, read)
	}
}

// numberRow is a row of words that spells a number, while it is read.
type numberRow struct {
	viewBuilder
	sum      int // the number that the last words make, not yet written; -1 if there is none
	from, to int // where they stand
	french   bool
	repeat   int // how often the next digit stands
	count    int // words read
}

// flush writes the number that is open.
func (r *numberRow) flush() {
	if r.sum >= 0 {
		r.unit(strconv.Itoa(r.sum), r.from, r.to)
		r.sum = -1
	}
}

// value takes in a number in one word. After tens or hundreds, a smaller one adds to it: forty one, девятьсот двадцать.
// French counts on to nineteen: soixante-douze.
func (r *numberRow) value(v, from, to int, french bool) {
	room := 1
	switch {
	case r.sum >= 100 && r.sum%100 == 0:
		room = 100
	case r.sum >= 20 && r.sum%10 == 0:
		room = 10
		if r.french {
			room = 20
		}
	case r.sum >= 100 && r.sum%10 == 0:
		room = 10
	}
	if r.sum >= 0 && v > 0 && v < room {
		r.sum += v
		r.to = to
		r.french = false
		return
	}
	r.flush()
	r.sum, r.from, r.to, r.french = v, from, to, french
}

// take takes in the word with argument arg at [from, to) of s.
func (r *numberRow) take(s string, arg uint16, from, to int) {
	r.count++
	switch {
	case arg == spelledPlus:
		r.flush()
		r.unit("+", from, to)
	case arg == spelledDouble, arg == spelledTriple:
		r.flush()
		r.repeat = int(arg) - spelledDouble + 2
	case arg == spelledHundred:
		r.flush()
		r.unit("00", from, to)
	case arg >= spelledValue:
		french := s[to-1] != 'y' && (equalFold(s[from:to], "soixante") || equalFold(s[from:min(to, from+12)], "quatre-vingt"))
		r.value(int(arg)-spelledValue, from, to, french)
	case arg >= spelledLetter:
		r.flush()
		r.unit(string(rune('A'+arg-spelledLetter)), from, to)
	case r.repeat > 1:
		r.flush()
		digits := ""
		for range r.repeat {
			digits += string(rune('0' + arg))
		}
		r.unit(digits, from, to)
		r.repeat = 1
	case r.sum >= 20:
		r.value(int(arg), from, to, false)
	default:
		r.flush()
		r.unit(string(rune('0'+arg)), from, to)
	}
}

// spelledRow reads the row that holds words[i] and starts at or after the offset read, and returns the index of the
// first word after it, and where it ends.
func (sc *scanner) spelledRow(words []hit, i, read int) (next, end int) {
	pos := max(read, sc.rowStart(int(words[i].start), read))
	end = sc.shortRow(words[i:], pos)
	if end == 0 {
		end = sc.readSpelled(words[i:], pos)
	}
	for i < len(words) && int(words[i].start) < end {
		i++
	}
	return i, end
}

// maxSpelledWord is the most characters of the view that one word makes: a number below a thousand, or a digit three times.
const maxSpelledWord = 3

// shortRow returns where the row at pos ends, if it has too few words to be read, as nearly all have; or 0.
func (sc *scanner) shortRow(words []hit, pos int) int {
	count, size := 0, 0
	for count < minSpelled && size < maxSpelledSize {
		_, n, isWord := sc.spelledPart(&words, pos)
		if n == 0 {
			return pos
		}
		if pos += n; isWord {
			count++
			n = maxSpelledWord
		}
		next, sign := spelledGap(sc.s, pos)
		if next < 0 {
			return pos
		}
		pos, size = next, size+n+len(sign)
	}
	if count < minSpelled && size < maxSpelledSize {
		return pos
	}
	return 0
}

// readSpelled reads the row at pos, and returns where it ends.
func (sc *scanner) readSpelled(words []hit, pos int) int {
	s := sc.s
	r := numberRow{sum: -1, repeat: 1}
	for r.b.Len() < maxSpelledSize {
		arg, n, isWord := sc.spelledPart(&words, pos)
		if n == 0 {
			break
		}
		if isWord {
			r.take(s, arg, pos, pos+n)
		} else {
			r.flush()
			r.copyRange(s, pos, pos+n)
		}
		pos += n
		next, sign := spelledGap(s, pos)
		if next < 0 {
			break
		}
		if sign != "" && next > pos {
			r.flush()
			r.unit(sign, pos, next)
		}
		pos = next
	}
	r.flush()
	if r.count >= minSpelled {
		v := r.view()
		from, _ := v.source(0, 1)
		_, to := v.source(len(v.s)-1, len(v.s))
		sc.read(derived{view: v, name: "spelled", from: from, to: to})
	}
	return pos
}

// spelledPart returns the length of what a row can have at pos, or 0: a word, with its argument, or digits and capitals
// that stand for themselves. It takes the words before pos off words.
func (sc *scanner) spelledPart(words *[]hit, pos int) (arg uint16, n int, isWord bool) {
	w := *words
	for len(w) > 0 && int(w[0].start) < pos {
		w = w[1:]
	}
	*words = w
	if len(w) > 0 && int(w[0].start) == pos {
		return sc.voc.words[w[0].word].arg, int(w[0].end) - pos, true
	}
	if digit, size := smallWordAt(sc.s, pos); size > 0 {
		return uint16(digit), size, true
	}
	n = bareAt(sc.s, pos)
	if n == 1 || n > 1 && (at(sc.s, pos-1) == ' ' || at(sc.s, pos-1) == '-') && at(sc.s, pos-2) != ',' {
		return 0, n, false
	}
	return 0, 0, false
}

// bareAt returns the length of the digits, or of the single capital, that stand for themselves at pos.
func bareAt(s string, pos int) int {
	if isUpper(at(s, pos)) && !isAlnum(at(s, pos+1)) {
		return 1
	}
	n := 0
	for n <= maxBareDigits && isDigit(at(s, pos+n)) {
		n++
	}
	if n > maxBareDigits || isAlnum(at(s, pos+n)) {
		return 0
	}
	return n
}

// smallWordAt reads a word for a digit that counts within a row only.
func smallWordAt(s string, pos int) (digit byte, size int) {
	if pos >= len(s) {
		return 0, 0
	}
	for _, small := range smallWordsFrom[s[pos]] {
		w := small.word
		end := pos + len(w)
		if end <= len(s) && s[pos:end] == w && (w[0] >= 0x80 || !isLetter(at(s, end)) && at(s, end) < 0x80 && !isLetter(at(s, pos-1))) {
			return small.digit, len(w)
		}
	}
	return 0, 0
}

// rowStart returns where the row that has a word at pos starts: before it may stand single letters, digits, and words
// that count within a row only: D E eins null, 이 공 일.
func (sc *scanner) rowStart(pos, least int) int {
	s := sc.s
	for range maxSmallWords {
		j := pos
		for j > least && pos-j < 4 && (s[j-1] == ' ' || s[j-1] == '-' || s[j-1] == ',' || s[j-1] == '_' || s[j-1] == '/') {
			j--
		}
		if j == least {
			break
		}
		if j < pos && (isUpper(s[j-1]) || isDigit(s[j-1])) && !isAlnum(at(s, j-2)) && at(s, j-2) < 0x80 {
			pos = j - 1
			continue
		}
		size := smallWordBefore(s, j)
		if size == 0 || j-size < least {
			break
		}
		pos = j - size
	}
	return pos
}

// smallWordBefore returns the length of the word that ends at end and counts within a row only, if it is of a script
// beyond Latin.
func smallWordBefore(s string, end int) int {
	if at(s, end-1) < 0x80 {
		return 0
	}
	for i := range smallWords {
		w := smallWords[i].word
		if w[0] >= 0x80 && end >= len(w) && s[end-len(w):end] == w {
			return len(w)
		}
	}
	return 0
}

// gapWord is a word that may stand between those of a row, and what is read for it.
type gapWord struct{ word, sign string }

// gapWords may stand between the words of a row, and what is read for them.
var gapWords = []gapWord{
	{"and", ""},
	{"und", ""},
	{"et", ""},
	{"y", ""},
	{"e", ""},
	{"i", ""},
	{"и", ""},
	{"ve", ""},
	{"then", ""},
	{"dash", "-"},
	{"hyphen", "-"},
	{"minus", "-"},
	{"strich", "-"},
	{"bindestrich", "-"},
	{"tiret", "-"},
	{"guion", "-"},
	{"guión", "-"},
	{"trattino", "-"},
	{"hífen", "-"},
	{"traço", "-"},
	{"streepje", "-"},
	{"тире", "-"},
	{"дефис", "-"},
	{"の", "-"},
	{"に", "-"},
	{"space", " "},
	{"pause", " "},
	{"leerzeichen", " "},
	{"espace", " "},
	{"espacio", " "},
	{"dot", "."},
	{"point", "."},
	{"punkt", "."},
	{"punto", "."},
	{"ponto", "."},
	{"punt", "."},
	{"kropka", "."},
	{"точка", "."},
	{"ドット", "."},
	{"点", "."},
	{"slash", "/"},
}

// gapWordsFrom are the gapWords by the byte that they start with, in either case.
var gapWordsFrom = func() (t [256][]gapWord) {
	for _, w := range gapWords {
		t[w.word[0]] = append(t[w.word[0]], w)
		if c := upper(w.word[0]); c != w.word[0] && len(w.word) > 1 {
			t[c] = append(t[c], w)
		}
	}
	return t
}()

// spelledGap returns where the next word of a row starts, or -1 if the row ends at pos, and what is read for the words
// in between.
func spelledGap(s string, pos int) (next int, sign string) {
	j := gapEnd(s, pos)
	if j >= len(s) {
		return -1, ""
	}
	if j == pos && s[j] < 0x80 {
		return -1, ""
	}
	for _, gap := range gapWordsFrom[s[j]] {
		w := gap.word
		end := j + len(w)
		if end >= len(s) || !equalFold(s[j:end], w) || w[0] < 0x80 && j == pos {
			continue
		}
		k := gapEnd(s, end)
		if k == end && w[0] < 0x80 || k >= len(s) {
			continue
		}
		if _, size := smallWordAt(s, j); size > 0 && w[0] >= 0x80 {
			break
		}
		return k, gap.sign
	}
	return j, ""
}

// gapEnd steps over what may stand between the words of a row.
func gapEnd(s string, pos int) int {
	j := pos
	for j < len(s) && j-pos < maxSpelledGap {
		switch s[j] {
		case ' ', '-', ',', '.', '_', '/', '\n', ';', ':', '|', '\t', '\r', '>', '"', '*':
			j++
			continue
		case 0xE2: // an ellipsis
			if s[j+1] == 0x80 && s[j+2] == 0xA6 {
				j += 3
				continue
			}
		case 0xE3: // the comma of Chinese and Japanese
			if s[j+1] == 0x80 && s[j+2] == 0x81 {
				j += 3
				continue
			}
		}
		break
	}
	return j
}
