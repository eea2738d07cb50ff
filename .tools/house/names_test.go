package main

import (
	"strings"
	"testing"
)

func TestForbiddenNames(t *testing.T) {
	// Put together here, so that this file passes the check itself.
	host := func(parts ...string) string { return strings.Join(parts, ".") }
	tests := []struct {
		name, text string
		want       int
	}{
		{"a module path is no host", "golang.org/x/net v0.1.0\ngopkg.in/yaml.v3\n", 0},
		{"a Go registry", "GOPROXY=https://" + host("proxy", "golang", "org"), 1},
		{"an npm registry", `"resolved": "https://` + host("registry", "npmjs", "org") + `/a"`, 1},
		{"an image's registry", "image: " + host("docker", "io") + "/library/debian", 1},
		{"a registry's product", "crates.io token", 0},
		{"a Debian package of that name", "apt-get install " + host("docker", "io"), 0},
		{"a home folder", "open /" + "root/.cache", 1},
		{"a checkout", "cd /" + "work/main", 1},
		{"a relative folder", "see services/" + "work/main.go", 0},
		{"two lines", "/" + "root/a\nfine\n/" + "home/ann/b\n", 2},
		{"data", "\x00/" + "root/a", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found := forbiddenNames([]byte(test.text))
			if len(found) != test.want {
				t.Errorf("found %q, want %d", found, test.want)
			}
		})
	}
}
