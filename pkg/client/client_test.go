package client_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/client"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func newClient(t *testing.T, change func(*client.Options)) (*client.Client, *fakeGateway) {
	t.Helper()
	g, stop, err := startGateway(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(stop)
	opts := client.Options{APIKey: testKey, CAFile: g.caFile, Timeout: 5 * time.Second}
	if change != nil {
		change(&opts)
	}
	c, err := client.New(g.addr, opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c, g
}

func interaction(id string) *hushlogv1.Interaction {
	return &hushlogv1.Interaction{RequestId: id, StartedAt: timestamppb.Now()}
}

// unavailable is a status as the gateway makes it.
func unavailable(t *testing.T, after time.Duration) error {
	t.Helper()
	st, err := status.New(codes.Unavailable, "later").WithDetails(
		&errdetails.ErrorInfo{Reason: "STREAM_UNAVAILABLE", Domain: "hushlog.gateway"},
		&errdetails.RetryInfo{RetryDelay: durationpb.New(after)},
	)
	require.NoError(t, err)
	return st.Err()
}

func TestLogSendsTheKeyAndMakesAnID(t *testing.T) {
	c, g := newClient(t, func(o *client.Options) { o.Compress = true })
	in := interaction("")
	id, err := c.Log(t.Context(), in)
	require.NoError(t, err)
	require.Len(t, id, 36)
	require.Equal(t, byte('7'), id[14])
	require.Equal(t, id, in.GetRequestId(), "so that the caller may send it again")
	require.Equal(t, []string{id}, g.ids())
	require.Equal(t, []string{"Bearer " + testKey}, g.auth)
}

func TestRetryKeepsTheIDAndWaitsAsAsked(t *testing.T) {
	c, g := newClient(t, nil)
	wait := unavailable(t, 80*time.Millisecond)
	left := 2
	g.set(func(g *fakeGateway) {
		g.fail = func() error {
			if left == 0 {
				return nil
			}
			left--
			return wait
		}
	})
	id, err := c.Log(t.Context(), interaction(""))
	require.NoError(t, err)
	require.Equal(t, []string{id, id, id}, g.ids())
	for i := 1; i < len(g.calls); i++ {
		require.GreaterOrEqual(t, g.calls[i].Sub(g.calls[i-1]), 80*time.Millisecond)
	}
}

func TestFinalErrorsAreNotRetried(t *testing.T) {
	c, g := newClient(t, nil)
	st, err := status.New(codes.InvalidArgument, "started_at: is zero").WithDetails(
		&errdetails.ErrorInfo{Reason: "TIME_OUT_OF_RANGE", Domain: "hushlog.gateway"},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "started_at", Description: "is zero"}}},
	)
	require.NoError(t, err)
	g.set(func(g *fakeGateway) { g.fail = st.Err })
	_, err = c.Log(t.Context(), interaction("a"))
	var refusal *client.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, client.Error{
		Code: codes.InvalidArgument, Reason: "TIME_OUT_OF_RANGE", Message: "started_at: is zero",
		Fields: []client.Field{{Path: "started_at", Problem: "is zero"}},
	}, *refusal)
	require.False(t, refusal.Temporary())
	require.ErrorContains(t, err, "TIME_OUT_OF_RANGE")
	calls, _ := g.counts()
	require.Equal(t, 1, calls)
}

func TestAttemptsAndContextEndRetries(t *testing.T) {
	c, g := newClient(t, func(o *client.Options) { o.Attempts = 3 })
	soon, late := unavailable(t, time.Millisecond), unavailable(t, time.Hour)
	g.set(func(g *fakeGateway) { g.fail = func() error { return soon } })
	_, err := c.Log(t.Context(), interaction("a"))
	var refusal *client.Error
	require.ErrorAs(t, err, &refusal)
	require.True(t, refusal.Temporary())
	require.ErrorContains(t, err, "after 3 attempts")
	calls, _ := g.counts()
	require.Equal(t, 3, calls)

	g.set(func(g *fakeGateway) { g.fail = func() error { return late } })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	began := time.Now()
	_, err = c.Log(ctx, interaction("a"))
	require.ErrorAs(t, err, &refusal)
	require.Less(t, time.Since(began), 10*time.Second, "no use in waiting for what comes after the deadline")

	ctx, cancel = context.WithCancel(t.Context())
	g.set(func(g *fakeGateway) { g.fail = func() error { cancel(); return late } })
	_, err = c.Log(ctx, interaction("a"))
	require.ErrorIs(t, err, context.Canceled)
}

func TestGatewayThatIsNotThere(t *testing.T) {
	c, err := client.New("127.0.0.1:1", client.Options{APIKey: testKey, Attempts: 2, Timeout: time.Second})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	_, err = c.Log(t.Context(), interaction("a"))
	var refusal *client.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, codes.Unavailable, refusal.Code)
}

func TestBatchRetriesOnlyWhatMayPass(t *testing.T) {
	c, g := newClient(t, nil)
	first := true
	g.set(func(g *fakeGateway) {
		g.answer = func(in *hushlogv1.Interaction) *hushlogv1.LogResult {
			switch {
			case in.GetRequestId() == "bad":
				return refused(codes.InvalidArgument, 0)
			case in.GetRequestId() == "busy" && first:
				first = false
				return refused(codes.ResourceExhausted, 20*time.Millisecond)
			default:
				return &hushlogv1.LogResult{RequestId: in.GetRequestId()}
			}
		}
	})
	results, err := c.LogBatch(t.Context(), []*hushlogv1.Interaction{interaction("a"), interaction("bad"), interaction("busy"), interaction("z")})
	require.ErrorContains(t, err, "1 of 4 not taken")
	require.Equal(t, []string{"a", "bad", "busy", "z", "busy"}, g.ids())
	require.Len(t, results, 4)
	for i, id := range []string{"a", "bad", "busy", "z"} {
		require.Equal(t, id, results[i].RequestID)
		require.Equal(t, id == "bad", results[i].Err != nil)
	}
	var refusal *client.Error
	require.ErrorAs(t, results[1].Err, &refusal)
	require.Equal(t, codes.InvalidArgument, refusal.Code)
	require.ErrorAs(t, err, &refusal)
}

func TestBatchIsSplit(t *testing.T) {
	c, g := newClient(t, nil)
	ins := make([]*hushlogv1.Interaction, 0, 2500)
	for i := range 2500 {
		ins = append(ins, interaction(fmt.Sprintf("i-%d", i)))
	}
	results, err := c.LogBatch(t.Context(), ins)
	require.NoError(t, err)
	require.Len(t, results, 2500)
	_, sizes := g.counts()
	require.Equal(t, []int{1000, 1000, 500}, sizes)

	ins = nil
	for i := range 5 {
		in := interaction(fmt.Sprintf("l-%d", i))
		in.Messages = []*hushlogv1.Message{{Name: strings.Repeat("x", 6<<20)}}
		ins = append(ins, in)
	}
	_, err = c.LogBatch(t.Context(), ins)
	require.NoError(t, err)
	_, sizes = g.counts()
	require.Equal(t, []int{2, 2, 1}, sizes[3:])
	none, err := c.LogBatch(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestAnswerWithoutAllResultsSaysNothing(t *testing.T) {
	c, g := newClient(t, nil)
	g.set(func(g *fakeGateway) {
		g.answer = func(*hushlogv1.Interaction) *hushlogv1.LogResult { return nil }
	})
	results, err := c.LogBatch(t.Context(), []*hushlogv1.Interaction{interaction("a")})
	require.ErrorContains(t, err, "does not have one result for each")
	require.Error(t, results[0].Err)
}

func TestOptionsThatCannotWork(t *testing.T) {
	for name, opts := range map[string]client.Options{
		"no key":        {},
		"another key":   {APIKey: "sk-123"},
		"both":          {APIKey: testKey, CAFile: "x", TLS: &tls.Config{}},
		"no such CA":    {APIKey: testKey, CAFile: "no/such/file"},
		"not a CA":      {APIKey: testKey, CAFile: "client_test.go"},
		"negative time": {APIKey: testKey, Timeout: -1},
	} {
		_, err := client.New("127.0.0.1:1", opts)
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "sk-123", name)
	}
}

// The key never goes over a connection without TLS.
func TestKeyIsNotSentInTheClear(t *testing.T) {
	_, err := client.New("127.0.0.1:1", client.Options{APIKey: testKey, DialOptions: []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}})
	require.Error(t, err)
}

func TestErrorTexts(t *testing.T) {
	require.Equal(t, "gateway: Unavailable: later", (&client.Error{Code: codes.Unavailable, Message: "later"}).Error())
	for _, code := range []codes.Code{codes.Unavailable, codes.ResourceExhausted, codes.DeadlineExceeded, codes.Aborted, codes.Internal} {
		require.True(t, (&client.Error{Code: code}).Temporary())
	}
	for _, code := range []codes.Code{codes.InvalidArgument, codes.Unauthenticated, codes.PermissionDenied, codes.Canceled, codes.Unimplemented} {
		require.False(t, (&client.Error{Code: code}).Temporary())
	}
	require.NotErrorIs(t, client.ErrFull, errors.ErrUnsupported)
}
