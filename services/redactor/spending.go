package redactor

import (
	"cmp"
	"regexp"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// maxModels bounds the pairs of project and model that have series of their own, seven each, and maxCurrencies the
	// currencies: senders name both, and who makes up names must not fill the memory of whoever scrapes. Beyond, they are
	// counted as otherName. The tables have every name.
	maxModels     = 300
	maxCurrencies = 16
	otherName     = "other"
)

// currencyForm is an ISO 4217 code in lower case.
var currencyForm = regexp.MustCompile(`^[a-z]{3}$`)

// spent is what interactions of a model in a project used.
type spent struct {
	interactions, input, output, cached, reasoning float64
	cost                                           map[string]float64 // by currency
}

// spender is a project's use of a model.
type spender struct{ project, model string }

// spending sums up what interactions used until that is counted.
type spending map[spender]*spent

func (s spending) add(r *hushlogv1.Record) {
	if r.GetProject() == identity.CanaryProject {
		return // hushlog's own, and no model's
	}
	who := spender{r.GetProject(), cmp.Or(r.GetModel(), "none")}
	sum := s[who]
	if sum == nil {
		sum = &spent{cost: map[string]float64{}}
		s[who] = sum
	}
	u := r.GetUsage()
	sum.interactions++
	sum.input += float64(u.GetInputTokens())
	sum.output += float64(u.GetOutputTokens())
	sum.cached += float64(u.GetCachedInputTokens())
	sum.reasoning += float64(u.GetReasoningTokens())
	if u.GetCost() > 0 {
		sum.cost[cmp.Or(u.GetCostCurrency(), store.DefaultCurrency)] += u.GetCost()
	}
}

// spendingMetrics are counters with a bounded number of series. Safe for concurrent use.
type spendingMetrics struct {
	interactions, tokens, cost *newborn

	mu         sync.Mutex // guards what follows
	models     map[spender]bool
	currencies map[string]bool
}

func newSpendingMetrics(reg prometheus.Registerer, now func() time.Time) *spendingMetrics {
	return &spendingMetrics{
		interactions: newNewborn(reg, now, prometheus.CounterOpts{
			Name: "hushlog_redactor_model_interactions_total", Help: "Interactions that are stored, by project and model; further models than 300 are other.",
		}, "project", "model"),
		tokens: newNewborn(reg, now, prometheus.CounterOpts{
			Name: "hushlog_redactor_tokens_total", Help: "Tokens that stored interactions used, by project, model and kind: input, output, cached_input (part of input), reasoning (part of output).",
		}, "project", "model", "kind"),
		cost: newNewborn(reg, now, prometheus.CounterOpts{
			Name: "hushlog_redactor_cost_total", Help: "Cost of stored interactions as their senders say it, by project, model and currency.",
		}, "project", "model", "currency"),
		models: map[spender]bool{}, currencies: map[string]bool{},
	}
}

// count adds what was spent.
func (m *spendingMetrics) count(s spending) {
	for who, sum := range s {
		who = m.known(who)
		m.interactions.add(sum.interactions, who.project, who.model)
		for kind, n := range map[string]float64{"input": sum.input, "output": sum.output, "cached_input": sum.cached, "reasoning": sum.reasoning} {
			m.tokens.add(n, who.project, who.model, kind)
		}
		for currency, amount := range sum.cost {
			m.cost.add(amount, who.project, who.model, m.currency(currency))
		}
	}
}

func (m *spendingMetrics) known(who spender) spender {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.models[who] && len(m.models) >= maxModels {
		return spender{who.project, otherName} // projects are the policy's
	}
	m.models[who] = true
	return who
}

func (m *spendingMetrics) currency(code string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !currencyForm.MatchString(code) || !m.currencies[code] && len(m.currencies) >= maxCurrencies {
		return otherName
	}
	m.currencies[code] = true
	return code
}
