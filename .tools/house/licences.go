package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licenceFile is what projects call the file that holds their licence.
// LICENSE.docs covers texts, of which nothing is shipped.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([-._].*)?$`)

// licenceMarks tell licences by a phrase of theirs, in lower case with single
// spaces, which stand for slashes too (see spaces). All that a text bears are reported.
var licenceMarks = []struct{ id, phrase string }{
	{"Apache-2.0", "apache license version 2.0"},
	{"Apache-2.0", "licensed under the apache license, version 2.0"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy of this software to deal in"},
	{"BSD", "redistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met"},
	{"BSD", "redistribution and use in source and binary forms, with or without modification, are permitted (subject to the limitations in the disclaimer below) provided that"},
	{"ISC", "permission to use, copy, modify, and or distribute this software for any purpose with or without fee is hereby granted"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"MPL-2.0", "mozilla public license, version 2.0"},
	{"Unicode", "unicode license v3"},
	{"Unicode", "unicode, inc. license agreement"},
	{"Zlib", "altered source versions must be plainly marked as such"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
	{"CC0", "creative commons legal code cc0"},
	{"CC-BY", "creative commons attribution"},
	{"SSPL", "server side public license"},
	{"BUSL", "business source license"},
	{"Elastic", "elastic license"},
	{"Commons-Clause", "commons clause"},
	{"CDDL", "common development and distribution license"},
	{"EPL", "eclipse public license"},
	{"LGPL", "gnu lesser general public license"},
	{"AGPL", "gnu affero general public license"},
	{"GPL", "gnu general public license"},
}

var (
	spaces      = regexp.MustCompile(`[\s*#/]+`)
	bsdThird    = regexp.MustCompile(`neither the name|names? of .{1,80} may not be used to endorse|may not be used to endorse or promote`)
	gnuInOthers = []string{"GPL", "LGPL", "AGPL"}
)

// classify tells which licences a text bears; none means it was not recognised.
func classify(text []byte) []string {
	plain := string(spaces.ReplaceAll(bytes.ToLower(text), []byte(" ")))
	var ids []string
	for _, mark := range licenceMarks {
		if !strings.Contains(plain, mark.phrase) {
			continue
		}
		id := mark.id
		if id == "BSD" {
			id = "BSD-2-Clause"
			if bsdThird.MatchString(plain) {
				id = "BSD-3-Clause"
			}
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if slices.Contains(ids, "MPL-2.0") { // whose own text names the GNU licences as secondary ones
		ids = slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(gnuInOthers, id) })
	}
	return ids
}

// allowList says which licences are taken, from any module or from a named one.
type allowList map[[2]string]bool

// readAllowList reads lines `LICENCE MODULE [reason]`, with * for any module;
// a named module needs a reason.
func readAllowList(path string) (allowList, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	allow := allowList{}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) < 2 || (words[1] != "*" && len(words) < 3) {
			return nil, fmt.Errorf("%s:%d: want `LICENCE MODULE reason`, or * for any module", path, number)
		}
		allow[[2]string{words[0], words[1]}] = true
	}
	return allow, nil
}

func (a allowList) has(licence, module string) bool {
	return a[[2]string{licence, "*"}] || a[[2]string{licence, module}]
}

// dependency is a module and the folders of it that the product is built from.
type dependency struct {
	path, dir string
	packages  []string
}

// runLicences checks every module that the packages in the given folders are
// built from, tests included, and every package of the npm lock file.
func runLicences(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("licences", flag.ContinueOnError)
	lock := flags.String("lock", "", "npm lock file to check too")
	allowFile := flags.String("allow", "", "file that lists the licences that are taken")
	err := flags.Parse(args)
	if err != nil {
		return err
	}
	allow, err := readAllowList(*allowFile)
	if err != nil {
		return err
	}
	dependencies, err := listDependencies(ctx, flags.Args())
	if err != nil {
		return err
	}
	var findings []string
	seen := map[string]int{}
	for _, dep := range dependencies {
		findings = append(findings, checkModule(dep, allow, seen)...)
	}
	npm, err := checkLock(*lock, allow, seen)
	if err != nil {
		return err
	}
	for _, finding := range append(findings, npm...) {
		fmt.Fprintln(out, finding)
	}
	if len(findings)+len(npm) > 0 {
		return errFound
	}
	fmt.Fprintf(out, "%d Go modules and the npm packages:", len(dependencies))
	for _, id := range sortedKeys(seen) {
		fmt.Fprintf(out, " %s %d", id, seen[id])
	}
	fmt.Fprintln(out)
	return nil
}

func listDependencies(ctx context.Context, dirs []string) ([]*dependency, error) {
	args := []string{"list", "-deps", "-test", "-f", "{{if not .Standard}}{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}\t{{.Dir}}{{end}}"}
	for _, dir := range dirs {
		args = append(args, "./"+dir+"/...")
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	list, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages: %w\n%s", err, stderr.String())
	}
	modules := map[string]*dependency{}
	for line := range strings.Lines(string(list)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 {
			continue
		}
		dep := modules[fields[0]]
		if dep == nil {
			dep = &dependency{path: fields[0], dir: fields[1]}
			modules[fields[0]] = dep
		}
		dep.packages = append(dep.packages, fields[2])
	}
	dependencies := make([]*dependency, 0, len(modules))
	for _, path := range sortedKeys(modules) {
		dependencies = append(dependencies, modules[path])
	}
	return dependencies, nil
}

// checkModule looks at the licence files of the module's root and of every
// folder on the way to a package that is used: copied code brings its own.
func checkModule(dep *dependency, allow allowList, seen map[string]int) []string {
	files := licenceFiles(dep)
	if len(files) == 0 {
		return []string{dep.path + ": no licence file"}
	}
	var findings []string
	found := map[string]bool{}
	for _, file := range files {
		name, err := filepath.Rel(dep.dir, file)
		if err != nil {
			name = filepath.Base(file)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			findings = append(findings, fmt.Sprintf("%s: %s cannot be read", dep.path, name))
			continue
		}
		ids := classify(text)
		if len(ids) == 0 && !allow.has("unrecognised", dep.path) {
			findings = append(findings, fmt.Sprintf("%s: %s is not a licence this check knows", dep.path, name))
		}
		for _, id := range ids {
			found[id] = true
			if !allow.has(id, dep.path) {
				findings = append(findings, fmt.Sprintf("%s: %s holds %s, which is not on the allow list", dep.path, name, id))
			}
		}
	}
	for id := range found {
		seen[id]++
	}
	return findings
}

func licenceFiles(dep *dependency) []string {
	dirs := map[string]bool{}
	for _, dir := range dep.packages {
		for strings.HasPrefix(dir, dep.dir) && !dirs[dir] {
			dirs[dir] = true
			dir = filepath.Dir(dir)
		}
	}
	var files []string
	for _, dir := range sortedKeys(dirs) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // a module whose folder vanished has no licence file either
		}
		for _, entry := range entries {
			name := entry.Name()
			if entry.Type().IsRegular() && licenceFile.MatchString(name) && filepath.Ext(name) != ".docs" && filepath.Ext(name) != ".go" {
				files = append(files, filepath.Join(dir, name))
			}
		}
	}
	return files
}

// checkLock looks at the licence that each package of an npm lock file states.
func checkLock(path string, allow allowList, seen map[string]int) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			License   string `json:"license"`
			Integrity string `json:"integrity"`
		} `json:"packages"`
	}
	err = json.Unmarshal(text, &lock)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(lock.Packages) < 2 { // the project itself is one
		return nil, errors.New(path + " lists no package")
	}
	var findings []string
	for _, name := range sortedKeys(lock.Packages) {
		pkg := lock.Packages[name]
		if name == "" {
			continue
		}
		name = strings.TrimPrefix(name, "node_modules/")
		if !allow.has(pkg.License, "npm:"+name) {
			findings = append(findings, fmt.Sprintf("npm:%s: states the licence %q, which is not on the allow list", name, pkg.License))
		}
		if pkg.Integrity == "" {
			findings = append(findings, fmt.Sprintf("npm:%s: no integrity hash in %s", name, path))
		}
		seen[pkg.License]++
	}
	return findings, nil
}
