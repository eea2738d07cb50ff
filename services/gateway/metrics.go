package gateway

import (
	"github.com/prometheus/client_golang/prometheus"          // the field's metrics library
	"github.com/prometheus/client_golang/prometheus/promauto" // registers as it makes

	"github.com/hushlog/hushlog/pkg/restrict"
)

// outcomeAccepted is the outcome of an interaction that is durable; the others are reasons.
const outcomeAccepted = "ACCEPTED"

// The closed sets of labels.
const (
	interfaceGRPC = "grpc"
	interfaceREST = "rest"
)

type metrics struct {
	interactions   *prometheus.CounterVec
	calls          *prometheus.CounterVec
	acceptedBytes  prometheus.Counter
	publishSeconds prometheus.Histogram
	panics         prometheus.Counter
	openStreams    prometheus.Gauge
	unreadAge      *prometheus.GaugeVec
	unreadKept     *prometheus.GaugeVec
}

func newMetrics(reg prometheus.Registerer, memory *budget) *metrics {
	with := promauto.With(reg)
	m := &metrics{
		interactions: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_gateway_interactions_total",
			Help: "Interactions by outcome: ACCEPTED, or the reason of the refusal.",
		}, []string{"outcome"}),
		calls: with.NewCounterVec(prometheus.CounterOpts{
			Name: "hushlog_gateway_calls_total",
			Help: "Calls by interface (grpc, rest), method and outcome: OK, or the reason why the whole call was refused.",
		}, []string{"interface", "method", "outcome"}),
		acceptedBytes: with.NewCounter(prometheus.CounterOpts{
			Name: "hushlog_gateway_accepted_bytes_total",
			Help: "Size of accepted interactions after decompression.",
		}),
		publishSeconds: with.NewHistogram(prometheus.HistogramOpts{
			Name:    "hushlog_gateway_publish_seconds",
			Help:    "From the first look at an interaction to Kafka's acknowledgement.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 15),
		}),
		panics: with.NewCounter(prometheus.CounterOpts{
			Name: "hushlog_gateway_panics_total",
			Help: "Calls that ended in a recovered panic. Any is a fault of hushlog.",
		}),
		openStreams: with.NewGauge(prometheus.GaugeOpts{
			Name: "hushlog_gateway_open_streams",
			Help: "LogStream calls that are open now.",
		}),
		unreadAge: with.NewGaugeVec(prometheus.GaugeOpts{
			Name: "hushlog_gateway_oldest_unread_age_seconds",
			Help: "Age of the oldest record of a topic that its reader (redactor, ingest) has not finished; 0 when all is read. Where it cannot be asked, the time since the last answer is added.",
		}, []string{"topic"}),
		unreadKept: with.NewGaugeVec(prometheus.GaugeOpts{
			Name: "hushlog_gateway_unread_kept_seconds",
			Help: "How long a topic keeps its records, read or not. From three quarters of it on interactions are refused.",
		}, []string{"topic"}),
	}
	with.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hushlog_gateway_memory_bytes",
		Help: "Bytes of the memory budget that requests hold now.",
	}, func() float64 { return float64(memory.inUse()) })
	with.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hushlog_gateway_memory_limit_bytes",
		Help: "The memory budget.",
	}, func() float64 { return float64(memory.total) })
	m.presetZero()
	return m
}

// countRestrictions counts what becomes of orders to suspend or limit senders, and shows how many are in force. The function
// that it returns gets the outcome of each record.
func countRestrictions(reg prometheus.Registerer, state *restrict.State) func(outcome string) {
	with := promauto.With(reg)
	records := with.NewCounterVec(prometheus.CounterOpts{
		Name: "hushlog_gateway_restriction_records_total",
		Help: "Records of the restrictions topic by outcome: taken, over (or replaced), refused. Any that is refused is somebody's mistake or an attack.",
	}, []string{"outcome"})
	for _, outcome := range restrict.Outcomes() {
		records.WithLabelValues(outcome)
	}
	with.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hushlog_gateway_restrictions",
		Help: "Projects and end users that are suspended or limited now.",
	}, func() float64 { return float64(len(state.InForce())) })
	return func(outcome string) { records.WithLabelValues(outcome).Inc() }
}

func (m *metrics) presetZero() {
	m.interactions.WithLabelValues(outcomeAccepted)
	for why := range outcomes {
		m.interactions.WithLabelValues(string(why))
	}
	for _, method := range methodNames {
		for _, by := range []string{interfaceGRPC, interfaceREST} {
			m.calls.WithLabelValues(by, method, callOK)
		}
	}
}

func (m *metrics) outcome(label string) { m.interactions.WithLabelValues(label).Inc() }

func (m *metrics) call(by, method, outcome string) {
	m.calls.WithLabelValues(by, method, outcome).Inc()
}
