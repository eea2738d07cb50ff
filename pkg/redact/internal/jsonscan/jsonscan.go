// Package jsonscan walks JSON text (RFC 8259) without decoding it. It accepts what encoding/json accepts: a test and a
// fuzz target hold it to that.
package jsonscan

// maxDepth is how deep values may nest, as in encoding/json.
const maxDepth = 10000

// Valid reports whether s is one JSON value, with space around it or not.
func Valid(s string) bool {
	i := Value(s, Space(s, 0))
	return i >= 0 && Space(s, i) == len(s)
}

// Space returns the offset of the first byte of s[i:] that is no space.
func Space(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// Value returns the end of the value that starts at s[i], or -1 if there is none.
func Value(s string, i int) int { return value(s, i, 0) }

func value(s string, i, depth int) int {
	if i >= len(s) || depth > maxDepth {
		return -1
	}
	switch c := s[i]; {
	case c == '"':
		end, _ := String(s, i)
		return end
	case c == '{':
		return container(s, i, '}', depth+1)
	case c == '[':
		return container(s, i, ']', depth+1)
	case c == 't':
		return word(s, i, "true")
	case c == 'f':
		return word(s, i, "false")
	case c == 'n':
		return word(s, i, "null")
	}
	return number(s, i)
}

func word(s string, i int, w string) int {
	if len(s)-i < len(w) || s[i:i+len(w)] != w {
		return -1
	}
	return i + len(w)
}

// container walks an object or an array.
func container(s string, i int, closing byte, depth int) int {
	if depth > maxDepth {
		return -1
	}
	i = Space(s, i+1)
	if i < len(s) && s[i] == closing {
		return i + 1
	}
	for {
		if closing == '}' {
			i = key(s, i)
			if i < 0 {
				return -1
			}
		}
		i = value(s, i, depth)
		if i < 0 {
			return -1
		}
		i = Space(s, i)
		if i >= len(s) {
			return -1
		}
		if s[i] == closing {
			return i + 1
		}
		if s[i] != ',' {
			return -1
		}
		i = Space(s, i+1)
	}
}

// key walks a key and the colon after it, and returns where the value starts.
func key(s string, i int) int {
	if i >= len(s) || s[i] != '"' {
		return -1
	}
	i, _ = String(s, i)
	if i < 0 {
		return -1
	}
	i = Space(s, i)
	if i >= len(s) || s[i] != ':' {
		return -1
	}
	return Space(s, i+1)
}

// String returns the end of the string that starts with the quote at s[i], or -1, and whether it holds no escapes.
func String(s string, i int) (end int, plain bool) {
	plain = true
	for i = Plain(s, i+1); i < len(s); i = Plain(s, i) {
		switch s[i] {
		case '"':
			return i + 1, plain
		case '\\':
			plain = false
			i = escape(s, i+1)
			if i < 0 {
				return -1, false
			}
		default: // control characters
			return -1, false
		}
	}
	return -1, false
}

// escape returns the end of the escape whose backslash stands before i, or -1.
func escape(s string, i int) int {
	if i >= len(s) {
		return -1
	}
	switch s[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		if i+5 > len(s) {
			return -1
		}
		for _, c := range []byte(s[i+1 : i+5]) {
			if !isHex(c) {
				return -1
			}
		}
		return i + 5
	}
	return -1
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// number returns the end of the number at s[i], or -1.
func number(s string, i int) int {
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else {
		i = digits(s, i)
	}
	if i > 0 && i < len(s) && s[i] == '.' {
		i = digits(s, i+1)
	}
	if i > 0 && i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		i = digits(s, i)
	}
	return i
}

// digits returns the end of the digits at s[i], or -1 if there are none.
func digits(s string, i int) int {
	j := i
	for j < len(s) && s[j] >= '0' && s[j] <= '9' {
		j++
	}
	if j == i {
		return -1
	}
	return j
}

// Plain returns the offset of the first byte of s[i:] that cannot stand for itself in a string: a quote, a backslash or
// a control character. Eight bytes are looked at at once.
func Plain(s string, i int) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(s); i += 8 {
		b := s[i : i+8]
		x := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		quote, slash := x^ones*'"', x^ones*'\\'
		// A difference borrows into the highest bit of a byte that is too small: of one below 0x20, and of the zeros
		// that the quote and the backslash were made.
		if ((x-ones*0x20)&^x|(quote-ones)&^quote|(slash-ones)&^slash)&tops != 0 {
			break
		}
	}
	for i < len(s) && s[i] >= 0x20 && s[i] != '"' && s[i] != '\\' {
		i++
	}
	return i
}
