package redact

import "strings"

// A value in groups is read where anything parts them, as long as it is the same between all of them:
// "4539#5787#6362#1486", "536 | 22 | 8734", "DE89 then 3704 then …". What clusters read by themselves (see cluster.go) is
// left to them.

// Bounds of a row of groups.
const (
	minGroups   = 3
	maxGroups   = 17 // 34 characters in pairs: an IBAN
	maxGroup    = 6  // characters of a group
	maxGroupGap = 10 // bytes between two of them
	minGrouped  = 9  // characters of all groups: a social security number
)

// grouped reads the row of groups that starts with the token s[start:end].
func (sc *scanner) grouped(start, end int) {
	s := sc.s
	if sc.depth > 0 || start < sc.groupTo || end >= len(s) {
		return
	}
	first := groupEnd(s, start)
	next := groupStart(s, first)
	if first == start || first-start > maxGroup || next == 0 {
		return
	}
	gap := s[first:next]
	if bind, _, piece := separator(s, first); bind != bindNone && piece == next {
		return
	}
	var bounds [2 * maxGroups]int
	n, size := 0, 0
	for at := start; n < maxGroups; {
		stop := groupEnd(s, at)
		if stop == at || stop-at > maxGroup {
			break
		}
		bounds[2*n], bounds[2*n+1] = at, stop
		n++
		size += stop - at
		if !strings.HasPrefix(s[stop:], gap) {
			break
		}
		at = stop + len(gap)
	}
	if n < minGroups || size < minGrouped || 5*size <= 8*n || isAlnum(at(s, bounds[2*n-1])) { // mostly single characters are rows, see rows.go
		return
	}
	sc.groupTo = bounds[2*n-1]
	sc.readGrouped(bounds[:2*n], gap)
}

// groupEnd returns where the digits and capitals that start at i end.
func groupEnd(s string, i int) int {
	for i < len(s) && (isDigit(s[i]) || isUpper(s[i])) {
		i++
	}
	return i
}

// groupStart returns where the group after the one that ends at i starts, or 0 if none does near it.
func groupStart(s string, i int) int {
	for j := i; j < len(s) && j-i <= maxGroupGap; j++ {
		if isDigit(s[j]) || isUpper(s[j]) {
			if j == i {
				return 0
			}
			return j
		}
	}
	return 0
}

// readGrouped reads the row with a space in the place of each gap. Rows of numbers are lists and tables far more often
// than one number, so only what a checksum or a word beside it speaks for counts.
func (sc *scanner) readGrouped(bounds []int, gap string) {
	s := sc.s
	start, end := bounds[0], bounds[len(bounds)-1]
	var w viewBuilder
	var crosses []int
	w.copyRange(s, plusBefore(s, start), start)
	for rest := bounds; len(rest) >= 2; rest = rest[2:] {
		w.copyRange(s, rest[0], rest[1])
		if len(rest) > 2 {
			crosses = append(crosses, w.b.Len())
			w.unit(" ", rest[1], rest[2])
		}
	}
	sc.readSpokenFor(derived{view: w.view(), name: "groups", from: start, to: end, crosses: crosses}, listGap(gap))
}

// plusBefore returns where the number that starts at i begins with its plus sign, if it has one.
func plusBefore(s string, i int) int {
	if at(s, i-1) == '+' {
		return i - 1
	}
	return i
}

// readSpokenFor reads a derived view and takes over what there is enough evidence for.
func (sc *scanner) readSpokenFor(d derived, list bool) {
	known := len(sc.out)
	sc.read(d)
	kept := sc.out[:known]
	for _, c := range sc.out[known:] {
		if spokenFor(sc.s, &c, list) {
			kept = append(kept, c)
		}
	}
	sc.out = kept
}

// spokenFor reports whether there is enough evidence for c in a row of groups. With list, the row reads like a list.
func spokenFor(s string, c *cand, list bool) bool {
	switch {
	case c.ev.Context != "" && (c.ev.Checksum != "" || c.rule.Type == TypeUSSSN || c.rule.Type == TypePhone && s[c.start] == '+'):
		return true
	case list:
		return false
	}
	return c.ev.Context != "" || c.ev.Checksum != ""
}

// listGap reports whether gap stands between the numbers of lists, sums, times and tables.
func listGap(gap string) bool {
	switch strings.TrimSpace(gap) {
	case "", ",", ";", "|", ":", "=", "+", "*", ">", "<", "&", "\"", "'", "\",\"", "\", \"":
		return true
	}
	for i := range len(gap) {
		if isLetter(gap[i]) {
			return true
		}
	}
	return false
}
