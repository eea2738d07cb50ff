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

// row returns the row of feature id with the given values.
func row(id uint32, a, b, c uint32) uint32 {
	h := uint64(a)*0x9E3779B97F4A7C15 + uint64(b)*0xC2B2AE3D27D4EB4F + uint64(c)*0x165667B19E3779F9 + uint64(id)*0xD6E8FEB86659FD93
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	return uint32(h >> (64 - tableBits))
}

// context is a token with what its neighbours' features need of it, computed once.
type context struct {
	ident, form, shape uint32
}

var outside = context{ident: uint32(shapeNone), form: uint32(shapeNone), shape: uint32(shapeNone)}

func contextOf(t *token) context {
	return context{ident: t.ident(), form: t.form(), shape: uint32(t.shape) | uint32(t.flags&(glued|bound))<<5}
}

// features writes the rows of the token t with the contexts of two tokens on each side, c[2] being its own.
func features(s string, t *token, c *[5]context, out *[featureCount]uint32) {
	l2, l1, me, r1, r2 := c[0], c[1], c[2], c[3], c[4]
	p3, s2, s3, s4 := affixes(s, t)
	begins := uint32(t.flags & opening)
	out[0] = row(0, me.ident, me.shape, 0)
	out[1] = row(1, l1.ident, me.form, 0)
	out[2] = row(2, r1.ident, me.form, 0)
	out[3] = row(3, l2.ident, l1.ident, me.shape)
	out[4] = row(4, r1.ident, r2.ident, me.shape)
	out[5] = row(5, l1.ident, me.ident, me.shape)
	out[6] = row(6, me.ident, r1.ident, me.shape)
	out[7] = row(7, p3, me.shape, 0)
	out[8] = row(8, s2, me.shape, 0)
	out[9] = row(9, s3, me.shape, 0)
	out[10] = row(10, s4, me.shape, begins)
	out[11] = row(11, me.form, begins, 0)
	out[12] = row(12, l1.form, me.form, 0)
	out[13] = row(13, me.form, r1.form, 0)
	out[14] = row(14, l1.form, me.form, r1.form)
	out[15] = row(15, l2.shape<<8|l1.shape, me.shape, r1.shape<<8|r2.shape)
	out[16] = row(16, l2.form, l1.form, me.form)
	out[17] = row(17, me.form, r1.form, r2.form)
	out[18] = row(18, t.key, me.form, 0)
	out[19] = row(19, t.key, l1.shape, me.shape)
	out[20] = row(20, l2.ident, me.form, begins)
	out[21] = row(21, l1.ident, r1.ident, me.shape)
}

// affixes returns hashes of the first three and the last two, three and four bytes of the word, in lower case.
func affixes(s string, t *token) (p3, s2, s3, s4 uint32) {
	if !t.shape.word() || t.shape.digits() {
		return uint32(t.shape), uint32(t.shape), uint32(t.shape), uint32(t.shape)
	}
	w := s[t.start:t.end]
	n := len(w)
	at := func(i int) uint32 {
		if i < 0 || i >= n {
			return 0
		}
		c := w[i]
		if byteKind[c] == byteUpper {
			c |= 0x20
		}
		return uint32(c)
	}
	p3 = at(0) | at(1)<<8 | at(2)<<16 | 1<<24
	s2 = at(n-1) | at(n-2)<<8 | 2<<24
	s3 = at(n-1) | at(n-2)<<8 | at(n-3)<<16 | 3<<24
	s4 = at(n-1) | at(n-2)<<8 | at(n-3)<<16 | at(n-4)<<24
	return p3, s2, s3, s4
}
