package redact

import (
	"cmp"
	"slices"
	"sort"
)

// resolve leaves, of candidates that overlap, the one with the highest priority, then confidence, then length. The
// result is sorted by start.
func resolve(cands []cand) []cand {
	slices.SortFunc(cands, func(a, b cand) int {
		return cmp.Or(
			cmp.Compare(b.rule.prio, a.rule.prio),
			cmp.Compare(b.conf, a.conf),
			cmp.Compare(b.end-b.start, a.end-a.start),
			cmp.Compare(a.start, b.start),
			cmp.Compare(a.rule.ID, b.rule.ID),
		)
	})
	return bySlots(cands)
}

// bySlots keeps the candidates that overlap none kept before them.
func bySlots(cands []cand) []cand {
	kept := make([]cand, 0, len(cands))
	for _, c := range cands {
		i := sort.Search(len(kept), func(i int) bool { return kept[i].end > c.start })
		if i < len(kept) && kept[i].start < c.end {
			continue
		}
		kept = slices.Insert(kept, i, c)
	}
	return kept
}
