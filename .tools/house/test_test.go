package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeModule makes a module with one test file in a new folder.
func writeModule(t *testing.T, goMod, testFile string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": goMod, "x_test.go": testFile} {
		err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRunTest(t *testing.T) {
	const goMod = "module x\n\ngo 1.26.0\n"
	good := writeModule(t, goMod, "package x\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) {}\n\nfunc TestB(t *testing.T) { t.Skip(\"no engine here\") }\n")
	bad := writeModule(t, goMod, "package x\n\nimport \"testing\"\n\nfunc TestC(t *testing.T) { t.Error(\"off by one\") }\n")
	broken := writeModule(t, "this is no go.mod", "package x\n")
	tests := []struct {
		name    string
		modules []string
		err     error
		summary string
		want    []string
	}{
		{"good", []string{good + ":alone"}, nil, "1 passed, 0 failed, 1 skipped", []string{"no engine here\n    x TestB\n"}},
		{"bad", []string{good + ":alone", bad + ":alone"}, errFound, "1 passed, 1 failed, 1 skipped", []string{"off by one", "Failed:\n  x TestC\n"}},
		{"broken", []string{broken + ":alone", good + ":alone"}, errFound, "1 passed, 1 failed, 1 skipped", []string{"FAIL " + broken, "go.mod"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			summary := filepath.Join(t.TempDir(), "reports", "test")
			var out strings.Builder
			err := runTest(t.Context(), append([]string{"-summary", summary}, test.modules...), &out)
			if !errors.Is(err, test.err) {
				t.Fatalf("got %v, want %v; output:\n%s", err, test.err, out.String())
			}
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in:\n%s", want, out.String())
				}
			}
			got, err := os.ReadFile(summary)
			if err != nil || strings.TrimSpace(string(got)) != test.summary {
				t.Errorf("summary %q, %v; want %q", got, err, test.summary)
			}
		})
	}
}

func TestRunSum(t *testing.T) {
	dir := t.TempDir()
	one, two, missing := filepath.Join(dir, "one"), filepath.Join(dir, "two"), filepath.Join(dir, "three")
	for path, c := range map[string]counts{one: {passed: 3, skipped: 1}, two: {passed: 4}} {
		err := writeSummary(path, c)
		if err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	err := runSum(t.Context(), []string{one, two}, &out)
	if err != nil || !strings.HasSuffix(out.String(), "\n7 passed, 0 failed, 1 skipped\n") {
		t.Errorf("got %v and %q", err, out.String())
	}
	out.Reset()
	err = runSum(t.Context(), []string{one, missing}, &out)
	if !errors.Is(err, errFound) || !strings.HasSuffix(out.String(), "\n3 passed, 1 failed, 1 skipped\n") {
		t.Errorf("got %v and %q", err, out.String())
	}
}
