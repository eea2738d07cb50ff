package redactor

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func TestSpendingIsCountedWithinBounds(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	m := newSpendingMetrics(prometheus.NewRegistry(), func() time.Time { return now })
	shown := func(n *newborn, labels ...string) float64 {
		n.Collect(make(chan prometheus.Metric, 10*maxModels*maxCurrencies))
		now = now.Add(shownAsZero)
		n.Collect(make(chan prometheus.Metric, 10*maxModels*maxCurrencies))
		return testutil.ToFloat64(n.vec.WithLabelValues(labels...))
	}
	use := func(project, model, currency string, cost float64) *hushlogv1.Record {
		return &hushlogv1.Record{Project: project, Model: model, Usage: &hushlogv1.Usage{
			InputTokens: 100, OutputTokens: 20, CachedInputTokens: 60, ReasoningTokens: 5, Cost: cost, CostCurrency: currency,
		}}
	}
	s := spending{}
	for _, r := range []*hushlogv1.Record{
		use("shop", "m-1", "", 0.5), use("shop", "m-1", "usd", 0.25), use("shop", "m-1", "eur", 1), use("desk", "", "usd", 0), use(identity.CanaryProject, "m-1", "usd", 9),
	} {
		s.add(r)
	}
	m.count(s)
	require.InDelta(t, 3, shown(m.interactions, "shop", "m-1"), 0)
	require.InDelta(t, 300, shown(m.tokens, "shop", "m-1", "input"), 0)
	require.InDelta(t, 15, shown(m.tokens, "shop", "m-1", "reasoning"), 0)
	require.InDelta(t, 0.75, shown(m.cost, "shop", "m-1", "usd"), 1e-9, "what names no currency is in usd")
	require.InDelta(t, 1, shown(m.cost, "shop", "m-1", "eur"), 1e-9, "currencies are not added up")
	require.InDelta(t, 1, shown(m.interactions, "desk", "none"), 0)
	require.Equal(t, 2, testutil.CollectAndCount(m.interactions), "canaries are no model's")

	// Whoever makes up names of models and currencies gets no series for them.
	for i := range 2 * maxModels {
		s = spending{}
		s.add(use("shop", fmt.Sprintf("made-up-%d", i), fmt.Sprintf("%c%c%c", 'a'+i%26, 'a'+i/26%26, 'x'), 1))
		s.add(use("shop", "m-1", "no currency", 1))
		m.count(s)
	}
	require.Equal(t, maxModels+1, testutil.CollectAndCount(m.interactions))
	require.LessOrEqual(t, testutil.CollectAndCount(m.cost), (maxModels+1)*(maxCurrencies+1))
	require.InDelta(t, 2*maxModels, shown(m.cost, "shop", "m-1", otherName), 0)
	require.InDelta(t, maxModels+2, shown(m.interactions, "shop", otherName), 0, "nothing is lost")
}

// A scraper sees each series begin with 0, and everything that was counted as a rise, also what was counted before it first
// looked and between looks.
func TestANewSeriesBeginsWithZero(t *testing.T) {
	now, reg := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), prometheus.NewRegistry()
	n := newNewborn(reg, func() time.Time { return now }, prometheus.CounterOpts{Name: "n_total", Help: "h"}, "model")
	scrape := func() map[string]float64 {
		families, err := reg.Gather()
		require.NoError(t, err)
		values := map[string]float64{}
		for _, family := range families {
			for _, m := range family.GetMetric() {
				values[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
			}
		}
		return values
	}
	require.Empty(t, scrape())
	n.add(3, "a")
	now = now.Add(time.Hour)
	require.Equal(t, map[string]float64{"a": 0}, scrape(), "however late it is first looked")
	n.add(4, "a")
	now = now.Add(shownAsZero / 2)
	require.Equal(t, map[string]float64{"a": 0}, scrape(), "a second scraper")
	n.add(5, "b")
	now = now.Add(shownAsZero / 2)
	require.Equal(t, map[string]float64{"a": 7, "b": 0}, scrape())
	n.add(1, "a")
	now = now.Add(shownAsZero)
	require.Equal(t, map[string]float64{"a": 8, "b": 5}, scrape())
	require.Empty(t, n.fresh)
}
