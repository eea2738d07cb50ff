// Package safety flags what is said to a language model: attempts to talk it out of its rules (jailbreak), to hijack its
// task, directly or from inside a document or a tool's result (injection), to obtain its instructions or other people's
// data (extraction), requests for help with something dangerous or illegal (harmful), and insults and harassment (abuse).
//
// A linear model over hashed features of words, of parts of words and of concepts (a lexicon in many languages) scores
// every window of a text and of its decoded views (base64, hexadecimal, rot13, leetspeak and so on), one score for each
// head; the highest window counts. Scores are calibrated to probabilities on sources that the model had not seen. MODEL.md
// is the model's card. It leaves out what only a sequence of calls shows: floods, probing, turns that lead there slowly.
//
// Nothing that this package returns holds any of the text.
package safety

import "slices"

// Category is what a flag says of a text.
type Category string

// The categories. Attack stands for any of the first three, and has a head of its own.
const (
	Jailbreak  Category = "jailbreak"
	Injection  Category = "injection"
	Extraction Category = "extraction"
	Harmful    Category = "harmful"
	Abuse      Category = "abuse"
	Attack     Category = "attack"
)

// Categories beside the model's: what its user finds by other means and flags in the same way.
const (
	// Secret is a secret that was sent to a model.
	Secret Category = "secret"
	// Term is one of the organisation's own words or patterns.
	Term Category = "term"
	// Encoded is something flagged that only a decoded view of the text shows: a payload for a model, hidden from filters.
	Encoded Category = "encoded"
	// Noise is noise at the end of a text, as programs search for it to confuse a model.
	Noise Category = "noise"
)

// FlagCategories returns every category that a flag may have, the model's first.
func FlagCategories() []Category { return append(Categories(), Secret, Term, Encoded, Noise) }

// heads is the number of scores that a row of the model holds.
const heads = 6

var categories = [heads]Category{Jailbreak, Injection, Extraction, Harmful, Abuse, Attack}

// Categories returns all categories, in the order of Scores.
func Categories() []Category { return slices.Clone(categories[:]) }

// Scores are probabilities, from 0 to 1, in the order of Categories.
type Scores [heads]float64

// Of returns the score of c, 0 for a category that does not exist.
func (s Scores) Of(c Category) float64 {
	i := slices.Index(categories[:], c)
	if i < 0 {
		return 0
	}
	return s[i]
}
