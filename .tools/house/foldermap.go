package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// mapStart marks the line before the fenced block that is the map.
const mapStart = "<!-- map -->"

// mapParents are the folders of which each child is on the map by itself.
// Deeper ones may be.
var mapParents = []string{".", ".tools", "pkg", "proto", "services", "deploy", "test"}

// mapLine is a folder and what it is for.
var mapLine = regexp.MustCompile(`^(\S+)/\s+(\S.*)$`)

// runMap compares the map in the given file with the folders there are.
func runMap(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("name the file that holds the map")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	drawn, err := readMap(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	files, err := gitFiles(ctx)
	if err != nil {
		return err
	}
	present := files[:0]
	for _, file := range files {
		_, err := os.Stat(file)
		if err == nil {
			present = append(present, file)
		}
	}
	differences := compareMap(drawn, present)
	for _, difference := range differences {
		fmt.Fprintf(out, "%s: %s\n", args[0], difference)
	}
	if len(differences) > 0 {
		return errFound
	}
	fmt.Fprintf(out, "the map shows the %d folders that there are\n", len(drawn))
	return nil
}

// readMap takes the folders from the fenced block after mapStart.
func readMap(text string) ([]string, error) {
	_, after, ok := strings.Cut(text, mapStart)
	if !ok {
		return nil, fmt.Errorf("no line %q before the map", mapStart)
	}
	parts := strings.SplitN(after, "```", 3)
	if len(parts) < 3 {
		return nil, fmt.Errorf("no fenced block after %q", mapStart)
	}
	var folders []string
	lines := strings.Split(strings.TrimSpace(parts[1]), "\n")
	for _, line := range lines {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, " ") { // goes on from the line above
			continue
		}
		match := mapLine.FindStringSubmatch(line)
		if match == nil {
			return nil, fmt.Errorf("map: %q is not a folder, its slash, and what it is for", line)
		}
		folders = append(folders, match[1])
	}
	return folders, nil
}

// compareMap tells which drawn folders hold no file and which folders that
// should be drawn are not.
func compareMap(drawn, files []string) []string {
	exists := map[string]bool{}
	for _, file := range files {
		for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
			exists[dir] = true
		}
	}
	var differences []string
	for _, dir := range drawn {
		if !exists[dir] {
			differences = append(differences, dir+"/ is on the map and holds no file")
		}
	}
	for _, dir := range sortedKeys(exists) {
		if slices.Contains(mapParents, path.Dir(dir)) && !slices.Contains(drawn, dir) && !drawnBelow(drawn, dir) {
			differences = append(differences, dir+"/ is not on the map")
		}
	}
	return differences
}

// drawnBelow reports whether the map shows dir by showing what is in it.
func drawnBelow(drawn []string, dir string) bool {
	return slices.ContainsFunc(drawn, func(d string) bool { return strings.HasPrefix(d, dir+"/") })
}
