package canary

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

func TestWhatDoesNotArriveIsLostOnce(t *testing.T) {
	m := newMetrics(prometheus.NewRegistry())
	f := newFlights(time.Minute, 5*time.Minute, m)
	count := func(path, outcome string) float64 {
		return testutil.ToFloat64(m.interactions.WithLabelValues(path, outcome))
	}
	for _, path := range []string{pathUnary, pathREST} {
		m := testMaker().make(path, testSlot)
		f.add(m)
		f.acknowledged(m, testSlot)
	}
	here, away := requestID(pathUnary, testSlot), requestID(pathREST, testSlot)

	require.Empty(t, f.arrived([]string{here, "somebody's"}, testSlot.Add(30*time.Second)), "there is time left")
	for range 2 {
		require.Equal(t, []string{pathREST}, f.arrived([]string{here}, testSlot.Add(time.Minute)))
	}
	require.Equal(t, []float64{1, 0, 0, 1}, []float64{count(pathUnary, outcomeArrived), count(pathUnary, outcomeLost), count(pathREST, outcomeArrived), count(pathREST, outcomeLost)})
	require.InDelta(t, 1, testutil.ToFloat64(m.missing.WithLabelValues(pathREST)), 0)

	require.Empty(t, f.arrived([]string{here, away}, testSlot.Add(2*time.Minute)))
	require.InDelta(t, 1, count(pathREST, outcomeLate), 0)
	require.Zero(t, testutil.ToFloat64(m.missing.WithLabelValues(pathREST)))

	require.Empty(t, f.arrived(nil, testSlot.Add(5*time.Minute)))
	require.Empty(t, f.all, "what is older than the window is forgotten")
}

func TestConfig(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Interval, cfg.Window = 0, 10*time.Second
	err := cfg.Validate()
	for _, want := range []string{"policy: ", "clickhouse.addresses: ", "tls: ", "key: ", "grpc: ", "rest: ", "interval: ", "window: must be from", "window: must be at least"} {
		require.ErrorContains(t, err, want)
	}
}

// What is readable is told once for each place, counted once, and part of the share until the window is over; counts are of
// what this process has sent.
func TestWhatIsReadableIsToldOnceAPlace(t *testing.T) {
	m := newMetrics(prometheus.NewRegistry())
	f := newFlights(time.Minute, 5*time.Minute, m)
	sent, before := testMaker().make(pathREST, testSlot), testMaker().make(pathBatch, testSlot.Add(-time.Minute))
	f.add(sent, before)
	f.acknowledged(sent, testSlot)
	needles, since := f.needles()
	require.Len(t, needles, 2*len(types()))
	require.Equal(t, testSlot.Add(-time.Minute-clockSkew), since)

	mail := sent.values[1]
	what, news := f.sighted(mail.needle, "contents", "support r-1")
	require.True(t, news)
	require.Equal(t, sighting{typeEmail, pathREST, "contents", "support r-1"}, what)
	_, news = f.sighted(mail.needle, "contents", "support r-2")
	require.False(t, news)
	_, news = f.sighted(mail.needle, "hushlog.events.v1", "partition 0, offset 1")
	require.True(t, news)
	_, news = f.sighted("nobody's value", "contents", "")
	require.False(t, news)
	require.InDelta(t, 1, testutil.ToFloat64(m.values.WithLabelValues(typeEmail, valueLeaked)), 0)
	_, news = f.sighted(before.values[0].needle, "log", "redactor.log")
	require.True(t, news, "what a process before this one has sent is looked for too")

	f.arrived([]string{requestID(pathREST, testSlot)}, testSlot.Add(time.Second))
	require.InDelta(t, 2.0/float64(2*len(types())), testutil.ToFloat64(m.leakRate), 1e-9)
	require.Empty(t, f.takeCounts(), "the window is not over")
	f.arrived(nil, testSlot.Add(5*time.Minute))
	counts := f.takeCounts()
	require.Len(t, counts, 1, "of what another process has sent it is not known whether it was taken")
	require.Equal(t, []any{pathREST, uint32(1), uint32(1), map[string]uint32{typeEmail: 1}}, []any{counts[0].Entry, counts[0].Taken, counts[0].Arrived, counts[0].Leaked})
	require.Len(t, counts[0].Planted, len(types()))
	require.Empty(t, f.values)
	require.Empty(t, f.takeCounts())
}
