package alerting

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"time"

	"cel.dev/cel-go/common/types"

	"github.com/hushlog/hushlog/pkg/policy"
)

// Rules are compiled. They hold no state and may be shared.
type Rules struct {
	list []*compiled
}

// compiled is a rule that is ready to use.
type compiled struct {
	Rule
	// digest changes with whatever changes what the rule's state means.
	digest [sha256.Size]byte

	match, value *expression // nil: everything; none
	first, then  *expression // of a sequence
	key          []field

	window, lateness int64 // nanoseconds
	hold             int64 // windows
	need             int64 // windows that the condition must hold
	memory           int64 // windows that a key is remembered
	slotSamples      int   // what a baseline keeps, for each slot
	early            bool  // what fires cannot turn out otherwise, and is said at once
}

// errDuplicate says that two rules have one name. Rename one of them.
var errDuplicate = errors.New("two rules have this name; rename one")

// With is these rules and others.
func (r *Rules) With(others *Rules) (*Rules, error) {
	all := &Rules{slices.Concat(r.list, others.list)}
	seen := map[string]bool{}
	for _, c := range all.list {
		if seen[c.Name] {
			return nil, fmt.Errorf("%s: %w", c.Name, errDuplicate)
		}
		seen[c.Name] = true
	}
	if len(all.list) > mostRules {
		return nil, fmt.Errorf("%d rules; at most %d are taken", len(all.list), mostRules)
	}
	return all, nil
}

// Without is these rules but those named. A name that no rule has is an error.
func (r *Rules) Without(names ...string) (*Rules, error) {
	left := &Rules{}
	for _, name := range names {
		if r.Named(name) == nil {
			return nil, fmt.Errorf("no rule is called %q", name)
		}
	}
	for _, c := range r.list {
		if !slices.Contains(names, c.Name) {
			left.list = append(left.list, c)
		}
	}
	return left, nil
}

// List returns the rules, with defaults filled in, in their order.
func (r *Rules) List() []Rule {
	list := make([]Rule, len(r.list))
	for i, c := range r.list {
		list[i] = c.Rule
	}
	return list
}

// Named is the rule of a name, or nil.
func (r *Rules) Named(name string) *Rule {
	for _, c := range r.list {
		if c.Name == name {
			return &c.Rule
		}
	}
	return nil
}

// compileDocument checks every rule of a document and compiles it.
func compileDocument(doc *Document, found *problems) (*Rules, error) {
	if doc.Version != Version {
		found.add("version", "write version: %d", Version)
	}
	if len(doc.Rules) > mostRules {
		found.add("rules", "%d rules; at most %d are taken", len(doc.Rules), mostRules)
		return nil, found.err()
	}
	rules := &Rules{}
	names := map[string]bool{}
	for i := range doc.Rules {
		rule := doc.Rules[i]
		at := fmt.Sprintf("rules[%d]", i)
		if names[rule.Name] {
			found.add(at+".name", "%s: %v", rule.Name, errDuplicate)
		}
		names[rule.Name] = true
		rules.list = append(rules.list, compileRule(rule, at, found))
	}
	err := found.err()
	if err != nil {
		return nil, err
	}
	return rules, nil
}

func compileRule(rule Rule, at string, found *problems) *compiled {
	rule.setDefaults()
	c := &compiled{Rule: rule}
	before := len(found.list)
	c.checkNames(at, found)
	c.checkTimes(at, found)
	c.checkCondition(at, found)
	fields, known := fieldsOf[c.Source]
	if !known {
		found.add(at+".source", "write interactions, access or quarantine")
		return c
	}
	c.compileKeys(at, fields, found)
	c.compileExpressions(at, found)
	if len(found.list) == before {
		c.derive()
	}
	return c
}

func (c *compiled) checkNames(at string, found *problems) {
	name := func(field, value string) {
		if !nameForm.MatchString(value) {
			found.add(at+"."+field, "write 1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit")
		}
	}
	name("name", c.Name)
	name("owner", c.Owner)
	if c.Description == "" {
		found.add(at+".description", "say in a sentence what it means when this fires")
	}
	if severities[c.Severity] == 0 {
		found.add(at+".severity", "write info, warning or critical")
	}
	if c.Runbook != "" {
		u, err := url.Parse(c.Runbook)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
			found.add(at+".runbook", "write an http or https link without a user")
		}
	}
	if c.Route.Default != "" {
		name("route.default", c.Route.Default)
	}
	for class, receiver := range c.Route.ByClass {
		if class.Rank() < 0 {
			found.add(at+".route.by_class", "%q is no class; write one of %v", class, policy.AllClasses())
		}
		name("route.by_class."+string(class), receiver)
	}
	if c.MaxKeys < 1 || c.MaxKeys > mostKeys {
		found.add(at+".max_keys", "write 1 to %d", mostKeys)
	}
	if c.MinVolume < 0 {
		found.add(at+".min_volume", "write 0 or more")
	}
}

func (c *compiled) checkTimes(at string, found *problems) {
	within := func(field string, d policy.Duration, low, high time.Duration) {
		if d.D() < low || d.D() > high {
			found.add(at+"."+field, "write from %s to %s", policy.Duration(low), policy.Duration(high))
		}
	}
	within("window", c.Window, 10*time.Second, 7*day)
	within("lateness", c.Lateness, time.Second, day)
	if c.Window <= 0 {
		return
	}
	within("for", c.For, c.Window.D(), 30*day)
	within("hold", c.Hold, c.Window.D(), 30*day)
	if c.For%c.Window != 0 {
		found.add(at+".for", "write whole windows of %s", c.Window)
	}
	if c.Hold%c.Window != 0 {
		found.add(at+".hold", "write whole windows of %s", c.Window)
	}
	if b := c.Baseline; b != nil {
		within("baseline.history", b.History, c.Window.D(), 366*day)
	}
	if f := c.FirstSeen; f != nil {
		within("first_seen.memory", f.Memory, c.Window.D(), 366*day)
		within("first_seen.learn", f.Learn, time.Second, 366*day)
	}
	if a := c.Absence; a != nil {
		within("absence.memory", a.Memory, 2*c.Window.D(), 366*day)
	}
	if s := c.Sequence; s != nil {
		within("sequence.within", s.Within, 10*time.Second, day)
	}
}

// checkCondition wants exactly one condition and nothing that it does not use.
func (c *compiled) checkCondition(at string, found *problems) {
	conditions := 0
	for _, set := range []bool{c.Threshold != nil, c.Baseline != nil, c.Sequence != nil, c.FirstSeen != nil, c.Absence != nil} {
		if set {
			conditions++
		}
	}
	if conditions != 1 {
		found.add(at, "has %d conditions; write one of threshold, baseline, sequence, first_seen, absence", conditions)
		return
	}
	if !slices.Contains([]Aggregate{Count, Rate, Ratio, Distinct, Sum, Mean}, c.Aggregate) {
		found.add(at+".aggregate", "write count, rate, ratio, distinct, sum or mean")
	}
	counted := c.Threshold != nil || c.Baseline != nil
	if !counted && (c.Aggregate != Count || c.MinVolume != 0) {
		found.add(at+".aggregate", "aggregate and min_volume go with threshold and baseline only")
	}
	if !counted && c.For != c.Window {
		found.add(at+".for", "goes with threshold and baseline only")
	}
	if t := c.Threshold; t != nil {
		c.checkThreshold(t, at, found)
	}
	if b := c.Baseline; b != nil {
		checkBaseline(b, at, found)
	}
	if s := c.Sequence; s != nil && (s.Times < 1 || s.Times > maxSequence) {
		found.add(at+".sequence.times", "write 1 to %d", maxSequence)
	}
	if (c.FirstSeen != nil || c.Absence != nil || c.Sequence != nil) && len(c.Key) == 0 {
		found.add(at+".key", "name the fields that tell apart who is followed")
	}
}

func (c *compiled) checkThreshold(t *Threshold, at string, found *problems) {
	if (t.AtLeast == nil) == (t.Below == nil) {
		found.add(at+".threshold", "write one of at_least and below")
		return
	}
	value := t.AtLeast
	if value == nil {
		value = t.Below
	}
	if math.IsNaN(*value) || math.IsInf(*value, 0) || *value <= 0 {
		found.add(at+".threshold", "write a number above 0")
	}
	if c.Aggregate == Ratio && *value > 1 {
		found.add(at+".threshold", "a ratio is at most 1")
	}
}

func checkBaseline(b *Baseline, at string, found *problems) {
	if !(b.Deviations > 0) || math.IsInf(b.Deviations, 0) {
		found.add(at+".baseline.deviations", "write a number above 0; 5 is usual")
	}
	if !(b.Floor > 0) || b.Floor > 10 {
		found.add(at+".baseline.floor", "write a share of the median, above 0 and at most 10")
	}
	if !slices.Contains([]string{directionAbove, directionBelow, directionBoth}, b.Direction) {
		found.add(at+".baseline.direction", "write above, below or both")
	}
	if b.Seasonal != seasonNone && b.Seasonal != seasonHourOfWeek {
		found.add(at+".baseline.seasonal", "write none or hour-of-week")
	}
	if b.MinSamples < 2 || b.MinSamples > maxSeasonalSamples {
		found.add(at+".baseline.min_samples", "write 2 to %d", maxSeasonalSamples)
	}
}

func (c *compiled) compileKeys(at string, fields []field, found *problems) {
	for i, name := range c.Key {
		index := slices.IndexFunc(fields, func(f field) bool { return f.name == name && f.text != nil })
		place := fmt.Sprintf("%s.key[%d]", at, i)
		switch {
		case index < 0:
			found.add(place, "%q is not a field of %s that can be a key", name, c.Source)
		case slices.Contains(c.Key[:i], name):
			found.add(place, "%q is there twice", name)
		default:
			c.key = append(c.key, fields[index])
		}
	}
}

func (c *compiled) compileExpressions(at string, found *problems) {
	expr := func(field, text string, want ...*types.Type) *expression {
		e, err := compile(c.Source, text, want...)
		if err != nil {
			found.addExpr(at+"."+field, err)
		}
		return e
	}
	numbers := []*types.Type{types.IntType, types.DoubleType, types.UintType}
	if c.Sequence != nil {
		if c.Match != "" {
			found.add(at+".match", "a sequence has first and then instead")
		}
		c.first = expr("sequence.first", c.Sequence.First, types.BoolType)
		c.then = expr("sequence.then", c.Sequence.Then, types.BoolType)
	} else if c.Match != "" {
		c.match = expr("match", c.Match, types.BoolType)
	}
	switch c.Aggregate {
	case Sum, Mean:
		c.value = expr("value", c.Value, numbers...)
	case Distinct:
		c.value = expr("value", c.Value, types.StringType)
	case Ratio:
		c.value = expr("value", c.Value, types.BoolType)
	case Count, Rate:
		if c.Value != "" {
			found.add(at+".value", "%s has no value", c.Aggregate)
		}
	}
}

// derive works out what the engine goes by.
func (c *compiled) derive() {
	c.window, c.lateness = int64(c.Window), int64(c.Lateness)
	c.hold, c.need = int64(c.Hold)/c.window, int64(c.For)/c.window
	c.early = c.need == 1 && c.Threshold != nil && c.Threshold.AtLeast != nil && c.growing()
	switch {
	case c.Baseline != nil:
		c.memory = int64(c.Baseline.History) / c.window
		if c.Baseline.Seasonal == seasonHourOfWeek {
			weeks, perHour := int64(c.Baseline.History)/int64(7*day), max(int64(time.Hour)/c.window, 1)
			c.slotSamples = int(min(max(weeks*perHour, int64(c.Baseline.MinSamples)), maxSeasonalSamples))
		} else {
			c.slotSamples = int(min(max(c.memory, int64(c.Baseline.MinSamples)), maxSamples))
		}
	case c.FirstSeen != nil:
		c.memory = int64(c.FirstSeen.Memory) / c.window
	case c.Absence != nil:
		c.memory = int64(c.Absence.Memory) / c.window
	}
	encoded, err := json.Marshal(c.stateful())
	if err != nil {
		panic("alerting: " + err.Error()) // numbers are finite, so there is nothing that JSON does not take
	}
	c.digest = sha256.Sum256(encoded)
}

// growing says whether the aggregate only grows while a window fills, so that what has reached a threshold stays there.
// Distinct counts do while they are exact.
func (c *compiled) growing() bool {
	switch c.Aggregate {
	case Count, Rate, Sum:
		return true
	case Distinct:
		return *c.Threshold.AtLeast <= exactDistinct
	case Ratio, Mean:
		return false
	}
	return false
}

// stateful is the rule without what may be changed and leave its windows what they are.
func (c *compiled) stateful() Rule {
	r := c.Rule
	r.Description, r.Severity, r.Owner, r.Runbook, r.Route, r.MaxKeys = "", "", "", "", Route{}, 0
	return r
}
