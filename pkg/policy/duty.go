package policy

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Duty is a rule of others that records be kept for a time at least. The texts say what the provision
// asks for, so that whoever declares it sees what it is about and what it is not: hushlog gives no
// legal advice, and a duty that is met here is met for what hushlog holds.
type Duty struct {
	// Name that a policy declares it by.
	Name string
	// Provision is where it stands.
	Provision string
	// Asks is the time as the provision has it.
	Asks string
	// Scope is what the provision is about, and what it is not.
	Scope string
	// Least is the shortest date of the policy that meets it. Rows go with the day they are of, which may
	// be a day before their date, and years and half years are counted at their longest: hence the
	// additional days.
	Least Duration
}

// DutyScope says which of a deployment's records fall under a duty.
type DutyScope string

// What a duty may be declared for. Content is not among them: no duty makes content live longer.
const (
	// DutyAudit is the trail, the receipts of erasures, and what else is kept as long as the trail.
	DutyAudit DutyScope = "audit"
	// DutyMetadata is the metadata of interactions, of every label.
	DutyMetadata DutyScope = "metadata"
)

// dutyDays is the shortest date that keeps rows for so many days.
func dutyDays(n int) Duration { return Duration(n+1) * Duration(24*time.Hour) }

var duties = []Duty{
	{
		Name: "eu-ai-act-19", Provision: "Regulation (EU) 2024/1689 (AI Act), article 19(1)", Asks: "at least six months", Least: dutyDays(184),
		Scope: "Providers of high-risk AI systems keep the logs of article 12(1) that the system generates automatically, as far as these are under their control, " +
			"unless Union or national law, data protection law in particular, provides otherwise.",
	},
	{
		Name: "eu-ai-act-26", Provision: "Regulation (EU) 2024/1689 (AI Act), article 26(6)", Asks: "at least six months", Least: dutyDays(184),
		Scope: "Deployers of high-risk AI systems keep the logs that the system generates automatically, as far as these are under their control, " +
			"unless Union or national law, data protection law in particular, provides otherwise.",
	},
	{
		Name: "hipaa-164.316", Provision: "45 CFR 164.316(b)(2)(i) (HIPAA Security Rule)", Asks: "6 years from creation or from when it last was in effect", Least: dutyDays(2192),
		Scope: "Documentation of policies and procedures, and of actions, activities and assessments that the Security Rule wants documented. " +
			"It is no duty to keep patients' data or prompts.",
	},
	{
		Name: "pci-dss-10.5.1", Provision: "PCI DSS v4.0, requirement 10.5.1", Asks: "at least 12 months, the last three at hand", Least: dutyDays(366),
		Scope: "History of audit logs of the cardholder data environment. Everything that hushlog keeps is at hand. It is no duty to keep card numbers, which are never stored.",
	},
	{
		Name: "sec-17a-4-3y", Provision: "17 CFR 240.17a-4(b) (SEC)", Asks: "at least 3 years, the first two easily accessible", Least: dutyDays(1096),
		Scope: "Records of brokers and dealers that paragraph (b) lists, communications relating to their business among them. " +
			"Sanitized texts are not the originals of communications: where those are to be kept, keep them elsewhere.",
	},
	{
		Name: "sec-17a-4-6y", Provision: "17 CFR 240.17a-4(a) (SEC)", Asks: "at least 6 years, the first two easily accessible", Least: dutyDays(2192),
		Scope: "Records of brokers and dealers that paragraph (a) lists: blotters, ledgers, account records. " +
			"Where the record of who did what supports them, the trail falls under it.",
	},
}

// Duties lists what a policy may declare, by name. The slice is the caller's.
func Duties() []Duty { return slices.Clone(duties) }

// DutyNamed finds a duty.
func DutyNamed(name string) (Duty, bool) {
	i := slices.IndexFunc(duties, func(d Duty) bool { return d.Name == name })
	if i < 0 {
		return Duty{}, false
	}
	return duties[i], true
}

func (p *Policy) validateDuties(f *problems) {
	names := make([]string, len(duties))
	for i, d := range duties {
		names[i] = d.Name
	}
	for name, scopes := range p.Retention.Duties {
		field := "retention.duties." + name
		_, known := DutyNamed(name)
		if !known {
			f.add(field, "use one of "+strings.Join(names, ", "), "is not a duty that this hushlog knows")
		}
		if len(scopes) == 0 {
			f.add(field, "write [audit], [metadata] or [audit, metadata]", "does not say which records fall under it")
		}
		for i, scope := range scopes {
			if scope != DutyAudit && scope != DutyMetadata {
				f.add(fmt.Sprintf("%s[%d]", field, i), "write audit or metadata", "is nothing that a duty applies to; a duty never makes content live longer")
			}
		}
	}
}

// Warnings lists what is allowed and may be a mistake, in the order of the document: dates below a
// declared duty, and settings that let alerts see less than there is.
func (p *Policy) Warnings() []Problem {
	f := &problems{places: p.places}
	p.warnOfDuties(f)
	p.warnOfSampling(f)
	slices.SortStableFunc(f.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Field, b.Field))
	})
	return f.list
}

// warnOfSampling: alerts count what is stored.
func (p *Policy) warnOfSampling(f *problems) {
	for _, class := range AllClasses() {
		rules := p.Classes[class]
		field := "classes." + string(class)
		if rules.Store == Nothing {
			f.add(field+".store", "write metadata, if alerts are to see these records", "alerts do not see records of which nothing is stored")
			continue
		}
		for _, keep := range []SampleKeep{KeepFailed, KeepFlagged} {
			if rules.Sample.Rate < 1 && !slices.Contains(rules.Sample.Keep, keep) {
				f.add(field+".sample.keep", "add "+string(keep), "alerts see only a share of the %s records, and counts of them are too low", keep)
			}
		}
	}
}

func (p *Policy) warnOfDuties(f *problems) {
	for _, name := range slices.Sorted(maps.Keys(p.Retention.Duties)) {
		duty, _ := DutyNamed(name)
		for _, date := range p.datesUnder(p.Retention.Duties[name]) {
			if date.keep < duty.Least {
				f.add(date.field, fmt.Sprintf("write %s or more, or have whoever answers for it (%s) withdraw the duty", duty.Least, p.Owners.Retention),
					"%s is below the declared duty %s: %s asks for %s", date.keep, duty.Name, duty.Provision, duty.Asks)
			}
		}
	}
}

// namedDate is a date of the policy with its field.
type namedDate struct {
	field string
	keep  Duration
}

// datesUnder are the dates that a declared duty is about.
func (p *Policy) datesUnder(scopes []DutyScope) []namedDate {
	var dates []namedDate
	if slices.Contains(scopes, DutyAudit) {
		dates = append(dates, namedDate{"retention.audit", p.Retention.Audit})
	}
	if slices.Contains(scopes, DutyMetadata) {
		for _, label := range slices.Sorted(maps.Keys(p.Retention.Labels)) {
			dates = append(dates, namedDate{"retention.labels." + label + ".metadata", p.Retention.Labels[label].Metadata})
		}
	}
	return dates
}

func (p *Policy) explainDuties(out *bytes.Buffer) {
	if len(p.Retention.Duties) == 0 {
		fmt.Fprintln(out, "  No duty of others to keep records is declared.")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.Retention.Duties)) {
		duty, _ := DutyNamed(name)
		fmt.Fprintf(out, "  Duty %s, for %s: %s asks for %s. %s\n", name, list(p.Retention.Duties[name]), duty.Provision, duty.Asks, duty.Scope)
	}
	for _, warning := range p.Warnings() {
		fmt.Fprintf(out, "  Warning: %s: %s\n", warning.Field, warning.Message)
	}
}
