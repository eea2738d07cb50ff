package policy

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/redact"
)

// Explain says in plain words what is stored, for whom and how long.
func (p *Policy) Explain(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "Policy %s\n", p.Digest())
	p.explainOwners(&out)
	p.explainStored(&out)
	p.explainOwn(&out)
	p.explainDetectors(&out)
	p.explainSafety(&out)
	p.explainActions(&out)
	p.explainReaders(&out)
	explainServices(&out)
	p.explainDates(&out)
	p.explainAlerts(&out)
	_, err := w.Write(out.Bytes())
	return err
}

func (p *Policy) explainOwners(out *bytes.Buffer) {
	fmt.Fprintf(out, "\nWho answers: log management %s, access approval %s, incidents %s, retention %s.\n",
		p.Owners.LogManagement, p.Owners.AccessApproval, p.Owners.Incidents, p.Owners.Retention)
}

func (p *Policy) explainStored(out *bytes.Buffer) {
	fmt.Fprintln(out, "\nWhat is stored")
	fmt.Fprintln(out, "  Without a purpose: metadata only. A sender may ask for less, never for more.")
	for _, name := range slices.Sorted(maps.Keys(p.Purposes)) {
		fmt.Fprintf(out, "  Purpose %-12s %s\n", name, storedText(p.Purposes[name].Content))
	}
	for _, class := range AllClasses() {
		rules := p.Classes[class]
		label := p.Retention.Labels[rules.Retention]
		fmt.Fprintf(out, "  %-11s %s; content %s, metadata %s; alerts to %s\n",
			class, rules.storedText(), label.Content, label.Metadata, cmp.Or(rules.AlertsTo, "the owner of the rule"))
		fmt.Fprintf(out, "  %-11s metadata is read by %s, content by %s\n", "",
			orNone(p.Readers(class, TableInteractions)), orNone(p.Readers(class, TableContents)))
		for _, condition := range rules.When {
			fmt.Fprintf(out, "  %-11s when %s\n", "", condition.text())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Projects)) {
		project := p.Projects[name]
		limits := p.ProjectLimits(name)
		fmt.Fprintf(out, "  Project %s: at least %s; purposes %s; %g events/s, %s/s\n", name,
			project.LeastClass, orNone(project.Purposes), limits.EventsPerSecond, limits.BytesPerSecond)
	}
}

func storedText(s Storage) string {
	if s == Full {
		return "metadata and sanitized content"
	}
	return "metadata only"
}

// storedText says what is stored of a class, and of how many conversations.
func (r ClassRules) storedText() string {
	switch {
	case r.Store == Nothing:
		return "nothing; counted in the ledger"
	case r.Sample.Rate == 1:
		return storedText(r.Store)
	case len(r.Sample.Keep) == 0:
		return fmt.Sprintf("%s of a share of %g of conversations", storedText(r.Store), r.Sample.Rate)
	default:
		return fmt.Sprintf("%s of a share of %g of conversations, and of all that is %s", storedText(r.Store), r.Sample.Rate,
			strings.ReplaceAll(list(r.Sample.Keep), ", ", " or "))
	}
}

func (c ClassCondition) text() string {
	var parts []string
	if len(c.Types) > 0 {
		parts = append(parts, fmt.Sprintf("%d or more of %s", max(c.AtLeast, 1), list(c.Types)))
	}
	if len(c.Purposes) > 0 {
		parts = append(parts, "the purpose is "+strings.Join(c.Purposes, " or "))
	}
	if len(c.Projects) > 0 {
		parts = append(parts, "the project is "+strings.Join(c.Projects, " or "))
	}
	return strings.Join(parts, " and ")
}

func (p *Policy) explainActions(out *bytes.Buffer) {
	fmt.Fprintf(out, "\nHow sure a finding must be: %s\n", pointText(p.Detection.Point))
	fmt.Fprintln(out, "\nWhat is done with what is found")
	for _, action := range slices.Backward(redact.Actions()) {
		var types []redact.Type
		for _, t := range redact.Types() {
			if p.FindingActions.Default[t] == action {
				types = append(types, t)
			}
		}
		if len(types) > 0 {
			fmt.Fprintf(out, "  %-13s %s\n", action, list(types))
		}
	}
	for _, class := range AllClasses() {
		actions := p.FindingActions.ByClass[class]
		for _, t := range slices.Sorted(maps.Keys(actions)) {
			fmt.Fprintf(out, "  %-13s %s in %s records\n", actions[t], t, class)
		}
	}
	fmt.Fprintf(out, "  %-13s card security codes, of type OTHER\n", p.codesAction())
	if p.UsesPseudonyms() {
		fmt.Fprintf(out, "  Pseudonyms are the same within a project for %s, and cannot be linked beyond.\n", p.FindingActions.PseudonymPeriod)
	}
}

// codesAction is what is done with card security codes by default: what is done with their type, if that removes.
func (p *Policy) codesAction() redact.Action {
	action := p.FindingActions.Default[redact.TypeOther]
	if redact.Removes(action) {
		return action
	}
	return redact.ActionRemove
}

// pointText says what an operating point means.
func pointText(p redact.Point) string {
	switch p {
	case redact.PointStrict:
		return "strict; more is found, and more that is nothing"
	case redact.PointLenient:
		return "lenient; only what is near certain is found"
	default:
		return string(p)
	}
}

func (p *Policy) explainReaders(out *bytes.Buffer) {
	fmt.Fprintln(out, "\nWho reads what")
	for _, name := range slices.Sorted(maps.Keys(p.Roles)) {
		role := p.Roles[name]
		fmt.Fprintf(out, "  %s: %s\n", name, role.Description)
		for _, table := range slices.Sorted(maps.Keys(role.Tables)) {
			columns := "every column"
			if n := len(role.Tables[table]); n > 0 {
				columns = fmt.Sprintf("%d columns", n)
			}
			fmt.Fprintf(out, "    %-13s %s\n", table, columns)
		}
		fmt.Fprintf(out, "    of %s records of %s; at most %d rows, %s, %s a query\n", list(role.Classes),
			projectsText(role.Projects), role.Limits.MaxRows, role.Limits.MaxTime, role.Limits.MaxMemory)
		fmt.Fprintf(out, "    looks at %d records, %s at a time; exports more of %s\n", role.Limits.LookRows, role.Limits.LookBytes,
			orNone(p.Exportable(name)))
	}
}

// explainServices says what each service may do, from the declaration that rights are derived from.
func explainServices(out *bytes.Buffer) {
	fmt.Fprintln(out, "\nWhich service may do what (admin is the super user of Kafka)")
	for _, r := range rights {
		fmt.Fprintf(out, "  %s\n", r.service)
		for _, topic := range slices.Sorted(maps.Keys(r.topics)) {
			fmt.Fprintf(out, "    %-23s %s\n", topic, strings.ToLower(strings.ReplaceAll(strings.Join(r.topics[topic], ", "), "_", " ")))
		}
		for _, watched := range r.watches {
			fmt.Fprintf(out, "    %-23s how far it is\n", watched)
		}
		for _, grant := range r.grants {
			fmt.Fprintf(out, "    %-23s %s\n", "ClickHouse", strings.TrimPrefix(grant, "GRANT "))
		}
	}
}

func projectsText(projects []string) string {
	if slices.Contains(projects, AnyProject) {
		return "all projects"
	}
	return "projects " + strings.Join(projects, ", ")
}

func (p *Policy) explainDates(out *bytes.Buffer) {
	fmt.Fprintln(out, "\nHow long")
	r := p.Retention
	for _, line := range []struct {
		what string
		keep Duration
	}{
		{"sealed raw records, once redacted", r.RawAfterRedaction},
		{"sealed raw records, at most", r.RawAtMost},
		{"sanitized blocks in the stream", r.Events},
		{"sealed quarantine", r.Quarantine},
		{"keys that open sealed records", r.Keys},
		{"findings (without values)", r.Findings},
		{"alerts", r.Alerts},
		{"ledger", r.Ledger},
		{"what was put aside, as a list", r.Quarantined},
		{"audit trail", r.Audit},
	} {
		fmt.Fprintf(out, "  %-35s %s\n", line.what, line.keep)
	}
	p.explainDuties(out)
}

func (p *Policy) explainAlerts(out *bytes.Buffer) {
	fmt.Fprintln(out, "\nWho is told")
	fmt.Fprintln(out, "  by the rules that come with hushlog, without "+orNone(p.Alerts.Without)+"; files of rules: "+orNone(p.Alerts.Files))
	for _, rule := range slices.Sorted(maps.Keys(p.Alerts.Restrict)) {
		limit := p.Alerts.Restrict[rule]
		fmt.Fprintf(out, "  rule %s limits the %s that it fires for to %d events a minute on each gateway, for %s\n", rule, limit.Sender, limit.EventsPerMinute, limit.For)
	}
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
