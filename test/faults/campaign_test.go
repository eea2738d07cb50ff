package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/client"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/demo"
	"github.com/hushlog/hushlog/test/backend"
	"github.com/hushlog/hushlog/test/dial"
	"github.com/hushlog/hushlog/test/stack"
)

func TestMain(m *testing.M) { backend.Main(m) }

const (
	senders   = 8
	perSender = 400
	sendPause = 40 * time.Millisecond
	// patience bounds a campaign from its first fault to the last row.
	patience = 4 * time.Minute
	// calm is how often in a row the counts must be right in the end.
	calm = 10
)

// TestCampaign runs as many seeds as HUSHLOG_FAULT_SEEDS says, the first of which is HUSHLOG_FAULT_SEED (one of the
// clock, when that is not set), and begins none after HUSHLOG_FAULT_TIME. It fails at the first that does.
func TestCampaign(t *testing.T) {
	seeds, err := strconv.Atoi(os.Getenv("HUSHLOG_FAULT_SEEDS"))
	if err != nil {
		t.Skip("skipped: HUSHLOG_FAULT_SEEDS is not set; make test-faults sets it")
	}
	first := uint64(time.Now().Unix())
	if set := os.Getenv("HUSHLOG_FAULT_SEED"); set != "" {
		first, err = strconv.ParseUint(set, 10, 64)
		require.NoError(t, err, "HUSHLOG_FAULT_SEED")
	}
	limit := 24 * time.Hour
	if set := os.Getenv("HUSHLOG_FAULT_TIME"); set != "" {
		limit, err = time.ParseDuration(set)
		require.NoError(t, err, "HUSHLOG_FAULT_TIME")
	}
	began, longest, ran := time.Now(), time.Duration(0), 0
	for ; ran < seeds && time.Since(began)+longest < limit; ran++ {
		seed, started := first+uint64(ran), time.Now()
		ok := t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { campaign(t, seed) })
		longest = max(longest, time.Since(started))
		if !ok {
			t.Fatalf("again with: make test-faults SEED=%d SEEDS=1", seed)
		}
	}
	t.Logf("%d seeds from %d on, in %s", ran, first, time.Since(began).Round(time.Second))
}

func campaign(t *testing.T, seed uint64) {
	faults := plan(rand.New(rand.NewPCG(seed, 1)))
	for _, f := range faults {
		t.Log(f)
	}
	g := newGround(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	var sent counts
	var sending sync.WaitGroup
	for n := range senders {
		sending.Go(func() { g.send(ctx, t, seed, n, &sent) })
	}
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	var watched sync.WaitGroup
	watched.Go(func() { g.watch(watching, t) })
	for _, f := range faults {
		g.do(f)
	}
	g.heal()
	sending.Wait()
	require.EqualValues(t, senders*perSender, sent.acknowledged.Load(), "each was acknowledged in the end")
	healed := time.Now()
	g.complete(ctx, t, senders*perSender)
	t.Logf("%d acknowledged, %d sent twice on purpose, all there %s after the last acknowledgement",
		sent.acknowledged.Load(), sent.twice.Load(), time.Since(healed).Round(time.Second))
	g.agree(ctx, t, senders*perSender)
	stopWatching()
	watched.Wait()
}

// newGround starts a deployment with two redactors and two ingests, and proxies in front of Kafka and ClickHouse.
func newGround(t *testing.T) *ground {
	t.Helper()
	g := &ground{proxies: map[string]*proxy{}}
	g.Stack = stack.StartAs(t, stack.Plan{
		Replicas: replicas,
		Front: func(name, listens string) (string, error) {
			p, err := newProxy(listens)
			if err != nil {
				return "", err
			}
			g.proxies[name] = p
			t.Cleanup(p.Close)
			return p.Addr(), nil
		},
	})
	if g.Backend != nil {
		t.Skip("skipped: the campaign is for the embedded parts, which it kills and cuts off")
	}
	return g
}

type counts struct{ acknowledged, twice atomic.Int64 }

// send sends until each interaction is acknowledged, and every tenth once more.
func (g *ground) send(ctx context.Context, t *testing.T, seed uint64, n int, sent *counts) {
	c, err := client.New(g.Target.GatewayGRPC, client.Options{APIKey: g.Target.APIKey, TLS: g.Target.TLS, Attempts: 100, Timeout: 15 * time.Second})
	if err != nil {
		t.Errorf("client: %v", err)
		return
	}
	defer func() { _ = c.Close() }()
	for i, m := range demo.Generate(seed+uint64(n), fmt.Sprintf("fault-%d-%d", seed, n), time.Now(), perSender-demo.Burst) {
		again, _ := proto.Clone(m.Interaction).(*hushlogv1.Interaction)
		_, err = c.Log(ctx, m.Interaction)
		if err != nil {
			t.Errorf("sender %d, interaction %d was never acknowledged: %v", n, i, err)
			return
		}
		sent.acknowledged.Add(1)
		if i%10 == 0 {
			_, err = c.Log(ctx, again)
			if err != nil {
				t.Errorf("sender %d, interaction %d again: %v", n, i, err)
				return
			}
			sent.twice.Add(1)
		}
		time.Sleep(sendPause)
	}
}

const rowsSQL = "SELECT toInt64(count()) AS n, toInt64(uniqExact(request_id)) AS ids FROM hushlog.interactions"

// watch reads all the time and fails the test when it sees a row twice. What it cannot read at a moment tells nothing.
func (g *ground) watch(ctx context.Context, t *testing.T) {
	reads := 0
	for ctx.Err() == nil {
		rows, err := g.Target.Ask(ctx, "security", rowsSQL)
		if err == nil && len(rows) == 1 {
			reads++
			if fmt.Sprint(rows[0]["n"]) != fmt.Sprint(rows[0]["ids"]) {
				t.Errorf("a reader saw %v rows of %v interactions", rows[0]["n"], rows[0]["ids"])
				return
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(250 * time.Millisecond):
		}
	}
	t.Logf("a reader has looked %d times", reads)
}

// complete waits until the counts are right, and stay so.
func (g *ground) complete(ctx context.Context, t *testing.T, want int) {
	t.Helper()
	last := "nothing"
	for right := 0; right < calm; {
		rows, err := g.Target.Ask(ctx, "security", rowsSQL)
		if err == nil && len(rows) == 1 {
			last = fmt.Sprintf("%v rows of %v interactions", rows[0]["n"], rows[0]["ids"])
			if last == fmt.Sprintf("%d rows of %d interactions", want, want) {
				right++
			} else {
				right = 0
			}
		}
		if ctx.Err() != nil {
			t.Fatalf("not complete after %s: %s, want %d of each", patience, last, want)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// agree compares what the ledger, the tables and the topics say.
func (g *ground) agree(ctx context.Context, t *testing.T, want int) {
	t.Helper()
	one := func(role, sql string) map[string]string {
		rows, err := g.Target.Ask(ctx, role, sql)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		out := map[string]string{}
		for name, value := range rows[0] {
			out[name] = fmt.Sprint(value)
		}
		return out
	}
	books := one("compliance", `SELECT toInt64(sum(stored)) AS kept, toInt64(sum(quarantined)) - toInt64(sum(released)) AS aside,
toInt64(sum(accepted)) - toInt64(sum(stored)) - toInt64(sum(duplicates)) - toInt64(sum(sampled_out)) - toInt64(sum(dropped)) - toInt64(sum(quarantined)) + toInt64(sum(released)) AS gap
FROM hushlog.ledger`)
	require.Equal(t, "0", books["gap"], "the ledger's equation")
	require.Equal(t, strconv.Itoa(want), books["kept"], "the ledger counts what is there")
	require.Equal(t, "0", books["aside"], "nothing is left in quarantine")
	lines := one("compliance", `SELECT toInt64(count()) AS gaps FROM (SELECT minute, sum(s) AS kept, sum(c) AS there FROM (
SELECT minute, stored AS s, toUInt64(0) AS c FROM hushlog.ledger UNION ALL
SELECT toStartOfMinute(toDateTime(accepted_at, 'UTC')) AS minute, toUInt64(0) AS s, count() AS c FROM hushlog.interactions GROUP BY minute) GROUP BY minute) WHERE kept != there`)
	require.Equal(t, "0", lines["gaps"], "minute by minute")
	parts := one("security", `SELECT toInt64(countIf(content_stored AND content_bytes > 0)) AS told,
toInt64((SELECT uniqExact(request_id) FROM hushlog.contents)) AS there,
toInt64(sum(arraySum(mapValues(finding_counts)))) AS found, toInt64((SELECT count() FROM hushlog.findings)) AS listed,
toInt64((SELECT count() - uniqExact(request_id, ordinal) FROM hushlog.contents)) AS doubled FROM hushlog.interactions`)
	require.Equal(t, parts["told"], parts["there"], "contents and interactions agree")
	require.Equal(t, parts["found"], parts["listed"], "findings and interactions agree")
	require.Equal(t, "0", parts["doubled"], "no content is there twice")
	g.read(ctx, t)
}

// read waits until nothing on the topics is unread.
func (g *ground) read(ctx context.Context, t *testing.T) {
	t.Helper()
	kafka, err := dial.Kafka(g.Layout(), []string{g.Addresses.Kafka}, identity.Admin)
	require.NoError(t, err)
	defer kafka.Close()
	admin := kadm.NewClient(kafka)
	for _, topic := range []struct{ group, name string }{
		{stream.Group(identity.Redactor, ""), stream.TopicRaw}, {stream.Group(identity.Ingest, ""), stream.TopicEvents},
	} {
		for {
			lag, err := stream.Lag(ctx, admin, topic.group, topic.name)
			left := int64(0)
			for _, n := range lag {
				left += n
			}
			if err == nil && left == 0 {
				break
			}
			if ctx.Err() != nil {
				t.Fatalf("%d offsets of %s are unread by %s: %v", left, topic.name, topic.group, err)
			}
			time.Sleep(200 * time.Millisecond)
		}
	}
}
