package alert

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require" // says what differed
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/alerting"
	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// processorTime is what this process has used.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// heldBytes are those that stay after a collection.
func heldBytes() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkBuiltinRules is what the alert service does with blocks of 200 records, 20,000 records a second of event time from
// 100,000 end users: it decodes, counts by all built-in rules, closes windows, and takes a snapshot every 15 seconds of it.
// It reports processor time for one record, which is 50 µs or less where one core is enough, and what stays held.
func BenchmarkBuiltinRules(b *testing.B) {
	const users, perSecond, perBlock = 100_000, 20_000, 200
	rules, err := alerting.Builtin()
	require.NoError(b, err)
	// Only what the service does is measured: not the making of the blocks.
	begin := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	at := begin
	before := heldBytes()
	d := newDetection(DefaultConfig(), Deps{Policy: policy.Default(), Rules: rules, Now: func() time.Time { return at }}, newMetrics(prometheus.NewRegistry(), rules), slog.New(slog.DiscardHandler))
	r := rand.New(rand.NewPCG(7, 7))
	var used time.Duration
	records := 0
	for offset := int64(0); records < b.N || records < 2*users; offset++ {
		value, err := proto.Marshal(loadBlock(r, perBlock, users, at))
		require.NoError(b, err)
		at = at.Add(time.Second * perBlock / perSecond)
		start := processorTime(b)
		_, err = d.Handle(b.Context(), p0, []*kgo.Record{{Topic: p0.Topic, Partition: p0.ID, Offset: offset + 1, Value: value}})
		require.NoError(b, err)
		d.engine.Advance(at)
		if at.Sub(begin)%(15*time.Second) == 0 {
			_, err = d.takeSnapshot()
			require.NoError(b, err)
		}
		used += processorTime(b) - start
		records += perBlock
	}
	b.ReportMetric(float64(used.Microseconds())/float64(records), "cpu-µs/record")
	b.ReportMetric((float64(heldBytes())-float64(before))/(1<<20), "MiB-held")
	live := 0
	for _, s := range d.engine.Stats() {
		live += s.Keys
	}
	b.ReportMetric(float64(live), "keys")
	b.ReportMetric(float64(len(rules.List())), "rules")
	require.GreaterOrEqual(b, live, users)
	runtime.KeepAlive(d)
}

// loadBlock is a block of records as the redactor makes them: one of twenty fails, one of fifty is flagged, one of ten holds
// private data.
func loadBlock(r *rand.Rand, n, users int, at time.Time) *hushlogv1.Block {
	block := &hushlogv1.Block{}
	for i := range n {
		record := &hushlogv1.Record{
			RequestId: fmt.Sprintf("r-%d-%d", at.UnixNano(), i), Project: fmt.Sprintf("project-%d", r.IntN(10)), Environment: "production", Service: fmt.Sprintf("service-%d", r.IntN(20)),
			AcceptedAt: timestamppb.New(at), UserPseudonym: fmt.Sprintf("u_%026d", r.IntN(users)), SessionId: fmt.Sprintf("s-%d", r.IntN(users)), Template: fmt.Sprintf("t_%026d", r.IntN(1000)),
			Provider: "provider", Model: fmt.Sprintf("model-%d", r.IntN(20)), ModelVersion: "2026-01", Latency: durationpb.New(time.Duration(r.IntN(3000)) * time.Millisecond),
			Usage:  &hushlogv1.Usage{InputTokens: r.Uint64N(1000), OutputTokens: 100, Cost: 0.001, CostCurrency: "usd"},
			Failed: r.IntN(20) == 0, Class: hushlogv1.Class_CLASS_INTERNAL, ContentStored: true, MessageCount: 3, ContentBytes: 2000, FinishReasons: []string{"stop"},
		}
		if r.IntN(50) == 0 {
			record.Flags = []*hushlogv1.Flag{{Category: "injection", Score: 0.9, Rule: "model", Role: hushlogv1.Role_ROLE_USER}}
		}
		if r.IntN(10) == 0 {
			block.Findings = append(block.Findings, &hushlogv1.Finding{Record: uint32(i), Path: "messages[0].parts[0].text.text", Type: "EMAIL", Rule: "email"})
		}
		block.Records = append(block.Records, record)
	}
	return block
}
