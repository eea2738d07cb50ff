package alerting

import (
	"regexp"
	"strings"
	"time"

	"cel.dev/cel-go/cel" // CEL, the field's language for conditions: typed, without loops or side effects
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Source is what a rule looks at.
type Source string

// The sources.
const (
	// Interactions are what went through the redactor: one event for each Record.
	Interactions Source = "interactions"
	// Access is the trail: one event for each AuditEntry.
	Access Source = "access"
	// Quarantine is what could not be inspected: one event for each.
	Quarantine Source = "quarantine"
)

// Event is one thing that rules look at. Exactly one of Record, Entry and Quarantined is set. It holds no free text: of the
// statement of an AuditEntry a rule learns only whether it asks for an end user.
type Event struct {
	Record      *hushlogv1.Record
	Entry       *hushlogv1.AuditEntry
	Quarantined *hushlogv1.Quarantined
	// PromptFindings and AnswerFindings are the findings of Record by type, in what was sent to the model and in what it
	// answered. Nil where that is not known.
	PromptFindings, AnswerFindings map[string]uint32
}

// Source says what the event is.
func (e *Event) Source() Source {
	switch {
	case e.Entry != nil:
		return Access
	case e.Quarantined != nil:
		return Quarantine
	default:
		return Interactions
	}
}

// Time is the event's time: of acceptance, or of the act.
func (e *Event) Time() time.Time {
	switch {
	case e.Entry != nil:
		return e.Entry.GetAt().AsTime()
	case e.Quarantined != nil:
		return e.Quarantined.GetAcceptedAt().AsTime()
	default:
		return e.Record.GetAcceptedAt().AsTime()
	}
}

// rank orders classes: 0 for Public to 3 for Restricted.
type rank uint8

const highestRank = rank(hushlogv1.Class_CLASS_RESTRICTED - hushlogv1.Class_CLASS_PUBLIC)

// rank of the event's class, and the highest for one that is unknown; what is not an interaction says nothing of people's
// texts.
func (e *Event) rank() rank {
	if e.Record == nil {
		return 0
	}
	class := e.Record.GetClass()
	if class < hushlogv1.Class_CLASS_PUBLIC || class > hushlogv1.Class_CLASS_RESTRICTED {
		return highestRank
	}
	return rank(class - hushlogv1.Class_CLASS_PUBLIC)
}

func (r rank) class() policy.Class { return policy.AllClasses()[min(r, highestRank)] }

// field is a variable of the rules' expressions.
type field struct {
	name string
	typ  *types.Type
	doc  string
	// get reads the value for CEL.
	get func(*Event) ref.Val
	// text reads the value of a field that may be a key; nil for others.
	text func(*Event) string
}

func text(name, doc string, get func(*Event) string) field {
	return field{name, types.StringType, doc, func(e *Event) ref.Val { return types.String(get(e)) }, get}
}

func number(name, doc string, get func(*Event) float64) field {
	return field{name, types.DoubleType, doc, func(e *Event) ref.Val { return types.Double(get(e)) }, nil}
}

func integer[N int64 | uint64 | uint32 | int](name, doc string, get func(*Event) N) field {
	return field{name, types.IntType, doc, func(e *Event) ref.Val { return types.Int(get(e)) }, nil}
}

func truth(name, doc string, get func(*Event) bool) field {
	return field{name, types.BoolType, doc, func(e *Event) ref.Val { return types.Bool(get(e)) }, nil}
}

func list(name, doc string, get func(*Event) []string) field {
	return field{name, types.NewListType(types.StringType), doc, func(e *Event) ref.Val {
		return types.NewStringList(types.DefaultTypeAdapter, get(e))
	}, nil}
}

func moment(e *Event) ref.Val { return types.Timestamp{Time: e.Time()} }

var timeField = field{"time", types.TimestampType, "when it was accepted, or done", moment, nil}

// fieldsOf lists the variables of each source, in the order of the documentation.
var fieldsOf = map[Source][]field{
	Interactions: {
		text("project", "whose interaction it is", func(e *Event) string { return e.Record.GetProject() }),
		text("environment", "", func(e *Event) string { return e.Record.GetEnvironment() }),
		text("region", "", func(e *Event) string { return e.Record.GetRegion() }),
		text("service", "", func(e *Event) string { return e.Record.GetService() }),
		text("purpose", "", func(e *Event) string { return e.Record.GetPurpose() }),
		text("sender", "the API key's public id", func(e *Event) string { return e.Record.GetKeyId() }),
		text("user", "the end user's pseudonym", func(e *Event) string { return e.Record.GetUserPseudonym() }),
		text("template", "the same for prompts that were likely made from one template; empty for short ones", func(e *Event) string { return e.Record.GetTemplate() }),
		text("session", "", func(e *Event) string { return e.Record.GetSessionId() }),
		text("conversation", "", func(e *Event) string { return e.Record.GetConversationId() }),
		text("provider", "", func(e *Event) string { return e.Record.GetProvider() }),
		text("model", "the model asked for", func(e *Event) string { return e.Record.GetModel() }),
		text("model_version", "the model that answered", func(e *Event) string { return e.Record.GetModelVersion() }),
		text("error_type", "", func(e *Event) string { return e.Record.GetErrorType() }),
		text("error_code", "", func(e *Event) string { return e.Record.GetErrorCode() }),
		text("retention_label", "", func(e *Event) string { return e.Record.GetRetentionLabel() }),
		truth("failed", "carried an error of any kind", func(e *Event) bool { return e.Record.GetFailed() }),
		truth("stream", "", func(e *Event) bool { return e.Record.GetStream() }),
		truth("content_stored", "", func(e *Event) bool { return e.Record.GetContentStored() }),
		integer("class", "PUBLIC, INTERNAL, SENSITIVE or RESTRICTED, which are in this order", func(e *Event) int { return int(e.rank()) }),
		number("latency_seconds", "0 where unknown", func(e *Event) float64 { return e.Record.GetLatency().AsDuration().Seconds() }),
		number("first_token_seconds", "0 where unknown", func(e *Event) float64 { return e.Record.GetTimeToFirstToken().AsDuration().Seconds() }),
		integer("input_tokens", "", func(e *Event) uint64 { return e.Record.GetUsage().GetInputTokens() }),
		integer("output_tokens", "", func(e *Event) uint64 { return e.Record.GetUsage().GetOutputTokens() }),
		integer("cached_tokens", "", func(e *Event) uint64 { return e.Record.GetUsage().GetCachedInputTokens() }),
		integer("reasoning_tokens", "", func(e *Event) uint64 { return e.Record.GetUsage().GetReasoningTokens() }),
		number("cost", "of the whole interaction, in its currency", func(e *Event) float64 { return e.Record.GetUsage().GetCost() }),
		integer("messages", "", func(e *Event) uint32 { return e.Record.GetMessageCount() }),
		integer("content_bytes", "", func(e *Event) uint64 { return e.Record.GetContentBytes() }),
		list("finish_reasons", "", func(e *Event) []string { return e.Record.GetFinishReasons() }),
		list("tools", "names of tools", func(e *Event) []string { return e.Record.GetToolNames() }),
		list("tags", "", func(e *Event) []string { return e.Record.GetTags() }),
		list("media_types", "", func(e *Event) []string { return e.Record.GetMediaTypes() }),
		{"findings", types.NewMapType(types.StringType, types.IntType), "how often each type was found; 0 for one that was not", func(e *Event) ref.Val { return countsOf(e.Record.GetFindingCounts()) }, nil},
		{"prompt_findings", types.NewMapType(types.StringType, types.IntType), "the same, of what was sent to the model", func(e *Event) ref.Val { return countsOf(e.PromptFindings) }, nil},
		{"answer_findings", types.NewMapType(types.StringType, types.IntType), "the same, of what the model answered", func(e *Event) ref.Val { return countsOf(e.AnswerFindings) }, nil},
		{"flags", types.NewMapType(types.StringType, types.DoubleType), "highest score of each category, by the sender or the redactor; 0 for one that was not flagged", func(e *Event) ref.Val { return scoresOf(e.Record) }, nil},
		{"guardrails", types.NewMapType(types.StringType, types.StringType), "decision of each guardrail; empty for one that did not decide", func(e *Event) ref.Val { return decisionsOf(e.Record.GetGuardrails()) }, nil},
		timeField,
	},
	Access: {
		text("actor", "who", func(e *Event) string { return e.Entry.GetActor() }),
		text("role", "", func(e *Event) string { return e.Entry.GetRole() }),
		text("action", "query, sign-in-refused, ...", func(e *Event) string { return e.Entry.GetAction() }),
		text("purpose", "", func(e *Event) string { return e.Entry.GetPurpose() }),
		text("phase", "intent or outcome", func(e *Event) string { return phases[e.Entry.GetPhase()] }),
		text("outcome", "ok, refused, failed", func(e *Event) string { return e.Entry.GetOutcome() }),
		text("reason", "a code when the outcome is not ok", func(e *Event) string { return e.Entry.GetReason() }),
		text("token", "the public part of the token used", func(e *Event) string { return e.Entry.GetTokenId() }),
		truth("one_user", "the statement asks for end users by their pseudonym", asksForUser),
		list("tables", "that were read, without the database", func(e *Event) []string { return tablesOf(e.Entry) }),
		integer("rows", "shown", func(e *Event) uint64 { return e.Entry.GetRows() }),
		integer("bytes", "shown", func(e *Event) uint64 { return e.Entry.GetBytes() }),
		timeField,
	},
	Quarantine: {
		text("project", "", func(e *Event) string { return e.Quarantined.GetProject() }),
		text("reason", "a code", func(e *Event) string { return e.Quarantined.GetReason() }),
		timeField,
	},
}

// tablesOf are the tables of an entry as a policy names them: entries have the database, too.
func tablesOf(entry *hushlogv1.AuditEntry) []string {
	names := make([]string, len(entry.GetTables()))
	for i, name := range entry.GetTables() {
		names[i] = strings.TrimPrefix(name, policy.Database+".")
	}
	return names
}

// byUser finds where a statement whose literals are masked compares the end user's pseudonym with some, as ClickHouse writes
// operators, and their functions.
var byUser = regexp.MustCompile("(?i)\\buser_pseudonym\\b[`)]* *(?:=|<=|>=|<|>|IN|I?LIKE) *\\(*\\?|\\?\\)* *= *\\(*(?:[`\\w]+\\.)?`?user_pseudonym\\b|" +
	"\\b(?:equals|in|i?like|match|startsWith|has)\\(`?(?:\\?, *)?(?:[`\\w]+\\.)?`?user_pseudonym\\b")

func asksForUser(e *Event) bool { return byUser.MatchString(e.Entry.GetStatement()) }

var phases = map[hushlogv1.AuditPhase]string{
	hushlogv1.AuditPhase_AUDIT_PHASE_INTENT: "intent", hushlogv1.AuditPhase_AUDIT_PHASE_OUTCOME: "outcome",
}

// constants are the names of classes in expressions.
var constants = map[string]policy.Class{
	"PUBLIC": policy.Public, "INTERNAL": policy.Internal, "SENSITIVE": policy.Sensitive, "RESTRICTED": policy.Restricted,
}

// activation gives one event's fields to CEL, each read once however many rules ask for it.
type activation struct {
	event  *Event
	fields map[string]int // of the event's source
	list   []field
	values []ref.Val
}

func (a *activation) set(e *Event, s *sourceFields) {
	a.event, a.fields, a.list = e, s.index, s.fields
	a.values = a.values[:0]
	for range s.fields {
		a.values = append(a.values, nil)
	}
}

// ResolveName implements cel.Activation.
func (a *activation) ResolveName(name string) (any, bool) {
	i, ok := a.fields[name]
	if !ok {
		return nil, false
	}
	if a.values[i] == nil {
		a.values[i] = a.list[i].get(a.event)
	}
	return a.values[i], true
}

// Parent implements cel.Activation.
func (*activation) Parent() cel.Activation { return nil }

// sourceFields finds fields by name.
type sourceFields struct {
	fields []field
	index  map[string]int
}

func indexFields(fields []field) *sourceFields {
	s := &sourceFields{fields, make(map[string]int, len(fields))}
	for i, f := range fields {
		s.index[f.name] = i
	}
	return s
}

// defaulted is a map whose missing entries are zero, so that a rule need not ask whether a type was found at all.
type defaulted struct {
	traits.Mapper
	zero ref.Val
}

// Find implements traits.Mapper.
func (d defaulted) Find(key ref.Val) (ref.Val, bool) {
	v, found := d.Mapper.Find(key)
	if found || v != nil && types.IsError(v) {
		return v, found
	}
	return d.zero, true
}

// Get implements traits.Indexer.
func (d defaulted) Get(key ref.Val) ref.Val {
	v, _ := d.Find(key)
	return v
}

func countsOf(m map[string]uint32) ref.Val {
	values := make(map[ref.Val]ref.Val, len(m))
	for name, n := range m {
		values[types.String(name)] = types.Int(n)
	}
	return defaulted{types.NewRefValMap(types.DefaultTypeAdapter, values), types.IntZero}
}

// scoresOf leaves out what stands in the history that was sent along: an interaction before this one was flagged for it.
func scoresOf(r *hushlogv1.Record) ref.Val {
	values := make(map[ref.Val]ref.Val, len(r.GetSafetyFlags())+len(r.GetFlags()))
	add := func(category string, score float64) {
		name := types.String(category)
		before, _ := values[name].(types.Double)
		values[name] = max(before, types.Double(score))
	}
	for _, f := range r.GetSafetyFlags() {
		add(f.GetCategory(), f.GetScore())
	}
	for _, f := range r.GetFlags() {
		if !f.GetEarlier() {
			add(f.GetCategory(), f.GetScore())
		}
	}
	return defaulted{types.NewRefValMap(types.DefaultTypeAdapter, values), types.Double(0)}
}

func decisionsOf(outcomes []*hushlogv1.GuardrailOutcome) ref.Val {
	values := make(map[ref.Val]ref.Val, len(outcomes))
	for _, o := range outcomes {
		values[types.String(o.GetName())] = types.String(o.GetDecision())
	}
	return defaulted{types.NewRefValMap(types.DefaultTypeAdapter, values), types.String("")}
}
