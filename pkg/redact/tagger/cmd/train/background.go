package main

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hushlog/hushlog/pkg/redact/tagger"
)

// Background text is cut to pieces of this many lines, and one piece in backgroundShare is taken.
const (
	backgroundLines = 30
	backgroundShare = 40
)

// background reads pieces of source code: text that looks like much, and names nobody.
func background(dirs []string) ([]tagger.Example, error) {
	var out []tagger.Example
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() || !strings.HasSuffix(path, ".go") {
				return nil
			}
			data, err := os.ReadFile(path) //nolint:gosec // the folder was named on the command line
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			out = append(out, pieces(filepath.ToSlash(rel), string(data))...)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("background: %w", err)
		}
	}
	return out, nil
}

// pieces returns the pieces of a file that are taken, chosen by a hash of where they are.
func pieces(name, text string) []tagger.Example {
	var out []tagger.Example
	lines := strings.SplitAfter(text, "\n")
	for i := 0; i < len(lines); i += backgroundLines {
		h := fnv.New32a()
		fmt.Fprintf(h, "%s:%d", name, i)
		if h.Sum32()%backgroundShare != 0 {
			continue
		}
		out = append(out, tagger.Example{Text: strings.Join(lines[i:min(len(lines), i+backgroundLines)], "")})
	}
	return out
}
