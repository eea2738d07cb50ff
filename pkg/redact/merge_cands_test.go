package redact

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// someCands draws candidates that are sorted and do not overlap.
func someCands(rng *rand.Rand, within int, r *rule) []cand {
	var out []cand
	for at := rng.IntN(4); at < within; {
		end := at + 1 + rng.IntN(5)
		out = append(out, cand{start: at, end: end, rule: r})
		at = end + rng.IntN(4)
	}
	return out
}

// insertOne is among for one candidate at a time, as simply as it can be said.
func insertOne(cands []cand, c cand) []cand {
	i := 0
	for i < len(cands) && cands[i].end <= c.start {
		i++
	}
	for i < len(cands) && cands[i].start < c.end {
		if part := c; cands[i].start > c.start {
			part.end = cands[i].start
			cands = slices.Insert(cands, i, part)
			i++
		}
		c.start = cands[i].end
		i++
	}
	if c.start < c.end {
		cands = slices.Insert(cands, i, c)
	}
	return cands
}

func TestAmongIsOneAfterTheOther(t *testing.T) {
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 1))
		cands, found := someCands(rng, 40, ruleCard), someCands(rng, 40, rulePersonName)
		want := slices.Clone(cands)
		for _, c := range found {
			want = insertOne(want, c)
		}
		require.Equal(t, want, among(cands, found), "seed %d", seed)
	}
}

// TestOriginalsAreFound compares the ranges that a sanitized text has with those of the input, edit by edit.
func TestOriginalsAreFound(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var edits []edit
		for _, c := range someCands(rng, 60, nil) {
			edits = append(edits, edit{start: c.start, end: c.end, text: strings.Repeat("x", rng.IntN(8))})
		}
		stops := stopsOf(edits)
		for start := range 80 {
			for end := start + 1; end < 90; end++ {
				from, to, inside := original(start, end, edits, stops)
				wantFrom, wantTo, wantInside := editByEdit(start, end, edits)
				require.Equal(t, []any{wantFrom, wantTo, wantInside}, []any{from, to, inside}, "seed %d, %d to %d", seed, start, end)
			}
		}
	}
}

func editByEdit(start, end int, edits []edit) (from, to int, inside bool) {
	from, to = -1, -1
	shift := 0
	for _, d := range edits {
		at := d.start + shift
		stop := at + len(d.text)
		if from < 0 && start < stop {
			from = start - shift
			if start >= at {
				from, inside = d.start, true
			}
		}
		if to < 0 && end <= stop {
			to = end - shift
			if end > at {
				to, inside = d.end, true
			}
		}
		shift += len(d.text) - (d.end - d.start)
	}
	if from < 0 {
		from = start - shift
	}
	if to < 0 {
		to = end - shift
	}
	return from, to, inside
}
