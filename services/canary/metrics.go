package canary

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// What became of canaries, and values of the label outcome.
const (
	outcomeTaken   = "taken"   // the gateway acknowledged it
	outcomeFailed  = "failed"  // it did not
	outcomeArrived = "arrived" // it has a row
	outcomeLost    = "lost"    // it was taken and has no row when it should
	outcomeLate    = "late"    // it was counted as lost and has one
)

type metrics struct {
	interactions *prometheus.CounterVec
	missing      *prometheus.GaugeVec
	looks        *prometheus.CounterVec
	lastLook     prometheus.Gauge
}

// Outcomes of a look, and values of the label outcome.
const (
	lookOK     = "ok"
	lookFailed = "failed"
)

func newMetrics(reg prometheus.Registerer) *metrics {
	with := promauto.With(reg)
	m := &metrics{
		interactions: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_canary_interactions_total", Help: "Canaries by the path that they were sent on, and what became of them.",
		}, []string{"path", "outcome"}),
		missing: with.NewGaugeVec(prometheus.GaugeOpts{
			Name: "hushlog_canary_missing", Help: "Canaries that the gateway has taken and that have no row when they should, at the last look.",
		}, []string{"path"}),
		looks: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_canary_looks_total", Help: "Looks for canaries, by outcome.",
		}, []string{"outcome"}),
		lastLook: with.NewGauge(prometheus.GaugeOpts{
			Name: "hushlog_canary_last_look_timestamp_seconds", Help: "When canaries were last looked for everywhere; 0 before the first time.",
		}),
	}
	for _, path := range paths() {
		m.missing.WithLabelValues(path).Set(0)
		for _, outcome := range []string{outcomeTaken, outcomeFailed, outcomeArrived, outcomeLost, outcomeLate} {
			m.interactions.WithLabelValues(path, outcome).Add(0)
		}
	}
	for _, outcome := range []string{lookOK, lookFailed} {
		m.looks.WithLabelValues(outcome).Add(0)
	}
	return m
}
