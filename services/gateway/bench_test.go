package gateway

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/restrict"
)

type noKafka struct{}

func (noKafka) Publish(_ context.Context, records []*kgo.Record) []error {
	return make([]error, len(records))
}

// benchTaker is a taker that publishes nowhere, and an interaction of about 2 kB for it.
func benchTaker(tb testing.TB) (*taker, []byte) {
	tb.Helper()
	hasher, err := identity.NewHasher(make([]byte, identity.KeySize))
	require.NoError(tb, err)
	s := &Service{cfg: testConfig(), log: slog.New(slog.DiscardHandler), deps: Deps{
		Policy: testPolicy(), Sealer: &openSealer{}, Publisher: noKafka{}, Hasher: hasher, Registry: prometheus.NewRegistry(), Now: time.Now,
		Restrictions: &restrict.State{}, Known: closedChannel(),
	}}
	t, err := s.newTaker()
	require.NoError(tb, err)
	in := good()
	in.Messages[0].Name = strings.Repeat("a typical prompt of two thousand bytes ", 50)
	in.Tags = []string{"a", "b=c"}
	raw, err := proto.Marshal(in)
	require.NoError(tb, err)
	return t, raw
}

// mostAllocations of one interaction: it is 99 now. What grows it is to be seen, and the number to be changed with a reason.
const mostAllocations = 120

func TestAllocationsOfAnInteractionStayFew(t *testing.T) {
	taker, raw := benchTaker(t)
	who := identity.Principal{Project: "demo", KeyID: "k"}
	got := testing.AllocsPerRun(200, func() {
		for _, f := range taker.take(t.Context(), who, [][]byte{raw}) {
			require.NoError(t, f.err)
		}
	})
	require.LessOrEqual(t, got, float64(mostAllocations))
}

// BenchmarkTake is all of the gateway's work on one interaction but TLS, HTTP/2, sealing and Kafka.
func BenchmarkTake(b *testing.B) {
	t, raw := benchTaker(b)
	who := identity.Principal{Project: "demo", KeyID: "k"}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range t.take(b.Context(), who, [][]byte{raw}) {
			require.NoError(b, f.err)
		}
	}
}
