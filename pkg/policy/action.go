package policy

import (
	"maps"
	"slices"

	"github.com/hushlog/hushlog/pkg/redact"
)

// actionOrder is mildest first.
var actionOrder = []redact.Action{redact.ActionKeep, redact.ActionMask, redact.ActionMaskFull, redact.ActionRemove}

func strictness(a redact.Action) int { return slices.Index(actionOrder, a) }

// Actions says what is done with each type before a class is known. The map is the caller's.
func (p *Policy) Actions() map[redact.Type]redact.Action { return maps.Clone(p.FindingActions.Default) }

// ActionsFor says what is done with each type in a record of a class. The map is the caller's.
func (p *Policy) ActionsFor(class Class) map[redact.Type]redact.Action {
	actions := p.Actions()
	maps.Copy(actions, p.FindingActions.ByClass[class])
	return actions
}
