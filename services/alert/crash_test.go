package alert

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require" // says what differed
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/alerting"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/notify"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
)

// childEnv makes the test binary an alert service: directory, brokers, the receiver's URL, separated by blanks.
const childEnv = "HUSHLOG_ALERT_TEST_CHILD"

func TestMain(m *testing.M) {
	args := os.Getenv(childEnv)
	if args == "" {
		os.Exit(m.Run())
	}
	err := runChild(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// runChild runs a service with a short takeover until it is killed.
func runChild(args string) error {
	parts := strings.Split(args, " ")
	d := &deployment{Layout: identity.Layout{Dir: parts[0]}, broker: parts[1]}
	hook, err := notify.NewWebhook(notify.WebhookConfig{URL: parts[2], Key: make([]byte, 32)})
	if err != nil {
		return err
	}
	kafka, err := stream.Dial(d.kafka(identity.Alert))
	if err != nil {
		return err
	}
	rules, err := alerting.Parse([]byte(twoRules))
	if err != nil {
		return err
	}
	cfg := DefaultConfig()
	cfg.Takeover, cfg.SnapshotEvery = time.Second, 200*time.Millisecond
	s, err := New(cfg, Deps{
		Policy: policy.Default(), Rules: rules, Kafka: kafka, Webhook: hook,
		Log: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry(),
	})
	if err != nil {
		return err
	}
	err = s.Run(context.Background())
	return fmt.Errorf("the service ended by itself: %w", err)
}

// TestKilledAtRandom kills the service while users fail and checks that every one of them is told of, in the topic once.
func TestKilledAtRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: kills processes for some seconds")
	}
	d, hook := deployWith(t, map[string]string{"group.min.session.timeout.ms": "1000"}), newReceiver(t)
	redactor, ingest := d.dial(t, identity.Redactor), d.dial(t, identity.Ingest)
	spawn := func() *exec.Cmd {
		child := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])
		child.Env = append(os.Environ(), childEnv+"="+d.Dir+" "+d.broker+" "+hook.URL)
		child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		child.Stderr = t.Output()
		require.NoError(t, child.Start())
		return child
	}
	kill := func(child *exec.Cmd) {
		_ = child.Process.Kill()
		_ = child.Wait()
	}

	const rounds, usersPerRound = 4, 5
	partitions := policy.Default().Stream.Partitions
	at := time.Now().Truncate(5 * time.Minute)
	for round := range rounds {
		child := spawn()
		t.Cleanup(func() { kill(child) })
		// Each user fails five times over two partitions, half of it in this round, half in the next.
		for user := range usersPerRound {
			name := fmt.Sprintf("u_%d_%d", round, user)
			publish(t, redactor, int32(user%partitions), blockOf(repeat(3, failure(name, at))...))
			before := fmt.Sprintf("u_%d_%d", round-1, user)
			publish(t, redactor, int32((user+1)%partitions), blockOf(repeat(2, failure(before, at))...))
		}
		time.Sleep(time.Duration(300+rand.IntN(1700)) * time.Millisecond)
		kill(child)
	}
	last := spawn()
	defer kill(last)
	const want = (rounds - 1) * usersPerRound // those of the last round failed three times only
	if !until(time.Minute, func() bool { return len(distinct(hook.taken())) >= want+1 }) {
		t.Fatalf("%d of %d alerts were told\n%s", len(distinct(hook.taken())), want+1, d.groups(t))
	}
	alerts := map[string]int{}
	users := 0
	for _, alert := range published(t, ingest) {
		alerts[alert.GetFingerprint()]++
		if alert.GetUserPseudonym() != "" {
			users++
		}
	}
	for fingerprint, n := range alerts {
		require.Equal(t, 1, n, fingerprint)
	}
	require.Equal(t, want, users)
	require.Len(t, alerts, want+1, "and one for the model that all of them used")
	require.Len(t, distinct(hook.taken()), want+1)
}

// until polls and says whether it has become true in time.
func until(limit time.Duration, f func() bool) bool {
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if f() {
			return true
		}
	}
	return false
}

// groups says how the service's groups stand: what to look at when something was not read.
func (d *deployment) groups(t *testing.T) string {
	t.Helper()
	client, err := kgo.NewClient(d.dial(t, identity.Admin)...)
	require.NoError(t, err)
	defer client.Close()
	lags, err := kadm.NewClient(client).Lag(t.Context(), stream.Group(serviceName, ""), stream.Group(serviceName, "webhook"))
	require.NoError(t, err)
	var out strings.Builder
	for _, group := range lags.Sorted() {
		fmt.Fprintf(&out, "group %s: %s, %d members, lag %d\n", group.Group, group.State, len(group.Members), group.Lag.Total())
		for _, m := range group.Members {
			assigned, _ := m.Assigned.AsConsumer()
			fmt.Fprintf(&out, "  member %s assigned %v\n", m.MemberID, assigned)
		}
		for _, l := range group.Lag.Sorted() {
			fmt.Fprintf(&out, "  %s/%d: committed %d of %d\n", l.Topic, l.Partition, l.Commit.At, l.End.Offset)
		}
	}
	return out.String()
}

func distinct(values []string) map[string]bool {
	set := map[string]bool{}
	for _, v := range values {
		set[v] = true
	}
	return set
}
