package alert

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/alerting"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// alertsPartition and statePartition are the only ones of their topics.
	alertsPartition = 0
	statePartition  = 0
	// maxBlocks is how many block ids are remembered, 16 bytes each: a broker that doubles a block does so within seconds.
	maxBlocks = 8192
	// clockSkew is how far event time may run ahead of ours: one gateway with a wrong clock must not close everybody's
	// windows.
	clockSkew = time.Minute
	// deleteTimeout bounds the deletion of old snapshots, which is tried again with the next one.
	deleteTimeout = 5 * time.Second
	// askEvery is how often the redactor's progress is asked for, askTimeout bounds it.
	askEvery   = 5 * time.Second
	askTimeout = 3 * time.Second
)

// detectTopics are what rules look at. Their order is part of snapshots.
var detectTopics = []string{stream.TopicEvents, stream.TopicAudit}

// detection feeds the engine from what rules look at. It is the work of a stream.Sole, and belongs to its goroutine.
type detection struct {
	policy  *policy.Policy
	rules   *alerting.Rules
	kafka   []kgo.Opt
	cfg     Config
	now     func() time.Time
	metrics *metrics
	log     *slog.Logger
	// admin asks Kafka; the service sets it before the first Assigned.
	admin *kadm.Client

	engine *alerting.Engine
	// next is what was counted of each partition, latest the highest event time seen in it.
	next   map[stream.Partition]int64
	latest map[stream.Partition]time.Time
	blocks blockIDs
	// known are what was published by a predecessor after the snapshot that this one went on from: it comes again, and is
	// not published again. since is from when on such alerts must be read back by a successor.
	known map[string]time.Time
	since time.Time

	// asked is when upstream was asked last, clear when it was last found that it had nothing left to read.
	asked, clear time.Time

	snapshots snapshots
}

func newDetection(cfg Config, deps Deps, m *metrics, log *slog.Logger) *detection {
	d := &detection{policy: deps.Policy, rules: deps.Rules, kafka: deps.Kafka, cfg: cfg, now: deps.Now, metrics: m, log: log}
	d.reset()
	return d
}

func (d *detection) reset() {
	d.engine = alerting.NewEngine(d.rules)
	d.next, d.latest = map[stream.Partition]int64{}, map[stream.Partition]time.Time{}
	d.blocks = newBlockIDs(nil)
	d.known, d.since = map[string]time.Time{}, d.now()
	d.snapshots = snapshots{due: d.now().Add(d.cfg.SnapshotEvery)}
}

// Assigned goes on from the last snapshot, and reads back what was published after it.
func (d *detection) Assigned(ctx context.Context) error {
	d.reset()
	last, err := d.readSnapshot(ctx)
	if err != nil {
		return err
	}
	if last != nil {
		d.goOn(ctx, last)
	} else {
		d.since = d.now().Add(-d.policy.Retention.Events.D())
	}
	return d.readKnown(ctx)
}

// goOn takes a snapshot over. One that cannot be used is told of and left: the windows that were open are lost.
func (d *detection) goOn(ctx context.Context, snapshot *hushlogv1.AlertSnapshot) {
	changed, err := d.engine.Restore(snapshot)
	if err != nil {
		d.metrics.stateLost.Inc()
		d.log.ErrorContext(ctx, "the state of the rules cannot be used; counting starts anew", slog.String("error", err.Error()))
		d.engine = alerting.NewEngine(d.rules)
		d.since = d.now().Add(-d.policy.Retention.Events.D())
		return
	}
	for _, o := range snapshot.GetOffsets() {
		if int(o.GetSource()) >= len(detectTopics) {
			continue
		}
		at := stream.Partition{Topic: detectTopics[o.GetSource()], ID: o.GetPartition()}
		d.next[at] = o.GetNext()
		if o.GetLatest() != 0 {
			d.latest[at] = time.Unix(0, o.GetLatest()).UTC()
		}
	}
	d.snapshots.saved = copyOf(d.next)
	d.blocks = newBlockIDs(snapshot.GetBlocks())
	d.since = time.Unix(0, snapshot.GetTaken())
	d.log.InfoContext(ctx, "goes on from a snapshot", slog.Time("taken", d.since), slog.Int("rules_changed", changed))
}

// readKnown reads back what was published since the snapshot.
func (d *detection) readKnown(ctx context.Context) error {
	// The broker dates records, another instance dated the snapshot.
	const skew = 10 * time.Minute
	for record, err := range stream.ReadBack(ctx, d.kafka, d.log, stream.TopicAlerts, d.since.Add(-skew), alertsPartition) {
		if err != nil {
			return err
		}
		var alert hushlogv1.Alert
		err = proto.Unmarshal(record.Value, &alert)
		if err != nil {
			return fmt.Errorf("%s: offset %d is no alert", stream.TopicAlerts, record.Offset)
		}
		d.known[transition(&alert)] = alert.GetWindowEnd().AsTime()
	}
	return nil
}

// transition names what an alert says: that it fires, or that it has resolved.
func transition(a *hushlogv1.Alert) string { return a.GetFingerprint() + a.GetState().String() }

// Handle counts records and returns the alerts that fire.
func (d *detection) Handle(ctx context.Context, at stream.Partition, records []*kgo.Record) ([]*kgo.Record, error) {
	if len(records) == 0 {
		return nil, nil // a batch may hold nothing but marks of transactions
	}
	var publish []*kgo.Record
	d.snapshots.began(at, records[0].Offset)
	for _, record := range records {
		if record.Offset < d.next[at] {
			continue // the snapshot has it
		}
		d.next[at] = record.Offset + 1
		events, err := d.decode(record)
		if err != nil {
			// Ingest keeps what it cannot read; here it must not stop what can be read from being watched.
			d.metrics.unreadable.WithLabelValues(at.Topic).Inc()
			d.log.ErrorContext(ctx, "record cannot be read; not counted", slog.String("partition", at.String()), slog.Int64("offset", record.Offset))
			continue
		}
		for _, event := range events {
			d.seen(at, event.Time())
			publish, err = d.tell(ctx, publish, d.engine.Observe(event))
			if err != nil {
				return nil, err
			}
		}
	}
	d.snapshots.dirty = true
	return publish, nil
}

// decode reads the events of a record. A block that was counted has none.
func (d *detection) decode(record *kgo.Record) ([]*alerting.Event, error) {
	if record.Topic == stream.TopicAudit {
		entry := &hushlogv1.AuditEntry{}
		err := proto.Unmarshal(record.Value, entry)
		if err != nil {
			return nil, err
		}
		return []*alerting.Event{{Entry: entry}}, nil
	}
	var block hushlogv1.Block
	err := proto.Unmarshal(record.Value, &block)
	if err != nil {
		return nil, err
	}
	if len(block.GetBlockId()) == blockIDSize && !d.blocks.add([blockIDSize]byte(block.GetBlockId())) {
		d.metrics.blocksDoubled.Inc()
		return nil, nil
	}
	return eventsOf(&block), nil
}

// seen moves the event time of a partition on.
func (d *detection) seen(at stream.Partition, event time.Time) {
	limit := d.now().Add(clockSkew)
	if event.After(limit) {
		event = limit
	}
	if event.After(d.latest[at]) {
		d.latest[at] = event
	}
}

// tell appends the records of alerts that were not published before.
func (d *detection) tell(ctx context.Context, publish []*kgo.Record, alerts []*hushlogv1.Alert) ([]*kgo.Record, error) {
	for _, alert := range alerts {
		_, before := d.known[transition(alert)]
		if before {
			delete(d.known, transition(alert))
			d.metrics.alertsKnown.Inc()
			continue
		}
		alert.Owner = d.policy.AlertOwner(policy.Class(alert.GetClass()), alert.GetOwner())
		record, err := encode(alert)
		if err != nil {
			return nil, err
		}
		publish = append(publish, record)
		d.metrics.told(alert)
		d.log.InfoContext(ctx, "alert", slog.String("state", alert.GetState().String()), slog.String("rule", alert.GetRule()),
			slog.String("fingerprint", alert.GetFingerprint()), slog.String("project", alert.GetProject()))
	}
	return publish, nil
}

// encode is the record of an alert, for a publisher that chooses partitions.
func encode(alert *hushlogv1.Alert) (*kgo.Record, error) {
	record, err := stream.AlertRecord(alert)
	if err != nil {
		return nil, err
	}
	record.Partition = alertsPartition
	return record, nil
}

// Turn moves event time on, and takes a snapshot when one is due.
func (d *detection) Turn(ctx context.Context, partitions []stream.Partition, behind func(stream.Partition) bool) ([]*kgo.Record, error) {
	d.askUpstream(ctx, partitions, behind)
	mark := d.eventTime(partitions, behind)
	var publish []*kgo.Record
	if mark.After(d.engine.Watermark()) {
		var err error
		publish, err = d.tell(ctx, nil, d.engine.Advance(mark))
		if err != nil {
			return nil, err
		}
		d.metrics.watermark.Set(float64(mark.Unix()))
		d.forgetKnown(mark)
	}
	d.metrics.rules(d.engine.Stats())
	d.deleteReplaced(ctx)
	if !d.snapshots.dirty || d.now().Before(d.snapshots.due) {
		return publish, nil
	}
	parts, err := d.takeSnapshot()
	if err != nil {
		return nil, err
	}
	return append(publish, parts...), nil
}

// eventTime is how far event time has come. A partition that has records which were not read yet holds it back to what was
// read of it; when all were read to their ends, it goes on with the newest event and, so that silence is noticed, with the
// clock, some way behind the last moment at which the redactor had nothing left to read: while it is away, nothing comes,
// and that is no silence.
func (d *detection) eventTime(partitions []stream.Partition, behind func(stream.Partition) bool) time.Time {
	var highest time.Time
	if !d.clear.IsZero() {
		highest = d.clear.Add(-d.cfg.Idle)
	}
	var lowest time.Time
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
	if held {
		return lowest
	}
	return highest
}

// askUpstream finds out, now and then while all is read here, whether the redactor has read everything too. When that cannot
// be asked, event time waits.
func (d *detection) askUpstream(ctx context.Context, partitions []stream.Partition, behind func(stream.Partition) bool) {
	now := d.now()
	if now.Sub(d.asked) < askEvery || slices.ContainsFunc(partitions, behind) {
		return
	}
	d.asked = now
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	lag, err := stream.Lag(ctx, d.admin, stream.Group(identity.Redactor, ""), stream.TopicRaw)
	if err != nil {
		d.log.DebugContext(ctx, "whether the redactor has read everything cannot be asked", slog.String("reason", string(stream.ReasonOf(err))))
		return
	}
	for _, n := range lag {
		if n > 0 {
			return
		}
	}
	d.clear = now
}

// forgetKnown drops what a predecessor has published and will not come again, as when its rule was changed.
func (d *detection) forgetKnown(mark time.Time) {
	const longestHold = 31 * 24 * time.Hour
	for id, end := range d.known {
		if end.Add(2 * longestHold).Before(mark) {
			delete(d.known, id)
		}
	}
}

// Keep is where the last snapshot that is durable stands: a successor goes on from it.
func (d *detection) Keep(at stream.Partition, next int64) int64 {
	d.snapshots.durable()
	saved, known := d.snapshots.saved[at]
	if !known {
		return d.snapshots.first(at, next)
	}
	return min(saved, next)
}

// deleteReplaced deletes the snapshots before the last one that is durable.
func (d *detection) deleteReplaced(ctx context.Context) {
	d.snapshots.durable()
	from := d.snapshots.deleteBefore
	if from == 0 {
		return
	}
	d.snapshots.deleteBefore = 0
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	_, err := stream.DeleteBefore(ctx, d.admin, stream.Partition{Topic: stream.TopicAlertState, ID: statePartition}, from)
	if err != nil && ctx.Err() == nil {
		d.log.WarnContext(ctx, "replaced snapshots were not deleted; tried again with the next", slog.String("error", err.Error()))
	}
}

func copyOf[K comparable, V any](m map[K]V) map[K]V {
	out := make(map[K]V, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}
