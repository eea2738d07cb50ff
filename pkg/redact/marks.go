package redact

import "strings"

// pseudonymLen is how many signs a pseudonym has: a letter and seven of 32, so that among a million values of one type
// under one key a pair that shares one is expected in one of two deployments.
const pseudonymLen = 8

const (
	pseudonymFirst = "abcdefghijklmnopqrstuvwxyz"
	pseudonymSigns = "abcdefghijklmnopqrstuvwxyz234567"
)

// typedMark stands for a removed value of type t.
func typedMark(t Type) string { return textRemoved[:len(textRemoved)-1] + ":" + string(t) + "]" }

// pseudonymMark renders a keyed hash as the pseudonym of a value of type t. Its first sign is a letter, so that no
// pseudonym is a number.
func pseudonymMark(t Type, sum [16]byte) string {
	var b strings.Builder
	b.Grow(len(t) + pseudonymLen + len("[:]"))
	b.WriteByte('[')
	b.WriteString(string(t))
	b.WriteByte(':')
	b.WriteByte(pseudonymFirst[(int(sum[0])<<8|int(sum[8]))%len(pseudonymFirst)])
	for _, c := range sum[1:pseudonymLen] {
		b.WriteByte(pseudonymSigns[c&31])
	}
	b.WriteByte(']')
	return b.String()
}

// maxMark is the length of the longest mark that names a type.
var maxMark = func() int {
	longest := 0
	for _, t := range allTypes {
		longest = max(longest, len(typedMark(t)), len(pseudonymMark(t, [16]byte{})))
	}
	return longest
}()

// markAt returns the end of the mark that stands at the '[' at s[i], or -1. It looks at maxMark bytes
// at most.
func markAt(s string, i int) int {
	end := strings.IndexByte(s[i:min(len(s), i+maxMark)], ']')
	if end < 0 {
		return -1
	}
	inner := s[i+1 : i+end]
	name, id, ok := strings.Cut(inner, ":")
	switch {
	case !ok:
		if m := s[i : i+end+1]; m == textRemoved || m == textMasked {
			return i + end + 1
		}
		return -1
	case "["+name+"]" == textRemoved:
		if !Type(id).Valid() {
			return -1
		}
	case !Type(name).Valid() || !pseudonymForm(id):
		return -1
	}
	return i + end + 1
}

// pseudonymForm reports whether id could be the rendered part of a pseudonym.
func pseudonymForm(id string) bool {
	if len(id) != pseudonymLen || !isLower(id[0]) {
		return false
	}
	for i := range len(id) {
		if !isLower(id[i]) && (id[i] < '2' || id[i] > '7') {
			return false
		}
	}
	return true
}

// markSpan is where a mark stands.
type markSpan struct{ start, end int }

// findMarks appends to out where marks stand in s: the words of those with a type's name are nobody's context, and
// nothing in any of them is a value.
func findMarks(s string, out []markSpan) []markSpan {
	for i := 0; ; {
		k := strings.IndexByte(s[i:], '[')
		if k < 0 {
			return out
		}
		i += k
		end := markAt(s, i)
		if end < 0 {
			i++
			continue
		}
		out = append(out, markSpan{i, end})
		i = end
	}
}

// hideMarks takes the words within marks out of hits.
func hideMarks(marks []markSpan, hits []hit) []hit {
	out := hits[:0]
	for _, h := range hits {
		if !inMark(marks, int(h.start), int(h.end)) {
			out = append(out, h)
		}
	}
	return out
}

// outsideMarks returns the candidates that are no part of a mark, in the place of cands.
func outsideMarks(marks []markSpan, cands []cand) []cand {
	out := cands[:0]
	for _, c := range cands {
		if !inMark(marks, c.start, c.end) {
			out = append(out, c)
		}
	}
	return out
}

// inMark reports whether [start, end) lies in one of marks, which are ordered.
func inMark(marks []markSpan, start, end int) bool {
	lo, hi := 0, len(marks)
	for lo < hi {
		mid := (lo + hi) / 2
		if marks[mid].end <= start {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(marks) && marks[lo].start <= start && end <= marks[lo].end
}
