package corpus

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact/evaluate"
)

func TestEveryTemplateRenders(t *testing.T) {
	lib, err := readLibrary(textFiles)
	require.NoError(t, err)
	seen := map[string]bool{}
	for i, tmpl := range lib.templates {
		require.False(t, seen[tmpl.lang+tmpl.text], "twice: %s", tmpl.text)
		seen[tmpl.lang+tmpl.text] = true
		for round := range uint64(9) {
			s := newScene(rand.New(rand.NewPCG(round, uint64(i))), lib, []Half{Both, A, B}[round%3], tmpl.lang)
			var rec evaluate.Record
			fill(&rec, s.render(tmpl.nodes))
			requireWhole(t, rec)
			if tmpl.kind.Negative() {
				require.Empty(t, rec.Spans, tmpl.text)
			}
		}
	}
}

// requireWhole checks that a record's spans lie in its text, in order, without overlap and without space at an end.
func requireWhole(t *testing.T, rec evaluate.Record) {
	t.Helper()
	require.True(t, utf8.ValidString(rec.Text))
	require.NotEmpty(t, rec.Text)
	runes := []rune(rec.Text)
	last := 0
	for _, s := range rec.Spans {
		require.GreaterOrEqual(t, s.Start, last)
		require.Less(t, s.Start, s.End)
		require.LessOrEqual(t, s.End, len(runes))
		require.True(t, s.Type.Valid())
		value := string(runes[s.Start:s.End])
		require.NotContains(t, " \n,", value[:1], "%q", value)
		require.NotContains(t, " \n,", value[len(value)-1:], "%q in %q", value, rec.Text)
		last = s.End
	}
}

func TestGenerateIsRepeatable(t *testing.T) {
	opt := Options{Seed: 7, Count: 200}
	first := slices.Collect(Generate(opt))
	require.Len(t, first, 200)
	require.Equal(t, first, slices.Collect(Generate(opt)))
	opt.Count = 50
	require.Equal(t, first[:50], slices.Collect(Generate(opt)))
	opt.Seed = 8
	require.NotEqual(t, first[:50], slices.Collect(Generate(opt)))
}

func TestGenerateOnlyWhatWasAskedFor(t *testing.T) {
	for rec := range Generate(Options{Seed: 1, Count: 100, Kinds: []Kind{"neg_tech"}, Langs: []string{"en"}}) {
		require.True(t, rec.Negatives)
		require.Equal(t, "en", rec.Lang)
		require.Contains(t, rec.Tags, "cat:neg_tech")
	}
	require.Panics(t, func() {
		for range Generate(Options{Count: 1, Kinds: []Kind{"no such kind"}}) {
			t.Fatal("a record of no kind")
		}
	})
}

func TestHalvesDrawOtherNames(t *testing.T) {
	for _, half := range []Half{A, B} {
		s := newScene(rand.New(rand.NewPCG(1, 2)), theLibrary(), half, "en")
		for range 500 {
			p := s.newPerson()
			require.True(t, half.Holds(p.middle), p.middle)
			require.True(t, half.Holds(p.second), p.second)
		}
	}
}
