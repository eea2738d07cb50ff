package alert

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require" // says what differed
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// noon begins a window of the default policy's rules.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

var (
	p0 = stream.Partition{Topic: stream.TopicEvents, ID: 0}
	p1 = stream.Partition{Topic: stream.TopicEvents, ID: 1}
)

func testDetector(t *testing.T) (*detector, *metrics) {
	t.Helper()
	m := newMetrics(prometheus.NewRegistry(), policy.Default())
	return newDetector(policy.Default(), func() time.Time { return noon.Add(24 * time.Hour) }, m), m
}

// failure is a failed interaction of a user.
func failure(user string, at time.Time) *hushlogv1.Record {
	return &hushlogv1.Record{
		Project: "demo", UserPseudonym: user, Model: "m-1", Failed: true, AcceptedAt: timestamppb.New(at),
		Class: hushlogv1.Class_CLASS_INTERNAL,
	}
}

var blockCount uint64

// blockOf is a block with an id of its own.
func blockOf(records ...*hushlogv1.Record) *hushlogv1.Block {
	blockCount++
	id := binary.BigEndian.AppendUint64(make([]byte, 8), blockCount)
	return &hushlogv1.Block{BlockId: id, Records: records}
}

func repeat(n int, r *hushlogv1.Record) []*hushlogv1.Record {
	records := make([]*hushlogv1.Record, n)
	for i := range records {
		records[i] = r
	}
	return records
}

func nothingBehind(stream.Partition) bool { return false }

// TestClassChoosesWhoIsTold: alerts about records of a class go where the policy's class sends them.
func TestClassChoosesWhoIsTold(t *testing.T) {
	doc := strings.Replace(string(policy.DefaultDocument()), "    retention: short\n    sample: { rate: 1, keep: [failed, flagged] }\n    alerts_to: \"\"",
		"    retention: short\n    sample: { rate: 1, keep: [failed, flagged] }\n    alerts_to: privacy", 1)
	p, err := policy.Parse([]byte(doc))
	require.NoError(t, err)
	_, m := testDetector(t)
	d := newDetector(p, func() time.Time { return noon.Add(24 * time.Hour) }, m)
	records := repeat(5, failure("u_a", noon))
	records[2].Class = hushlogv1.Class_CLASS_RESTRICTED
	fired := d.block(p0, 1, blockOf(append(records, repeat(5, failure("u_b", noon))...)...))
	require.Len(t, fired, 2)
	require.Equal(t, "privacy", fired[0].GetOwner())
	require.Equal(t, "platform", fired[1].GetOwner())
}

func TestThresholdFiresOncePerWindow(t *testing.T) {
	d, _ := testDetector(t)
	require.Empty(t, d.block(p0, 1, blockOf(repeat(4, failure("u_a", noon))...)))
	fifth := failure("u_a", noon.Add(time.Minute))
	fifth.Class = hushlogv1.Class_CLASS_RESTRICTED
	fired := d.block(p1, 1, blockOf(fifth))
	require.Len(t, fired, 1, "whatever partitions the records are in")
	alert := fired[0]
	require.Equal(t, "repeated-failures-user", alert.GetRule())
	require.Equal(t, hushlogv1.Severity_SEVERITY_WARNING, alert.GetSeverity())
	require.Equal(t, "platform", alert.GetOwner())
	require.Equal(t, "demo", alert.GetProject())
	require.Equal(t, "u_a", alert.GetUserPseudonym())
	require.Empty(t, alert.GetModel())
	require.Equal(t, noon, alert.GetWindowStart().AsTime())
	require.Equal(t, noon.Add(5*time.Minute), alert.GetWindowEnd().AsTime())
	require.Equal(t, noon.Add(time.Minute), alert.GetFiredAt().AsTime())
	require.InDelta(t, 5, alert.GetValue(), 0)
	require.InDelta(t, 5, alert.GetThreshold(), 0)
	require.Equal(t, "Restricted", alert.GetClass(), "the highest of what counted")
	require.Len(t, alert.GetFingerprint(), 2*fingerprintSize)

	require.Empty(t, d.block(p0, 2, blockOf(repeat(20, failure("u_a", noon))...)), "once a window")
	next := d.block(p0, 3, blockOf(repeat(5, failure("u_a", noon.Add(5*time.Minute)))...))
	require.Len(t, next, 1, "the next window is another alert")
	require.NotEqual(t, alert.GetFingerprint(), next[0].GetFingerprint())
}

func TestWhatDoesNotCount(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(i int, r *hushlogv1.Record)
	}{
		{"what did not fail", func(_ int, r *hushlogv1.Record) { r.Failed = false }},
		{"nobody", func(_ int, r *hushlogv1.Record) { r.UserPseudonym = "" }},
		{"different users", func(i int, r *hushlogv1.Record) { r.UserPseudonym = fmt.Sprintf("u_%d", i) }},
		{"different projects", func(i int, r *hushlogv1.Record) { r.Project = fmt.Sprintf("p%d", i) }},
		{"different windows", func(i int, r *hushlogv1.Record) {
			r.AcceptedAt = timestamppb.New(noon.Add(time.Duration(i) * 5 * time.Minute))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, _ := testDetector(t)
			for i := range 10 {
				r := failure("u_a", noon)
				tc.change(i, r)
				require.Empty(t, d.block(p0, int64(i), blockOf(r)))
			}
		})
	}
}

func TestModelRule(t *testing.T) {
	d, _ := testDetector(t)
	var fired []*hushlogv1.Alert
	for i := range 50 {
		fired = append(fired, d.block(p0, int64(i), blockOf(failure(fmt.Sprintf("u_%d", i), noon)))...)
	}
	require.Len(t, fired, 1)
	require.Equal(t, "repeated-failures-model", fired[0].GetRule())
	require.Equal(t, "m-1", fired[0].GetModel())
	require.Empty(t, fired[0].GetUserPseudonym())
}

func TestDoubledBlockCountsOnce(t *testing.T) {
	d, m := testDetector(t)
	b := blockOf(repeat(3, failure("u_a", noon))...)
	require.Empty(t, d.block(p0, 1, b))
	require.Empty(t, d.block(p0, 2, b))
	require.InDelta(t, 1, testutil.ToFloat64(m.blocksDoubled), 0)
}

func TestFingerprintDoesNotDependOnOrderOrPlace(t *testing.T) {
	one, _ := testDetector(t)
	a := one.block(p0, 1, blockOf(repeat(9, failure("u_a", noon))...))
	two, _ := testDetector(t)
	b := two.block(p1, 77, blockOf(repeat(5, failure("u_a", noon.Add(4*time.Minute)))...))
	require.Equal(t, a[0].GetFingerprint(), b[0].GetFingerprint())
}

func TestLateRecordsCountWithinTheBound(t *testing.T) {
	d, m := testDetector(t)
	parts := []stream.Partition{p0}
	d.block(p0, 1, blockOf(repeat(4, failure("u_a", noon))...))
	// The window ends at 12:05 and takes late records until the watermark is at 12:15.
	d.block(p0, 2, blockOf(failure("u_b", noon.Add(15*time.Minute-time.Second))))
	d.advance(parts, nothingBehind)
	require.Len(t, d.block(p0, 3, blockOf(failure("u_a", noon))), 1)
	d.block(p0, 4, blockOf(failure("u_b", noon.Add(15*time.Minute))))
	d.advance(parts, nothingBehind)
	require.Empty(t, d.block(p0, 5, blockOf(repeat(5, failure("u_c", noon))...)))
	require.InDelta(t, 10, testutil.ToFloat64(m.recordsLate), 0, "five records, two rules")
}

func TestAPartitionBehindHoldsTheWatermark(t *testing.T) {
	d, _ := testDetector(t)
	parts := []stream.Partition{p0, p1}
	behind := func(at stream.Partition) bool { return at == p1 }
	d.block(p0, 1, blockOf(failure("u_a", noon.Add(2*time.Hour))))
	d.advance(parts, behind)
	require.Zero(t, d.watermark, "nothing was read of the other one yet")
	d.block(p1, 1, blockOf(repeat(4, failure("u_b", noon))...))
	d.advance(parts, behind)
	require.Equal(t, noon, d.watermark)
	require.Len(t, d.block(p1, 2, blockOf(failure("u_b", noon))), 1, "two hours behind and not late")
	d.advance(parts, nothingBehind)
	require.Equal(t, noon.Add(2*time.Hour), d.watermark)
}

func TestAClockThatRunsAheadClosesNothing(t *testing.T) {
	d, _ := testDetector(t)
	d.now = func() time.Time { return noon.Add(time.Minute) }
	d.block(p0, 1, blockOf(failure("u_x", noon.Add(1000*time.Hour))))
	d.advance([]stream.Partition{p0}, nothingBehind)
	require.Equal(t, noon.Add(time.Minute+clockSkew), d.watermark)
	require.Len(t, d.block(p0, 2, blockOf(repeat(5, failure("u_a", noon))...)), 1)
}

func TestKeepIsWhatOpenWindowsNeed(t *testing.T) {
	d, _ := testDetector(t)
	parts := []stream.Partition{p0, p1}
	require.Equal(t, int64(9), d.keep(p0, 9))
	d.block(p0, 3, blockOf(failure("u_a", noon)))
	d.block(p0, 5, blockOf(failure("u_a", noon.Add(5*time.Minute))))
	d.block(p1, 8, blockOf(failure("u_b", noon)))
	require.Equal(t, int64(3), d.keep(p0, 9))
	require.Equal(t, int64(8), d.keep(p1, 9))
	d.block(p0, 9, blockOf(&hushlogv1.Record{AcceptedAt: timestamppb.New(noon.Add(16 * time.Minute))}))
	d.advance(parts, nothingBehind)
	require.Equal(t, int64(5), d.keep(p0, 10))
	require.Equal(t, int64(9), d.keep(p1, 9))
}

func TestWhatWasPublishedIsNotPublishedAgain(t *testing.T) {
	d, m := testDetector(t)
	fired := d.block(p0, 1, blockOf(repeat(5, failure("u_a", noon))...))
	d.reset(map[string]time.Time{fired[0].GetFingerprint(): noon.Add(5 * time.Minute)})
	require.Empty(t, d.block(p0, 1, blockOf(repeat(5, failure("u_a", noon))...)))
	require.InDelta(t, 1, testutil.ToFloat64(m.alertsKnown), 0)
	require.Len(t, d.block(p0, 2, blockOf(repeat(5, failure("u_b", noon))...)), 1)
}

func TestTooManyKeysCloseTheOldestWindow(t *testing.T) {
	d, m := testDetector(t)
	d.block(p0, 1, blockOf(failure("u_a", noon)))
	d.counters = maxCounters
	d.block(p0, 2, blockOf(failure("u_a", noon.Add(5*time.Minute))))
	require.Positive(t, testutil.ToFloat64(m.windowsOverflowed))
	for id := range d.windows {
		require.Equal(t, noon.Add(5*time.Minute).UnixNano(), id.start)
	}
}
