package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	mitText = "Permission is hereby granted, free of charge, to any person obtaining a copy\nof this software and associated documentation files (the \"Software\")"
	bsdText = "Redistribution and use in source and binary forms, with or without\nmodification, are permitted provided that the following conditions are\nmet:"
)

func TestClassify(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"apache", "   Apache License\n   Version 2.0, January 2004", []string{"Apache-2.0"}},
		{"mit", mitText, []string{"MIT"}},
		{"mit as a comment", "// " + strings.ReplaceAll(mitText, "\n", "\n// "), []string{"MIT"}},
		{"bsd without the third clause", bsdText, []string{"BSD-2-Clause"}},
		{"bsd with it", bsdText + "\n * Neither the name of Google Inc.", []string{"BSD-3-Clause"}},
		{"two in one file", mitText + "\n\n" + bsdText, []string{"MIT", "BSD-2-Clause"}},
		{"mpl names the gnu licences", "Mozilla Public License Version 2.0 … the GNU General Public License, Version 2.0", []string{"MPL-2.0"}},
		{"gpl", "GNU GENERAL PUBLIC LICENSE\nVersion 3", []string{"GPL"}},
		{"mit beside gpl", mitText + "\nGNU Affero General Public License", []string{"MIT", "AGPL"}},
		{"isc", "Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is hereby granted", []string{"ISC"}},
		{"unknown", "All rights reserved.", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := classify([]byte(test.text))
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestCheckModule(t *testing.T) {
	allow := allowList{{"MIT", "*"}: true, {"MPL-2.0", "example.com/careful"}: true}
	tests := []struct {
		name   string
		module string
		files  map[string]string
		want   string
	}{
		{"permissive", "example.com/a", map[string]string{"LICENSE": mitText}, ""},
		{"none", "example.com/a", map[string]string{"README": "hello"}, "no licence file"},
		{"refused", "example.com/a", map[string]string{"COPYING": "GNU General Public License"}, "GPL"},
		{"copied code below", "example.com/a", map[string]string{"LICENSE": mitText, "inner/LICENSE.txt": "Server Side Public License"}, "SSPL"},
		{"unknown text", "example.com/a", map[string]string{"LICENSE": "ask us"}, "not a licence this check knows"},
		{"with care, elsewhere", "example.com/a", map[string]string{"LICENSE": "Mozilla Public License Version 2.0"}, "MPL-2.0"},
		{"with care, here", "example.com/careful", map[string]string{"LICENSE": "Mozilla Public License Version 2.0"}, ""},
		{"a licence of texts", "example.com/a", map[string]string{"LICENSE": mitText, "LICENSE.docs": "Creative Commons Attribution"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			inner := filepath.Join(dir, "inner")
			err := os.Mkdir(inner, 0o755)
			if err != nil {
				t.Fatal(err)
			}
			for name, text := range test.files {
				err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
				if err != nil {
					t.Fatal(err)
				}
			}
			dep := &dependency{path: test.module, dir: dir, packages: []string{inner}}
			findings := strings.Join(checkModule(dep, allow, map[string]int{}), "\n")
			if test.want == "" && findings != "" {
				t.Errorf("found %q", findings)
			}
			if !strings.Contains(findings, test.want) {
				t.Errorf("found %q, want %q", findings, test.want)
			}
		})
	}
}

func TestCheckLock(t *testing.T) {
	allow := allowList{{"Apache-2.0", "*"}: true}
	tests := []struct{ name, text, want string }{
		{"good", `{"packages":{"":{},"node_modules/a":{"license":"Apache-2.0","integrity":"sha512-x"}}}`, ""},
		{"no hash", `{"packages":{"":{},"node_modules/a":{"license":"Apache-2.0"}}}`, "no integrity hash"},
		{"other licence", `{"packages":{"":{},"node_modules/a":{"license":"GPL-3.0","integrity":"sha512-x"}}}`, `"GPL-3.0"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "package-lock.json")
			err := os.WriteFile(path, []byte(test.text), 0o600)
			if err != nil {
				t.Fatal(err)
			}
			found, err := checkLock(path, allow, map[string]int{})
			if err != nil {
				t.Fatal(err)
			}
			if (test.want == "") != (len(found) == 0) || !strings.Contains(strings.Join(found, "\n"), test.want) {
				t.Errorf("found %q, want %q", found, test.want)
			}
		})
	}
}
