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
	values       *prometheus.CounterVec
	sightings    *prometheus.CounterVec
	leakRate     prometheus.Gauge
	searched     *prometheus.CounterVec
	looks        *prometheus.CounterVec
	lastLook     prometheus.Gauge
}

// What is counted of values, by the label outcome.
const (
	valuePlanted = "planted"
	valueLeaked  = "leaked"
)

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
		values: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_canary_values_total", Help: "Values by type: planted, in canaries that the gateway has taken, and leaked, found readable somewhere.",
		}, []string{"type", "outcome"}),
		sightings: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_canary_sightings_total", Help: "Places in which a planted value was found readable, each value once for each place: a table, a topic, log or metrics.",
		}, []string{"type", "place"}),
		leakRate: with.NewGauge(prometheus.GaugeOpts{
			Name: "hushlog_canary_leak_ratio", Help: "Share of the values planted within the window that were found readable, at the last look.",
		}),
		searched: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_canary_searched_bytes_total", Help: "Bytes of topics that were searched.",
		}, []string{"topic"}),
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
	for _, kind := range types() {
		m.values.WithLabelValues(kind, valuePlanted).Add(0)
		m.values.WithLabelValues(kind, valueLeaked).Add(0)
	}
	for _, topic := range searchedTopics() {
		m.searched.WithLabelValues(topic).Add(0)
	}
	for _, outcome := range []string{lookOK, lookFailed} {
		m.looks.WithLabelValues(outcome).Add(0)
	}
	return m
}
