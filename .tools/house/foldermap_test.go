package main

import (
	"slices"
	"testing"
)

func TestReadMap(t *testing.T) {
	folders, err := readMap("# House\n" + mapStart + "\n```\npkg/redact/   the engine\n              that finds\ntest/e2e/     end to end\n```\n")
	if err != nil || !slices.Equal(folders, []string{"pkg/redact", "test/e2e"}) {
		t.Errorf("got %q, %v", folders, err)
	}
	for _, bad := range []string{"no mark", mapStart + "\nno fence", mapStart + "\n```\npkg/redact\n```"} {
		_, err := readMap(bad)
		if err == nil {
			t.Errorf("%q was taken for a map", bad)
		}
	}
}

func TestCompareMap(t *testing.T) {
	files := []string{"Makefile", "pkg/redact/scan.go", "pkg/redact/testdata/a.txt", "test/e2e/e2e_test.go", "docs/a.md"}
	tests := []struct {
		name  string
		drawn []string
		want  []string
	}{
		{"the same", []string{"pkg/redact", "test/e2e", "docs"}, nil},
		{"one too many", []string{"pkg/redact", "test/e2e", "docs", "pkg/seal"}, []string{"pkg/seal/ is on the map and holds no file"}},
		{"one too few", []string{"pkg/redact", "docs", "test"}, []string{"test/e2e/ is not on the map"}},
		{"deeper ones are free", []string{"pkg/redact", "pkg/redact/testdata", "test/e2e", "docs"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := compareMap(test.drawn, files)
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
