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
		f.taken(testMaker().make(path, testSlot), testSlot)
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
