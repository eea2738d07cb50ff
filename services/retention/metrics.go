package retention

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/hushlog/hushlog/pkg/audit/translog"
	"github.com/hushlog/hushlog/pkg/report"
	"github.com/hushlog/hushlog/pkg/store"
)

type metrics struct {
	rawDeleted  prometheus.Counter
	differences prometheus.Gauge
	overdue     *prometheus.GaugeVec
	rounds      *prometheus.CounterVec
	// trailState is 1 for the state that the trail's log is in.
	trailState       *prometheus.GaugeVec
	trailLogged      prometheus.Counter
	trailDifferences *prometheus.GaugeVec
	erasures         *prometheus.CounterVec
	erasuresWaiting  prometheus.Gauge
	rolledUpAgain    prometheus.Counter
	overdueRecords   *prometheus.GaugeVec
	lastRun          prometheus.Gauge
	alerts           prometheus.Counter
	dayKeys          prometheus.Gauge
	dayKeysOverdue   prometheus.Gauge
	shredded         prometheus.Counter
	ledgerGap        *prometheus.GaugeVec
	backupsKept      prometheus.Gauge
	backupsDeleted   prometheus.Counter
	reviews          *prometheus.CounterVec
	reviewsOverdue   *prometheus.GaugeVec
	queryLogs        *prometheus.GaugeVec
	directStatements prometheus.Counter
}

// Steps of a round, and values of the label step.
const (
	stepDates    = "dates"
	stepOverdue  = "overdue"
	stepRaw      = "raw"
	stepSettings = "settings"
	stepTrail    = "trail"
	stepRollups  = "rollups"
	stepBackups  = "backups"
	stepRecord   = "record"
	stepShred    = "shred"
	stepLedger   = "ledger"
	stepReviews  = "reviews"
	stepDirect   = "direct"
)

// Whether a server keeps a log of statements, and values of the label state.
const (
	logKept    = "kept"
	logMissing = "missing"
)

// Kinds of gaps of the ledger, and values of the label kind.
const (
	gapUnread      = "unread"
	gapUnaccounted = "unaccounted"
	gapMissing     = "rows-missing"
	gapSurplus     = "rows-surplus"
)

// steps lists them in the order in which a round takes them.
func steps() []string {
	return []string{stepDates, stepOverdue, stepRaw, stepSettings, stepTrail, stepBackups, stepRollups, stepLedger, stepShred, stepDirect, stepRecord, stepReviews}
}

// States of the trail's log, and values of the label state.
const (
	trailOK       = "ok"
	trailTampered = "tampered"
	trailGap      = "gap"
	trailFailed   = "failed"
)

// setTrail shows the state that an error tells of.
func (m *metrics) setTrail(err error) {
	state := trailOK
	switch {
	case errors.Is(err, translog.ErrTampered) || errors.Is(err, translog.ErrCheckpoint):
		state = trailTampered
	case errors.Is(err, translog.ErrGap):
		state = trailGap
	case err != nil:
		state = trailFailed
	}
	for _, s := range []string{trailOK, trailTampered, trailGap, trailFailed} {
		value := 0.0
		if s == state {
			value = 1
		}
		m.trailState.WithLabelValues(s).Set(value)
	}
}

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
	m.queryLogs = with.NewGaugeVec(prometheus.GaugeOpts{
		Name: "hushlog_retention_query_logs", Help: "ClickHouse servers that keep a log of statements, and that do not: there, statements that go round the query service are not seen.",
	}, []string{"state"})
	m.directStatements = with.NewCounter(prometheus.CounterOpts{
		Name: "hushlog_retention_direct_statements_total", Help: "Statements that people ran on ClickHouse without the query service.",
	})
	m.backupsKept = with.NewGauge(prometheus.GaugeOpts{
		Name: "hushlog_retention_backups", Help: "Backups of which something was kept at the last look.",
	})
	m.backupsDeleted = with.NewCounter(prometheus.CounterOpts{
		Name: "hushlog_retention_backup_parts_deleted_total", Help: "Parts of backups deleted at their date: a table's label and day, or a whole backup.",
	})
	m.trailState = with.NewGaugeVec(prometheus.GaugeOpts{
		Name: "hushlog_retention_trail_state", Help: "1 for the state of the trail's log: ok, tampered, gap or failed.",
	}, []string{"state"})
	m.trailLogged = with.NewCounter(prometheus.CounterOpts{
		Name: "hushlog_retention_trail_logged_records_total", Help: "Records of the trail that were sequenced into its log.",
	})
	m.trailDifferences = with.NewGaugeVec(prometheus.GaugeOpts{
		Name: "hushlog_retention_trail_differences", Help: "Entries in which the trail's rows in ClickHouse differ from its log.",
	}, []string{"what"})
	m.erasures = with.NewCounterVec(prometheus.CounterOpts{
		Name: "hushlog_retention_erasures_total", Help: "Requests for erasures that have ended, by how.",
	}, []string{"state"})
	for _, state := range []string{store.ErasureDone, store.ErasureNotFound, store.ErasureFailed} {
		m.erasures.WithLabelValues(state).Add(0)
	}
	m.erasuresWaiting = with.NewGauge(prometheus.GaugeOpts{
		Name: "hushlog_retention_erasures_waiting", Help: "Requests for erasures that are worked on.",
	})
	m.dayKeys = with.NewGauge(prometheus.GaugeOpts{
		Name: "hushlog_retention_day_keys", Help: "Keys of days that exist.",
	})
	m.dayKeysOverdue = with.NewGauge(prometheus.GaugeOpts{
		Name: "hushlog_retention_day_keys_overdue", Help: "Keys of days that should be destroyed and could not be.",
	})
	m.shredded = with.NewCounter(prometheus.CounterOpts{
		Name: "hushlog_retention_shredded_total", Help: "Keys of days that were destroyed.",
	})
	m.ledgerGap = with.NewGaugeVec(prometheus.GaugeOpts{
		Name: "hushlog_retention_ledger_gap_events", Help: "Events that the books cannot account for, found twice in a row: accepted and never read, read and become nothing, stored and no row, or rows that nothing tells of.",
	}, []string{"kind"})
	for _, kind := range []string{gapUnread, gapUnaccounted, gapMissing, gapSurplus} {
		m.ledgerGap.WithLabelValues(kind).Set(0)
	}
	m.rolledUpAgain = with.NewCounter(prometheus.CounterOpts{
		Name: "hushlog_retention_rollups_made_anew_total", Help: "Minutes, hours and days of rollups that differed from the rows and were made anew.",
	})
	m.setTrail(nil)
	for _, table := range tables {
		m.overdue.WithLabelValues(table).Set(0)
	}
	m.overdueRecords = with.NewGaugeVec(prometheus.GaugeOpts{
		Name: "hushlog_retention_overdue_records", Help: "Records of topics past their date that are still there.",
	}, []string{"topic"})
	m.lastRun = with.NewGauge(prometheus.GaugeOpts{
		Name: "hushlog_retention_last_run_timestamp_seconds", Help: "When what retention found was last written down; 0 on instances that do not write.",
	})
	m.alerts = with.NewCounter(prometheus.CounterOpts{
		Name: "hushlog_retention_alerts_total", Help: "Alerts that were published about what is overdue.",
	})
	m.reviews = with.NewCounterVec(prometheus.CounterOpts{
		Name: "hushlog_retention_reviews_total", Help: "Reviews that were made, by kind.",
	}, []string{"kind"})
	m.reviewsOverdue = with.NewGaugeVec(prometheus.GaugeOpts{
		Name: "hushlog_retention_reviews_overdue", Help: "Reviews that were not signed in time, by kind.",
	}, []string{"kind"})
	for _, kind := range report.Kinds() {
		m.reviews.WithLabelValues(kind.Name).Add(0)
		m.reviewsOverdue.WithLabelValues(kind.Name).Set(0)
	}
	for _, step := range steps() {
		m.rounds.WithLabelValues(step, "ok").Add(0)
		m.rounds.WithLabelValues(step, "failed").Add(0)
	}
	return m
}
