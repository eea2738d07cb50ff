package report

import (
	"slices"
	"strings"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
)

// Figure is one thing that is counted or measured in a period.
type Figure struct {
	// Name tells it from others.
	Name string
	// Title for people; Unit of the values.
	Title, Unit string
	// sql gives rows of label and value. {from} and {to} stand for the period's bounds.
	sql string
}

// SQL is the statement behind the figure for a period, which its end does not belong to.
func (f Figure) SQL(p Period) string {
	moment := func(t time.Time) string { return "toDateTime('" + t.UTC().Format(time.DateTime) + "', 'UTC')" }
	return strings.NewReplacer("{from}", moment(p.From), "{to}", moment(p.To)).Replace(f.sql)
}

// FigureNamed finds a figure.
func FigureNamed(name string) (Figure, bool) {
	i := slices.IndexFunc(figures, func(f Figure) bool { return f.Name == name })
	if i < 0 {
		return Figure{}, false
	}
	return figures[i], true
}

// Figures lists every figure. The slice is the caller's.
func Figures() []Figure { return slices.Clone(figures) }

// mostRows bounds the rows of a figure: the largest values are shown.
const mostRows = " ORDER BY value DESC, label LIMIT 50"

const (
	// users leaves out what hushlog sends to itself.
	users    = " AND project != '" + identity.CanaryProject + "'"
	accepted = " FROM hushlog.interactions WHERE accepted_at >= {from} AND accepted_at < {to}" + users
	trail    = " FROM hushlog.audit WHERE at >= {from} AND at < {to}"
	// reads are what people did, once each: their outcomes.
	reads = trail + " AND phase = 'outcome' AND role != ''"
	// planted has a row for each count of a type: planted values, and those that were found readable.
	planted  = " FROM (SELECT arrayJoin(mapKeys(planted)) AS label, planted[label] AS p, leaked[label] AS l" + canaries + ")"
	canaries = " FROM hushlog.canaries WHERE at >= {from} AND at < {to}"
	runs     = " FROM hushlog.retention_runs WHERE at >= {from} AND at < {to}"
)

var figures = []Figure{
	{
		"interactions", "Interactions, by project", "interactions",
		"SELECT project AS label, count() AS value" + accepted + " GROUP BY label" + mostRows,
	},
	{
		"models", "Interactions, by model", "interactions",
		"SELECT model AS label, count() AS value" + accepted + " GROUP BY label" + mostRows,
	},
	{
		"failures", "Interactions that carried an error, by model", "interactions",
		"SELECT model AS label, count() AS value" + accepted + " AND failed GROUP BY label" + mostRows,
	},
	{
		"latency", "Latency that 95 of 100 interactions stay below, by model", "ms",
		"SELECT model AS label, round(quantile(0.95)(latency_ms)) AS value" + accepted + " AND latency_ms IS NOT NULL GROUP BY label" + mostRows,
	},
	{
		"cost", "Cost, by currency", "of the currency",
		"SELECT cost_currency AS label, sum(cost) AS value" + accepted + " AND cost_currency != '' GROUP BY label" + mostRows,
	},
	{
		"ledger", "What became of everything received", "events",
		"SELECT tupleElement(pair, 1) AS label, tupleElement(pair, 2) AS value FROM (SELECT arrayJoin([('accepted', sum(accepted)), ('stored', sum(stored))," +
			" ('duplicates', sum(duplicates)), ('put into quarantine', sum(quarantined)), ('released from quarantine', sum(released))," +
			" ('dropped from quarantine', sum(dropped)), ('sampled out', sum(sampled_out)), ('erased since', sum(erased))," +
			" ('rejected by the gateway', sum(gateway_rejected))]) AS pair FROM hushlog.ledger WHERE minute >= {from} AND minute < {to}" + users + ")",
	},
	{
		"ledger-gap", "Events that are unaccounted for, by project" + mustBeZero, "events",
		"SELECT project AS label, abs(toInt64(sum(accepted)) - toInt64(sum(stored)) - toInt64(sum(duplicates)) - toInt64(sum(sampled_out)) - toInt64(sum(dropped))" +
			" - greatest(toInt64(sum(quarantined)) - toInt64(sum(released)), 0)) AS value" +
			" FROM hushlog.ledger WHERE minute >= {from} AND minute < {to} GROUP BY label" + mostRows,
	},
	{
		"quarantined", "Events that could not be inspected, by reason", "events",
		"SELECT reason AS label, count() AS value FROM hushlog.quarantined WHERE state = 'aside' AND reason != 'turn' AND accepted_at >= {from} AND accepted_at < {to}" + users + " GROUP BY label" + mostRows,
	},
	{
		"alerts", "Alerts, by rule and severity", "alerts",
		"SELECT concat(rule, ' (', severity, ')') AS label, count() AS value FROM hushlog.alerts WHERE state = 'firing' AND fired_at >= {from} AND fired_at < {to} GROUP BY label" + mostRows,
	},
	{
		"classes", "Interactions, by class", "interactions",
		"SELECT toString(classification) AS label, count() AS value" + accepted + " GROUP BY label" + mostRows,
	},
	{
		"purposes", "Interactions, by purpose", "interactions",
		"SELECT if(purpose = '', 'none', purpose) AS label, count() AS value" + accepted + " GROUP BY label" + mostRows,
	},
	{
		"content-stored", "Interactions with sanitized content stored, by class", "interactions",
		"SELECT toString(classification) AS label, count() AS value" + accepted + " AND content_stored GROUP BY label" + mostRows,
	},
	{
		"content-without-purpose", "Interactions with content stored and no purpose" + mustBeZero, "interactions",
		"SELECT 'without purpose' AS label, count() AS value" + accepted + " AND content_stored AND purpose = ''",
	},
	{
		"findings", "Private values found, by type; each was treated as the policy says before anything was stored", "values",
		"SELECT tupleElement(pair, 1) AS label, sum(tupleElement(pair, 2)) AS value FROM (SELECT arrayJoin(finding_counts) AS pair" +
			accepted + ") GROUP BY label" + mostRows,
	},
	{
		"leak-rate", "Leak rate: private values that hushlog planted itself and that were found readable anywhere, by type" + mustBeZero, "of 100",
		"SELECT label, round(100 * sum(l) / sum(p), 4) AS value" + planted + " GROUP BY label" + mostRows,
	},
	{
		"planted", "Private values that hushlog planted itself, by type", "values",
		"SELECT label, sum(p) AS value" + planted + " GROUP BY label" + mostRows,
	},
	{
		"canaries-lost", "Interactions that hushlog sent to itself and that had no row in time, by path" + mustBeZero, "interactions",
		"SELECT entry AS label, sum(taken) - sum(arrived) AS value" + canaries + " GROUP BY label" + mostRows,
	},
	{
		"end-users", "End users with interactions, as pseudonyms, by project", "pseudonyms",
		"SELECT project AS label, uniqExact(user_pseudonym) AS value" + accepted + " AND user_pseudonym != '' GROUP BY label" + mostRows,
	},
	{
		"policies", "Interactions, by the policy that decided", "interactions",
		"SELECT policy_digest AS label, count() AS value" + accepted + " GROUP BY label" + mostRows,
	},
	{
		"policy-versions", "Policies put in force", "policies",
		"SELECT digest AS label, count() AS value FROM hushlog.policies WHERE at >= {from} AND at < {to} GROUP BY label" + mostRows,
	},
	{
		"retention-runs", "Runs of retention, by outcome", "runs",
		"SELECT if(failed = '', 'everything in order', failed) AS label, count() AS value FROM (SELECT run_id, if(sum(overdue) > 0, 'overdue', arrayStringConcat(any(failed_steps), ' ')) AS failed" +
			runs + " GROUP BY run_id) GROUP BY label" + mostRows,
	},
	{
		"overdue", "Rows past their date, at most at once, by place" + mustBeZero, "rows",
		"SELECT concat(place, if(label_of = '', '', ' '), label_of) AS label, max(overdue) AS value FROM (SELECT place, label AS label_of, overdue" + runs + ") GROUP BY label" + mostRows,
	},
	{
		"oldest", "Age of the oldest row at the last run, by place", "days",
		"SELECT concat(place, if(label_of = '', '', ' '), label_of) AS label, max(age) AS value FROM (SELECT place, label AS label_of, dateDiff('day', oldest, at) AS age" + runs +
			" AND oldest IS NOT NULL AND at = (SELECT max(at)" + runs + ")) GROUP BY label" + mostRows,
	},
	{
		"kept", "Date in force at the last run, by place", "days",
		"SELECT concat(place, if(label_of = '', '', ' '), label_of) AS label, max(days) AS value FROM (SELECT place, label AS label_of, keep_seconds / 86400 AS days" + runs +
			" AND at = (SELECT max(at)" + runs + ")) GROUP BY label" + mostRows,
	},
	{
		"erasures", "Erasures of end users that ended, by outcome", "requests",
		"SELECT state AS label, count() AS value FROM hushlog.erasures WHERE at >= {from} AND at < {to} AND state IN ('erased', 'not-found', 'failed') GROUP BY label" + mostRows,
	},
	{
		"erasure-time", "Longest time from a request for an erasure to its receipt", "hours",
		"SELECT 'longest' AS label, max(dateDiff('hour', requested_at, at)) AS value FROM hushlog.erasures WHERE at >= {from} AND at < {to} AND state IN ('erased', 'not-found', 'failed')",
	},
	{
		"access", "What people asked, by person and role", "acts",
		"SELECT concat(actor, ' (', role, ')') AS label, count() AS value" + reads + " GROUP BY label" + mostRows,
	},
	{
		"content-access", "Reads of content, by person and role", "acts",
		"SELECT concat(actor, ' (', role, ')') AS label, count() AS value" + reads + " AND has(tables, 'hushlog.contents') AND outcome = 'ok' GROUP BY label" + mostRows,
	},
	{
		"content-rows", "Rows of content shown, by person and role", "rows",
		"SELECT concat(actor, ' (', role, ')') AS label, sum(rows) AS value" + reads + " AND has(tables, 'hushlog.contents') AND outcome = 'ok' GROUP BY label" + mostRows,
	},
	{
		"exports", "Rows that were exported, by person and role", "rows",
		"SELECT concat(actor, ' (', role, ')') AS label, sum(rows) AS value" + reads + " AND action = 'export' AND outcome = 'ok' GROUP BY label" + mostRows,
	},
	{
		"access-purposes", "What people asked, by purpose", "acts",
		"SELECT if(purpose = '', 'none needed', purpose) AS label, count() AS value" + reads + " GROUP BY label" + mostRows,
	},
	{
		"refused", "Attempts that were refused, by reason", "attempts",
		"SELECT concat(action, ': ', reason) AS label, count() AS value" + trail + " AND outcome = 'refused' GROUP BY label" + mostRows,
	},
	{
		"trail", "Entries on the trail, by action", "entries",
		"SELECT action AS label, count() AS value" + trail + " GROUP BY label" + mostRows,
	},
	{
		"reviews", "Reviews that were made, by kind", "reviews",
		"SELECT kind AS label, count() AS value FROM hushlog.reviews WHERE at >= {from} AND at < {to} GROUP BY label" + mostRows,
	},
	{
		"signatures", "Reviews that were signed, by person", "signatures",
		"SELECT actor AS label, count() AS value" + trail + " AND action = 'review-sign' AND phase = 'outcome' AND outcome = 'ok' GROUP BY label" + mostRows,
	},
}
