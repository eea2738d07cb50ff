package query

import (
	"github.com/prometheus/client_golang/prometheus"          // the field's metrics library
	"github.com/prometheus/client_golang/prometheus/promauto" // registers as it makes
)

type metrics struct {
	attempts  *prometheus.CounterVec
	seconds   prometheus.Histogram
	running   prometheus.Gauge
	rows      prometheus.Counter
	bytes     prometheus.Counter
	unaudited prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	with := promauto.With(reg)
	m := &metrics{
		attempts: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_query_attempts_total",
			Help: "Attempts to query by outcome: ok, or the code of the refusal or failure.",
		}, []string{"outcome"}),
		seconds: with.NewHistogram(prometheus.HistogramOpts{
			Name:    "hushlog_query_seconds",
			Help:    "From an attempt's first byte to the end of its answer.",
			Buckets: prometheus.ExponentialBuckets(0.005, 2, 15),
		}),
		running: with.NewGauge(prometheus.GaugeOpts{Name: "hushlog_query_running", Help: "Statements that run now."}),
		rows:    with.NewCounter(prometheus.CounterOpts{Name: "hushlog_query_rows_total", Help: "Rows shown to people."}),
		bytes:   with.NewCounter(prometheus.CounterOpts{Name: "hushlog_query_result_bytes_total", Help: "Bytes shown to people."}),
		unaudited: with.NewCounter(prometheus.CounterOpts{
			Name: "hushlog_query_refusals_unaudited_total",
			Help: "Refused attempts that were not put on the trail one by one, because there were too many or because it was down. Nothing was read.",
		}),
	}
	m.attempts.WithLabelValues(outcomeOK)
	for _, problem := range problems() {
		m.attempts.WithLabelValues(string(problem.code))
	}
	return m
}

const outcomeOK = "ok"
