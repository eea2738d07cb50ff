package alert

import (
	"github.com/prometheus/client_golang/prometheus" // the field's metrics library
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/hushlog/hushlog/pkg/policy"
)

// metrics of the alert service. Labels are names of rules, a closed set.
type metrics struct {
	alertsFired       *prometheus.CounterVec
	alertsKnown       prometheus.Counter
	blocksDoubled     prometheus.Counter
	blocksUnreadable  prometheus.Counter
	recordsLate       prometheus.Counter
	windowsOpen       prometheus.Gauge
	windowsOverflowed prometheus.Counter
	watermark         prometheus.Gauge
	deliveries        *prometheus.CounterVec
}

// Results of a delivery, as the metric's label.
const (
	resultDelivered  = "delivered"
	resultRetried    = "retried"
	resultExpired    = "expired"
	resultUnreadable = "unreadable"
)

func newMetrics(reg prometheus.Registerer, p *policy.Policy) *metrics {
	f := promauto.With(reg)
	m := &metrics{
		alertsFired:       f.NewCounterVec(prometheus.CounterOpts{Name: "hushlog_alert_fired_total", Help: "Alerts published, by rule."}, []string{"rule"}),
		alertsKnown:       f.NewCounter(prometheus.CounterOpts{Name: "hushlog_alert_known_total", Help: "Alerts not published because they had been before a restart."}),
		blocksDoubled:     f.NewCounter(prometheus.CounterOpts{Name: "hushlog_alert_doubled_blocks_total", Help: "Blocks that came twice and were counted once."}),
		blocksUnreadable:  f.NewCounter(prometheus.CounterOpts{Name: "hushlog_alert_unreadable_blocks_total", Help: "Records of the events topic that are no block. Should be 0."}),
		recordsLate:       f.NewCounter(prometheus.CounterOpts{Name: "hushlog_alert_late_records_total", Help: "Matching records that came after their window's lateness and were not counted."}),
		windowsOpen:       f.NewGauge(prometheus.GaugeOpts{Name: "hushlog_alert_open_windows", Help: "Windows that can still get records."}),
		windowsOverflowed: f.NewCounter(prometheus.CounterOpts{Name: "hushlog_alert_overflowed_windows_total", Help: "Windows closed early because too many keys were counted."}),
		watermark:         f.NewGauge(prometheus.GaugeOpts{Name: "hushlog_alert_watermark_timestamp_seconds", Help: "Event time before which only late records are expected."}),
		deliveries:        f.NewCounterVec(prometheus.CounterOpts{Name: "hushlog_alert_deliveries_total", Help: "Alerts given to the webhook, by result."}, []string{"result"}),
	}
	for name := range p.Alerts {
		m.alertsFired.WithLabelValues(name)
	}
	for _, result := range []string{resultDelivered, resultRetried, resultExpired, resultUnreadable} {
		m.deliveries.WithLabelValues(result)
	}
	return m
}
