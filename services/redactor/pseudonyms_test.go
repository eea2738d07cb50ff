package redactor

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// openAs opens everything as one end user's id.
type openAs string

func (o openAs) Open(context.Context, []byte, seal.Header) ([]byte, error) { return []byte(o), nil }

// published keeps what is published.
type published struct{ requests []*hushlogv1.Request }

func (p *published) Publish(_ context.Context, records []*kgo.Record) []error {
	for _, r := range records {
		request := &hushlogv1.Request{}
		err := proto.Unmarshal(r.Value, request)
		if err != nil {
			return []error{err}
		}
		p.requests = append(p.requests, request)
	}
	return make([]error, len(records))
}

// TestAnEndUserHasAPseudonymForEachPeriod: by when a record was accepted, whenever it is redacted; an erasure is of all of them.
func TestAnEndUserHasAPseudonymForEachPeriod(t *testing.T) {
	change := time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "pseudonym.key")
	require.NoError(t, os.WriteFile(path, []byte("2026-01-01T00:00:00Z "+strings.Repeat("1a", identity.KeySize)+"\n"+
		change.Format(time.RFC3339)+" "+strings.Repeat("2b", identity.KeySize)+"\n"), 0o600))
	keys, err := identity.LoadPseudonymKeys(path)
	require.NoError(t, err)
	hasher, err := identity.NewHasher(make([]byte, identity.KeySize))
	require.NoError(t, err)
	s, err := NewSanitizer(policy.Default(), hasher, keys)
	require.NoError(t, err)
	pseudonym := func(at time.Time) string {
		in := userSays("hello")
		in.EndUser = &hushlogv1.EndUser{Id: "ann"}
		a := accepted(in)
		a.AcceptedAt = timestamppb.New(at)
		sanitized, err := s.Sanitize(t.Context(), a)
		require.NoError(t, err)
		return sanitized.Record.GetUserPseudonym()
	}
	before, after := pseudonym(change.Add(-time.Nanosecond)), pseudonym(change)
	require.NotEqual(t, before, after)
	require.Equal(t, before, pseudonym(change.AddDate(0, -1, 0)))
	require.Equal(t, after, pseudonym(change.AddDate(0, 1, 0)))

	out := &published{}
	q := &requests{opener: openAs("ann"), pseudonyms: keys.All, publisher: out, log: slog.New(slog.DiscardHandler)}
	value, err := proto.Marshal(&hushlogv1.Request{RequestId: make([]byte, seal.HashSize), Project: "demo", SealedSubject: []byte("sealed")})
	require.NoError(t, err)
	require.NoError(t, q.handle(t.Context(), stream.Partition{}, []*kgo.Record{{Value: value}}))
	require.Len(t, out.requests, 1)
	require.Equal(t, []string{before, after}, out.requests[0].GetPseudonyms())
}
