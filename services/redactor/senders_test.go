package redactor

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// readBackTopic is a topic whose records are read back by the redactor and by a gateway, as the real one's are.
type readBackTopic struct {
	mu      sync.Mutex // guards what follows
	err     error
	records [][]byte
	states  []*restrict.State
}

func (f *readBackTopic) Publish(_ context.Context, records []*kgo.Record) []error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.records = append(f.records, records[0].Value)
	if f.err != nil {
		return []error{f.err}
	}
	for _, s := range f.states {
		_ = s.Add(records[0].Value)
	}
	return []error{nil}
}

func (f *readBackTopic) published() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.records)
}

func ed25519Key(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func ed25519Public(n byte) ed25519.PublicKey {
	return ed25519Key(n).Public().(ed25519.PublicKey) //nolint:forcetypeassert // an Ed25519 key has one
}

func newRestrictions(t *testing.T) *restrict.State {
	t.Helper()
	s, err := restrict.NewState(restrict.Keys{People: ed25519Public(1), Rules: ed25519Public(2), Senders: ed25519Public(3)}, restrict.ByPolicy(policy.Default()), nil)
	require.NoError(t, err)
	return s
}

// Gateways learn how to recognise an end user under a restriction when that user is seen, and of nobody else.
func TestRestrictedSendersAreTold(t *testing.T) {
	s := newTestSanitizer(t, policy.Default())
	orders, gateway := newRestrictions(t), newRestrictions(t)
	topic := &readBackTopic{err: stream.ErrUnacknowledged, states: []*restrict.State{orders, gateway}}
	var logs bytes.Buffer
	s.senders = newSenders(orders, s.hasher, ed25519Key(3), topic, slog.New(slog.NewJSONHandler(&logs, nil)))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.senders.run(ctx) }()
	from := func(id string) *Sanitized {
		in := userSays("hello")
		in.EndUser = &hushlogv1.EndUser{Id: id}
		out, err := s.Sanitize(t.Context(), accepted(in))
		require.NoError(t, err)
		return out
	}
	pseudonym := from("ada-77").Record.GetUserPseudonym()
	require.Zero(t, topic.published(), "nobody is restricted")

	now := time.Now().UTC().Truncate(time.Millisecond)
	order := restrict.Order{
		ID: restrict.Hash{1}, Kind: restrict.Suspend, Project: "demo", User: restrict.UserHash("demo", pseudonym),
		IssuedAt: now, Until: now.Add(time.Hour), Actor: "sam",
	}
	record, err := order.Sign(ed25519Key(1))
	require.NoError(t, err)
	require.NoError(t, orders.Add(record))
	require.NoError(t, gateway.Add(record))
	from("bob-12")
	from("ada-77")
	require.Eventually(t, func() bool { return topic.published() == 1 }, 10*time.Second, time.Millisecond, "an attempt that fails")
	_, found := gateway.User("demo", s.hasher.Sender("demo", "ada-77"))
	require.False(t, found)
	cancel()
	require.NoError(t, <-done)
	require.NotContains(t, logs.String(), "ada-77")
	require.NotContains(t, logs.String(), pseudonym)

	// A process that begins anew tries again with the next event.
	topic.err = nil
	s.senders = newSenders(orders, s.hasher, ed25519Key(3), topic, slog.New(slog.DiscardHandler))
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	go func() { done <- s.senders.run(ctx) }()
	from("ada-77")
	require.Eventually(t, func() bool { return topic.published() == 2 }, 10*time.Second, time.Millisecond)
	require.Eventually(t, func() bool {
		_, found := gateway.User("demo", s.hasher.Sender("demo", "ada-77"))
		return found
	}, 10*time.Second, time.Millisecond)
	_, found = gateway.User("demo", s.hasher.Sender("demo", "bob-12"))
	require.False(t, found)
	from("ada-77")
	cancel()
	require.NoError(t, <-done)
	require.Equal(t, 2, topic.published(), "told once")
	for _, raw := range topic.records {
		require.NotContains(t, string(raw), "ada-77")
		require.NotContains(t, string(raw), pseudonym)
	}
}
