package repository

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require" // says what differed

	"github.com/hushlog/hushlog/pkg/policy"
)

// These tests hold what documents name to what there is: links, paths, targets of make, metrics, tables, variables.

// document is a Markdown file of the repository.
type document struct {
	// path is relative to the repository.
	path, text string
	// prose is the text without its fenced blocks.
	prose string
}

func documents(t *testing.T, root string) []document {
	t.Helper()
	var all []document
	fence := regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	for path, raw := range files(t, root, func(path string) bool { return filepath.Ext(path) == ".md" }) {
		all = append(all, document{path, raw, fence.ReplaceAllString(raw, "")})
	}
	require.Greater(t, len(all), 20)
	return all
}

// files are the texts of what is of this repository, by path; nothing that is installed or generated into folders with a dot.
func files(t *testing.T, root string, wanted func(path string) bool) map[string]string {
	t.Helper()
	texts := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(name, ".") && name != ".tools" || name == "node_modules" || name == "bin"):
			return fs.SkipDir
		case entry.IsDir() || !entry.Type().IsRegular() || !wanted(path):
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		texts[filepath.ToSlash(relative)] = string(raw)
		return err
	}))
	return texts
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	// inline is code within a sentence.
	inline = regexp.MustCompile("`([^`\n]+)`")
	// metric is the name of one, at the beginning of a word; quotedMetric where the code has it.
	metric       = regexp.MustCompile(`^hushlog_[a-z0-9_]+`)
	quotedMetric = regexp.MustCompile(`"(hushlog_[a-z0-9_]+)"`)
)

// anchorsOf are the names that a heading can be linked by, as GitHub makes them.
func anchorsOf(text string) []string {
	var anchors []string
	for _, found := range heading.FindAllStringSubmatch(text, -1) {
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-', r == '_', r >= '0' && r <= '9', r >= 'a' && r <= 'z', r > 127:
				return r
			default:
				return -1
			}
		}, strings.ToLower(strings.TrimSpace(found[1])))
		anchors = append(anchors, anchor)
	}
	return anchors
}

func TestLinksResolve(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	seen := 0
	for _, doc := range documents(t, root) {
		for _, found := range link.FindAllStringSubmatch(doc.prose, -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, "://") {
				continue // of others: not asked here
			}
			path := filepath.Join(root, filepath.Dir(doc.path), target)
			if target == "" {
				path = filepath.Join(root, doc.path)
			}
			_, err = os.Stat(path)
			require.NoError(t, err, "%s: %s", doc.path, found[1])
			if anchor != "" {
				raw, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Contains(t, anchorsOf(string(raw)), anchor, "%s: %s", doc.path, found[1])
			}
			seen++
		}
	}
	require.Greater(t, seen, 40)
}

func TestNamedPathsExist(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	path := regexp.MustCompile(`^(pkg|services|proto|test|docs|deploy|\.tools|\.ci)/[\w./*-]*$`)
	seen := 0
	for _, doc := range documents(t, root) {
		for _, found := range inline.FindAllStringSubmatch(doc.prose, -1) {
			if !path.MatchString(found[1]) {
				continue
			}
			matches, err := filepath.Glob(filepath.Join(root, found[1]))
			require.NoError(t, err)
			require.NotEmpty(t, matches, "%s: `%s` is not there", doc.path, found[1])
			seen++
		}
	}
	require.Greater(t, seen, 40)
}

func TestNamedMakeTargetsExist(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	var targets []string
	for _, found := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, found[1])
	}
	used := regexp.MustCompile("(?m)(?:^|`|\\$ )(?:[A-Z]+=[^ ]+ )*make ((?:[a-z]+(?:-[a-z]+)*)(?: [a-z]+(?:-[a-z]+)*)*)(?:`| [A-Z]+=|[ ]+#|$)")
	seen := 0
	for _, doc := range documents(t, root) {
		for _, found := range used.FindAllStringSubmatch(doc.text, -1) {
			for target := range strings.FieldsSeq(found[1]) {
				require.Contains(t, targets, target, "%s: make %s", doc.path, found[1])
				seen++
			}
		}
	}
	require.Greater(t, seen, 30)
}

// TestNamedMetricsExist looks for each metric in the code that registers it. Those of pkg/stream have the service in their name.
func TestNamedMetricsExist(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	known := map[string]bool{}
	for _, text := range files(t, root, func(path string) bool { return filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go") }) {
		for _, found := range quotedMetric.FindAllStringSubmatch(text, -1) {
			known[found[1]] = true
		}
	}
	stream, err := os.ReadFile(filepath.Join(root, "pkg", "stream", "metrics.go"))
	require.NoError(t, err)
	for _, found := range regexp.MustCompile(`name\("([a-z_]+)"\)`).FindAllStringSubmatch(string(stream), -1) {
		for _, service := range []string{"redactor", "ingest", "alert"} {
			known["hushlog_"+service+"_stream_"+found[1]] = true
		}
	}
	seen := 0
	for _, doc := range documents(t, root) {
		for _, found := range inline.FindAllStringSubmatch(doc.prose, -1) {
			name := metric.FindString(found[1])
			if name == "" {
				continue
			}
			base := name
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				if !known[base] {
					base = strings.TrimSuffix(name, suffix)
				}
			}
			require.True(t, known[base], "%s: nothing registers `%s`", doc.path, name)
			seen++
		}
	}
	require.Greater(t, seen, 30)
}

// TestNamedTablesAndTopicsExist covers what is written with hushlog. before it, in blocks too.
func TestNamedTablesAndTopicsExist(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	var known []string
	for _, table := range policy.AllTables() {
		known = append(known, "hushlog."+table)
	}
	for _, topic := range policy.Default().Topics() {
		known = append(known, topic.Name)
	}
	name := regexp.MustCompile(`\bhushlog\.[a-z][a-z0-9_]*(?:\.v1)?`)
	others := []string{"hushlog.v1", "hushlog.rules", "hushlog.gateway"} // the contract's package, a file, the domain of errors
	seen := 0
	for _, doc := range documents(t, root) {
		for _, found := range name.FindAllString(doc.text, -1) {
			if slices.Contains(others, found) {
				continue
			}
			require.True(t, slices.Contains(known, found), "%s: %s is no table and no topic", doc.path, found)
			seen++
		}
	}
	require.Greater(t, seen, 50)
}

// TestNamedVariablesExist looks for variables of the environment in what reads them.
func TestNamedVariablesExist(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	variable := regexp.MustCompile(`\bHUSHLOG_[A-Z_]+[A-Z]\b`)
	known := map[string]bool{}
	for _, role := range []string{"ENGINEERING", "COMPLIANCE", "ONCALL", "SECURITY"} {
		known["HUSHLOG_TOKEN_"+role] = true // of hushlog privacy-check, which makes the names
	}
	for _, text := range files(t, root, func(path string) bool {
		return slices.Contains([]string{".go", ".sh", ".yml", ".yaml", ""}, filepath.Ext(path))
	}) {
		for _, found := range variable.FindAllString(text, -1) {
			known[found] = true
		}
	}
	seen := 0
	for _, doc := range documents(t, root) {
		for _, found := range variable.FindAllString(doc.text, -1) {
			require.True(t, known[found], "%s: nothing reads %s", doc.path, found)
			seen++
		}
	}
	require.Greater(t, seen, 20)
}
