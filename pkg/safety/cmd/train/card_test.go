package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/safety"
)

// leftOut makes results in which every fold holds harmless texts with scores from 0 to 0.99, and attacks with the scores given.
func leftOut(attacks ...*example) []foldResult {
	results := make([]foldResult, len(folds))
	for k := range results {
		results[k].name = folds[k].name
		for i := range 100 {
			s := scored{example: &example{Source: "self_instruct", Label: benign, Tier: "ordinary"}}
			for h := range s.raw {
				s.raw[h] = float64(i) / 100
			}
			results[k].list = append(results[k].list, s)
		}
		for _, e := range attacks {
			s := scored{example: e}
			for h := range s.raw {
				s.raw[h] = e.weight
			}
			results[k].list = append(results[k].list, s)
		}
	}
	return results
}

// TestCounts counts attacks above the thresholds of their fold: above the second and the first of a hundred harmless texts.
func TestCounts(t *testing.T) {
	abuse := func(score float64) *example {
		return &example{Source: "convabuse", Label: "abuse", Tier: "explicit", weight: score}
	}
	made := &example{Source: "made_x_abuse", Label: "abuse", Tier: "explicit", Lang: "de", made: true, weight: 2}
	results := leftOut(abuse(0.5), abuse(0.985), abuse(2), made)
	var h int
	for i, c := range safety.Categories() {
		if c == safety.Abuse {
			h = i
		}
	}
	n := countsOf(results, h)
	whole := float64(len(folds) - 3) // but the thirds
	require.Equal(t, count{3 * whole, 2 * whole, whole}, n.explicit)
	require.Equal(t, count{9, 6, 3}, n.seen)
	require.Equal(t, &count{3 * whole, 2 * whole, whole}, n.found["convabuse"])
	require.Equal(t, &count{1, 1, 1}, n.found["languages: made_x_abuse de"])
	require.Equal(t, &count{100 * whole, whole, 0}, n.flagged["self_instruct"])
}

// TestCard writes figures into the place that a card has for them, and changes nothing else.
func TestCard(t *testing.T) {
	results := leftOut(&example{Source: "convabuse", Label: "abuse", Tier: "explicit", weight: 2})
	m := &safety.Model{Heads: []safety.Head{{Category: safety.Abuse, Thresholds: [2]float64{0.25, 0.5}}}}
	path := filepath.Join(t.TempDir(), "MODEL.md")
	require.NoError(t, os.WriteFile(path, []byte("# Model\n"+cardStart+"what stood here\n"+cardEnd+"## Data\n"), 0o600))
	for range 2 {
		require.NoError(t, writeCard(path, results, m))
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	card := string(data)
	require.True(t, strings.HasPrefix(card, "# Model\n"+cardStart+"\n"), card)
	require.True(t, strings.HasSuffix(card, "\n"+cardEnd+"## Data\n"), card)
	require.NotContains(t, card, "what stood here")
	require.Contains(t, card, "| abuse | 7 | 100.0 % | 100.0 % | 100.0 % | 100.0 % | 100.0 % |\n")
	require.Contains(t, card, "| abuse | 0.250 | 0.500 |\n")
	require.NoError(t, os.WriteFile(path, []byte("# Model\n"), 0o600))
	require.ErrorContains(t, writeCard(path, results, m), "no lines")
}
