package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// fakeUnread is a stream whose unread records are as old as a test says.
type fakeUnread struct {
	mu   sync.Mutex // guards what follows
	ages map[string]time.Duration
	err  error
}

func (f *fakeUnread) ask(_ context.Context, _, topic string, now time.Time, _ time.Duration) (time.Time, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	age, unread := f.ages[topic]
	if !unread {
		return time.Time{}, false, nil
	}
	return now.Add(-age), f.err == nil, f.err
}

func (f *fakeUnread) set(topic string, age time.Duration, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ages, f.err = map[string]time.Duration{topic: age}, err
}

// TestBacklogByAge goes through the shares of the time that a topic keeps its records, by a clock of its own.
func TestBacklogByAge(t *testing.T) {
	for _, topic := range []string{stream.TopicRaw, stream.TopicEvents} {
		t.Run(topic, func(t *testing.T) {
			logs, unread, now := &lockedBuffer{}, &fakeUnread{}, time.UnixMilli(1_800_000_000_000)
			reg := prometheus.NewRegistry()
			m := newMetrics(reg, newBudget(1, func(string) float64 { return 1 }))
			topics := watchedTopics(policy.Default().Retention)
			b := newBacklog(unread.ask, topics, m, slog.New(slog.NewTextHandler(logs, nil)), func() time.Time { return now })
			keep := topics[0].keep
			if topic == stream.TopicEvents {
				keep = topics[1].keep
			}
			at := func(s float64, err error) error {
				unread.set(topic, time.Duration(s*float64(keep)), err)
				b.look(t.Context())
				return b.check()
			}
			require.NoError(t, at(0.01, nil))
			require.NoError(t, at(0.24, nil))
			require.Empty(t, logs.String())
			require.InDelta(t, 0.24*keep.Seconds(), testutil.ToFloat64(m.unreadAge.WithLabelValues(topic)), 1)

			require.NoError(t, at(0.26, nil))
			require.NoError(t, at(0.74, nil))
			require.Equal(t, 1, strings.Count(logs.String(), "level=WARN"), "told once")

			err := at(0.75, nil)
			require.Equal(t, reasonBehind, asRefusal(err).reason)
			require.Positive(t, asRefusal(err).retry)
			require.Equal(t, 1, strings.Count(logs.String(), "level=ERROR"))

			require.NoError(t, at(0.5, nil), "taken again as soon as the oldest is read")
			require.NoError(t, at(0, nil))
			require.Contains(t, logs.String(), "young again")

			// What cannot be asked ages by itself, and is refused in the end.
			down := errors.New("brokers are away")
			require.NoError(t, at(0, down))
			now = now.Add(share(keep, 0.74))
			require.NoError(t, at(0, down))
			now = now.Add(share(keep, 0.02))
			require.Error(t, at(0, down))
			require.NoError(t, at(0, nil))
		})
	}
}

// TestRefusedWhileTheStreamIsBehind shows the refusal on both interfaces, counted as a rejection.
func TestRefusedWhileTheStreamIsBehind(t *testing.T) {
	w := newWorld(t, nil)
	w.unread.set(stream.TopicRaw, 19*time.Hour, nil)
	w.taker.backlog.look(t.Context())
	_, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: good()})
	require.Equal(t, codes.Unavailable, status.Code(err))
	require.Equal(t, string(reasonBehind), reasonOf(status.Convert(err)))
	require.Positive(t, retryDelay(status.Convert(err)))
	got := w.post(t, "/v1/interactions", w.key, strings.NewReader(toJSON(t, good())), "Content-Type", "application/json")
	require.Equal(t, http.StatusServiceUnavailable, got.code)
	require.NotEmpty(t, got.header.Get("Retry-After"))
	require.Empty(t, w.kafka.ofKind(stream.KindSealed))
	require.InDelta(t, 2, testutil.ToFloat64(w.metrics.interactions.WithLabelValues(string(reasonBehind))), 0)

	w.unread.set(stream.TopicRaw, time.Minute, nil)
	w.taker.backlog.look(t.Context())
	_, err = w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: good()})
	require.NoError(t, err)
}
