package gateway

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func large(t *testing.T) *hushlogv1.Interaction {
	t.Helper()
	in := good()
	in.Messages[0].Name = strings.Repeat("a", 5<<20)
	return in
}

// One item of a batch beyond the limit of an interaction does not cost the others.
func TestLargeItemOfABatch(t *testing.T) {
	w := newWorld(t, nil)
	batch := &hushlogv1.LogBatchRequest{Interactions: []*hushlogv1.Interaction{good(), large(t), good()}}
	res, err := w.client.LogBatch(as(t.Context(), w.key), batch)
	require.NoError(t, err)
	require.Zero(t, res.GetResults()[0].GetCode())
	require.EqualValues(t, codes.InvalidArgument, res.GetResults()[1].GetCode())
	require.Contains(t, res.GetResults()[1].GetMessage(), "4 MiB")
	require.Zero(t, res.GetResults()[2].GetCode())
	got := w.post(t, pathBatch, w.key, body("%s", toJSON(t, batch)))
	require.Equal(t, 200, got.code)
	require.Contains(t, string(got.body), "4 MiB")
	require.Len(t, w.kafka.accepted(t), 4)
	w.memoryIsFree(t)
}

// On gRPC a message that is not read ends its stream; on REST the next line can be found.
func TestLargeMessageOfAStream(t *testing.T) {
	w := newWorld(t, nil)
	call, err := w.client.LogStream(as(t.Context(), w.key))
	require.NoError(t, err)
	require.NoError(t, call.Send(&hushlogv1.LogStreamRequest{Interaction: good()}))
	_ = call.Send(&hushlogv1.LogStreamRequest{Interaction: large(t)}) // fails when the answer is there first
	_, err = call.CloseAndRecv()
	want{code: codes.InvalidArgument, reason: reasonTooLarge, message: "4 MiB"}.check(t, status.Convert(err))

	line := func(in *hushlogv1.Interaction) string { return `{"interaction":` + toJSON(t, in) + "}\n" }
	double := large(t)
	double.Messages[0].Name += double.Messages[0].Name
	got := w.post(t, pathStream, w.key, body("%s%s%s", line(good()), line(double), line(good())))
	require.Equal(t, 200, got.code, "%s", got.body)
	var answer struct {
		Results []struct {
			Code    codes.Code
			Message string
		}
	}
	decodeJSON(t, got.body, &answer)
	require.Len(t, answer.Results, 3)
	require.Equal(t, codes.OK, answer.Results[0].Code)
	require.Equal(t, codes.InvalidArgument, answer.Results[1].Code)
	require.Contains(t, answer.Results[1].Message, "4 MiB")
	require.Equal(t, codes.OK, answer.Results[2].Code)
	w.memoryIsFree(t)
}

func TestAStreamOfGzip(t *testing.T) {
	w := newWorld(t, nil)
	line := `{"interaction":` + toJSON(t, good()) + "}\n"
	got := w.post(t, pathStream, w.key, bytes.NewReader(zipped(t, line+line)), "Content-Encoding", "gzip")
	require.Equal(t, 200, got.code)
	require.Len(t, w.kafka.accepted(t), 2)
	for header, value := range map[string]string{"Content-Encoding": "br", "Content-Type": "text/plain"} {
		got = w.post(t, pathStream, w.key, body("%s", line), header, value)
		require.Equal(t, 415, got.code)
		require.Contains(t, got.status(t).Message(), "must be")
	}
	require.Len(t, w.kafka.accepted(t), 2)
	w.memoryIsFree(t)
}

// What says something is not empty.
func TestWhatIsNotEmpty(t *testing.T) {
	w := newWorld(t, nil)
	parts := good().GetMessages()[0].GetParts()
	for name, change := range map[string]func(*hushlogv1.Interaction){
		"an error":            func(in *hushlogv1.Interaction) { in.Error = &hushlogv1.Error{Type: "timeout"} },
		"system instructions": func(in *hushlogv1.Interaction) { in.SystemInstructions = parts },
		"metadata only": func(in *hushlogv1.Interaction) {
			in.Logging = hushlogv1.LoggingWish_LOGGING_WISH_METADATA_ONLY
		},
		"a response": func(in *hushlogv1.Interaction) {
			in.Response = &hushlogv1.Response{Choices: []*hushlogv1.Choice{{}, {Message: &hushlogv1.Message{Parts: parts}}}}
		},
	} {
		in := good()
		in.Messages = nil
		change(in)
		_, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: in})
		require.NoError(t, err, name)
	}
}

// No purpose is always allowed: the redactor keeps metadata only.
func TestNoPurpose(t *testing.T) {
	w := newWorld(t, nil)
	in := good()
	in.Purpose = ""
	_, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: in})
	require.NoError(t, err)
}

func TestNewFindsWhatCannotWork(t *testing.T) {
	w := newWorld(t, nil)
	dir, err := pki()
	require.NoError(t, err)
	serverTLS, err := PublicTLS(identity.FilesIn(dir, identity.Gateway))
	require.NoError(t, err)
	deps := func() Deps {
		return Deps{Policy: policy.Default(), TLS: serverTLS, Log: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()}
	}
	cfg := testConfig()
	cfg.REST = w.RESTAddr()
	_, err = New(t.Context(), cfg, deps())
	require.ErrorContains(t, err, "rest: listen on "+w.RESTAddr())
	cfg.REST, cfg.MemoryMiB = "127.0.0.1:0", 0
	_, err = New(t.Context(), cfg, deps())
	require.ErrorContains(t, err, "memory_mib")
	cfg = testConfig()
	s, err := New(t.Context(), cfg, deps())
	require.NoError(t, err)
	s.Close()
	_, err = PublicTLS(identity.FilesIn(t.TempDir(), "nobody"))
	require.Error(t, err)
}
