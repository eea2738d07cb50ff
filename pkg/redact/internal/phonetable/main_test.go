package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTableIsCurrent holds the committed table to the metadata of the library's version in go.mod.
func TestTableIsCurrent(t *testing.T) {
	if testing.Short() {
		t.Skip("building the table takes seconds")
	}
	if underRace {
		t.Skip("runs in a suite of its own, without the race detector: building the table takes a minute under it")
	}
	want, err := build()
	require.NoError(t, err)
	got, err := os.ReadFile("../../phone_plans.bin")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "phone_plans.bin is not what the metadata says: run go generate ./redact")
}

func TestGroupingsOfPatterns(t *testing.T) {
	for _, tc := range []struct {
		name, pattern string
		want          [][]int
	}{
		{"fixed", `(\d{3})(\d{3})(\d{4})`, [][]int{{3, 3, 4}}},
		{"range", `(\d{2})(\d{4,5})`, [][]int{{2, 4}, {2, 5}}},
		{"literal", `(9)(\d{4})`, [][]int{{1, 4}}},
		{"alternatives", `(1|20)(\d{3})`, [][]int{{1, 3}, {2, 3}}},
		{"unbounded", `(\d+)`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, expand(tc.pattern))
		})
	}
}
