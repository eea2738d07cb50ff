package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/client"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/demo"
	"github.com/hushlog/hushlog/test/stack"
)

const (
	senders    = 4
	perSender  = 250
	killPause  = 700 * time.Millisecond
	sendPause  = 15 * time.Millisecond
	settleTime = 2 * time.Minute
)

// TestKillingAnyServiceLosesAndDoublesNothing kills each service once with
// SIGKILL while clients send, and counts afterwards: what was acknowledged is
// there, once, by plain count(). Every tenth request is sent twice on purpose.
func TestKillingAnyServiceLosesAndDoublesNothing(t *testing.T) {
	s := stack.Start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()

	staysPut(t, s)
	var acknowledged atomic.Int64
	var sending sync.WaitGroup
	for n := range senders {
		sending.Go(func() { acknowledged.Add(int64(send(ctx, t, s, n))) })
	}
	for _, name := range killable(s) {
		time.Sleep(killPause)
		require.NoError(t, s.Kill(name), name)
	}
	sending.Wait()
	require.EqualValues(t, senders*perSender, acknowledged.Load())
	for _, name := range s.Processes() {
		require.NoError(t, s.WaitReady(ctx, name), name)
	}
	counted(ctx, t, s, senders*perSender)
	ledgerAgrees(ctx, t, s, senders*perSender)
}

// staysPut checks that no process runs in the directory that the test happens to run in: the engine takes no inserts
// any more when its working directory is removed.
func staysPut(t *testing.T, s *stack.Stack) {
	t.Helper()
	own, err := filepath.EvalSymlinks(s.Layout().Dir)
	require.NoError(t, err)
	for _, name := range s.Processes() {
		dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", s.PID(name)))
		require.NoError(t, err, name)
		require.Equal(t, own, dir, name)
	}
}

// killable are the services in the order of the data and, where they are processes of
// the stack, ClickHouse and Kafka.
func killable(s *stack.Stack) []string {
	names := []string{"gateway", "redactor", "ingest", "alert", "retention", "query"}
	for _, name := range []string{"clickhouse", "kafka"} {
		if slices.Contains(s.Processes(), name) {
			names = append(names, name)
		}
	}
	return names
}

// send sends until each interaction is acknowledged and returns how many were.
func send(ctx context.Context, t *testing.T, s *stack.Stack, n int) int {
	t.Helper()
	c, err := client.New(s.Target.GatewayGRPC, client.Options{APIKey: s.Target.APIKey, TLS: s.Target.TLS, Attempts: 50, Timeout: 15 * time.Second})
	if err != nil {
		t.Errorf("client: %v", err)
		return 0
	}
	defer func() { _ = c.Close() }()
	acknowledged := 0
	for i, m := range demo.Generate(uint64(n), fmt.Sprintf("kill-%d", n), time.Now(), perSender-demo.Burst) {
		again, _ := proto.Clone(m.Interaction).(*hushlogv1.Interaction)
		_, err = c.Log(ctx, m.Interaction)
		if err != nil {
			t.Errorf("sender %d, interaction %d was never acknowledged: %v", n, i, err)
			continue
		}
		acknowledged++
		if i%10 == 0 {
			_, err = c.Log(ctx, again)
			if err != nil {
				t.Errorf("sender %d, interaction %d again: %v", n, i, err)
			}
		}
		time.Sleep(sendPause)
	}
	return acknowledged
}

// counted waits until as many distinct interactions are there as were
// acknowledged, looks on for a while, and never sees one twice.
func counted(ctx context.Context, t *testing.T, s *stack.Stack, want int) {
	t.Helper()
	deadline := time.Now().Add(settleTime)
	sql := "SELECT toInt64(count()) AS n, toInt64(uniqExact(request_id)) AS ids FROM hushlog.interactions"
	complete := 0
	for complete < 10 {
		rows, err := s.Target.Ask(ctx, "security", sql)
		if err == nil {
			n, ids := fmt.Sprint(rows[0]["n"]), fmt.Sprint(rows[0]["ids"])
			require.Equal(t, ids, n, "a row is there twice")
			if n == fmt.Sprint(want) {
				complete++
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("not complete after %s: %v, %v; want %d", settleTime, rows, err, want)
		}
		time.Sleep(200 * time.Millisecond)
	}
	// The tables agree with each other: a row that says it has content has it.
	rows, err := s.Target.Ask(ctx, "security", `SELECT toInt64(countIf(content_stored AND content_bytes > 0)) AS told,
toInt64((SELECT uniqExact(request_id) FROM hushlog.contents)) AS there FROM hushlog.interactions`)
	require.NoError(t, err)
	require.Equal(t, rows[0]["told"], rows[0]["there"])
	rows, err = s.Target.Ask(ctx, "security", `SELECT toInt64(sum(arraySum(mapValues(finding_counts)))) AS told,
toInt64((SELECT count() FROM hushlog.findings)) AS there FROM hushlog.interactions`)
	require.NoError(t, err)
	require.Equal(t, rows[0]["told"], rows[0]["there"])
}

// ledgerAgrees checks the equation and that stored is what is counted.
func ledgerAgrees(ctx context.Context, t *testing.T, s *stack.Stack, stored int) {
	t.Helper()
	rows, err := s.Target.Ask(ctx, "compliance", `SELECT toInt64(sum(stored)) AS kept,
toInt64(sum(accepted)) - toInt64(sum(stored)) - toInt64(sum(duplicates)) - toInt64(sum(quarantined)) - toInt64(sum(sampled_out)) AS gap FROM hushlog.ledger`)
	require.NoError(t, err)
	require.Equal(t, "0", fmt.Sprint(rows[0]["gap"]))
	require.Equal(t, fmt.Sprint(stored), fmt.Sprint(rows[0]["kept"]))
}
