package redactor

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/detector"
	"github.com/hushlog/hushlog/pkg/safety"
)

// Outcomes of a raw record, and values of the label outcome.
const (
	outcomeStored      = "stored"
	outcomeDuplicate   = "duplicate"
	outcomeQuarantined = "quarantined"
	outcomeWaiting     = "waiting" // for its turn, in quarantine
	outcomeSampledOut  = "sampled-out"
	outcomeBadTally    = "undecodable-tally"
)

type metrics struct {
	records  *prometheus.CounterVec
	findings *prometheus.CounterVec
	flags    *prometheus.CounterVec
	accepted *prometheus.GaugeVec
	epochs   *prometheus.CounterVec
	left     *prometheus.CounterVec

	tries    *prometheus.CounterVec
	took     *prometheus.HistogramVec
	unmapped *prometheus.CounterVec
	spending *spendingMetrics
	breaker  *prometheus.GaugeVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	with := promauto.With(reg)
	m := &metrics{
		spending: newSpendingMetrics(reg, time.Now),
		records: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_redactor_records_total", Help: "Raw records by what became of them, counted when committed.",
		}, []string{"outcome"}),
		findings: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_redactor_findings_total", Help: "Private values found, by type.",
		}, []string{"type"}),
		flags: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_redactor_flags_total", Help: "Flags of what was said, by category; what a history repeats is not counted again.",
		}, []string{"category"}),
		accepted: with.NewGaugeVec(prometheus.GaugeOpts{
			Name: "hushlog_redactor_newest_accepted_timestamp_seconds", Help: "Time of acceptance of the newest committed record.",
		}, []string{"partition"}),
		epochs: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_redactor_epoch_records_total", Help: "Records of the keys topic, by whether they were taken.",
		}, []string{"outcome"}),
		left: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_redactor_quarantine_left_total", Help: "Events that have left quarantine, by what became of them.",
		}, []string{"state"}),
		tries: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_redactor_detector_tries_total", Help: "Requests to external detectors, each try of each, by what became of it.",
		}, []string{"detector", "outcome"}),
		took: with.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hushlog_redactor_detector_duration_seconds", Help: "How long tries took that were sent.",
			Buckets: prometheus.ExponentialBuckets(0.005, 2, 12),
		}, []string{"detector"}),
		unmapped: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_redactor_detector_unmapped_total", Help: "Findings of external detectors under names that have no type: taken as OTHER.",
		}, []string{"detector"}),
		breaker: with.NewGaugeVec(prometheus.GaugeOpts{
			Name: "hushlog_redactor_detector_breaker_state", Help: "0 while requests are sent, 1 while one is sent to see, 2 while none is.",
		}, []string{"detector"}),
	}
	for _, outcome := range []string{outcomeStored, outcomeDuplicate, outcomeQuarantined, outcomeWaiting, outcomeSampledOut, outcomeBadTally} {
		m.records.WithLabelValues(outcome).Add(0)
	}
	for _, state := range []string{stateStored, stateDuplicate, stateSampledOut, stateDropped, stateExpired} {
		m.left.WithLabelValues(state).Add(0)
	}
	for _, t := range redact.Types() {
		m.findings.WithLabelValues(string(t)).Add(0)
	}
	for _, c := range safety.FlagCategories() {
		m.flags.WithLabelValues(string(c)).Add(0)
	}
	for _, outcome := range []string{epochTaken, epochExpired, epochRefused} {
		m.epochs.WithLabelValues(outcome).Add(0)
	}
	return m
}

func (m *metrics) committed(partition int32, outcomes, findings, flags map[string]int, used spending, newest time.Time) {
	m.spending.count(used)
	for outcome, n := range outcomes {
		m.records.WithLabelValues(outcome).Add(float64(n))
	}
	for t, n := range findings {
		m.findings.WithLabelValues(t).Add(float64(n))
	}
	for c, n := range flags {
		m.flags.WithLabelValues(c).Add(float64(n))
	}
	if !newest.IsZero() {
		m.accepted.WithLabelValues(strconv.Itoa(int(partition))).Set(float64(newest.UnixMilli()) / 1000)
	}
}

// Tried counts a try of an external detector; with the two below, metrics is a detector.Observer.
func (m *metrics) Tried(name string, outcome detector.Outcome, _ int, took time.Duration) {
	m.tries.WithLabelValues(name, string(outcome)).Inc()
	if outcome != detector.OutcomeOpen {
		m.took.WithLabelValues(name).Observe(took.Seconds())
	}
}

// Unmapped counts findings whose name has no type.
func (m *metrics) Unmapped(name string, findings int) {
	m.unmapped.WithLabelValues(name).Add(float64(findings))
}

// Breaker shows the state of a detector's breaker.
func (m *metrics) Breaker(name string, state detector.State) {
	m.breaker.WithLabelValues(name).Set(float64(state))
	m.unmapped.WithLabelValues(name).Add(0)
	for _, outcome := range detector.Outcomes() {
		m.tries.WithLabelValues(name, string(outcome)).Add(0)
	}
}
