package policy

import (
	"maps"
	"time"

	"github.com/hushlog/hushlog/pkg/redact"
)

// mostPseudonymPeriod is the longest period that a document may name.
const mostPseudonymPeriod = longest

// Actions says what is done with each type before a class is known. The map is the caller's.
func (p *Policy) Actions() map[redact.Type]redact.Action { return maps.Clone(p.FindingActions.Default) }

// ActionsFor says what is done with each type in a record of a class. The map is the caller's.
func (p *Policy) ActionsFor(class Class) map[redact.Type]redact.Action {
	actions := p.Actions()
	maps.Copy(actions, p.FindingActions.ByClass[class])
	return actions
}

// UsesPseudonyms says whether any record's values are replaced by pseudonyms: then whoever acts needs the key.
func (p *Policy) UsesPseudonyms() bool {
	for _, class := range AllClasses() {
		for _, action := range p.ActionsFor(class) {
			if action == redact.ActionPseudonym {
				return true
			}
		}
	}
	return false
}

// PseudonymPeriod names the period of pseudonyms that at lies in: values have the same pseudonym within a project and
// one such period, and cannot be linked between two.
func (p *Policy) PseudonymPeriod(at time.Time) string {
	period := p.FindingActions.PseudonymPeriod.D()
	return at.UTC().Truncate(period).Format(time.RFC3339)
}
