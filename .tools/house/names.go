package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// forbidden is what no committed file may hold: a registry's host, which ties
// a build to one mirror (every client is configured from outside), and a path
// of the machine that a file was written on. The patterns are written so that
// they do not match themselves.
var forbidden = []struct {
	what    string
	pattern *regexp.Regexp
}{
	{"a registry's host", regexp.MustCompile(`(?i)\b(proxy\.golang\.org|sum\.golang\.org|goproxy\.(io|cn)|registry\.(npmjs|yarnpkg)\.(org|com)|registry-1\.docker\.io|(index\.)?docker\.io/|ghcr\.io|quay\.io|\bgcr\.io|public\.ecr\.aws|repo1?\.maven\.(apache\.)?org|(files\.)?pythonhosted\.org|pypi\.org|(static|index)\.crates\.io|://crates\.io|(deb|security|ftp)\.debian\.org|(archive|security)\.ubuntu\.com|dl-cdn\.alpinelinux\.org)`)},
	{"a machine's path", regexp.MustCompile(`(^|[^\w./-])/(work|root|home/[a-z]\w*|Users/\w+)/`)},
}

// binaryProbe is how much of a file is looked at to tell text from data.
const binaryProbe = 8000

// runNames looks through every file that git tracks or would track.
func runNames(ctx context.Context, _ []string, out io.Writer) error {
	paths, err := gitFiles(ctx)
	if err != nil {
		return err
	}
	found := 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) { // deleted and not committed yet
			continue
		}
		if err != nil {
			return err
		}
		for _, finding := range forbiddenNames(text) {
			fmt.Fprintf(out, "%s:%s\n", path, finding)
			found++
		}
	}
	if found > 0 {
		return errFound
	}
	fmt.Fprintf(out, "%d files name no registry and no machine's path\n", len(paths))
	return nil
}

func forbiddenNames(text []byte) []string {
	if bytes.IndexByte(text[:min(len(text), binaryProbe)], 0) >= 0 {
		return nil
	}
	var found []string
	number := 0
	for line := range bytes.Lines(text) {
		number++
		for _, f := range forbidden {
			match := f.pattern.Find(line)
			if match != nil {
				found = append(found, fmt.Sprintf("%d: %s: %s", number, f.what, bytes.TrimSpace(match)))
			}
		}
	}
	return found
}

// gitFiles lists the files of the repository around the working directory:
// the tracked ones and those that are new and not ignored.
func gitFiles(ctx context.Context) ([]string, error) {
	cmd := exec.CommandContext(ctx, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list the repository's files: %w", err)
	}
	return strings.FieldsFunc(string(list), func(r rune) bool { return r == 0 }), nil
}
