package redact

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// fragments are pieces from which texts are put together at random.
var fragments = []string{
	"phone", "my number is ", "IBAN ", "SSN: ", "password", " is ", "=", ": ", "\"", "'", ", ", "\n", "\n  ", " - ", "(", ")", "card ", "token=", "born ", "NHS No. ",
	"123-45-6789", "123456789", "+1 415 555 0132", "415-555-0132", "4111 1111 1111 1111", "4111111111111111", "jane.doe@company.com", "jane", "@", "company.com",
	"DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "12", "34", "567", "8901", "2024-05-11", "11 August 1961", "10.2.3.4", "93.184.216.34", "2001:4860::42",
	"hunter2" + "hunter2", "S3cr3t!pw99", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "https://", "user:pw1234x@", "host.example.net/", "one two three four five six seven eight nine ",
	"amFuZS5kb2VAY29tcGFueS5jb20=", "[REDACTED]", "[MASKED]", "j***@company.com", "Patient ", "Dx: hepatitis C", " 850 mg", "metformin", "{", "}", "[", "]", "\\n", "\\\"", "\\u0040",
	"%40", "\u200b", "１２３", "－", "AB", "X1234567L", "ABCDE1234F", " at ", " dot ", "user ", "login is admin / ", ".", ";", "|", "\t", "é", "电话", "号码是", "0x" + "52908400098527886E0F7030069857D2E4169EE7",
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(24) {
		b.WriteString(fragments[r.IntN(len(fragments))])
		if r.IntN(3) == 0 {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// TestProperties holds texts put together at random to everything that must be true of any result.
func TestProperties(t *testing.T) {
	for name, generate := range map[string]func(*rand.Rand) string{
		"fragments": randomText,
		"values":    mixedText,
	} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t)
			r := rand.New(rand.NewPCG(3, 1))
			for i := range 10000 / raceShare {
				text := generate(r)
				if i%4 == 0 {
					text = jsonOf(map[string]any{"content": text, "n": r.Uint64(), "list": []any{text, 4111111111111111}})
				}
				res, err := e.Redact(text, Hints{})
				if err != nil {
					require.ErrorIs(t, err, errBudget, "text %q", text)
					continue
				}
				checkResult(t, e, text, res)
				if t.Failed() {
					t.Fatalf("text %q", text)
				}
			}
		})
	}
}

// TestReplacementsShowNothingElse acts with an action of its own on each type, drawn at random, and looks at what stands
// for each value.
func TestReplacementsShowNothingElse(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 12))
	for range 40 {
		actions := map[Type]Action{}
		for _, x := range Types() {
			a := pick(r, Actions())
			if !drops(a) && (!NeverLog(x) || Removes(a)) {
				actions[x] = a
			}
		}
		e, err := New(Options{Actions: actions, Pseudonym: testPseudonym("k")})
		require.NoError(t, err)
		for range 100 {
			text := mixedText(r)
			res, err := e.Redact(text, Hints{})
			if err != nil {
				require.ErrorIs(t, err, errBudget)
				continue
			}
			for _, f := range res.Findings {
				require.False(t, NeverLog(f.Type) && !Removes(f.Action), "%s %s", f.Rule, f.Action)
				if !strings.Contains(text[f.Start:f.End], "*") { // the sign that stands for what is hidden
					checkShown(t, e, text, f)
				}
			}
			if t.Failed() {
				t.Fatalf("text %q", text)
			}
		}
	}
}

// TestSpansMapBack cuts the values out of the text by their spans, in bytes and in code points, and finds what is left
// of the text in the result, unchanged and in order.
func TestSpansMapBack(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(2, 9))
	for range 5000 / raceShare {
		text := mixedText(r)
		res, err := e.Redact(text, Hints{})
		if err != nil {
			require.ErrorIs(t, err, errBudget)
			continue
		}
		runes := []rune(text)
		for i, s := range RuneOffsets(text, res.Findings) {
			require.Equal(t, text[res.Findings[i].Start:res.Findings[i].End], string(runes[s.Start:s.End]))
		}
		if json.Valid([]byte(text)) {
			continue // there, edits are fitted to the document's tokens
		}
		rest, pos := res.Text, 0
		for _, f := range res.Findings {
			if f.Action == ActionKeep {
				continue
			}
			kept := text[pos:f.Start]
			at := strings.Index(rest, kept)
			require.GreaterOrEqual(t, at, 0, "what stands before a %s is changed: %q", f.Rule, text)
			rest, pos = rest[at+len(kept):], f.End
		}
		require.True(t, strings.HasSuffix(rest, text[pos:]), "the end is changed: %q", text)
	}
}

// TestSecretsAreRemovedEverywhere repeats a text after itself in other words: no secret of it may be left.
func TestSecretsAreRemovedEverywhere(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(6, 6))
	secrets := 0
	for range 5000 {
		text := mixedText(r)
		fs, err := e.Find(text, Hints{})
		if err != nil {
			require.ErrorIs(t, err, errBudget)
			continue
		}
		for _, f := range fs {
			value := text[f.Start:f.End]
			if f.Type != TypeSecret || f.View != "" || len(value) < 2*freeRepeat {
				continue
			}
			secrets++
			twice := text + "\nand once more (" + value + ") is what it was"
			if !startsAlike(e, t, twice, f) {
				continue // the words that were added made another finding of it
			}
			res, err := e.Redact(twice, Hints{})
			require.NoError(t, err)
			require.NotContains(t, strings.ReplaceAll(res.Text, textRemoved, "\x00"), value, "%q %s", twice, f.Rule)
		}
	}
	require.Greater(t, secrets, 1000)
}

// startsAlike reports whether text still has the finding f.
func startsAlike(e *Engine, t *testing.T, text string, f Finding) bool {
	t.Helper()
	fs, err := e.Find(text, Hints{})
	require.NoError(t, err)
	for _, g := range fs {
		if g.Start == f.Start && g.End == f.End && g.Type == f.Type {
			return true
		}
	}
	return false
}

// TestDeterministic makes the same calls one after the other and all at once, from several goroutines.
func TestDeterministic(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(5, 8))
	texts, want := make([]string, 1000), make([]Result, 1000)
	for i := range texts {
		texts[i] = mixedText(r)
		want[i], _ = e.Redact(texts[i], Hints{}) // an empty result for what cannot be inspected
	}
	var wg sync.WaitGroup
	got := make([][]Result, 4)
	for w := range got {
		got[w] = make([]Result, len(texts))
		wg.Go(func() {
			for k := range texts {
				i := (k + w*len(texts)/len(got)) % len(texts)
				got[w][i], _ = e.Redact(texts[i], Hints{})
			}
		})
	}
	wg.Wait()
	for w := range got {
		require.Equal(t, want, got[w])
	}
}

// TestChunkedIsWhole writes texts to a Writer in pieces of all sizes: what comes out is what Redact gives for the whole.
func TestChunkedIsWhole(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(7, 5))
	for range 2000 {
		text := mixedText(r)
		want, err := e.Redact(text, Hints{})
		if err != nil {
			require.ErrorIs(t, err, errBudget)
			continue
		}
		got, found := streamed(t, e, text, streamLimits, 1+r.IntN(9), 1+r.IntN(100), 1+r.IntN(1000))
		require.Equal(t, want.Text, got, "%q", text)
		require.Len(t, found, len(want.Findings))
	}
}

// TestAnyBytes gives the engine what is no text, and texts that are cut anywhere.
func TestAnyBytes(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(4, 2))
	for range 5000 {
		data := []byte(mixedText(r))
		from, to := r.IntN(len(data)+1), r.IntN(len(data)+1)
		data = data[min(from, to):max(from, to)]
		if len(data) > 0 && r.IntN(2) == 0 {
			data[r.IntN(len(data))] = byte(r.Uint32())
		}
		text := string(data)
		res, err := e.Redact(text, Hints{})
		if !utf8.ValidString(text) {
			require.ErrorIs(t, err, ErrUninspectable)
			require.Empty(t, res)
			continue
		}
		if err == nil {
			checkResult(t, e, text, res)
		}
	}
}
