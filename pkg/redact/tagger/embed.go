package tagger

import (
	_ "embed"
	"sync"
)

// modelData is the model that make train-names writes. Its lexicon is read where it lies in the program.
//
//go:embed model.bin
var modelData string

// Default returns the tagger with the model of this package. A model that does not fit the program is a broken build: it
// panics.
var Default = sync.OnceValue(func() *Tagger {
	t, err := Read(modelData)
	if err != nil {
		panic(err)
	}
	return t
})
