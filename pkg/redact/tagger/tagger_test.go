package tagger

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// balanced are options as package redact uses them.
var balanced = Options{Least: [kindCount]float32{0.5, 0.5, 0.5}, Keep: [kindCount]bool{Org: true}}

// names returns what the tagger of this package finds, as "PERSON Anna Smith".
func names(s string) []string {
	out := []string{}
	for _, e := range Default().Tag(s, balanced, nil) {
		out = append(out, e.Kind.String()+" "+s[e.Start:e.End])
	}
	return out
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"Hello, my name is Katarzyna Wolska and I live in Toulouse.", []string{"PERSON Katarzyna Wolska", "LOCATION Toulouse"}},
		{"Please write to Dr. Oyelaran about it.", []string{"PERSON Oyelaran"}},
		{"Bonjour, je m'appelle Thierry Lacombe.", []string{"PERSON Thierry Lacombe"}},
		{"Mein Name ist Gudrun Hinterseer.", []string{"PERSON Gudrun Hinterseer"}},
		{"我叫陈晓明，请帮我写一封信。", []string{"PERSON 陈晓明"}},
		{"Меня зовут Ольга Смирнова.", []string{"PERSON Ольга Смирнова"}},
		{"How do I configure Jenkins with Docker on Ubuntu?", []string{}},
		{"What is the capital of France?", []string{}},
		{"func (r *Reader) ReadString(delim byte) (string, error) { return r.readSlice(delim) }", []string{}},
	} {
		t.Run(c.text, func(t *testing.T) { require.Equal(t, c.want, names(c.text)) })
	}
}

// TestEcho finds a name again where nothing but the name tells.
func TestEcho(t *testing.T) {
	got := names("My name is Thandiwe Mkhize. The rest is short. Thandiwe")
	require.Contains(t, got, "PERSON Thandiwe Mkhize")
	require.Contains(t, got, "PERSON Thandiwe")
}

// replaced returns s with marks in the place of the names that are not kept.
func replaced(s string, es []Entity, keep [kindCount]bool) string {
	var b strings.Builder
	pos := 0
	for _, e := range es {
		if keep[e.Kind] {
			continue
		}
		b.WriteString(s[pos:e.Start] + "[MASKED]")
		pos = e.End
	}
	return b.String() + s[pos:]
}

// checkTag holds the tagger to what it promises for any text.
func checkTag(t *testing.T, s string) {
	t.Helper()
	es := Default().Tag(s, balanced, nil)
	last := 0
	for _, e := range es {
		require.GreaterOrEqual(t, e.Start, last)
		require.Greater(t, e.End, e.Start)
		require.LessOrEqual(t, e.End, len(s))
		require.GreaterOrEqual(t, e.Confidence, float32(0.5)-1e-3)
		if utf8.ValidString(s) {
			require.True(t, utf8.ValidString(s[e.Start:e.End]), "a name is cut within a character")
		}
		last = e.End
	}
	require.Equal(t, es, Default().Tag(s, balanced, nil), "the same text has the same names")
	out := replaced(s, es, balanced.Keep)
	for _, e := range Default().Tag(out, balanced, nil) {
		require.True(t, balanced.Keep[e.Kind], "a name comes to light when the others are replaced")
	}
}

var seeds = []string{
	"Hello, my name is Katarzyna Wolska and I live in Toulouse, 12 rue des Lilas.",
	"Anna, Peter & Co. KG\nJ*** [MASKED] ***34 j***@company.com",
	"我叫陈晓明，住在上海市浦东新区。 Меня зовут Ольга Смирнова. 私は田中花子です。 제 이름은 김민수입니다。",
	`{"name": "Anna Smith", "city": "Berlin"}`,
	"\xff\xfe\"'`***",
}

func TestPromises(t *testing.T) {
	for _, s := range seeds {
		checkTag(t, s)
		checkTag(t, strings.ToUpper(s))
		checkTag(t, strings.Repeat(s+" ", 20))
	}
}

func FuzzTag(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkTag(t, s) })
}

func TestConcurrentUse(t *testing.T) {
	want := Default().Tag(seeds[0], balanced, nil)
	got := make(chan []Entity)
	for range 8 {
		go func() {
			var es []Entity
			for range 50 {
				es = Default().Tag(seeds[0], balanced, es[:0])
			}
			got <- es
		}()
	}
	for range 8 {
		require.Equal(t, want, <-got)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, data := range []string{"", "HLT1", strings.Repeat("x", 1<<20), modelData[:len(modelData)-1], "HLT0" + modelData[4:]} {
		_, err := Read(data)
		require.ErrorIs(t, err, errModel)
	}
}

func TestLexicon(t *testing.T) {
	words := map[uint32]Class{}
	for i := range 5000 {
		words[HashWord(fmt.Sprint("word", i))] = Class(1 + i%1000)
	}
	lex := newLexicon(string(BuildLexicon(words)))
	for i := range 5000 {
		require.Equal(t, Class(1+i%1000), lex.class(HashWord(fmt.Sprint("word", i))))
	}
	wrong := 0
	for i := range 5000 {
		if lex.class(HashWord(fmt.Sprint("other", i))) != 0 {
			wrong++
		}
	}
	require.Less(t, wrong, 10)
}

// tiny are examples that a model can learn by heart.
func tiny() []Example {
	var out []Example
	for _, n := range []string{"Anna", "Bert", "Carla", "Dieter", "Elif", "Farid"} {
		for _, s := range []string{"my name is ", "please call ", "regards, "} {
			out = append(out, Example{Text: s + n + " today", Names: []Entity{{Start: len(s), End: len(s) + len(n), Kind: Person}}})
		}
		out = append(out, Example{Text: "the Server of the Cluster is down"})
	}
	return out
}

func TestFit(t *testing.T) {
	lex := BuildLexicon(map[uint32]Class{HashWord("is"): ClassVocabulary, HashWord("the"): ClassVocabulary})
	o := DefaultFit()
	o.LeastUse = 1
	w := Fit(tiny(), lex, o)
	require.NoError(t, Calibrate(w, tiny()))
	tg, err := Read(string(Pack(w)))
	require.NoError(t, err)
	got := tg.Tag("my name is Zoltan today", balanced, nil)
	require.Len(t, got, 1)
	require.Equal(t, Person, got[0].Kind)
	require.Equal(t, 11, got[0].Start)
	require.Empty(t, tg.Tag("the Server of the Cluster is down", balanced, nil))
	require.Equal(t, Pack(w), Pack(Fit(tiny(), lex, o)), "training is repeatable")
}

func BenchmarkTag(b *testing.B) {
	s := strings.Repeat(seeds[0]+" The committee will look at the request and send an answer within three weeks. ", 10)
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	var es []Entity
	for b.Loop() {
		es = Default().Tag(s, balanced, es[:0])
	}
}
