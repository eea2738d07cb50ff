package alert

import (
	"github.com/prometheus/client_golang/prometheus" // the field's metrics library
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/hushlog/hushlog/pkg/alerting"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// metrics of the alert service. Labels are names of rules, topics and results: closed sets.
type metrics struct {
	fired           *prometheus.CounterVec
	resolved        *prometheus.CounterVec
	alertsKnown     prometheus.Counter
	blocksDoubled   prometheus.Counter
	unreadable      *prometheus.CounterVec
	matched         *prometheus.CounterVec
	late            *prometheus.CounterVec
	overflowed      *prometheus.CounterVec
	failed          *prometheus.CounterVec
	keys            *prometheus.GaugeVec
	watermark       prometheus.Gauge
	stateLost       prometheus.Counter
	snapshotBytes   prometheus.Gauge
	snapshotSeconds prometheus.Gauge
	deliveries      *prometheus.CounterVec
	undelivered     *prometheus.GaugeVec
	restrictions    *prometheus.CounterVec

	// before are the stats that the counters have.
	before map[string]alerting.Stats
}

// Results of a delivery, as the metric's label.
const (
	resultDelivered  = "delivered"
	resultRetried    = "retried"
	resultExpired    = "expired"
	resultUnreadable = "unreadable"
)

// Receivers of deliveries, as the metric's label.
const (
	receiverWebhook      = "webhook"
	receiverAlertmanager = "alertmanager"
)

func newMetrics(reg prometheus.Registerer, rules *alerting.Rules) *metrics {
	f := promauto.With(reg)
	byRule := func(name, help string) *prometheus.CounterVec {
		v := f.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"rule"})
		for _, r := range rules.List() {
			v.WithLabelValues(r.Name)
		}
		return v
	}
	m := &metrics{
		fired:           byRule("hushlog_alert_fired_total", "Alerts published, by rule."),
		resolved:        byRule("hushlog_alert_resolved_total", "Alerts that have resolved, by rule."),
		alertsKnown:     f.NewCounter(prometheus.CounterOpts{Name: "hushlog_alert_known_total", Help: "Alerts not published because they had been before a restart."}),
		blocksDoubled:   f.NewCounter(prometheus.CounterOpts{Name: "hushlog_alert_doubled_blocks_total", Help: "Blocks that came twice and were counted once."}),
		unreadable:      f.NewCounterVec(prometheus.CounterOpts{Name: "hushlog_alert_unreadable_records_total", Help: "Records that could not be read, by topic. Should be 0."}, []string{"topic"}),
		matched:         byRule("hushlog_alert_matched_events_total", "Events that a rule counts, by rule."),
		late:            byRule("hushlog_alert_late_events_total", "Events that came after their window had closed and were not counted, by rule."),
		overflowed:      byRule("hushlog_alert_overflowed_events_total", "Events not counted because the rule follows as many keys as it may, by rule."),
		failed:          byRule("hushlog_alert_failed_evaluations_total", "Evaluations of an expression that gave no value, by rule."),
		keys:            f.NewGaugeVec(prometheus.GaugeOpts{Name: "hushlog_alert_keys", Help: "Keys that are followed, by rule."}, []string{"rule"}),
		watermark:       f.NewGauge(prometheus.GaugeOpts{Name: "hushlog_alert_watermark_timestamp_seconds", Help: "Event time before which only late events are expected."}),
		stateLost:       f.NewCounter(prometheus.CounterOpts{Name: "hushlog_alert_lost_states_total", Help: "Snapshots that could not be gone on from. Should be 0."}),
		snapshotBytes:   f.NewGauge(prometheus.GaugeOpts{Name: "hushlog_alert_snapshot_bytes", Help: "Size of the last snapshot."}),
		snapshotSeconds: f.NewGauge(prometheus.GaugeOpts{Name: "hushlog_alert_snapshot_seconds", Help: "Time to take the last snapshot."}),
		deliveries:      f.NewCounterVec(prometheus.CounterOpts{Name: "hushlog_alert_deliveries_total", Help: "Alerts given to receivers, by receiver and result."}, []string{"receiver", "result"}),
		undelivered:     f.NewGaugeVec(prometheus.GaugeOpts{Name: "hushlog_alert_undelivered", Help: "Alerts that a receiver has not acknowledged yet, by receiver."}, []string{"receiver"}),
		restrictions:    f.NewCounterVec(prometheus.CounterOpts{Name: "hushlog_alert_restrictions_total", Help: "Alerts that limit whom they name, by result: delivered, retried, expired, unreadable."}, []string{"result"}),
		before:          map[string]alerting.Stats{},
	}
	for _, topic := range detectTopics {
		m.unreadable.WithLabelValues(topic)
	}
	for _, result := range []string{resultDelivered, resultRetried, resultExpired, resultUnreadable} {
		m.restrictions.WithLabelValues(result)
	}
	for _, receiver := range []string{receiverWebhook, receiverAlertmanager} {
		m.undelivered.WithLabelValues(receiver)
		for _, result := range []string{resultDelivered, resultRetried, resultExpired, resultUnreadable} {
			m.deliveries.WithLabelValues(receiver, result)
		}
	}
	return m
}

// told counts an alert that is published.
func (m *metrics) told(a *hushlogv1.Alert) {
	if a.GetState() == hushlogv1.AlertState_ALERT_STATE_RESOLVED {
		m.resolved.WithLabelValues(a.GetRule()).Inc()
		return
	}
	m.fired.WithLabelValues(a.GetRule()).Inc()
}

// rules adds what the engine has counted since it was last called.
func (m *metrics) rules(stats []alerting.Stats) {
	for _, now := range stats {
		before := m.before[now.Rule]
		if now.Matched < before.Matched {
			before = alerting.Stats{} // the engine started anew
		}
		for counter, n := range map[*prometheus.CounterVec]uint64{
			m.matched: now.Matched - before.Matched, m.late: now.Late - before.Late,
			m.overflowed: now.Overflowed - before.Overflowed, m.failed: now.Failed - before.Failed,
		} {
			if n > 0 {
				counter.WithLabelValues(now.Rule).Add(float64(n))
			}
		}
		m.keys.WithLabelValues(now.Rule).Set(float64(now.Keys))
		m.before[now.Rule] = now
	}
}
