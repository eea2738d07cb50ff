package policy

import (
	"maps"
	"slices"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/redact"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Class says how careful one has to be with a record.
type Class string

// The classes, least first.
const (
	Public     Class = "Public"
	Internal   Class = "Internal"
	Sensitive  Class = "Sensitive"
	Restricted Class = "Restricted"
)

// AllClasses lists the classes, least first.
func AllClasses() []Class { return []Class{Public, Internal, Sensitive, Restricted} }

// Rank orders classes: 0 for Public to 3 for Restricted, -1 for no class.
func (c Class) Rank() int { return slices.Index(AllClasses(), c) }

// Higher is the more careful of two classes.
func (c Class) Higher(other Class) Class {
	if other.Rank() > c.Rank() {
		return other
	}
	return c
}

// Proto is the class on the wire.
func (c Class) Proto() hushlogv1.Class {
	return hushlogv1.Class(c.Rank() + 1) //nolint:gosec // a rank is -1 to 3
}

// ClassFromProto is the class that the wire names, and Restricted for anything unknown.
func ClassFromProto(c hushlogv1.Class) Class {
	i := int(c) - 1
	if i < 0 || i >= len(AllClasses()) {
		return Restricted
	}
	return AllClasses()[i]
}

// Knows says whether records of the project are taken: it is declared, or it is the canaries'.
func (p *Policy) Knows(project string) bool {
	_, declared := p.Projects[project]
	return declared || project == identity.CanaryProject
}

// project is what holds for a project. Canaries go by the rules that hold for everybody, and may have every purpose.
func (p *Policy) project(name string) Project {
	if name == identity.CanaryProject {
		return Project{Purposes: slices.Collect(maps.Keys(p.Purposes)), LeastClass: Public}
	}
	return p.Projects[name]
}

// Classify gives the class of a record: the highest of the project's least class and those whose
// condition holds. A project that the policy does not know gets Restricted.
func (p *Policy) Classify(project, purpose string, counts map[redact.Type]int) Class {
	if !p.Knows(project) {
		return Restricted
	}
	class := p.project(project).LeastClass
	for _, candidate := range AllClasses() {
		for _, condition := range p.Classes[candidate].When {
			if condition.holds(project, purpose, counts) {
				class = class.Higher(candidate)
			}
		}
	}
	return class
}

func (c ClassCondition) holds(project, purpose string, counts map[redact.Type]int) bool {
	if len(c.Purposes) > 0 && !slices.Contains(c.Purposes, purpose) {
		return false
	}
	if len(c.Projects) > 0 && !slices.Contains(c.Projects, project) {
		return false
	}
	if len(c.Types) == 0 {
		return true
	}
	sum := 0
	for _, t := range c.Types {
		sum += counts[t]
	}
	return sum >= max(c.AtLeast, 1)
}

// Lot is what sampling goes by, of one record.
type Lot struct {
	// Draw is the conversation's, from 0 to below 1: the same for all of its records.
	Draw float64
	// Failed and Flagged say whether the record carried an error, or is marked.
	Failed, Flagged bool
}

// Sampled says whether a record of the class is stored at all. Whoever is stored at a rate is stored at
// every higher one, so that a conversation whose records have several classes is whole where these have
// the same rate, and lacks records of those with the lower one otherwise.
func (p *Policy) Sampled(class Class, lot Lot) bool {
	rules := p.Classes[class]
	switch {
	case rules.Store == Nothing:
		return false
	case lot.Failed && slices.Contains(rules.Sample.Keep, KeepFailed):
		return true
	case lot.Flagged && slices.Contains(rules.Sample.Keep, KeepFlagged):
		return true
	default:
		return lot.Draw < rules.Sample.Rate
	}
}

// AlertOwner is who gets an alert about records of a class, by a rule with an owner of its own.
func (p *Policy) AlertOwner(class Class, ruleOwner string) string {
	if to := p.Classes[class].AlertsTo; to != "" {
		return to
	}
	return ruleOwner
}

// Readers lists the roles that read rows of the class in a table, sorted.
func (p *Policy) Readers(class Class, table string) []string {
	var names []string
	for name, role := range p.Roles {
		_, reads := role.Tables[table]
		if reads && slices.Contains(role.Classes, class) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Storage says what is kept of a record: the least of what its class, its purpose and its sender
// allow. Without a purpose that the policy knows, that is metadata only.
func (p *Policy) Storage(class Class, purpose string, senderWish Storage) Storage {
	known, ok := p.Purposes[purpose]
	if p.Classes[class].Store == Nothing {
		return Nothing
	}
	if !ok || known.Content != Full || p.Classes[class].Store != Full || senderWish == MetadataOnly {
		return MetadataOnly
	}
	return Full
}

// WishFromProto is what a sender asked for. Anything but "as the policy says" asks for less.
func WishFromProto(wish hushlogv1.LoggingWish) Storage {
	if wish == hushlogv1.LoggingWish_LOGGING_WISH_UNSPECIFIED {
		return Full
	}
	return MetadataOnly
}

// PurposeAllowed says whether a record of the project may carry the purpose. No purpose is always
// allowed, and means metadata only.
func (p *Policy) PurposeAllowed(project, purpose string) bool {
	return purpose == "" || slices.Contains(p.project(project).Purposes, purpose)
}

// EnvironmentAllowed says whether a record of the project may carry the environment.
func (p *Policy) EnvironmentAllowed(project, environment string) bool {
	allowed := p.project(project).Environments
	return len(allowed) == 0 || environment == "" || slices.Contains(allowed, environment)
}

// RetentionLabel is the label of records of a class.
func (p *Policy) RetentionLabel(class Class) string { return p.Classes[class].Retention }

// ProjectLimits are the limits of a project, with the defaults filled in.
func (p *Policy) ProjectLimits(project string) ProjectLimits {
	limits, own := p.DefaultProjectLimits, p.Projects[project].Limits
	if own.EventsPerSecond > 0 {
		limits.EventsPerSecond = own.EventsPerSecond
	}
	if own.BytesPerSecond > 0 {
		limits.BytesPerSecond = own.BytesPerSecond
	}
	if own.MemoryShare > 0 {
		limits.MemoryShare = own.MemoryShare
	}
	return limits
}
