package redact

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// maxOwnValues bounds the exact values of one allow list.
const maxOwnValues = 10_000

type ownAllow struct {
	types    []Type
	values   map[string]bool // folded
	patterns []*regexp.Regexp
}

func (c *ownCompiler) allow(a OwnAllow) {
	c.start("allow", a.Name, a, nil)
	for i, t := range a.Types {
		if !t.Valid() {
			c.add(fmt.Sprintf("types[%d]", i), "is not a type of finding", "use one of the types that actions names")
		}
	}
	if len(a.Values)+len(a.Patterns) == 0 {
		c.add("", "allows nothing", "give values or patterns")
	}
	if len(a.Values) > maxOwnValues || len(a.Patterns) > maxOwnSamples {
		c.add("", "has too many values or patterns", fmt.Sprintf("give at most %d values and %d patterns", maxOwnValues, maxOwnSamples))
	}
	out := ownAllow{types: a.Types, values: make(map[string]bool, len(a.Values))}
	for i, v := range a.Values {
		if strings.TrimSpace(v) == "" {
			c.add(fmt.Sprintf("values[%d]", i), "is empty", "remove it")
		}
		out.values[allowForm(v)] = true
	}
	for i, text := range a.Patterns {
		re, _ := c.expression(fmt.Sprintf("patterns[%d]", i), text)
		if re != nil {
			out.patterns = append(out.patterns, regexp.MustCompile(`^(?:`+text+`)$`))
		}
	}
	c.own.allow = append(c.own.allow, out)
}

// allowForm is the form in which exact values are compared.
func allowForm(v string) string { return strings.ToLower(strings.TrimSpace(normalise(v).s)) }

// allows reports whether a candidate whose value, undisguised, is v is never a finding.
func (o *Own) allows(c *cand, v string) bool {
	if len(v) > maxOwnMatch {
		return false
	}
	proven := NeverLog(c.rule.Type) && (c.ev.Checksum != "" || c.rule.prio >= prioArmour)
	form := ""
	for i := range o.allow {
		a := &o.allow[i]
		if len(a.types) > 0 && !slices.Contains(a.types, c.rule.Type) {
			continue
		}
		if form == "" {
			form = strings.ToLower(strings.TrimSpace(v))
		}
		if a.values[form] {
			return true
		}
		for _, re := range a.patterns {
			if !proven && re.MatchString(v) {
				return true
			}
		}
	}
	return false
}

// withoutAllowed returns the candidates in s that are not allowed, in the place of cands.
func (o *Own) withoutAllowed(s string, cands []cand) []cand {
	if o == nil || len(o.allow) == 0 {
		return cands
	}
	out := cands[:0]
	for i := range cands {
		if !o.allows(&cands[i], s[cands[i].start:cands[i].end]) {
			out = append(out, cands[i])
		}
	}
	return out
}
