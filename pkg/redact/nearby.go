package redact

import "math/bits"

// Bounds of what counts as near, in bytes of the view.
const (
	reachBefore = 72
	reachAfter  = 28
	maxNearHits = 16
)

// nearby is what the words around a candidate speak of.
type nearby struct {
	near   topic      // the closest words before it: its label, most likely
	far    topic      // other words before it
	after  topic      // words after it, where they can be its label
	label  groupSet   // kinds of identity numbers that the label names
	groups groupSet   // and the other words
	named  topic      // topics of which word knows who speaks of them
	word   [64]uint16 // per topic bit that is named, the word that speaks of it
}

// reset empties n but for topics from afar. Words that are not named need no clearing.
func (n *nearby) reset(far topic) {
	n.near, n.far, n.after, n.named = 0, far, 0, 0
	n.label, n.groups = groupSet{}, groupSet{}
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

// topNumeric are the subjects that are written as numbers.
const topNumeric = topPhone | topSSN | topCard | topIBAN | topAccount | topRouting | topGov | topPassport | topLicence | topTax |
	topHealthID | topRecord | topProvider | topBirth | topCVV | topPlate | topCompany | topBenign | topKind | topSort

// labelled reports whether the label speaks of numbers other than t's, and not of t's.
func (n *nearby) labelled(t topic) bool { return n.near&t == 0 && n.near&topNumeric&^t != 0 }

// inGroup reports whether a word around names the identity numbers of group g.
func (n *nearby) inGroup(g idGroup) bool { return n.label.has(g) || n.groups.has(g) }

// nearGroup reports whether the label does.
func (n *nearby) nearGroup(g idGroup) bool { return n.label.has(g) }

// nameOf returns the word that spoke of one of t's topics.
func (n *nearby) nameOf(t topic) string {
	t &= n.named
	if t == 0 {
		return ""
	}
	return theVocabulary().words[n.word[bits.TrailingZeros64(uint64(t))]].word
}

func (n *nearby) note(voc *vocabulary, word uint16, label bool) {
	b := &voc.briefs[word]
	for t := b.topics &^ n.named; t != 0; t &= t - 1 {
		n.word[bits.TrailingZeros64(uint64(t))] = word
	}
	n.named |= b.topics
	if !b.grouped {
		return
	}
	into := &n.groups
	if label {
		into = &n.label
	}
	into.addAll(&voc.words[word].group)
}

// around gathers the context of the candidate [start, end).
func (sc *scanner) around(start, end int, n *nearby) {
	n.reset(sc.base)
	if c := sc.cellOf(start, end); c != nil {
		sc.cellContext(c, start, end, n)
		return
	}
	sc.before(start, n)
	sc.following(end, n)
	if sc.outer != nil {
		n.inherit(sc.outer)
	}
	if n.near&^topNumber == 0 && len(sc.s) <= maxFieldValue {
		n.near |= sc.base & topFields
	}
}

// maxSigns bounds the plus sign, brackets and separators before the first digit of a number.
const maxSigns = 8

// subjects returns all that around can find the surroundings of anything in [start, end) to speak of, and maybe more: a
// row of windows is judged by the families that have something to go by.
func (sc *scanner) subjects(start, end int) topic {
	if len(sc.cells) > 0 {
		return ^topic(0) // the key of a cell may stand anywhere
	}
	t := sc.base
	if sc.outer != nil {
		t |= sc.outer.all()
	}
	for i := sc.hitsBefore(end+reachAfter) - 1; i >= 0 && int(sc.hits[i].end) >= start-reachBefore-maxSigns; i-- {
		t |= sc.voc.briefs[sc.hits[i].word].topics
		sc.job.work++
	}
	return t
}

// maxFieldValue is the length up to which a text is taken for the value that its field is named for.
const maxFieldValue = 64

// topFields are the subjects that the name of a field is taken for a label of.
const topFields = topPhone | topSSN | topCard | topIBAN | topPassport | topLicence | topTax | topBirth

// inherit adds the surroundings of the part that the view was made from. Words inside the view are closer.
func (n *nearby) inherit(outer *nearby) {
	if n.near&^(topNumber|topBenign) == 0 {
		n.near = outer.near
		n.label.join(&outer.label)
	}
	n.far |= outer.all()
	n.groups.join(&outer.groups)
	for t := outer.named &^ n.named; t != 0; t &= t - 1 {
		b := bits.TrailingZeros64(uint64(t))
		n.word[b] = outer.word[b]
	}
	n.named |= outer.named
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
		k := &sc.voc.briefs[h.word]
		gap := last - int(h.end)
		if n.near&^topNumber != 0 && gap > 3 || label && sc.apart(int(h.end), last) {
			label = false
		}
		if gap > 0 && sc.blankLine(int(h.end), last) {
			break
		}
		n.note(sc.voc, h.word, label)
		if label && (k.topics != topBenign || start-int(h.end) <= maxBenignGap) {
			n.near |= k.topics
		} else {
			n.far |= k.topics
		}
		last = min(last, int(h.start))
		count++
	}
	sc.job.work += count
}

// maxLabelGap bounds the distance from a label to its value.
const maxLabelGap = 48

// maxBenignGap bounds the distance from a word that makes a number harmless to that number.
const maxBenignGap = 24

// apart reports whether s[from:to] parts a word from what it could be the label of: it holds other words and the end of
// a phrase.
func (sc *scanner) apart(from, to int) bool {
	s := sc.s
	if to-from > maxLabelGap {
		return true
	}
	words, end := false, false
	for i := from; i < to; i++ {
		switch c := s[i]; {
		case isAlnum(c) || c >= 0x80:
			words = true
		case c == ',' || c == ';' || c == '|' || c == '\n' || c == '.' && (i+1 == to || isSpace(s[i+1])) && i > from+1:
			end = true
		}
	}
	return words && end
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

// maxDotted is how much of an abbreviation, d.o.b. or г.р., stands after its first stop, in bytes.
const maxDotted = 6

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
	for i := sc.hitsBefore(end); i < len(sc.hits) && int(sc.hits[i].end) <= stop+maxDotted; i++ {
		if k := &sc.voc.briefs[sc.hits[i].word]; k.topics != 0 && int(sc.hits[i].start) >= end && int(sc.hits[i].start) < stop {
			n.note(sc.voc, sc.hits[i].word, false)
			n.after |= k.topics
		}
	}
}
