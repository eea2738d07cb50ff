package main

import (
	"bufio"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	const pkg = `"Package":"github.com/hushlog/hushlog/pkg/x"`
	tests := []struct {
		name   string
		events []string
		counts counts
		want   []string
		not    []string
	}{
		{
			name: "leaves are counted, their parents are not",
			events: []string{
				`{"Action":"run",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"run",` + pkg + `,"Test":"TestA/one/two"}`,
				`{"Action":"run",` + pkg + `,"Test":"TestA/three"}`,
				`{"Action":"pass",` + pkg + `,"Test":"TestA/one/two"}`,
				`{"Action":"pass",` + pkg + `,"Test":"TestA/three"}`,
				`{"Action":"pass",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"pass",` + pkg + `,"Elapsed":1.5}`,
			},
			counts: counts{passed: 2},
			want:   []string{"ok   pkg/x", "1.5 s", "2 passed, 0 failed, 0 skipped"},
			not:    []string{"Skipped", "Failed"},
		},
		{
			name: "the slowest come first",
			events: []string{
				`{"Action":"run",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"run",` + pkg + `,"Test":"TestA/one"}`,
				`{"Action":"pass",` + pkg + `,"Test":"TestA/one","Elapsed":40}`,
				`{"Action":"pass",` + pkg + `,"Test":"TestA","Elapsed":10.2}`,
				`{"Action":"run",` + pkg + `,"Test":"TestB"}`,
				`{"Action":"pass",` + pkg + `,"Test":"TestB","Elapsed":41.5}`,
				`{"Action":"run",` + pkg + `,"Test":"TestC"}`,
				`{"Action":"pass",` + pkg + `,"Test":"TestC","Elapsed":9.9}`,
				`{"Action":"pass",` + pkg + `}`,
			},
			counts: counts{passed: 3},
			want:   []string{"Slowest:\n    41.5 s  pkg/x TestB\n    10.2 s  pkg/x TestA\n\n3 passed"},
		},
		{
			name: "skips of one reason stand together",
			events: []string{
				`{"Action":"run",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"output",` + pkg + `,"Test":"TestA","Output":"=== RUN   TestA\n"}`,
				`{"Action":"output",` + pkg + `,"Test":"TestA","Output":"    a_test.go:7: the engine library is missing:\n"}`,
				`{"Action":"output",` + pkg + `,"Test":"TestA","Output":"        run make deps\n"}`,
				`{"Action":"output",` + pkg + `,"Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}`,
				`{"Action":"skip",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"run",` + pkg + `,"Test":"TestB"}`,
				`{"Action":"output",` + pkg + `,"Test":"TestB","Output":"    b_test.go:9: the engine library is missing: run make deps\n"}`,
				`{"Action":"skip",` + pkg + `,"Test":"TestB"}`,
				`{"Action":"pass",` + pkg + `}`,
			},
			counts: counts{skipped: 2},
			want:   []string{"the engine library is missing: run make deps\n    pkg/x TestA\n    pkg/x TestB\n"},
		},
		{
			name: "a skip that gives no reason says so",
			events: []string{
				`{"Action":"run",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"skip",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"pass",` + pkg + `}`,
			},
			counts: counts{skipped: 1},
			want:   []string{"no reason given"},
		},
		{
			name: "a failed subtest is counted once and shown with its output",
			events: []string{
				`{"Action":"run",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"run",` + pkg + `,"Test":"TestA/sub"}`,
				`{"Action":"output",` + pkg + `,"Test":"TestA/sub","Output":"    a_test.go:7: want 1\n"}`,
				`{"Action":"fail",` + pkg + `,"Test":"TestA/sub"}`,
				`{"Action":"fail",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"fail",` + pkg + `}`,
			},
			counts: counts{failed: 1},
			want:   []string{"a_test.go:7: want 1", "Failed:\n  pkg/x TestA/sub\n"},
		},
		{
			name: "a parent that fails by itself is counted",
			events: []string{
				`{"Action":"run",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"run",` + pkg + `,"Test":"TestA/sub"}`,
				`{"Action":"pass",` + pkg + `,"Test":"TestA/sub"}`,
				`{"Action":"fail",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"fail",` + pkg + `}`,
			},
			counts: counts{passed: 1, failed: 1},
			want:   []string{"Failed:\n  pkg/x TestA\n"},
		},
		{
			name: "a panic fails the test that was running",
			events: []string{
				`{"Action":"run",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"pass",` + pkg + `,"Test":"TestA"}`,
				`{"Action":"run",` + pkg + `,"Test":"TestB"}`,
				`{"Action":"output",` + pkg + `,"Test":"TestB","Output":"panic: boom\n"}`,
				`{"Action":"fail",` + pkg + `}`,
			},
			counts: counts{passed: 1, failed: 1},
			want:   []string{"FAIL pkg/x TestB did not finish", "panic: boom"},
		},
		{
			name: "a package that does not build is a failure with the compiler's words",
			events: []string{
				`{"ImportPath":"github.com/hushlog/hushlog/pkg/x","Action":"build-output","Output":"x.go:1:1: expected package\n"}`,
				`{"ImportPath":"github.com/hushlog/hushlog/pkg/x","Action":"build-fail"}`,
				`{"Action":"fail",` + pkg + `,"FailedBuild":"github.com/hushlog/hushlog/pkg/x"}`,
			},
			counts: counts{failed: 1},
			want:   []string{"x.go:1:1: expected package", "Failed:\n  pkg/x\n"},
		},
		{
			name:   "a package whose end never came is a failure",
			events: []string{`{"Action":"run",` + pkg + `,"Test":"TestA"}`},
			counts: counts{failed: 1},
			want:   []string{"TestA did not finish"},
		},
		{
			name: "a package without tests counts nothing",
			events: []string{
				`{"Action":"output",` + pkg + `,"Output":"?   pkg/x [no test files]\n"}`,
				`{"Action":"skip",` + pkg + `}`,
			},
			not: []string{"pkg/x"},
		},
		{
			name:   "text that is no event is passed on",
			events: []string{`go: warning: "./..." matched no packages`},
			want:   []string{"matched no packages"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			r := newReport(&out)
			r.module(module{dir: "pkg"})
			err := r.read(bufio.NewReader(strings.NewReader(strings.Join(test.events, "\n"))))
			if err != nil {
				t.Fatal(err)
			}
			r.endModule()
			r.finish()
			if r.counts != test.counts {
				t.Errorf("counts: got %s, want %s", r.counts, test.counts)
			}
			if !strings.HasSuffix(out.String(), "\n"+test.counts.String()+"\n") {
				t.Errorf("the counts are not the last line of:\n%s", out.String())
			}
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in:\n%s", want, out.String())
				}
			}
			for _, not := range test.not {
				if strings.Contains(out.String(), not) {
					t.Errorf("%q stands in:\n%s", not, out.String())
				}
			}
		})
	}
}

func TestParseModule(t *testing.T) {
	m, err := parseModule("pkg:race:alone")
	if err != nil || m != (module{dir: "pkg", race: true, alone: true}) {
		t.Errorf("got %+v, %v", m, err)
	}
	_, err = parseModule("pkg:fast")
	if err == nil {
		t.Error("an unknown word was taken")
	}
}
