package redact

import (
	"sort"
	"strings"
)

// second reads the sanitized text out, made from the text of the job first with edits: it finds what once would find
// there. Words of the vocabulary are looked for only where something was replaced; elsewhere they stand as they stood.
func (j *job) second(first *job, out string, edits []edit) error {
	v := normalise(out)
	edits, ok := first.view.edits(edits, v.s)
	if !ok {
		return j.once(first.eng, out, first.hints)
	}
	sc := j.begin(first.eng, out, first.hints, v)
	from := &first.scanners[0]
	j.reworded, j.newHits, j.newTrigs = sc.voc.rewordings(from.s, v.s, edits, j.reworded[:0], j.newHits[:0], j.newTrigs[:0])
	sc.hits = carry(sc.hits[:0], from.hits, j.newHits, j.reworded)
	sc.trigs = carry(sc.trigs[:0], from.trigs, j.newTrigs, j.reworded)
	sc.judgeAll()
	return j.take(sc)
}

// edits returns what edits of the source do to the view, if after, the view of the source with the edits made, is no more
// than that.
func (v *view) edits(edits []edit, after string) ([]edit, bool) {
	if v.segs == nil {
		return edits, rewritesTo(v.s, edits, after)
	}
	out := make([]edit, len(edits))
	for i, d := range edits {
		out[i] = edit{start: v.place(d.start), end: v.place(d.end), text: d.text}
	}
	return out, rewritesTo(v.s, out, after)
}

// place returns where the view stands at offset p of its source. What it says of a source in another order than the
// view's is of no use.
func (v *view) place(p int) int {
	i := sort.Search(len(v.segs), func(i int) bool { return int(v.segs[i].src) > p }) - 1
	if i < 0 {
		return 0
	}
	end := len(v.s)
	if i+1 < len(v.segs) {
		end = int(v.segs[i+1].off)
	}
	g := v.segs[i]
	if g.end >= 0 {
		if p >= int(g.end) {
			return end
		}
		return int(g.off)
	}
	return min(end, int(g.off)+p-int(g.src))
}

// rewritesTo reports whether after is s with the edits made.
func rewritesTo(s string, edits []edit, after string) bool {
	pos := 0
	for _, d := range edits {
		if d.start < pos || d.end < d.start {
			return false
		}
		var ok bool
		after, ok = strings.CutPrefix(after, s[pos:d.start])
		if !ok {
			return false
		}
		after, ok = strings.CutPrefix(after, d.text)
		if !ok {
			return false
		}
		pos = d.end
	}
	return after == s[pos:]
}

// rewording is what an edit does to the words around it.
type rewording struct {
	start, end int // what is replaced
	shift      int // how far what stands after it moves
	margin     int // 1 if words that stand against it may read otherwise than before
}

// rewordings appends to out what edits do, and to hits and trigs, in the order of their ends, the words of text (after
// the edits) that may be new: those that touch what was put there.
func (voc *vocabulary) rewordings(s, text string, edits []edit, out []rewording, hits, trigs []hit) ([]rewording, []hit, []hit) {
	shift, free := 0, 0
	for _, d := range edits {
		start := d.start + shift
		end := start + len(d.text)
		r := rewording{start: d.start, end: d.end, shift: shift + len(d.text) - (d.end - d.start)}
		if !standsApart(s, d) {
			r.margin = 1
			h, t := len(hits), len(trigs)
			from := max(free, start-voc.longest)
			hits, trigs = voc.findHitsIn(text, from, min(len(text), end+1), hits, trigs)
			hits, trigs = touching(hits, h, start), touching(trigs, t, start)
		}
		out = append(out, r)
		shift, free = r.shift, end+1
	}
	return out, hits, trigs
}

// standsApart reports whether no word can reach into what d puts there, and none beside it reads otherwise than before:
// it stands in brackets, which no word holds, and between characters that part words anyway.
func standsApart(s string, d edit) bool {
	n := len(d.text)
	if n < 2 || d.text[0] != '[' || d.text[n-1] != ']' {
		return false
	}
	return class[at(s, d.start-1)]&(clAlnum|clHigh) == 0 && class[at(s, d.end)]&(clAlnum|clHigh) == 0
}

// touching leaves, of hits[from:], those that end at pos or later.
func touching(hits []hit, from, pos int) []hit {
	out := hits[:from]
	for _, h := range hits[from:] {
		if int(h.end) >= pos {
			out = append(out, h)
		}
	}
	return out
}

// carry appends to out the words of old, where edits leave them as they are, and the new ones, all in the order of
// their ends.
func carry(out, old, fresh []hit, edits []rewording) []hit {
	last := -1 // the last edit that starts before the end of the word
	for _, h := range old {
		for last+1 < len(edits) && edits[last+1].start < int(h.end)+edits[last+1].margin {
			last++
		}
		if last >= 0 {
			if edits[last].end+edits[last].margin > int(h.start) {
				continue // read anew, or gone
			}
			h.start += int32(edits[last].shift) //nolint:gosec // limited to maxText
			h.end += int32(edits[last].shift)   //nolint:gosec // as above
		}
		for len(fresh) > 0 && fresh[0].end < h.end {
			out = append(out, fresh[0])
			fresh = fresh[1:]
		}
		out = append(out, h)
	}
	return append(out, fresh...)
}
