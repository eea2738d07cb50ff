package gateway

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcgzip "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// want is an answer on both interfaces.
type want struct {
	code    codes.Code
	http    int
	reason  reason
	message string // a part of it
	fields  []string
	retry   bool
}

// sent is one request in both forms. A form that is nil cannot be sent that way.
type sent struct {
	name string
	// key is the name of one of the world's keys, or a key.
	key string
	// auth replaces the authorization header.
	auth *string
	// change makes both forms from a good interaction.
	change func(*hushlogv1.Interaction)
	// raw is the wire form of the request, json the body of REST.
	raw  func() []byte
	json func(t *testing.T) string
	gzip bool
	path string
	// setup breaks the world first.
	setup func(*world)
	want  want
}

// logRequest wraps the wire form of an interaction.
func logRequest(interaction []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), interaction)
}

func goodWire(more ...byte) []byte {
	raw, err := proto.Marshal(good())
	if err != nil {
		panic("a good interaction")
	}
	return append(raw, more...)
}

// goodJSON is a good interaction with more members.
func goodJSON(more string) string {
	return fmt.Sprintf(`{"startedAt":%q,"messages":[{"parts":[{"text":{"text":"x"}}]}]%s}`, time.Now().UTC().Format(time.RFC3339), more)
}

func text(s string) func(*testing.T) string { return func(*testing.T) string { return s } }

// deepStruct is the wire form of field 25, extra, nested n levels deep.
func deepStruct(n int) []byte {
	// From the inside: Struct{fields: {key: "k", value: Value{struct_value: ...}}}.
	inner := []byte{}
	for range n {
		value := protowire.AppendBytes(protowire.AppendTag(nil, 5, protowire.BytesType), inner)
		entry := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "k")
		entry = protowire.AppendBytes(protowire.AppendTag(entry, 2, protowire.BytesType), value)
		inner = protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), entry)
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, 25, protowire.BytesType), inner)
}

func badInputs() []sent {
	empty := ""
	basic := "Basic " + planted
	bearer := "Bearer"
	unauthenticated := func(why reason) want { return want{code: codes.Unauthenticated, http: 401, reason: why} }
	invalid := func(why reason, message string, fields ...string) want {
		return want{code: codes.InvalidArgument, http: 400, reason: why, message: message, fields: fields}
	}
	long := strings.Repeat("a", 5<<20)
	return []sent{
		{name: "no key", auth: &empty, want: unauthenticated(reasonNoKey)},
		{name: "no bearer", auth: &basic, want: unauthenticated(reasonNoKey)},
		{name: "no key behind bearer", auth: &bearer, want: unauthenticated(reasonNoKey)},
		{name: "wrong key", key: "hl_" + strings.Repeat("A", 12) + "_" + strings.Repeat("b", 43), want: unauthenticated(reasonBadKey)},
		{name: "malformed key", key: planted, want: unauthenticated(reasonBadKey)},
		{name: "revoked key", key: "revoked", want: unauthenticated(reasonRevokedKey)},
		{name: "expired key", key: "expired", want: unauthenticated(reasonExpiredKey)},
		{name: "unknown project", key: "unknown", want: want{code: codes.PermissionDenied, http: 403, reason: reasonProject, message: "not in the policy"}},
		{
			name: "another project", change: func(in *hushlogv1.Interaction) { in.Project = "slow" },
			want: want{code: codes.PermissionDenied, http: 403, reason: reasonProject, fields: []string{"project"}},
		},
		{
			name: "purpose not allowed", change: func(in *hushlogv1.Interaction) { in.Purpose = "advertising" },
			want: want{code: codes.PermissionDenied, http: 403, reason: reasonPurpose, message: "projects.demo.purposes", fields: []string{"purpose"}},
		},
		{
			name: "environment not allowed", key: "slow", change: func(in *hushlogv1.Interaction) { in.Environment = "dev" },
			want: want{code: codes.PermissionDenied, http: 403, reason: reasonEnvironment, fields: []string{"environment"}},
		},
		{name: "malformed JSON", json: text(`{"startedAt": "` + planted), want: invalid(reasonMalformed, "not what the contract wants")},
		{name: "no JSON at all", json: text(""), want: invalid(reasonEmpty, "")},
		{name: "JSON of another kind", json: text(`["` + planted + `"]`), want: invalid(reasonMalformed, "")},
		{name: "JSON goes on", json: text(goodJSON("") + "{}"), want: invalid(reasonMalformed, "")},
		{name: "malformed wire", raw: func() []byte { return logRequest([]byte{0x0a, 0xff}) }, want: invalid(reasonMalformed, "not a protocol buffer")},
		{name: "malformed request", raw: func() []byte { return []byte{0x0a, 0xff, 0xff} }, want: invalid(reasonMalformed, "")},
		{name: "no interaction", raw: func() []byte { return nil }, want: invalid(reasonEmpty, "")},
		{name: "wrong type", json: text(goodJSON(`,"tags":{"` + planted + `":1}`)), want: invalid(reasonMalformed, "line 1, column")},
		{name: "wrong type of a string", json: text(goodJSON(`,"service":4711`)), want: invalid(reasonMalformed, "line 1, column")},
		{
			name: "wrong wire type", raw: func() []byte {
				return logRequest(goodWire(protowire.AppendVarint(protowire.AppendTag(nil, 9, protowire.VarintType), 7)...))
			}, want: invalid(reasonUnknownField, "field number 9"),
		},
		{
			name: "invalid UTF-8",
			raw: func() []byte {
				message := protowire.AppendString(protowire.AppendTag(nil, 2, protowire.BytesType), planted+"\xff")
				return logRequest(goodWire(protowire.AppendBytes(protowire.AppendTag(nil, 17, protowire.BytesType), message)...))
			},
			want: invalid(reasonUTF8, "messages[1].name: is not valid UTF-8", "messages[1].name"),
		},
		{name: "invalid UTF-8 in JSON", json: text(goodJSON(`,"service":"` + "\xff" + `"`)), want: invalid(reasonUTF8, "not valid UTF-8")},
		{name: "half a surrogate in JSON", json: text(goodJSON(`,"extra":{"a":"\ud800"}`)), want: invalid(reasonMalformed, "")},
		{
			name: "zero time", change: func(in *hushlogv1.Interaction) { in.StartedAt = &timestamppb.Timestamp{} },
			want: invalid(reasonTime, "is zero", "started_at"),
		},
		{
			name: "no time", change: func(in *hushlogv1.Interaction) { in.StartedAt = nil },
			want: invalid(reasonInvalid, "", "started_at"),
		},
		{
			name: "far future", change: func(in *hushlogv1.Interaction) { in.StartedAt = timestamppb.New(time.Now().Add(time.Hour)) },
			want: invalid(reasonTime, "ahead of the gateway's clock", "started_at"),
		},
		{
			name: "too old", change: func(in *hushlogv1.Interaction) { in.StartedAt = timestamppb.New(time.Now().Add(-30 * 24 * time.Hour)) },
			want: invalid(reasonTime, "limits.max_age", "started_at"),
		},
		{
			name: "impossible time", raw: func() []byte {
				in := good()
				in.StartedAt = &timestamppb.Timestamp{Seconds: math.MaxInt64}
				raw, _ := proto.Marshal(in)
				return logRequest(raw)
			}, want: invalid(reasonTime, "is not a time", "started_at"),
		},
		{
			name: "unknown enum", raw: func() []byte {
				in := good()
				in.Messages[0].Role = 99
				raw, _ := proto.Marshal(in)
				return logRequest(raw)
			},
			json: text(goodJSON(`,"logging":99`)), want: invalid(reasonInvalid, ""),
		},
		{name: "unknown name of an enum", json: text(goodJSON(`,"logging":"` + planted + `"`)), want: invalid(reasonMalformed, "line 1, column")},
		{
			name: "unknown field",
			raw: func() []byte {
				return logRequest(goodWire(protowire.AppendString(protowire.AppendTag(nil, 999, protowire.BytesType), planted)...))
			},
			json: text(goodJSON(`,"` + planted + `":1`)), want: invalid(reasonUnknownField, ""),
		},
		{
			name: "unknown field of the request", raw: func() []byte {
				return append(logRequest(goodWire()), protowire.AppendString(protowire.AppendTag(nil, 7, protowire.BytesType), planted)...)
			},
			want: invalid(reasonUnknownField, "field number 7"),
		},
		{
			name: "a refusal from outside",
			raw:  func() []byte { return logRequest(markRefusal(refuse(reasonInternal, planted))) },
			want: invalid(reasonUnknownField, "not in this gateway's contract"),
		},
		{name: "nothing in it", change: func(in *hushlogv1.Interaction) { in.Messages = nil }, want: invalid(reasonEmpty, "no message, no response and no error")},
		{
			name: "empty messages", change: func(in *hushlogv1.Interaction) { in.Messages = []*hushlogv1.Message{{}, {}} },
			want: invalid(reasonEmpty, "no message, no response and no error"),
		},
		{
			name: "metadata without its form", change: func(in *hushlogv1.Interaction) {
				in.RequestId, in.Tags = planted+" with spaces", []string{"fine", "not fine " + planted}
			},
			want: invalid(reasonInvalid, "request_id: must be 1 to 128 of", "request_id", "tags[1]"),
		},
		{
			name: "a rule of the contract", change: func(in *hushlogv1.Interaction) {
				in.Usage = &hushlogv1.Usage{Cost: -1}
				in.SafetyFlags = []*hushlogv1.SafetyFlag{{Category: "x", Score: 2}}
			},
			want: invalid(reasonInvalid, "", "usage.cost", "safety_flags[0].score"),
		},
		{
			name: "a number that JSON cannot say", raw: func() []byte {
				in := good()
				in.Extra = &structpb.Struct{Fields: map[string]*structpb.Value{planted: structpb.NewNumberValue(math.NaN())}}
				raw, _ := proto.Marshal(in)
				return logRequest(raw)
			}, want: invalid(reasonInvalid, "not finite"),
		},
		{
			name: "5 MiB", change: func(in *hushlogv1.Interaction) {
				in.Messages[0].Parts[0] = &hushlogv1.Part{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: long}}}
			},
			want: want{code: codes.InvalidArgument, http: 413, reason: reasonTooLarge, message: "4 MiB"},
		},
		{
			name: "5 MiB, compressed", gzip: true, change: func(in *hushlogv1.Interaction) {
				in.Messages[0].Parts[0] = &hushlogv1.Part{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: long}}}
			},
			want: want{code: codes.InvalidArgument, http: 413, reason: reasonTooLarge, message: "4 MiB"},
		},
		{
			name: "10,000 levels", raw: func() []byte { return logRequest(goodWire(deepStruct(10_000)...)) },
			json: text(goodJSON(`,"extra":` + strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000))),
			want: invalid(reasonTooDeep, "64 levels"),
		},
		{
			name: "10,000 levels of lists",
			json: text(goodJSON(`,"extra":{"a":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}")),
			want: invalid(reasonTooDeep, "64 levels"),
		},
		{
			name: "65 levels", raw: func() []byte { return logRequest(goodWire(deepStruct(65)...)) },
			json: text(goodJSON(`,"extra":` + strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65))),
			want: invalid(reasonTooDeep, "64 levels", "extra"),
		},
		{
			name: "10,000 messages", change: func(in *hushlogv1.Interaction) {
				for range 10_000 {
					in.Messages = append(in.Messages, &hushlogv1.Message{})
				}
			},
			want: invalid(reasonTooMany, "more than 2000 messages", "messages"),
		},
		{
			name: "200,000 parts", change: func(in *hushlogv1.Interaction) {
				for range 200_000 {
					in.Messages[0].Parts = append(in.Messages[0].Parts, &hushlogv1.Part{})
				}
			},
			want: invalid(reasonTooMany, "more than 100000 parts"),
		},
		{
			name: "a content type of another kind", path: pathLog + "#text/plain", json: text(goodJSON("")),
			want: want{code: codes.InvalidArgument, http: 415, reason: reasonMediaType},
		},
		{
			name: "Kafka is down", setup: func(w *world) { w.kafka.set(fmt.Errorf("%w %s", stream.ErrUnacknowledged, "x"), nil) },
			want: want{code: codes.Unavailable, http: 503, reason: reasonKafka, retry: true},
		},
		{
			name: "Kafka's buffer is full", setup: func(w *world) { w.kafka.set(stream.ErrPushback, nil) },
			want: want{code: codes.ResourceExhausted, http: 429, reason: reasonBuffer, retry: true},
		},
		{
			name: "Kafka takes no record of the size", setup: func(w *world) { w.kafka.set(stream.ErrTooLarge, nil) },
			want: want{code: codes.InvalidArgument, http: 413, reason: reasonTooLarge, message: "max.message.bytes"},
		},
		{
			name: "no live epoch", setup: func(w *world) { w.sealer.err = errNoEpoch },
			want: want{code: codes.Unavailable, http: 503, reason: reasonEpoch, retry: true},
		},
		{
			name: "memory is full", setup: func(w *world) { w.taker.budget.total = 10 },
			want: want{code: codes.ResourceExhausted, http: 429, reason: reasonMemory, retry: true},
		},
		{
			name: "an error that nobody knows", setup: func(w *world) { w.sealer.err = fmt.Errorf("oh %s", planted) },
			want: want{code: codes.Internal, http: 500, reason: reasonInternal},
		},
	}
}

func TestBadInput(t *testing.T) {
	for _, tc := range badInputs() {
		t.Run(strings.ReplaceAll(tc.name, " ", "_"), func(t *testing.T) {
			w := newWorld(t, nil)
			if tc.setup != nil {
				tc.setup(w)
				defer w.kafka.set(nil, nil) // the last counts are to be published
			}
			if tc.change != nil {
				in := good()
				tc.change(in)
				raw, err := proto.Marshal(in)
				require.NoError(t, err)
				tc.raw = func() []byte { return logRequest(raw) }
				tc.json = func(t *testing.T) string { t.Helper(); return toJSON(t, in) }
			}
			if tc.raw == nil && tc.json == nil {
				tc.raw = func() []byte { return logRequest(goodWire()) }
				tc.json = func(t *testing.T) string { t.Helper(); return toJSON(t, good()) }
			}
			if tc.raw != nil {
				tc.checkGRPC(t, w)
			}
			if tc.json != nil {
				tc.checkREST(t, w)
			}
			require.Empty(t, w.kafka.ofKind(stream.KindSealed))
			w.memoryIsFree(t)
			require.NotContains(t, w.logs.String(), planted)
			require.NotContains(t, w.metricsText(t), planted)
		})
	}
}

func (tc sent) authorization(w *world) string {
	if tc.auth != nil {
		return *tc.auth
	}
	key, ok := w.keys[tc.key]
	switch {
	case tc.key == "":
		key = w.key
	case !ok:
		key = tc.key
	}
	return "Bearer " + key
}

// rawCodec sends bytes as they are.
type rawCodec struct{}

func (rawCodec) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (rawCodec) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = bytes.Clone(data)
	return nil
}
func (rawCodec) Name() string { return "proto" }

func (tc sent) checkGRPC(t *testing.T, w *world) {
	t.Helper()
	ctx := t.Context()
	if auth := tc.authorization(w); auth != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", auth)
	}
	opts := []grpc.CallOption{grpc.ForceCodec(rawCodec{})}
	if tc.gzip {
		opts = append(opts, grpc.UseCompressor(grpcgzip.Name))
	}
	request, response := tc.raw(), []byte{}
	err := w.conn.Invoke(ctx, hushlogv1.LoggingService_Log_FullMethodName, &request, &response, opts...)
	require.Error(t, err)
	tc.want.check(t, status.Convert(err))
}

func (tc sent) checkREST(t *testing.T, w *world) {
	t.Helper()
	path, contentType, ok := strings.Cut(tc.path, "#")
	if !ok {
		path, contentType = pathLog, "application/json"
	}
	payload := []byte(tc.json(t))
	if tc.gzip {
		payload = zipped(t, string(payload))
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+w.RESTAddr()+path, bytes.NewReader(payload))
	require.NoError(t, err)
	req.Header.Set("Content-Type", contentType)
	if auth := tc.authorization(w); auth != "" {
		req.Header.Set("Authorization", auth)
	}
	if tc.gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	got := w.do(t, req)
	require.Equal(t, tc.want.http, got.code, "%s", got.body)
	require.Equal(t, "application/json", got.header.Get("Content-Type"))
	tc.want.check(t, got.status(t))
	var form map[string]any
	decodeJSON(t, got.body, &form)
	require.Len(t, form, 3)
	require.Contains(t, form, "code")
	require.Contains(t, form, "message")
	require.Contains(t, form, "details")
	require.Equal(t, tc.want.http == 401, got.header.Get("WWW-Authenticate") != "")
	if tc.want.retry {
		seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
		require.NoError(t, err)
		require.Positive(t, seconds)
	}
}

func (want want) check(t *testing.T, st *status.Status) {
	t.Helper()
	require.Equal(t, want.code, st.Code(), st.Message())
	require.Equal(t, string(want.reason), reasonOf(st))
	require.Contains(t, st.Message(), want.message)
	if want.fields != nil {
		require.Equal(t, want.fields, fieldsOf(st))
	}
	require.Equal(t, want.retry, retryDelay(st) > 0)
	require.NotContains(t, st.String(), planted)
	for _, d := range st.Details() {
		text, ok := d.(proto.Message)
		require.True(t, ok)
		require.NotContains(t, toJSON(t, text), planted)
	}
}

func TestOverTheRate(t *testing.T) {
	w := newWorld(t, nil)
	for _, name := range []string{"slow", "narrow"} {
		ctx := as(t.Context(), w.keys[name])
		var err error
		for range 4 {
			_, err = w.client.Log(ctx, &hushlogv1.LogRequest{Interaction: good()})
			if err != nil {
				break
			}
		}
		want{code: codes.ResourceExhausted, reason: reasonRate, retry: true, message: "over the rate"}.check(t, status.Convert(err))
		got := w.post(t, pathLog, w.keys[name], body("%s", toJSON(t, good())))
		require.Equal(t, 429, got.code)
		require.NotEmpty(t, got.header.Get("Retry-After"))
		want{code: codes.ResourceExhausted, reason: reasonRate, retry: true}.check(t, got.status(t))
	}
	// Another key of the project is not held up by the narrow one.
	_, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: good()})
	require.NoError(t, err)
}

// A gzip bomb is never inflated beyond the limit: 128 MiB and 1 GiB of zeros.
func TestGzipBomb(t *testing.T) {
	w := newWorld(t, nil)
	bomb := zeros(t, 1<<30)
	ctx := as(t.Context(), w.key)
	plain, response := make([]byte, 128<<20), []byte{}
	peak := watchMemory(w)
	err := w.conn.Invoke(ctx, hushlogv1.LoggingService_Log_FullMethodName, &plain, &response,
		grpc.ForceCodec(rawCodec{}), grpc.UseCompressor(grpcgzip.Name))
	require.Less(t, peak(), int64(16<<20))
	want{code: codes.InvalidArgument, reason: reasonTooLarge, message: "4 MiB"}.check(t, status.Convert(err))

	peak = watchMemory(w)
	got := w.post(t, pathLog, w.key, bytes.NewReader(bomb), "Content-Encoding", "gzip")
	require.Less(t, peak(), int64(32<<20))
	require.Equal(t, 413, got.code)
	want{code: codes.InvalidArgument, reason: reasonTooLarge, message: "4 MiB"}.check(t, got.status(t))

	// One that breaks off, and one that is none.
	for _, broken := range [][]byte{bomb[:1000], []byte(planted)} {
		got = w.post(t, pathLog, w.key, bytes.NewReader(broken), "Content-Encoding", "gzip")
		require.Equal(t, 400, got.code)
		want{code: codes.InvalidArgument, reason: reasonMalformed}.check(t, got.status(t))
	}
	got = w.post(t, pathLog, w.key, body("x"), "Content-Encoding", "br")
	require.Equal(t, 415, got.code)
	want{code: codes.Unimplemented, reason: reasonEncoding}.check(t, got.status(t))
	w.memoryIsFree(t)
}

// zeros is n zero bytes, gzipped.
func zeros(t *testing.T, n int64) []byte {
	t.Helper()
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	require.NoError(t, err)
	_, err = io.CopyN(zip, zeroReader{}, n)
	require.NoError(t, err)
	require.NoError(t, zip.Close())
	return out.Bytes()
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// watchMemory returns how much of the budget was used at most until it is called.
func watchMemory(w *world) func() int64 {
	ctx, cancel := context.WithCancel(context.Background())
	peak := make(chan int64, 1)
	go func() {
		most := int64(0)
		for ctx.Err() == nil {
			most = max(most, w.taker.budget.inUse())
			time.Sleep(100 * time.Microsecond)
		}
		peak <- most
	}()
	return func() int64 { cancel(); return <-peak }
}

// 32 MiB is the limit of a batch; one item beyond the limit of items is too many.
func TestBatchLimits(t *testing.T) {
	w := newWorld(t, nil)
	ctx := as(t.Context(), w.key)
	var many hushlogv1.LogBatchRequest
	for range 1001 {
		many.Interactions = append(many.Interactions, good())
	}
	_, err := w.client.LogBatch(ctx, &many)
	want{code: codes.InvalidArgument, reason: reasonTooMany, message: "more than 1000"}.check(t, status.Convert(err))
	got := w.post(t, pathBatch, w.key, body("%s", toJSON(t, &many)))
	require.Equal(t, 400, got.code)
	want{code: codes.InvalidArgument, reason: reasonTooMany, message: "more than 1000"}.check(t, got.status(t))

	_, err = w.client.LogBatch(ctx, &hushlogv1.LogBatchRequest{})
	want{code: codes.InvalidArgument, reason: reasonEmpty}.check(t, status.Convert(err))
	for _, empty := range []string{`{}`, `{"interactions":[]}`} {
		got = w.post(t, pathBatch, w.key, body("%s", empty))
		require.Equal(t, 400, got.code)
		want{code: codes.InvalidArgument, reason: reasonEmpty}.check(t, got.status(t))
	}
	for _, bad := range []string{`[]`, `{"interactions":{}}`, `{"interactions":[]}x`, `{"other":[]}`, `{"interactions":[`} {
		got = w.post(t, pathBatch, w.key, body("%s", bad))
		require.Equal(t, 400, got.code)
		want{code: codes.InvalidArgument, reason: reasonMalformed}.check(t, got.status(t))
	}
	large := &hushlogv1.LogBatchRequest{}
	for range 11 {
		in := good()
		in.Messages[0].Name = strings.Repeat("a", 3<<20)
		large.Interactions = append(large.Interactions, in)
	}
	_, err = w.client.LogBatch(ctx, large)
	want{code: codes.InvalidArgument, reason: reasonTooLarge, message: "32 MiB"}.check(t, status.Convert(err))
	got = w.post(t, pathBatch, w.key, body("%s", toJSON(t, large)))
	require.Equal(t, 413, got.code)
	want{code: codes.InvalidArgument, reason: reasonTooLarge, message: "32 MiB"}.check(t, got.status(t))
	require.Empty(t, w.kafka.ofKind(stream.KindSealed))
	w.memoryIsFree(t)
}

func TestPathsAndMethodsOfREST(t *testing.T) {
	w := newWorld(t, nil)
	for _, tc := range []struct {
		method, path string
		code         int
		reason       reason
	}{
		{http.MethodGet, pathLog, 405, reasonMethod},
		{http.MethodPost, "/v1/other", 404, reasonNotFound},
		{http.MethodPost, "/hushlog.v1.LoggingService/Log", 404, reasonNotFound},
		{http.MethodGet, "/", 404, reasonNotFound},
		{http.MethodPost, pathOpenAPI, 404, reasonNotFound},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tc.method, "https://"+w.RESTAddr()+tc.path, http.NoBody)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+w.key)
		got := w.do(t, req)
		require.Equal(t, tc.code, got.code, tc.path)
		require.Equal(t, string(tc.reason), reasonOf(got.status(t)))
	}
}

// No header of a client steers grpc-gateway or what is behind it.
func TestHeadersDoNotGoInside(t *testing.T) {
	w := newWorld(t, nil)
	got := w.post(t, pathLog, w.key, body("%s", toJSON(t, good())),
		"Grpc-Timeout", planted, "Grpc-Metadata-Authorization", "Bearer "+w.keys["slow"], "Accept", "text/"+planted, "Grpc-Metadata-X-Bin", planted)
	require.Equal(t, 200, got.code, "%s", got.body)
	require.Equal(t, "demo", w.kafka.accepted(t)[0].GetProject())
}
