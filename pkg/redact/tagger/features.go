package tagger

// The model reads a token by features: hashes of what stands at and around it. Features are the same in training and in
// use; a change here needs a new model.

// featureCount is how many features a token has.
const featureCount = 22

// tableBits is the size of the table of weights: 2^tableBits rows.
const tableBits = 19

// unknown stands for every word that is not in the model's vocabulary. Names are known by their class and their letters
// only, so that the model does not learn people by heart.
const unknown = 0x5EED

// ident returns what a word counts as when its neighbours are judged by it.
func (t *token) ident() uint32 {
	if t.shape.word() && t.class&ClassVocabulary == 0 && !t.shape.digits() && !t.shape.perCharacter() {
		return unknown
	}
	return t.hash
}

// perCharacter reports whether tokens of this shape are single characters of a script, which are all known.
func (s shape) perCharacter() bool { return s >= shapeHan && s <= shapeThai }

// form packs what is known of a token besides the word.
func (t *token) form() uint32 {
	return uint32(t.shape) | uint32(t.flags&(glued|bound))<<5 | uint32(t.class)<<8
}

// Multipliers of the hash that names a feature's row: one for each of its three values, and one for its number.
const (
	mulA  = 0x9E3779B97F4A7C15
	mulB  = 0xC2B2AE3D27D4EB4F
	mulC  = 0x165667B19E3779F9
	mulID = 0xD6E8FEB86659FD93
)

// row returns the row of feature id, of whose values h is the sum, each multiplied by its constant.
func row(id, h uint64) uint32 {
	h += id * mulID
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	return uint32(h >> (64 - tableBits))
}

// context is a token with what its neighbours' features need of it, multiplied as they need it, computed once.
type context struct {
	identA, identB, formA, formB, formC, shapeA, shapeB, shapeC uint64
}

func newContext(ident, form, shape uint32) context {
	i, f, s := uint64(ident), uint64(form), uint64(shape)
	return context{i * mulA, i * mulB, f * mulA, f * mulB, f * mulC, s * mulA, s * mulB, s * mulC}
}

var outside = newContext(uint32(shapeNone), uint32(shapeNone), uint32(shapeNone))

func contextOf(t *token) context {
	return newContext(t.ident(), t.form(), uint32(t.shape)|uint32(t.flags&(glued|bound))<<5)
}

// features writes the rows of the token t with the contexts of two tokens on each side, c[2] being its own. A pair of
// shapes counts as one value: they have eight bits each.
func features(s string, t *token, c *[5]context, out *[featureCount]uint32) {
	l2, l1, me, r1, r2 := &c[0], &c[1], &c[2], &c[3], &c[4]
	p3, s2, s3, s4 := affixes(s, t)
	begins, key := uint64(t.flags&opening), uint64(t.key)*mulA
	out[0] = row(0, me.identA+me.shapeB)
	out[1] = row(1, l1.identA+me.formB)
	out[2] = row(2, r1.identA+me.formB)
	out[3] = row(3, l2.identA+l1.identB+me.shapeC)
	out[4] = row(4, r1.identA+r2.identB+me.shapeC)
	out[5] = row(5, l1.identA+me.identB+me.shapeC)
	out[6] = row(6, me.identA+r1.identB+me.shapeC)
	out[7] = row(7, uint64(p3)*mulA+me.shapeB)
	out[8] = row(8, uint64(s2)*mulA+me.shapeB)
	out[9] = row(9, uint64(s3)*mulA+me.shapeB)
	out[10] = row(10, uint64(s4)*mulA+me.shapeB+begins*mulC)
	out[11] = row(11, me.formA+begins*mulB)
	out[12] = row(12, l1.formA+me.formB)
	out[13] = row(13, me.formA+r1.formB)
	out[14] = row(14, l1.formA+me.formB+r1.formC)
	out[15] = row(15, l2.shapeA<<8+l1.shapeA+me.shapeB+r1.shapeC<<8+r2.shapeC)
	out[16] = row(16, l2.formA+l1.formB+me.formC)
	out[17] = row(17, me.formA+r1.formB+r2.formC)
	out[18] = row(18, key+me.formB)
	out[19] = row(19, key+l1.shapeB+me.shapeC)
	out[20] = row(20, l2.identA+me.formB+begins*mulC)
	out[21] = row(21, l1.identA+r1.identB+me.shapeC)
}

// affixes returns hashes of the first three and the last two, three and four bytes of the word, in lower case.
func affixes(s string, t *token) (p3, s2, s3, s4 uint32) {
	if !t.shape.word() || t.shape.digits() {
		return uint32(t.shape), uint32(t.shape), uint32(t.shape), uint32(t.shape)
	}
	w := s[t.start:t.end]
	var first, last uint32 // up to four bytes: the first of all lowest, the last of all lowest
	if n := len(w); n >= 4 {
		first = uint32(w[0]) | uint32(w[1])<<8 | uint32(w[2])<<16
		last = uint32(w[n-1]) | uint32(w[n-2])<<8 | uint32(w[n-3])<<16 | uint32(w[n-4])<<24
	} else {
		for i := range n {
			first |= uint32(w[i]) << (8 * i)
			last = last<<8 | uint32(w[i])
		}
	}
	first, last = lower4(first), lower4(last)
	return first | 1<<24, last&0xFFFF | 2<<24, last&0xFFFFFF | 3<<24, last
}

// lower4 maps the capitals among four bytes to small letters.
func lower4(x uint32) uint32 {
	const ones, tops = 0x01010101, 0x80808080
	low := x &^ tops
	capitals := (low + ones*(0x80-'A')) &^ (low + ones*(0x7F-'Z')) &^ x & tops
	return x | capitals>>2
}
