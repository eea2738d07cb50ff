package client_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/hushlog/hushlog/pkg/client"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// failures are what was handed back.
type failures struct {
	mu   sync.Mutex // guards what follows
	ids  []string
	errs []error
}

func (f *failures) add(in *hushlogv1.Interaction, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ids = append(f.ids, in.GetRequestId())
	f.errs = append(f.errs, err)
}

func (f *failures) list() ([]string, []error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ids, f.errs
}

func newLogger(t *testing.T, change func(*client.LoggerOptions)) (*client.Logger, *fakeGateway, *failures) {
	t.Helper()
	c, g := newClient(t, nil)
	failed := &failures{}
	opts := client.LoggerOptions{OnFailure: failed.add}
	if change != nil {
		change(&opts)
	}
	l, err := c.NewLogger(opts)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = l.Close(ctx)
	})
	return l, g, failed
}

func TestLoggerSendsInBatchesAndInOrder(t *testing.T) {
	l, g, failed := newLogger(t, func(o *client.LoggerOptions) { o.MaxBatch, o.Linger = 10, time.Hour })
	var want []string
	for i := range 25 {
		id := fmt.Sprintf("i-%d", i)
		want = append(want, id)
		require.NoError(t, l.Log(t.Context(), interaction(id)))
	}
	require.NoError(t, l.Flush(t.Context()))
	require.Equal(t, want, g.ids())
	_, sizes := g.counts()
	require.Equal(t, []int{10, 10, 5}, sizes)
	require.NoError(t, l.Flush(t.Context()), "nothing to wait for")
	require.NoError(t, l.Close(t.Context()))
	require.ErrorIs(t, l.Log(t.Context(), interaction("x")), client.ErrClosed)
	require.NoError(t, l.Close(t.Context()))
	ids, _ := failed.list()
	require.Empty(t, ids)
}

func TestLoggerLingers(t *testing.T) {
	l, g, _ := newLogger(t, func(o *client.LoggerOptions) { o.Linger = 30 * time.Millisecond })
	require.NoError(t, l.Log(t.Context(), interaction("a")))
	require.NoError(t, l.Log(t.Context(), interaction("b")))
	require.Eventually(t, func() bool { return len(g.ids()) == 2 }, 5*time.Second, time.Millisecond)
	_, sizes := g.counts()
	require.Equal(t, []int{2}, sizes)
}

func TestLoggerThatIsFullFails(t *testing.T) {
	block := make(chan struct{})
	l, g, _ := newLogger(t, func(o *client.LoggerOptions) {
		o.MaxQueued, o.WhenFull, o.Linger = 2, client.WhenFullFail, time.Millisecond
	})
	g.set(func(g *fakeGateway) { g.block = block })
	require.NoError(t, l.Log(t.Context(), interaction("a")))
	require.NoError(t, l.Log(t.Context(), interaction("b")))
	require.ErrorIs(t, l.Log(t.Context(), interaction("c")), client.ErrFull)
	close(block)
	require.NoError(t, l.Flush(t.Context()))
	require.NoError(t, l.Log(t.Context(), interaction("c")))
	require.NoError(t, l.Close(t.Context()))
	require.Equal(t, []string{"a", "b", "c"}, g.ids())
}

func TestLoggerThatIsFullBlocks(t *testing.T) {
	block := make(chan struct{})
	l, g, _ := newLogger(t, func(o *client.LoggerOptions) { o.MaxQueuedBytes, o.Linger = 30, time.Millisecond })
	g.set(func(g *fakeGateway) { g.block = block })
	require.NoError(t, l.Log(t.Context(), interaction("a-first-one-that-fills-it-all-alone")))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, l.Log(ctx, interaction("b")), context.DeadlineExceeded)
	done := make(chan error, 1)
	go func() { done <- l.Log(t.Context(), interaction("c")) }()
	close(block)
	require.NoError(t, <-done)
	require.NoError(t, l.Close(t.Context()))
	require.Equal(t, []string{"a-first-one-that-fills-it-all-alone", "c"}, g.ids())
}

// Whoever waits for room when the logger is closed is told so.
func TestCloseWakesWhoWaits(t *testing.T) {
	block := make(chan struct{})
	l, g, failed := newLogger(t, func(o *client.LoggerOptions) { o.MaxQueued, o.Linger = 1, time.Millisecond })
	g.set(func(g *fakeGateway) { g.block = block })
	require.NoError(t, l.Log(t.Context(), interaction("a")))
	done := make(chan error, 1)
	go func() { done <- l.Log(t.Context(), interaction("b")) }()
	require.Eventually(t, func() bool { return len(g.ids()) == 1 }, 5*time.Second, time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, l.Close(ctx), "1 could not be delivered")
	require.ErrorIs(t, <-done, client.ErrClosed)
	ids, errs := failed.list()
	require.Equal(t, []string{"a"}, ids)
	require.ErrorIs(t, errs[0], client.ErrClosed)
}

func TestLoggerHandsBackWhatIsRefused(t *testing.T) {
	l, g, failed := newLogger(t, nil)
	g.set(func(g *fakeGateway) {
		g.answer = func(in *hushlogv1.Interaction) *hushlogv1.LogResult {
			if in.GetRequestId() == "bad" {
				return refused(codes.InvalidArgument, 0)
			}
			return &hushlogv1.LogResult{}
		}
	})
	for _, id := range []string{"a", "bad", "c"} {
		require.NoError(t, l.Log(t.Context(), interaction(id)))
	}
	require.ErrorContains(t, l.Flush(t.Context()), "1 could not be delivered")
	ids, errs := failed.list()
	require.Equal(t, []string{"bad"}, ids)
	var refusal *client.Error
	require.ErrorAs(t, errs[0], &refusal)
	require.Equal(t, codes.InvalidArgument, refusal.Code)
}

// A gateway that is away for a while loses nothing: the same ids come until they are taken.
func TestLoggerRidesOutAnOutage(t *testing.T) {
	l, g, failed := newLogger(t, func(o *client.LoggerOptions) { o.Linger = time.Millisecond })
	wait := unavailable(t, 5*time.Millisecond)
	left := 10
	g.set(func(g *fakeGateway) {
		g.fail = func() error {
			if left == 0 {
				return nil
			}
			left--
			return wait
		}
	})
	require.NoError(t, l.Log(t.Context(), interaction("a")))
	require.NoError(t, l.Flush(t.Context()))
	require.Len(t, g.ids(), 11)
	ids, _ := failed.list()
	require.Empty(t, ids)
}

func TestLoggerGivesUp(t *testing.T) {
	l, g, failed := newLogger(t, func(o *client.LoggerOptions) { o.GiveUpAfter, o.Linger = 50*time.Millisecond, time.Millisecond })
	wait := unavailable(t, 5*time.Millisecond)
	g.set(func(g *fakeGateway) { g.fail = func() error { return wait } })
	require.NoError(t, l.Log(t.Context(), interaction("a")))
	require.Error(t, l.Flush(t.Context()))
	ids, _ := failed.list()
	require.Equal(t, []string{"a"}, ids)
}

func TestFlushEndsWithItsContext(t *testing.T) {
	block := make(chan struct{})
	l, g, _ := newLogger(t, nil)
	g.set(func(g *fakeGateway) { g.block = block })
	require.NoError(t, l.Log(t.Context(), interaction("a")))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, l.Flush(ctx), context.DeadlineExceeded)
	close(block)
}

func TestManyWriters(t *testing.T) {
	l, g, _ := newLogger(t, func(o *client.LoggerOptions) { o.MaxQueued, o.MaxBatch, o.Linger = 50, 20, time.Millisecond })
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 100 {
				err := l.Log(t.Context(), interaction(""))
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	require.NoError(t, l.Close(t.Context()))
	seen := map[string]bool{}
	for _, id := range g.ids() {
		require.False(t, seen[id])
		seen[id] = true
	}
	require.Len(t, seen, 800)
}

func TestLoggerOptionsThatCannotWork(t *testing.T) {
	c, _ := newClient(t, nil)
	nop := func(*hushlogv1.Interaction, error) {}
	for name, opts := range map[string]client.LoggerOptions{
		"no OnFailure": {},
		"negative":     {OnFailure: nop, MaxQueued: -1},
		"large batch":  {OnFailure: nop, MaxBatch: 1001},
		"when full":    {OnFailure: nop, WhenFull: 7},
	} {
		_, err := c.NewLogger(opts)
		require.Error(t, err, name)
	}
}
