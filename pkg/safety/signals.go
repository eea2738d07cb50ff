package safety

import (
	"strings"
	"unicode/utf8"
)

// Signs that a word gives of how its text is written.
const (
	signCommon    = 1 << iota // one of the most frequent words of English
	signRot13                 // such a word, rotated by 13
	signReversed              // such a word, written from its end
	signTwoScript             // Latin letters and look-alikes of another script
	signHexPair               // two hexadecimal digits
	signBegun                 // no word that is known, and the beginning of one
)

// common are words that hardly any English text of some length does without, and words that give orders.
const common = "the of and to in is that it for you was with as on are this be have from or had by not but what all " +
	"were when we there can an your which their said if do will each about how up out them then she many some so these " +
	"would other into has more her two like him see could no make than been its who now people my made over did down only way use " +
	"find may after just where most get through back much before right too any same tell me write explain answer a i ignore instructions"

// signs maps folded words to their signs.
var signs = func() map[string]uint8 {
	m := map[string]uint8{}
	for _, w := range strings.Fields(common) {
		m[w] |= signCommon
	}
	for _, w := range strings.Fields(common) {
		if len(w) < 2 {
			continue
		}
		for _, other := range []struct {
			word string
			sign uint8
		}{{rot13(w), signRot13}, {reversed(w), signReversed}} {
			if m[other.word]&signCommon == 0 {
				m[other.word] |= other.sign
			}
		}
	}
	return m
}()

// longestSign is how many bytes the longest word has that is a sign.
var longestSign = func() (n int) {
	for w := range signs {
		n = max(n, len(w))
	}
	return n
}()

// signsOf returns the signs of a folded word with its hash and its concept.
func (l *lexicon) signsOf(word []byte, hash uint64, concept uint8) uint8 {
	var s uint8
	if len(word) <= longestSign {
		s = signs[string(word)]
	}
	if s&signCommon == 0 && concept == 0 && len(word) <= maxPiece && l.begins(hash) {
		s |= signBegun
	}
	if len(word) == 2 && hexLetter(word[0]) && hexLetter(word[1]) {
		s |= signHexPair
	}
	if !beyondASCII(word) {
		return s
	}
	latin, other := false, false
	for _, r := range string(word) {
		switch {
		case r >= 'a' && r <= 'z':
			latin = true
		case lookalikes[r] != 0:
			other = true
		}
	}
	if latin && other {
		s |= signTwoScript
	}
	return s
}

// beyondASCII reports whether a word has other letters than those of ASCII.
func beyondASCII(word []byte) bool {
	for _, c := range word {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// hexLetter reports whether c may be a hexadecimal digit; all decimal digits are folded to 0.
func hexLetter(c byte) bool { return c == '0' || c >= 'a' && c <= 'f' }

// signals count what a text shows of how it is written.
type signals struct {
	words, common, rot13, reversed, twoScript, hexPairs, single, mixed, base64, hex int
	// broken counts words that make one of the lexicon together with the one before.
	broken int
	last   piece
}

// piece is a word that may be the first part of one; empty if it cannot be.
type piece struct {
	letters [2 * maxPiece]byte
	n       int
}

// add adds letters of ASCII, in lower case, as many as there is room for.
func (p *piece) add(s string) {
	for i := 0; i < len(s) && p.n < len(p.letters); i++ {
		p.letters[p.n] = s[i] | 0x20
		p.n++
	}
}

// word returns the letters.
func (p *piece) word() []byte { return p.letters[:p.n] }

// Lengths of the parts of a broken word, in letters.
const (
	minPiece = 2
	maxPiece = 10
)

// pair looks whether a word, of which the lexicon knows nothing, makes one that it knows together with the word before.
func (s *signals) pair(l *lexicon, word []byte, concept, sign uint8) {
	if s.last.n > 0 {
		if concept == 0 && sign&signCommon == 0 && len(word) >= minPiece && len(word) <= maxPiece {
			whole := append(s.last.letters[:s.last.n], word...)
			if l.of(whole, hashWord(whole)) != 0 {
				s.broken++
			}
		}
		s.last.n = 0
	}
	if sign&signBegun != 0 {
		s.last.n = copy(s.last.letters[:maxPiece], word)
	}
}

// add counts a word with its signs, marks and what run it may be.
func (s *signals) add(sign, marks, run uint8) {
	s.words++
	if sign != 0 {
		s.common += int(sign & signCommon)
		s.rot13 += int(sign / signRot13 & 1)
		s.reversed += int(sign / signReversed & 1)
		s.twoScript += int(sign / signTwoScript & 1)
		s.hexPairs += int(sign / signHexPair & 1)
	}
	if marks != 0 {
		s.mixed += int(marks / markMixed & 1)
		s.single += int(marks / markSplit & 1)
	}
	switch run {
	case runBase64:
		s.base64++
	case runHex:
		s.hex++
	}
}
