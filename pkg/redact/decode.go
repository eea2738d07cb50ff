package redact

import (
	"bytes"
	"compress/gzip"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of tokens that are decoded.
const (
	minEncoded = 8 // below minProse, only digits and whole words count
	minProse   = 12
	maxEncoded = 1 << 20
	minBase32  = 16
	minLine    = 16 // a line of an encoded block that is broken into lines
	maxGzip    = 8  // how much longer than its token compressed text may be
)

// encoded tries to decode the token that starts at start, whose first letters and digits end at end, and returns the
// end of what was decoded, or end. Every token is looked at once.
func (sc *scanner) encoded(start, end int) int {
	s := sc.s
	if start < sc.blobTo || sc.depth >= maxDepth {
		return end
	}
	from := start
	if s[start] == '0' && lower(at(s, start+1)) == 'x' && end-start > minProse {
		start += 2
	}
	if back := base64Start(s, start, sc.blobTo); back < start && startsReadable(s[back:]) {
		from, start = back, back
	}
	e := base64End(s, end)
	body := e
	for e < len(s) && s[e] == '=' && e-body < 6 {
		e++
	}
	sc.job.work += e - start
	if body-start < minEncoded {
		return end
	}
	sc.blobTo = e
	tok := s[start:body]
	padded := e > body
	var name, text string
	ok := false
	if !padded && body-start >= minLine && startsReadable(tok) {
		name, text, e, ok = decodeBlock(s, start, body)
		sc.blobTo = e
	}
	if !ok {
		name, text, ok = decodeToken(tok)
	}
	if !ok || len(tok) < minProse && !onlyDigits(text) && !(padded && onlyWords(text)) {
		return end
	}
	from, e = wrapping(s, from, e)
	v := &view{s: text, segs: []seg{{off: 0, src: int32(from), end: int32(e)}}} //nolint:gosec // limited to maxText
	inner := normalise(text)
	if inner.segs != nil {
		v.s = inner.s
	}
	if sc.read(derived{view: v, name: name, from: from, to: e, whole: true}) {
		return e
	}
	return end
}

// maxBroken bounds the letters and digits before a sign of base64 near its beginning: Sm/Do28gTGFjZXJkYQ.
const maxBroken = 8

// base64Start returns where a token of base64 starts whose letters and digits go on at i after one of its signs.
func base64Start(s string, i, least int) int {
	j := i
	for j > least && i-j <= maxBroken+4 && (isAlnum(s[j-1]) || s[j-1] == '+' || s[j-1] == '/' || s[j-1] == '-' || s[j-1] == '_') {
		j--
	}
	if i-j > maxBroken+4 || len(s)-j < minEncoded || !isAlnum(s[j]) {
		return i
	}
	return j
}

// base64End returns where the characters of base64 that go on at i end.
func base64End(s string, i int) int {
	e := i
	for e < len(s) && e-i < maxEncoded && (isAlnum(s[e]) || s[e] == '+' || s[e] == '/' || s[e] == '-' || s[e] == '_') {
		e++
	}
	return e
}

// decodeBlock decodes the block of lines of equal length, the last of which may be shorter, whose first line is
// s[start:end], and returns where it ends with its padding. What stands on the line after a block looks like its last
// line often enough: if the whole does not decode, it is tried without.
func decodeBlock(s string, start, end int) (name, text string, to int, ok bool) {
	size := end - start
	var b strings.Builder
	before, beforeEnd := 0, end // without the last line
	for last := end; b.Len() <= maxEncoded; {
		from := nextLine(s, last)
		next := base64End(s, from)
		if from == last || next-from > size || next == from || next-from < size && !blockEnd(s, next) {
			break
		}
		if b.Len() == 0 {
			b.WriteString(s[start:end])
		}
		before, beforeEnd = b.Len(), last
		b.WriteString(s[from:next])
		last, to = next, next
		if next-from < size {
			break
		}
	}
	if b.Len() == 0 {
		return "", "", end, false
	}
	for n := 0; n < 2 && at(s, to) == '='; n++ {
		to++
	}
	name, text, ok = decodeToken(b.String())
	if ok || before <= size {
		if !ok {
			to = end
		}
		return name, text, to, ok
	}
	name, text, ok = decodeToken(b.String()[:before])
	if !ok {
		beforeEnd = end
	}
	return name, text, beforeEnd, ok
}

// nextLine returns where the text of the line after the one that ends at i starts, or i if none ends there.
func nextLine(s string, i int) int {
	j := i
	if at(s, j) == '\r' {
		j++
	}
	if at(s, j) != '\n' {
		return i
	}
	j++
	for n := 0; n < wrapIndent && (at(s, j) == ' ' || at(s, j) == '\t' || at(s, j) == '>'); n++ {
		j++
	}
	return j
}

// blockEnd reports whether the last line of a block may end at i.
func blockEnd(s string, i int) bool {
	switch at(s, i) {
	case 0, '=', '\n', '\r', '"', '\'', '`', '<', ',', '.', ')', ' ', '}', ']':
		return true
	}
	return false
}

// maxMediaType bounds what stands before encoded data: "data:text/plain;charset=utf-8;base64,".
const maxMediaType = 64

// wrapping takes in what says that the token at [from, to) is encoded: the head of a data URL, the frame of an encoded
// word of mail (RFC 2397, RFC 2047).
func wrapping(s string, from, to int) (int, int) {
	if strings.HasSuffix(s[:from], ";base64,") {
		if i := strings.LastIndex(s[max(0, from-maxMediaType):from], "data:"); i >= 0 {
			return max(0, from-maxMediaType) + i, to
		}
	}
	if i := frameStart(s, from); i >= 0 && strings.HasPrefix(s[to:], "?=") {
		return i, to + 2
	}
	return from, to
}

// frameStart returns where the frame of an encoded word, =?utf-8?B?, that ends at i starts, or -1.
func frameStart(s string, i int) int {
	if i < 6 || s[i-1] != '?' || s[i-3] != '?' {
		return -1
	}
	j := strings.LastIndex(s[max(0, i-maxMediaType):i-3], "=?")
	if j < 0 {
		return -1
	}
	return max(0, i-maxMediaType) + j
}

// onlyDigits reports whether text is a number, in groups or not.
func onlyDigits(text string) bool {
	digits := 0
	for i := range len(text) {
		if isDigit(text[i]) {
			digits++
		} else if text[i] != ' ' && text[i] != '-' && text[i] != '.' {
			return false
		}
	}
	return digits >= 4
}

// onlyWords reports whether text is words of letters.
func onlyWords(text string) bool {
	for i := range len(text) {
		if !isLetter(text[i]) && text[i] < 0x80 && text[i] != ' ' && text[i] != '-' && text[i] != '\'' {
			return false
		}
	}
	return true
}

// decodeToken decodes base64, base64url, base32 or hexadecimal, if that yields text.
func decodeToken(tok string) (name, text string, ok bool) {
	if len(tok)%2 == 0 && len(tok) >= 16 && allHex(tok) {
		raw, err := hex.DecodeString(tok)
		if err == nil {
			text, ok = asText(raw)
			if ok {
				return "hex", text, true
			}
		}
	}
	if len(tok) >= minBase32 {
		text, ok = decodeBase32(tok)
		if ok {
			return "base32", text, true
		}
	}
	if len(tok) < minEncoded || len(tok)%4 == 1 || !startsReadable(tok) {
		return "", "", false
	}
	enc := base64.RawStdEncoding
	for i := range len(tok) {
		if tok[i] == '-' || tok[i] == '_' {
			enc = base64.RawURLEncoding
			break
		}
	}
	raw, err := enc.DecodeString(tok)
	if err != nil {
		return "", "", false
	}
	text, ok = asText(raw)
	return "base64", text, ok
}

// startsReadable decodes the first group only: most tokens are no text, and end here.
func startsReadable(tok string) bool {
	var buf [6]byte
	if !decodeFirst(&buf, tok) {
		return false
	}
	wide := buf[1] == 0 && buf[3] == 0 && buf[5] == 0 // UTF-16
	if wide || buf[0] == 0x1F && buf[1] == 0x8B {
		return true
	}
	return printable(buf[:])
}

// decodeFirst decodes the first eight characters of tok, in either alphabet of base64.
func decodeFirst(buf *[6]byte, tok string) bool {
	var v uint64
	plus, dash := false, false
	for _, c := range []byte(tok[:minEncoded]) {
		d := sextet[c]
		plus = plus || c == '+' || c == '/'
		dash = dash || c == '-' || c == '_'
		if d > 63 {
			return false
		}
		v = v<<6 | uint64(d)
	}
	for i := range buf {
		buf[i] = byte(v >> (40 - 8*i)) //nolint:gosec // one byte
	}
	return !plus || !dash
}

// sextet gives the value of each character of base64 and base64url, and more than 63 for others.
var sextet = func() (t [256]uint8) {
	for c := range t {
		t[c] = 0xFF
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = uint8(i)
	}
	t['-'], t['_'] = 62, 63
	return t
}()

// decodeBase32 decodes base32 (RFC 4648), in capitals or small letters, if its first group is text.
func decodeBase32(tok string) (string, bool) {
	var first [8]byte
	for i := range len(tok) {
		c := upper(tok[i])
		if !isUpper(c) && (c < '2' || c > '7') {
			return "", false
		}
		if i < len(first) {
			first[i] = c
		}
	}
	enc := base32.StdEncoding.WithPadding(base32.NoPadding)
	var buf [5]byte
	_, err := enc.Decode(buf[:], first[:])
	if err != nil || !printable(buf[:]) {
		return "", false
	}
	raw, err := enc.DecodeString(strings.ToUpper(tok))
	if err != nil {
		return "", false
	}
	return asText(raw)
}

// asText reads decoded bytes as text: UTF-8, UTF-16 without a mark (every other byte of its beginning is zero), or
// either of them compressed.
func asText(raw []byte) (string, bool) {
	switch {
	case len(raw) > 18 && raw[0] == 0x1F && raw[1] == 0x8B:
		return inflate(raw)
	case len(raw) >= 4 && len(raw)%2 == 0 && raw[1] == 0 && raw[3] == 0:
		units := make([]uint16, len(raw)/2)
		for i := range units {
			units[i] = uint16(raw[2*i]) | uint16(raw[2*i+1])<<8
		}
		raw = []byte(string(utf16.Decode(units)))
	}
	if !printable(raw) || !utf8.Valid(raw) {
		return "", false
	}
	return string(raw), true
}

// inflate reads compressed text that is at most maxGzip times longer than its bytes.
func inflate(raw []byte) (string, bool) {
	zr, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return "", false
	}
	out, err := io.ReadAll(io.LimitReader(zr, int64(maxGzip*len(raw)+1)))
	if err != nil || len(out) > maxGzip*len(raw) {
		return "", false
	}
	return string(out), utf8.Valid(out) && printable(out)
}

// printable reports whether raw has no control characters but those of lines.
func printable(raw []byte) bool {
	for _, c := range raw {
		if c < 0x20 && c != '\n' && c != '\t' && c != '\r' || c == 0x7F {
			return false
		}
	}
	return true
}
