package gateway

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	grpcgzip "google.golang.org/grpc/encoding/gzip"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectpb "google.golang.org/grpc/reflection/grpc_reflection_v1"

	"google.golang.org/grpc"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func TestLogIsPublishedSealedWithHashes(t *testing.T) {
	w := newWorld(t, nil)
	in := good()
	in.RequestId = "order-42"
	res, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: in})
	require.NoError(t, err)
	require.Equal(t, "order-42", res.GetRequestId())
	accepted := w.kafka.accepted(t)
	require.Len(t, accepted, 1)
	require.Equal(t, "demo", accepted[0].GetProject())
	require.Equal(t, "demo", accepted[0].GetInteraction().GetProject())
	require.Equal(t, w.keyID, accepted[0].GetKeyId())
	require.WithinDuration(t, time.Now(), accepted[0].GetAcceptedAt().AsTime(), 10*time.Second)
	record := w.kafka.ofKind(stream.KindSealed)[0]
	require.Equal(t, stream.TopicRaw, record.Topic)
	hash := w.taker.hasher.ID("demo", "order-42")
	require.Equal(t, hash[:], record.Key)
	meta, err := stream.ParseMeta(record.Headers)
	require.NoError(t, err)
	require.Equal(t, stream.Meta{Kind: stream.KindSealed, Project: "demo", RequestHash: hash, Minute: stream.MinuteOf(accepted[0].GetAcceptedAt().AsTime())}, meta)
	w.memoryIsFree(t)
}

func TestRequestIDIsMadeWhenEmpty(t *testing.T) {
	w := newWorld(t, nil)
	res, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: good()})
	require.NoError(t, err)
	require.Len(t, res.GetRequestId(), 36)
	require.Equal(t, byte('7'), res.GetRequestId()[14])
	require.Equal(t, res.GetRequestId(), w.kafka.accepted(t)[0].GetInteraction().GetRequestId())
}

func TestMetadataOnlyLeavesNoContent(t *testing.T) {
	w := newWorld(t, nil)
	in := good()
	in.Logging = hushlogv1.LoggingWish_LOGGING_WISH_METADATA_ONLY
	in.EndUser = &hushlogv1.EndUser{Id: "u-1", Attributes: map[string]string{planted: planted}}
	in.Error = &hushlogv1.Error{Type: "timeout", Message: planted}
	in.Model.StopSequences = []string{planted}
	_, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: in})
	require.NoError(t, err)
	require.NotContains(t, string(w.kafka.ofKind(stream.KindSealed)[0].Value), planted)
	got := w.kafka.accepted(t)[0].GetInteraction()
	require.Len(t, got.GetMessages(), 1)
	require.Equal(t, "u-1", got.GetEndUser().GetId())
	require.Equal(t, "timeout", got.GetError().GetType())
}

func TestRESTTakesTheSame(t *testing.T) {
	w := newWorld(t, nil)
	in := good()
	in.RequestId = "rest-1"
	got := w.post(t, pathLog, w.key, body("%s", toJSON(t, in)))
	require.Equal(t, 200, got.code)
	require.JSONEq(t, `{"requestId":"rest-1"}`, string(got.body))
	require.Len(t, w.kafka.accepted(t), 1)
	w.memoryIsFree(t)
}

func TestGzipBothWays(t *testing.T) {
	w := newWorld(t, nil)
	_, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: good()}, grpc.UseCompressor(grpcgzip.Name))
	require.NoError(t, err)
	got := w.post(t, pathLog, w.key, bytes.NewReader(zipped(t, toJSON(t, good()))), "Content-Encoding", "gzip")
	require.Equal(t, 200, got.code)
	require.Len(t, w.kafka.accepted(t), 2)
	w.memoryIsFree(t)
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	_, err := io.WriteString(zip, text)
	require.NoError(t, err)
	require.NoError(t, zip.Close())
	return out.Bytes()
}

// A batch has one status for each item, in order, and the good ones are taken.
func TestBatchWithMixedItems(t *testing.T) {
	w := newWorld(t, nil)
	first, bad, last := good(), good(), good()
	first.RequestId, bad.RequestId, last.RequestId = "a", "b", "c"
	bad.Environment = "Not A Name " + planted
	res, err := w.client.LogBatch(as(t.Context(), w.key), &hushlogv1.LogBatchRequest{Interactions: []*hushlogv1.Interaction{first, bad, last}})
	require.NoError(t, err)
	results := res.GetResults()
	require.Len(t, results, 3)
	require.Equal(t, "a", results[0].GetRequestId())
	require.Zero(t, results[0].GetCode())
	require.Equal(t, "b", results[1].GetRequestId())
	require.EqualValues(t, codes.InvalidArgument, results[1].GetCode())
	require.Equal(t, "environment: must be 1 to 64 of a-z 0-9 . _ -, starting with a letter or digit", results[1].GetMessage())
	require.Zero(t, results[1].GetRetryAfterMs())
	require.Zero(t, results[2].GetCode())
	require.Len(t, w.kafka.accepted(t), 2)

	// REST: an item that cannot even be decoded has its place, too.
	got := w.post(t, pathBatch, w.key, body(`{"interactions":[%s,{"startedAt":7},{"secret_%s":1},%s]}`, toJSON(t, first), planted, toJSON(t, last)))
	require.Equal(t, 200, got.code)
	require.NotContains(t, string(got.body), planted)
	var answer struct {
		Results []struct {
			RequestID string
			Code      codes.Code
			Message   string
		}
	}
	decodeJSON(t, got.body, &answer)
	require.Len(t, answer.Results, 4)
	require.Equal(t, codes.OK, answer.Results[0].Code)
	require.Equal(t, codes.InvalidArgument, answer.Results[1].Code)
	require.Contains(t, answer.Results[1].Message, "not what the contract wants")
	require.Equal(t, codes.InvalidArgument, answer.Results[2].Code)
	require.Contains(t, answer.Results[2].Message, "a field that the contract does not know")
	require.Equal(t, codes.OK, answer.Results[3].Code)
	require.Len(t, w.kafka.accepted(t), 4)
	w.memoryIsFree(t)
}

func TestBatchOverTheRateTakesWhatItMay(t *testing.T) {
	w := newWorld(t, nil)
	var ins []*hushlogv1.Interaction
	for range 5 {
		ins = append(ins, good())
	}
	res, err := w.client.LogBatch(as(t.Context(), w.keys["slow"]), &hushlogv1.LogBatchRequest{Interactions: ins})
	require.NoError(t, err)
	taken := 0
	for _, r := range res.GetResults() {
		if r.GetCode() == 0 {
			taken++
			continue
		}
		require.EqualValues(t, codes.ResourceExhausted, r.GetCode())
		require.Positive(t, r.GetRetryAfterMs())
	}
	require.Equal(t, 2, taken)
}

func TestStreamAnswersInOrder(t *testing.T) {
	w := newWorld(t, func(cfg *Config, _ *policy.Policy) { cfg.StreamInFlight = 4 })
	call, err := w.client.LogStream(as(t.Context(), w.key))
	require.NoError(t, err)
	const n = 100
	for i := range n {
		in := good()
		in.RequestId = "s-" + string(rune('a'+i%26))
		if i%10 == 3 {
			in.StartedAt = nil
		}
		require.NoError(t, call.Send(&hushlogv1.LogStreamRequest{Interaction: in}))
	}
	res, err := call.CloseAndRecv()
	require.NoError(t, err)
	require.Len(t, res.GetResults(), n)
	for i, r := range res.GetResults() {
		require.Equal(t, "s-"+string(rune('a'+i%26)), r.GetRequestId())
		require.Equal(t, i%10 == 3, r.GetCode() != 0)
	}
	require.Len(t, w.kafka.accepted(t), 90)
	w.memoryIsFree(t)
}

func TestRESTStreamOfLines(t *testing.T) {
	w := newWorld(t, nil)
	line := `{"interaction":` + strings.ReplaceAll(toJSON(t, good()), "\n", "") + "}\n"
	got := w.post(t, pathStream, w.key, body("%s%s\n%s%s", line, "\n{\"broken\n", line, strings.TrimSuffix(line, "\n")), "Content-Type", "application/x-ndjson")
	require.Equal(t, 200, got.code, string(got.body))
	var answer struct{ Results []struct{ Code codes.Code } }
	decodeJSON(t, got.body, &answer)
	require.Len(t, answer.Results, 4)
	require.Equal(t, codes.OK, answer.Results[0].Code)
	require.Equal(t, codes.InvalidArgument, answer.Results[1].Code)
	require.Equal(t, codes.OK, answer.Results[2].Code)
	require.Equal(t, codes.OK, answer.Results[3].Code)
	require.Len(t, w.kafka.accepted(t), 3)
	w.memoryIsFree(t)
}

// A stream that is cancelled half-way has sent what it has sent, and holds nothing.
func TestStreamCancelledMidway(t *testing.T) {
	w := newWorld(t, nil)
	ctx, cancel := context.WithCancel(as(t.Context(), w.key))
	call, err := w.client.LogStream(ctx)
	require.NoError(t, err)
	for range 5 {
		require.NoError(t, call.Send(&hushlogv1.LogStreamRequest{Interaction: good()}))
	}
	require.Eventually(t, func() bool { return len(w.kafka.accepted(t)) == 5 }, 5*time.Second, 5*time.Millisecond)
	cancel()
	_, err = call.CloseAndRecv()
	require.Equal(t, codes.Canceled, statusOf(err).Code())
	w.memoryIsFree(t)
	require.Eventually(t, func() bool {
		return strings.Contains(w.metricsText(t), `hushlog_gateway_calls_total{interface="grpc",method="LogStream",outcome="CANCELED"} 1`)
	}, 5*time.Second, 10*time.Millisecond)
	require.Eventually(t, func() bool {
		accepted, rejected := tallied(t, w.kafka, "demo")
		return accepted == 5 && rejected == 0
	}, 5*time.Second, 10*time.Millisecond)

	// The REST form: the body breaks off.
	reader, writer := io.Pipe()
	line := `{"interaction":` + toJSON(t, good()) + "}\n"
	go func() {
		_, _ = io.WriteString(writer, line)
		_ = writer.CloseWithError(io.ErrUnexpectedEOF)
	}()
	broken, err := newRequest(t, w, pathStream, reader)
	require.NoError(t, err)
	res, err := w.http.Do(broken)
	if err == nil {
		_ = res.Body.Close()
	}
	w.memoryIsFree(t)
}

func TestStreamIsAnsweredWhenFull(t *testing.T) {
	w := newWorld(t, func(cfg *Config, _ *policy.Policy) { cfg.StreamItems = 3 })
	call, err := w.client.LogStream(as(t.Context(), w.key))
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, call.Send(&hushlogv1.LogStreamRequest{Interaction: good()}))
	}
	res := &hushlogv1.LogStreamResponse{}
	require.NoError(t, call.RecvMsg(res))
	require.Len(t, res.GetResults(), 3)
}

func TestSilentStreamIsAnswered(t *testing.T) {
	w := newWorld(t, func(cfg *Config, _ *policy.Policy) { cfg.ReceiveTimeout = 50 * time.Millisecond })
	call, err := w.client.LogStream(as(t.Context(), w.key))
	require.NoError(t, err)
	require.NoError(t, call.Send(&hushlogv1.LogStreamRequest{Interaction: good()}))
	res := &hushlogv1.LogStreamResponse{}
	require.NoError(t, call.RecvMsg(res))
	require.Len(t, res.GetResults(), 1)
}

// The same request id twice is accepted twice, under one key: the redactor keeps one row.
func TestDuplicateRequestID(t *testing.T) {
	w := newWorld(t, nil)
	in := good()
	in.RequestId = "twice"
	for range 2 {
		_, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: in})
		require.NoError(t, err)
	}
	got := w.post(t, pathLog, w.key, body("%s", toJSON(t, in)))
	require.Equal(t, 200, got.code)
	records := w.kafka.ofKind(stream.KindSealed)
	require.Len(t, records, 3)
	require.Equal(t, records[0].Key, records[1].Key)
	require.Equal(t, records[0].Key, records[2].Key)
}

func TestHealthAndReflectionNeedNoKey(t *testing.T) {
	w := newWorld(t, nil)
	require.Eventually(t, func() bool {
		res, err := healthpb.NewHealthClient(w.conn).Check(t.Context(), &healthpb.HealthCheckRequest{Service: serviceDesc.ServiceName})
		return err == nil && res.GetStatus() == healthpb.HealthCheckResponse_SERVING
	}, 5*time.Second, 10*time.Millisecond)
	call, err := reflectpb.NewServerReflectionClient(w.conn).ServerReflectionInfo(t.Context())
	require.NoError(t, err)
	require.NoError(t, call.Send(&reflectpb.ServerReflectionRequest{
		MessageRequest: &reflectpb.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: serviceDesc.ServiceName},
	}))
	res, err := call.Recv()
	require.NoError(t, err)
	require.NotEmpty(t, res.GetFileDescriptorResponse().GetFileDescriptorProto())
	require.NoError(t, call.CloseSend())
}

func TestTallyCountsByProject(t *testing.T) {
	w := newWorld(t, nil)
	ctx := as(t.Context(), w.key)
	for range 3 {
		_, err := w.client.Log(ctx, &hushlogv1.LogRequest{Interaction: good()})
		require.NoError(t, err)
	}
	_, err := w.client.Log(ctx, &hushlogv1.LogRequest{Interaction: &hushlogv1.Interaction{}})
	require.Error(t, err)
	require.Equal(t, 400, w.post(t, pathLog, w.key, body("{")).code)
	require.Eventually(t, func() bool {
		accepted, rejected := tallied(t, w.kafka, "demo")
		return accepted == 3 && rejected == 2
	}, 5*time.Second, 10*time.Millisecond)
}

// tallied sums up what was published for the ledger, each tally once.
func tallied(t *testing.T, k *fakeKafka, project string) (accepted, rejected uint64) {
	t.Helper()
	seen := map[string]bool{}
	for _, r := range k.ofKind(stream.KindTally) {
		require.Nil(t, r.Key)
		tally := &hushlogv1.GatewayTally{}
		unmarshal(t, r.Value, tally)
		require.Len(t, tally.GetTallyId(), 16)
		if seen[string(tally.GetTallyId())] {
			continue
		}
		seen[string(tally.GetTallyId())] = true
		for _, d := range tally.GetDeltas() {
			if d.GetProject() == project {
				accepted += d.GetGatewayAccepted()
				rejected += d.GetGatewayRejected()
			}
		}
	}
	return accepted, rejected
}

func TestDrainAnswersStreamsAndPublishesCounts(t *testing.T) {
	w := newWorld(t, func(cfg *Config, _ *policy.Policy) { cfg.TallyInterval = time.Minute })
	call, err := w.client.LogStream(as(t.Context(), w.key))
	require.NoError(t, err)
	require.NoError(t, call.Send(&hushlogv1.LogStreamRequest{Interaction: good()}))
	require.Eventually(t, func() bool { return len(w.kafka.accepted(t)) == 1 }, 5*time.Second, 5*time.Millisecond)
	w.stop()
	res := &hushlogv1.LogStreamResponse{}
	require.NoError(t, call.RecvMsg(res))
	require.Len(t, res.GetResults(), 1)
	require.Zero(t, res.GetResults()[0].GetCode())
	select {
	case err = <-w.ended:
		require.NoError(t, err)
		w.ended <- nil
	case <-time.After(10 * time.Second):
		t.Fatal("the gateway did not drain")
	}
	accepted, _ := tallied(t, w.kafka, "demo")
	require.EqualValues(t, 1, accepted)
}

// A call that Kafka holds up is cut off when the time to drain is over.
func TestDrainIsBounded(t *testing.T) {
	w := newWorld(t, func(cfg *Config, _ *policy.Policy) {
		cfg.DrainTimeout, cfg.PublishTimeout = 50*time.Millisecond, time.Second
	})
	block := make(chan struct{})
	w.kafka.set(nil, block)
	done := make(chan error, 1)
	go func() {
		_, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: good()})
		done <- err
	}()
	require.Eventually(t, func() bool { return w.taker.budget.inUse() > 0 }, 5*time.Second, time.Millisecond)
	w.stop()
	require.Equal(t, codes.Unavailable, statusOf(<-done).Code())
	w.kafka.set(nil, nil)
}
