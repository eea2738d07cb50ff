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
	sc.around(d.from, d.to, &child.around1)
	child.reset(sc.job, d.view, sc.depth+1)
	child.outer = &child.around1
	child.wrapped = len(d.crosses) > 0
	child.spelt = d.name == "spelled"
	child.run()
	found := confident(child.out, &sc.job.eng.least)
	sc.job.doubt = sc.job.doubt || len(found) < len(child.out)
	found = sc.job.eng.own.withoutAllowed(child.s, found)
	if d.whole {
		return sc.takeWhole(d, found)
	}
	taken := false
	for _, c := range found {
		if len(d.crosses) > 0 {
			i := sort.SearchInts(d.crosses, c.start+1)
			if i == len(d.crosses) || d.crosses[i] >= c.end {
				continue
			}
		}
		c.start, c.end = d.view.source(c.start, c.end)
		c.view = d.name
		sc.out = append(sc.out, c)
		taken = true
	}
	return taken
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
