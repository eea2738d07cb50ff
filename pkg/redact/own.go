package redact

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"

	"github.com/hushlog/hushlog/pkg/redact/dictionary"
)

// OwnRules are an organisation's own: what else is a finding, and what is none. They are compiled by CompileOwn.
type OwnRules struct {
	Dictionaries []OwnDictionary
	Patterns     []OwnPattern
	Identifiers  []OwnIdentifier
	Allow        []OwnAllow
}

// OwnDictionary finds the entries of a list; see package dictionary for what a list is.
type OwnDictionary struct {
	Name       string
	Type       Type
	Confidence float64                       // of its findings, above 0 and at most 1
	Exact      bool                          // compares letters with their case; for hashes, their file says so
	Open       func() (io.ReadCloser, error) `json:"-"` // the list, or the file of its hashes
	Key        *dictionary.Key               `json:"-"` // of the hashes; nil for a plain list
}

// OwnPattern finds what a regular expression of Go's syntax (RE2) matches. A match is a whole word or number, or several,
// and at most some hundred bytes long.
type OwnPattern struct {
	Name       string
	Type       Type
	Confidence float64
	Pattern    string
	Match      []string // each must be matched as a whole
	NoMatch    []string // in none may anything be matched
}

// OwnIdentifier finds what has a shape and holds its check digits.
type OwnIdentifier struct {
	Name       string
	Type       Type
	Confidence float64
	// Shape of the identifier, sign by sign: N is a digit, A a letter, X a letter or a digit, C a check sign; anything
	// else stands for itself, and so does what is between single quotes. Letters are found in either case.
	Shape    string
	Checksum string // one of OwnChecksums
	Match    []string
	NoMatch  []string
}

// OwnAllow is what is never a finding: exact values, whatever their case, and what patterns match as a whole. What a
// checksum or an armour proves to be of a type that NeverLog names is only allowed as an exact value.
type OwnAllow struct {
	Name     string
	Types    []Type // for which it holds; none means all
	Values   []string
	Patterns []string
}

// OwnProblem says what cannot be in OwnRules. It never holds a value, a pattern or an entry.
type OwnProblem struct {
	Section string // "dictionaries", "patterns", "identifiers", "allow"
	Name    string // of the rule
	Field   string // as "match[1]"; "" for the rule itself
	Message string // what is wrong
	Fix     string // what to do
}

// Error is the problem in one line.
func (p OwnProblem) Error() string {
	return fmt.Sprintf("own rule %s.%s %s: %s; %s", p.Section, p.Name, p.Field, p.Message, p.Fix)
}

// Own is compiled OwnRules. It is safe for concurrent use, and may be given to several engines.
type Own struct {
	dictionaries []ownSet
	patterns     []ownPattern
	identifiers  []ownIdentifier
	allow        []ownAllow
	version      string
}

// ownRule is what the rules that find have in common.
type ownRule struct {
	rule rule
	conf float64
}

type ownSet struct {
	ownRule
	set *dictionary.Set
}

// OwnPrefix begins the identifiers of an organisation's own rules.
const OwnPrefix = "own-"

// MaxOwnRules bounds the rules of one kind: each is looked for in every text.
const MaxOwnRules = 64

// CompileOwn reads the lists, compiles and tries the patterns, and returns the rules, or everything that is wrong.
func CompileOwn(rules OwnRules) (*Own, []OwnProblem) {
	c := ownCompiler{own: &Own{}, names: map[string]bool{}}
	c.count("dictionaries", len(rules.Dictionaries))
	c.count("patterns", len(rules.Patterns))
	c.count("identifiers", len(rules.Identifiers))
	c.count("allow", len(rules.Allow))
	for _, d := range rules.Dictionaries {
		c.dictionary(d)
	}
	for _, p := range rules.Patterns {
		c.pattern(p)
	}
	for _, i := range rules.Identifiers {
		c.identifier(i)
	}
	for _, a := range rules.Allow {
		c.allow(a)
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	if len(rules.Dictionaries)+len(rules.Patterns)+len(rules.Identifiers)+len(rules.Allow) > 0 {
		c.own.version = hex.EncodeToString(c.sum[:4])
	}
	return c.own, nil
}

// Version is a digest of all rules and lists, or "" when there are none.
func (o *Own) Version() string {
	if o == nil {
		return ""
	}
	return o.version
}

// Rules describes the rules that find, in the order of their kinds.
func (o *Own) Rules() []Rule {
	if o == nil {
		return nil
	}
	var out []Rule
	for i := range o.dictionaries {
		out = append(out, o.dictionaries[i].rule.Rule)
	}
	for i := range o.patterns {
		out = append(out, o.patterns[i].rule.Rule)
	}
	for i := range o.identifiers {
		out = append(out, o.identifiers[i].rule.Rule)
	}
	return out
}

// Matching calls f for each rule that finds something in text, once, in the order of Rules. It reads the text in its normal
// form, as the engine does: invisible characters, full-width forms and escapes do not hide a word. Allow lists have no part in
// it. text is valid UTF-8.
func (o *Own) Matching(text string, f func(Rule)) {
	if o == nil || len(o.dictionaries)+len(o.patterns)+len(o.identifiers) == 0 {
		return
	}
	s := normalise(text).s
	var spans []dictionary.Span
	for i := range o.dictionaries {
		d := &o.dictionaries[i]
		spans = d.set.Append(spans[:0], s)
		if len(spans) > 0 {
			f(d.rule.Rule)
		}
	}
	for i := range o.patterns {
		p := &o.patterns[i]
		spans = p.append(spans[:0], s)
		if len(spans) > 0 {
			f(p.rule.Rule)
		}
	}
	for i := range o.identifiers {
		d := &o.identifiers[i]
		spans = d.append(spans[:0], s)
		if len(spans) > 0 {
			f(d.rule.Rule)
		}
	}
}

// ownCompiler compiles, and notes what is wrong.
type ownCompiler struct {
	own      *Own
	names    map[string]bool
	problems []OwnProblem
	section  string
	name     string
	sum      [32]byte // of all definitions so far
}

func (c *ownCompiler) add(field, message, fix string) {
	c.problems = append(c.problems, OwnProblem{c.section, c.name, field, message, fix})
}

func (c *ownCompiler) count(section string, n int) {
	if n > MaxOwnRules {
		c.problems = append(c.problems, OwnProblem{
			Section: section, Message: fmt.Sprintf("has more than %d rules", MaxOwnRules), Fix: "join some: each is looked for in every text",
		})
	}
}

var ownName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,47}$`)

// start begins a rule: its name must be new, and its definition counts for the version of all.
func (c *ownCompiler) start(section, name string, definition any, content []byte) uint32 {
	c.section, c.name = section, name
	if !ownName.MatchString(name) {
		c.add("", "is not a name", "use 1 to 48 of a-z 0-9 . _ -, beginning with a letter or digit")
	}
	if c.names[name] {
		c.add("", "is a name that another rule has", "give each rule of own a name of its own")
	}
	c.names[name] = true
	encoded, err := json.Marshal(definition)
	if err != nil {
		panic("redact: a rule of plain values cannot be encoded: " + err.Error())
	}
	sum := sha256.Sum256(append(append(encoded, 0), content...))
	c.sum = sha256.Sum256(append(append(c.sum[:], section...), sum[:]...))
	return binary.BigEndian.Uint32(sum[:4]) >> 1
}

// rule checks what every rule that finds has, and describes it.
func (c *ownCompiler) rule(version uint32, t Type, conf float64, prio uint8, description string) ownRule {
	if !t.Valid() {
		c.add("type", "is not a type of finding", "use one of the types that actions names")
	}
	if !(conf > 0 && conf <= 1) {
		c.add("confidence", "is missing or out of range", "write something above 0, up to 1")
	}
	return ownRule{conf: conf, rule: rule{prio: prio, Rule: Rule{
		ID: OwnPrefix + c.name, Version: int(version), Type: t, Description: description, Source: "the organisation's policy",
	}}}
}

func (c *ownCompiler) dictionary(d OwnDictionary) {
	set, digest, err := readSet(d)
	version := c.start("dictionaries", d.Name, d, digest)
	r := c.rule(version, d.Type, d.Confidence, prioShape, "entry of the organisation's dictionary "+d.Name)
	if err != nil {
		c.add("file", err.Error(), "correct the file")
		return
	}
	c.own.dictionaries = append(c.own.dictionaries, ownSet{r, set})
}

// readSet reads a list, or hashes, and returns a digest of the file.
func readSet(d OwnDictionary) (*dictionary.Set, []byte, error) {
	if d.Open == nil {
		return nil, nil, fmt.Errorf("there is no list")
	}
	file, err := d.Open()
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err // whoever gave the path knows it
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open the list: %w", err)
	}
	defer file.Close()
	digest := sha256.New()
	in := io.TeeReader(file, digest)
	var set *dictionary.Set
	if d.Key != nil {
		set, err = dictionary.LoadHashes(in, *d.Key)
	} else {
		set, err = dictionary.Load(in, DictionaryOptions(d.Exact))
	}
	if err != nil {
		return nil, nil, err
	}
	return set, digest.Sum(nil), nil
}

// DictionaryOptions are those with which a list is read, or hashed, for an engine: entries are brought into the normal
// form in which texts are read.
func DictionaryOptions(exact bool) dictionary.Options {
	return dictionary.Options{Exact: exact, Normalise: func(s string) string { return normalise(s).s }}
}

// own adds what the organisation's own rules find in the view.
func (sc *scanner) own(o *Own) {
	for i := range o.dictionaries {
		d := &o.dictionaries[i]
		sc.spans = d.set.Append(sc.spans[:0], sc.s)
		sc.addOwn(&d.ownRule, Evidence{Structure: "dictionary"})
	}
	for i := range o.patterns {
		p := &o.patterns[i]
		sc.spans = p.append(sc.spans[:0], sc.s)
		sc.addOwn(&p.ownRule, Evidence{Structure: "pattern"})
	}
	for i := range o.identifiers {
		d := &o.identifiers[i]
		sc.spans = d.append(sc.spans[:0], sc.s)
		sc.addOwn(&d.ownRule, Evidence{Structure: "shape", Checksum: d.checksum.name})
	}
}

func (sc *scanner) addOwn(r *ownRule, ev Evidence) {
	for _, x := range sc.spans {
		sc.add(x.Start, x.End, &r.rule, r.conf, ev)
	}
}
