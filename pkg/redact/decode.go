package redact

import (
	"encoding/base64"
	"encoding/hex"
	"unicode/utf8"
)

// Bounds of tokens that are decoded.
const (
	minEncoded = 8 // below minProse, only digits count
	minProse   = 12
	maxEncoded = 1 << 20
)

// encoded tries to decode the token that starts at start, whose first letters and digits end at end, and returns the
// end of what was decoded, or end.
func (sc *scanner) encoded(start, end int) int {
	s := sc.s
	if start < sc.blobTo || sc.depth >= maxDepth {
		return end
	}
	e := end
	for e < len(s) && e-start < maxEncoded && (isAlnum(s[e]) || s[e] == '+' || s[e] == '/' || s[e] == '-' || s[e] == '_') {
		e++
	}
	body := e
	for e < len(s) && s[e] == '=' && e-body < 2 {
		e++
	}
	if body-start < minEncoded {
		return end
	}
	sc.blobTo = e
	name, text, ok := decodeToken(s[start:body])
	if !ok || body-start < minProse && !onlyDigits(text) {
		return end
	}
	v := &view{s: text, segs: []seg{{off: 0, src: int32(start), end: int32(e)}}} //nolint:gosec // limited to maxText
	inner := normalise(text)
	if inner.segs != nil {
		v.s = inner.s
	}
	if sc.read(derived{view: v, name: name, from: start, to: e, whole: true}) {
		return e
	}
	return end
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

// decodeToken decodes base64, base64url or hexadecimal, if that yields text.
func decodeToken(tok string) (name, text string, ok bool) {
	if len(tok)%2 == 0 && len(tok) >= 16 && allHex(tok) {
		raw, err := hex.DecodeString(tok)
		if err == nil && readable(raw) {
			return "hex", string(raw), true
		}
	}
	if len(tok)%4 == 1 || !startsReadable(tok) {
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
	if err != nil || !readable(raw) {
		return "", "", false
	}
	return "base64", string(raw), true
}

// startsReadable decodes the first group only: most tokens are no text, and end here.
func startsReadable(tok string) bool {
	var buf [6]byte
	enc := base64.RawURLEncoding
	for i := range 8 {
		if tok[i] == '+' || tok[i] == '/' {
			enc = base64.RawStdEncoding
		}
	}
	n, err := enc.Decode(buf[:], []byte(tok[:8]))
	if err != nil {
		return false
	}
	for _, c := range buf[:n] {
		if c < 0x20 && c != '\n' && c != '\t' && c != '\r' || c == 0x7F {
			return false
		}
	}
	return true
}

// readable reports whether raw is text.
func readable(raw []byte) bool {
	if !utf8.Valid(raw) {
		return false
	}
	for _, c := range raw {
		if c < 0x20 && c != '\n' && c != '\t' && c != '\r' || c == 0x7F {
			return false
		}
	}
	return true
}
