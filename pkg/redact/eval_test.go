package redact

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// evalRecord is a line of the evaluation data.
type evalRecord struct {
	Text  string
	Spans []struct {
		Start, End int
		Type       Type
	}
	Ignore    []struct{ Start, End int }
	Negatives bool
}

// readEval reads the generated prompts of the development data, or skips the test when there are none.
func readEval(tb testing.TB) []evalRecord {
	tb.Helper()
	dir := os.Getenv("HUSHLOG_EVAL_DIR")
	if dir == "" {
		tb.Skip("set HUSHLOG_EVAL_DIR to the folder of the evaluation data to measure quality")
	}
	f, err := os.Open(filepath.Join(dir, "dev", "synth_prompts_dev.jsonl.gz"))
	require.NoError(tb, err)
	defer func() { _ = f.Close() }()
	zr, err := gzip.NewReader(f)
	require.NoError(tb, err)
	var out []evalRecord
	sc := bufio.NewScanner(zr)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var r evalRecord
		require.NoError(tb, json.Unmarshal(sc.Bytes(), &r))
		out = append(out, r)
	}
	require.NoError(tb, sc.Err())
	return out
}

// tally counts as the scorer of the evaluation data does.
type tally struct{ gold, found, right, wrong, chars, leaked int }

func (t tally) f2() float64 {
	p := float64(t.right) / float64(max(1, t.right+t.wrong))
	r := float64(t.found) / float64(max(1, t.gold))
	if p+r == 0 {
		return 0
	}
	return 5 * p * r / (4*p + r)
}

func (t tally) leak() float64 { return 100 * float64(t.leaked) / float64(max(1, t.chars)) }

// overlap returns how many code points of [a, b) the spans cover. Spans do not overlap each other.
func overlap(a, b int, spans []Span) int {
	n := 0
	for _, s := range spans {
		n += max(0, min(b, s.End)-max(a, s.Start))
	}
	return n
}

// structuredTypes are those that need no model of names and places.
var structuredTypes = []Type{TypeEmail, TypePhone, TypeCreditCard, TypeBank, TypeUSSSN, TypeGovID, TypeIP, TypeURL, TypeCrypto, TypeSecret}

// TestEval prints F2 and leak by type, and holds the structured types to what was reached before.
func TestEval(t *testing.T) {
	records := readEval(t)
	e := newEngine(t)
	byType := map[Type]*tally{}
	for _, x := range Types() {
		byType[x] = &tally{}
	}
	negativeChars, negatives := 0, 0
	for _, rec := range records {
		fs, err := e.Find(rec.Text, Hints{})
		require.NoError(t, err)
		negativeChars += score(rec, fs, RuneOffsets(rec.Text, fs), byType, &negatives)
	}
	var all tally
	for _, x := range structuredTypes {
		all.add(*byType[x])
	}
	for _, x := range Types() {
		t.Logf("%-12s gold %5d  F2 %.3f  leak %6.2f%%", x, byType[x].gold, byType[x].f2(), byType[x].leak())
	}
	rate := 1000 * float64(negatives) / float64(max(1, negativeChars))
	t.Logf("structured   F2 %.3f  leak %.2f%%  false positives per 1,000 characters of negatives %.3f", all.f2(), all.leak(), rate)
	require.Greater(t, all.f2(), 0.96)
	require.Less(t, all.leak(), 2.0)
	require.Less(t, rate, 0.15)
}

func (t *tally) add(o tally) {
	t.gold += o.gold
	t.found += o.found
	t.right += o.right
	t.wrong += o.wrong
	t.chars += o.chars
	t.leaked += o.leaked
}

// score adds one record and returns its characters if it is a negative.
func score(rec evalRecord, fs []Finding, spans []Span, byType map[Type]*tally, negatives *int) int {
	for _, g := range rec.Spans {
		c := byType[g.Type]
		c.gold++
		c.chars += g.End - g.Start
		c.leaked += g.End - g.Start - overlap(g.Start, g.End, spans)
		same := 0
		for i, s := range spans {
			if fs[i].Type == g.Type {
				same += overlap(g.Start, g.End, []Span{s})
			}
		}
		if 2*same >= g.End-g.Start {
			c.found++
		}
	}
	for i, s := range spans {
		right, ignored := false, 0
		for _, g := range rec.Spans {
			right = right || g.Type == fs[i].Type && g.Start < s.End && s.Start < g.End
		}
		for _, z := range rec.Ignore {
			ignored += overlap(z.Start, z.End, []Span{s})
		}
		switch {
		case right:
			byType[fs[i].Type].right++
		case 2*ignored < s.End-s.Start:
			byType[fs[i].Type].wrong++
			if rec.Negatives {
				*negatives++
			}
		}
	}
	if rec.Negatives {
		return runeCount(rec.Text)
	}
	return 0
}

// BenchmarkEval measures the generated prompts of the development data.
func BenchmarkEval(b *testing.B) {
	records := readEval(b)
	e := newEngine(b)
	total := 0
	for _, r := range records {
		total += len(r.Text)
	}
	b.SetBytes(int64(total))
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range records {
			_, err := e.Redact(r.Text, Hints{})
			require.NoError(b, err)
		}
	}
}
