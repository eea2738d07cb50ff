package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// event is one line of `go test -json` (see `go doc test2json`).
type event struct {
	Action      string
	Package     string
	ImportPath  string // of build-output and build-fail
	Test        string
	Elapsed     float64
	Output      string
	FailedBuild string
}

type counts struct{ passed, failed, skipped int }

func (c counts) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", c.passed, c.failed, c.skipped)
}

// testRun is one test that has begun.
type testRun struct {
	output []string
	parent bool // has subtests, which are counted instead
	failed bool // a subtest failed, and the test therefore too
	ended  bool // its verdict is counted; output that comes later is not kept
}

// pkgRun is one package under test.
type pkgRun struct {
	tests  map[string]*testRun
	output []string
	counts counts
}

// report turns test events into what a person wants to read. Only leaves are
// counted: a test with subtests stands for them. It is used by one goroutine.
type report struct {
	out      io.Writer
	counts   counts
	prefix   string
	pkgs     map[string]*pkgRun
	builds   map[string][]string
	failures []string
	reasons  []string // in the order in which they came up
	skips    map[string][]string
	slow     []slowTest
}

// slowTest is a test, no subtest, that took long.
type slowTest struct {
	name    string
	seconds float64
}

const (
	// slowSeconds is from when on a test is told to be slow, slowest how many are told.
	slowSeconds = 10.0
	slowest     = 12
)

func newReport(out io.Writer) *report {
	return &report{out: out, skips: map[string][]string{}}
}

// module begins the events of one `go test`.
func (r *report) module(m module) {
	r.pkgs = map[string]*pkgRun{}
	r.builds = map[string][]string{}
	r.prefix = m.dir
	how := ""
	if m.race {
		how = " (race detector)"
	}
	fmt.Fprintf(r.out, "== %s%s\n", m.dir, how)
}

// endModule fails what began and never ended: go test was killed or crashed.
func (r *report) endModule() {
	for name, pkg := range r.pkgs {
		r.packageFailed(name, pkg, event{})
	}
}

// broken counts a module that go test could not run at all.
func (r *report) broken(dir string, err error) {
	r.counts.failed++
	r.failures = append(r.failures, dir)
	fmt.Fprintf(r.out, "FAIL %s: %v\n", dir, err)
}

func (r *report) read(in *bufio.Reader) error {
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			r.line(line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read go test: %w", err)
		}
	}
}

func (r *report) line(line []byte) {
	var e event
	err := json.Unmarshal(line, &e)
	if err != nil { // go test prints plain text on its own trouble
		fmt.Fprintf(r.out, "%s", line)
		return
	}
	r.add(e)
}

func (r *report) add(e event) {
	switch {
	case e.Action == "build-output":
		r.builds[e.ImportPath] = append(r.builds[e.ImportPath], e.Output)
	case e.Action == "build-fail" || e.Package == "":
	case e.Test != "":
		r.addTest(e)
	default:
		r.addPackage(e)
	}
}

func (r *report) pkg(name string) *pkgRun {
	p := r.pkgs[name]
	if p == nil {
		p = &pkgRun{tests: map[string]*testRun{}}
		r.pkgs[name] = p
	}
	return p
}

func (r *report) addTest(e event) {
	pkg := r.pkg(e.Package)
	test := pkg.tests[e.Test]
	if test == nil {
		test = &testRun{}
		pkg.tests[e.Test] = test
		parent := pkg.parentOf(e.Test)
		if parent != nil {
			parent.parent = true
		}
	}
	if test.ended {
		return
	}
	if e.Elapsed >= slowSeconds && !strings.Contains(e.Test, "/") {
		r.slow = append(r.slow, slowTest{shortPackage(e.Package) + " " + e.Test, e.Elapsed})
	}
	switch e.Action {
	case "output":
		test.output = append(test.output, e.Output)
	case "pass":
		pkg.testPassed(test)
	case "skip":
		r.testSkipped(pkg, e, test)
	case "fail":
		r.testFailed(pkg, e, test)
	}
}

// parentOf finds the test that t.Run started name in; a subtest's own name may
// hold slashes.
func (p *pkgRun) parentOf(name string) *testRun {
	for {
		cut := strings.LastIndexByte(name, '/')
		if cut < 0 {
			return nil
		}
		name = name[:cut]
		if p.tests[name] != nil {
			return p.tests[name]
		}
	}
}

func (p *pkgRun) testPassed(test *testRun) {
	if !test.parent {
		p.counts.passed++
	}
	test.end()
}

func (t *testRun) end() {
	t.ended = true
	t.output = nil
}

func (r *report) testSkipped(pkg *pkgRun, e event, test *testRun) {
	pkg.counts.skipped++
	reason := skipReason(test.output)
	if r.skips[reason] == nil {
		r.reasons = append(r.reasons, reason)
	}
	r.skips[reason] = append(r.skips[reason], shortPackage(e.Package)+" "+e.Test)
	test.end()
}

func (r *report) testFailed(pkg *pkgRun, e event, test *testRun) {
	parent := pkg.parentOf(e.Test)
	if parent != nil {
		parent.failed = true
	}
	// A parent of a failed subtest fails with it; what it printed itself is
	// still shown, and counted only if no subtest failed.
	if !test.parent || !test.failed {
		pkg.counts.failed++
		r.failures = append(r.failures, shortPackage(e.Package)+" "+e.Test)
	}
	fmt.Fprintf(r.out, "FAIL %s %s\n", shortPackage(e.Package), e.Test)
	r.indented(test.output)
	test.end()
}

func (r *report) addPackage(e event) {
	pkg := r.pkg(e.Package)
	switch e.Action {
	case "output":
		pkg.output = append(pkg.output, e.Output)
	case "skip": // no test files
		delete(r.pkgs, e.Package)
	case "pass":
		r.packageDone("ok  ", e, pkg)
	case "fail":
		r.packageFailed(e.Package, pkg, e)
	}
}

func (r *report) packageFailed(name string, pkg *pkgRun, e event) {
	e.Package = name
	for _, test := range sortedKeys(pkg.tests) { // began and did not end: a panic, a kill, a timeout
		if pkg.tests[test].parent || pkg.tests[test].ended {
			continue
		}
		pkg.counts.failed++
		r.failures = append(r.failures, shortPackage(name)+" "+test+" (did not finish)")
		fmt.Fprintf(r.out, "FAIL %s %s did not finish\n", shortPackage(name), test)
		r.indented(pkg.tests[test].output)
	}
	if pkg.counts.failed == 0 {
		pkg.counts.failed++
		r.failures = append(r.failures, shortPackage(name))
		r.indented(r.builds[e.FailedBuild])
		r.indented(pkg.output)
	}
	r.packageDone("FAIL", e, pkg)
}

func (r *report) packageDone(word string, e event, pkg *pkgRun) {
	fmt.Fprintf(r.out, "%s %-28s %6.1f s  %s\n", word, shortPackage(e.Package), e.Elapsed, pkg.counts)
	r.counts.passed += pkg.counts.passed
	r.counts.failed += pkg.counts.failed
	r.counts.skipped += pkg.counts.skipped
	delete(r.pkgs, e.Package)
}

// finish prints what took long, what was skipped and why, what failed, and the counts last.
func (r *report) finish() {
	slices.SortFunc(r.slow, func(a, b slowTest) int { return cmp.Compare(b.seconds, a.seconds) })
	if len(r.slow) > 0 {
		fmt.Fprintf(r.out, "\nSlowest:\n")
	}
	for _, test := range r.slow[:min(len(r.slow), slowest)] {
		fmt.Fprintf(r.out, "  %6.1f s  %s\n", test.seconds, test.name)
	}
	if len(r.reasons) > 0 {
		fmt.Fprintf(r.out, "\nSkipped, by reason:\n")
	}
	for _, reason := range r.reasons {
		fmt.Fprintf(r.out, "  %s\n", reason)
		for _, name := range r.skips[reason] {
			fmt.Fprintf(r.out, "    %s\n", name)
		}
	}
	if len(r.failures) > 0 {
		fmt.Fprintf(r.out, "\nFailed:\n")
	}
	for _, name := range r.failures {
		fmt.Fprintf(r.out, "  %s\n", name)
	}
	fmt.Fprintf(r.out, "\n%s\n", r.counts)
}

func (r *report) indented(lines []string) {
	for line := range strings.Lines(strings.Join(lines, "")) {
		fmt.Fprintf(r.out, "    %s\n", strings.TrimRight(line, "\n"))
	}
}

// skipMessage is what testing prints for t.Skip: file, line, reason.
var skipMessage = regexp.MustCompile(`^\s*\S+\.go:\d+: (.*)$`)

// skipReason finds the last message of a skipped test, with the lines that
// continue it.
func skipReason(output []string) string {
	var reason []string
	for _, line := range output {
		trimmed := strings.TrimSpace(line)
		match := skipMessage.FindStringSubmatch(strings.TrimRight(line, "\n"))
		switch {
		case match != nil:
			reason = []string{strings.TrimPrefix(match[1], "skipped: ")}
		case trimmed == "" || strings.HasPrefix(trimmed, "=== ") || strings.HasPrefix(trimmed, "--- "):
		case len(reason) > 0:
			reason = append(reason, trimmed)
		}
	}
	if len(reason) == 0 {
		return "no reason given"
	}
	return strings.Join(reason, " ")
}

// shortPackage drops the repository's own prefix, which every line would repeat.
func shortPackage(path string) string {
	return strings.TrimPrefix(path, "github.com/hushlog/hushlog/")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
