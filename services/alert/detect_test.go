package alert

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require" // says what differed
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

var (
	p0 = stream.Partition{Topic: stream.TopicEvents, ID: 0}
	p1 = stream.Partition{Topic: stream.TopicEvents, ID: 1}
)

// testDetection is one that no clock moves on.
func testDetection(t *testing.T, kafka []kgo.Opt, rules string, now func() time.Time) *detection {
	t.Helper()
	cfg := DefaultConfig()
	cfg.SnapshotEvery = time.Nanosecond
	deps := Deps{Policy: policy.Default(), Rules: rulesOf(t, rules), Kafka: kafka, Now: now}
	return newDetection(cfg, deps, newMetrics(prometheus.NewRegistry(), deps.Rules), slog.New(slog.DiscardHandler))
}

func recordOf(t *testing.T, at stream.Partition, offset int64, message proto.Message) *kgo.Record {
	t.Helper()
	value, err := proto.Marshal(message)
	require.NoError(t, err)
	return &kgo.Record{Topic: at.Topic, Partition: at.ID, Offset: offset, Value: value}
}

func handle(t *testing.T, d *detection, at stream.Partition, offset int64, message proto.Message) []*hushlogv1.Alert {
	t.Helper()
	out, err := d.Handle(t.Context(), at, []*kgo.Record{recordOf(t, at, offset, message)})
	require.NoError(t, err)
	return alertsOf(t, out)
}

func alertsOf(t *testing.T, records []*kgo.Record) []*hushlogv1.Alert {
	t.Helper()
	var alerts []*hushlogv1.Alert
	for _, r := range records {
		if r.Topic == stream.TopicAlerts {
			alert := &hushlogv1.Alert{}
			require.NoError(t, proto.Unmarshal(r.Value, alert))
			alerts = append(alerts, alert)
		}
	}
	return alerts
}

func fixed(at time.Time) func() time.Time { return func() time.Time { return at } }

func TestBlocksThatCameAreNotCountedAgain(t *testing.T) {
	d := testDetection(t, nil, twoRules, fixed(noon))
	block := blockOf(repeat(3, failure("u_a", noon))...)
	require.Empty(t, handle(t, d, p0, 1, block))
	require.Empty(t, handle(t, d, p0, 2, block), "doubled by the broker")
	require.Empty(t, handle(t, d, p0, 1, blockOf(repeat(3, failure("u_a", noon))...)), "read again")
	require.InDelta(t, 1, testutil.ToFloat64(d.metrics.blocksDoubled), 0)
	require.Len(t, handle(t, d, p1, 1, blockOf(repeat(2, failure("u_a", noon))...)), 1)
}

func TestClassChoosesWhoIsTold(t *testing.T) {
	d := testDetection(t, nil, twoRules, fixed(noon))
	restricted := d.policy.Classes[policy.Restricted]
	restricted.AlertsTo = "privacy"
	d.policy.Classes[policy.Restricted] = restricted
	records := repeat(5, failure("u_a", noon))
	records[2] = proto.CloneOf(records[2])
	records[2].Class = hushlogv1.Class_CLASS_RESTRICTED
	fired := handle(t, d, p0, 1, blockOf(append(records, repeat(5, failure("u_b", noon))...)...))
	require.Len(t, fired, 2)
	require.Equal(t, "privacy", fired[0].GetOwner())
	require.Equal(t, "platform", fired[1].GetOwner())
}

// Findings count on the side where they were made.
func TestFindingsHaveSides(t *testing.T) {
	block := blockOf(failure("u_a", noon), failure("u_b", noon))
	block.Findings = []*hushlogv1.Finding{
		{Record: 1, Path: "messages[0].parts[0].text.text", Type: "EMAIL"},
		{Record: 1, Path: "response.messages[0].parts[0].text.text", Type: "SECRET"},
		{Record: 1, Path: "response.messages[0].parts[1].text.text", Type: "SECRET"},
		{Record: 7, Path: "response", Type: "SECRET"},
	}
	block.Quarantined = []*hushlogv1.Quarantined{{Project: "demo", Reason: "too-large", AcceptedAt: timestamppb.New(noon)}}
	events := eventsOf(block)
	require.Len(t, events, 3)
	require.Nil(t, events[0].PromptFindings)
	require.Equal(t, map[string]uint32{"EMAIL": 1}, events[1].PromptFindings)
	require.Equal(t, map[string]uint32{"SECRET": 2}, events[1].AnswerFindings)
	require.Equal(t, "too-large", events[2].Quarantined.GetReason())
}

// What hushlog sends to itself is nobody's traffic.
func TestCanariesAreNoEvents(t *testing.T) {
	canary := failure("u_a", noon)
	canary.Project = identity.CanaryProject
	block := blockOf(canary, failure("u_b", noon))
	block.Findings = []*hushlogv1.Finding{{Record: 1, Path: "messages[0].parts[0].text.text", Type: "EMAIL"}}
	block.Quarantined = []*hushlogv1.Quarantined{
		{Project: identity.CanaryProject, Reason: "too-large", AcceptedAt: timestamppb.New(noon)},
		{Project: "demo", Reason: stream.ReasonTurn, AcceptedAt: timestamppb.New(noon)},
	}
	events := eventsOf(block)
	require.Len(t, events, 1)
	require.Equal(t, "u_b", events[0].Record.GetUserPseudonym())
	require.Equal(t, map[string]uint32{"EMAIL": 1}, events[0].PromptFindings)
}

func TestEventTime(t *testing.T) {
	d := testDetection(t, nil, twoRules, fixed(noon))
	d.latest[p0], d.latest[p1] = noon.Add(-time.Hour), noon.Add(-30*time.Minute)
	all := []stream.Partition{p0, p1}
	behind := func(which ...stream.Partition) func(stream.Partition) bool {
		return func(at stream.Partition) bool { return slices.Contains(which, at) }
	}
	require.Equal(t, noon.Add(-time.Hour), d.eventTime(all, behind(p0, p1)))
	require.Equal(t, noon.Add(-30*time.Minute), d.eventTime(all, behind(p1)))
	require.Equal(t, noon.Add(-30*time.Minute), d.eventTime(all, behind()), "nothing comes while the redactor is away")
	d.clear = noon.Add(-time.Minute)
	require.Equal(t, noon.Add(-3*time.Minute), d.eventTime(all, behind()), "silence is noticed by the clock")
	d.seen(p0, noon.Add(time.Hour))
	require.Equal(t, noon.Add(clockSkew), d.eventTime(all, behind()), "a wrong clock moves it on by little")
	require.True(t, d.eventTime([]stream.Partition{{Topic: stream.TopicAudit}}, behind(stream.Partition{Topic: stream.TopicAudit})).IsZero())
}

// TestUpstreamIsAsked: the clock counts only once the redactor has read everything.
func TestUpstreamIsAsked(t *testing.T) {
	kafka := broker(t)
	client, err := kgo.NewClient(kafka...)
	require.NoError(t, err)
	defer client.Close()
	now := noon
	d := testDetection(t, kafka, twoRules, func() time.Time { return now })
	d.admin = kadm.NewClient(client)
	ask := func() time.Time {
		now = now.Add(askEvery)
		d.askUpstream(t.Context(), []stream.Partition{p0}, func(stream.Partition) bool { return false })
		return d.clear
	}
	require.Equal(t, noon.Add(askEvery), ask(), "nothing was ever sent")
	require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: stream.TopicRaw, Value: []byte("sealed")}).FirstErr())
	require.Equal(t, noon.Add(askEvery), ask(), "the redactor has not read it")
	var offsets kadm.Offsets
	offsets.AddOffset(stream.TopicRaw, 0, 1, -1)
	_, err = d.admin.CommitOffsets(t.Context(), stream.Group(identity.Redactor, ""), offsets)
	require.NoError(t, err)
	require.Equal(t, noon.Add(3*askEvery), ask())
	d.askUpstream(t.Context(), []stream.Partition{p0}, func(stream.Partition) bool { return true })
	require.Equal(t, noon.Add(3*askEvery), d.clear)
}

func TestSnapshotsAreCutAndPutTogether(t *testing.T) {
	data := make([]byte, 2*partSize+7)
	for i := range data {
		data[i] = byte(i)
	}
	first, err := partsOf(data)
	require.NoError(t, err)
	require.Len(t, first, 3)
	second, err := partsOf(data[:5])
	require.NoError(t, err)
	var a assembly
	for _, r := range first {
		a.add(r.Value)
	}
	require.Equal(t, data, a.whole)
	a.add(second[0].Value)
	require.Equal(t, data[:5], a.whole)
	for _, r := range [][]byte{first[1].Value, []byte("\xff\xff"), first[0].Value, first[2].Value} {
		a.add(r)
	}
	require.Equal(t, data[:5], a.whole, "parts of which one is missing are nothing")

	blocks := newBlockIDs(nil)
	for i := range maxBlocks + 3 {
		require.True(t, blocks.add([blockIDSize]byte{byte(i), byte(i >> 8)}))
	}
	again := newBlockIDs(blocks.encode())
	require.False(t, again.add([blockIDSize]byte{3}))
	require.True(t, again.add([blockIDSize]byte{2}))
}

// crashRules have what a restart could lose: windows, runs, baselines, keys that were seen, sequences, alerts to resolve.
const crashRules = `version: 1
rules:
  - {name: count, description: d, match: failed, key: [project, user], window: 1m, lateness: 30s, threshold: {at_least: 3}, hold: 2m, severity: info, owner: o}
  - {name: ratio, description: d, key: [project], window: 1m, lateness: 30s, aggregate: ratio, value: failed, threshold: {at_least: 0.5}, for: 2m, severity: info, owner: o}
  - {name: odd, description: d, key: [project], window: 1m, lateness: 30s, baseline: {deviations: 1, min_samples: 3}, severity: info, owner: o}
  - {name: new, description: d, key: [project, user], window: 1m, lateness: 30s, first_seen: {memory: 5m, learn: 1m}, severity: info, owner: o}
  - {name: gone, description: d, key: [project, user], window: 2m, lateness: 30s, absence: {memory: 6m}, severity: info, owner: o}
  - {name: after, description: d, key: [project, user], lateness: 30s, sequence: {first: failed, times: 2, then: "!failed", within: 1m}, severity: info, owner: o}
`

// TestCrashAnywhereChangesNothing stops the detection after any step, with what it had published durable or not, and lets a
// successor go on from what Kafka has: the alerts are those of one that was never stopped, each published once.
func TestCrashAnywhereChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	log := map[stream.Partition][]*kgo.Record{}
	start := time.Now().Add(-2 * time.Hour).Truncate(time.Minute)
	for _, at := range []stream.Partition{p0, p1} {
		event := start
		for offset := range int64(120) {
			event = event.Add(time.Duration(r.ExpFloat64() * float64(10*time.Second)))
			var records []*hushlogv1.Record
			for range 1 + r.IntN(3) {
				record := failure(fmt.Sprintf("u%d", r.IntN(5)), event.Add(-time.Duration(r.Int64N(int64(25*time.Second)))))
				record.Failed = r.IntN(2) == 0
				records = append(records, record)
			}
			log[at] = append(log[at], recordOf(t, at, offset, blockOf(records...)))
		}
	}
	end := start.Add(90 * time.Minute)
	calm := runCrashing(t, broker(t), log, end, nil)
	require.Greater(t, len(calm), 100)
	crashed := runCrashing(t, broker(t), log, end, r)
	for id, n := range crashed {
		require.Equal(t, 1, n, "%s was published %d times", id, n)
		require.Contains(t, calm, id)
	}
	require.Len(t, crashed, len(calm))
}

// runCrashing reads a log to its end, with crashes if r is not nil, and counts what was published.
func runCrashing(t *testing.T, kafka []kgo.Opt, log map[stream.Partition][]*kgo.Record, end time.Time, r *rand.Rand) map[string]int {
	t.Helper()
	client, err := kgo.NewClient(append(kafka, kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	require.NoError(t, err)
	defer client.Close()
	publish := func(records []*kgo.Record) {
		if len(records) > 0 {
			require.NoError(t, client.ProduceSync(t.Context(), records...).FirstErr())
		}
	}
	order := rand.New(rand.NewPCG(3, uint64(len(log))))
	committed := map[stream.Partition]int64{}
	crashes := 0
	for {
		d := testDetection(t, kafka, crashRules, time.Now)
		d.admin, d.asked, d.clear = kadm.NewClient(client), time.Now().Add(time.Hour), end
		d.cfg.Idle = 0
		// Every other life snapshots whenever it may: with a time to wait, lives that are short for it would get nowhere.
		d.cfg.SnapshotEvery = time.Nanosecond
		if crashes%2 == 1 {
			d.cfg.SnapshotEvery = time.Hour
		}
		require.NoError(t, d.Assigned(t.Context()))
		next := copyOf(committed)
		if life(t, d, log, next, committed, publish, order, r) {
			break
		}
		crashes++
	}
	if r != nil {
		require.Greater(t, crashes, 4)
	}
	told := map[string]int{}
	for _, alert := range published(t, kafka) {
		told[transition(alert)]++
	}
	return told
}

// life reads until the end (true) or until it crashes.
func life(t *testing.T, d *detection, log map[stream.Partition][]*kgo.Record, next, committed map[stream.Partition]int64, publish func([]*kgo.Record), order, r *rand.Rand) bool {
	t.Helper()
	partitions := []stream.Partition{p0, p1}
	behind := func(at stream.Partition) bool { return next[at] < int64(len(log[at])) }
	crash := func() bool { return r != nil && r.IntN(30) == 0 }
	for {
		at := partitions[order.IntN(2)]
		if behind(at) {
			batch := log[at][next[at]:min(next[at]+int64(1+order.IntN(4)), int64(len(log[at])))]
			out, err := d.Handle(t.Context(), at, batch)
			require.NoError(t, err)
			if crash() {
				return false
			}
			publish(out)
			next[at] += int64(len(batch))
			if crash() {
				return false
			}
		}
		out, err := d.Turn(context.WithoutCancel(t.Context()), partitions, behind)
		require.NoError(t, err)
		if crash() {
			return false
		}
		publish(out)
		if crash() {
			return false
		}
		for _, at := range partitions {
			if next[at] > 0 {
				committed[at] = d.Keep(at, next[at])
			}
		}
		if !behind(p0) && !behind(p1) {
			return true
		}
	}
}

// TestABatchOfMarksIsNothing hands over what a partition gives that holds nothing but the marks of transactions.
func TestABatchOfMarksIsNothing(t *testing.T) {
	d := testDetection(t, nil, twoRules, fixed(noon))
	out, err := d.Handle(t.Context(), p0, nil)
	require.NoError(t, err)
	require.Empty(t, out)
}
