package redact

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Action is what is done with a value.
type Action string

// The actions.
const (
	ActionRemove   Action = "remove"    // replaced by "[REDACTED]"
	ActionMask     Action = "mask"      // a part is kept, as fits the type: j***@company.com
	ActionMaskFull Action = "mask_full" // replaced by "[MASKED]"
	ActionKeep     Action = "keep"      // left as it is, and counted
)

// What stands in the place of a value.
const (
	textRemoved = "[REDACTED]"
	textMasked  = "[MASKED]"
)

// Actions returns every action. The caller owns the slice.
func Actions() []Action { return []Action{ActionRemove, ActionMask, ActionMaskFull, ActionKeep} }

// stricter returns the action of the two that shows less. Keeping is left alone: it is a decision, not a degree.
func stricter(a, b Action) Action {
	order := []Action{ActionKeep, ActionMask, ActionMaskFull, ActionRemove}
	if b == ActionKeep {
		return b
	}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// DefaultActions returns what is done with each type when nothing else is said. The caller owns the map.
func DefaultActions() map[Type]Action {
	return map[Type]Action{
		TypePerson:     ActionMaskFull,
		TypeLocation:   ActionMaskFull,
		TypeOrg:        ActionKeep,
		TypeEmail:      ActionMask,
		TypePhone:      ActionMaskFull,
		TypeCreditCard: ActionRemove,
		TypeBank:       ActionMaskFull,
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

// completeActions returns the defaults overlaid with given, or says what in given cannot be.
func completeActions(given map[Type]Action) (map[Type]Action, error) {
	out := DefaultActions()
	for _, t := range slices.Sorted(maps.Keys(given)) {
		a := given[t]
		if !t.Valid() {
			return nil, fmt.Errorf("action for unknown type %q", string(t))
		}
		if !slices.Contains(Actions(), a) {
			return nil, fmt.Errorf("unknown action %q for type %s", string(a), t)
		}
		if NeverLog(t) && a != ActionRemove {
			return nil, fmt.Errorf("action %q for type %s: values of this type can only be removed", string(a), t)
		}
		out[t] = a
	}
	return out, nil
}

// replacement returns what stands for value (as the view shows it, undisguised) under action a.
func replacement(t Type, a Action, value string) string {
	switch a {
	case ActionRemove:
		return textRemoved
	case ActionMask:
		return partial(t, value)
	default:
		return textMasked
	}
}

// partial masks value so that a reader can tell two values apart at best, or returns "[MASKED]" for types that have no
// such form.
func partial(t Type, value string) string {
	switch t {
	case TypeEmail:
		return partialEmail(value)
	case TypePhone, TypeBank:
		return partialTail(value)
	case TypeIP:
		return partialIP(value)
	default:
		return textMasked
	}
}

func partialEmail(value string) string {
	at := strings.LastIndexByte(value, '@')
	if at <= 0 || !isDomain(value[at+1:]) {
		return textMasked
	}
	_, n := utf8.DecodeRuneInString(value)
	first := value[:n]
	if n == 1 && !isAlnum(value[0]) {
		first = ""
	}
	return first + "***" + value[at:]
}

// partialTail keeps the last two digits of longer numbers.
func partialTail(value string) string {
	digits := make([]byte, 0, 2)
	total := 0
	for i := len(value) - 1; i >= 0; i-- {
		if !isDigit(value[i]) {
			continue
		}
		total++
		if len(digits) < 2 {
			digits = append(digits, value[i])
		}
	}
	if total < 7 {
		return textMasked
	}
	return "***" + string(digits[1]) + string(digits[0])
}

// partialIP keeps the first two octets of an IPv4 address.
func partialIP(value string) string {
	parts := strings.Split(value, ".")
	if len(parts) != 4 {
		return textMasked
	}
	return parts[0] + "." + parts[1] + ".*.*"
}
