package redact

import (
	"cmp"
	"slices"
	"strings"
)

// resolve leaves, of candidates that overlap, the one with the highest priority, then confidence, then length. The
// result, in the place of cands, is sorted by start.
func resolve(cands []cand) []cand {
	if len(cands) == 0 {
		return nil
	}
	slices.SortFunc(cands, byImportance)
	kept := cands[:0]
	var taken ranges
	for _, c := range cands {
		if taken.take(c.start, c.end) {
			kept = append(kept, c)
		}
	}
	slices.SortFunc(kept, func(a, b cand) int { return cmp.Compare(a.start, b.start) })
	return slices.Clone(kept) // what found them is used again
}

func byImportance(a, b cand) int {
	switch {
	case a.rule.prio != b.rule.prio:
		return int(b.rule.prio) - int(a.rule.prio)
	case a.conf != b.conf:
		return cmp.Compare(b.conf, a.conf)
	case b.end-b.start != a.end-a.start:
		return b.end - b.start - (a.end - a.start)
	case a.start != b.start:
		return a.start - b.start
	}
	return strings.Compare(a.rule.ID, b.rule.ID)
}

// fewRanges is how many ranges are compared one by one.
const fewRanges = 16

// ranges is a set of ranges of a text that do not overlap. A few are a list; from then on each byte has a bit, so that
// the cost is in the length of the ranges, however many there are.
type ranges struct {
	few  [fewRanges][2]int
	n    int
	bits []uint64
}

// take adds [start, end) if nothing in it is taken, and reports whether it did.
func (r *ranges) take(start, end int) bool {
	if r.bits != nil {
		return r.takeBits(start, end)
	}
	for _, f := range r.few[:r.n] {
		if start < f[1] && f[0] < end {
			return false
		}
	}
	if r.n < fewRanges {
		r.few[r.n] = [2]int{start, end}
		r.n++
		return true
	}
	r.bits = make([]uint64, end/64+1)
	for _, f := range r.few {
		r.takeBits(f[0], f[1])
	}
	return r.takeBits(start, end)
}

func (r *ranges) takeBits(start, end int) bool {
	if need := end/64 + 1; need > len(r.bits) {
		r.bits = append(r.bits, make([]uint64, max(need-len(r.bits), len(r.bits)))...)
	}
	first, last := start/64, (end-1)/64
	for i := first; i <= last; i++ {
		if r.bits[i]&maskOf(i, start, end) != 0 {
			return false
		}
	}
	for i := first; i <= last; i++ {
		r.bits[i] |= maskOf(i, start, end)
	}
	return true
}

// maskOf marks the bits of word i that stand for bytes of [start, end).
func maskOf(i, start, end int) uint64 {
	mask := ^uint64(0)
	if low := start - 64*i; low > 0 {
		mask <<= low
	}
	if high := 64*(i+1) - end; high > 0 {
		mask &= ^uint64(0) >> high
	}
	return mask
}
