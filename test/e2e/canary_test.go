package e2e

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/services/canary"
	"github.com/hushlog/hushlog/test/stack"
)

// quick has everything about canaries happen within seconds.
func quick(c *canary.Config) {
	c.Interval, c.LookInterval, c.ArriveWithin, c.Window = 2*time.Second, 2*time.Second, 20*time.Second, time.Minute
}

// canaryMetric is the sum of the canary's samples whose line begins with name; below 0 when it does not answer.
func canaryMetric(ctx context.Context, s *stack.Stack, name string) float64 {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Addresses.Admin[identity.Canary]+"/metrics", nil)
	if err != nil {
		return -1
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return -1
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return -1
	}
	sum := 0.0
	for line := range strings.Lines(string(body)) {
		sample, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.HasPrefix(sample, name) {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err == nil {
			sum += n
		}
	}
	return sum
}

// Canaries of every path arrive; people who see every project see none of them; those that do not arrive are told.
func TestCanariesArrive(t *testing.T) {
	s := stack.StartAs(t, stack.Plan{Canaries: quick})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	for _, path := range []string{"grpc", "grpc-batch", "grpc-stream", "rest", "rest-batch", "rest-stream"} {
		require.Eventually(t, func() bool {
			return canaryMetric(ctx, s, `hushlog_canary_interactions_total{outcome="arrived",path="`+path+`"}`) >= 2
		}, time.Minute, 300*time.Millisecond, "no canary arrives by %s", path)
	}
	for _, table := range []string{"interactions", "rollup_minute"} {
		rows, err := s.Target.Ask(ctx, "engineering", "SELECT toInt64(count()) AS n FROM hushlog."+table)
		require.NoError(t, err)
		require.EqualValues(t, "0", rows[0]["n"], "%s: people see canaries", table)
	}

	require.NoError(t, s.Signal(identity.Redactor, syscall.SIGSTOP)) // what is taken goes no further
	require.Eventually(t, func() bool { return canaryMetric(ctx, s, "hushlog_canary_missing") > 0 }, time.Minute, 300*time.Millisecond)
	require.NoError(t, s.Signal(identity.Redactor, syscall.SIGCONT))
	require.Eventually(t, func() bool {
		return canaryMetric(ctx, s, "hushlog_canary_missing") == 0 && canaryMetric(ctx, s, `hushlog_canary_interactions_total{outcome="late"`) > 0
	}, time.Minute, 300*time.Millisecond)
}
