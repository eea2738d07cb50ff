package redactor

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/safety"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// turnsBytes bounds what a role's turns are read together of, the last of it: a fraction of a millisecond more for each
// interaction that comes with its history, however long that is.
const turnsBytes = 16 << 10

// saidTurn is a text of an interaction, and where it stands.
type saidTurn struct {
	row  *hushlogv1.Content
	text string
}

// remember keeps what somebody but the model has said, to be read together with the role's other turns.
func (f *flags) remember(row *hushlogv1.Content, text string) {
	role := roleIn(row)
	if role == hushlogv1.Role_ROLE_ASSISTANT || row.GetKind() != "text" && row.GetKind() != "tool_result" {
		return
	}
	if f.turns == nil {
		f.turns = map[hushlogv1.Role][]saidTurn{}
	}
	f.turns[role] = append(f.turns[role], saidTurn{row, text})
}

// together flags what the turns of a role show together and none of them by itself: an attack that is split over several. The
// flag stands at the last turn, and is an earlier one if the history showed it without that.
func (g *flagger) together(f *flags) {
	for _, role := range slices.Sorted(maps.Keys(f.turns)) {
		turns := f.turns[role]
		last := turns[len(turns)-1].row
		if messageOf(last.GetPath()) <= f.answered {
			continue // nothing new
		}
		text, read := joined(turns)
		if read < 2 {
			continue
		}
		var before []saidTurn
		for _, t := range turns {
			if messageOf(t.row.GetPath()) <= f.answered {
				before = append(before, t)
			}
		}
		var earlier map[safety.Category]bool
		for _, t := range g.flagging.Together(g.detector, role, text) {
			if f.shown(role, t.Category, turns[len(turns)-read:]) {
				continue
			}
			if earlier == nil { // only now: few interactions come to here
				earlier = g.shownBefore(role, before)
			}
			g.add(f, last, &hushlogv1.Flag{Category: string(t.Category), Score: t.Score, Rule: t.Rule, RuleVersion: t.Version})
			f.list[len(f.list)-1].Earlier = earlier[t.Category]
		}
	}
	f.turns = nil
}

// shownBefore are the categories that the turns of a history show together.
func (g *flagger) shownBefore(role hushlogv1.Role, turns []saidTurn) map[safety.Category]bool {
	shown := map[safety.Category]bool{}
	text, read := joined(turns)
	if read < 2 {
		return shown
	}
	for _, t := range g.flagging.Together(g.detector, role, text) {
		shown[t.Category] = true
	}
	return shown
}

// shown says whether one of some turns of a role has a flag of a category by itself, or of an attack, whichever it is.
func (f *flags) shown(role hushlogv1.Role, c safety.Category, turns []saidTurn) bool {
	attack := c == safety.Attack || safety.IsAttack(c)
	return slices.ContainsFunc(f.list, func(flag *hushlogv1.Flag) bool {
		have := safety.Category(flag.GetCategory())
		same := have == c || attack && (have == safety.Attack || safety.IsAttack(have))
		return same && flag.GetRole() == role && slices.ContainsFunc(turns, func(t saidTurn) bool { return t.row.GetPath() == flag.GetPath() })
	})
}

// joined is the last turnsBytes of some turns, in their order, and of how many of them there is something in it.
func joined(turns []saidTurn) (text string, read int) {
	room := turnsBytes
	var parts []string
	for _, t := range slices.Backward(turns) {
		if room <= 0 {
			break
		}
		part := t.text
		if len(part) > room {
			from := len(part) - room
			for from < len(part) && !utf8.RuneStart(part[from]) {
				from++
			}
			part = part[from:]
		}
		room -= len(part) + 1
		parts = append(parts, part)
	}
	slices.Reverse(parts)
	return strings.Join(parts, " "), len(parts)
}
