package redact

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// naiveHits is findHits without any cleverness: every word is compared at every place.
func naiveHits(voc *vocabulary, s string) map[hit]bool {
	folded := []byte(s)
	for i := range folded {
		folded[i] = lower(folded[i])
	}
	out := map[hit]bool{}
	words := literals(voc.words)
	for i := range len(s) {
		begins := i == 0 || !isLetter(s[i-1]) || isUpper(s[i]) && isLower(s[i-1])
		for n, k := range voc.words {
			anywhere := k.flags&(kwLoose|kwSuffix) != 0 || !isLetter(k.word[0])
			end := i + len(k.word)
			if !begins && !anywhere || end > len(s) || string(folded[i:end]) != k.word || !standsAlone(s, i, end, k.flags) {
				continue
			}
			if words[n].exact != nil && !anyForm(s, i, begins, words[n].exact) {
				continue
			}
			out[hit{start: int32(i), end: int32(end), word: uint16(n)}] = true
		}
	}
	return out
}

// anyForm reports whether one of the forms stands at s[pos:], with what must follow within four bytes.
func anyForm(s string, pos int, begins bool, forms []exactForm) bool {
	for _, x := range forms {
		ok := strings.HasPrefix(s[pos:], x.text) && (begins || !x.word)
		for n := len(x.text); n < 4 && ok && x.next != nil && !x.word; n++ {
			ok = pos+n < len(s) && x.next[s[pos+n]]
		}
		if ok {
			return true
		}
	}
	return false
}

func TestMatcherFindsWhatANaiveSearchFinds(t *testing.T) {
	voc := theVocabulary()
	rnd := rand.New(rand.NewPCG(1, 2))
	fill := []string{" ", "_", "-", "s ", "Id", "x", "é", "番", "9", ".", ": ", "S", "A", "aB", "\n", "\x00"}
	words := literals(voc.words)
	for range 300 / raceShare {
		var b strings.Builder
		for range 8 {
			w := voc.words[rnd.IntN(len(voc.words))].word
			switch rnd.IntN(4) {
			case 0:
				w = strings.ToUpper(w)
			case 1:
				w = strings.ToUpper(w[:1]) + w[1:]
			case 2:
				at := rnd.IntN(len(w))
				w = w[:at] + strings.ToUpper(w[at:at+1]) + w[at+1:]
			}
			b.WriteString(w)
			b.WriteString(fill[rnd.IntN(len(fill))])
		}
		s := strings.ToValidUTF8(b.String(), "?")
		want := naiveHits(voc, s)
		hits, triggers := voc.findHits(s, nil, nil)
		got := map[hit]bool{}
		for _, h := range append(hits, triggers...) {
			got[h] = true
		}
		for h := range want {
			k := voc.words[h.word]
			if k.topics != 0 || k.act != actNone || k.field != 0 {
				require.True(t, got[h], "%q at %d of %q is missing", k.word, h.start, s)
			}
		}
		for h := range got {
			k := voc.words[h.word]
			// A form that is written otherwise is reported where another word starts at the same place: its rule reads it.
			require.True(t, want[h] || words[h.word].exact != nil, "%q at %d of %q is too much", k.word, h.start, s)
		}
	}
}
