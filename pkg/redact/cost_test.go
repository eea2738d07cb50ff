package redact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// maxCostRatio is how much dearer a byte of the worst text may be than one of an ordinary text.
const maxCostRatio = 20

// costOf returns what reading text takes for each byte, counted in steps and not in time: equal on every machine. Short
// texts are counted as longer: they cost little, whatever they cost for each byte.
func costOf(tb testing.TB, e *Engine, text string) float64 {
	tb.Helper()
	const least = 256
	j := e.job()
	defer e.release(j)
	err := j.run(e, text, Hints{})
	if err != nil {
		require.ErrorIs(tb, err, ErrUninspectable)
	}
	return float64(j.work) / float64(max(least, len(text)))
}

// ordinaryCost is that of a text as people write them, with a few values.
func ordinaryCost(tb testing.TB, e *Engine) float64 {
	tb.Helper()
	return costOf(tb, e, strings.Repeat(benchText, 4))
}

// worstTexts are what fuzzing and thought have found to cost most, made of worstUnits and of others. Each is made twice
// as long, too: what is linear does not cost more for each byte then.
func worstTexts(size int) map[string]string {
	units := append([]string{
		"%25", "%25%32%35", "UVVGQlFVRkI=", "password=\n", "[[", "{\"a\":", ".", "a.", "-", "=", "1,2,3,4,", "AAAA-", "[REDACTED] ", "a|b|\n|-|-|\n", "(1,'x'),", "year ", "1年", "a=b&",
		"192.168.1.", "2001:db8:", "::1 ", "&#x41;", "=41=42", "zero one two ", "plus 1 ", "ssn 123-45-6789 ", "0123456789abcdef", "MFRGGZDF ", "+1 415 555 0132 ",
		"key: 0123456789abcdef0123456789abcdef\n", "my pin is ", "iban 1 ", "date of birth 1 ", "passport A", "a b c d ", "0x41 ", "4111111111111111",
	}, worstUnits...)
	out := map[string]string{}
	for _, u := range units {
		out[u] = strings.Repeat(u, size/len(u))
	}
	return out
}

func TestWorstTextsCostAtMostTwentyTimesAnOrdinaryOne(t *testing.T) {
	e := newEngine(t)
	limit := maxCostRatio * ordinaryCost(t, e)
	longer := worstTexts(16_000)
	worst, unit := 0.0, ""
	for u, text := range worstTexts(8_000) {
		cost := costOf(t, e, text)
		require.Less(t, cost, limit, "%q", u)
		require.Less(t, costOf(t, e, longer[u]), 1.5*cost+1, "%q costs more for each byte where there is more of it", u)
		if cost > worst {
			worst, unit = cost, u
		}
	}
	t.Logf("ordinary %.1f steps a byte; worst %.1f, for %q", limit/maxCostRatio, worst, unit)
}

// FuzzCost looks for texts that cost more. What it finds is kept in testdata and held to the same limit from then on.
func FuzzCost(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s, uint8(1))
	}
	for _, u := range worstUnits {
		f.Add(u, uint8(40))
	}
	e := newEngine(f)
	limit := maxCostRatio * ordinaryCost(f, e)
	f.Fuzz(func(t *testing.T, unit string, times uint8) {
		cost := costOf(t, e, strings.Repeat(unit, int(times)))
		require.Less(t, cost, limit)
	})
}
