package gateway

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/hushlog/hushlog/pkg/identity"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/proto/openapi"
)

const (
	pathLog     = "/v1/interactions"
	pathBatch   = "/v1/interactions:batch"
	pathStream  = "/v1/interactions:stream"
	pathOpenAPI = "/openapi.json"
)

// jsonGrowth is how much larger than on the wire an interaction may be as JSON: text that is all
// escapes of two bytes in six is at most three times as large, and few would send that.
const jsonGrowth = 2

// restDoor is the HTTPS interface. It lets callers in by their key before a byte of the body is
// read, reads bodies within the memory budget, and hands them to grpc-gateway, which calls the
// gateway's own gRPC service inside the process: limits and checks are those of gRPC.
type restDoor struct {
	guard   *guard
	taker   *taker
	cfg     *Config
	methods http.Handler
}

// newRESTDoor serves the service behind conn.
func newRESTDoor(ctx context.Context, g *guard, t *taker, cfg *Config, conn *grpc.ClientConn) (*restDoor, error) {
	mux := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, restJSON{}),
		runtime.WithErrorHandler(writeError),
		runtime.WithRoutingErrorHandler(writeRoutingError),
		runtime.WithIncomingHeaderMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithOutgoingHeaderMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithDisablePathLengthFallback(),
	)
	err := hushlogv1.RegisterLoggingServiceHandler(ctx, mux, conn)
	if err != nil {
		return nil, err
	}
	return &restDoor{guard: g, taker: t, cfg: cfg, methods: mux}, nil
}

// ServeHTTP serves one request.
func (d *restDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	method, ours := map[string]string{pathLog: "Log", pathBatch: "LogBatch", pathStream: "LogStream"}[r.URL.Path]
	switch {
	case r.URL.Path == pathOpenAPI && r.Method == http.MethodGet:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(openapi.Document()) // the caller has gone: nothing to do
	case ours && r.Method == http.MethodPost:
		err := d.guard.recovering(r.Context(), func() error { return d.call(w, r) })
		if err != nil {
			writeStatus(w, statusOf(d.guard.finish(method, err)))
		}
	default:
		d.methods.ServeHTTP(w, r)
	}
}

// call lets the caller in and hands the body on. An error means that nothing was answered yet.
func (d *restDoor) call(w http.ResponseWriter, r *http.Request) error {
	who, authorization, err := d.caller(r)
	if err != nil {
		return err
	}
	held := d.taker.budget.lease(who.Project)
	defer held.release()
	body, err := d.body(w, r, held)
	if err != nil {
		body = &restBody{refused: err, held: held}
	}
	defer body.held.release()
	inner := r.WithContext(r.Context())
	inner.Body = body
	// Nothing but the key goes on: no header of a client steers grpc-gateway or gRPC.
	inner.Header = http.Header{"Authorization": authorization}
	d.methods.ServeHTTP(w, inner)
	return nil
}

// caller is who makes a call, and the authorization that goes on inside with it.
func (d *restDoor) caller(r *http.Request) (identity.Principal, []string, error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 && isCanary(r.TLS) {
		return canaryPrincipal, []string{canaryInside}, nil
	}
	who, err := d.guard.authenticate(values)
	return who, values, err
}

// body reads the body of a call, or prepares to read the lines of a stream.
func (d *restDoor) body(w http.ResponseWriter, r *http.Request, held *lease) (*restBody, error) {
	out := &restBody{held: held, treeLimit: d.taker.checker.policy.Limits.MaxNesting}
	limit := d.taker.checker.interactionLimit((jsonGrowth - 1) * int(d.taker.checker.policy.Limits.MaxInteractionBytes))
	out.lineLimit = limit
	if r.URL.Path == pathBatch {
		limit = d.cfg.batchLimit()
	}
	err := checkMediaType(r)
	if err != nil {
		return nil, err
	}
	// Reading, and writing the answer, end by themselves when the client is too slow.
	control := http.NewResponseController(w)
	giveTime := func() {
		now := time.Now()
		_ = control.SetReadDeadline(now.Add(d.cfg.ReceiveTimeout))
		_ = control.SetWriteDeadline(now.Add(2*d.cfg.ReceiveTimeout + d.cfg.PublishTimeout))
	}
	giveTime()
	if r.URL.Path == pathStream {
		plain, err := plainBody(r, r.Body)
		if err != nil {
			return nil, err
		}
		err = held.grow(2 * inflateStep)
		if err != nil {
			return nil, err
		}
		out.lines, out.beforeLine = bufio.NewReaderSize(plain, inflateStep), giveTime
		out.held = held.budget.lease(held.project) // what a line holds is given back after it
		return out, nil
	}
	if r.ContentLength > int64(limit.bytes) {
		return nil, limit.refuse()
	}
	// What comes is bounded too: gzip can go on for ever without a byte of output.
	plain, err := plainBody(r, http.MaxBytesReader(w, r.Body, int64(limit.bytes)+1))
	if err != nil {
		return nil, err
	}
	out.data, out.refused = readBounded(plain, limit, held)
	return out, nil
}

func checkMediaType(r *http.Request) error {
	given := r.Header.Get("Content-Type")
	if given == "" {
		return nil
	}
	kind, _, err := mime.ParseMediaType(given)
	wanted := kind == "application/json" || r.URL.Path == pathStream && kind == "application/x-ndjson"
	if err != nil || !wanted {
		return refuse(reasonMediaType, "the content type must be application/json, or application/x-ndjson for a stream")
	}
	return nil
}

// plainBody undoes the content encoding.
func plainBody(r *http.Request, body io.Reader) (io.Reader, error) {
	switch r.Header.Get("Content-Encoding") {
	case "", "identity":
		return body, nil
	case "gzip":
		plain, err := gzip.NewReader(body)
		if err != nil {
			return nil, refuse(reasonMalformed, "the body is not gzip, as it says it is")
		}
		return plain, nil
	default:
		return nil, refuse(reasonEncoding, "the content encoding must be gzip or identity")
	}
}

// restJSON is how grpc-gateway decodes requests and encodes answers.
type restJSON struct{}

var answerJSON = runtime.JSONPb{MarshalOptions: protojson.MarshalOptions{EmitUnpopulated: true}}

// Marshal encodes an answer.
func (restJSON) Marshal(v any) ([]byte, error) { return answerJSON.Marshal(v) }

// Unmarshal is not used: the contract's bodies come through NewDecoder.
func (restJSON) Unmarshal(data []byte, v any) error { return answerJSON.Unmarshal(data, v) }

// NewDecoder is the body itself, which knows how to decode.
func (restJSON) NewDecoder(r io.Reader) runtime.Decoder {
	body, ok := r.(*restBody)
	if !ok {
		body = &restBody{refused: refuse(reasonInternal, "internal error of the gateway")}
	}
	return body
}

// NewEncoder encodes answers one after the other.
func (restJSON) NewEncoder(w io.Writer) runtime.Encoder { return answerJSON.NewEncoder(w) }

// ContentType is that of every answer.
func (restJSON) ContentType(any) string { return "application/json" }

// writeError answers with {"code", "message", "details"}: google.rpc.Status as JSON.
func writeError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, err error) {
	writeStatus(w, statusOf(err))
}

func writeRoutingError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, code int) {
	refused := refuse(reasonNotFound, "no such path; see %s", pathOpenAPI)
	if code == http.StatusMethodNotAllowed {
		refused = refuse(reasonMethod, "the path takes another HTTP method; see %s", pathOpenAPI)
	}
	writeStatus(w, refused.status())
}

func writeStatus(w http.ResponseWriter, st *status.Status) {
	code := httpStatus(st)
	body, err := protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(st.Proto())
	if err != nil {
		code, body = http.StatusInternalServerError, []byte(`{"code":13,"message":"internal error of the gateway","details":[]}`)
	}
	w.Header().Set("Content-Type", "application/json")
	if code == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	retry := retryDelay(st)
	if retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((retry+time.Second-1)/time.Second)))
	}
	w.WriteHeader(code)
	_, _ = w.Write(body) // the caller has gone: nothing to do
}
