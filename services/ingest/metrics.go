package ingest

import (
	"time"

	"github.com/prometheus/client_golang/prometheus" // the field's metrics library
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Kinds of what is stored, and values of the label kind.
const (
	kindBlock = "block"
	kindAlert = "alert"
	kindAudit = "audit"
)

type metrics struct {
	stored   *prometheus.CounterVec
	records  prometheus.Counter
	contents prometheus.Counter
	failures *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	fresh    prometheus.Histogram
	noticed  *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	with := promauto.With(reg)
	m := &metrics{
		stored: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_ingest_stored_total", Help: "Blocks, alerts and audit entries given to ClickHouse and acknowledged by it, repetitions counted.",
		}, []string{"kind"}),
		records: with.NewCounter(prometheus.CounterOpts{
			Name: "hushlog_ingest_interactions_total", Help: "Interactions in the blocks stored, repetitions counted.",
		}),
		contents: with.NewCounter(prometheus.CounterOpts{
			Name: "hushlog_ingest_contents_total", Help: "Content fields in the blocks stored, repetitions counted.",
		}),
		failures: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_ingest_failures_total", Help: "Attempts to store that failed, by kind and reason. The same record is tried until it is stored.",
		}, []string{"kind", "reason"}),
		seconds: with.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hushlog_ingest_store_seconds", Help: "Time to store one block, alert or entry.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 16),
		}, []string{"kind"}),
		fresh: with.NewHistogram(prometheus.HistogramOpts{
			Name: "hushlog_ingest_accepted_to_stored_seconds", Help: "Time from the acceptance of an interaction by the gateway to its row, by both machines' clocks.",
			Buckets: prometheus.ExponentialBuckets(0.05, 2, 18),
		}),
	}
	m.noticed = with.NewCounterVec(prometheus.CounterOpts{
		Name: "hushlog_ingest_miscounts_total", Help: "Writes of which a table held another number of rows than were written: missing ones were filled, surplus ones need a look.",
	}, []string{"table", "what"})
	for _, table := range store.Tables() {
		m.noticed.WithLabelValues(table.Name, missingRows)
		m.noticed.WithLabelValues(table.Name, surplusRows)
	}
	for _, kind := range []string{kindBlock, kindAlert, kindAudit} {
		m.stored.WithLabelValues(kind)
		for _, why := range reasons {
			m.failures.WithLabelValues(kind, string(why))
		}
	}
	return m
}

// Values of the label what of miscounts.
const (
	missingRows = "missing"
	surplusRows = "surplus"
)

// miscounted notes that a table holds another number of rows of a write than were written.
func (m *metrics) miscounted(table string, want, have uint64) {
	what := missingRows
	if have > want {
		what = surplusRows
	}
	m.noticed.WithLabelValues(table, what).Inc()
}

func (m *metrics) storedOne(kind string, took time.Duration) {
	m.stored.WithLabelValues(kind).Inc()
	m.seconds.WithLabelValues(kind).Observe(took.Seconds())
}

func (m *metrics) storedBlock(block *hushlogv1.Block, contents *hushlogv1.Contents, now time.Time) {
	m.records.Add(float64(len(block.GetRecords())))
	m.contents.Add(float64(len(contents.GetContents())))
	for _, record := range block.GetRecords() {
		m.fresh.Observe(max(now.Sub(record.GetAcceptedAt().AsTime()).Seconds(), 0))
	}
}

func (m *metrics) failed(kind string, err error) {
	m.failures.WithLabelValues(kind, string(reasonOf(err))).Inc()
}
