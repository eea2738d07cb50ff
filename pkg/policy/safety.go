package policy

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/safety"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Safety says what is flagged in what is said to models, and what is done then.
type Safety struct {
	// Rate is the share of harmless texts that each category of the model may flag, 0.01 or 0.001: its thresholds are the
	// model's for that rate.
	Rate float64 `yaml:"rate"`
	// Thresholds replace the model's, by category; a flag's score is above.
	Thresholds map[safety.Category]float64 `yaml:"thresholds"`
	// Roles whose texts are looked at; a tool's result is the tool's.
	Roles []FlagRole `yaml:"roles"`
	// Actions by category of a flag; each one is named.
	Actions map[safety.Category]FlagAction `yaml:"actions"`
	// Terms are the organisation's own words and patterns.
	Terms Terms `yaml:"terms"`
	// Detectors are asked what texts are, besides the model, by name.
	Detectors map[string]Detector `yaml:"detectors"`
}

// FlagRole is who said something.
type FlagRole string

// The roles, as messages have them. Texts of no role are the user's.
const (
	RoleSystem    FlagRole = "system"
	RoleDeveloper FlagRole = "developer"
	RoleUser      FlagRole = "user"
	RoleAssistant FlagRole = "assistant"
	RoleTool      FlagRole = "tool"
)

var flagRoles = map[FlagRole]hushlogv1.Role{
	RoleSystem: hushlogv1.Role_ROLE_SYSTEM, RoleDeveloper: hushlogv1.Role_ROLE_DEVELOPER, RoleUser: hushlogv1.Role_ROLE_USER,
	RoleAssistant: hushlogv1.Role_ROLE_ASSISTANT, RoleTool: hushlogv1.Role_ROLE_TOOL,
}

// FlagAction is what a flag does.
type FlagAction string

const (
	// FlagIgnore makes no flag.
	FlagIgnore FlagAction = "ignore"
	// FlagMark makes a flag, and nothing else.
	FlagMark FlagAction = "mark"
	// FlagDropContent makes a flag, and nothing of the interaction's content is stored.
	FlagDropContent FlagAction = "drop_content"
)

// Terms are lists of words and patterns. Names are unique over both; flags of the term x carry the rule term-x.
type Terms struct {
	// Dictionaries are lists of words.
	Dictionaries map[string]TermDictionary `yaml:"dictionaries"`
	// Patterns are regular expressions.
	Patterns map[string]TermPattern `yaml:"patterns"`
}

// TermDictionary names a list, as OwnDictionary does.
type TermDictionary struct {
	// File is the list; Hashes, instead of it, the file of hashes, and Key the file of their key.
	File   string `yaml:"file"`
	Hashes string `yaml:"hashes"`
	Key    string `yaml:"key"`
	// CaseSensitive compares letters with their case. For hashes, their file says so.
	CaseSensitive bool `yaml:"case_sensitive"`
}

// TermPattern is a regular expression of RE2's syntax, with samples that it is held to.
type TermPattern struct {
	Pattern string   `yaml:"pattern"`
	Match   []string `yaml:"match"`
	NoMatch []string `yaml:"no_match"`
}

// own is a term's list as an own dictionary: its type and confidence mean nothing for a flag.
func (t TermDictionary) own() OwnDictionary {
	return OwnDictionary{
		Type: redact.TypeOther, Confidence: 1, File: t.File, Hashes: t.Hashes, Key: t.Key, CaseSensitive: t.CaseSensitive,
	}
}

// rules are the patterns, in the engine's words.
func (t Terms) rules() redact.OwnRules {
	var out redact.OwnRules
	for _, name := range slices.Sorted(maps.Keys(t.Patterns)) {
		r := t.Patterns[name]
		out.Patterns = append(out.Patterns, redact.OwnPattern{
			Name: name, Type: redact.TypeOther, Confidence: 1, Pattern: r.Pattern, Match: r.Match, NoMatch: r.NoMatch,
		})
	}
	return out
}

// Flagging is how flags are made under a policy. Safe for concurrent reading.
type Flagging struct {
	// Thresholds by head of the model, in the order of safety.Categories: scores above are flagged.
	Thresholds []float64
	// Terms are the organisation's own; nil when there are none.
	Terms *redact.Own
	// Labels are what detectors' names for a text stand for, by detector and name.
	Labels map[string]map[string]DetectorLabel

	roles   [8]bool
	actions map[safety.Category]FlagAction
}

// TermPrefix begins the rules of flags for the organisation's own terms.
const TermPrefix = "term-"

// Reads says whether texts of the role are looked at.
func (f *Flagging) Reads(role hushlogv1.Role) bool {
	return role >= 0 && int(role) < len(f.roles) && f.roles[role]
}

// Action is what a flag of the category does.
func (f *Flagging) Action(c safety.Category) FlagAction { return f.actions[c] }

// CompileFlags reads the files that terms name, and gives what flags are made by. Only who flags needs it. An error that is
// ErrInvalid lists every problem, as CompileOwn's does.
func (p *Policy) CompileFlags(model *safety.Model) (*Flagging, error) {
	out := &Flagging{actions: p.Safety.Actions}
	point := safety.PointOneInHundred
	if p.Safety.Rate < 0.01 {
		point = safety.PointOneInThousand
	}
	for i, c := range safety.Categories() {
		threshold, own := p.Safety.Thresholds[c]
		if !own {
			threshold = model.Heads[i].Thresholds[point]
		}
		out.Thresholds = append(out.Thresholds, threshold)
	}
	for _, role := range p.Safety.Roles {
		out.roles[flagRoles[role]] = true
	}
	out.Labels = map[string]map[string]DetectorLabel{}
	for name, d := range p.Safety.Detectors {
		out.Labels[name] = d.Categories
	}
	terms, err := p.compileTerms()
	out.Terms = terms
	return out, err
}

func (p *Policy) compileTerms() (*redact.Own, error) {
	t := p.Safety.Terms
	if len(t.Dictionaries)+len(t.Patterns) == 0 {
		return nil, nil //nolint:nilnil // no terms are a value here
	}
	found := &problems{places: p.places}
	rules := t.rules()
	for _, name := range slices.Sorted(maps.Keys(t.Dictionaries)) {
		d, ok := p.dictionary(found, termsField, name, t.Dictionaries[name].own())
		if ok {
			rules.Dictionaries = append(rules.Dictionaries, d)
		}
	}
	own, wrong := redact.CompileOwn(rules)
	p.addTerms(found, wrong)
	if found.err() != nil {
		return nil, &InvalidError{File: p.file, Problems: found.list}
	}
	return own, nil
}

const termsField = "safety.terms"

func (p *Policy) addTerms(f *problems, wrong []redact.OwnProblem) {
	p.addRules(f, termsField, wrong, func(name string) OwnDictionary { return p.Safety.Terms.Dictionaries[name].own() })
}

func (p *Policy) validateSafety(f *problems) {
	s := p.Safety
	if s.Rate != 0.01 && s.Rate != 0.001 {
		f.add("safety.rate", "write 0.01 or 0.001: the model ships thresholds for these", "is missing or no rate of the model")
	}
	for c, threshold := range s.Thresholds {
		field := "safety.thresholds." + string(c)
		if !slices.Contains(safety.Categories(), c) {
			f.add(field, "use one of "+list(safety.Categories()), "is not a category of the model")
		}
		if !(threshold > 0 && threshold < 1) {
			f.add(field, "write a probability above 0 and below 1", "is out of range")
		}
	}
	for i, role := range s.Roles {
		_, ok := flagRoles[role]
		if !ok {
			f.add(fmt.Sprintf("safety.roles[%d]", i), "use some of "+list(sortedRoles()), "is not a role")
		}
	}
	p.validateFlagActions(f)
	_, wrong := redact.CompileOwn(s.Terms.rules())
	p.addTerms(f, wrong)
	for name, d := range s.Terms.Dictionaries {
		f.dictionary(termsField+".dictionaries."+name, name, d.own())
	}
}

func (p *Policy) validateFlagActions(f *problems) {
	fix := "write ignore, mark or drop_content"
	for _, c := range safety.FlagCategories() {
		_, ok := p.Safety.Actions[c]
		if !ok {
			f.add("safety.actions."+string(c), fix, "is missing")
		}
	}
	for c, action := range p.Safety.Actions {
		field := "safety.actions." + string(c)
		if !slices.Contains(safety.FlagCategories(), c) {
			f.add(field, "use one of "+list(safety.FlagCategories()), "is not a category of flags")
		}
		if action != FlagIgnore && action != FlagMark && action != FlagDropContent {
			f.add(field, fix, "is not what a flag does")
		}
	}
}

func sortedRoles() []FlagRole { return slices.Sorted(maps.Keys(flagRoles)) }

// CheckFiles says what is wrong with the files that the policy names, beside what Load checks.
func (p *Policy) CheckFiles() error {
	_, err := p.CompileOwn()
	_, terms := p.compileTerms()
	return errors.Join(err, terms)
}

func (p *Policy) explainSafety(out *bytes.Buffer) {
	s := p.Safety
	fmt.Fprintln(out, "\nWhat is flagged")
	if len(s.Roles) == 0 {
		fmt.Fprintln(out, "  nothing that anybody says")
	} else {
		fmt.Fprintf(out, "  in what is said by %s, at %g of harmless texts for each category", list(s.Roles), s.Rate)
		for _, c := range safety.Categories() {
			threshold, own := s.Thresholds[c]
			if own {
				fmt.Fprintf(out, "; %s above %g", c, threshold)
			}
		}
		fmt.Fprintln(out)
	}
	for _, action := range []FlagAction{FlagMark, FlagDropContent, FlagIgnore} {
		var categories []safety.Category
		for _, c := range safety.FlagCategories() {
			if s.Actions[c] == action {
				categories = append(categories, c)
			}
		}
		if len(categories) > 0 {
			fmt.Fprintf(out, "  %-13s %s\n", action, list(categories))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Terms.Dictionaries)) {
		fmt.Fprintf(out, "  %s%s: the entries of a list\n", TermPrefix, name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Terms.Patterns)) {
		fmt.Fprintf(out, "  %s%s: what %s matches\n", TermPrefix, name, s.Terms.Patterns[name].Pattern)
	}
}

// termRule is the rule of flags for a term, from the rule that found it.
func termRule(found string) string { return TermPrefix + strings.TrimPrefix(found, redact.OwnPrefix) }
