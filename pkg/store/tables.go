package store

import "slices"

// Names of the tables in Database.
const (
	TableInteractions = "interactions"
	TableContents     = "contents"
	TableFindings     = "findings"
	TableFlags        = "flags"
	TableLedger       = "ledger"
	TableQuarantined  = "quarantined"
	TableAlerts       = "alerts"
	TableAudit        = "audit"
	TableErasures     = "erasures"
	TableTombstones   = "tombstones"

	TableRetentionRuns = "retention_runs"
	// Rollups of interactions.
	TableRollupMinute = "rollup_minute"
	TableRollupHour   = "rollup_hour"
	TableRollupDay    = "rollup_day"
	TableHolds        = "holds"
	TableHoldSubjects = "hold_subjects"
	// Copies of rows under a hold.
	TableHeldInteractions = "held_interactions"
	TableHeldContents     = "held_contents"
	TableHeldFindings     = "held_findings"
	TableHeldFlags        = "held_flags"
	TableHeldAlerts       = "held_alerts"
	TableReviews          = "reviews"
	TablePolicies         = "policies"
	// Canaries that were counted, and where values of theirs were found.
	TableCanaries    = "canaries"
	TableCanaryFinds = "canary_finds"
	migrationsTable  = "migrations"
)

// Column is one column of a table: its name and ClickHouse type.
type Column struct{ Name, Type string }

// Table is what the code knows of a table of the schema.
type Table struct {
	Name    string
	Columns []Column
	// Date is the column that retention counts from. Empty where rows are kept until a hold is released.
	Date string
	// ID is the column by which the rows of one write are found again.
	ID string
	// Labelled says that days are looked up by the column retention_label.
	Labelled bool
}

// Tables lists every table that holds data, in the order that a block is written; the migrations'
// own table is not among them.
func Tables() []Table { return slices.Clone(tables) }

// Lookup finds a table by its name without the database.
func Lookup(name string) (Table, bool) {
	i := slices.IndexFunc(tables, func(t Table) bool { return t.Name == name })
	if i < 0 {
		return Table{}, false
	}
	return tables[i], true
}

const (
	typeName    = "LowCardinality(String)"
	typeNames   = "Array(LowCardinality(String))"
	typeText    = "String"
	typeTime    = "DateTime64(3, 'UTC')"
	typeClass   = "Enum8('Public' = 1, 'Internal' = 2, 'Sensitive' = 3, 'Restricted' = 4)"
	typePhase   = "Enum8('intent' = 1, 'outcome' = 2)"
	typeCount   = "UInt64"
	typeHash    = "FixedString(16)"
	columnLabel = "retention_label"
	columnBlock = "block_id"
	columnHold  = "hold_id"
)

var tables = slices.Concat(dated, holdTables())

var dated = []Table{
	{Name: TableContents, ID: columnBlock, Date: "accepted_at", Labelled: true, Columns: slices.Concat(common, []Column{
		{"conversation_id", typeText},
		{"ordinal", "UInt32"},
		{"path", typeText},
		{"role", typeName},
		{"kind", typeName},
		{"tool_name", typeName},
		{"tool_call_id", typeText},
		{"text", typeText},
	})},
	{Name: TableFindings, ID: columnBlock, Date: "accepted_at", Labelled: true, Columns: slices.Concat(common, []Column{
		{"path", typeText},
		{"type", typeName},
		{"rule", typeName},
		{"rule_version", "UInt32"},
		{"action", typeName},
		{"confidence", "Float32"},
		{"view", typeName},
		{"evidence", typeName},
	})},
	{Name: TableFlags, ID: columnBlock, Date: "accepted_at", Labelled: true, Columns: slices.Concat(common, []Column{
		{"category", typeName},
		{"score", "Float64"},
		{"rule", typeName},
		{"rule_version", typeName},
		{"role", typeName},
		{"path", typeText},
		{"kind", typeName},
		{"earlier", "Bool"},
	})},
	{Name: TableQuarantined, ID: columnBlock, Date: "accepted_at", Columns: []Column{
		{"project", typeName},
		{"accepted_at", typeTime},
		{columnBlock, typeText},
		{"request_hash", typeHash},
		{"reason", typeName},
		{"raw_partition", "Int32"},
		{"raw_offset", "Int64"},
		{"state", typeName},
		{"order_id", typeText},
	}},
	{Name: TableLedger, ID: columnBlock, Date: "minute", Columns: []Column{
		{"project", typeName},
		{"minute", "DateTime('UTC')"},
		{columnBlock, typeText},
		{"accepted", typeCount},
		{"stored", typeCount},
		{"duplicates", typeCount},
		{"quarantined", typeCount},
		{"sampled_out", typeCount},
		{"gateway_accepted", typeCount},
		{"gateway_rejected", typeCount},
		{"erased", typeCount},
		{"released", typeCount},
		{"dropped", typeCount},
	}},
	{Name: TableInteractions, ID: columnBlock, Date: "accepted_at", Labelled: true, Columns: slices.Concat(common, []Column{
		{"trace_id", typeText},
		{"span_id", typeText},
		{"session_id", typeText},
		{"conversation_id", typeText},
		{"environment", typeName},
		{"region", typeName},
		{"service", typeName},
		{"purpose", typeName},
		{"key_id", typeName},
		{"started_at", typeTime},
		{"latency_ms", "Nullable(UInt32)"},
		{"time_to_first_token_ms", "Nullable(UInt32)"},
		{"provider", typeName},
		{"model", typeName},
		{"model_version", typeName},
		{"temperature", "Nullable(Float64)"},
		{"top_p", "Nullable(Float64)"},
		{"top_k", "Nullable(Int64)"},
		{"max_tokens", "Nullable(Int64)"},
		{"seed", "Nullable(Int64)"},
		{"stream", "Bool"},
		{"response_id", typeText},
		{"finish_reasons", typeNames},
		{"tool_names", typeNames},
		{"input_tokens", typeCount},
		{"output_tokens", typeCount},
		{"cached_input_tokens", typeCount},
		{"reasoning_tokens", typeCount},
		{"cost", "Float64"},
		{"cost_currency", typeName},
		{"error_type", typeName},
		{"error_code", typeName},
		{"failed", "Bool"},
		{"guardrail_names", typeNames},
		{"guardrail_decisions", typeNames},
		{"safety_categories", typeNames},
		{"safety_scores", "Array(Float64)"},
		{"user_pseudonym", typeText},
		{"tags", typeNames},
		{"content_stored", "Bool"},
		{"message_count", "UInt32"},
		{"content_bytes", typeCount},
		{"finding_counts", "Map(LowCardinality(String), UInt32)"},
		{"policy_digest", typeName},
		{"engine_version", typeName},
		{"media_types", typeNames},
		{"template", typeText},
	})},
	{Name: TableAlerts, ID: "transition", Date: "fired_at", Columns: []Column{
		{"fingerprint", typeText},
		{"rule", typeName},
		{"severity", typeName},
		{"owner", typeName},
		{"project", typeName},
		{"user_pseudonym", typeText},
		{"model", typeName},
		{"window_start", typeTime},
		{"window_end", typeTime},
		{"fired_at", typeTime},
		{"value", "Float64"},
		{"threshold", "Float64"},
		{"classification", typeClass},
		{"state", typeName},
		{"resolved_at", typeTime},
		{"keys", "Map(LowCardinality(String), String)"},
		{"transition", typeText},
	}},
	{Name: TableAudit, ID: "entry_id", Date: "at", Columns: []Column{
		{"entry_id", typeHash},
		{"act_id", typeHash},
		{"phase", typePhase},
		{"at", typeTime},
		{"actor", typeName},
		{"role", typeName},
		{"action", typeName},
		{"purpose", typeName},
		{"statement", typeText},
		{"tables", typeNames},
		{"outcome", typeName},
		{"reason", typeName},
		{"rows", typeCount},
		{"bytes", typeCount},
		{"token_id", typeName},
		{"ref", typeText},
		{"sealed_actor", typeText},
	}},
	{Name: TableErasures, ID: "request_id", Date: "at", Columns: []Column{
		{"request_id", typeText},
		{"project", typeName},
		{"at", typeTime},
		{"actor", typeName},
		{"requested_at", typeTime},
		{"state", typeName},
		{"place", typeName},
		{"wave", "UInt32"},
		{"rows", typeCount},
		{"receipt", typeText},
	}},
	{Name: TableTombstones, ID: "request_id", Date: "at", Columns: []Column{
		{"mark", "FixedString(32)"},
		{"request_id", typeText},
		{"until", typeTime},
		{"at", typeTime},
	}},
	rollup(TableRollupMinute, "minute", "DateTime('UTC')"),
	rollup(TableRollupHour, "hour", "DateTime('UTC')"),
	rollup(TableRollupDay, "day", "Date"),
	{Name: TableRetentionRuns, ID: "run_id", Date: "at", Columns: []Column{
		{"run_id", typeText},
		{"at", typeTime},
		{"kind", typeName},
		{"place", typeName},
		{"label", typeName},
		{"keep_seconds", typeCount},
		{"oldest", "Nullable(" + typeTime + ")"},
		{"rows", typeCount},
		{"overdue", typeCount},
		{"failed_steps", typeNames},
		{"policy_digest", typeName},
	}},
	{Name: TableReviews, ID: "review_id", Date: "at", Columns: []Column{
		{"review_id", typeText},
		{"kind", typeName},
		{"at", typeTime},
		{"period_from", "DateTime('UTC')"},
		{"period_to", "DateTime('UTC')"},
		{"due", "DateTime('UTC')"},
		{"owner", typeName},
		{"policy_digest", typeName},
		{"digest", typeText},
		{"text", typeText},
	}},
	{Name: TableCanaries, ID: "look_id", Date: "at", Columns: []Column{
		{"look_id", typeText},
		{"at", typeTime},
		{"entry", typeName},
		{"taken", "UInt32"},
		{"arrived", "UInt32"},
		{"planted", "Map(LowCardinality(String), UInt32)"},
		{"leaked", "Map(LowCardinality(String), UInt32)"},
	}},
	{Name: TableCanaryFinds, ID: "look_id", Date: "at", Columns: []Column{
		{"look_id", typeText},
		{"at", typeTime},
		{"place", typeName},
		{"found_in", typeName},
		{"request_id", typeText},
		{"needle", "UInt32"},
		{"rows", typeCount},
	}},
	{Name: TablePolicies, ID: "digest", Date: "at", Columns: []Column{
		{"digest", typeText},
		{"at", typeTime},
		{"document", typeText},
	}},
}

// rollup is the table of a unit of time.
func rollup(name, unit, unitType string) Table {
	const quantiles = "AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), UInt32)"
	columns := []Column{
		{"project", typeName},
		{"classification", typeClass},
		{columnLabel, typeName},
		{unit, unitType},
		{"environment", typeName},
		{"region", typeName},
		{"provider", typeName},
		{"model", typeName},
		{"model_version", typeName},
		{"cost_currency", typeName},
	}
	for _, count := range []string{"interactions", "errors", "input_tokens", "output_tokens", "cached_input_tokens", "reasoning_tokens"} {
		columns = append(columns, Column{count, "SimpleAggregateFunction(sum, UInt64)"})
	}
	columns = append(columns, Column{"cost", "SimpleAggregateFunction(sum, Float64)"}, Column{"latency_ms", quantiles}, Column{"time_to_first_token_ms", quantiles})
	return Table{Name: name, ID: unit, Date: unit, Labelled: true, Columns: columns}
}

// holdTables have no date: what is in them goes by the hold.
func holdTables() []Table {
	all := []Table{
		{Name: TableHolds, ID: "hold_id", Columns: []Column{
			{"hold_id", typeText},
			{"request_id", typeText},
			{"project", typeName},
			{"at", typeTime},
			{"actor", typeName},
			{"role", typeName},
			{"state", typeName},
			{"reason", typeText},
			{"accepted_from", typeTime},
			{"accepted_until", typeTime},
			{"flag", typeName},
			{"by_subject", "Bool"},
			{"rows", typeCount},
		}},
		{Name: TableHoldSubjects, ID: "hold_id", Columns: []Column{
			{"hold_id", typeText},
			{"project", typeName},
			{"pseudonym", typeText},
		}},
	}
	for _, place := range holdable {
		source := dated[slices.IndexFunc(dated, func(t Table) bool { return t.Name == place.table })]
		all = append(all, Table{Name: place.held, ID: "hold_id", Columns: slices.Concat([]Column{
			{"hold_id", typeText},
			{"held_at", typeTime},
		}, source.Columns)})
	}
	return all
}

// common begins every table that holds rows of an interaction: what row filters and dates go by.
var common = []Column{
	{"project", typeName},
	{"classification", typeClass},
	{columnLabel, typeName},
	{"accepted_at", typeTime},
	{"request_id", typeText},
	{columnBlock, typeText},
}

// ColumnNamed finds a column of the table.
func (t Table) ColumnNamed(name string) (Column, bool) {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return t.Columns[i], true
}
