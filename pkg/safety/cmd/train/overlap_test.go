package main

import (
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// sharedWords is how many words in a row a made text may not share with the evaluation data.
const sharedWords = 7

// commonPhrases are how everybody says a thing: words in a row that hold one of them may be shared.
var commonPhrases = []string{
	"a step by step",
	"step by step instructions",
	"step by step guide",
	"instructions on how to make",
	"what s the best way to",
	"what is the most effective way",
	"from now on you",
	"let s play a game",
	"all previous instructions and",
	"tell the user their",
	"task is to tell the user",
	"your new task is to",
	"on how to cook",
	"guide on how to",
	"tutorial on how to",
	"can you tell me how to",
	"do you want to have",
	"is it good to",
	"traceback most recent call last",
	"you are not required to",
	"can do anything now",
	"do anything now and",
	"do not break character",
	"tell me if the statement",
	"true or false",
	"i am your developer",
	"your developer i need you",
	"your goal is to help me",
}

// common reports whether a run of words holds a common phrase.
func common(run string) bool {
	return slices.ContainsFunc(commonPhrases, func(phrase string) bool { return strings.Contains(" "+run+" ", " "+phrase+" ") })
}

// wordsOf returns the words of a text in lower case, without what stands between them.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// eachShared calls f with each run of sharedWords words of a text.
func eachShared(text string, f func(run string)) {
	words := wordsOf(text)
	for i := 0; i+sharedWords <= len(words); i++ {
		f(strings.Join(words[i:i+sharedWords], " "))
	}
}

// TestGrammarsAreOurOwn draws from every template and looks for words of the evaluation data: a grammar that repeats what it is
// measured on would measure its memory. HUSHLOG_SAFETY_DIR names the folder of that data; without it, the folder beside the
// checkout is read.
func TestGrammarsAreOurOwn(t *testing.T) {
	dir := os.Getenv("HUSHLOG_SAFETY_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "..", "shared", "eval-safety")
	}
	_, err := os.Stat(dir)
	if err != nil {
		t.Skip("no evaluation data: HUSHLOG_SAFETY_DIR names the folder with train.jsonl.gz and dev.jsonl.gz")
	}
	in := map[string]string{}
	for _, name := range []string{"train.jsonl.gz", "dev.jsonl.gz"} {
		list, err := readExamples(filepath.Join(dir, name))
		require.NoError(t, err)
		for _, e := range list {
			eachShared(e.Text, func(run string) { in[run] = e.Source })
		}
	}
	g, err := readGrammar()
	require.NoError(t, err)
	const draws = 100
	met := map[string]bool{}
	for _, tpl := range g.templates {
		// Seeded by the template, so that another one's change draws no other texts of this one.
		h := fnv.New64a()
		_, _ = h.Write([]byte(tpl.text)) // never fails
		rng := rand.New(rand.NewPCG(h.Sum64(), draws))
		for range draws {
			eachShared(g.expand(rng, tpl.text), func(run string) {
				source, shared := in[run]
				if !shared || met[run] {
					return
				}
				met[run] = true
				if !common(run) {
					t.Errorf("section %s shares seven words in a row with %s: write %q otherwise", tpl.set, source, run)
				}
			})
		}
	}
}
