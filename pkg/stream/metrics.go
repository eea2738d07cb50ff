package stream

import (
	"time"

	// Prometheus is what services' metrics are in.
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics of a service's work with Kafka. One for each service and registry, shared by its publishers
// and consumers. A nil *Metrics counts nothing.
type Metrics struct {
	publishedTotal *prometheus.CounterVec
	ackSeconds     *prometheus.HistogramVec
	consumedTotal  *prometheus.CounterVec
	batchRecords   *prometheus.HistogramVec
	workSeconds    *prometheus.HistogramVec
	transactions   *prometheus.CounterVec
	retries        *prometheus.CounterVec
	rebalances     *prometheus.CounterVec
	lag            *prometheus.GaugeVec
}

// Outcomes of a transaction, as the metric's label.
const (
	outcomeCommitted = "committed"
	outcomeAborted   = "aborted"
	outcomeUnknown   = "unknown"
)

// NewMetrics registers the metrics, named hushlog_<service>_stream_….
func NewMetrics(reg prometheus.Registerer, service string) *Metrics {
	f := promauto.With(reg)
	name := func(s string) string { return "hushlog_" + service + "_stream_" + s }
	m := &Metrics{
		publishedTotal: f.NewCounterVec(prometheus.CounterOpts{Name: name("published_records_total"), Help: "Records given to Kafka, by topic and result."}, []string{"topic", "result"}),
		ackSeconds:     f.NewHistogramVec(prometheus.HistogramOpts{Name: name("acknowledge_seconds"), Help: "Time until all records of a call were acknowledged or failed.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 16)}, []string{"topic"}),
		consumedTotal:  f.NewCounterVec(prometheus.CounterOpts{Name: name("consumed_records_total"), Help: "Records read, by topic."}, []string{"topic"}),
		batchRecords:   f.NewHistogramVec(prometheus.HistogramOpts{Name: name("batch_records"), Help: "Records handled at a time, by topic.", Buckets: prometheus.ExponentialBuckets(1, 4, 8)}, []string{"topic"}),
		workSeconds:    f.NewHistogramVec(prometheus.HistogramOpts{Name: name("handle_seconds"), Help: "Time to handle the records of a poll, by topic.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 16)}, []string{"topic"}),
		transactions:   f.NewCounterVec(prometheus.CounterOpts{Name: name("transactions_total"), Help: "Transactions, by outcome."}, []string{"outcome"}),
		retries:        f.NewCounterVec(prometheus.CounterOpts{Name: name("retries_total"), Help: "Records given to their handler again after a passing error, by topic."}, []string{"topic"}),
		rebalances:     f.NewCounterVec(prometheus.CounterOpts{Name: name("rebalances_total"), Help: "Changes of the partitions assigned, by what happened."}, []string{"event"}),
		lag:            f.NewGaugeVec(prometheus.GaugeOpts{Name: name("lag_records"), Help: "Records not yet read on the partitions assigned, by topic."}, []string{"topic"}),
	}
	for _, outcome := range []string{outcomeCommitted, outcomeAborted, outcomeUnknown} {
		m.transactions.WithLabelValues(outcome)
	}
	for _, event := range []string{eventAssigned, eventRevoked, eventLost} {
		m.rebalances.WithLabelValues(event)
	}
	return m
}

// presetTopic sets what is counted by topic to zero.
func (m *Metrics) presetTopic(topics ...string) {
	if m == nil {
		return
	}
	for _, topic := range topics {
		m.consumedTotal.WithLabelValues(topic)
		m.retries.WithLabelValues(topic)
		m.lag.WithLabelValues(topic)
	}
}

func (m *Metrics) published(topic string, errs []error, took time.Duration) {
	if m == nil {
		return
	}
	m.ackSeconds.WithLabelValues(topic).Observe(took.Seconds())
	ok := 0
	for _, err := range errs {
		if err == nil {
			ok++
			continue
		}
		m.publishedTotal.WithLabelValues(topic, string(ReasonOf(err))).Inc()
	}
	m.publishedTotal.WithLabelValues(topic, "ok").Add(float64(ok))
}

func (m *Metrics) handled(topic string, records int, took time.Duration) {
	if m == nil {
		return
	}
	m.consumedTotal.WithLabelValues(topic).Add(float64(records))
	m.batchRecords.WithLabelValues(topic).Observe(float64(records))
	m.workSeconds.WithLabelValues(topic).Observe(took.Seconds())
}

func (m *Metrics) transaction(outcome string) {
	if m != nil {
		m.transactions.WithLabelValues(outcome).Inc()
	}
}

func (m *Metrics) retried(topic string, records int) {
	if m != nil {
		m.retries.WithLabelValues(topic).Add(float64(records))
	}
}

// What can happen to an assignment, as the metric's label.
const (
	eventAssigned = "assigned"
	eventRevoked  = "revoked"
	eventLost     = "lost"
)

func (m *Metrics) rebalance(event string) {
	if m != nil {
		m.rebalances.WithLabelValues(event).Inc()
	}
}

func (m *Metrics) setLag(topic string, records int64) {
	if m != nil {
		m.lag.WithLabelValues(topic).Set(float64(records))
	}
}
