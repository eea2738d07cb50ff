package alerting

import (
	"regexp"
	"time"

	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Version of the documents that this package reads.
const Version = 1

// Document is a file of rules.
type Document struct {
	// Version is 1.
	Version int `yaml:"version"`
	// Rules in the order in which they are documented.
	Rules []Rule `yaml:"rules"`
}

// Rule says when somebody is told. Exactly one of Threshold, Baseline, Sequence, FirstSeen and Absence is its condition.
type Rule struct {
	// Name is a NAME of the contract: part of fingerprints, so a rule that is renamed is another rule.
	Name string `yaml:"name"`
	// Description for people.
	Description string `yaml:"description"`
	// Source is what the rule looks at. Default: interactions.
	Source Source `yaml:"source"`
	// Match is a CEL condition over the fields of the source. Empty: every event. A sequence has two of its own.
	Match string `yaml:"match"`
	// Key are the fields that events are grouped by. An event without a value for one of them does not count. Empty: all
	// together.
	Key []string `yaml:"key"`
	// Window of event time, cut at multiples of itself since the Unix epoch (a window of a week begins on a Thursday).
	Window policy.Duration `yaml:"window"`
	// Lateness is how much later than the newest an event may come and still count. Too low: what a slow partition brings
	// is not counted; too high: conditions that wait for the end of a window wait longer. Default: 2m.
	Lateness policy.Duration `yaml:"lateness"`

	// Aggregate is what is made of a window's events. Default: count.
	Aggregate Aggregate `yaml:"aggregate"`
	// Value is CEL: a number that is not negative for sum and mean, text for distinct, a condition for ratio.
	Value string `yaml:"value"`
	// MinVolume is how many events a window must have for its condition to be looked at.
	MinVolume int `yaml:"min_volume"`

	Threshold *Threshold `yaml:"threshold"`
	Baseline  *Baseline  `yaml:"baseline"`
	Sequence  *Sequence  `yaml:"sequence"`
	FirstSeen *FirstSeen `yaml:"first_seen"`
	Absence   *Absence   `yaml:"absence"`

	// For is how long the condition must hold, in whole windows, before the alert fires. Default: one window.
	For policy.Duration `yaml:"for"`
	// Hold is the block of time, in whole windows, in which a key has at most one alert, however often its condition comes
	// and goes. The alert resolves when a whole block has passed without it. Default: one window.
	Hold policy.Duration `yaml:"hold"`
	// MaxKeys bounds the keys that are followed at a time, about 200 bytes each and up to 8 KiB with a baseline or distinct
	// counts. Events of further keys do not count, which is counted. Default: 100000.
	MaxKeys int `yaml:"max_keys"`

	// Severity: info, warning, critical.
	Severity string `yaml:"severity"`
	// Owner is who answers for it.
	Owner string `yaml:"owner"`
	// Runbook is a link that says what to do.
	Runbook string `yaml:"runbook"`
	// Route says whom Alertmanager tells, by the highest class of what was counted.
	Route Route `yaml:"route"`
}

// Aggregate is what is made of a window's events.
type Aggregate string

// The aggregates.
const (
	// Count of events.
	Count Aggregate = "count"
	// Rate is the count by second of the window.
	Rate Aggregate = "rate"
	// Ratio is the share of the events for which Value holds.
	Ratio Aggregate = "ratio"
	// Distinct is how many different texts Value gives: exact up to 256, beyond it within about 2 %.
	Distinct Aggregate = "distinct"
	// Sum of Value.
	Sum Aggregate = "sum"
	// Mean of Value.
	Mean Aggregate = "mean"
)

// Threshold compares with a number. Exactly one of its fields is set.
type Threshold struct {
	// AtLeast fires at this value and above.
	AtLeast *float64 `yaml:"at_least"`
	// Below fires below this value. It looks at keys that had events; see Absence for those that had none.
	Below *float64 `yaml:"below"`
}

// Baseline compares with what the key did before, by median and median absolute deviation, which a few odd windows do not
// move.
type Baseline struct {
	// Deviations from the median that are too many. The deviation is 1.4826 times the median absolute deviation, and at
	// least Floor of the median.
	Deviations float64 `yaml:"deviations"`
	// Floor is the least deviation, as a share of the median. Default: 0.1. Too low: what hardly ever changes alerts at
	// nothing.
	Floor float64 `yaml:"floor"`
	// Direction: above (default), below, both.
	Direction string `yaml:"direction"`
	// Seasonal: none (default), or hour-of-week, which compares with the same hour (UTC) of earlier weeks.
	Seasonal string `yaml:"seasonal"`
	// History is how far back is compared. Default: 28d.
	History policy.Duration `yaml:"history"`
	// MinSamples is how many windows there must be to compare with. Default: 12, and 3 with a season.
	MinSamples int `yaml:"min_samples"`
}

// Sequence fires when First has held Times times for a key within a time and then Then holds.
type Sequence struct {
	First  string          `yaml:"first"`
	Times  int             `yaml:"times"`
	Then   string          `yaml:"then"`
	Within policy.Duration `yaml:"within"`
}

// FirstSeen fires for a key that was not there before.
type FirstSeen struct {
	// Memory is how long a key is remembered. Default: 30d.
	Memory policy.Duration `yaml:"memory"`
	// Learn is how long after the first event of all nothing fires. Default: 1d.
	Learn policy.Duration `yaml:"learn"`
}

// Absence fires when a key that had events has none for a whole window.
type Absence struct {
	// Memory is how long after its last event a key is missed. Default: 7d.
	Memory policy.Duration `yaml:"memory"`
}

// Route names receivers.
type Route struct {
	Default string                  `yaml:"default"`
	ByClass map[policy.Class]string `yaml:"by_class"`
}

// For is the receiver for a class.
func (r Route) For(class policy.Class) string {
	name := r.ByClass[class]
	if name != "" {
		return name
	}
	return r.Default
}

const (
	day = 24 * time.Hour

	defaultLateness  = 2 * time.Minute
	defaultMaxKeys   = 100_000
	mostKeys         = 1_000_000
	mostRules        = 1000
	defaultHistory   = 28 * day
	defaultFloor     = 0.1
	defaultMemory    = 30 * day
	defaultAbsent    = 7 * day
	defaultLearn     = day
	directionAbove   = "above"
	directionBelow   = "below"
	directionBoth    = "both"
	seasonNone       = "none"
	seasonHourOfWeek = "hour-of-week"
	// maxSamples bounds what is kept of a key's past, for each hour of the week with a season: 4 bytes each.
	maxSamples = 512
	// maxSeasonalSamples is the same with a season, of which there are 168 hours.
	maxSeasonalSamples = 24
	hoursOfWeek        = 168
	// maxSequence bounds how often First may have to hold.
	maxSequence = 64
	// maxValue bounds what one event may add to a sum, which is kept in millionths.
	maxValue = 1e9
)

// nameForm is the contract's NAME.
var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// severities maps the words of rules to the wire.
var severities = map[string]hushlogv1.Severity{
	"info":     hushlogv1.Severity_SEVERITY_INFO,
	"warning":  hushlogv1.Severity_SEVERITY_WARNING,
	"critical": hushlogv1.Severity_SEVERITY_CRITICAL,
}

// setDefaults fills in what may be left out.
func (r *Rule) setDefaults() {
	set(&r.Source, Interactions)
	set(&r.Aggregate, Count)
	set(&r.Lateness, policy.Duration(defaultLateness))
	set(&r.MaxKeys, defaultMaxKeys)
	if r.Sequence != nil {
		set(&r.Window, r.Sequence.Within)
	}
	set(&r.For, r.Window)
	set(&r.Hold, r.Window)
	if b := r.Baseline; b != nil {
		set(&b.Floor, defaultFloor)
		set(&b.Direction, directionAbove)
		set(&b.Seasonal, seasonNone)
		set(&b.History, policy.Duration(defaultHistory))
		if b.Seasonal == seasonHourOfWeek {
			set(&b.MinSamples, 3)
		}
		set(&b.MinSamples, 12)
	}
	if f := r.FirstSeen; f != nil {
		set(&f.Memory, policy.Duration(defaultMemory))
		set(&f.Learn, policy.Duration(defaultLearn))
	}
	if a := r.Absence; a != nil {
		set(&a.Memory, policy.Duration(defaultAbsent))
	}
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
