package detector

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact"
)

// maxEntityName bounds a detector's name for what it found.
const maxEntityName = 128

// check holds an answer to the texts: one list for each, offsets within them, scores from 0 to 1.
func check(texts []Text, spans [][]span) error {
	if len(spans) != len(texts) {
		return &failure{OutcomeBad, "not one result for each text"}
	}
	for i, list := range spans {
		if len(list) > maxSpans {
			return &failure{OutcomeTooLarge, "too many findings in a text"}
		}
		length := utf8.RuneCountInString(texts[i].Text)
		for _, s := range list {
			switch {
			case s.Start < 0 || s.End <= s.Start || s.End > length:
				return &failure{OutcomeBad, "offsets outside of the text"}
			case math.IsNaN(s.Score) || s.Score < 0 || s.Score > 1:
				return &failure{OutcomeBad, "a score that is not from 0 to 1"}
			case s.EntityType == "" || len(s.EntityType) > maxEntityName:
				return &failure{OutcomeBad, "a finding without a type"}
			}
		}
	}
	return nil
}

// findings maps spans of a text to findings, with offsets in bytes.
func (c *Client) findings(text string, spans []span) []redact.Finding {
	out := make([]redact.Finding, 0, len(spans))
	unmapped := 0
	for _, s := range spans {
		t, known := c.entities[s.EntityType]
		if !known {
			t = redact.TypeOther
		}
		if c.ignore[s.EntityType] || s.Score == 0 {
			continue
		}
		if !known {
			unmapped++
		}
		out = append(out, redact.Finding{
			Type: t, Rule: Rule(c.cfg.Name), RuleVersion: 1, Start: s.Start, End: s.End, Confidence: s.Score,
			Evidence: redact.Evidence{Structure: "external detector"},
		})
	}
	if unmapped > 0 {
		c.observer.Unmapped(c.cfg.Name, unmapped)
	}
	toBytes(text, out)
	return out
}

// toBytes sorts findings by start and turns their offsets from code points into bytes, in one walk over the text.
func toBytes(text string, fs []redact.Finding) {
	slices.SortStableFunc(fs, func(a, b redact.Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	ends := make([]int, len(fs)) // indexes of fs, by end
	for i := range ends {
		ends[i] = i
	}
	slices.SortFunc(ends, func(a, b int) int { return cmp.Compare(fs[a].End, fs[b].End) })
	runes, s, e := 0, 0, 0
	place := func(at int) {
		for ; s < len(fs) && fs[s].Start == runes; s++ {
			fs[s].Start = at
		}
		for ; e < len(ends) && fs[ends[e]].End == runes; e++ {
			fs[ends[e]].End = at
		}
	}
	for i := range text {
		place(i)
		runes++
	}
	place(len(text))
}
