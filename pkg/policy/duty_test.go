package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestDutiesAreMetByWhatTheySay: keeping rows for the least date, less the day that they may go before
// it, is at least what the provision asks for, whatever day it begins on.
func TestDutiesAreMetByWhatTheySay(t *testing.T) {
	asks := map[string]func(time.Time) time.Time{
		"eu-ai-act-19":   func(t time.Time) time.Time { return t.AddDate(0, 6, 0) },
		"eu-ai-act-26":   func(t time.Time) time.Time { return t.AddDate(0, 6, 0) },
		"hipaa-164.316":  func(t time.Time) time.Time { return t.AddDate(6, 0, 0) },
		"pci-dss-10.5.1": func(t time.Time) time.Time { return t.AddDate(0, 12, 0) },
		"sec-17a-4-3y":   func(t time.Time) time.Time { return t.AddDate(3, 0, 0) },
		"sec-17a-4-6y":   func(t time.Time) time.Time { return t.AddDate(6, 0, 0) },
	}
	require.Len(t, Duties(), len(asks))
	for _, duty := range Duties() {
		require.NotEmpty(t, duty.Provision)
		require.NotEmpty(t, duty.Scope)
		require.LessOrEqual(t, duty.Least, longest, "a policy can meet it")
		for day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2029; day = day.AddDate(0, 0, 1) {
			kept := day.Add(duty.Least.D() - 24*time.Hour)
			require.False(t, kept.Before(asks[duty.Name](day)), "%s from %s", duty.Name, day)
		}
	}
}

func TestWarningsOfDatesBelowADuty(t *testing.T) {
	require.Empty(t, Default().Warnings(), "nothing is declared by default")
	p, err := Parse(change(t, "duties: {}", "duties: {eu-ai-act-26: [audit, metadata], pci-dss-10.5.1: [audit], hipaa-164.316: [audit]}"))
	require.NoError(t, err, "a date below a duty is no mistake of the document")
	var fields []string
	for _, w := range p.Warnings() {
		require.Positive(t, w.Line)
		require.NotEmpty(t, w.Fix)
		fields = append(fields, w.Field)
	}
	require.Equal(t, []string{"retention.labels.standard.metadata", "retention.labels.short.metadata", "retention.audit"}, fields,
		"400 days of trail meet 12 months and six months, and not six years")
	for _, w := range p.Warnings() {
		require.NotContains(t, w.Field, "content")
	}
	require.Contains(t, p.Warnings()[2].Message, "45 CFR 164.316(b)(2)(i)")
	require.Equal(t, lineOf(t, "  audit: 400d"), p.Warnings()[2].Line)

	doc := strings.NewReplacer("duties: {}", "duties: {eu-ai-act-26: [audit, metadata], hipaa-164.316: [audit]}", "metadata: 90d", "metadata: 185d", "audit: 400d", "audit: 2193d").
		Replace(string(defaultDocument))
	p, err = Parse([]byte(doc))
	require.NoError(t, err)
	require.Empty(t, p.Warnings())
	doc = strings.Replace(doc, "metadata: 185d", "metadata: 184d", 1)
	p, err = Parse([]byte(doc))
	require.NoError(t, err)
	require.Len(t, p.Warnings(), 1, "a day less")
	require.NotEqual(t, Default().Digest(), p.Digest(), "what is declared is part of the policy")
}
