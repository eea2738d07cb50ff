package redactor

import (
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func TestSpendingIsCountedWithinBounds(t *testing.T) {
	m := newSpendingMetrics(prometheus.NewRegistry())
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
	require.InDelta(t, 3, testutil.ToFloat64(m.interactions.WithLabelValues("shop", "m-1")), 0)
	require.InDelta(t, 300, testutil.ToFloat64(m.tokens.WithLabelValues("shop", "m-1", "input")), 0)
	require.InDelta(t, 15, testutil.ToFloat64(m.tokens.WithLabelValues("shop", "m-1", "reasoning")), 0)
	require.InDelta(t, 0.75, testutil.ToFloat64(m.cost.WithLabelValues("shop", "m-1", "usd")), 1e-9, "what names no currency is in usd")
	require.InDelta(t, 1, testutil.ToFloat64(m.cost.WithLabelValues("shop", "m-1", "eur")), 1e-9, "currencies are not added up")
	require.InDelta(t, 1, testutil.ToFloat64(m.interactions.WithLabelValues("desk", "none")), 0)
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
	require.InDelta(t, 2*maxModels, testutil.ToFloat64(m.cost.WithLabelValues("shop", "m-1", otherName)), 0)
	require.InDelta(t, maxModels+2, testutil.ToFloat64(m.interactions.WithLabelValues("shop", otherName)), 0, "nothing is lost")
}
