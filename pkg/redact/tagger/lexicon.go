package tagger

import "encoding/binary"

// Class is what the lexicon knows of a word: a set of bits.
type Class uint16

// The classes. A word can be in several: "Paris" is a place and a given name.
const (
	ClassVocabulary  Class = 1 << iota // seen often outside names: known to the model by itself
	ClassGiven                         // given names
	ClassFamily                        // family names
	ClassCity                          // places smaller than a country
	ClassCountry                       // countries
	ClassStreet                        // words of streets: "Road", "straße"
	ClassOrg                           // words of organisations: "Bank", "Hospital"
	ClassLegal                         // legal forms: "GmbH", "Ltd"
	ClassTitle                         // titles and honorifics: "Dr", "Frau"
	ClassThing                         // products, brands and other names that are nobody's
	ClassParticle                      // "van", "de", "bin"
	ClassNationality                   // "French"
	ClassDate                          // months and days of the week
	ClassWord                          // words of a language, from a dictionary
)

// classNames are the classes that make a word worth a look.
const classNames = ClassGiven | ClassFamily | ClassCity

// A lexicon is a hash table in the form it has on disk: slots of four bytes, a 16-bit check and a 16-bit class,
// looked for linearly from the slot that the word's hash names. The load is at most one half. A word that is not in the
// table is taken for one of its words with a probability of about 2^-16.
type lexicon struct {
	slots string
	mask  uint32
}

const slotSize = 4

func newLexicon(slots string) lexicon {
	return lexicon{slots: slots, mask: uint32(len(slots)/slotSize) - 1} //nolint:gosec // checked when the model is read
}

// class returns the class of the word of the given hash, or 0.
func (l *lexicon) class(hash uint32) Class {
	check := checkOf(hash)
	for i := hash & l.mask; ; i = (i + 1) & l.mask {
		p := int(i) * slotSize
		slot := uint32(l.slots[p]) | uint32(l.slots[p+1])<<8 | uint32(l.slots[p+2])<<16 | uint32(l.slots[p+3])<<24
		if slot == 0 {
			return 0
		}
		if uint16(slot) == check { //nolint:gosec // the low half
			return Class(slot >> 16)
		}
	}
}

// checkOf returns the check of a hash, which is not 0 and independent of the slot.
func checkOf(hash uint32) uint16 {
	c := uint16((hash * 0x9E3779B1) >> 16)
	if c == 0 {
		return 1
	}
	return c
}

// BuildLexicon writes the table of the given words, by HashWord.
func BuildLexicon(words map[uint32]Class) []byte {
	size := 1 << 10
	for size < 2*len(words) {
		size *= 2
	}
	out := make([]byte, size*slotSize)
	mask := uint32(size - 1) //nolint:gosec // a size in memory
	for _, h := range sortedHashes(words) {
		c := words[h]
		if c == 0 {
			continue
		}
		i := h & mask
		for binary.LittleEndian.Uint32(out[i*slotSize:]) != 0 {
			i = (i + 1) & mask
		}
		binary.LittleEndian.PutUint32(out[i*slotSize:], uint32(checkOf(h))|uint32(c)<<16)
	}
	return out
}
