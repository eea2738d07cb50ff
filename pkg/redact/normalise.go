package redact

import "unicode/utf8"

// maxText is the longest text that can be inspected: offsets in views are 32 bits wide.
const maxText = 1 << 30

// special marks the bytes at which normalisation has something to look at.
var special = func() (t [256]bool) {
	for c := 0x80; c < 256; c++ {
		t[c] = true
	}
	t['\\'], t['%'], t['&'] = true, true, true
	return t
}()

// normalise returns the normal form of s, which is valid UTF-8: JSON and source escapes, percent-encoding and HTML
// entities decoded, invisible characters dropped, full-width forms and all decimal digits folded to ASCII, look-alike
// letters folded where they stand among Latin ones. A view is never longer than its source. A text that needs none of
// this is not copied.
func normalise(s string) *view {
	form := formView(s)
	if form == nil {
		return normaliseEscapes(s)
	}
	return normaliseEscapes(form.s).over(form)
}

// normaliseEscapes is normalise for a text without forms.
func normaliseEscapes(s string) *view {
	i := plainEnd(s, 0)
	if i == len(s) {
		return &view{s: s}
	}
	n := normaliser{s: s}
	n.run(i)
	if n.copied == 0 {
		return &view{s: s}
	}
	n.copyRange(s, n.copied, len(s))
	v := n.view()
	if !n.again {
		return v
	}
	// Letters of other alphabets were written as escapes: what they are read as depends on the word that they make.
	m := normaliser{s: v.s, letters: true}
	m.run(0)
	if m.copied == 0 {
		return v
	}
	m.copyRange(v.s, m.copied, len(v.s))
	return m.view().over(v)
}

type normaliser struct {
	viewBuilder
	s       string
	copied  int // source is in the view up to here
	word    wordKind
	letters bool // escapes are decoded already
	again   bool // decoded letters are still to be folded
	spaces  int  // plus signs up to here may be spaces of a form

	alphabet uint8 // see alphabetOf
}

// replace puts out for the source range [from, to).
func (n *normaliser) replace(from, to int, out rune) {
	if n.copied == 0 {
		n.b.Grow(len(n.s))
	}
	n.copyRange(n.s, n.copied, from)
	if out >= 0 {
		n.unitRune(out, from, to)
	}
	n.open = false
	n.copied = to
}

// decoded puts the character r, which was written as an escape, for [from, to).
func (n *normaliser) decoded(from, to int, r rune) {
	if r >= 0xA0 {
		switch c := folding.at(r); c & kindMask {
		case 0:
		case kindAlways, kindDrop:
			r, _ = n.fold(r, from, to-from)
		default:
			n.again = true
		}
	}
	n.replace(from, to, r)
}

func (n *normaliser) run(i int) {
	s := n.s
	for i = plainEnd(s, i); i < len(s); i = plainEnd(s, i) {
		c := s[i]
		if c >= 0x80 {
			if size := plainCJK(s, i); size > 0 {
				i += size
				continue
			}
			r, size := utf8.DecodeRuneInString(s[i:])
			if folding.at(r) != 0 {
				f, ok := n.fold(r, i, size)
				if ok {
					n.replace(i, i+size, f)
				}
			}
			i += size
			continue
		}
		switch {
		case n.letters:
			i++
		case c == '\\':
			i = n.backslash(i)
		case c == '%':
			i = n.percent(i)
		default:
			i = n.entity(i)
		}
	}
}

// plainCJK returns the size of the character at i if it is one of the bulk of Chinese, Japanese and Korean text, which
// stands for itself, and 0 otherwise.
func plainCJK(s string, i int) int {
	switch c := s[i]; {
	case c < 0xE3 || c > 0xED:
		return 0
	case c >= 0xE4 && c <= 0xE9, c == 0xEB, c == 0xEC:
		return 3
	case c == 0xE3 && s[i+1] >= 0x81 && s[i+1] <= 0x83:
		return 3
	case c == 0xEA && s[i+1] >= 0xB0, c == 0xED && s[i+1] <= 0x9E:
		return 3
	}
	return 0
}
