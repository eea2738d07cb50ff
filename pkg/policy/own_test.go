package policy

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/dictionary"
)

const ownSection = `own:
  dictionaries:
    projects: {type: OTHER, confidence: 0.9, file: lists/projects.txt}
    customers: {type: PERSON, confidence: 0.9, hashes: customers.hashes, key: dictionary.key}
  patterns:
    ticket:
      type: OTHER
      confidence: 0.9
      pattern: 'TCK-\d{4,8}'
      match: [TCK-1234]
      no_match: [TCK-12]
  identifiers:
    employee: {type: OTHER, confidence: 0.95, shape: EMP-NNNNNNC, checksum: luhn, match: [EMP-1234566], no_match: [EMP-1234567]}
  allow:
    public-addresses:
      types: [EMAIL]
      values: [info@company.com]
      patterns: []
`

// ownDocument is the default document with rules of each kind, and one text replaced.
func ownDocument(t *testing.T, old, with string) string {
	t.Helper()
	require.Contains(t, ownSection, old)
	section := strings.Replace(ownSection, old, with, 1)
	return string(change(t, "own:\n  dictionaries: {}\n  patterns: {}\n  identifiers: {}\n  allow: {}\n", section))
}

// writeOwn writes a policy and the files that it names.
func writeOwn(t *testing.T, doc string) (path string) {
	t.Helper()
	dir := t.TempDir()
	secret := strings.Repeat("0c", 32)
	key, err := dictionary.NewKey(bytes.Repeat([]byte{0x0C}, 32))
	require.NoError(t, err)
	var hashes bytes.Buffer
	_, err = dictionary.WriteHashes(&hashes, strings.NewReader("Jane Doe\n"), key, redact.DictionaryOptions(false))
	require.NoError(t, err)
	for name, content := range map[string]string{
		"policy.yaml": doc, "lists/projects.txt": "Falcon Heavy\nWombat\n", "customers.hashes": hashes.String(), "dictionary.key": secret + "\n",
	} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	}
	return filepath.Join(dir, "policy.yaml")
}

func TestOwnRules(t *testing.T) {
	p, err := Load(writeOwn(t, ownDocument(t, "own:", "own:")))
	require.NoError(t, err)
	own, err := p.CompileOwn()
	require.NoError(t, err)
	e, err := redact.New(redact.Options{Actions: p.Actions(), Own: own})
	require.NoError(t, err)
	res, err := e.Redact("jane doe, falcon heavy, TCK-12345, EMP-1234566, info@company.com", redact.Hints{})
	require.NoError(t, err)
	require.Equal(t, "j*** d***, [MASKED], [MASKED], [MASKED], info@company.com", res.Text)
	var out bytes.Buffer
	require.NoError(t, p.Explain(&out))
	for _, line := range []string{
		"own-projects: the entries of lists/projects.txt, in any case, are OTHER (0.9)",
		"own-customers: the entries of customers.hashes, kept as keyed hashes, are PERSON (0.9)",
		`own-ticket: what TCK-\d{4,8} matches is OTHER (0.9)`,
		"own-employee: EMP-NNNNNNC with the checksum luhn is OTHER (0.95)",
		"public-addresses: 1 values and 0 patterns are never findings of EMAIL",
	} {
		require.Contains(t, out.String(), line)
	}
	require.NotContains(t, out.String(), "info@company.com")
	own, err = Default().CompileOwn()
	require.NoError(t, err)
	require.Empty(t, own.Version())
}

// TestOwnProblemsHaveTheirPlace names the line of the document, and of the list.
func TestOwnProblemsHaveTheirPlace(t *testing.T) {
	for _, tc := range []struct {
		name, old, with, field, at, message string
		files                               map[string]string
	}{
		{"pattern", `TCK-\d{4,8}`, `TCK-(`, "own.patterns.ticket.pattern", "pattern: ", "is not a regular expression", nil},
		{"sample", "match: [TCK-1234]", "match: [TCK-1234, TCK-1]", "own.patterns.ticket.match[1]", "match: [TCK", "is not found as a whole", nil},
		{"checksum", "checksum: luhn", "checksum: lunh", "own.identifiers.employee.checksum", "    employee", "is not a checksum", nil},
		{"type of a list", "type: PERSON", "type: PEOPLE", "own.dictionaries.customers.type", "    customers", "is not a type of finding", nil},
		{"name twice", "    employee:", "    ticket:", "own.identifiers.ticket", "    ticket: {", "another rule", nil},
		{"list and hashes", "file: lists/projects.txt", "file: a, hashes: b, key: c", "own.dictionaries.projects", "    projects", "needs a list", nil},
		{"hashes without key", ", key: dictionary.key", "", "own.dictionaries.customers", "    customers", "needs both", nil},
		{"not a truth", "file: lists/projects.txt", "file: a, case_sensitive: maybe", "own.dictionaries.projects.case_sensitive", "    projects", "must be true or false", nil},
		{"nothing allowed", "values: [info@company.com]", "values: []", "own.allow.public-addresses", "    public-addresses", "allows nothing", nil},
		{"no file", "lists/projects.txt", "lists/none.txt", "own.dictionaries.projects.file", "    projects", "no such file", nil},
		{"line of a list", "own:", "own:", "own.dictionaries.projects.file", "    projects", "lists/projects.txt: line 3: has fewer than 3", map[string]string{"lists/projects.txt": "Falcon\n# x\nzq\n"}},
		{"another key", "own:", "own:", "own.dictionaries.customers.hashes", "    customers", "another key", map[string]string{"dictionary.key": strings.Repeat("0d", 32)}},
		{"no key", "own:", "own:", "own.dictionaries.customers.key", "    customers", "want 32 bytes", map[string]string{"dictionary.key": "zq"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			doc := ownDocument(t, tc.old, tc.with)
			path := writeOwn(t, doc)
			for name, content := range tc.files {
				require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), name), []byte(content), 0o600))
			}
			p, err := Load(path)
			if err == nil {
				_, err = p.CompileOwn()
			}
			require.ErrorIs(t, err, ErrInvalid)
			var invalid *InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, path, invalid.File)
			first := find(invalid.Problems, tc.field)
			require.NotNil(t, first, "%v", err)
			require.Contains(t, first.Message, tc.message)
			section := strings.Index(doc, "\nown:")
			require.Equal(t, 1+strings.Count(doc[:section+strings.Index(doc[section:], tc.at)], "\n"), first.Line, "%v", err)
			require.NotContains(t, strings.ReplaceAll(err.Error(), path, ""), "zq")
		})
	}
}
