package corpus

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestListsAreWhole(t *testing.T) {
	tests := []struct {
		name string
		min  int
		rows []string
	}{
		{"given", 70_000, texts(GivenNames(), func(n Name) string { return n.Text })},
		{"family", 55_000, texts(FamilyNames(), func(n Name) string { return n.Text })},
		{"census given", 5_000, texts(CensusGivenNames(), func(n CensusName) string { return n.Text })},
		{"census surnames", 40_000, texts(CensusSurnames(), func(n CensusName) string { return n.Text })},
		{"titles", 800, texts(Titles(), func(e Entry) string { return e.Text })},
		{"cities", 130_000, texts(Cities(), func(c City) string { return c.Text })},
		{"regions", 5_000, texts(Regions(), func(r Territory) string { return r.Text })},
		{"countries", 18_000, texts(Countries(), func(r Territory) string { return r.Text })},
		{"languages", 12_000, texts(Languages(), func(r Territory) string { return r.Text })},
		{"address parts", 80_000, texts(AddressParts(), func(e Entry) string { return e.Text })},
		{"company parts", 3_500, texts(CompanyParts(), func(e Entry) string { return e.Text })},
		{"jobs", 28_000, texts(Jobs(), func(e Entry) string { return e.Text })},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.GreaterOrEqual(t, len(test.rows), test.min)
			for _, s := range test.rows {
				require.True(t, utf8.ValidString(s) && s != "" && s == strings.TrimSpace(s), "%q", s)
			}
		})
	}
}

func texts[T any](rows []T, text func(T) string) []string {
	var out []string
	for _, r := range rows {
		out = append(out, text(r))
	}
	return out
}

func TestCensusIsInOrderOfFrequency(t *testing.T) {
	require.Equal(t, CensusName{Text: "Mary", Rank: 1, Sex: Female}, CensusGivenNames()[0])
	for i, n := range CensusSurnames() {
		require.Equal(t, i+1, n.Rank)
	}
}

func TestHalves(t *testing.T) {
	a, b := 0, 0
	for _, n := range FamilyNames() {
		require.True(t, Both.Holds(n.Text))
		require.NotEqual(t, A.Holds(n.Text), B.Holds(n.Text))
		require.Equal(t, HalfOf(n.Text), HalfOf(strings.ToLower(n.Text)))
		if A.Holds(n.Text) {
			a++
		} else {
			b++
		}
	}
	require.InDelta(t, a, b, float64(a+b)/20)
}

func TestHalvesCutEveryScript(t *testing.T) {
	for _, half := range []Half{A, B} {
		for _, lang := range Langs() {
			names := 0
			for _, c := range culturesOf[half]().byLang[lang] {
				names += count(c.family)
			}
			require.Greater(t, names, 25, "%s has no family names in half %d", lang, half)
		}
	}
}

func TestParseHalf(t *testing.T) {
	for s, want := range map[string]Half{"a": A, "B": B, "both": Both} {
		got, ok := ParseHalf(s)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	_, ok := ParseHalf("c")
	require.False(t, ok)
}
