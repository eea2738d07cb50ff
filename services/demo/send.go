package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/hushlog/hushlog/pkg/client"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// sender sends over every interface that the gateway has.
type sender struct {
	target Target
	sdk    *client.Client
	conn   *grpc.ClientConn
	http   *http.Client
}

// way is how many were sent over an interface.
type way struct {
	name  string
	count int
}

// batchSize of the batch calls.
const batchSize = 40

func newSender(t Target) (*sender, error) {
	sdk, err := client.New(t.GatewayGRPC, client.Options{APIKey: t.APIKey, TLS: t.TLS})
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(t.GatewayGRPC, grpc.WithTransportCredentials(credentials.NewTLS(t.TLS.Clone())))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect to the gateway: %w", err), sdk.Close())
	}
	return &sender{
		target: t, sdk: sdk, conn: conn,
		http: &http.Client{Transport: &http.Transport{TLSClientConfig: t.TLS.Clone()}, Timeout: 30 * time.Second},
	}, nil
}

func (s *sender) close() {
	_ = s.sdk.Close()
	_ = s.conn.Close()
	s.http.CloseIdleConnections()
}

// sendAll spreads the interactions over the interfaces: streamed ones over the
// client-streaming call, the others in turn over unary calls, batches and REST.
func (s *sender) sendAll(ctx context.Context, made []Made) ([]way, error) {
	var unary, batch, rest, streamed []*hushlogv1.Interaction
	for i, m := range made {
		switch {
		case m.Streamed:
			streamed = append(streamed, m.Interaction)
		case i%3 == 0:
			unary = append(unary, m.Interaction)
		case i%3 == 1:
			batch = append(batch, m.Interaction)
		default:
			rest = append(rest, m.Interaction)
		}
	}
	ways := []struct {
		name string
		of   []*hushlogv1.Interaction
		send func(context.Context, []*hushlogv1.Interaction) error
	}{
		{"gRPC, one by one", unary, s.unary},
		{"gRPC, in batches", batch, s.batches},
		{"gRPC, one client stream", streamed, s.stream},
		{"REST", rest, s.rest},
	}
	var sent []way
	for _, w := range ways {
		err := w.send(ctx, w.of)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.name, err)
		}
		sent = append(sent, way{w.name, len(w.of)})
	}
	return sent, nil
}

func (s *sender) unary(ctx context.Context, all []*hushlogv1.Interaction) error {
	for _, in := range all {
		_, err := s.sdk.Log(ctx, in)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *sender) batches(ctx context.Context, all []*hushlogv1.Interaction) error {
	for len(all) > 0 {
		n := min(batchSize, len(all))
		results, err := s.sdk.LogBatch(ctx, all[:n])
		if err != nil {
			return err
		}
		for _, r := range results {
			if r.Err != nil {
				return r.Err
			}
		}
		all = all[n:]
	}
	return nil
}

func (s *sender) stream(ctx context.Context, all []*hushlogv1.Interaction) error {
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+s.target.APIKey)
	call, err := hushlogv1.NewLoggingServiceClient(s.conn).LogStream(ctx)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	for _, in := range all {
		err = call.Send(&hushlogv1.LogStreamRequest{Interaction: in})
		if err != nil {
			return fmt.Errorf("send: %w", err)
		}
	}
	answer, err := call.CloseAndRecv()
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	for _, r := range answer.GetResults() {
		if r.GetCode() != 0 {
			return fmt.Errorf("code %d: %s", r.GetCode(), r.GetMessage())
		}
	}
	if len(answer.GetResults()) != len(all) {
		return fmt.Errorf("%d results for %d interactions", len(answer.GetResults()), len(all))
	}
	return nil
}

func (s *sender) rest(ctx context.Context, all []*hushlogv1.Interaction) error {
	for _, in := range all {
		body, err := protojson.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode: %w", err)
		}
		err = s.post(ctx, body, in.GetRequestId())
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *sender) post(ctx context.Context, body []byte, id string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+s.target.GatewayREST+"/v1/interactions", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+s.target.APIKey)
	req.Header.Set("Content-Type", "application/json")
	res, err := s.http.Do(req)
	if err != nil {
		return fmt.Errorf("post: %w", err)
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	err = errors.Join(err, res.Body.Close())
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %s", res.StatusCode, answer)
	}
	var taken struct {
		RequestID string `json:"requestId"`
	}
	err = json.Unmarshal(answer, &taken)
	if err != nil || taken.RequestID != id {
		return fmt.Errorf("the answer does not name the request: %s", answer)
	}
	return nil
}
