package redact

// Byte classes. One table look-up tells what a byte can be part of.
const (
	clDigit uint8 = 1 << iota
	clLower
	clUpper
	clHex    // digits and a to f in either case
	clHigh   // part of a rune beyond ASCII
	clSpace  // space, tab, line ends
	clB64    // + / - _ =
	clAtext  // may stand in the local part of an e-mail address, besides letters and digits
	clLetter = clLower | clUpper
	clAlnum  = clDigit | clLower | clUpper
)

var class = buildClass()

func buildClass() (t [256]uint8) {
	for c := range 256 {
		switch {
		case c >= '0' && c <= '9':
			t[c] = clDigit | clHex
		case c >= 'a' && c <= 'z':
			t[c] = clLower
		case c >= 'A' && c <= 'Z':
			t[c] = clUpper
		case c >= 0x80:
			t[c] = clHigh
		}
		if c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' {
			t[c] |= clHex
		}
	}
	for _, c := range " \t\r\n" {
		t[c] |= clSpace
	}
	for _, c := range "+/-_=" {
		t[c] |= clB64
	}
	for _, c := range ".!#$%&'*+?^_~-" {
		t[c] |= clAtext
	}
	return t
}

func isDigit(c byte) bool  { return class[c]&clDigit != 0 }
func isAlnum(c byte) bool  { return class[c]&clAlnum != 0 }
func isLetter(c byte) bool { return class[c]&clLetter != 0 }
func isUpper(c byte) bool  { return class[c]&clUpper != 0 }
func isLower(c byte) bool  { return class[c]&clLower != 0 }
func isHex(c byte) bool    { return class[c]&clHex != 0 }
func isSpace(c byte) bool  { return class[c]&clSpace != 0 }

// at returns s[i], or 0 beyond the ends.
func at(s string, i int) byte {
	if i < 0 || i >= len(s) {
		return 0
	}
	return s[i]
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 32
	}
	return c
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 32
	}
	return c
}
