package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/hushlog/hushlog/pkg/policy"
)

// Period is a stretch of time, in UTC; To does not belong to it.
type Period struct{ From, To time.Time }

// Kind is a kind of review.
type Kind struct {
	// Name, as operational.
	Name string
	// Title for people.
	Title string
	// Figures that it needs, by name.
	Figures []string
	// SignWithin is how long after the end of its period it is to be signed.
	SignWithin time.Duration

	// begin is the start of the period that a moment lies in, next that of the one after.
	begin, next func(time.Time) time.Time
	id          func(time.Time) string
	owner       func(policy.Owners) string
}

const day = 24 * time.Hour

var kinds = []Kind{
	{
		Name: "operational", Title: "Weekly operational review", SignWithin: 7 * day,
		Figures: []string{
			"interactions", "models", "failures", "latency", "cost", "ledger", "ledger-gap", "quarantined", "canaries-lost", "leak-rate", "alerts", "retention-runs", "overdue",
		},
		begin: func(t time.Time) time.Time {
			return midnight(t).AddDate(0, 0, -(int(t.UTC().Weekday())+6)%7) // Monday
		},
		next: func(t time.Time) time.Time { return t.AddDate(0, 0, 7) },
		id: func(t time.Time) string {
			year, week := t.ISOWeek()
			return fmt.Sprintf("%04d-W%02d", year, week)
		},
		owner: func(o policy.Owners) string { return o.LogManagement },
	},
	{
		Name: "compliance", Title: "Monthly compliance review", SignWithin: 14 * day,
		Figures: []string{
			"classes", "purposes", "content-stored", "content-without-purpose", "findings", "leak-rate", "end-users", "policies", "policy-versions", "ledger", "ledger-gap",
			"retention-runs", "overdue", "oldest", "kept", "erasures", "erasure-time", "access-purposes", "reviews", "signatures",
		},
		begin: func(t time.Time) time.Time { return midnight(t).AddDate(0, 0, 1-t.UTC().Day()) },
		next:  func(t time.Time) time.Time { return t.AddDate(0, 1, 0) },
		id:    func(t time.Time) string { return t.Format("2006-01") },
		owner: func(o policy.Owners) string { return o.Retention },
	},
	{
		Name: "security", Title: "Quarterly security audit", SignWithin: 30 * day,
		Figures: []string{
			"access", "content-access", "content-rows", "exports", "access-purposes", "refused", "alerts", "findings", "leak-rate", "planted", "quarantined", "ledger-gap", "trail", "policy-versions",
			"overdue", "erasures", "signatures",
		},
		begin: func(t time.Time) time.Time {
			year, month, _ := t.UTC().Date()
			return time.Date(year, month-(month-1)%3, 1, 0, 0, 0, 0, time.UTC)
		},
		next:  func(t time.Time) time.Time { return t.AddDate(0, 3, 0) },
		id:    func(t time.Time) string { return fmt.Sprintf("%04d-Q%d", t.Year(), (int(t.Month())+2)/3) },
		owner: func(o policy.Owners) string { return o.Incidents },
	},
}

func midnight(t time.Time) time.Time { return t.UTC().Truncate(day) }

// Kinds lists the kinds of reviews, the most frequent first. The slice is the caller's.
func Kinds() []Kind { return slices.Clone(kinds) }

// KindNamed finds a kind.
func KindNamed(name string) (Kind, bool) {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// Owner is who answers for reviews of the kind.
func (k Kind) Owner(o policy.Owners) string { return k.owner(o) }

// Ended lists the periods of the kind that ended after a moment and until another, oldest first.
func (k Kind) Ended(after, until time.Time) []Period {
	var periods []Period
	for from := k.begin(after); ; {
		to := k.next(from)
		if to.After(until) {
			return periods
		}
		if to.After(after) {
			periods = append(periods, Period{from, to})
		}
		from = to
	}
}

// ID names the review of a period, as operational-2026-W48.
func (k Kind) ID(p Period) string { return k.Name + "-" + k.id(p.From) }

// Due is until when the review of a period is to be signed.
func (k Kind) Due(p Period) time.Time { return p.To.Add(k.SignWithin) }
