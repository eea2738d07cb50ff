// Package tagger finds names of people, places and organisations in running text: a linear-chain conditional random
// field over hashed features of words and their neighbours, with a lexicon of names. It runs on one core without
// anything beyond the standard library, and the model is part of the program.
//
// It knows nothing of what the findings are for. Text comes in the form that a person reads: escapes decoded, look-alikes
// folded; package redact sees to that. Training is in package train, beside it; MODEL.md is the model's card.
package tagger

import "sync"

// Kind is what a name is of.
type Kind uint8

// The kinds.
const (
	Person Kind = iota
	Location
	Org
	kindCount = 3
)

// String returns the kind as it is written in reports.
func (k Kind) String() string { return [...]string{"PERSON", "LOCATION", "ORG"}[k] }

// Entity is a name in a text.
type Entity struct {
	Start, End int // bytes
	Kind       Kind
	Confidence float32 // probability that it is one, calibrated on text that the model was not trained on
}

// Tagger tags with one model. It is safe for concurrent use.
type Tagger struct {
	m    *model
	work sync.Pool // of *Work
}

// Read returns a tagger with a packed model, which it keeps; or an error when data is no model of this version.
func Read(data string) (*Tagger, error) {
	m, err := parse(data)
	if err != nil {
		return nil, err
	}
	return &Tagger{m: m}, nil
}

// Version identifies the model.
func (t *Tagger) Version() string { return t.m.version }

// maxText is the longest text that can be tagged: offsets of tokens are 32 bits wide.
const maxText = 1 << 30

// Options of one call.
type Options struct {
	Least [kindCount]float32 // least confidence of a name of each kind
	Masks []Span             // values that are replaced anyway, ordered and not overlapping: they are read as one token each
	Keep  [kindCount]bool    // kinds whose names are left as they are in the text
	Field string             // name of the field that holds the text: read like the word before a colon
}

// Tag appends to out the names in s, ordered by Start and not overlapping. A text in which they, but for those of kept
// kinds, and the masks are replaced by marks such as "[MASKED]" holds no further names. A text longer than 2^30 bytes
// has none. The time is linear in the length of s.
func (t *Tagger) Tag(s string, o Options, out []Entity) []Entity {
	if len(s) > maxText {
		return out
	}
	w, ok := t.work.Get().(*work)
	if !ok {
		w = &work{}
	}
	out = w.tag(t.m, s, o, out)
	w.s = ""
	if cap(w.toks) <= maxPooled {
		t.work.Put(w)
	}
	return out
}

// maxPooled is the most tokens whose memory is kept for the next text.
const maxPooled = 1 << 16
