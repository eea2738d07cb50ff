package safety

import "math/bits"

// A feature is a row of the model. Rows of pairs of concepts have places of their own in front; all others are hashed.
const (
	tableBits = 18
	tableRows = 1 << tableBits
	pairRows  = maxConcepts * maxConcepts

	// reach is how many concepts back a pair of concepts reaches, and span how many words.
	reach = 4
	span  = 12
)

// Kinds of features, mixed into their hashes.
const (
	kindWord uint64 = iota + 1
	kindTwo
	kindThree
	kindPart
	kindBefore
	kindConcept
	kindThreeConcepts
	kindMarks
	kindNear
)

// Odd constants of the mixing, from the fractions of square roots of primes.
const (
	mixA = 0x9e3779b97f4a7c15
	mixB = 0xbf58476d1ce4e5b9
	mixC = 0x94d049bb133111eb
)

// mix folds two numbers into one.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^mixB, b^mixA)
	return hi ^ lo
}

// row returns the row of a hash: never one of the pairs' own.
func row(h uint64) uint32 {
	r := uint32(h >> (64 - tableBits))
	if r < pairRows {
		r += tableRows / 2
	}
	return r
}

// beside returns the row of a hash near another row, never that one: in the same eight, which the processor fetches at once. It is
// for a feature that is met only where the other one is.
func beside(r uint32, h uint64) uint32 {
	return r ^ (1 + uint32(h>>48*7>>16)) // from 1 to 7
}

// pairRow returns the row of two concepts in this order.
func pairRow(a, b uint8) uint32 { return uint32(a)*maxConcepts + uint32(b) }

// hashWord hashes a folded word.
func hashWord(w []byte) uint64 {
	h := uint64(len(w)) * mixC
	for len(w) >= 8 {
		h = mix(h, uint64(w[0])|uint64(w[1])<<8|uint64(w[2])<<16|uint64(w[3])<<24|
			uint64(w[4])<<32|uint64(w[5])<<40|uint64(w[6])<<48|uint64(w[7])<<56)
		w = w[8:]
	}
	var tail uint64
	for i, c := range w {
		tail |= uint64(c) << (8 * i)
	}
	return mix(h, tail)
}

// minPart is how many letters the parts of words have at least that are features, with a sign for each end; they have two more
// at most.
const minPart = 3

// wordRows appends the rows that a word has by itself: the word, its parts, its concept.
func (l *lexicon) wordRows(rows []uint32, word []byte, hash uint64, concept uint8) []uint32 {
	rows = append(rows, row(mix(hash, kindWord)))
	if concept != 0 {
		rows = append(rows, row(mix(uint64(concept), kindConcept)))
	}
	var letters [maxWord + 2]rune
	n := 1
	letters[0] = '^'
	for _, r := range string(word) {
		letters[n] = r
		n++
	}
	letters[n] = '$'
	n++
	for i := 0; i+minPart <= n; i++ {
		h := mix(uint64(letters[i])<<32|uint64(letters[i+1]), kindPart) //nolint:gosec // a rune is not negative
		h = mix(h, uint64(letters[i+2]))                                //nolint:gosec // a rune is not negative
		whole := i == 0                                                 // what ends at the end is the word itself
		if whole && i+3 == n {
			break
		}
		rows = append(rows, row(h))
		if i+3 == n || whole && i+4 == n {
			continue
		}
		h = mix(h, uint64(letters[i+3])) //nolint:gosec // a rune is not negative
		four := row(h)
		rows = append(rows, four)
		if i+4 == n || whole && i+5 == n {
			continue
		}
		rows = append(rows, beside(four, mix(h, uint64(letters[i+4])))) //nolint:gosec // a rune is not negative
	}
	return rows
}

// stream turns the words of a text into rows that span words. The trainer and the scorer read the same rows.
type stream struct {
	last, second uint64 // hashes of the two words before
	words        int
	concepts     [reach]struct {
		at int
		id uint8
	}
	met int // concepts so far
}

func (s *stream) reset() { *s = stream{} }

// rows appends the rows that a token has by what is around it.
func (s *stream) rows(rows []uint32, t *token, hash uint64, concept uint8) []uint32 {
	s.words++
	if s.words > 1 {
		h := mix(hash, s.last)
		two := row(mix(h, kindTwo))
		rows = append(rows, two)
		if s.words > 2 {
			rows = append(rows, beside(two, mix(mix(h, s.second), kindThree)))
		}
	}
	s.second, s.last = s.last, hash
	if t.before != beforeNothing {
		rows = append(rows, row(mix(mix(hash, uint64(t.before)), kindBefore)))
	}
	if t.marks != 0 {
		rows = append(rows, row(mix(uint64(t.marks), kindMarks)))
	}
	if concept == 0 {
		return rows
	}
	back := min(reach, s.met)
	for k := 1; k <= back; k++ {
		c := &s.concepts[(s.met-k)%reach]
		if s.words-c.at > span {
			break
		}
		rows = append(rows, pairRow(c.id, concept))
		if k == 2 {
			b := &s.concepts[(s.met-1)%reach]
			rows = append(rows, row(mix(uint64(c.id)<<16|uint64(b.id)<<8|uint64(concept), kindThreeConcepts)))
		}
		if k == 3 {
			a, b := &s.concepts[(s.met-2)%reach], &s.concepts[(s.met-1)%reach]
			rows = append(rows, row(mix(uint64(c.id)<<24|uint64(a.id)<<16|uint64(b.id)<<8|uint64(concept), kindNear)))
		}
	}
	c := &s.concepts[s.met%reach]
	c.at, c.id = s.words, concept
	s.met++
	return rows
}
