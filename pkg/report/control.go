package report

import "slices"

// Control is a control of a regulation or standard that the system gives evidence for.
type Control struct {
	Framework string `json:"framework"`
	// ID of the control within the framework, and what it is about.
	ID    string `json:"id"`
	About string `json:"about"`
	// Shows says what hushlog shows towards it; never that the control as a whole is met.
	Shows string `json:"shows"`
	// Figures are the evidence in a report, by name.
	Figures []string `json:"figures"`
	// Records are the evidence outside of a report: what to look at, and how.
	Records []string `json:"records,omitempty"`
}

// Records that controls name.
const (
	recordTrail    = "the trail's log: hushlog audit verify"
	recordReceipts = "signed receipts: hushlog erase status, hushlog erase verify"
	recordPolicy   = "the policy in force: hushlog policy explain, the table policies"
	recordRoles    = "rights as derived from the policy: roles.txt of the evidence; as measured: docs/roles.md"
	recordReviews  = "reviews and who signed them: hushlog review list"
	recordStatus   = "each place, its date and its oldest row: hushlog retention status"
	recordDuties   = "declared duties to keep records: hushlog policy check, hushlog policy duties"
	recordPlaces   = "every place that data can be in: docs/places.md"
)

var controls = []Control{
	{
		"GDPR", "Art. 5(1)(b), (c)", "Purpose limitation, data minimisation", "Content is stored for a declared purpose only; private values are treated before anything is stored.",
		[]string{"purposes", "content-stored", "content-without-purpose", "findings"},
		[]string{recordPolicy},
	},
	{
		"GDPR", "Art. 5(1)(e)", "Storage limitation", "Dates by place, how old the oldest row is, and that nothing is past its date.",
		[]string{"overdue", "oldest", "kept", "retention-runs"},
		[]string{recordStatus, recordPlaces},
	},
	{
		"GDPR", "Art. 5(2), 24", "Accountability", "Which policy decided on each record, when policies changed, and that reviews are made and signed.",
		[]string{"policies", "policy-versions", "reviews", "signatures"},
		[]string{recordTrail, recordReviews},
	},
	{"GDPR", "Art. 17", "Right to erasure", "Requests that ended, how, and after how long.", []string{"erasures", "erasure-time"}, []string{recordReceipts}},
	{
		"GDPR", "Art. 25", "Data protection by design and by default", "What was found, by type, before storing; nothing is stored readable without inspection.",
		[]string{"findings", "quarantined", "classes"},
		[]string{recordPolicy},
	},
	{
		"GDPR", "Art. 30", "Records of processing activities", "Interactions by purpose, class and project, and numbers of pseudonyms.",
		[]string{"purposes", "classes", "interactions", "end-users"},
		[]string{recordPolicy, recordPlaces},
	},
	{
		"GDPR", "Art. 32", "Security of processing", "Who read what, in which role, and what was refused.",
		[]string{"access", "content-access", "content-rows", "exports", "refused", "alerts"},
		[]string{recordRoles, recordTrail},
	},
	{"SOC 2", "CC4.1", "Monitoring activities", "Reviews that are made on schedule and signed.", []string{"reviews", "signatures"}, []string{recordReviews}},
	{
		"SOC 2", "CC6.1, CC6.3", "Logical access; access by role", "Reads by person, role and purpose, and refused attempts.",
		[]string{"access", "content-access", "access-purposes", "refused"},
		[]string{recordRoles},
	},
	{"SOC 2", "CC7.2, CC7.3", "Monitoring for anomalies; evaluation of events", "Alerts by rule and severity.", []string{"alerts", "quarantined"}, nil},
	{"SOC 2", "CC8.1", "Change management", "Policies that were put in force, each on the trail.", []string{"policy-versions", "policies"}, []string{recordPolicy, recordTrail}},
	{
		"SOC 2", "C1.1, C1.2", "Confidentiality: protection and disposal", "What is stored by class, and that it goes at its date.",
		[]string{"classes", "content-stored", "overdue", "oldest"},
		[]string{recordStatus},
	},
	{"SOC 2", "PI1.3, PI1.4", "Processing integrity", "What became of everything received, and that nothing is unaccounted for.", []string{"ledger", "ledger-gap"}, nil},
	{"SOC 2", "P4.2, P4.3", "Privacy: retention and disposal", "Dates, what is past them, and erasures.", []string{"kept", "overdue", "erasures"}, []string{recordReceipts, recordStatus}},
	{
		"HIPAA", "45 CFR 164.308(a)(1)(ii)(D)", "Information system activity review", "Reviews that are made on schedule and signed, and what they show of access.",
		[]string{"reviews", "signatures", "access"},
		[]string{recordReviews},
	},
	{"HIPAA", "45 CFR 164.312(a)(1)", "Access control", "Reads by person and role, and refused attempts.", []string{"access", "refused"}, []string{recordRoles}},
	{"HIPAA", "45 CFR 164.312(b)", "Audit controls", "Entries of the trail, by action.", []string{"trail", "content-access"}, []string{recordTrail}},
	{"HIPAA", "45 CFR 164.312(c)(1)", "Integrity", "A trail that cannot be changed without it showing, and books that balance.", []string{"trail", "ledger-gap"}, []string{recordTrail}},
	{"HIPAA", "45 CFR 164.316(b)(2)", "Documentation: time limit", "Dates in force and the oldest rows of the trail and of other records.", []string{"kept", "oldest"}, []string{recordDuties}},
	{
		"ISO/IEC 27001:2022", "A.5.15, A.5.18", "Access control; access rights", "Reads by person, role and purpose, and refused attempts.",
		[]string{"access", "access-purposes", "refused"},
		[]string{recordRoles},
	},
	{"ISO/IEC 27001:2022", "A.5.33", "Protection of records", "Dates in force; a trail that cannot be changed without it showing.", []string{"kept", "oldest", "trail"}, []string{recordTrail, recordDuties}},
	{"ISO/IEC 27001:2022", "A.5.34", "Privacy and protection of PII", "What was found and treated, and erasures.", []string{"findings", "erasures"}, []string{recordReceipts}},
	{"ISO/IEC 27001:2022", "A.5.35, A.5.36", "Independent review; compliance with policies", "Reviews and their signatures.", []string{"reviews", "signatures"}, []string{recordReviews}},
	{"ISO/IEC 27001:2022", "A.8.10", "Information deletion", "That what has reached its date is gone, and erasures.", []string{"overdue", "retention-runs", "erasures", "erasure-time"}, []string{recordStatus, recordReceipts}},
	{
		"ISO/IEC 27001:2022", "A.8.11, A.8.12", "Data masking; data leakage prevention", "Private values found, by type, the share of planted ones that leaked, and events that could not be inspected and were not stored readable.",
		[]string{"findings", "leak-rate", "quarantined"},
		[]string{recordPolicy},
	},
	{"ISO/IEC 27001:2022", "A.8.15, A.8.16", "Logging; monitoring activities", "What is logged, what is unaccounted for, alerts.", []string{"interactions", "ledger", "ledger-gap", "alerts"}, []string{recordTrail}},
	{"ISO/IEC 42001:2023", "A.6.2.6", "AI system operation and monitoring", "Interactions, failures and latency by model, alerts.", []string{"models", "failures", "latency", "alerts"}, nil},
	{"ISO/IEC 42001:2023", "A.6.2.8", "AI system recording of event logs", "Interactions logged, by model, and what became of everything received.", []string{"models", "ledger", "ledger-gap"}, nil},
	{"ISO/IEC 42001:2023", "A.3.2", "AI roles and responsibilities", "Owners of the policy, and reviews assigned to them.", []string{"reviews", "signatures"}, []string{recordPolicy, recordReviews}},
	{"EU AI Act", "Art. 12(1), (2)", "Record-keeping", "Events of the lifetime of a system, logged automatically, by model, with errors.", []string{"models", "failures", "ledger", "ledger-gap"}, nil},
	{"EU AI Act", "Art. 19(1), 26(6)", "Logs kept for at least six months", "Dates in force and the oldest rows.", []string{"kept", "oldest", "overdue"}, []string{recordDuties, recordStatus}},
	{"EU AI Act", "Art. 26(5), 72", "Monitoring of operation; post-market monitoring", "Failures and alerts, by model and rule.", []string{"failures", "latency", "alerts"}, []string{recordReviews}},
}

// Controls lists what figures are evidence for. The slice is the caller's.
func Controls() []Control { return slices.Clone(controls) }

// Frameworks lists the frameworks of Controls, each once, in their order.
func Frameworks() []string {
	var names []string
	for _, c := range controls {
		if !slices.Contains(names, c.Framework) {
			names = append(names, c.Framework)
		}
	}
	return names
}
