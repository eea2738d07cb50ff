package redact

import (
	"fmt"
	"strconv"
	"strings"
)

// A key pattern is written in a small language: characters stand for themselves, and a class in angle brackets with a
// count stands for that many characters. <w20> is exactly 20, <w20,40> is 20 to 40, <w20+> is 20 or more. Matching is
// greedy without backtracking, so that a pattern costs no more than the text it covers.
//
//	d digits          h lower-case hexadecimal   x hexadecimal in either case   l lower case and digits
//	u capitals, digits A letters and digits      w letters, digits, _ and -     b letters, digits, + / and =
//	s letters, digits, _ - and =                 t base32                       . letters, digits, _ - . and =
//	p characters of URLs                         q letters, digits, _ ~ . -     z letters, digits, _ ~ .
//	m letters, digits and -                      n _ and -
type element struct {
	literal  string
	set      *[256]bool
	min, max int
}

type pattern struct {
	elems  []element
	anchor string // the literal that the automaton looks for
	before int    // characters that stand before the anchor
}

var patternSets = map[byte]*[256]bool{
	'd': charSet("0-9"), 'h': charSet("0-9a-f"), 'x': charSet("0-9a-fA-F"), 'l': charSet("0-9a-z"),
	'u': charSet("0-9A-Z"), 'A': charSet("0-9A-Za-z"), 'w': charSet("0-9A-Za-z_-"), 'b': charSet("0-9A-Za-z+/="),
	's': charSet("0-9A-Za-z_=-"), 't': charSet("2-7A-Za-z"), '.': charSet("0-9A-Za-z_.=-"), 'p': charSet("0-9A-Za-z_.~%/+=-"),
	'z': charSet("0-9A-Za-z_~."), 'q': charSet("0-9A-Za-z_~.-"), 'n': charSet("_-"), 'm': charSet("0-9A-Za-z-"),
}

// charSet reads ranges such as "0-9a-f_". A trailing '-' stands for itself.
func charSet(spec string) *[256]bool {
	var t [256]bool
	for i := 0; i < len(spec); i++ {
		if i+2 < len(spec) && spec[i+1] == '-' {
			for c := int(spec[i]); c <= int(spec[i+2]); c++ {
				t[c] = true
			}
			i += 2
			continue
		}
		t[spec[i]] = true
	}
	return &t
}

const noLimit = 1 << 20

// mustPattern reads a pattern of the rule tables. A mistake there is a broken build: it panics.
func mustPattern(src string) pattern {
	var p pattern
	for i := 0; i < len(src); {
		if src[i] != '<' {
			j := strings.IndexByte(src[i:], '<')
			if j < 0 {
				j = len(src) - i
			}
			lit := src[i : i+j]
			p.elems = append(p.elems, element{literal: lit})
			i += j
			continue
		}
		j := i + strings.IndexByte(src[i:], '>')
		e := element{set: patternSets[src[i+1]]}
		if j <= i || e.set == nil {
			panic(fmt.Sprintf("redact: pattern %q: class", src))
		}
		var err error
		e.min, e.max, err = counts(src[i+2 : j])
		if err != nil {
			panic(fmt.Sprintf("redact: pattern %q: %v", src, err))
		}
		p.elems = append(p.elems, e)
		i = j + 1
	}
	p.setAnchor()
	return p
}

// setAnchor chooses the longest literal whose distance from the start is fixed.
func (p *pattern) setAnchor() {
	offset := 0
	for _, e := range p.elems {
		if e.set == nil {
			if len(e.literal) > len(p.anchor) {
				p.anchor, p.before = strings.ToLower(e.literal), offset
			}
			offset += len(e.literal)
			continue
		}
		if e.min != e.max {
			return
		}
		offset += e.min
	}
}

// anchorForm returns the anchor as it is written, and the class of the characters that must follow it, if there is one.
func (p *pattern) anchorForm() exactForm {
	for i, e := range p.elems {
		if e.set != nil || strings.ToLower(e.literal) != p.anchor {
			continue
		}
		form := exactForm{text: e.literal}
		if i+1 < len(p.elems) && p.elems[i+1].min >= 4-len(p.anchor) {
			form.next = p.elems[i+1].set
		}
		return form
	}
	return exactForm{text: p.anchor}
}

// afterDigit reports whether the anchor stands after a digit.
func (p *pattern) afterDigit() bool {
	for i, e := range p.elems {
		if e.set == nil && strings.ToLower(e.literal) == p.anchor {
			return i > 0 && p.elems[i-1].set == patternSets['d']
		}
	}
	return false
}

func counts(spec string) (low, high int, err error) {
	if rest, open := strings.CutSuffix(spec, "+"); open {
		low, err = strconv.Atoi(rest)
		return low, noLimit, err
	}
	a, b, ranged := strings.Cut(spec, ",")
	low, err = strconv.Atoi(a)
	if err != nil || !ranged {
		return low, low, err
	}
	high, err = strconv.Atoi(b)
	return low, high, err
}

// match returns the end of the pattern's match at s[i:], or -1.
func (p *pattern) match(s string, i int) int {
	for _, e := range p.elems {
		if e.set == nil {
			if !strings.HasPrefix(s[i:], e.literal) {
				return -1
			}
			i += len(e.literal)
			continue
		}
		j := i
		for j < len(s) && j-i < e.max && e.set[s[j]] {
			j++
		}
		if j-i < e.min {
			return -1
		}
		i = j
	}
	return i
}
