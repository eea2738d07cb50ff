package alert

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// maxCounters bounds the keys that are counted at a time, over all rules and windows: about
	// 300 bytes each, 150 MB in all. Beyond, the oldest window is closed early, and counted as such.
	maxCounters = 500_000
	// maxBlocks is how many block ids are remembered, 16 bytes each in two places: a broker that
	// doubles a block does so within seconds, not 65,000 blocks later.
	maxBlocks = 1 << 16
	// clockSkew is how far event time may run ahead of ours: one gateway with a wrong clock must not
	// close everybody's windows.
	clockSkew = time.Minute
	// fingerprintSize is 128 bits of SHA-256.
	fingerprintSize = 16
)

// rule is a rule of the policy, ready to use.
type rule struct {
	name     string
	severity hushlogv1.Severity
	policy.AlertRule
}

// severities maps the policy's words to the wire.
var severities = map[string]hushlogv1.Severity{
	"info":     hushlogv1.Severity_SEVERITY_INFO,
	"warning":  hushlogv1.Severity_SEVERITY_WARNING,
	"critical": hushlogv1.Severity_SEVERITY_CRITICAL,
}

// windowID is one window of one rule. Windows of event time begin at multiples of their length, so
// that every instance, at any time, cuts them alike.
type windowID struct {
	rule  int
	start int64 // nanoseconds since the Unix epoch
}

// subject is what is counted: a user or a model, within a project.
type subject struct{ project, key string }

// counter counts one subject in one window.
type counter struct {
	count int
	class policy.Class
	fired bool
}

// window is the state of one window.
type window struct {
	end      time.Time
	lateness time.Duration
	counters map[subject]*counter
	// first is the lowest offset of a partition that has a record in this window: what must be read
	// again to make the window anew.
	first map[stream.Partition]int64
}

// detector counts events and says which alerts fire. It knows neither Kafka nor clocks but the one
// given, and belongs to one goroutine.
type detector struct {
	policy  *policy.Policy
	rules   []rule
	now     func() time.Time
	metrics *metrics

	windows   map[windowID]*window
	counters  int
	blocks    map[[16]byte]struct{}
	blockRing [][16]byte
	blockNext int
	// latest is the highest event time seen of each partition, watermark the event time before which
	// nothing is expected but late records. It never goes back.
	latest    map[stream.Partition]time.Time
	watermark time.Time
	// known are the fingerprints of alerts that were published, with the end of their windows.
	known map[string]time.Time
}

func newDetector(p *policy.Policy, now func() time.Time, m *metrics) *detector {
	d := &detector{policy: p, now: now, metrics: m}
	for _, name := range slices.Sorted(maps.Keys(p.Alerts)) {
		d.rules = append(d.rules, rule{name, severities[p.Alerts[name].Severity], p.Alerts[name]})
	}
	d.reset(nil)
	return d
}

// reset forgets everything but the alerts given, which were published before.
func (d *detector) reset(known map[string]time.Time) {
	d.windows, d.counters = map[windowID]*window{}, 0
	d.blocks, d.blockRing, d.blockNext = map[[16]byte]struct{}{}, make([][16]byte, 0, maxBlocks), 0
	d.latest, d.watermark = map[stream.Partition]time.Time{}, time.Time{}
	d.known = known
	if d.known == nil {
		d.known = map[string]time.Time{}
	}
}

// block counts the records of a block that was read at an offset, and returns the alerts that fire.
// A block that came before is not counted again.
func (d *detector) block(at stream.Partition, offset int64, b *hushlogv1.Block) []*hushlogv1.Alert {
	if len(b.GetBlockId()) == 16 && !d.firstTime([16]byte(b.GetBlockId())) {
		d.metrics.blocksDoubled.Inc()
		return nil
	}
	var fired []*hushlogv1.Alert
	for _, record := range b.GetRecords() {
		d.seen(at, record.GetAcceptedAt().AsTime())
		for i := range d.rules {
			alert := d.count(i, at, offset, record)
			if alert != nil {
				fired = append(fired, alert)
			}
		}
	}
	return fired
}

// firstTime remembers a block id and says whether it is new.
func (d *detector) firstTime(id [16]byte) bool {
	_, again := d.blocks[id]
	if again {
		return false
	}
	if len(d.blockRing) < maxBlocks {
		d.blockRing = append(d.blockRing, id)
	} else {
		delete(d.blocks, d.blockRing[d.blockNext])
		d.blockRing[d.blockNext] = id
		d.blockNext = (d.blockNext + 1) % maxBlocks
	}
	d.blocks[id] = struct{}{}
	return true
}

// seen moves the event time of a partition on.
func (d *detector) seen(at stream.Partition, event time.Time) {
	limit := d.now().Add(clockSkew)
	if event.After(limit) {
		event = limit
	}
	if event.After(d.latest[at]) {
		d.latest[at] = event
	}
}

// count counts one record for one rule and returns an alert when it is the one that reaches the threshold.
func (d *detector) count(index int, at stream.Partition, offset int64, record *hushlogv1.Record) *hushlogv1.Alert {
	r := &d.rules[index]
	key, matches := r.subjectOf(record)
	if !matches {
		return nil
	}
	event := record.GetAcceptedAt().AsTime()
	start := event.Truncate(r.Window.D())
	end := start.Add(r.Window.D())
	if !end.Add(r.Lateness.D()).After(d.watermark) {
		d.metrics.recordsLate.Inc()
		return nil
	}
	w := d.windowFor(windowID{index, start.UnixNano()}, end, r.Lateness.D())
	lowest, known := w.first[at]
	if !known || offset < lowest {
		w.first[at] = offset
	}
	c := w.counters[key]
	if c == nil {
		c = &counter{}
		w.counters[key] = c
		d.counters++
	}
	c.count++
	c.class = c.class.Higher(policy.ClassFromProto(record.GetClass()))
	if c.fired || c.count < r.Threshold {
		return nil
	}
	c.fired = true
	return d.fire(r, key, start, end, event, c)
}

// subjectOf says whether a record counts for a rule, and for whom.
func (r *rule) subjectOf(record *hushlogv1.Record) (subject, bool) {
	if r.Match != policy.MatchFailed || !record.GetFailed() {
		return subject{}, false
	}
	key := record.GetModel()
	if r.Key == policy.KeyUser {
		key = record.GetUserPseudonym()
	}
	return subject{record.GetProject(), key}, key != ""
}

// windowFor finds or opens a window. When there are too many counters, the oldest window goes.
func (d *detector) windowFor(id windowID, end time.Time, lateness time.Duration) *window {
	w := d.windows[id]
	if w != nil {
		return w
	}
	if d.counters >= maxCounters {
		d.closeOldest()
	}
	w = &window{end: end, lateness: lateness, counters: map[subject]*counter{}, first: map[stream.Partition]int64{}}
	d.windows[id] = w
	d.metrics.windowsOpen.Set(float64(len(d.windows)))
	return w
}

func (d *detector) closeOldest() {
	oldest := slices.MinFunc(slices.Collect(maps.Keys(d.windows)), func(a, b windowID) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.rule, b.rule))
	})
	d.metrics.windowsOverflowed.Inc()
	d.close(oldest)
}

func (d *detector) close(id windowID) {
	d.counters -= len(d.windows[id].counters)
	delete(d.windows, id)
	d.metrics.windowsOpen.Set(float64(len(d.windows)))
}

// fire makes the alert, unless it was published before.
func (d *detector) fire(r *rule, s subject, start, end, event time.Time, c *counter) *hushlogv1.Alert {
	print := fingerprint(r, s, start)
	_, published := d.known[print]
	if published {
		d.metrics.alertsKnown.Inc()
		return nil
	}
	d.known[print] = end
	alert := &hushlogv1.Alert{
		Fingerprint: print, Rule: r.name, Severity: r.severity, Owner: d.policy.AlertOwner(c.class, r.Owner), Project: s.project,
		WindowStart: timestamppb.New(start), WindowEnd: timestamppb.New(end), FiredAt: timestamppb.New(event),
		Value: float64(c.count), Threshold: float64(r.Threshold), Class: string(c.class),
		State: hushlogv1.AlertState_ALERT_STATE_FIRING,
	}
	if r.Key == policy.KeyUser {
		alert.UserPseudonym = s.key
	} else {
		alert.Model = s.key
	}
	return alert
}

// fingerprint is the same for the same rule, subject and window, whoever computes it and when.
func fingerprint(r *rule, s subject, start time.Time) string {
	h := sha256.New()
	for _, part := range []string{"hushlog alert v1", r.name, string(r.Key), s.project, s.key} {
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		_, _ = h.Write([]byte(part))
	}
	for _, number := range []int64{start.UnixNano(), int64(r.Window)} {
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(number))) //nolint:gosec // bits, not a number
	}
	return hex.EncodeToString(h.Sum(nil)[:fingerprintSize])
}

// advance moves the watermark on and closes windows that can get nothing more. A partition that has
// records which were not read yet holds the watermark back; one that was read to its end does not.
func (d *detector) advance(partitions []stream.Partition, behind func(stream.Partition) bool) {
	var highest, lowest time.Time
	held := false
	for _, at := range partitions {
		latest := d.latest[at]
		if latest.After(highest) {
			highest = latest
		}
		if behind(at) && (!held || latest.Before(lowest)) {
			lowest, held = latest, true
		}
	}
	mark := highest
	if held {
		mark = lowest
	}
	if !mark.After(d.watermark) {
		return
	}
	d.watermark = mark
	d.metrics.watermark.Set(float64(mark.Unix()))
	d.closeEnded()
}

func (d *detector) closeEnded() {
	for id, w := range d.windows {
		if !w.end.Add(w.lateness).After(d.watermark) {
			d.close(id)
		}
	}
	for print, end := range d.known {
		if end.Add(d.longestLateness()).Before(d.watermark) {
			delete(d.known, print)
		}
	}
}

func (d *detector) longestLateness() time.Duration {
	var longest time.Duration
	for i := range d.rules {
		longest = max(longest, d.rules[i].Lateness.D())
	}
	return longest
}

// keep is the lowest offset of a partition that an open window needs, at most next.
func (d *detector) keep(at stream.Partition, next int64) int64 {
	for _, w := range d.windows {
		first, ok := w.first[at]
		if ok {
			next = min(next, first)
		}
	}
	return next
}
