package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	"github.com/hushlog/hushlog/services/canary"
	"github.com/hushlog/hushlog/services/setup"
	"github.com/hushlog/hushlog/test/stack"
)

// quick has everything about canaries happen within seconds.
func quick(c *canary.Config) {
	c.Interval, c.LookInterval, c.ArriveWithin, c.Window = 2*time.Second, 2*time.Second, 20*time.Second, 40*time.Second
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
	t.Parallel()
	s := stack.StartAs(t, stack.Plan{Canaries: quick})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for _, path := range []string{"grpc", "grpc-batch", "grpc-stream", "rest", "rest-batch", "rest-stream"} {
		require.Eventually(t, func() bool {
			return canaryMetric(ctx, s, `hushlog_canary_interactions_total{outcome="arrived",path="`+path+`"}`) >= 2
		}, time.Minute, 300*time.Millisecond, "no canary arrives by %s", path)
	}
	for _, table := range []string{"interactions", "rollup_minute"} {
		rows, err := s.Target.Ask(ctx, "engineering", "SELECT toInt64(count()) AS n FROM hushlog."+table)
		require.NoError(t, err)
		require.Equal(t, "0", fmt.Sprint(rows[0]["n"]), "%s: people see canaries", table)
	}

	require.Zero(t, canaryMetric(ctx, s, `hushlog_canary_values_total{outcome="leaked"`), "nothing is readable on the default policy")
	require.NoError(t, s.Signal(identity.Redactor, syscall.SIGSTOP)) // what is taken goes no further
	require.Eventually(t, func() bool { return canaryMetric(ctx, s, "hushlog_canary_missing") > 0 }, 2*time.Minute, 300*time.Millisecond)
	require.NoError(t, s.Signal(identity.Redactor, syscall.SIGCONT))
	require.Eventually(t, func() bool {
		return canaryMetric(ctx, s, "hushlog_canary_missing") == 0 && canaryMetric(ctx, s, `hushlog_canary_interactions_total{outcome="late"`) > 0
	}, 2*time.Minute, 300*time.Millisecond)
}

// What is readable is found wherever it is, and told: in the store because a policy keeps a type, in a log, and in a topic.
func TestALeakIsFoundAndTold(t *testing.T) {
	t.Parallel()
	s := stack.StartAs(t, stack.Plan{Canaries: quick, Before: func(l identity.Layout) {
		document, err := os.ReadFile(l.Policy())
		require.NoError(t, err)
		changed := strings.Replace(string(document), "    EMAIL: mask\n", "    EMAIL: keep\n", 1)
		require.NotEqual(t, string(document), changed)
		require.NoError(t, os.WriteFile(l.Policy(), []byte(changed), 0o600))
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	sighted := func(place string) {
		t.Helper()
		require.Eventually(t, func() bool {
			return canaryMetric(ctx, s, `hushlog_canary_sightings_total{place="`+place+`",type="EMAIL"}`) > 0
		}, time.Minute, 300*time.Millisecond, "nobody tells of %s", place)
	}
	sighted("contents")
	require.Eventually(t, func() bool { return canaryMetric(ctx, s, "hushlog_canary_leak_ratio") > 0 }, time.Minute, 300*time.Millisecond)
	others := func() float64 {
		return canaryMetric(ctx, s, `hushlog_canary_values_total{outcome="leaked"`) - canaryMetric(ctx, s, `hushlog_canary_values_total{outcome="leaked",type="EMAIL"`)
	}
	require.Zero(t, others(), "what is not kept is not found")
	require.Eventually(t, func() bool { return slices.Contains(s.Target.Alerts(), policy.RuleCanaryLeak) }, time.Minute, 300*time.Millisecond)

	db, err := store.Open(ctx, setup.ClickHouseConfig(s.Layout(), identity.Admin, s.Addresses.ClickHouse))
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	var text string
	require.NoError(t, db.EachContent(ctx, identity.CanaryProject, time.Now().Add(-20*time.Second), time.Now().Add(time.Minute), func(same []store.StoredContent) error {
		for _, c := range same {
			if strings.Contains(c.Text, "We have written to ") {
				text = c.Text
			}
		}
		return nil
	}))
	require.NotEmpty(t, text)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(s.LogFile(identity.Canary)), "careless.log"), []byte(text), 0o600))
	sighted("log")

	opts, err := stream.Dial(setup.KafkaConfig(s.Layout(), identity.Admin, []string{s.Addresses.Kafka}))
	require.NoError(t, err)
	publisher, err := stream.NewPublisher(opts, stream.PublisherConfig{})
	require.NoError(t, err)
	defer func() { _ = publisher.Close(context.WithoutCancel(ctx)) }()
	require.NoError(t, errors.Join(publisher.Publish(ctx, []*kgo.Record{{Topic: stream.TopicRaw, Value: []byte(text)}})...))
	sighted(stream.TopicRaw)

	require.Eventually(t, func() bool {
		rows, err := s.Target.Ask(ctx, "compliance", "SELECT toInt64(sum(leaked['EMAIL'])) AS mails, toInt64(sum(leaked['US_SSN'])) AS others FROM hushlog.canaries")
		return err == nil && fmt.Sprint(rows[0]["mails"]) != "0" && fmt.Sprint(rows[0]["others"]) == "0"
	}, 2*time.Minute, time.Second, "what became of canaries is counted")
	require.Zero(t, others(), "what is not kept is not found")
}
