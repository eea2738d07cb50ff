package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/report"
)

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestPeriodsOfReviews(t *testing.T) {
	for _, tc := range []struct {
		kind, after, until string
		ids                []string
	}{
		{"operational", "2026-11-26 12:00", "2026-11-29 23:59", nil},
		{"operational", "2026-11-26 12:00", "2026-11-30 00:00", []string{"operational-2026-W48"}},
		{"operational", "2026-11-30 00:00", "2026-12-07 00:00", []string{"operational-2026-W49"}},
		{"operational", "2026-12-21 08:00", "2027-01-11 09:00", []string{"operational-2026-W52", "operational-2026-W53", "operational-2027-W01"}},
		{"compliance", "2026-11-26 12:00", "2026-12-01 00:00", []string{"compliance-2026-11"}},
		{"compliance", "2026-12-31 23:59", "2027-02-28 00:00", []string{"compliance-2026-12", "compliance-2027-01"}},
		{"security", "2026-11-26 12:00", "2027-01-01 00:00", []string{"security-2026-Q4"}},
		{"security", "2026-01-01 00:01", "2026-12-31 00:00", []string{"security-2026-Q1", "security-2026-Q2", "security-2026-Q3"}},
	} {
		kind, known := report.KindNamed(tc.kind)
		require.True(t, known)
		var ids []string
		for _, p := range kind.Ended(at(tc.after), at(tc.until)) {
			ids = append(ids, kind.ID(p))
			require.Equal(t, p.To.Add(kind.SignWithin), kind.Due(p))
		}
		require.Equal(t, tc.ids, ids, "%s from %s until %s", tc.kind, tc.after, tc.until)
	}
}

// TestPeriodsMeetAndHaveTheirOwnIDs: whatever moments a deployment lives between, periods follow each other
// without a gap, none is named twice, and the same ones are found however often one looks.
func TestPeriodsMeetAndHaveTheirOwnIDs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		after := at("2020-01-01 00:00").Add(time.Duration(random.Int64N(int64(6 * 365 * 24 * time.Hour))))
		until := after.Add(time.Duration(random.Int64N(int64(2 * 365 * 24 * time.Hour))))
		for _, kind := range report.Kinds() {
			all := kind.Ended(after, until)
			seen := map[string]bool{}
			for i, p := range all {
				require.True(t, p.To.After(after))
				require.False(t, p.To.After(until))
				require.True(t, p.From.Before(p.To))
				if i > 0 {
					require.Equal(t, all[i-1].To, p.From)
				}
				id := kind.ID(p)
				require.False(t, seen[id], id)
				seen[id] = true
				_, formed := report.CheckRef(id, report.Digest("x"))
				require.True(t, formed, id)
			}
			middle := after.Add(until.Sub(after) / 2)
			require.Len(t, all, len(kind.Ended(after, middle))+len(kind.Ended(middle, until)))
		}
	}
}

func TestOwnersAnswerForReviews(t *testing.T) {
	owners := policy.Owners{LogManagement: "a", AccessApproval: "b", Incidents: "c", Retention: "d"}
	for name, want := range map[string]string{"operational": "a", "compliance": "d", "security": "c"} {
		kind, _ := report.KindNamed(name)
		require.Equal(t, want, kind.Owner(owners))
		require.Contains(t, policy.Rights(), policy.SignRight(name))
	}
}

// fakeAsker answers every statement but those on a table.
type fakeAsker struct{ refused string }

func (f fakeAsker) Ask(_ context.Context, statement string) ([]report.Row, error) {
	if f.refused != "" && strings.Contains(statement, f.refused) {
		return nil, &report.RefusedError{Reason: "may not"}
	}
	return []report.Row{{Label: `<script>alert("x")</script>`, Value: 12.5}}, nil
}

func TestEveryFigureAndControlHolds(t *testing.T) {
	period := report.Period{From: at("2026-11-01 00:00"), To: at("2026-12-01 00:00")}
	used := map[string]bool{}
	for _, kind := range report.Kinds() {
		for _, name := range kind.Figures {
			used[name] = true
		}
	}
	for _, c := range report.Controls() {
		require.NotEmpty(t, c.Figures, c.ID)
		require.NotEmpty(t, c.Shows, c.ID)
		for _, name := range c.Figures {
			_, known := report.FigureNamed(name)
			require.True(t, known, "%s of %s", name, c.ID)
			used[name] = true
		}
	}
	require.Equal(t, []string{"GDPR", "SOC 2", "HIPAA", "ISO/IEC 27001:2022", "ISO/IEC 42001:2023", "EU AI Act"}, report.Frameworks())
	seen := map[string]bool{}
	for _, f := range report.Figures() {
		require.False(t, seen[f.Name], f.Name)
		seen[f.Name] = true
		require.True(t, used[f.Name], "figure %s is in no review and no control", f.Name)
		sql := f.SQL(period)
		require.NotContains(t, sql, "{", f.Name)
		require.Contains(t, sql, "toDateTime('2026-11-01 00:00:00', 'UTC')", f.Name)
		require.NotContains(t, sql, "hushlog.contents ", "%s reads content", f.Name)
		require.NotRegexp(t, `SELECT[^(]*user_pseudonym`, sql, "%s names end users", f.Name)
	}
}

func TestReportAndReviewAreWritten(t *testing.T) {
	period := report.Period{From: at("2026-11-01 00:00"), To: at("2026-12-01 00:00")}
	r, err := report.New(t.Context(), fakeAsker{refused: "hushlog.audit"}, nil, period, at("2026-12-01 09:00"))
	require.NoError(t, err)
	var page bytes.Buffer
	require.NoError(t, r.WriteHTML(&page))
	require.Contains(t, page.String(), "GDPR Art. 17: Right to erasure")
	require.Contains(t, page.String(), "&lt;script&gt;")
	require.NotContains(t, page.String(), "<script")
	require.Contains(t, page.String(), "12.5")
	require.Contains(t, page.String(), "not shown: may not")
	require.Contains(t, page.String(), "FROM hushlog.erasures", "the statement behind the line")
	one, err := report.New(t.Context(), fakeAsker{}, []string{"HIPAA"}, period, at("2026-12-01 09:00"))
	require.NoError(t, err)
	require.Less(t, len(one.Figures), len(r.Figures))
	for _, c := range one.Controls {
		require.Equal(t, "HIPAA", c.Framework)
	}

	kind, _ := report.KindNamed("compliance")
	figures, err := report.Gather(t.Context(), fakeAsker{}, kind.Figures, period)
	require.NoError(t, err)
	review := report.NewReview(kind, period, policy.Default(), figures)
	text, digest, err := review.Encode()
	require.NoError(t, err)
	again, err := report.DecodeReview(text, digest)
	require.NoError(t, err)
	require.Equal(t, review, again)
	_, err = report.DecodeReview(strings.Replace(text, "12.5", "12.6", 1), digest)
	require.ErrorIs(t, err, report.ErrReview)
	page.Reset()
	require.NoError(t, report.WriteReviewHTML(&page, review, digest))
	require.Contains(t, page.String(), digest)
	require.NotContains(t, page.String(), "<script")
	require.True(t, json.Valid([]byte(text)))
}

func TestASummaryDoesNotTellOfRowsWhereValuesAreMeant(t *testing.T) {
	const bound = "Rows past their date; must be 0"
	two := func(a, b float64) []report.Row { return []report.Row{{Label: "x", Value: a}, {Label: "y", Value: b}} }
	for _, tc := range []struct {
		name   string
		result report.Result
		want   string
	}{
		{"refused", report.Result{Title: bound, Refused: "may not"}, "not shown"},
		{"nothing to count", report.Result{Title: bound}, "none"},
		{"all are 0", report.Result{Title: bound, Unit: "rows", Rows: two(0, 0)}, "0"},
		{"one is not 0", report.Result{Title: bound, Unit: "rows", Rows: two(3, 0)}, "not 0 in 1 of 2 lines"},
		{"one value", report.Result{Title: "Longest", Unit: "hours", Rows: two(1.5, 0)[:1]}, "1.5 hours"},
		{"several", report.Result{Title: "By class", Unit: "rows", Rows: two(3, 1)}, "2 lines"},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Equal(t, tc.want, tc.result.Summary()) })
	}
	bounds := 0
	for _, f := range report.Figures() {
		if strings.Contains(f.Title, "must be") {
			require.True(t, strings.HasSuffix(f.Title, "; must be 0"), f.Name)
			bounds++
		}
	}
	require.Greater(t, bounds, 3)
}

// brokenAsker cannot be reached.
type brokenAsker struct{}

func (brokenAsker) Ask(context.Context, string) ([]report.Row, error) { return nil, errors.New("down") }

func TestAFigureThatCouldNotBeReadIsNoNone(t *testing.T) {
	_, err := report.Gather(t.Context(), brokenAsker{}, []string{"ledger"}, report.Period{})
	require.ErrorContains(t, err, "figure ledger: down")
}

func TestRefsFitTheTrailAndNothingElse(t *testing.T) {
	digest := report.Digest("text")
	require.LessOrEqual(t, len(report.Ref("operational-2026-W48", digest)), 128, "an id of the trail")
	for _, tc := range []struct {
		id, digest string
		kind       string
	}{
		{"operational-2026-W48", digest, "operational"},
		{"security-2026-Q4", digest, "security"},
		{"compliance-2026-11", digest, "compliance"},
		{"compliance-2026-11'", digest, ""},
		{"leisure-2026-11", digest, ""},
		{"compliance-2026-11", digest[1:], ""},
		{"compliance-2026-11", strings.ToUpper(digest), ""},
		{"", "", ""},
	} {
		kind, ok := report.CheckRef(tc.id, tc.digest)
		require.Equal(t, tc.kind, kind, tc.id)
		require.Equal(t, tc.kind != "", ok)
	}
}
