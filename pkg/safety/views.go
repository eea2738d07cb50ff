package safety

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxViews bounds how many decoded views of a text are read, and maxViewDepth how many encodings deep.
	maxViews     = 12
	maxViewDepth = 2
	// maxViewText bounds the text that views are made of, in bytes: the start of a longer one.
	maxViewText = 64 << 10
	// leastDecoded is how many bytes a decoded run has at least.
	leastDecoded = 8
)

// readViews has read read the decoded views of a text, and theirs, maxViews at most. What read finds in a view says which
// views that has.
func readViews(text string, sig *signals, read func(text string, sig *signals)) {
	made := 0
	eachView(text, sig, 1, &made, read)
}

func eachView(text string, sig *signals, depth int, made *int, read func(text string, sig *signals)) {
	for _, v := range views(nil, text, sig) {
		if *made == maxViews {
			return
		}
		*made++
		var inner signals
		read(v, &inner)
		if depth < maxViewDepth {
			eachView(v, &inner, depth+1, made, read)
		}
	}
}

// views appends the decoded views that signals call for. Each test is cheap and errs towards making a view.
func views(out []string, text string, s *signals) []string {
	if len(text) > maxViewText {
		text = text[:maxViewText]
	}
	add := func(v string) {
		if len(v) >= leastDecoded && v != text && len(out) < maxViews {
			out = append(out, v)
		}
	}
	if s.base64 > 0 {
		add(decodeRuns(text, &base64Signs, 20, decodeBase64))
	}
	if s.hex > 0 || s.hexPairs >= 8 {
		add(decodeRuns(text, &hexSigns, 16, decodeHex))
	}
	if strings.Count(text, "%") >= 4 {
		add(decodePercent(text))
	}
	if strings.Contains(text, "&#") || strings.Count(text, "&") >= 6 {
		add(html.UnescapeString(text))
	}
	if strings.Count(text, `\`) >= 4 || lineEscapes(text) {
		add(decodeEscapes(text))
	}
	if s.rot13 >= 2 && s.rot13*2 > s.common {
		add(rot13(text))
	}
	if s.reversed >= 2 && s.reversed*2 > s.common {
		add(reversed(text))
	}
	if s.twoScript >= 2 {
		add(strings.Map(unlike, text))
	}
	if s.mixed >= 3 && s.mixed*8 >= s.words {
		add(unleetAll(text))
	}
	if s.single >= 8 && s.single*4 >= s.words {
		add(joinLetters(text))
	}
	if s.broken >= 2 {
		add(joinPieces(text))
	}
	for i := range len(breaks) {
		n := strings.Count(text, breaks[i:i+1])
		if n >= 4 && n*4 >= s.words {
			add(dropBreaks(text, breaks[i]))
		}
	}
	if strings.Contains(text, "\xf3\xa0\x80") || strings.Contains(text, "\xf3\xa0\x81") {
		add(decodeTags(text))
	}
	if strings.Count(text, "01") >= 8 {
		add(decodeRuns(text, &binarySigns, 64, decodeBinary))
	}
	return out
}

// decodeRuns decodes every run of letters that belong to an encoding, and returns those that are text.
func decodeRuns(text string, belongs *[256]bool, least int, decode func(run string) (string, bool)) string {
	var b strings.Builder
	// i always stands behind a byte that does not belong. Looked at first is where a run of the least length would end: one that
	// does not belong there rules out all places up to it.
	for i := 0; i+least <= len(text); {
		j := i + least - 1
		for j >= i && belongs[text[j]] {
			j--
		}
		if j >= i {
			i = j + 1
			continue
		}
		j = i + least
		for j < len(text) && belongs[text[j]] {
			j++
		}
		d, ok := decode(text[i:j])
		if ok {
			b.WriteString(d)
			b.WriteByte('\n')
		}
		i = j
	}
	return b.String()
}

// bytesOf lists the bytes that belong to an encoding.
func bytesOf(belongs func(c byte) bool) (t [256]bool) {
	for c := range t {
		t[c] = belongs(byte(c))
	}
	return t
}

var (
	base64Signs = bytesOf(isBase64)
	hexSigns    = bytesOf(isHexOrGap)
	binarySigns = bytesOf(isBinaryOrGap)
)

func isBase64(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_' || c == '='
}

var urlSafe = strings.NewReplacer("-", "+", "_", "/", "=", "")

func decodeBase64(run string) (string, bool) {
	run = urlSafe.Replace(run)
	d, err := base64.RawStdEncoding.DecodeString(run[:len(run)-len(run)%4])
	if err != nil {
		return "", false
	}
	if rest := len(run) % 4; rest > 1 {
		tail, err := base64.RawStdEncoding.DecodeString(run[len(run)-rest:])
		if err == nil {
			d = append(d, tail...)
		}
	}
	return string(d), readable(d)
}

func isHexOrGap(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' || c == ' ' || c == ':' || c == 'x' || c == '\\' || c == ','
}

var hexGaps = strings.NewReplacer("0x", "", `\x`, "", " ", "", ":", "", ",", "", "x", "", `\`, "")

func decodeHex(run string) (string, bool) {
	run = hexGaps.Replace(run)
	if len(run)%2 == 1 { // a letter of the text before it may have been taken along
		run = run[1:]
	}
	d, err := hex.DecodeString(run)
	if err != nil || len(d) < leastDecoded {
		return "", false
	}
	return string(d), readable(d)
}

func isBinaryOrGap(c byte) bool { return c == '0' || c == '1' || c == ' ' }

func decodeBinary(run string) (string, bool) {
	run = strings.ReplaceAll(run, " ", "")
	d := make([]byte, 0, len(run)/8)
	for ; len(run) >= 8; run = run[8:] {
		var c byte
		for i := range 8 {
			c = c<<1 | (run[i] - '0')
		}
		d = append(d, c)
	}
	return string(d), len(d) >= leastDecoded && readable(d)
}

// readable reports whether d is text: valid, almost all letters, spaces and signs.
func readable(d []byte) bool {
	if !utf8.Valid(d) {
		return false
	}
	good, bad := 0, 0
	for _, r := range string(d) {
		if unicode.IsLetter(r) || r == ' ' || r == '\n' {
			good++
		} else if r < ' ' && r != '\t' && r != '\r' || r == 0x7f {
			bad++
		}
	}
	return bad == 0 && good*3 >= 2*utf8.RuneCount(d)
}

// decodePercent decodes all that is percent-encoded.
func decodePercent(text string) string {
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			var c [1]byte
			_, err := hex.Decode(c[:], []byte(text[i+1:i+3]))
			if err == nil {
				b = append(b, c[0])
				i += 2
				continue
			}
		}
		b = append(b, text[i])
	}
	return strings.ToValidUTF8(string(b), " ")
}

// lineEscapes reports whether text is written in JSON with line ends within strings, as tools' results are: an escape runs into
// the word behind it.
func lineEscapes(text string) bool {
	start := strings.TrimLeft(text[:min(len(text), 16)], " \t\r\n")
	return start != "" && strings.ContainsRune(`{["`, rune(start[0])) && (strings.Contains(text, `\n`) || strings.Contains(text, `\t`))
}

// decodeEscapes decodes \uXXXX, \u{X} and \xXX, and what JSON writes line ends, tabs and quotes as.
func decodeEscapes(text string) string {
	b := make([]byte, 0, len(text))
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 || i+1 == len(text) {
			return strings.ToValidUTF8(string(append(b, text...)), " ")
		}
		b = append(b, text[:i]...)
		text = text[i:]
		at := strings.IndexByte(`nrt"/\`, text[1])
		if at >= 0 {
			b = append(b, "\n\r\t\"/\\"[at])
			text = text[2:]
			continue
		}
		var r rune
		size := 0
		if len(text) > 3 {
			r, size = escape(text[1:])
		}
		if size > 0 {
			b = utf8.AppendRune(b, r)
		} else {
			b = append(b, '\\')
		}
		text = text[1+size:]
	}
}

// escape reads one escape behind its backslash, and returns how long it is; 0 if there is none.
func escape(s string) (r rune, size int) {
	digits, from := 2, 1
	switch s[0] {
	case 'x':
	case 'u':
		digits = 4
		if s[1] == '{' {
			from = 2
			digits = max(0, min(6, strings.IndexByte(s, '}')-2))
		}
	case 'U':
		digits = 8
	default:
		return 0, 0
	}
	if len(s) < from+digits || digits == 0 {
		return 0, 0
	}
	for _, c := range []byte(s[from : from+digits]) {
		v := strings.IndexByte("0123456789abcdef", c|0x20)
		if c >= '0' && c <= '9' {
			v = int(c - '0')
		}
		if v < 0 {
			return 0, 0
		}
		r = r<<4 | rune(v) //nolint:gosec // a digit
	}
	if r > unicode.MaxRune || r < 0 {
		return 0, 0
	}
	return r, 2*from - 1 + digits // with the brace at the end
}

// rot13 rotates Latin letters.
func rot13(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return 'a' + (r-'a'+13)%26
		case r >= 'A' && r <= 'Z':
			return 'A' + (r-'A'+13)%26
		}
		return r
	}, text)
}

// reversed returns the text from its end.
func reversed(text string) string {
	b := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeLastRuneInString(text)
		b = utf8.AppendRune(b, r)
		text = text[:len(text)-size]
	}
	return string(b)
}

// unlike maps letters that look like Latin ones to them.
func unlike(r rune) rune {
	if r < 0x80 {
		return r
	}
	l := lookalikes[unicode.ToLower(r)]
	if l != 0 {
		return l
	}
	return r
}

// leetSigns holds unleet of ASCII.
var leetSigns = func() (t [utf8.RuneSelf]byte) {
	for c := range t {
		t[c] = byte(unleet(rune(c)))
	}
	return t
}()

// unleetAll maps every sign of a text that stands for a letter to it.
func unleetAll(text string) string {
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			b = append(b, leetSigns[c])
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		b = utf8.AppendRune(b, unleet(r))
		i += size
	}
	return string(b)
}

// unleet maps signs that stand for letters to them.
func unleet(r rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1', '!':
		return 'i'
	case '3', '€':
		return 'e'
	case '4', '@':
		return 'a'
	case '5', '$':
		return 's'
	case '6', '9':
		return 'g'
	case '7', '+':
		return 't'
	case '8':
		return 'b'
	case '2':
		return 'z'
	case '|':
		return 'l'
	}
	return r
}

// joinLetters joins letters that stand alone with the same gap between them; any other gap is that between words.
func joinLetters(text string) string {
	runes := []rune(text)
	alone := func(i int) bool {
		return unicode.IsLetter(runes[i]) && (i == 0 || !unicode.IsLetter(runes[i-1])) &&
			(i+1 >= len(runes) || !unicode.IsLetter(runes[i+1]))
	}
	var between rune
	counts := map[rune]int{}
	for i := 0; i+2 < len(runes); i++ {
		if alone(i) && alone(i+2) && strings.ContainsRune(gaps, runes[i+1]) {
			counts[runes[i+1]]++
		}
	}
	for _, r := range gaps {
		if counts[r] > counts[between] {
			between = r
		}
	}
	var b strings.Builder
	for i := 0; i < len(runes); i++ {
		b.WriteRune(runes[i])
		if i+2 < len(runes) && runes[i+1] == between && alone(i) && alone(i+2) {
			i++ // the gap
		}
	}
	return b.String()
}

// gaps are the signs that letters are spaced out with.
const gaps = " -._*/|"

// breaks are signs that words are broken with.
const breaks = "-_.*|~+"

// asciiLetter reports whether c is a letter of ASCII.
func asciiLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// dropBreaks leaves out a sign wherever it stands between two letters; nothing is returned if that is seldom.
func dropBreaks(text string, sign byte) string {
	b := make([]byte, 0, len(text))
	dropped := 0
	for i := range len(text) {
		if text[i] == sign && i > 0 && i+1 < len(text) && asciiLetter(text[i-1]) && asciiLetter(text[i+1]) {
			dropped++
			continue
		}
		b = append(b, text[i])
	}
	if dropped < 4 {
		return ""
	}
	return string(b)
}

// joinPieces joins parts of words, with one sign between them, that make a word of the lexicon together and are none alone.
func joinPieces(text string) string {
	l := lexiconOnce()
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if !asciiLetter(text[i]) {
			b = append(b, text[i])
			i++
			continue
		}
		var whole piece
		end := letters(text, i)
		whole.add(text[i:end])
		first := whole.word()
		if len(first) >= minPiece && l.of(first, hashWord(first)) == 0 && end+1 < len(text) {
			next := letters(text, end+1)
			whole.add(text[end+1 : next])
			both := whole.word()
			if next-end-1 >= minPiece && len(both) == next-i-1 && l.of(both, hashWord(both)) != 0 {
				b = append(append(b, text[i:end]...), text[end+1:next]...)
				i = next
				continue
			}
		}
		b = append(b, text[i:end]...)
		i = end
	}
	return string(b)
}

// letters returns where the letters of ASCII end that stand at i.
func letters(text string, i int) int {
	for i < len(text) && asciiLetter(text[i]) {
		i++
	}
	return i
}

// decodeTags returns the text that is written in tag characters, which are not seen.
func decodeTags(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r >= 0xe0020 && r < 0xe007f {
			b.WriteByte(byte(r - 0xe0000))
		}
	}
	return b.String()
}
