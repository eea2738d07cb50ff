package canary

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"google.golang.org/grpc" // one of the gateway's two interfaces
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/encoding/protojson"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// sendTimeout bounds one call. It is not repeated: a path on which a call fails is what canaries are to show.
const sendTimeout = 15 * time.Second

// errRefused says that the gateway has answered and not taken the canary. What it said is left out, as it may quote.
var errRefused = errors.New("the gateway did not take it")

// sender sends on every path. Safe for concurrent use; close it.
type sender struct {
	conn    *grpc.ClientConn
	service hushlogv1.LoggingServiceClient
	http    *http.Client
	rest    string
}

func newSender(grpcAddr, restAddr string, config *tls.Config) (*sender, error) {
	conn, err := grpc.NewClient(grpcAddr, grpc.WithTransportCredentials(credentials.NewTLS(config.Clone())))
	if err != nil {
		return nil, fmt.Errorf("connect to the gateway: %w", err)
	}
	return &sender{
		conn: conn, service: hushlogv1.NewLoggingServiceClient(conn), rest: "https://" + restAddr + "/v1/interactions",
		http: &http.Client{Transport: &http.Transport{TLSClientConfig: config.Clone(), ForceAttemptHTTP2: true}},
	}, nil
}

func (s *sender) close() error {
	s.http.CloseIdleConnections()
	return s.conn.Close()
}

// send sends a canary on its path and is nil once the gateway has taken it.
func (s *sender) send(ctx context.Context, m made) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	switch m.path {
	case pathUnary:
		_, err := s.service.Log(ctx, &hushlogv1.LogRequest{Interaction: m.interaction})
		return err
	case pathBatch:
		answer, err := s.service.LogBatch(ctx, &hushlogv1.LogBatchRequest{Interactions: []*hushlogv1.Interaction{m.interaction}})
		return errors.Join(err, taken(answer.GetResults()))
	case pathStream:
		return s.stream(ctx, m)
	case pathREST:
		_, err := s.post(ctx, "", "application/json", m.interaction, func(in []byte) []byte { return in })
		return err
	case pathRESTBatch:
		answer, err := s.post(ctx, ":batch", "application/json", m.interaction, func(in []byte) []byte {
			return append(append([]byte(`{"interactions":[`), in...), "]}"...)
		})
		return errors.Join(err, takenJSON(answer))
	case pathRESTStream:
		answer, err := s.post(ctx, ":stream", "application/x-ndjson", m.interaction, func(in []byte) []byte {
			return append(append([]byte(`{"interaction":`), in...), "}\n"...)
		})
		return errors.Join(err, takenJSON(answer))
	default:
		panic("canary: no path " + m.path)
	}
}

func (s *sender) stream(ctx context.Context, m made) error {
	call, err := s.service.LogStream(ctx)
	if err != nil {
		return err
	}
	err = call.Send(&hushlogv1.LogStreamRequest{Interaction: m.interaction})
	if err != nil && !errors.Is(err, io.EOF) { // the end of the stream is told by the answer
		return err
	}
	answer, err := call.CloseAndRecv()
	return errors.Join(err, taken(answer.GetResults()))
}

// taken is nil for one result that says that it was taken.
func taken(results []*hushlogv1.LogResult) error {
	if len(results) != 1 || results[0].GetCode() != 0 {
		return errRefused
	}
	return nil
}

func takenJSON(answer []byte) error {
	var out struct {
		Results []struct{ Code int }
	}
	err := json.Unmarshal(answer, &out)
	if err != nil || len(out.Results) != 1 || out.Results[0].Code != 0 {
		return errRefused
	}
	return nil
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 64 << 10

// post sends an interaction as JSON, as wrap has it, and returns the answer.
func (s *sender) post(ctx context.Context, method, mediaType string, in *hushlogv1.Interaction, wrap func([]byte) []byte) ([]byte, error) {
	body, err := protojson.Marshal(in)
	if err != nil {
		return nil, errors.New("encode a canary") // the cause is left out: it may quote
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.rest+method, bytes.NewReader(wrap(body)))
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	req.Header.Set("Content-Type", mediaType)
	res, err := s.http.Do(req)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	err = errors.Join(err, res.Body.Close())
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d: %w", res.StatusCode, errRefused)
	}
	return answer, nil
}
