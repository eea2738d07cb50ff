package redact

import "strings"

// apply writes the text with the actions applied.
func (j *job) apply() string {
	if len(j.kept) == 0 {
		return j.text
	}
	var b strings.Builder
	b.Grow(len(j.text))
	pos := 0
	for _, c := range j.kept {
		a := j.eng.actions[c.rule.Type]
		if a == ActionKeep {
			continue
		}
		b.WriteString(j.text[pos:c.start])
		value := j.text[c.start:c.end]
		if c.view != "" {
			value = normalise(value).s
		}
		b.WriteString(replacement(c.rule.Type, a, value))
		pos = c.end
	}
	b.WriteString(j.text[pos:])
	return b.String()
}
