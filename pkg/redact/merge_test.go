package redact

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// said is a finding of somebody else's, of a part of text.
func said(t Type, start, end int, confidence float64) Finding {
	return Finding{Type: t, Rule: "detector-x", RuleVersion: 1, Start: start, End: end, Confidence: confidence}
}

func TestMerge(t *testing.T) {
	const text = "that fox <jane.doe@company.com> card 4111 1111 1111 1111 at Acme"
	own, problems := CompileOwn(OwnRules{Allow: []OwnAllow{{Name: "firm", Values: []string{"acme"}}}})
	require.Empty(t, problems)
	e, err := New(Options{Own: own, Actions: map[Type]Action{TypePerson: ActionRemoveTyped}})
	require.NoError(t, err)
	for _, tc := range []struct {
		name   string
		others []Finding
		want   string
	}{
		{"nothing", nil, "that fox <j***@company.com> card [REDACTED] at Acme"},
		{"a name", []Finding{said(TypePerson, 0, 8, 0.9)}, "[REDACTED:PERSON] <j***@company.com> card [REDACTED] at Acme"},
		{"not sure enough", []Finding{said(TypePerson, 0, 8, 0.4)}, "that fox <j***@company.com> card [REDACTED] at Acme"},
		{"allowed", []Finding{said(TypePerson, 60, 64, 0.9)}, "that fox <j***@company.com> card [REDACTED] at Acme"},
		{"around an address", []Finding{said(TypeOther, 0, 31, 0.9)}, "[MASKED] <j***@company.com> card [REDACTED] at Acme"},
		{"kept never wins", []Finding{said(TypeOrg, 0, 64, 1)}, "that fox <j***@company.com> card [REDACTED] at Acme"},
		{"nor does a milder one", []Finding{said(TypeEmail, 37, 56, 1)}, "that fox <j***@company.com> card [REDACTED] at Acme"},
		{"removal wins", []Finding{said(TypeSecret, 0, 31, 0.6)}, "[REDACTED] card [REDACTED] at Acme"},
		{"within another", []Finding{said(TypePerson, 0, 8, 0.9), said(TypePerson, 5, 8, 0.95)}, "[REDACTED:PERSON] [REDACTED:PERSON] <j***@company.com> card [REDACTED] at Acme"},
		{"outside of the text", []Finding{said(TypePerson, 0, 99, 1), said(TypePerson, -1, 3, 1), said(TypePerson, 3, 3, 1), said("SHOE", 0, 3, 1)}, "that fox <j***@company.com> card [REDACTED] at Acme"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			found, err := e.Find(text, Hints{})
			require.NoError(t, err)
			require.Equal(t, tc.want, e.Apply(text, e.Merge(text, found, tc.others)).Text)
		})
	}
	require.Empty(t, e.Merge("né", nil, []Finding{said(TypePerson, 0, 2, 1)}), "inside a character")
}

// TestMergeLeavesNothing: whatever anybody found is covered, nothing overlaps, and JSON stays valid.
func TestMergeLeavesNothing(t *testing.T) {
	e, err := New(Options{})
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(4, 4))
	types := []Type{TypePerson, TypeLocation, TypeEmail, TypeSecret, TypeOther}
	for range 1000 {
		text := randomText(r)
		found, err := e.Find(text, Hints{})
		require.NoError(t, err)
		var others []Finding
		for range r.IntN(6) {
			start := r.IntN(len(text))
			others = append(others, said(types[r.IntN(len(types))], start, min(len(text), start+1+r.IntN(20)), 0.6+r.Float64()*0.4))
		}
		got := e.Merge(text, found, others[:len(others)/2], others[len(others)/2:])
		covered := make([]bool, len(text))
		pos := 0
		for _, f := range got {
			require.GreaterOrEqual(t, f.Start, pos)
			require.Greater(t, f.End, f.Start)
			pos = f.End
			for i := f.Start; i < f.End; i++ {
				covered[i] = true
			}
		}
		for _, f := range append(found, others...) {
			for i := f.Start; i < f.End && inText(text, f); i++ {
				require.True(t, covered[i] || !isAlnum(text[i]), "%q %d", text, i)
			}
		}
		e.Apply(text, got)
	}
}
