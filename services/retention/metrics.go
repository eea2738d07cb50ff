package retention

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	rawDeleted  prometheus.Counter
	differences prometheus.Gauge
	overdue     *prometheus.GaugeVec
	rounds      *prometheus.CounterVec
}

// Steps of a round, and values of the label step.
const (
	stepDates    = "dates"
	stepOverdue  = "overdue"
	stepRaw      = "raw"
	stepSettings = "settings"
)

func newMetrics(reg prometheus.Registerer, tables []string) *metrics {
	with := promauto.With(reg)
	m := &metrics{
		rawDeleted: with.NewCounter(prometheus.CounterOpts{
			Name: "hushlog_retention_raw_deleted_records_total", Help: "Sealed records deleted after they were redacted.",
		}),
		differences: with.NewGauge(prometheus.GaugeOpts{
			Name: "hushlog_retention_topic_differences", Help: "Topic settings and rights that are not those of the policy.",
		}),
		overdue: with.NewGaugeVec(prometheus.GaugeOpts{
			Name: "hushlog_retention_overdue_rows", Help: "Rows past their date that are still there.",
		}, []string{"table"}),
		rounds: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_retention_steps_total", Help: "Steps of retention's rounds by outcome.",
		}, []string{"step", "outcome"}),
	}
	for _, table := range tables {
		m.overdue.WithLabelValues(table).Set(0)
	}
	for _, step := range []string{stepDates, stepOverdue, stepRaw, stepSettings} {
		m.rounds.WithLabelValues(step, "ok").Add(0)
		m.rounds.WithLabelValues(step, "failed").Add(0)
	}
	return m
}
