package redact

import (
	"fmt"
	"maps"
	"slices"
)

// Action is what is done with a value.
type Action string

// The actions, mildest first.
const (
	ActionKeep         Action = "keep"          // left as it is, and counted
	ActionMask         Action = "mask"          // a part is kept, as fits the type: j***@company.com, J*** D***, ***34
	ActionGeneralise   Action = "generalise"    // what the value belongs to is kept: the year, the network, the country
	ActionPseudonym    Action = "pseudonym"     // replaced by "[PERSON:k3f7x2ab]", equal for equal values under one key
	ActionMaskFull     Action = "mask_full"     // replaced by "[MASKED]"
	ActionRemoveTyped  Action = "remove_typed"  // replaced by "[REDACTED:EMAIL]"
	ActionRemove       Action = "remove"        // replaced by "[REDACTED]"
	ActionDropField    Action = "drop_field"    // the whole text is replaced by "[DROPPED]"
	ActionMetadataOnly Action = "metadata_only" // as drop_field, and nothing of what the text belongs to is to be stored
)

// byStrictness is every action, mildest first: an action shows no more than those before it.
var byStrictness = []Action{
	ActionKeep, ActionMask, ActionGeneralise, ActionPseudonym, ActionMaskFull, ActionRemoveTyped, ActionRemove,
	ActionDropField, ActionMetadataOnly,
}

// Actions returns every action, mildest first. The caller owns the slice.
func Actions() []Action { return slices.Clone(byStrictness) }

// Strictness ranks actions: 0 for ActionKeep, higher for those that show less, and -1 for what is no action.
func Strictness(a Action) int {
	switch a {
	case ActionKeep:
		return 0
	case ActionMask:
		return 1
	case ActionGeneralise:
		return 2
	case ActionPseudonym:
		return 3
	case ActionMaskFull:
		return 4
	case ActionRemoveTyped:
		return 5
	case ActionRemove:
		return 6
	case ActionDropField:
		return 7
	case ActionMetadataOnly:
		return 8
	}
	return -1
}

// Removes reports whether nothing of a value is left under action a, not even a sign that two values are equal: only
// such actions are possible for the types that NeverLog names.
func Removes(a Action) bool { return Strictness(a) >= Strictness(ActionRemoveTyped) }

// drops reports whether action a takes the whole text.
func drops(a Action) bool { return a == ActionDropField || a == ActionMetadataOnly }

// stricter returns the action of the two that shows less. Keeping is left alone: it is a decision, not a degree.
func stricter(a, b Action) Action {
	if b == ActionKeep || Strictness(b) >= Strictness(a) {
		return b
	}
	return a
}

// DefaultActions returns what is done with each type when nothing else is said. The caller owns the map.
func DefaultActions() map[Type]Action {
	return map[Type]Action{
		TypePerson:     ActionMask,
		TypeLocation:   ActionMaskFull,
		TypeOrg:        ActionKeep,
		TypeEmail:      ActionMask,
		TypePhone:      ActionMaskFull,
		TypeCreditCard: ActionRemove,
		TypeBank:       ActionMask,
		TypeUSSSN:      ActionRemove,
		TypeGovID:      ActionRemove,
		TypeIP:         ActionMaskFull,
		TypeURL:        ActionMaskFull,
		TypeDate:       ActionMaskFull,
		TypeCrypto:     ActionMaskFull,
		TypeSecret:     ActionRemove,
		TypeMedical:    ActionRemove,
		TypeOther:      ActionMaskFull,
	}
}

// completeActions returns, by the types' indices, the defaults overlaid with given, or says what in given cannot be.
func completeActions(given map[Type]Action) (out [typeCount]Action, err error) {
	for t, a := range DefaultActions() {
		out[t.index()] = a
	}
	for _, t := range slices.Sorted(maps.Keys(given)) {
		a := given[t]
		if !t.Valid() {
			return out, fmt.Errorf("action for unknown type %q", string(t))
		}
		if Strictness(a) < 0 {
			return out, fmt.Errorf("unknown action %q for type %s", string(a), t)
		}
		if NeverLog(t) && !Removes(a) {
			return out, fmt.Errorf("action %q for type %s: values of this type can only be removed", string(a), t)
		}
		out[t.index()] = a
	}
	return out, nil
}

// neverLogRules are the rules whose values can only be removed although their type may be kept.
var neverLogRules = map[string]bool{ruleCVV.ID: true}

// NeverLogRule reports whether what the rule of this identifier finds can only be removed, whatever its type.
func NeverLogRule(id string) bool { return neverLogRules[id] }

// action returns what is done with a finding of type t that the rule has made.
func (e *Engine) action(t Type, ruleID string) Action {
	i := t.index()
	if i < 0 {
		return ""
	}
	a := e.actions[i]
	if t == TypeOther && !Removes(a) && neverLogRules[ruleID] {
		return ActionRemove
	}
	return a
}
