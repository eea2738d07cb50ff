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

// BenchmarkTake is all of the gateway's work on one interaction but TLS, HTTP/2, sealing and Kafka.
func BenchmarkTake(b *testing.B) {
	cfg, rules := testConfig(), testPolicy()
	hasher, err := identity.NewHasher(make([]byte, identity.KeySize))
	require.NoError(b, err)
	s := &Service{cfg: cfg, log: slog.New(slog.DiscardHandler), deps: Deps{
		Policy: rules, Sealer: &openSealer{}, Publisher: noKafka{}, Hasher: hasher, Registry: prometheus.NewRegistry(), Now: time.Now,
		Restrictions: &restrict.State{}, Known: closedChannel(),
	}}
	t, err := s.newTaker()
	require.NoError(b, err)
	in := good()
	in.Messages[0].Name = strings.Repeat("a typical prompt of two thousand bytes ", 50)
	in.Tags = []string{"a", "b=c"}
	raw, err := proto.Marshal(in)
	require.NoError(b, err)
	who := identity.Principal{Project: "demo", KeyID: "k"}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range t.take(b.Context(), who, [][]byte{raw}) {
			require.NoError(b, f.err)
		}
	}
}
