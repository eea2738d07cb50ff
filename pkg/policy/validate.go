package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/redact"
)

// AnyProject in a role's projects means all of them.
const AnyProject = "*"

const (
	// maxInteraction is the largest max_interaction_bytes: four of them must fit a topic's message
	// with room for sealing and framing.
	maxInteraction = largeMessage / 2
	maxPartitions  = 1024
	// slowestTime bounds what a role may ask, in one query.
	slowestTime = Duration(time.Hour)
	longest     = Duration(10 * 365 * 24 * time.Hour)
)

// nameForm is the contract's NAME: names of purposes, labels, alert rules, owners.
var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// columnForm is what a column may be called.
var columnForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

const nameFix = "use 1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit"

// validate notes everything that is wrong with the values and between them.
func (p *Policy) validate(f *problems) {
	if p.Version != Version {
		f.add("version", fmt.Sprintf("write version: %d", Version), "is not a version that this hushlog reads")
	}
	p.validateOwners(f)
	p.validateLimits(f)
	p.validatePurposes(f)
	p.validateProjects(f)
	p.validateDetection(f)
	p.validateOwn(f)
	p.validateDetectors(f)
	p.validateSafety(f)
	p.validateActions(f)
	p.validateClasses(f)
	p.validateRetention(f)
	p.validateRoles(f)
	p.validateAlerts(f)
	p.validateStream(f)
}

func (p *Policy) validateOwners(f *problems) {
	for _, o := range []struct{ field, value string }{
		{"owners.log_management", p.Owners.LogManagement},
		{"owners.access_approval", p.Owners.AccessApproval},
		{"owners.incidents", p.Owners.Incidents},
		{"owners.retention", p.Owners.Retention},
	} {
		f.name(o.field, o.value)
	}
}

// name wants a name of the contract's form.
func (p *problems) name(field, value string) {
	switch {
	case value == "":
		p.add(field, nameFix, "is missing")
	case !nameForm.MatchString(value):
		p.add(field, nameFix, "is not a name")
	}
}

// within wants low <= value <= high, both shown by format.
func within[T int | int64 | float64 | Duration | Bytes](f *problems, field string, value, low, high T) {
	if value < low || value > high {
		f.add(field, fmt.Sprintf("write something from %v to %v", low, high), "is missing or out of range")
	}
}

func (p *Policy) validateLimits(f *problems) {
	l := p.Limits
	within(f, "limits.max_interaction_bytes", l.MaxInteractionBytes, 1<<10, maxInteraction)
	within(f, "limits.max_nesting", l.MaxNesting, 8, 1000)
	within(f, "limits.max_messages", l.MaxMessages, 1, 100_000)
	within(f, "limits.max_batch_items", l.MaxBatchItems, 1, 10_000)
	within(f, "limits.max_future", l.MaxFuture, Duration(time.Second), Duration(24*time.Hour))
	within(f, "limits.max_age", l.MaxAge, Duration(time.Minute), longest)
	p.DefaultProjectLimits.validate(f, "default_project_limits", false)
}

// validate wants every limit set, or, where there are defaults, not negative.
func (l ProjectLimits) validate(f *problems, field string, optional bool) {
	if !optional || l.EventsPerSecond != 0 {
		within(f, field+".events_per_second", l.EventsPerSecond, 0.001, 10_000_000)
	}
	if !optional || l.BytesPerSecond != 0 {
		within(f, field+".bytes_per_second", l.BytesPerSecond, 1<<10, 1<<40)
	}
	if !optional || l.MemoryShare != 0 {
		within(f, field+".memory_share", l.MemoryShare, 0.01, 1)
	}
}

func (p *Policy) validatePurposes(f *problems) {
	for name, purpose := range p.Purposes {
		field := "purposes." + name
		f.name(field, name)
		f.storage(field+".content", purpose.Content)
	}
}

func (p *problems) storage(field string, s Storage) {
	if s != Full && s != MetadataOnly {
		p.add(field, "write full or metadata, or, for a class, nothing", "does not say what is stored")
	}
}

func (p *Policy) validateProjects(f *problems) {
	if len(p.Projects) == 0 {
		f.add("projects", "name at least one", "nobody could send anything")
	}
	for name, project := range p.Projects {
		field := "projects." + name
		if !identity.ProjectNameOK(name) {
			f.add(field, nameFix, "is not a name")
		}
		if name == identity.CanaryProject {
			f.add(field, "give the project another name", "is hushlog's own: what it sends to itself to see that nothing leaks")
		}
		for i, environment := range project.Environments {
			f.name(fmt.Sprintf("%s.environments[%d]", field, i), environment)
		}
		p.knownPurposes(f, field+".purposes", project.Purposes)
		f.class(field+".least_class", project.LeastClass)
		project.Limits.validate(f, field+".limits", true)
	}
}

func (p *problems) class(field string, c Class) {
	if c.Rank() < 0 {
		p.add(field, "write Public, Internal, Sensitive or Restricted", "is not a class")
	}
}

func (p *Policy) knownPurposes(f *problems, field string, purposes []string) {
	for i, purpose := range purposes {
		_, ok := p.Purposes[purpose]
		if !ok {
			f.add(fmt.Sprintf("%s[%d]", field, i), "declare it under purposes or correct its name", "is not a purpose")
		}
	}
}

func (p *Policy) validateDetection(f *problems) {
	if !slices.Contains(redact.Points(), p.Detection.Point) {
		f.add("detection.point", "write strict, balanced or lenient", "is not an operating point")
	}
}

// actionFix names every action, and those that what is never logged may have.
var (
	actionFix = "write one of " + list(redact.Actions())
	removeFix = func() string {
		var removing []redact.Action
		for _, a := range redact.Actions() {
			if redact.Removes(a) {
				removing = append(removing, a)
			}
		}
		return "write one of " + list(removing)
	}()
)

func (p *Policy) validateActions(f *problems) {
	for _, t := range redact.Types() {
		_, ok := p.FindingActions.Default[t]
		if !ok {
			f.add("actions.default."+string(t), actionFix, "is missing")
		}
	}
	for t, action := range p.FindingActions.Default {
		f.action("actions.default."+string(t), t, action)
	}
	for class, actions := range p.FindingActions.ByClass {
		field := "actions.by_class." + string(class)
		f.class(field, class)
		for t, action := range actions {
			path := field + "." + string(t)
			if f.action(path, t, action) && redact.Strictness(action) < redact.Strictness(p.FindingActions.Default[t]) {
				f.add(path, "write a stricter one, or make the default milder", "is milder than the default")
			}
		}
	}
	within(f, "actions.pseudonym_period", p.FindingActions.PseudonymPeriod, Duration(time.Hour), mostPseudonymPeriod)
}

// action says whether the type, the action and the two together can be.
func (p *problems) action(field string, t redact.Type, a redact.Action) bool {
	switch {
	case !t.Valid():
		p.add(field, "use one of "+list(redact.Types()), "is not a type of finding")
	case redact.Strictness(a) < 0:
		p.add(field, actionFix, "is not an action")
	case redact.NeverLog(t) && !redact.Removes(a):
		p.add(field, removeFix, "values of this type are never logged, in no form")
	default:
		return true
	}
	return false
}

func list[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, ", ")
}

func (p *Policy) validateClasses(f *problems) {
	for _, class := range AllClasses() {
		field := "classes." + string(class)
		rules, ok := p.Classes[class]
		if !ok {
			f.add(field, "declare it; the four classes are fixed", "is missing")
			continue
		}
		if rules.Store != Nothing {
			f.storage(field+".store", rules.Store)
		}
		rules.Sample.validate(f, field+".sample")
		if rules.AlertsTo != "" {
			f.name(field+".alerts_to", rules.AlertsTo)
		}
		_, ok = p.Retention.Labels[rules.Retention]
		if !ok {
			f.add(field+".retention", "name one of retention.labels", "is not a retention label")
		}
		for i, condition := range rules.When {
			p.validateCondition(f, fmt.Sprintf("%s.when[%d]", field, i), condition)
		}
	}
	for class := range p.Classes {
		f.class("classes."+string(class), class)
	}
}

// leastRate is one conversation in a million.
const leastRate = 0.000001

func (s Sample) validate(f *problems, field string) {
	if s.Rate < leastRate || s.Rate > 1 {
		f.add(field+".rate", "write 1 to store every conversation, or a share of them down to 0.000001; to store none write store: nothing", "is missing or out of range")
	}
	for i, keep := range s.Keep {
		if keep != KeepFailed && keep != KeepFlagged {
			f.add(fmt.Sprintf("%s.keep[%d]", field, i), "write failed or flagged", "is nothing that can be exempt from sampling")
		}
	}
}

func (p *Policy) validateCondition(f *problems, field string, c ClassCondition) {
	if len(c.Types)+len(c.Purposes)+len(c.Projects) == 0 {
		f.add(field, "name types, purposes or projects; for every record set a project's least_class", "holds for every record")
	}
	for i, t := range c.Types {
		if !t.Valid() {
			f.add(fmt.Sprintf("%s.types[%d]", field, i), "use one of "+list(redact.Types()), "is not a type of finding")
		}
	}
	if c.AtLeast < 0 || (c.AtLeast > 0 && len(c.Types) == 0) {
		f.add(field+".at_least", "write a number above 0, beside types", "counts nothing")
	}
	p.knownPurposes(f, field+".purposes", c.Purposes)
	p.knownProjects(f, field+".projects", c.Projects)
}

func (p *Policy) knownProjects(f *problems, field string, projects []string) {
	for i, project := range projects {
		if !p.Knows(project) {
			f.add(fmt.Sprintf("%s[%d]", field, i), "declare it under projects or correct its name", "is not a project")
		}
	}
}

func (p *Policy) validateRetention(f *problems) {
	r := p.Retention
	const hour, day = Duration(time.Hour), Duration(24 * time.Hour)
	if len(r.Labels) == 0 {
		f.add("retention.labels", "name at least one", "no record could get a date")
	}
	for name, label := range r.Labels {
		field := "retention.labels." + name
		f.name(field, name)
		f.days(field+".content", label.Content)
		f.days(field+".metadata", label.Metadata)
		if label.Content > label.Metadata {
			f.add(field+".content", "keep content no longer than metadata", "would outlive the metadata that says what it is")
		}
		if r.Events > label.Content {
			f.add("retention.events", "write no more than the shortest content date", "the stream would outlive content of label %s", name)
		}
	}
	f.days("retention.findings", r.Findings)
	f.days("retention.ledger", r.Ledger)
	f.days("retention.alerts", r.Alerts)
	f.days("retention.audit", r.Audit)
	f.days("retention.quarantined", r.Quarantined)
	within(f, "retention.quarantine", r.Quarantine, hour, 30*day)
	within(f, "retention.raw_after_redaction", r.RawAfterRedaction, Duration(time.Minute), day)
	within(f, "retention.raw_at_most", r.RawAtMost, hour, day)
	within(f, "retention.events", r.Events, hour, longest)
	within(f, "retention.alert_stream", r.AlertStream, day, longest)
	within(f, "retention.audit_stream", r.AuditStream, day, longest)
	p.validateKeys(f)
	p.validateDuties(f)
}

// validateKeys wants keys to live as long as what they open, and no longer than is needed.
func (p *Policy) validateKeys(f *problems) {
	r := p.Retention
	if r.RawAfterRedaction > r.RawAtMost {
		f.add("retention.raw_after_redaction", "write no more than raw_at_most", "is later than raw_at_most")
	}
	need := max(r.RawAtMost, r.Events, r.Quarantine)
	if r.Keys < need {
		f.add("retention.keys", "write at least the longest of raw_at_most, events and quarantine", "what is still in the stream could not be opened")
	}
	within(f, "retention.keys", r.Keys, Duration(24*time.Hour), Duration(31*24*time.Hour))
}

// days wants whole days: tables drop whole days.
func (p *problems) days(field string, d Duration) {
	const day = Duration(24 * time.Hour)
	if d < day || d > longest || d%day != 0 {
		p.add(field, "write whole days, from 1d to 3650d", "is missing or not a number of days")
	}
}

func (p *Policy) validateRoles(f *problems) {
	for name, role := range p.Roles {
		field := "roles." + name
		if !identity.RoleNameOK(name) {
			f.add(field, "use 1 to 32 of a-z 0-9 _, beginning with a letter", "is not a role's name")
		}
		role.validateTables(f, field)
		for i, class := range role.Classes {
			f.class(fmt.Sprintf("%s.classes[%d]", field, i), class)
		}
		if len(role.Classes) == 0 {
			f.add(field+".classes", "name the classes that it may see", "the role would see nothing")
		}
		p.validateRoleProjects(f, field, role)
		for i, right := range role.May {
			if !slices.Contains(Rights(), right) {
				f.add(fmt.Sprintf("%s.may[%d]", field, i), "write one of "+list(Rights()), "is nothing that a role may ask for")
			}
		}
		within(f, field+".limits.max_rows", role.Limits.MaxRows, 1, 10_000_000)
		within(f, field+".limits.look_rows", role.Limits.LookRows, 1, max(role.Limits.MaxRows, 1))
		within(f, field+".limits.look_bytes", role.Limits.LookBytes, 64<<10, 1<<30)
		within(f, field+".limits.max_time", role.Limits.MaxTime, Duration(time.Second), slowestTime)
		within(f, field+".limits.max_memory", role.Limits.MaxMemory, 16<<20, 1<<40)
		within(f, field+".limits.queries_per_hour", role.Limits.QueriesPerHour, 1, 1_000_000)
	}
}

func (p *Policy) validateRoleProjects(f *problems, field string, role Role) {
	switch {
	case len(role.Projects) == 0:
		f.add(field+".projects", `name projects, or write ["*"]`, "the role would see nothing")
	case slices.Contains(role.Projects, AnyProject):
		if len(role.Projects) > 1 {
			f.add(field+".projects", `write ["*"] alone`, "names projects beside all of them")
		}
	default:
		p.knownProjects(f, field+".projects", role.Projects)
	}
}

func (r Role) validateTables(f *problems, field string) {
	if len(r.Tables) == 0 {
		f.add(field+".tables", "name at least one of "+strings.Join(AllTables(), ", "), "the role would see nothing")
	}
	for _, table := range slices.Sorted(maps.Keys(r.Tables)) {
		path := field + ".tables." + table
		_, ok := tableNamed(table)
		if !ok {
			f.add(path, "use one of "+strings.Join(AllTables(), ", "), "is not a table")
		}
		for i, column := range r.Tables[table] {
			if !columnForm.MatchString(column) {
				f.add(fmt.Sprintf("%s[%d]", path, i), "use the column's name", "is not a column")
			}
		}
	}
}

func (p *Policy) validateAlerts(f *problems) {
	for i, name := range p.Alerts.Without {
		f.name(fmt.Sprintf("alerts.without[%d]", i), name)
	}
	for i, path := range p.Alerts.Files {
		if path == "" {
			f.add(fmt.Sprintf("alerts.files[%d]", i), "write the path of a file of rules", "is missing")
		}
	}
	p.validateRestrict(f)
}

// longestAutoLimit is restrict.MaxRuleLife; an attack that lasts longer is for people to decide about.
const longestAutoLimit = Duration(24 * time.Hour)

// validateRestrict checks what rules may do by themselves. Whether there is such a rule pkg/alerting knows.
func (p *Policy) validateRestrict(f *problems) {
	for _, rule := range slices.Sorted(maps.Keys(p.Alerts.Restrict)) {
		field, limit := "alerts.restrict."+rule, p.Alerts.Restrict[rule]
		f.name(field, rule)
		if limit.Sender != SenderUser && limit.Sender != SenderProject {
			f.add(field+".sender", "write user or project", "is nobody who can be limited")
		}
		within(f, field+".events_per_minute", limit.EventsPerMinute, 1, 1_000_000)
		within(f, field+".for", limit.For, Duration(time.Minute), longestAutoLimit)
	}
}

func (p *Policy) validateStream(f *problems) {
	within(f, "stream.partitions", p.Stream.Partitions, 1, maxPartitions)
	within(f, "stream.replication", p.Stream.Replication, 1, 9)
	within(f, "stream.min_in_sync", p.Stream.MinInSync, 1, max(p.Stream.Replication, 1))
}
