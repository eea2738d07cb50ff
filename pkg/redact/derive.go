package redact

import "sort"

// maxDepth is how many times one decoded text may hold another.
const maxDepth = 2

// derived describes a view that was made from a part of another.
type derived struct {
	view     *view // maps to the parent's view
	name     string
	from, to int   // the part, in the parent's view
	whole    bool  // the part can only be treated as a whole
	crosses  []int // if there are any, only findings that reach over one of these offsets of the derived view count
}

// read scans a derived view and takes over what it finds. The words around the part count as the words around what is
// inside.
func (sc *scanner) read(d derived) bool {
	if sc.depth >= maxDepth || !sc.job.charge(len(d.view.s)) {
		return false
	}
	child := &sc.job.scanners[sc.depth+1]
	lead := 0
	if len(d.crosses) == 0 || d.name == nameQuoted {
		d.view, lead = sc.labelled(d)
		for i := range d.crosses {
			d.crosses[i] += lead
		}
	}
	sc.around(d.from, d.to, &child.around1)
	child.reset(sc.job, d.view, sc.depth+1)
	child.outer = &child.around1
	child.seams = d.crosses
	child.spelt = d.name == "spelled"
	child.run()
	found := confident(beyond(child.out, lead), &sc.job.eng.least)
	sc.job.doubt = sc.job.doubt || len(found) < len(child.out)
	found = sc.job.eng.own.withoutAllowed(child.s, found)
	if d.whole {
		return sc.takeWhole(d, child.names(resolve(found)))
	}
	taken := false
	for _, c := range found {
		if !child.crosses(c.start, c.end) {
			continue
		}
		c.start, c.end = d.view.source(c.start, c.end)
		c.view = d.name
		sc.out = append(sc.out, c)
		taken = true
	}
	return taken
}

// crosses reports whether a finding at [start, end) would count: it reaches over one of the places that the view was
// made for, if it was made for some.
func (sc *scanner) crosses(start, end int) bool {
	if !sc.wrapped() {
		return true
	}
	i := sort.SearchInts(sc.seams, start+1)
	return i < len(sc.seams) && sc.seams[i] < end
}

// wrapped reports whether parts were joined to make the view.
func (sc *scanner) wrapped() bool { return len(sc.seams) > 0 }

// maxLabel bounds the name of a secret, and what joins it to its value, that is read together with a derived view.
const maxLabel = 40

// labelled returns the view of d with the name of a secret before it, if one stands right before its part: "password
// is" and the codes of its characters. The second result is the length of what was put before the view.
func (sc *scanner) labelled(d derived) (*view, int) {
	i := sort.Search(len(sc.trigs), func(i int) bool { return int(sc.trigs[i].end) > d.from })
	start := d.from
	for n := 0; n < maxNearHits && i > 0; n++ {
		i--
		h := sc.trigs[i]
		if d.from-int(h.end) > maxLabel {
			break
		}
		if sc.voc.words[h.word].act == actKey && d.from-int(h.start) <= maxLabel {
			start = min(start, int(h.start))
		}
	}
	if start == d.from {
		return d.view, 0
	}
	var w viewBuilder
	w.copyRange(sc.s, start, d.from)
	lead := w.b.Len()
	w.b.WriteString(d.view.s)
	for _, g := range d.view.segs {
		g.off += int32(lead) //nolint:gosec // at most maxLabel
		w.segs = append(w.segs, g)
	}
	return w.view(), lead
}

// beyond leaves, in the place of cands, the candidates that start at lead or after.
func beyond(cands []cand, lead int) []cand {
	if lead == 0 {
		return cands
	}
	out := cands[:0]
	for _, c := range cands {
		if c.start >= lead {
			out = append(out, c)
		}
	}
	return out
}

// takeWhole adds one candidate for the whole part, of the most important kind that was found in it.
func (sc *scanner) takeWhole(d derived, found []cand) bool {
	best := -1
	for i, c := range found {
		if best < 0 || weight(c) > weight(found[best]) {
			best = i
		}
	}
	if best < 0 {
		return false
	}
	c := found[best]
	c.start, c.end, c.view = d.from, d.to, d.name
	sc.out = append(sc.out, c)
	return true
}

// weight orders findings by what must not be lost: kinds that are never logged first.
func weight(c cand) float64 {
	w := float64(c.rule.prio) + c.conf
	if NeverLog(c.rule.Type) {
		w += 100
	}
	return w
}
