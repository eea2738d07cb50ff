package redact

import (
	"strings"
	"unicode/utf8"
)

// Text after a right-to-left override (U+202E) is shown from its end to its beginning (Unicode Standard Annex #9): what
// stands there as "4321" is read as 1234.

const (
	override    = "\u202e"
	endOverride = "\u202c"
	maxOverride = 512 // bytes that are read in the other order
)

// overridden reads what stands after overrides as it is shown. Offsets of the text are not those of its view, in which
// the overrides are dropped.
func (sc *scanner) overridden() {
	text := sc.job.text
	for i := strings.Index(text, override); i >= 0; {
		from := i + len(override)
		to := min(len(text), from+maxOverride)
		if e := strings.IndexAny(text[from:to], endOverride+"\n"); e >= 0 {
			to = from + e
		}
		to = runeStart(text, to)
		sc.readReversed(sc.v.place(from), sc.v.place(to))
		next := strings.Index(text[to:], override)
		if next < 0 {
			return
		}
		i = to + next
	}
}

// readReversed reads s[from:to] from its end.
func (sc *scanner) readReversed(from, to int) {
	s := sc.s
	if to-from < minDigitLike {
		return
	}
	var b strings.Builder
	b.Grow(to - from)
	for i := to; i > from; {
		r, size := utf8.DecodeLastRuneInString(s[from:i])
		b.WriteRune(r)
		i -= size
	}
	v := &view{s: b.String(), segs: []seg{{src: int32(from), end: int32(to)}}} //nolint:gosec // limited to maxText
	sc.read(derived{view: v, name: "reversed", from: from, to: to, whole: true})
}
