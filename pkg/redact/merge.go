package redact

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode"
)

// DetectorPrefix begins the rules of what external detectors find.
const DetectorPrefix = "detector-"

// ruleByID finds the rule of a finding.
var ruleByID = sync.OnceValue(func() map[string]*rule {
	m := make(map[string]*rule, len(allRules))
	for _, r := range allRules {
		m[r.ID] = r
	}
	return m
})

// Merge adds what others found in text to what Find returned for it, by the engine's rules: what is less sure than the
// operating point asks for, or allowed by the organisation's own rules, is no finding; of findings that overlap, the one
// stays that is to be removed, then the one that is not to be kept, then the one that is more certain of what it is.
// What the other covers besides stays too, as a finding of its own, so that
// nothing that anybody found is left to be read. Findings of others whose offsets lie outside of text, or inside a
// character, are ignored: whoever makes them checks them. The result is sorted and does not overlap.
func (e *Engine) Merge(text string, found []Finding, others ...[]Finding) []Finding {
	var cands []merged
	for _, f := range found {
		cands = append(cands, merged{f, e.priority(f.Rule)})
	}
	known := len(cands)
	for _, fs := range others {
		for _, f := range fs {
			if !inText(text, f) || !e.counts(text, f) {
				continue
			}
			f.Action = e.action(f.Type, f.Rule)
			cands = append(cands, merged{f, e.priority(f.Rule)})
		}
	}
	if len(cands) == known {
		return found
	}
	slices.SortStableFunc(cands, func(a, b merged) int {
		return cmp.Or(
			cmp.Compare(b.weight(), a.weight()), cmp.Compare(b.prio, a.prio), cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(b.End-b.Start, a.End-a.Start),
			cmp.Compare(a.Start, b.Start), cmp.Compare(a.Rule, b.Rule),
		)
	})
	var kept []Finding
	for _, c := range cands {
		kept = addUncovered(text, kept, c.Finding)
	}
	return kept
}

// merged is a finding with the priority of its rule.
type merged struct {
	Finding
	prio uint8
}

// weight puts what is removed first, and what is kept last: nobody else's finding makes milder what the engine found.
func (m merged) weight() int {
	switch {
	case Removes(m.Action):
		return 2
	case m.Action != ActionKeep:
		return 1
	default:
		return 0
	}
}

// priority of a rule: others' are shapes.
func (e *Engine) priority(id string) uint8 {
	r := ruleByID()[id]
	switch {
	case r != nil:
		return r.prio
	case strings.HasPrefix(id, OwnPrefix) && e.own != nil:
		for i := range e.own.identifiers {
			if e.own.identifiers[i].rule.ID == id {
				return prioChecksum
			}
		}
	}
	return prioShape
}

func inText(text string, f Finding) bool {
	starts := func(i int) bool { return i == len(text) || text[i]&0xC0 != 0x80 }
	return f.Start >= 0 && f.Start < f.End && f.End <= len(text) && f.Type.Valid() && starts(f.Start) && starts(f.End)
}

// counts reports whether a finding of somebody else's is one here.
func (e *Engine) counts(text string, f Finding) bool {
	c := cand{start: f.Start, end: f.End, conf: f.Confidence, rule: &rule{prio: prioShape, Rule: Rule{Type: f.Type, ID: f.Rule}}}
	if !e.least.pass(&c) {
		return false
	}
	return e.own == nil || !e.own.allows(&c, normalise(text[f.Start:f.End]).s)
}

// addUncovered inserts f into kept, which is sorted and does not overlap: whole, or what kept does not cover of it, in
// pieces that hold a letter or a digit.
func addUncovered(text string, kept []Finding, f Finding) []Finding {
	i := sort.Search(len(kept), func(i int) bool { return kept[i].End > f.Start })
	from := f.Start
	for from < f.End {
		to := f.End
		if i < len(kept) {
			to = min(to, kept[i].Start)
		}
		if to > from {
			piece := f
			piece.Start, piece.End = trimPiece(text, from, to, f)
			if piece.End > piece.Start {
				kept = slices.Insert(kept, i, piece)
				i++
			}
		}
		if i == len(kept) {
			break
		}
		from = max(from, kept[i].End)
		i++
	}
	return kept
}

// trimPiece takes blanks and signs off the ends of a piece; a finding that nothing overlaps stays as it is.
func trimPiece(text string, from, to int, f Finding) (start, end int) {
	if from == f.Start && to == f.End {
		return from, to
	}
	sign := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) }
	piece := strings.TrimLeftFunc(text[from:to], sign)
	from = to - len(piece)
	return from, from + len(strings.TrimRightFunc(piece, sign))
}
