package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// The size of a message is known before it is read; an upgrade of gRPC that hides its transport's
// stream fails here.
func TestFramesComeFromTheTransport(t *testing.T) {
	var _ frameSource = frameSource(nil)
	got := make(chan error, 1)
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, ss grpc.ServerStream) error {
		source, err := framesOf(ss.Context(), sizeLimit{100, "x"})
		if err != nil {
			got <- err
			return err
		}
		_, err = source.next(newBudget(1000, func(string) float64 { return 1 }).lease("p"))
		got <- err
		return nil
	}))
	pipe := newPipeListener()
	served := make(chan error, 1)
	go func() { served <- server.Serve(pipe) }()
	conn := dialPipe(t, pipe)
	request, response := []byte("hello"), []byte{}
	_ = conn.Invoke(t.Context(), "/any/Method", &request, &response, grpc.ForceCodec(rawCodec{}))
	require.NoError(t, <-got)
	server.Stop()
	require.NoError(t, <-served)
}

// A message that does not arrive is given up, and its memory is given back.
func TestSlowMessageIsGivenUp(t *testing.T) {
	w := newWorld(t, func(cfg *Config, _ *policy.Policy) { cfg.ReceiveTimeout = 50 * time.Millisecond })
	ctx, cancel := context.WithTimeout(as(t.Context(), w.key), 10*time.Second)
	defer cancel()
	call, err := w.conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true}, hushlogv1.LoggingService_Log_FullMethodName)
	require.NoError(t, err)
	err = call.RecvMsg(&hushlogv1.LogResponse{})
	want{code: codes.DeadlineExceeded, reason: reasonTimeout, retry: true, message: "did not arrive"}.check(t, status.Convert(err))
	w.memoryIsFree(t)

	reader, writer := io.Pipe()
	defer func() { _ = writer.Close() }()
	go func() { _, _ = io.WriteString(writer, `{"startedAt":`) }()
	got := w.post(t, pathLog, w.key, reader)
	require.Equal(t, 400, got.code)
	want{code: codes.InvalidArgument, reason: reasonMalformed}.check(t, got.status(t))
	w.memoryIsFree(t)
}

func TestTLSOnly(t *testing.T) {
	w := newWorld(t, nil)
	dir, err := pki()
	require.NoError(t, err)
	other := t.TempDir()
	require.NoError(t, identity.CreateCA(other))
	require.NoError(t, identity.IssueCert(other, "someone"))
	pem, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	certificate := func(dir string) []tls.Certificate {
		files := identity.FilesIn(dir, "someone")
		pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
		require.NoError(t, err)
		return []tls.Certificate{pair}
	}
	for _, tc := range []struct {
		name   string
		config *tls.Config
		ok     bool
	}{
		{"no client certificate", &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, true},
		{"one of the deployment", &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, Certificates: certificate(dir)}, true},
		{"one of another CA", &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &certificate(other)[0], nil
		}}, false},
		{"TLS 1.2", &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}, false},
		{"the gateway of another CA", &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: tc.config}, Timeout: 5 * time.Second}
			defer client.CloseIdleConnections()
			req, err := newRequest(t, w, pathLog, strings.NewReader(toJSON(t, good())))
			require.NoError(t, err)
			res, err := client.Do(req)
			if tc.ok {
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())
				require.Equal(t, 200, res.StatusCode)
				return
			}
			require.Error(t, err)
		})
	}
}

func TestKeysAreFollowed(t *testing.T) {
	w := newWorld(t, nil)
	ctx := as(t.Context(), w.key)
	_, err := w.client.Log(ctx, &hushlogv1.LogRequest{Interaction: good()})
	require.NoError(t, err)
	require.NoError(t, identity.RevokeKey(w.path, w.keyID, time.Now()))
	require.Eventually(t, func() bool {
		_, err := w.client.Log(ctx, &hushlogv1.LogRequest{Interaction: good()})
		return reasonOf(status.Convert(err)) == string(reasonRevokedKey)
	}, 5*time.Second, 50*time.Millisecond)
	require.NoError(t, os.Remove(w.path))
	require.Eventually(t, func() bool {
		_, err := w.client.Log(as(t.Context(), w.keys["slow"]), &hushlogv1.LogRequest{Interaction: good()})
		return reasonOf(status.Convert(err)) == string(reasonKeysUnreadable) && status.Code(err) == codes.Unavailable
	}, 5*time.Second, 50*time.Millisecond)
}

type panicSealer struct{ sealer }

// A panic is one call's, says nothing of what was sent, and holds no memory.
func TestPanicIsInternal(t *testing.T) {
	w := newWorld(t, nil)
	w.taker.sealer = panicSealer{} // a nil interface inside: its Seal panics
	ctx := as(t.Context(), w.key)
	internal := want{code: codes.Internal, reason: reasonInternal, message: "internal error"}
	_, err := w.client.Log(ctx, &hushlogv1.LogRequest{Interaction: good()})
	internal.check(t, status.Convert(err))
	call, err := w.client.LogStream(ctx)
	require.NoError(t, err)
	require.NoError(t, call.Send(&hushlogv1.LogStreamRequest{Interaction: good()}))
	res, err := call.CloseAndRecv()
	require.NoError(t, err)
	require.EqualValues(t, codes.Internal, res.GetResults()[0].GetCode())
	got := w.post(t, pathLog, w.key, body("%s", toJSON(t, good())))
	require.Equal(t, 500, got.code)
	internal.check(t, got.status(t))
	require.Contains(t, w.metricsText(t), "hushlog_gateway_panics_total 3")
	require.Contains(t, w.logs.String(), "gateway.(*panicSealer).Seal")
	require.NotContains(t, w.logs.String(), planted)
	w.memoryIsFree(t)
}

// openAPI is the part of the document that tests read.
type openAPI struct {
	Paths map[string]map[string]struct {
		Parameters []struct {
			Schema struct {
				Ref string `json:"$ref"`
			}
		}
	}
	Definitions map[string]struct {
		Properties map[string]json.RawMessage
	}
}

// The document that is served names exactly the paths that answer, and the fields of the contract.
func TestOpenAPIDocumentIsTrue(t *testing.T) {
	w := newWorld(t, nil)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+w.RESTAddr()+pathOpenAPI, http.NoBody)
	require.NoError(t, err)
	got := w.do(t, req)
	require.Equal(t, 200, got.code)
	var doc openAPI
	decodeJSON(t, got.body, &doc)
	bodies := map[string]protoreflect.ProtoMessage{
		pathLog: &hushlogv1.Interaction{}, pathBatch: &hushlogv1.LogBatchRequest{}, pathStream: &hushlogv1.LogStreamRequest{},
	}
	require.Len(t, doc.Paths, len(bodies))
	for path, message := range bodies {
		operation, ok := doc.Paths[path]["post"]
		require.True(t, ok, path)
		require.Len(t, doc.Paths[path], 1, "%s: other methods than POST", path)
		require.Equal(t, "#/definitions/v1"+string(message.ProtoReflect().Descriptor().Name()), operation.Parameters[0].Schema.Ref)
		answer := w.post(t, path, w.key, body("%s\n", map[string]string{
			pathLog: toJSON(t, good()), pathBatch: `{"interactions":[` + toJSON(t, good()) + `]}`, pathStream: `{"interaction":` + toJSON(t, good()) + `}`,
		}[path]))
		require.Equal(t, 200, answer.code, path)
	}
	checked := map[protoreflect.FullName]bool{}
	for _, message := range bodies {
		requireDocumented(t, doc, message.ProtoReflect().Descriptor(), checked)
	}
	require.Greater(t, len(checked), 15)
}

func requireDocumented(t *testing.T, doc openAPI, d protoreflect.MessageDescriptor, checked map[protoreflect.FullName]bool) {
	t.Helper()
	if checked[d.FullName()] || !strings.HasPrefix(string(d.FullName()), "hushlog.") || d.IsMapEntry() {
		return
	}
	checked[d.FullName()] = true
	definition, ok := doc.Definitions["v1"+string(d.Name())]
	require.True(t, ok, d.FullName())
	require.Len(t, definition.Properties, d.Fields().Len(), d.FullName())
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		require.Contains(t, definition.Properties, f.JSONName(), d.FullName())
		if f.Message() != nil {
			requireDocumented(t, doc, f.Message(), checked)
		}
	}
}

// plant fills every string of a message, names of members too.
func plant(m protoreflect.Message, text string, depth int) {
	for i := range m.Descriptor().Fields().Len() {
		f := m.Descriptor().Fields().Get(i)
		switch {
		case f.Message() != nil && f.Message().FullName() == structType:
			s, _ := structpb.NewStruct(map[string]any{text: text})
			m.Set(f, protoreflect.ValueOfMessage(s.ProtoReflect()))
		case f.IsMap():
			m.Mutable(f).Map().Set(protoreflect.ValueOfString(text).MapKey(), protoreflect.ValueOfString(text))
		case f.Kind() == protoreflect.StringKind && f.IsList():
			m.Mutable(f).List().Append(protoreflect.ValueOfString(text))
		case f.Kind() == protoreflect.StringKind:
			m.Set(f, protoreflect.ValueOfString(text))
		case f.Message() == nil || depth == 0 || !strings.HasPrefix(string(f.Message().FullName()), "hushlog."):
		case f.IsList():
			list := m.Mutable(f).List()
			variants := 1
			if f.Message().Oneofs().Len() > 0 {
				variants = f.Message().Fields().Len()
			}
			for v := range variants {
				e := list.NewElement()
				plantVariant(e.Message(), v, text, depth-1)
				list.Append(e)
			}
		default:
			plant(m.Mutable(f).Message(), text, depth-1)
		}
	}
}

// plantVariant fills a message, of a oneof its n-th member.
func plantVariant(m protoreflect.Message, n int, text string, depth int) {
	if m.Descriptor().Oneofs().Len() == 0 {
		plant(m, text, depth)
		return
	}
	plant(m.Mutable(m.Descriptor().Fields().Get(n)).Message(), text, depth)
}

// Whatever is in whatever field, refused or taken: nothing of it is in an answer, a log or a metric.
func TestNothingSentIsShown(t *testing.T) {
	w := newWorld(t, nil)
	ctx := as(t.Context(), w.key)
	spaced := "secret " + planted + " value" // fits no form: every metadata field refuses it
	in := &hushlogv1.Interaction{}
	plant(in.ProtoReflect(), spaced, 6)
	in.StartedAt = good().GetStartedAt()
	_, err := w.client.Log(ctx, &hushlogv1.LogRequest{Interaction: in})
	want{code: codes.InvalidArgument, reason: reasonInvalid}.check(t, status.Convert(err))
	res, err := w.client.LogBatch(ctx, &hushlogv1.LogBatchRequest{Interactions: []*hushlogv1.Interaction{in}})
	require.NoError(t, err)
	require.NotZero(t, res.GetResults()[0].GetCode())
	require.NotContains(t, toJSON(t, res), planted)
	for path, text := range map[string]string{
		pathLog: toJSON(t, in), pathBatch: `{"interactions":[` + toJSON(t, in) + `]}`, pathStream: `{"interaction":` + toJSON(t, in) + "}\n",
	} {
		got := w.post(t, path, w.key, body("%s", text))
		require.NotContains(t, string(got.body), planted)
	}
	require.Empty(t, w.kafka.ofKind(stream.KindSealed))

	// Taken: only ids come back, and only to who sent them.
	taken := good()
	plant(taken.ProtoReflect().Mutable(interactionType.Fields().ByName("end_user")).Message(), spaced, 2)
	taken.Extra, err = structpb.NewStruct(map[string]any{spaced: spaced})
	require.NoError(t, err)
	answer, err := w.client.Log(ctx, &hushlogv1.LogRequest{Interaction: taken})
	require.NoError(t, err)
	require.NotContains(t, toJSON(t, answer), planted)
	for _, r := range w.kafka.ofKind(stream.KindSealed) {
		require.NotContains(t, string(r.Key), planted)
		for _, h := range r.Headers {
			require.NotContains(t, string(h.Value), planted)
		}
	}
	w.kafka.set(stream.ErrUnacknowledged, nil)
	_, err = w.client.Log(ctx, &hushlogv1.LogRequest{Interaction: taken})
	require.Error(t, err)
	w.kafka.set(nil, nil)
	require.NotContains(t, w.logs.String(), planted)
	require.NotContains(t, w.logs.String(), w.key)
	require.NotContains(t, w.metricsText(t), planted)
	require.Contains(t, w.logs.String(), "publishing fails")
}
