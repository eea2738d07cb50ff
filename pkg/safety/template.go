package safety

import (
	"unicode"
	"unicode/utf8"
)

const (
	// templateRun is how many words in a row are hashed together, templateLeast how many words a text must have to be of a
	// template: shorter ones have too much in common by chance.
	templateRun   = 4
	templateLeast = 8
	// templateBytes bounds what is read of a text.
	templateBytes = 8 << 10
	// firstIdeograph is where scripts begin that write no spaces between words: each letter is a word there.
	firstIdeograph = 0x2E80

	hashOffset = 14695981039346656037 // FNV-1a's, for words
	hashPrime  = 1099511628211
	// runFactor weighs the words of a run by their place, runOut takes the word before the run out again: its fourth power.
	runFactor = mixC
	runOut    = runFactor * runFactor % (1 << 64) * (runFactor * runFactor % (1 << 64)) % (1 << 64)
)

// Template is a number that texts have in common which were made from one template: the lowest hash of four words in a row, of
// the texts together, without case, digits and what stands between words. Two texts have the same number with a probability of
// the share of runs that they have in common of all their runs: of prompts of sixty words that differ in three words in a row,
// four of five are one template; texts that have nothing to do with each other practically never are. False where there are
// fewer than eight words.
//
// The number is no secret: who has the text can compute it. What is published of it must be keyed.
func Template(texts ...string) (uint64, bool) {
	t := templateOf{lowest: ^uint64(0)}
	left := templateBytes
	for _, text := range texts {
		text = text[:min(len(text), left)]
		left -= len(text)
		t.read(text)
		t.end() // no word goes on in the next text
	}
	return t.lowest, t.words >= templateLeast
}

type templateOf struct {
	word   uint64 // hash of the word that is read, 0 between words
	run    [templateRun]uint64
	sum    uint64 // of the words in run, each weighed by its place
	words  int
	lowest uint64
}

func (t *templateOf) read(text string) {
	digit := false // the last of the word was one: a row of digits is one
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c >= 'a' && c <= 'z':
				t.add(uint64(c))
			case c >= 'A' && c <= 'Z':
				t.add(uint64(c) + 'a' - 'A')
			case c >= '0' && c <= '9':
				if !digit || t.word == 0 {
					t.add('0')
				}
				digit = true
				continue
			case c == '\'': // isn't is one word
			default:
				t.end()
			}
			digit = false
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		digit = false
		switch {
		case r >= firstIdeograph:
			t.end()
			t.add(uint64(r))
			t.end()
		case unicode.IsLetter(r) || unicode.IsMark(r):
			t.add(uint64(unicode.ToLower(r))) //nolint:gosec // a rune is not negative
		default:
			t.end()
		}
	}
}

func (t *templateOf) add(letter uint64) {
	if t.word == 0 {
		t.word = hashOffset
	}
	t.word = (t.word ^ letter) * hashPrime
}

// end counts the word that was read, if any, and the run that it ends.
func (t *templateOf) end() {
	if t.word == 0 {
		return
	}
	at := t.words % templateRun
	t.sum = t.sum*runFactor + t.word - t.run[at]*runOut
	t.run[at] = t.word
	t.words++
	t.word = 0
	if t.words >= templateRun {
		t.lowest = min(t.lowest, mix(mix(t.sum, 1), 2)) // twice, so that any of them may be the lowest
	}
}
