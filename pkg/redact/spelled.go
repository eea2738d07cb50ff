package redact

// Words for digits, by value. Arguments beyond 9 say how often the next digit stands.
const (
	spelledPlus   = 10
	spelledDouble = 11
	spelledTriple = 12
)

var digitWords = [][]string{
	{"zero", "oh", "nought", "null", "zéro", "cero", "nul", "zera", "शून्य", "〇", "零"},
	{"one", "eins", "ein", "un", "uno", "um", "een", "jeden", "एक", "一"},
	{"two", "zwei", "zwo", "deux", "dos", "dois", "due", "twee", "dwa", "दो", "二"},
	{"three", "drei", "trois", "tres", "três", "tre", "drie", "trzy", "तीन", "三"},
	{"four", "vier", "quatre", "cuatro", "quatro", "quattro", "cztery", "चार", "四"},
	{"five", "fünf", "fuenf", "cinq", "cinco", "cinque", "vijf", "pięć", "पांच", "पाँच", "五"},
	{"six", "sechs", "seis", "sei", "meia", "zes", "sześć", "छह", "छः", "六"},
	{"seven", "sieben", "sept", "siete", "sete", "sette", "zeven", "siedem", "सात", "七"},
	{"eight", "acht", "huit", "ocho", "oito", "otto", "osiem", "आठ", "八"},
	{"nine", "neun", "neuf", "nueve", "nove", "negen", "dziewięć", "नौ", "九"},
	{"plus", "più", "más", "mais"},
	{"double", "doppel"},
	{"triple"},
}

func numberWords() []keyword {
	var out []keyword
	for v, words := range digitWords {
		for _, w := range words {
			flags := kwFlags(0)
			if w[0] >= 0xE0 {
				flags = kwLoose
			}
			out = append(out, keyword{word: w, act: actNumber, arg: uint16(v), flags: flags})
		}
	}
	return out
}

// Bounds of spelled numbers.
const (
	minSpelled     = 4  // words for digits that make a row worth reading
	maxSpelledGap  = 4  // bytes between two of them
	maxSpelledSize = 64 // characters of the view
)

// spelled reads rows of words for digits.
func (sc *scanner) spelled() {
	count := 0
	for _, h := range sc.trigs {
		if sc.voc.words[h.word].act == actNumber {
			count++
		}
	}
	if count < minSpelled {
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
	for i := 0; i < len(words); {
		i = sc.spelledRow(words, i)
	}
}

// spelledRow reads the row that starts with words[i] and returns the index after it.
func (sc *scanner) spelledRow(words []hit, i int) int {
	var w viewBuilder
	first := sc.leadingSingles(int(words[i].start))
	pos := first
	repeat := 1
	count := 0
	size := 0
	for size < maxSpelledSize {
		switch {
		case i < len(words) && int(words[i].start) == pos:
			h := words[i]
			i++
			arg := sc.voc.words[h.word].arg
			switch arg {
			case spelledPlus:
				w.unit("+", int(h.start), int(h.end))
			case spelledDouble, spelledTriple:
				repeat = int(arg) - spelledDouble + 2
			default:
				digit := string(rune('0' + arg))
				for range repeat - 1 {
					digit += digit[:1]
				}
				w.unit(digit, int(h.start), int(h.end))
				size += repeat
				repeat = 1
				count++
			}
			pos = int(h.end)
		case (isUpper(at(sc.s, pos)) || isDigit(at(sc.s, pos))) && !isAlnum(at(sc.s, pos+1)):
			w.copyRange(sc.s, pos, pos+1)
			pos++
			size++
		default:
			size = maxSpelledSize
			continue
		}
		next := sc.skipSpelledGap(pos)
		if next < 0 {
			break
		}
		pos = next
	}
	if count >= minSpelled {
		v := w.view()
		from, _ := v.source(0, 1)
		_, to := v.source(len(v.s)-1, len(v.s))
		sc.read(derived{view: v, name: "spelled", from: from, to: to})
	}
	for i < len(words) && int(words[i].start) < pos {
		i++
	}
	return i
}

// skipSpelledGap returns where the next word of a row starts, or -1 if the row ends at pos.
func (sc *scanner) skipSpelledGap(pos int) int {
	s := sc.s
	j := pos
	for j < len(s) && j-pos < maxSpelledGap {
		switch s[j] {
		case ' ', '-', ',', '.', '_', '/', '\n':
			j++
			continue
		}
		break
	}
	if j >= len(s) || j == pos && s[j] < 0x80 {
		return -1
	}
	return j
}

// leadingSingles returns where single letters and digits before pos start that belong to the row: D E eins null.
func (sc *scanner) leadingSingles(pos int) int {
	s := sc.s
	for range 8 {
		j := pos
		for j > 0 && pos-j < maxSpelledGap && (s[j-1] == ' ' || s[j-1] == '-' || s[j-1] == ',' || s[j-1] == '_' || s[j-1] == '/') {
			j--
		}
		if j == pos || j == 0 || !isUpper(s[j-1]) && !isDigit(s[j-1]) || isAlnum(at(s, j-2)) || at(s, j-2) >= 0x80 {
			break
		}
		pos = j - 1
	}
	return pos
}
