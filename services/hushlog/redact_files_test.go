package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact"
)

// tree makes files in a folder of its own: names and what is in them.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return dir
}

// contents returns all regular files under dir and what is in them.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	}))
	return out
}

func TestRedactFolder(t *testing.T) {
	dir := tree(t, map[string]string{
		"a.txt":           "mail jane.doe@company.com",
		"b/c.txt":         "nothing",
		"b/d/e.env":       "password=" + "hunter2hunter2" + "\n",
		"b/picture.png":   "\x89PNG\x00\x01 jane.doe@company.com",
		"b/latin1.txt":    "caf\xe9 jane.doe@company.com",
		"b/utf16.txt":     "\xff\xfej\x00",
		"empty":           "",
		"b/mode/only.txt": "x",
	})
	require.NoError(t, os.Chmod(filepath.Join(dir, "b/mode/only.txt"), 0o640))
	require.NoError(t, os.Chmod(filepath.Join(dir, "b/mode"), 0o500))
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "b/mode"), 0o700) })
	outside := tree(t, map[string]string{"private.txt": "jane.doe@company.com"})
	require.NoError(t, os.Symlink(filepath.Join(outside, "private.txt"), filepath.Join(dir, "link.txt")))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "b", "linked")))
	out := filepath.Join(t.TempDir(), "new", "clean")

	stdout, stderr, err := runRedact(t, "", dir, "--out", out)
	require.Equal(t, exitLeftOut, err)
	require.Empty(t, stdout)
	require.Equal(t, map[string]string{
		"a.txt": "mail j***@company.com", "b/c.txt": "nothing", "b/d/e.env": "password=[REDACTED]\n", "empty": "", "b/mode/only.txt": "x",
	}, contents(t, out))
	for _, line := range []string{"picture.png: left out: binary", "latin1.txt: left out: not UTF-8", "utf16.txt: left out: UTF-16", "link.txt: left out: symbolic link", "linked: left out: symbolic link"} {
		require.Contains(t, stderr, line)
	}
	require.NotContains(t, stderr, "jane")
	info, err := os.Stat(filepath.Join(out, "b/mode/only.txt"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o640), info.Mode().Perm())
	info, err = os.Stat(filepath.Join(out, "b/mode"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o500), info.Mode().Perm())
	require.NoError(t, os.Chmod(filepath.Join(out, "b/mode"), 0o700))
}

func TestRedactDoesNotOverwrite(t *testing.T) {
	dir := tree(t, map[string]string{"a.txt": "mail jane.doe@company.com", "b.txt": "b"})
	out := tree(t, map[string]string{"b.txt": "mine"})
	_, _, err := runRedact(t, "", dir, "--out", out)
	require.ErrorContains(t, err, "b.txt is there already")
	require.Equal(t, map[string]string{"b.txt": "mine"}, contents(t, out), "nothing is written")

	_, _, err = runRedact(t, "", dir, "--out", out, "--force")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a.txt": "mail j***@company.com", "b.txt": "b"}, contents(t, out))
}

// TestRedactFollowsNoLinkOut has a link in the output that leads elsewhere.
func TestRedactFollowsNoLinkOut(t *testing.T) {
	dir := tree(t, map[string]string{"sub/a.txt": "a"})
	elsewhere := t.TempDir()
	out := t.TempDir()
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(out, "sub")))
	_, stderr, err := runRedact(t, "", dir, "--out", out, "--force")
	require.Error(t, err)
	require.NotEmpty(t, err.Error()+stderr)
	require.Empty(t, contents(t, elsewhere))
}

func TestRedactInPlace(t *testing.T) {
	dir := tree(t, map[string]string{"a.txt": "mail jane.doe@company.com", "b/c.txt": "My social security number is 123-45-6789."})
	require.NoError(t, os.Chmod(filepath.Join(dir, "a.txt"), 0o640))
	_, _, err := runRedact(t, "", dir, "--in-place")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a.txt": "mail j***@company.com", "b/c.txt": "My social security number is [REDACTED]."}, contents(t, dir))
	info, err := os.Stat(filepath.Join(dir, "a.txt"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o640), info.Mode().Perm())
}

// TestRedactInPlaceThroughLink replaces the file that a named link leads to, and not the link.
func TestRedactInPlaceThroughLink(t *testing.T) {
	dir := tree(t, map[string]string{"a.txt": "jane.doe@company.com"})
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(filepath.Join(dir, "a.txt"), link))
	_, _, err := runRedact(t, "", link, "--in-place")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a.txt": "j***@company.com"}, contents(t, dir))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&fs.ModeSymlink)
}

func TestRedactOneFile(t *testing.T) {
	dir := tree(t, map[string]string{"a.txt": "mail jane.doe@company.com", "b.jsonl": `{"id":1,"text":"jane.doe@company.com"}`})
	stdout, _, err := runRedact(t, "", filepath.Join(dir, "a.txt"))
	require.NoError(t, err)
	require.Equal(t, "mail j***@company.com", stdout)
	stdout, _, err = runRedact(t, "", "--jsonl", filepath.Join(dir, "b.jsonl"))
	require.NoError(t, err)
	require.Contains(t, stdout, `"text":"j***@company.com"`)
	_, _, err = runRedact(t, "", dir)
	require.ErrorContains(t, err, "--out")
}

func TestRedactSeveralArguments(t *testing.T) {
	one, two := tree(t, map[string]string{"x/a.txt": "a"}), tree(t, map[string]string{"y/a.txt": "b", "f.txt": "f"})
	out := filepath.Join(t.TempDir(), "out")
	_, _, err := runRedact(t, "", filepath.Join(one, "x"), filepath.Join(two, "y"), filepath.Join(two, "f.txt"), "--out", out)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"x/a.txt": "a", "y/a.txt": "b", "f.txt": "f"}, contents(t, out))

	_, _, err = runRedact(t, "", filepath.Join(one, "x/a.txt"), filepath.Join(two, "y/a.txt"), "--out", filepath.Join(t.TempDir(), "out"))
	require.ErrorContains(t, err, "would both be written")
}

// TestRedactIntoItself puts the output into the folder that is read, twice.
func TestRedactIntoItself(t *testing.T) {
	dir := tree(t, map[string]string{"a.txt": "jane.doe@company.com"})
	out := filepath.Join(dir, "clean")
	for range 2 {
		_, _, err := runRedact(t, "", dir, "--out", out, "--force")
		require.NoError(t, err)
		require.Equal(t, map[string]string{"a.txt": "j***@company.com"}, contents(t, out))
	}
	_, _, err := runRedact(t, "", dir, "--out", dir, "--force")
	require.ErrorContains(t, err, "--in-place")
}

func TestRedactJSONLFiles(t *testing.T) {
	dir := tree(t, map[string]string{"a.jsonl": `{"id":1,"text":"jane.doe@company.com"}` + "\nnot 123-45-6789\n", "b.jsonl": `{"id":2,"text":"b"}` + "\n"})
	out := filepath.Join(t.TempDir(), "out")
	stdout, stderr, err := runRedact(t, "", "--jsonl", dir, "--out", out, "--explain")
	require.Equal(t, exitError(1), err)
	require.Equal(t, 1, strings.Count(stderr, "a.jsonl: line 2: "))
	require.NotContains(t, stdout+stderr, "6789")
	require.Contains(t, stdout, "a.jsonl:1: text 1:1  EMAIL  mask")
	got := contents(t, out)
	require.Contains(t, got["a.jsonl"], `"text":"j***@company.com"`)
	require.Contains(t, got["a.jsonl"], `"error":"malformed"`)
	require.Contains(t, got["b.jsonl"], `"id":2`)
}

func TestRedactExplain(t *testing.T) {
	input := "é\nmy SSN is 123-45-6789,\r\nmail jane.doe@company.com"
	stdout, _, err := runRedact(t, input, "--explain")
	require.NoError(t, err)
	require.Contains(t, stdout, "-:2:11  US_SSN  remove\n")
	require.Contains(t, stdout, "-:3:6  EMAIL  mask\n")
	require.Contains(t, stdout, "span   characters 12 to 23, bytes 13 to 24\n")
	for _, part := range []string{"123-45", "jane", "@company"} {
		require.NotContains(t, stdout, part)
	}

	stdout, _, err = runRedact(t, input, "--explain", "--stats", "--format", "json")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 3)
	var e explained
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &e))
	require.Equal(t, "us-ssn", e.Rule)
	require.Equal(t, redact.ActionRemove, e.Action)
	require.Equal(t, []int{2, 11, 12, 23, 13, 24}, []int{e.Line, e.Column, e.Start, e.End, e.StartByte, e.EndByte})
	require.NotEmpty(t, e.Description)
	require.NotEmpty(t, e.Source)
	require.NotEmpty(t, e.Evidence)
	var s redactStats
	require.NoError(t, json.Unmarshal([]byte(lines[2]), &s))
	require.Equal(t, map[redact.Type]int{redact.TypeUSSSN: 1, redact.TypeEmail: 1}, s.ByType)
	require.Equal(t, int64(len(input)), s.Bytes)
}

func TestRedactStatsOfFiles(t *testing.T) {
	dir := tree(t, map[string]string{"a.txt": "jane.doe@company.com", "b.txt": "nothing", "c.txt": "x\x00", "d.txt": "jane.doe@company.com my SSN is 123-45-6789"})
	stdout, _, err := runRedact(t, "", "--stats", dir)
	require.Equal(t, exitLeftOut, err)
	require.Regexp(t, `(?m)^EMAIL +2$`, stdout)
	require.Regexp(t, `(?m)^us-ssn +1$`, stdout)
	require.Regexp(t, `(?m)d\.txt +2  EMAIL 1, US_SSN 1$`, stdout)
	require.NotContains(t, stdout, "b.txt")
	require.Contains(t, stdout, "3 files, 69 bytes, 3 findings, 1 left out")
}

// TestRedactManyFiles is read by several workers and reported in order.
func TestRedactManyFiles(t *testing.T) {
	files := map[string]string{}
	for i := range 200 {
		files[fmt.Sprintf("%03d.txt", i)] = strings.Repeat("x ", i) + "jane.doe@company.com"
	}
	dir := tree(t, files)
	stdout, stderr, err := runRedact(t, "", "--explain", "--format", "json", "--jobs", "7", "--progress", dir)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 200)
	for i, line := range lines {
		require.Contains(t, line, fmt.Sprintf("%03d.txt", i))
	}
	require.Contains(t, stderr, "200 of 200 files")
}

func TestRedactRefusesFlags(t *testing.T) {
	dir := tree(t, map[string]string{"a": "a", "b": "b"})
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for name, args := range map[string][]string{
		"several files":       {a, b},
		"both":                {a, "--out", "x", "--in-place"},
		"force alone":         {a, "--force"},
		"records in place":    {a, "--in-place", "--jsonl"},
		"out without files":   {"--out", filepath.Join(t.TempDir(), "x")},
		"no such format":      {"--stats", "--format", "xml"},
		"no such point":       {a, "--point", "wild"},
		"no jobs":             {a, "--jobs", "0"},
		"no such file":        {filepath.Join(dir, "c"), "--in-place"},
		"no such file to out": {filepath.Join(dir, "c")},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := runRedact(t, "", args...)
			require.Error(t, err)
		})
	}
}

// TestReplaceIsWholeOrNothing has the writing end in the middle.
func TestReplaceIsWholeOrNothing(t *testing.T) {
	dir := tree(t, map[string]string{"a.txt": "before"})
	p := place{path: filepath.Join(dir, "a.txt")}
	err := p.replace(0o600, true, func(w io.Writer) error {
		_, err := w.Write(bytes.Repeat([]byte("x"), 1<<20))
		require.NoError(t, err)
		return os.ErrDeadlineExceeded
	})
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.Equal(t, map[string]string{"a.txt": "before"}, contents(t, dir), "no part of it is left")
	require.ErrorIs(t, p.replace(0o600, false, func(io.Writer) error { return nil }), errExists)
	require.Equal(t, map[string]string{"a.txt": "before"}, contents(t, dir))
}

// TestRedactUnreadable names a file that may not be read and goes on with the others.
func TestRedactUnreadable(t *testing.T) {
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("everything can be read by this user")
	}
	dir := tree(t, map[string]string{"a.txt": "a", "b.txt": "b"})
	require.NoError(t, os.Chmod(filepath.Join(dir, "a.txt"), 0))
	out := filepath.Join(t.TempDir(), "out")
	_, stderr, err := runRedact(t, "", dir, "--out", out)
	require.Equal(t, exitError(1), err)
	require.Contains(t, stderr, "a.txt: permission denied")
	require.Equal(t, map[string]string{"b.txt": "b"}, contents(t, out))
}

// requireSame compares texts that are too long to be shown.
func requireSame(t *testing.T, want, got string) {
	t.Helper()
	same := want == got
	require.True(t, same, "%d bytes are not the %d bytes that are wanted", len(got), len(want))
}

// TestRedactLong reads texts that are not held as a whole, from a file, from a pipe, and into a folder.
func TestRedactLong(t *testing.T) {
	filler := strings.Repeat("nothing of this is of interest to anybody, and so it goes on and on. é\n", maxWholeText/70)
	text := "mail jane.doe@company.com\n" + filler + "my SSN is 123-45-6789 and that is all\n"
	require.Greater(t, len(text), maxWholeText)
	want := "mail j***@company.com\n" + filler + "my SSN is [REDACTED] and that is all\n"
	dir := tree(t, map[string]string{"long.txt": text, "broken.txt": text + "\xff"})
	long := filepath.Join(dir, "long.txt")

	stdout, _, err := runRedact(t, "", long)
	require.NoError(t, err)
	requireSame(t, want, stdout)
	stdout, _, err = runRedact(t, text)
	require.NoError(t, err)
	requireSame(t, want, stdout)

	out := filepath.Join(t.TempDir(), "out")
	stdout, stderr, err := runRedact(t, "", dir, "--out", out, "--explain", "--stats", "--format", "json")
	require.Equal(t, exitLeftOut, err)
	require.Contains(t, stderr, "broken.txt: left out: ")
	got := contents(t, out)
	require.Len(t, got, 1)
	requireSame(t, want, got["long.txt"])
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 3)
	var e explained
	require.NoError(t, json.Unmarshal([]byte(lines[1]), &e))
	require.Equal(t, strings.Count(text, "\n"), e.Line)
	require.Equal(t, 11, e.Column)
	require.Equal(t, "123-45-6789", text[e.StartByte:e.EndByte])
	require.Equal(t, e.StartByte-strings.Count(filler, "é"), e.Start)
}
