package tagger

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Windows of tokens around those that could be part of a name are what the model reads; the rest costs a look at the
// lexicon.
const (
	reach     = 3   // tokens on each side of one that could be part of a name
	maxWindow = 512 // tokens: longer ones are cut
	maxKey    = 16  // tokens that a key speaks for
)

// work is the memory of one run.
type work struct {
	s     string
	toks  []token
	ctxs  []context          // of the tokens of the window, and the two on each side
	emit  [][lanes]float32   // exp of the emissions of the window
	alpha [][lanes]float32   // forward
	beta  [][lanes]float32   // backward
	least [kindCount]float32 // before calibration
	ents  []Entity
	spans []Span // of the names that are masked
	named []Span // windows in which names were found since the last round
	stale []Span // and in the round before it
	field uint32 // hash of the name of the text's field, or 0
	at    int    // stale[:at] lie before the window
	keep  [kindCount]bool
	old   int                // ents[:old] are of the rounds before
	known map[uint32]float32 // words of people found, for their other places in the text
}

// prepare tokenises s and looks its words up.
func (w *work) prepare(lex *lexicon, s string, masks []Span) {
	w.s = s
	w.toks = tokenise(s, masks, w.toks[:0])
	for i := range w.toks {
		t := &w.toks[i]
		switch {
		case t.shape.perCharacter():
			t.class |= lex.class(t.hash)
			w.compounds(lex, i)
		case t.shape.word() && !t.shape.digits():
			t.class = lex.class(t.hash)
		}
	}
	for i := range w.toks {
		if !w.toks[i].shape.joining() {
			continue
		}
		for _, k := range [...]int{i - 1, i + 1} {
			if k >= 0 && k < len(w.toks) && w.bound(k) {
				w.toks[k].flags |= bound
			}
		}
	}
	w.findKeys()
}

// bound reports whether token i and another word are joined by a mark that joins, as in a path, an address or a name of a
// program.
func (w *work) bound(i int) bool {
	t := &w.toks[i]
	if !t.shape.word() || t.shape.perCharacter() {
		return false
	}
	if i > 1 && t.flags&glued != 0 && (w.joins(i-1) || w.hyphenated(t, i-1, i-2)) {
		return true
	}
	return i+2 < len(w.toks) && w.toks[i+1].flags&w.toks[i+2].flags&glued != 0 && (w.joins(i+1) || w.hyphenated(t, i+1, i+2))
}

// hyphenated reports whether the word t in small letters is joined by a hyphen to one that is no name: max-age.
func (w *work) hyphenated(t *token, hyphen, other int) bool {
	return t.shape == shapeLower && w.toks[hyphen].shape == shapeHyphen && w.toks[other].class&classNames == 0
}

// joins reports whether token i joins the words around it when there are no spaces.
func (w *work) joins(i int) bool {
	switch w.toks[i].shape {
	case shapeSymbol, shapeSlash, shapeColon:
		return true
	case shapeStop:
		return i+1 < len(w.toks) && w.toks[i+1].flags&glued != 0 && w.toks[i+1].shape != shapeTitle && i > 0 && w.toks[i-1].shape != shapeLetter
	}
	return false
}

// maxCompound bounds the words of scripts without spaces that are looked up, in characters.
const maxCompound = 4

// compounds looks up the words that start with the character at i, and gives their classes to all of their characters.
func (w *work) compounds(lex *lexicon, i int) {
	h := uint32(hashSeed)
	for _, c := range []byte(w.s[w.toks[i].start:w.toks[i].end]) {
		h = hashByte(h, c)
	}
	for j := i + 1; j < len(w.toks) && j-i < maxCompound && w.toks[j].shape.perCharacter() && w.toks[j].flags&glued != 0; j++ {
		for _, c := range []byte(w.s[w.toks[j].start:w.toks[j].end]) {
			h = hashByte(h, c)
		}
		c := lex.class(finishHash(h)) &^ ClassVocabulary
		if c == 0 {
			continue
		}
		for k := i; k <= j; k++ {
			w.toks[k].class |= c
		}
	}
}

// findKeys notes, for each word, what it is the value of.
func (w *work) findKeys() {
	key, left := w.field, maxKey
	for i := range w.toks {
		t := &w.toks[i]
		switch {
		case t.shape == shapeLine || t.shape == shapeBlank:
			key = 0
		case t.shape == shapeColon:
			key, left = w.keyBefore(i), maxKey
		case t.shape.word() || t.shape == shapeMask:
			of := uint32(0)
			if left > 0 {
				left--
				of = key
			}
			if t.key != of {
				t.key = of
				t.flags &^= weighed | heavy
			}
		}
	}
}

// fieldKey returns the hash of the last word of a field's name: "patient.last_name" speaks as "name:" does.
func fieldKey(field string) uint32 {
	end := len(field)
	for end > 0 && !wordByte(field[end-1]) {
		end--
	}
	start := end
	for start > 0 && wordByte(field[start-1]) && !(start < end && byteKind[field[start]] == byteUpper && byteKind[field[start-1]] == byteLower) {
		start--
	}
	if start == end {
		return 0
	}
	return HashWord(field[start:end])
}

// keyBefore returns the hash of the word that stands before the colon or equals sign at i.
func (w *work) keyBefore(i int) uint32 {
	for j := i - 1; j >= 0 && j >= i-3; j-- {
		switch sh := w.toks[j].shape; {
		case sh.word():
			return w.toks[j].hash
		case sh == shapeLine || sh == shapeBlank:
			return 0
		}
	}
	return 0
}

// interesting reports whether the token at i could be part of a name by itself.
func (w *work) interesting(i int) bool {
	t := &w.toks[i]
	switch {
	case t.shape == shapeLower:
		return t.class&classNames != 0 && t.class&ClassVocabulary == 0
	case t.shape == shapeTitle || t.shape == shapeMixed:
		if t.flags&opening != 0 && t.class&ClassVocabulary != 0 && t.class&(classNames|ClassTitle|ClassStreet|ClassCountry|ClassOrg) == 0 {
			return i+1 < len(w.toks) && w.toks[i+1].shape.cased()
		}
		return true
	case t.shape == shapeUpper:
		return t.class&^ClassVocabulary != 0 || t.class == 0
	case t.shape == shapeUncased:
		return t.class&ClassVocabulary == 0 || t.class&classNames != 0
	case t.shape == shapeHan || t.shape == shapeHangul || t.shape == shapeKatakana || t.shape == shapeThai:
		return true
	}
	return false
}

// maxRounds bounds how often a text is read again with the names found in it masked.
const maxRounds = 4

func (w *work) tag(m *model, s string, o Options, out []Entity) []Entity {
	w.field = fieldKey(o.Field)
	w.prepare(&m.lex, s, o.Masks)
	named := func(i int) bool { return w.interesting(i) && w.likely(m, i) }
	w.ents, w.named, w.old, w.keep = w.ents[:0], w.named[:0], 0, o.Keep
	for k := range w.least {
		w.least[k] = m.uncalibrated(Kind(k), o.Least[k])
	}
	w.eachWindow(named, func(from, to int) { w.window(m, from, to) })
	w.echo(o.Least[Person])
	for range maxRounds {
		slices.SortFunc(w.ents, byStart)
		if w.old == len(w.ents) || !w.mask() {
			break
		}
		w.old = len(w.ents)
		w.named, w.stale, w.at = w.stale[:0], w.named, 0
		slices.SortFunc(w.stale, func(a, b Span) int { return a.Start - b.Start })
		w.eachWindow(named, func(from, to int) {
			if w.readAgain(from, to) {
				w.window(m, from, to)
			}
		})
	}
	for _, e := range w.ents {
		if e.End > e.Start {
			out = append(out, e)
		}
	}
	return out
}

func byStart(a, b Entity) int { return a.Start - b.Start }

// mask puts masks in the place of the names that are going to be replaced, and reports whether there are any.
func (w *work) mask() bool {
	w.spans = w.spans[:0]
	for _, e := range w.ents {
		if !w.keep[e.Kind] && e.End > e.Start {
			w.spans = append(w.spans, Span{e.Start, e.End})
		}
	}
	if len(w.spans) == 0 {
		return false
	}
	slices.SortFunc(w.spans, func(a, b Span) int { return a.Start - b.Start })
	w.maskSpans()
	return true
}

// maskSpans puts masks in the place of w.spans.
func (w *work) maskSpans() {
	masks, old := w.spans, w.toks
	w.toks = w.toks[:0]
	for _, t := range old {
		for len(masks) > 0 && masks[0].End <= int(t.start) {
			masks = masks[1:]
		}
		if len(masks) > 0 && masks[0].Start <= int(t.start) {
			t.shape = shapeMask
		}
		switch n := len(w.toks); {
		case t.shape == shapeMask:
			w.toks = appendMask(w.toks, int(t.start), int(t.end))
		case t.shape == shapeQuote && n > 0 && w.toks[n-1].shape == shapeMask:
		default:
			w.toks = append(w.toks, t)
		}
	}
	w.unbind()
	w.findKeys()
}

// unbind notes anew, for the words beside masks, whether they are part of something longer, and forgets their odds: what a
// mask stands for no longer counts.
func (w *work) unbind() {
	for i := range w.toks {
		if w.toks[i].shape != shapeMask {
			continue
		}
		for k := max(0, i-2); k < min(len(w.toks), i+3); k++ {
			t := &w.toks[k]
			t.flags &^= bound | weighed | heavy
			if w.bound(k) {
				t.flags |= bound
			}
		}
	}
}

// readAgain reports whether the window lies where names were found, so that its words have new neighbours.
func (w *work) readAgain(from, to int) bool {
	start, end := int(w.toks[from].start), int(w.toks[to-1].end)
	for w.at < len(w.stale) && w.stale[w.at].End <= start {
		w.at++
	}
	return w.at < len(w.stale) && w.stale[w.at].Start < end
}

// maxAbbreviation is the length up to which capitals that are no known name are taken for an abbreviation, in bytes.
const maxAbbreviation = 4

// personal reports whether t can be part of a person's name. In small letters only words that are known as names can: there
// is too much else that they could be; and so can short words in capitals.
func (t *token) personal() bool {
	switch t.shape {
	case shapeLower:
		return t.class&(ClassGiven|ClassFamily|ClassParticle) != 0 && t.flags&bound == 0
	case shapeUpper:
		return t.class&(ClassGiven|ClassFamily) != 0 && t.class&ClassThing == 0 || t.class == 0 && t.end-t.start > maxAbbreviation
	case shapeCamel, shapeCode, shapeAlnum, shapeDigit, shapeDigit3, shapeDigit4, shapeDigit5, shapeDigits:
		return false
	}
	return true
}

// eachWindow calls do for the stretches of tokens, in order and not overlapping, around those of which named says that they could be
// part of a name.
func (w *work) eachWindow(named func(i int) bool, do func(from, to int)) {
	n := len(w.toks)
	done := 0
	for i := 0; i < n; {
		if !named(i) {
			i++
			continue
		}
		from := max(done, i-reach)
		to := i + 1
		for j := i + 1; j < n && j-from < maxWindow-reach && j-to < 2*reach; j++ {
			if named(j) {
				to = j + 1
			}
		}
		to = min(n, to+reach)
		do(from, to)
		i, done = to, to
	}
}

// window labels the tokens [from, to).
func (w *work) window(m *model, from, to int) {
	w.emissions(m, from, to)
	w.fullNames(from, to)
	w.addresses(from, to)
	w.forwardBackward(m)
	n := len(w.ents)
	w.entities(m, from, to)
	if len(w.ents) > n {
		before, after := max(0, from-reach), min(len(w.toks), to+reach) // features see neighbours
		w.named = append(w.named, Span{int(w.toks[before].start), int(w.toks[after-1].end)})
	}
}

// minOdds is how probable, against standing outside, the likeliest kind of a token must be, by what it and its neighbours
// are, for its window to be read. Nine of 60,000 generated texts read otherwise than with all windows read, and those in
// parts of names; of the windows of prose without names, one in five remains.
const minOdds = 0.25

// likely reports whether the token at i, or an unusual one near it, can be part of a name.
func (w *work) likely(m *model, i int) bool {
	if w.odds(m, i) || w.fullName(i) {
		return true
	}
	for k := max(0, i-reach); k < min(len(w.toks), i+reach+1); k++ {
		if w.toks[k].unusual() && w.odds(m, k) {
			return true
		}
	}
	return false
}

// unusual reports whether t is a word that is not one of the usual in small letters.
func (t *token) unusual() bool {
	return t.shape.word() && (t.shape != shapeLower || t.class&ClassVocabulary == 0 || t.class&classNames != 0)
}

// odds reports whether the token at i reaches minOdds.
func (w *work) odds(m *model, i int) bool {
	t := &w.toks[i]
	if t.flags&weighed == 0 {
		t.flags |= weighed
		var rows [featureCount]uint32
		w.contexts(i, i+1)
		features(w.s, t, (*[5]context)(w.ctxs), &rows)
		if e := m.score(&rows); max(e[1], e[2], e[3]) >= minOdds*e[0] {
			t.flags |= heavy
		}
	}
	return t.flags&heavy != 0
}

// emissions fills w.emit for the tokens [from, to).
func (w *work) emissions(m *model, from, to int) {
	w.emit = w.emit[:0]
	w.contexts(from, to)
	var rows [featureCount]uint32
	for i := from; i < to; i++ {
		t := &w.toks[i]
		if t.shape == shapeMask {
			w.emit = append(w.emit, [lanes]float32{1})
			continue
		}
		features(w.s, t, (*[5]context)(w.ctxs[i-from:]), &rows)
		e := m.score(&rows)
		if !t.personal() {
			e[labelOf(Person)] = 0
		}
		w.emit = append(w.emit, e)
	}
}

// fullNameOdds is by how much a given name right before a family name makes each of them likelier to be somebody's, besides what
// the features say: in sentences unlike those of the training, the model doubts names that are places or words, too. Of 2,800 short
// sentences with common full names of eleven languages, written apart from the training data, one in eleven kept a part of a
// name without this and partOfName, and one in a hundred keeps one with them.
const fullNameOdds = 6

// fullName reports whether the words at i and after it are a given name and a family name, and no usual name of anything else,
// nor the beginning of a street's or a firm's.
func (w *work) fullName(i int) bool {
	if i+1 >= len(w.toks) {
		return false
	}
	a, b := &w.toks[i], &w.toks[i+1]
	if i+2 < len(w.toks) && w.toks[i+2].class&(ClassStreet|ClassOrg|ClassLegal) != 0 && w.toks[i+2].shape.cased() {
		return false
	}
	if a.class&ClassCountry != 0 && b.class&ClassStreet != 0 {
		return false // the Jordan River
	}
	return a.shape == shapeTitle && a.class&ClassGiven != 0 && a.class&ClassThing == 0 &&
		b.shape.cased() && b.class&ClassFamily != 0 && b.class&(ClassOrg|ClassLegal|ClassThing) == 0 && (a.flags|b.flags)&bound == 0
}

// fullNames raises, in the window, the odds of people's full names.
func (w *work) fullNames(from, to int) {
	person := labelOf(Person)
	for i := from; i+1 < to; i++ {
		if w.fullName(i) {
			w.emit[i-from][person] *= fullNameOdds
			w.emit[i+1-from][person] *= fullNameOdds
		}
	}
}

// streetOdds is by how much a number, a name and a word for a street make each of them likelier to be of a place.
const streetOdds = 6

// maxStreetName is of how many words the name of a street is, besides the word that says that it is one.
const maxStreetName = 3

// streetWords end the names of streets in English, where the number stands before them.
var streetWords = func() map[uint32]bool {
	m := map[uint32]bool{}
	for _, word := range strings.Fields("street st road rd avenue ave lane ln drive court ct place pl square sq terrace crescent close way boulevard blvd gardens grove mews row walk parkway pkwy circle") {
		m[HashWord(word)] = true
	}
	return m
}()

// addresses raises, in the window, the odds of a house's number with its street: 12B Baker Street.
func (w *work) addresses(from, to int) {
	place := labelOf(Location)
	for i := from; i+2 < to; i++ {
		number := &w.toks[i]
		if !number.shape.digits() && number.shape != shapeCode && number.shape != shapeAlnum || byteKind[w.s[number.start]] != byteDigit || number.flags&bound != 0 {
			continue
		}
		end := i + 1
		for end < to && end-i <= maxStreetName && w.toks[end].shape.cased() && !streetWords[w.toks[end].hash] {
			end++
		}
		if end == i+1 || end == to || !w.toks[end].shape.cased() || !streetWords[w.toks[end].hash] {
			continue
		}
		for k := i; k <= end; k++ {
			w.emit[k-from][place] *= streetOdds
		}
	}
}

// contexts fills w.ctxs for the tokens [from, to) and the two on each side.
func (w *work) contexts(from, to int) {
	w.ctxs = w.ctxs[:0]
	for i := from - 2; i < to+2; i++ {
		if i < 0 || i >= len(w.toks) {
			w.ctxs = append(w.ctxs, outside)
		} else {
			w.ctxs = append(w.ctxs, contextOf(&w.toks[i]))
		}
	}
}

// rowsOf appends the rows of the features of the tokens [from, to).
func (w *work) rowsOf(from, to int, out [][featureCount]uint32) [][featureCount]uint32 {
	w.contexts(from, to)
	for i := from; i < to; i++ {
		var rows [featureCount]uint32
		features(w.s, &w.toks[i], (*[5]context)(w.ctxs[i-from:]), &rows)
		out = append(out, rows)
	}
	return out
}

// forwardBackward fills w.alpha and w.beta, each scaled to a sum of one.
func (w *work) forwardBackward(m *model) {
	n := len(w.emit)
	if cap(w.alpha) < n {
		w.alpha, w.beta = make([][lanes]float32, n+64), make([][lanes]float32, n+64)
	}
	a, b, t := w.alpha[:n], w.beta[:n], &m.trans
	e := &w.emit[0]
	v := [lanes]float32{m.starts[0] * e[0], m.starts[1] * e[1], m.starts[2] * e[2], m.starts[3] * e[3]}
	a[0] = scaled(v)
	for i := 1; i < n; i++ {
		p, e := a[i-1], &w.emit[i]
		a[i] = scaled([lanes]float32{
			(p[0]*t[0][0] + p[1]*t[1][0] + p[2]*t[2][0] + p[3]*t[3][0]) * e[0],
			(p[0]*t[0][1] + p[1]*t[1][1] + p[2]*t[2][1] + p[3]*t[3][1]) * e[1],
			(p[0]*t[0][2] + p[1]*t[1][2] + p[2]*t[2][2] + p[3]*t[3][2]) * e[2],
			(p[0]*t[0][3] + p[1]*t[1][3] + p[2]*t[2][3] + p[3]*t[3][3]) * e[3],
		})
	}
	b[n-1] = [lanes]float32{1, 1, 1, 1}
	for i := n - 2; i >= 0; i-- {
		q, e := b[i+1], &w.emit[i+1]
		q[0], q[1], q[2], q[3] = q[0]*e[0], q[1]*e[1], q[2]*e[2], q[3]*e[3]
		b[i] = scaled([lanes]float32{
			t[0][0]*q[0] + t[0][1]*q[1] + t[0][2]*q[2] + t[0][3]*q[3],
			t[1][0]*q[0] + t[1][1]*q[1] + t[1][2]*q[2] + t[1][3]*q[3],
			t[2][0]*q[0] + t[2][1]*q[1] + t[2][2]*q[2] + t[2][3]*q[3],
			t[3][0]*q[0] + t[3][1]*q[1] + t[3][2]*q[2] + t[3][3]*q[3],
		})
	}
	w.alpha, w.beta = a, b
}

// scaled returns v with a sum of one.
func scaled(v [lanes]float32) [lanes]float32 {
	sum := v[0] + v[1] + v[2] + v[3]
	if !(sum > 1e-30) {
		return [lanes]float32{1}
	}
	sum = 1 / sum
	return [lanes]float32{v[0] * sum, v[1] * sum, v[2] * sum, v[3] * sum}
}

// entities reads the names off the probabilities: a token belongs to its most probable kind, if that has the confidence
// asked for; tokens of one kind in a row are one name.
func (w *work) entities(m *model, from, to int) {
	var cur Entity
	open := false
	for i := from; i < to; i++ {
		t := &w.toks[i]
		kind, p := w.kindOf(i - from)
		if p < w.least[kind] {
			if q := w.partOfName(i, from, to, kind, p); q > 0 {
				kind, p = Person, q
			}
		}
		if p < w.least[kind] || !t.shape.word() && t.shape != shapeClose && !open {
			open = open && w.close(m, &cur)
			continue
		}
		if open && cur.Kind != kind {
			open = w.close(m, &cur)
		}
		switch {
		case !t.shape.word():
		case !open:
			cur, open = Entity{Start: int(t.start), End: int(t.end), Kind: kind, Confidence: p}, true
		default:
			cur.End = int(t.end)
			cur.Confidence = max(cur.Confidence, p)
		}
	}
	if open {
		w.close(m, &cur)
	}
}

// partOfName returns how probable a person's name is that the token at i belongs to by a word beside it, or 0: the token is the
// other half of a full name, or half as probable as is asked for, as one word of a name is seldom alone.
func (w *work) partOfName(i, from, to int, kind Kind, p float32) float32 {
	if !w.toks[i].shape.cased() {
		return 0
	}
	least := w.least[Person]
	for _, k := range [...]int{i - 1, i + 1} {
		if k < from || k >= to || !w.toks[k].shape.cased() {
			continue
		}
		beside, q := w.kindOf(k - from)
		if beside == Person && q >= least && (w.fullName(min(i, k)) || kind == Person && p >= least/2) {
			return q
		}
	}
	return 0
}

// maxPostcode is more digits than a postcode with letters in it has.
const maxPostcode = 7

// telling reports whether the tokens of a place are more than a short number, or an abbreviation with a long one: those
// are none by themselves.
func telling(s string) bool {
	letters, digits, capitals := 0, 0, 0
	for i := range len(s) {
		switch byteKind[s[i]] {
		case byteUpper:
			capitals++
			letters++
		case byteLower, byteHigh:
			letters++
		case byteDigit:
			digits++
		}
	}
	if capitals == letters && letters <= maxAbbreviation && letters > 0 && digits >= maxPostcode {
		return false
	}
	return letters >= 2 || digits >= 4
}

// single reports whether s is one character of a script without spaces: too little for a name.
func single(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return size == len(s) && spaceless(r)
}

// close notes the name, and returns false: none is open. Names of rounds before, which are kept in the text, are found
// again: one is replaced where it turns out to be another kind's that is not kept.
func (w *work) close(m *model, e *Entity) bool {
	i, _ := slices.BinarySearchFunc(w.ents[:w.old], e.Start, func(o Entity, start int) int { return o.End - start - 1 })
	for ; i < w.old && w.ents[i].Start < e.End; i++ {
		if w.keep[e.Kind] {
			return false
		}
		w.ents[i].End = w.ents[i].Start
	}
	if e.Kind == Location && !telling(w.s[e.Start:e.End]) || single(w.s[e.Start:e.End]) {
		return false
	}
	e.Confidence = m.calibrated(e.Kind, e.Confidence)
	w.ents = append(w.ents, *e)
	return false
}

// kindOf returns the most probable kind of token i of the window, and how probable it is.
func (w *work) kindOf(i int) (Kind, float32) {
	a, b := &w.alpha[i], &w.beta[i]
	best, most, sum := Person, float32(-1), a[0]*b[0]
	for k := range Kind(kindCount) {
		v := a[labelOf(k)] * b[labelOf(k)]
		sum += v
		if v > most {
			best, most = k, v
		}
	}
	if !(sum > 0) {
		return best, 0
	}
	return best, most / sum
}

// calibrated maps a probability of the model to one that was observed (Platt 1999).
func (m *model) calibrated(k Kind, p float32) float32 {
	return sigmoid(float64(m.calib[k][0])*logit(p) + float64(m.calib[k][1]))
}

// uncalibrated is the inverse of calibrated.
func (m *model) uncalibrated(k Kind, p float32) float32 {
	return sigmoid((logit(p) - float64(m.calib[k][1])) / float64(m.calib[k][0]))
}

func logit(p float32) float64 {
	x := float64(min(max(p, 1e-6), 1-1e-6))
	return math.Log(x / (1 - x))
}

func sigmoid(z float64) float32 { return float32(1 / (1 + math.Exp(-z))) }

// echoLeast is the confidence of a name whose words are looked for in the rest of the text.
const echoLeast = 0.7

// minEcho is the shortest word that is looked for, in bytes.
const minEcho = 3

// echo finds the words of people's names where they stand again in the text.
func (w *work) echo(least float32) {
	if w.known == nil {
		w.known = map[uint32]float32{}
	}
	clear(w.known)
	ti := 0
	for _, e := range w.ents {
		if e.Kind != Person || e.Confidence < max(least, echoLeast) {
			continue
		}
		for ; ti < len(w.toks) && int(w.toks[ti].start) < e.End; ti++ {
			t := &w.toks[ti]
			if int(t.start) >= e.Start && t.shape.cased() && t.end-t.start >= minEcho && t.class&(ClassVocabulary|ClassParticle|ClassTitle) == 0 {
				w.known[t.hash] = max(w.known[t.hash], e.Confidence*0.95)
			}
		}
	}
	if len(w.known) == 0 {
		return
	}
	w.merge(least)
}

// merge adds the known words that stand outside of all names found.
func (w *work) merge(least float32) {
	old := append([]Entity(nil), w.ents...)
	w.ents = w.ents[:0]
	for i := range w.toks {
		t := &w.toks[i]
		for len(old) > 0 && old[0].End <= int(t.start) {
			w.ents = append(w.ents, old[0])
			old = old[1:]
		}
		if len(old) > 0 && old[0].Start < int(t.end) || !t.shape.cased() {
			continue
		}
		c, ok := w.known[t.hash]
		if ok && c >= least {
			w.ents = append(w.ents, Entity{Start: int(t.start), End: int(t.end), Kind: Person, Confidence: c})
			w.named = append(w.named, Span{int(t.start), int(t.end)})
		}
	}
	w.ents = append(w.ents, old...)
}
