package policy

// Database that holds every table.
const Database = "hushlog"

// Tables of the database.
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
	// tableRollupPicks stores nothing: what retention writes to it makes ClickHouse make rollups anew.
	tableRollupPicks = "rollup_picks"
	// tableHoldPicks stores nothing: what retention writes to it makes ClickHouse copy rows under a hold.
	tableHoldPicks = "hold_picks"
	TableReviews   = "reviews"
	TablePolicies  = "policies"
	// Canaries that were counted, and where values of theirs were found.
	TableCanaries    = "canaries"
	TableCanaryFinds = "canary_finds"
	// tableCanaryPicks stores nothing: what the canary writes to it is looked for in every table.
	tableCanaryPicks = "canary_picks"
)

// tableSpec is what the policy has to know of a table.
type tableSpec struct {
	name string
	// byClass and byProject say which columns (classification, project) there are to filter rows by.
	byClass, byProject bool
	// labelled tables have a retention label for each row.
	labelled bool
	// found lists the columns by which ingest finds again what it has written, to count it: an id, what
	// partitions are made by, and nothing of what was said.
	found []string
	// kept says that retention writes the table, and not ingest.
	kept bool
	// keep is the time rows are kept: of a label where the table has labels. nil: until a hold is released.
	keep func(r Retention, l RetentionLabel) Duration
}

// derived says that neither ingest nor retention makes the table's rows: materialized views do (rollups, copies under a hold,
// what a look for canaries finds), or the canary.
func (t tableSpec) derived() bool { return len(t.found) == 0 && !t.kept }

// records says that each row is of one interaction, or of an alert about some, and has its class.
func (t tableSpec) records() bool { return t.byClass && (len(t.found) > 0 || t.keep == nil) }

// longestMetadata is how long rows of an interaction may be there, or come back from what is as old.
func longestMetadata(r Retention, _ RetentionLabel) Duration {
	longest := r.Findings
	for _, label := range r.Labels {
		longest = max(longest, label.Metadata)
	}
	return longest
}

// byBlock is found for the tables of interactions.
var byBlock = []string{"block_id", "retention_label", "accepted_at"}

// schema lists the tables in the order that ingest writes them: interactions last, so that a row
// there means that everything else of it is there.
var schema = []tableSpec{
	{TableContents, true, true, true, byBlock, false, func(_ Retention, l RetentionLabel) Duration { return l.Content }},
	{TableFindings, true, true, true, byBlock, false, func(r Retention, _ RetentionLabel) Duration { return r.Findings }},
	{TableFlags, true, true, true, byBlock, false, func(_ Retention, l RetentionLabel) Duration { return l.Metadata }},
	{TableLedger, false, true, false, []string{"block_id", "minute"}, false, func(r Retention, _ RetentionLabel) Duration { return r.Ledger }},
	{TableQuarantined, false, true, false, []string{"block_id", "accepted_at"}, false, func(r Retention, _ RetentionLabel) Duration { return r.Quarantined }},
	{TableAlerts, true, true, false, []string{"transition", "fired_at"}, false, func(r Retention, _ RetentionLabel) Duration { return r.Alerts }},
	{TableAudit, false, false, false, []string{"entry_id", "at"}, false, func(r Retention, _ RetentionLabel) Duration { return r.Audit }},
	{TableErasures, false, true, false, []string{"request_id"}, true, func(r Retention, _ RetentionLabel) Duration { return r.Audit }},
	{TableRetentionRuns, false, false, false, []string{"run_id"}, true, func(r Retention, _ RetentionLabel) Duration { return r.Audit }},
	{TableReviews, false, false, false, []string{"review_id"}, true, func(r Retention, _ RetentionLabel) Duration { return r.Audit }},
	{TablePolicies, false, false, false, []string{"digest"}, true, func(r Retention, _ RetentionLabel) Duration { return r.Audit }},
	{TableCanaries, false, false, false, nil, false, func(r Retention, _ RetentionLabel) Duration { return r.Audit }},
	{TableCanaryFinds, false, false, false, nil, false, func(r Retention, _ RetentionLabel) Duration { return r.Alerts }},
	{TableTombstones, false, false, false, []string{"mark"}, true, longestMetadata},
	{TableRollupMinute, true, true, true, nil, false, func(_ Retention, l RetentionLabel) Duration { return l.Metadata }},
	{TableRollupHour, true, true, true, nil, false, func(_ Retention, l RetentionLabel) Duration { return l.Metadata }},
	{TableRollupDay, true, true, true, nil, false, func(_ Retention, l RetentionLabel) Duration { return l.Metadata }},
	{TableHolds, false, true, false, nil, true, nil},
	{TableHoldSubjects, false, true, false, nil, true, nil},
	{TableHeldContents, true, true, false, nil, false, nil},
	{TableHeldFindings, true, true, false, nil, false, nil},
	{TableHeldFlags, true, true, false, nil, false, nil},
	{TableHeldAlerts, true, true, false, nil, false, nil},
	{TableHeldInteractions, true, true, false, nil, false, nil},
	{TableInteractions, true, true, true, byBlock, false, func(_ Retention, l RetentionLabel) Duration { return l.Metadata }},
}

// AllTables lists the tables in the order that ingest writes them.
func AllTables() []string {
	names := make([]string, len(schema))
	for i, t := range schema {
		names[i] = t.name
	}
	return names
}

// HoldsRecords says that rows of a table are records with a class, which a role looks at and may be let export.
// Rollups, the trail and what tells of the deployment itself are none.
func HoldsRecords(table string) bool {
	spec, ok := tableNamed(table)
	return ok && spec.records()
}

func tableNamed(name string) (tableSpec, bool) {
	for _, t := range schema {
		if t.name == name {
			return t, true
		}
	}
	return tableSpec{}, false
}
