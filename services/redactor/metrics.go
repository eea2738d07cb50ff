package redactor

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/hushlog/hushlog/pkg/redact"
)

// Outcomes of a raw record, and values of the label outcome.
const (
	outcomeStored      = "stored"
	outcomeDuplicate   = "duplicate"
	outcomeQuarantined = "quarantined"
	outcomeBadTally    = "undecodable-tally"
)

type metrics struct {
	records  *prometheus.CounterVec
	findings *prometheus.CounterVec
	accepted *prometheus.GaugeVec
	epochs   *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	with := promauto.With(reg)
	m := &metrics{
		records: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_redactor_records_total", Help: "Raw records by what became of them, counted when committed.",
		}, []string{"outcome"}),
		findings: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_redactor_findings_total", Help: "Private values found, by type.",
		}, []string{"type"}),
		accepted: with.NewGaugeVec(prometheus.GaugeOpts{
			Name: "hushlog_redactor_newest_accepted_timestamp_seconds", Help: "Time of acceptance of the newest committed record.",
		}, []string{"partition"}),
		epochs: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_redactor_epoch_records_total", Help: "Records of the keys topic, by whether they were taken.",
		}, []string{"outcome"}),
	}
	for _, outcome := range []string{outcomeStored, outcomeDuplicate, outcomeQuarantined, outcomeBadTally} {
		m.records.WithLabelValues(outcome).Add(0)
	}
	for _, t := range redact.Types() {
		m.findings.WithLabelValues(string(t)).Add(0)
	}
	for _, outcome := range []string{epochTaken, epochExpired, epochRefused} {
		m.epochs.WithLabelValues(outcome).Add(0)
	}
	return m
}

func (m *metrics) committed(partition int32, outcomes, findings map[string]int, newest time.Time) {
	for outcome, n := range outcomes {
		m.records.WithLabelValues(outcome).Add(float64(n))
	}
	for t, n := range findings {
		m.findings.WithLabelValues(t).Add(float64(n))
	}
	if !newest.IsZero() {
		m.accepted.WithLabelValues(strconv.Itoa(int(partition))).Set(float64(newest.UnixMilli()) / 1000)
	}
}
