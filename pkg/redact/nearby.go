package redact

// Bounds of what counts as near, in bytes of the view.
const (
	reachBefore = 72
	reachAfter  = 28
	maxNearHits = 16
)

// nearby is what the words around a candidate speak of.
type nearby struct {
	near   topic // the closest words before it: its label, most likely
	far    topic // other words before it
	after  topic // words after it, where they can be its label
	groups [4]idGroup
	word   [64]string // per topic bit: the word that speaks of it
}

// all returns every topic around.
func (n *nearby) all() topic { return n.near | n.far | n.after }

// has returns how strongly the surroundings speak of t: 2 for its label, 1 for a word near, 0 for none.
func (n *nearby) has(t topic) int {
	switch {
	case n.near&t != 0:
		return 2
	case (n.far|n.after)&t != 0:
		return 1
	}
	return 0
}

// labelled reports whether the closest words speak of anything other than t, and not of t.
func (n *nearby) labelled(t topic) bool {
	return n.near&t == 0 && n.near&^(topNumber|t) != 0
}

// inGroup reports whether a word around names identity number group g.
func (n *nearby) inGroup(g idGroup) bool {
	for _, x := range n.groups {
		if x == g {
			return true
		}
	}
	return false
}

// nameOf returns the word that spoke of one of t's topics.
func (n *nearby) nameOf(t topic) string {
	for b := range 64 {
		if t>>b&1 != 0 && n.word[b] != "" {
			return n.word[b]
		}
	}
	return ""
}

func (n *nearby) note(k *keyword) {
	for b := range 64 {
		if k.topics>>b&1 != 0 && n.word[b] == "" {
			n.word[b] = k.word
		}
	}
	if k.group != 0 {
		for i := range n.groups {
			if n.groups[i] == 0 {
				n.groups[i] = k.group
				break
			}
		}
	}
}

// around gathers the context of the candidate [start, end).
func (sc *scanner) around(start, end int, n *nearby) {
	*n = nearby{far: sc.base}
	sc.before(start, n)
	sc.following(end, n)
}

// before reads the words before start, closest first. The closest run of words is the label.
func (sc *scanner) before(start int, n *nearby) {
	last := start
	label := true
	count := 0
	for i := sc.hitsBefore(start) - 1; i >= 0 && count < maxNearHits; i-- {
		h := sc.hits[i]
		if start-int(h.start) > reachBefore {
			break
		}
		k := &sc.voc.words[h.word]
		if k.topics == 0 {
			continue
		}
		gap := last - int(h.end)
		if n.near&^topNumber != 0 && gap > 3 {
			label = false
		}
		if gap > 0 && sc.blankLine(int(h.end), last) {
			break
		}
		n.note(k)
		if label {
			n.near |= k.topics
		} else {
			n.far |= k.topics
		}
		last = min(last, int(h.start))
		count++
	}
}

// blankLine reports whether a paragraph ends in s[from:to].
func (sc *scanner) blankLine(from, to int) bool {
	s := sc.s
	for i := from; i+1 < to; i++ {
		if s[i] == '\n' && (s[i+1] == '\n' || s[i+1] == '\r') {
			return true
		}
	}
	return false
}

// following reads the words after end, up to the next punctuation: "123-45-6789 is my SSN".
func (sc *scanner) following(end int, n *nearby) {
	s := sc.s
	stop := end
	for stop < len(s) && stop-end < reachAfter {
		c := s[stop]
		if c == ',' || c == ';' || c == ':' || c == '\n' || c == '|' || c == '=' || c == '.' || c == '"' && stop > end {
			break
		}
		if isDigit(c) || c == '[' {
			return // the words in between are the label of what follows
		}
		stop++
	}
	if c := at(s, stop); c == ':' || c == '=' {
		return
	}
	for i := sc.hitsBefore(end); i < len(sc.hits) && int(sc.hits[i].end) <= stop; i++ {
		if k := &sc.voc.words[sc.hits[i].word]; k.topics != 0 && int(sc.hits[i].start) >= end {
			n.note(k)
			n.after |= k.topics
		}
	}
}
