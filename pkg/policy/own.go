package policy

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/dictionary"
)

// Own is what else the organisation calls private, and what it does not. Names of rules are unique
// over all kinds: findings of the rule x carry the rule own-x.
type Own struct {
	// Dictionaries are lists of words and names.
	Dictionaries map[string]OwnDictionary `yaml:"dictionaries"`
	// Patterns are regular expressions.
	Patterns map[string]OwnPattern `yaml:"patterns"`
	// Identifiers have a shape and a checksum.
	Identifiers map[string]OwnIdentifier `yaml:"identifiers"`
	// Allow lists what is never a finding.
	Allow map[string]OwnAllow `yaml:"allow"`
}

// OwnDictionary names a list: one entry a line, or a file of hashes that `hushlog dictionary hash`
// made. Paths are relative to the policy's file.
type OwnDictionary struct {
	// Type of its findings.
	Type redact.Type `yaml:"type"`
	// Confidence of its findings, above 0 and at most 1.
	Confidence float64 `yaml:"confidence"`
	// File is the list; Hashes, instead of it, the file of hashes, and Key the file of their key.
	File   string `yaml:"file"`
	Hashes string `yaml:"hashes"`
	Key    string `yaml:"key"`
	// CaseSensitive compares letters with their case. For hashes, their file says so.
	CaseSensitive bool `yaml:"case_sensitive"`
}

// OwnPattern is a regular expression of RE2's syntax, with samples that it is held to.
type OwnPattern struct {
	Type       redact.Type `yaml:"type"`
	Confidence float64     `yaml:"confidence"`
	Pattern    string      `yaml:"pattern"`
	Match      []string    `yaml:"match"`
	NoMatch    []string    `yaml:"no_match"`
}

// OwnIdentifier is a shape (N digit, A letter, X either, C check sign) and its checksum.
type OwnIdentifier struct {
	Type       redact.Type `yaml:"type"`
	Confidence float64     `yaml:"confidence"`
	Shape      string      `yaml:"shape"`
	Checksum   string      `yaml:"checksum"`
	Match      []string    `yaml:"match"`
	NoMatch    []string    `yaml:"no_match"`
}

// OwnAllow is what is never a finding.
type OwnAllow struct {
	// Types for which it holds; none means all.
	Types []redact.Type `yaml:"types"`
	// Values, whatever their case; Patterns match a value as a whole.
	Values   []string `yaml:"values"`
	Patterns []string `yaml:"patterns"`
}

// rules are those that need no file, in the engine's words.
func (o Own) rules() redact.OwnRules {
	var out redact.OwnRules
	for _, name := range slices.Sorted(maps.Keys(o.Patterns)) {
		r := o.Patterns[name]
		out.Patterns = append(out.Patterns, redact.OwnPattern{
			Name: name, Type: r.Type, Confidence: r.Confidence, Pattern: r.Pattern, Match: r.Match, NoMatch: r.NoMatch,
		})
	}
	for _, name := range slices.Sorted(maps.Keys(o.Identifiers)) {
		r := o.Identifiers[name]
		out.Identifiers = append(out.Identifiers, redact.OwnIdentifier{
			Name: name, Type: r.Type, Confidence: r.Confidence, Shape: r.Shape, Checksum: r.Checksum, Match: r.Match, NoMatch: r.NoMatch,
		})
	}
	for _, name := range slices.Sorted(maps.Keys(o.Allow)) {
		r := o.Allow[name]
		out.Allow = append(out.Allow, redact.OwnAllow{Name: name, Types: r.Types, Values: r.Values, Patterns: r.Patterns})
	}
	return out
}

// CompileOwn reads the files that the policy's own rules name and compiles the rules. Only who finds
// needs it. An error that is ErrInvalid lists every problem, with the place in the policy and, of a
// list, the line; it holds nothing of a list, a value or a pattern.
func (p *Policy) CompileOwn() (*redact.Own, error) {
	found := &problems{places: p.places}
	rules := p.Own.rules()
	for _, name := range slices.Sorted(maps.Keys(p.Own.Dictionaries)) {
		d, ok := p.dictionary(found, ownField, name, p.Own.Dictionaries[name])
		if ok {
			rules.Dictionaries = append(rules.Dictionaries, d)
		}
	}
	own, wrong := redact.CompileOwn(rules)
	p.addOwn(found, wrong)
	err := found.err()
	if err != nil {
		return nil, &InvalidError{File: p.file, Problems: found.list}
	}
	return own, nil
}

// ownField is where the document has the organisation's own rules.
const ownField = "own"

// dictionary is one of a section in the engine's words, with the file that it is read from, if its key can be read.
func (p *Policy) dictionary(f *problems, section, name string, d OwnDictionary) (out redact.OwnDictionary, ok bool) {
	out = redact.OwnDictionary{Name: name, Type: d.Type, Confidence: d.Confidence, Exact: d.CaseSensitive}
	if d.Hashes != "" {
		key, err := loadDictionaryKey(p.beside(d.Key))
		if err != nil {
			f.add(section+".dictionaries."+name+".key", "name the file of the key that the hashes were made with", "%s", err)
			return out, false
		}
		out.Key = &key
	}
	path := p.listPath(d)
	out.Open = func() (io.ReadCloser, error) { return os.Open(filepath.Clean(path)) }
	return out, true
}

// listPath is where the list of a dictionary is.
func (p *Policy) listPath(d OwnDictionary) string { return p.beside(cmp.Or(d.Hashes, d.File)) }

func loadDictionaryKey(path string) (dictionary.Key, error) {
	secret, err := identity.LoadKey(path)
	if err != nil {
		return dictionary.Key{}, err
	}
	return dictionary.NewKey(secret)
}

// beside is a path that the policy names, from the folder of its file.
func (p *Policy) beside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.dir, path)
}

// addOwn notes what the engine says of rules, where the document has them.
func (p *Policy) addOwn(f *problems, wrong []redact.OwnProblem) {
	p.addRules(f, ownField, wrong, func(name string) OwnDictionary { return p.Own.Dictionaries[name] })
}

// addRules notes what the engine says of rules of a section of the document, whose dictionaries are looked up by name.
func (p *Policy) addRules(f *problems, section string, wrong []redact.OwnProblem, dictionary func(name string) OwnDictionary) {
	for _, w := range wrong {
		field := section + "." + w.Section
		if w.Name != "" {
			field += "." + w.Name
		}
		message := w.Message
		switch {
		case w.Section == "dictionaries" && w.Field == "file":
			d := dictionary(w.Name)
			field += map[bool]string{true: ".hashes", false: ".file"}[d.Hashes != ""]
			message = p.listPath(d) + ": " + message
		case w.Field != "":
			field += "." + w.Field
		}
		f.add(field, w.Fix, "%s", message)
	}
}

// validateOwn checks what can be checked without files.
func (p *Policy) validateOwn(f *problems) {
	_, wrong := redact.CompileOwn(p.Own.rules())
	p.addOwn(f, wrong)
	for name, d := range p.Own.Dictionaries {
		f.dictionary("own.dictionaries."+name, name, d)
	}
}

// dictionary checks one without its files.
func (p *problems) dictionary(field, name string, d OwnDictionary) {
	p.name(field, name)
	if !d.Type.Valid() {
		p.add(field+".type", "use one of "+list(redact.Types()), "is not a type of finding")
	}
	if (d.File == "") == (d.Hashes == "") {
		p.add(field, "name a file, or hashes and their key", "needs a list")
	}
	if (d.Key == "") != (d.Hashes == "") {
		p.add(field, "name hashes and key together", "needs both hashes and their key, or neither")
	}
}

func (p *Policy) explainOwn(out *bytes.Buffer) {
	o := p.Own
	if len(o.Dictionaries)+len(o.Patterns)+len(o.Identifiers)+len(o.Allow) == 0 {
		return
	}
	fmt.Fprintln(out, "\nWhat else is found, and what is not")
	for _, name := range slices.Sorted(maps.Keys(o.Dictionaries)) {
		d := o.Dictionaries[name]
		how, from := "in any case", d.File
		if d.CaseSensitive {
			how = "in their case"
		}
		if d.Hashes != "" {
			how, from = "kept as keyed hashes", d.Hashes
		}
		fmt.Fprintf(out, "  own-%s: the entries of %s, %s, are %s (%g)\n", name, from, how, d.Type, d.Confidence)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Patterns)) {
		r := o.Patterns[name]
		fmt.Fprintf(out, "  own-%s: what %s matches is %s (%g)\n", name, r.Pattern, r.Type, r.Confidence)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Identifiers)) {
		r := o.Identifiers[name]
		fmt.Fprintf(out, "  own-%s: %s with the checksum %s is %s (%g)\n", name, r.Shape, r.Checksum, r.Type, r.Confidence)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Allow)) {
		r := o.Allow[name]
		of := "any type"
		if len(r.Types) > 0 {
			of = list(r.Types)
		}
		fmt.Fprintf(out, "  %s: %d values and %d patterns are never findings of %s\n", name, len(r.Values), len(r.Patterns), of)
	}
}
