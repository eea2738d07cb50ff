package store_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

var (
	benchBlocks = flag.Int("blocks", 12, "blocks that BenchmarkWriter writes")
	benchBlock  = flag.Int("block-rows", 2000, "interactions of a block of BenchmarkWriter")
)

// benchText is of words of which some are said often and most seldom.
func benchText(rng *rand.Rand, size int) string {
	var b strings.Builder
	for b.Len() < size {
		u := rng.Float64()
		fmt.Fprintf(&b, "word%d ", int(u*u*u*5000))
	}
	return b.String()[:size]
}

// benchBlockOf is a block as two thousand calls of 2 KB make it: a prompt, an answer, and two or three findings each.
func benchBlockOf(rng *rand.Rand, n int) (*hushlogv1.Block, *hushlogv1.Contents) {
	block := &hushlogv1.Block{BlockId: fmt.Appendf(nil, "%016x", rng.Uint64())[:16]}
	contents := &hushlogv1.Contents{}
	now := time.Now()
	for i := range n {
		record := sampleRecord(fmt.Sprintf("request-%016x", rng.Uint64()), now.Add(time.Duration(i)*time.Millisecond/2), []string{"standard", "short", "standard", "standard"}[rng.IntN(4)])
		record.TraceId, record.SpanId = "", ""
		record.SessionId, record.ConversationId = fmt.Sprintf("s-%d", rng.IntN(1000)), ""
		record.UserPseudonym = fmt.Sprintf("u_%032x", rng.IntN(500))
		record.SafetyFlags, record.Guardrails = nil, nil
		block.Records = append(block.Records, record)
		for k, size := range []int{700, 1300} {
			path := []string{"messages[0].parts[0].text.text", "response.choices[0].message.parts[0].text.text"}[k]
			contents.Contents = append(contents.Contents, &hushlogv1.Content{
				Record: uint32(i), Ordinal: uint32(k), Path: path, Role: hushlogv1.Role_ROLE_USER, Kind: "text", Text: benchText(rng, size),
			})
			for range rng.IntN(3) {
				block.Findings = append(block.Findings, &hushlogv1.Finding{
					Record: uint32(i), Path: path, Type: []string{"EMAIL", "PHONE", "IP", "PERSON"}[rng.IntN(4)], Rule: "rule", RuleVersion: 1, Action: "mask", Confidence: 0.9,
				})
			}
		}
	}
	block.Ledger = []*hushlogv1.LedgerDelta{{Project: "demo", Minute: now.Unix() / 60, Accepted: uint64(n), Stored: uint64(n), GatewayAccepted: uint64(n)}}
	return block, contents
}

// BenchmarkWriter writes blocks and says what one interaction of them takes of this process and of ClickHouse, with the
// merges that follow.
func BenchmarkWriter(b *testing.B) {
	engine := storetest.Start(b, policy.Default())
	admin := engine.Open(b, identity.Admin)
	require.NoError(b, admin.Migrate(b.Context()))
	writer := store.NewBlockWriter(engine.Open(b, identity.Ingest))
	rng := rand.New(rand.NewPCG(1, 1))
	write := func(n int) {
		block, contents := benchBlockOf(rng, n)
		require.NoError(b, writer.Write(b.Context(), block, contents))
	}
	write(100)
	for b.Loop() {
		var blocks []*hushlogv1.Block
		var all []*hushlogv1.Contents
		for range *benchBlocks {
			block, contents := benchBlockOf(rng, *benchBlock)
			blocks, all = append(blocks, block), append(all, contents)
		}
		merged := mergedRows(b, engine)
		before, own := engine.ProcessorTime(b), ownTime(b)
		for i := range blocks {
			require.NoError(b, writer.Write(b.Context(), blocks[i], all[i]))
		}
		inserted, ownAfter := engine.ProcessorTime(b), ownTime(b)
		require.Eventually(b, func() bool {
			running, err := askAs(b, engine, identity.Admin, "SELECT count() FROM system.merges")
			return err == nil && running == "0"
		}, time.Minute, 100*time.Millisecond)
		rows := float64(*benchBlocks * *benchBlock)
		b.ReportMetric(float64((inserted-before).Microseconds())/rows, "clickhouse_us/event")
		b.ReportMetric(float64((engine.ProcessorTime(b)-inserted).Microseconds())/rows, "merges_after_us/event")
		b.ReportMetric((mergedRows(b, engine)-merged)/rows, "merged_rows/event")
		b.ReportMetric(float64((ownAfter-own).Microseconds())/rows, "writer_us/event")
	}
}

// mergedRows is how many rows merges have rewritten so far, in all tables.
func mergedRows(b *testing.B, engine *storetest.Engine) float64 {
	b.Helper()
	text, err := askAs(b, engine, identity.Admin, "SELECT sum(value) FROM system.events WHERE event = 'MergedRows'")
	require.NoError(b, err)
	n, err := strconv.ParseFloat(text, 64)
	require.NoError(b, err)
	return n
}

func ownTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
