package policy

import (
	"slices"

	"github.com/hushlog/hushlog/pkg/redact"
)

// Version is the version of the document's format that this package reads.
const Version = 1

// Policy is a document that was validated as a whole. Do not change it: everything derived from it
// must agree. Safe for concurrent reading.
type Policy struct {
	// Version of the document's format.
	Version int `yaml:"version"`
	// Owners answer for the parts of the deployment.
	Owners Owners `yaml:"owners"`
	// Limits bound one interaction.
	Limits Limits `yaml:"limits"`
	// DefaultProjectLimits apply to projects that do not set their own.
	DefaultProjectLimits ProjectLimits `yaml:"default_project_limits"`
	// Purposes are the reasons for which anything may be logged, by name.
	Purposes map[string]Purpose `yaml:"purposes"`
	// Projects that may send, by name.
	Projects map[string]Project `yaml:"projects"`
	// Detection says how sure a finding must be.
	Detection Detection `yaml:"detection"`
	// Own says what else is private to the organisation, and what is not.
	Own Own `yaml:"own"`
	// Detectors are asked besides the engine, by name.
	Detectors map[string]Detector `yaml:"detectors"`
	// Safety says what is flagged in what is said to models.
	Safety Safety `yaml:"safety"`
	// FindingActions say what is done with what was found.
	FindingActions FindingActions `yaml:"actions"`
	// Classes say when a record gets a class and what is stored of it.
	Classes map[Class]ClassRules `yaml:"classes"`
	// Retention says how long everything is kept.
	Retention Retention `yaml:"retention"`
	// Roles say what people read.
	Roles map[string]Role `yaml:"roles"`
	// Alerts say which rules the alert service goes by.
	Alerts Alerts `yaml:"alerts"`
	// Stream holds the settings of topics that an operator may tune.
	Stream Stream `yaml:"stream"`

	digest   string
	document string
	// file that the document was read from, and its folder; empty for a document at hand.
	file, dir string
	// places says where each field stands in the document.
	places map[string]position
}

// Owners are teams or people, by name, who answer for a part.
type Owners struct {
	LogManagement  string `yaml:"log_management"`
	AccessApproval string `yaml:"access_approval"`
	Incidents      string `yaml:"incidents"`
	Retention      string `yaml:"retention"`
}

// Limits bound what one request may be. What is above is refused, never cut.
type Limits struct {
	// MaxInteractionBytes after decompression.
	MaxInteractionBytes Bytes `yaml:"max_interaction_bytes"`
	// MaxNesting of structures.
	MaxNesting int `yaml:"max_nesting"`
	// MaxMessages of one interaction.
	MaxMessages int `yaml:"max_messages"`
	// MaxBatchItems of one batch call.
	MaxBatchItems int `yaml:"max_batch_items"`
	// MaxFuture is how far ahead of the gateway's clock started_at may be.
	MaxFuture Duration `yaml:"max_future"`
	// MaxAge is how far back started_at may be.
	MaxAge Duration `yaml:"max_age"`
}

// ProjectLimits bound one project on one gateway.
type ProjectLimits struct {
	// EventsPerSecond accepted, with a burst of one second.
	EventsPerSecond float64 `yaml:"events_per_second"`
	// BytesPerSecond accepted after decompression, with a burst of one second or one largest interaction.
	BytesPerSecond Bytes `yaml:"bytes_per_second"`
	// MemoryShare of the gateway's memory for waiting events, above 0 and at most 1.
	MemoryShare float64 `yaml:"memory_share"`
}

// Purpose is a reason for logging.
type Purpose struct {
	// Description for people.
	Description string `yaml:"description"`
	// Content says whether the purpose may keep content at all.
	Content Storage `yaml:"content"`
}

// Project may send.
type Project struct {
	// Description for people.
	Description string `yaml:"description"`
	// Environments allowed; empty allows any.
	Environments []string `yaml:"environments"`
	// Purposes allowed; a record without purpose is always taken, as metadata only.
	Purposes []string `yaml:"purposes"`
	// LeastClass is what a record gets when nothing raises it.
	LeastClass Class `yaml:"least_class"`
	// Limits replace DefaultProjectLimits; zero fields keep the default.
	Limits ProjectLimits `yaml:"limits"`
}

// Detection says how much is found.
type Detection struct {
	// Point is strict, balanced or lenient: how sure a finding must be.
	Point redact.Point `yaml:"point"`
}

// FindingActions say what is done with findings.
type FindingActions struct {
	// Default by type of finding; each type must be named.
	Default map[redact.Type]redact.Action `yaml:"default"`
	// ByClass tightens the default for records of a class; it may never loosen it.
	ByClass map[Class]map[redact.Type]redact.Action `yaml:"by_class"`
	// PseudonymPeriod is how long equal values of a project have equal pseudonyms; cut at multiples of itself.
	PseudonymPeriod Duration `yaml:"pseudonym_period"`
}

// ClassRules say when a record gets a class and what happens to it then.
type ClassRules struct {
	// Description for people.
	Description string `yaml:"description"`
	// When lists conditions, of which one is enough to raise a record to this class.
	When []ClassCondition `yaml:"when"`
	// Store says what is kept at most.
	Store Storage `yaml:"store"`
	// Retention is the label that dates are looked up by.
	Retention string `yaml:"retention"`
	// Sample says how many conversations are stored at all.
	Sample Sample `yaml:"sample"`
	// Export says whether records of the class may be in what a role that may export takes away.
	Export bool `yaml:"export"`
	// AlertsTo gets alerts about records of the class; empty leaves them to the owner of the rule.
	AlertsTo string `yaml:"alerts_to"`
}

// Sample thins out what is stored. What is sampled out is counted in the ledger and stored nowhere.
type Sample struct {
	// Rate is the share of conversations that are stored, above 0 and at most 1.
	Rate float64 `yaml:"rate"`
	// Keep lists records that are stored whatever their conversation's lot is.
	Keep []SampleKeep `yaml:"keep"`
}

// SampleKeep is a kind of records that can be exempt from sampling.
type SampleKeep string

const (
	// KeepFailed exempts records that carried an error of any kind.
	KeepFailed SampleKeep = "failed"
	// KeepFlagged exempts records that are marked: by their sender, a guardrail or the redactor.
	KeepFlagged SampleKeep = "flagged"
)

// ClassCondition holds when everything that it names holds.
type ClassCondition struct {
	// Types of findings that are counted together.
	Types []redact.Type `yaml:"types"`
	// AtLeast is how many findings of Types there must be; 0 means 1.
	AtLeast int `yaml:"at_least"`
	// Purposes of which the record must have one.
	Purposes []string `yaml:"purposes"`
	// Projects of which the record must be from one.
	Projects []string `yaml:"projects"`
}

// Retention says how long everything is kept.
type Retention struct {
	// Labels by name; ClassRules.Retention names one.
	Labels map[string]RetentionLabel `yaml:"labels"`
	// Findings, without values, in ClickHouse.
	Findings Duration `yaml:"findings"`
	// Ledger in ClickHouse.
	Ledger Duration `yaml:"ledger"`
	// Alerts in ClickHouse.
	Alerts Duration `yaml:"alerts"`
	// Audit in ClickHouse.
	Audit Duration `yaml:"audit"`
	// Quarantine is how long sealed events that could not be inspected wait.
	Quarantine Duration `yaml:"quarantine"`
	// Quarantined is how long the rows that tell of them are kept.
	Quarantined Duration `yaml:"quarantined"`
	// RawAfterRedaction is when sealed raw records are deleted once redacted.
	RawAfterRedaction Duration `yaml:"raw_after_redaction"`
	// RawAtMost is when they are deleted in any case.
	RawAtMost Duration `yaml:"raw_at_most"`
	// Events is how long sanitized blocks stay in the stream.
	Events Duration `yaml:"events"`
	// AlertStream and AuditStream are how long those topics are kept.
	AlertStream Duration `yaml:"alert_stream"`
	AuditStream Duration `yaml:"audit_stream"`
	// Keys is how long epochs, and what they open, can be opened.
	Keys Duration `yaml:"keys"`
	// Duties of others to keep records, by the name of one of Duties, with what falls under them.
	Duties map[string][]DutyScope `yaml:"duties"`
}

// RetentionLabel is a pair of dates.
type RetentionLabel struct {
	// Content is how long sanitized texts are kept.
	Content Duration `yaml:"content"`
	// Metadata is how long everything else of a record is kept.
	Metadata Duration `yaml:"metadata"`
}

// Role says what people with it read. Roles only read.
type Role struct {
	// Description for people.
	Description string `yaml:"description"`
	// Tables by name; the columns listed, or every column when the list is empty.
	Tables map[string][]string `yaml:"tables"`
	// Classes of the rows seen in interactions, findings and contents.
	Classes []Class `yaml:"classes"`
	// Projects seen; "*" alone means all.
	Projects []string `yaml:"projects"`
	// May says what the role may ask for beside reading.
	May []Right `yaml:"may"`
	// Limits of one query and of an hour.
	Limits RoleLimits `yaml:"limits"`
}

// Right is something that a role may ask for. What is asked for is done by a service, not by the role.
type Right string

const (
	// RightErase is to ask for the erasure of an end user.
	RightErase Right = "erase"
	// RightHold is to ask for a legal hold, for its release, and to agree to a release that somebody else asked for.
	RightHold Right = "hold"
	// RightExport is to take away more records than may be looked at, of classes that may be exported.
	RightExport Right = "export"
	// RightNames is to learn which people the pseudonyms on the trail stand for.
	RightNames Right = "names"
	// RightQuarantine is to have quarantined events inspected again, or dropped.
	RightQuarantine Right = "quarantine"
	// RightRestrict is to suspend and limit a project or an end user of it, and to resume them.
	RightRestrict Right = "restrict"
	// RightSignOperational is to sign the weekly review of operations.
	RightSignOperational Right = "sign-operational"
	// RightSignCompliance is to sign the monthly review of compliance.
	RightSignCompliance Right = "sign-compliance"
	// RightSignSecurity is to sign the quarterly audit of security.
	RightSignSecurity Right = "sign-security"
)

// Rights lists what a role may be given the right to ask for.
func Rights() []Right {
	return []Right{RightErase, RightHold, RightExport, RightNames, RightQuarantine, RightRestrict, RightSignOperational, RightSignCompliance, RightSignSecurity}
}

// SignRight is the right to sign reviews of a kind.
func SignRight(kind string) Right { return Right("sign-" + kind) }

// Signs says whether the role may sign reviews of a kind.
func (r Role) Signs(kind string) bool { return slices.Contains(r.May, SignRight(kind)) }

// Allows says whether the role may ask for something in a project.
func (r Role) Allows(right Right, project string) bool {
	return slices.Contains(r.May, right) && (slices.Contains(r.Projects, AnyProject) || slices.Contains(r.Projects, project))
}

// RoleLimits bound what a role may ask of ClickHouse.
type RoleLimits struct {
	// MaxRows of a result.
	MaxRows int64 `yaml:"max_rows"`
	// LookRows and LookBytes bound a result that is made from records; a larger one is an export.
	LookRows  int64 `yaml:"look_rows"`
	LookBytes Bytes `yaml:"look_bytes"`
	// MaxTime of a query.
	MaxTime Duration `yaml:"max_time"`
	// MaxMemory of a query.
	MaxMemory Bytes `yaml:"max_memory"`
	// QueriesPerHour of all people with the role together.
	QueriesPerHour int64 `yaml:"queries_per_hour"`
}

// Alerts say which rules the alert service goes by: those that come with hushlog and those of files. What a rule is,
// pkg/alerting knows.
type Alerts struct {
	// Without names rules that come with hushlog and are not wanted.
	Without []string `yaml:"without"`
	// Files hold further rules; a relative path counts from the document's folder.
	Files []string `yaml:"files"`
	// Restrict says which rules limit whom they fire for, by the rule's name. None do where nothing is written.
	Restrict map[string]AutoLimit `yaml:"restrict"`
}

// AutoLimit is a temporary limit at the gateways that follows from an alert.
type AutoLimit struct {
	// Sender is who is limited: the end user that the alert is about, or the whole project.
	Sender SenderKind `yaml:"sender"`
	// EventsPerMinute that each gateway still takes of the sender.
	EventsPerMinute int64 `yaml:"events_per_minute"`
	// For is how long, from the alert on.
	For Duration `yaml:"for"`
}

// SenderKind is a kind of sender that can be limited.
type SenderKind string

const (
	// SenderUser is one end user of a project.
	SenderUser SenderKind = "user"
	// SenderProject is a project.
	SenderProject SenderKind = "project"
)

// Rules of alerts that retention publishes: about what is past its date, and about reviews that were not signed in
// time. No rule of a policy may have their names.
const (
	RuleOverdue       = "retention-overdue"
	RuleReviewOverdue = "review-overdue"
)

// ActionDirect is on the trail for statements that went round the query service, noted by retention.
const ActionDirect = "direct-access"

// Rules of alerts that the canary publishes: about planted values that are readable somewhere, and about canaries that do not
// arrive.
const (
	RuleCanaryLeak = "canary-leak"
	RuleCanaryLost = "canary-lost"
)

// AlertFiles are the paths of the files of rules.
func (p *Policy) AlertFiles() []string {
	paths := make([]string, len(p.Alerts.Files))
	for i, path := range p.Alerts.Files {
		paths[i] = p.beside(path)
	}
	return paths
}

// Stream holds what may be tuned of the topics. Names, times and rights are not: they follow from
// the rest of the document and from the code.
type Stream struct {
	// Partitions of raw, events and quarantine: how many redactors can share the work. Raising it
	// on a running deployment moves keys between partitions; see the operator's guide.
	Partitions int `yaml:"partitions"`
	// Replication factor of every topic: 1 on one machine, 3 on a cluster.
	Replication int `yaml:"replication"`
	// MinInSync replicas that must have a record before it is acknowledged.
	MinInSync int `yaml:"min_in_sync"`
}

// Storage says how much of a record is kept.
type Storage string

const (
	// Full keeps metadata and sanitized content.
	Full Storage = "full"
	// MetadataOnly keeps no content.
	MetadataOnly Storage = "metadata"
	// Nothing keeps a count in the ledger. Classes may have it, purposes not: without content there is
	// MetadataOnly.
	Nothing Storage = "nothing"
)

// Document is the text that the policy was read from. Lists that it names by file are not in it.
func (p *Policy) Document() string { return p.document }

// Digest names this policy: SHA-256, in hex, of its canonical form. It is stored with each record.
func (p *Policy) Digest() string { return p.digest }
