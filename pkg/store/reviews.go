package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hushlog/hushlog/pkg/report"
)

// ReviewRow is a review as it was made: a row of the table reviews.
type ReviewRow struct {
	ReviewID     string    `ch:"review_id"`
	Kind         string    `ch:"kind"`
	At           time.Time `ch:"at"`
	From         time.Time `ch:"period_from"`
	To           time.Time `ch:"period_to"`
	Due          time.Time `ch:"due"`
	Owner        string    `ch:"owner"`
	PolicyDigest string    `ch:"policy_digest"`
	Digest       string    `ch:"digest"`
	Text         string    `ch:"text"`
}

// AddReview stores a review once: its id is its token.
func (db *DB) AddReview(ctx context.Context, row ReviewRow) error {
	return insert(ctx, db, TableReviews, "review-"+row.ReviewID, []*ReviewRow{&row})
}

// ReviewState is a review and whether it was signed.
type ReviewState struct {
	ReviewID, Kind, Owner, Digest string
	Due                           time.Time
	Signed                        bool
}

// fromSigned joins reviews with what stands on the trail of their signatures: of the very text that was made.
const fromSigned = " FROM " + Database + "." + TableReviews + " AS r LEFT JOIN (SELECT ref, argMax(actor, at) AS signer, argMax(role, at) AS signer_role, max(at) AS signed_at FROM " +
	Database + "." + TableAudit + " WHERE action = '" + ActionReviewSign + "' AND phase = 'outcome' AND outcome = 'ok' GROUP BY ref) AS s ON s.ref = concat(r.review_id, '.', r.digest)"

// ActionReviewSign is the action on the trail by which a review is signed.
const ActionReviewSign = "review-sign"

// ReviewListSQL is the statement behind `hushlog review list`: one SELECT over tables that a role may be
// given. signed_at is empty while a review is not signed.
func ReviewListSQL() string {
	return "SELECT r.review_id, r.kind, toString(r.period_from), toString(r.period_to), toString(r.due), r.owner, r.digest, s.signer, s.signer_role," +
		" if(s.signer = '', '', toString(s.signed_at))" + fromSigned + " ORDER BY r.period_to, r.review_id"
}

// ReviewTextSQL is the statement that reads one review: digest and text. The id must have been checked
// (report.CheckRef), or come from a list.
func ReviewTextSQL(id string) string {
	return "SELECT digest, text FROM " + Database + "." + TableReviews + " WHERE review_id = " + hexLiteral(id) + " ORDER BY at LIMIT 1"
}

// ReviewCountSQL counts reviews with an id and a digest.
func ReviewCountSQL(id, digest string) string {
	return "SELECT count() FROM " + Database + "." + TableReviews + " WHERE review_id = " + hexLiteral(id) + " AND digest = " + hexLiteral(digest)
}

// Reviews reads every review that is kept, with whether it was signed.
func (db *DB) Reviews(ctx context.Context) ([]ReviewState, error) {
	const op = "read reviews"
	rows, err := db.conn.Query(ctx, "SELECT r.review_id, r.kind, r.owner, r.digest, r.due, s.signer != ''"+fromSigned+" ORDER BY r.due")
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var states []ReviewState
	for rows.Next() {
		var s ReviewState
		err = rows.Scan(&s.ReviewID, &s.Kind, &s.Owner, &s.Digest, &s.Due, &s.Signed)
		if err != nil {
			return nil, clean(op, err)
		}
		s.Due = s.Due.UTC()
		states = append(states, s)
	}
	return states, clean(op, rows.Err())
}

// FirstRetentionRun is the time of the oldest run that is kept; zero when there is none.
func (db *DB) FirstRetentionRun(ctx context.Context) (time.Time, error) {
	var at time.Time
	err := db.conn.QueryRow(ctx, "SELECT min(at) FROM "+Database+"."+TableRetentionRuns).Scan(&at)
	if err != nil || at.Unix() == 0 { // what min gives of no row
		return time.Time{}, clean("read the first run of retention", err)
	}
	return at.UTC(), nil
}

// Ask runs the statement of a figure; DB is a report.Asker.
func (db *DB) Ask(ctx context.Context, statement string) ([]report.Row, error) {
	const op = "ask for a figure"
	rows, err := db.conn.Query(ctx, "SELECT label, toFloat64(value) FROM ("+statement+")")
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var out []report.Row
	for rows.Next() {
		var r report.Row
		err = rows.Scan(&r.Label, &r.Value)
		if err != nil {
			return nil, clean(op, err)
		}
		out = append(out, r)
	}
	return out, clean(op, rows.Err())
}

// policyRow is a row of the table policies.
type policyRow struct {
	Digest   string    `ch:"digest"`
	At       time.Time `ch:"at"`
	Document string    `ch:"document"`
}

// AddPolicy stores the document of a policy that is put in force.
func (db *DB) AddPolicy(ctx context.Context, digest, document string, at time.Time) error {
	return insert(ctx, db, TablePolicies, "policy-"+digest+"-"+clickHouseTime(at), []*policyRow{{digest, at, document}})
}

// LastPolicy is the digest of the policy that was put in force last; empty when none is known.
func (db *DB) LastPolicy(ctx context.Context) (string, error) {
	var digest string
	err := db.conn.QueryRow(ctx, "SELECT argMax(digest, at) FROM "+Database+"."+TablePolicies).Scan(&digest)
	return digest, clean("read the last policy", err)
}

// PoliciesSQL lists the policies that were put in force, in order: when, digest and document.
func PoliciesSQL() string {
	return "SELECT toString(at), digest, document FROM " + Database + "." + TablePolicies + " ORDER BY at"
}

// ReceiptsSQL lists the signed receipts since a moment: of what, how it ended, and the note.
func ReceiptsSQL(since time.Time) string {
	return "SELECT request_id, state, receipt FROM " + Database + "." + TableErasures + " WHERE receipt != '' AND at >= toDateTime('" +
		since.UTC().Format(time.DateTime) + "', 'UTC') ORDER BY at"
}

// ledgerDayCounts are the columns of the ledger that LedgerDaysSQL sums.
var ledgerDayCounts = []string{
	"gateway_accepted", "gateway_rejected", "accepted", "stored", "duplicates", "quarantined", "released", "dropped", "sampled_out", "erased",
}

// LedgerDayCounts names the sums of LedgerDaysSQL, in their order.
func LedgerDayCounts() []string { return slices.Clone(ledgerDayCounts) }

// LedgerDaysSQL sums the ledger by project and day since a moment.
func LedgerDaysSQL(since time.Time) string {
	var sums strings.Builder
	for _, column := range ledgerDayCounts {
		sums.WriteString(", sum(" + column + ")")
	}
	return "SELECT project, toString(toDate(minute)) AS day" + sums.String() + " FROM " + Database + "." + TableLedger + " WHERE minute >= toDateTime('" +
		since.UTC().Format(time.DateTime) + "', 'UTC') GROUP BY project, day ORDER BY project, day"
}
