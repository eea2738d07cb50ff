package detector

import (
	"context"
	"crypto/tls"
	"errors"

	"google.golang.org/grpc" // the contracts' own protocol
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// rpc speaks hushlog.v1.DetectorService.
type rpc struct {
	conn   *grpc.ClientConn
	client hushlogv1.DetectorServiceClient
	labels bool // asks what texts are, not what is in them
}

func newRPC(cfg Config, to endpoint, config *tls.Config) (*rpc, error) {
	creds := insecure.NewCredentials()
	if config != nil {
		creds = credentials.NewTLS(config)
	}
	conn, err := grpc.NewClient("passthrough:///"+to.url.Host, grpc.WithTransportCredentials(creds), grpc.WithNoProxy(),
		grpc.WithDisableServiceConfig(), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(cfg.MaxAnswer), grpc.MaxCallSendMsgSize(2*maxTextBytes)))
	if err != nil {
		return nil, errors.New("url: is no address that gRPC takes")
	}
	return &rpc{conn: conn, client: hushlogv1.NewDetectorServiceClient(conn)}, nil
}

func (r *rpc) close() error { return r.conn.Close() }

func (r *rpc) ask(ctx context.Context, texts []Text) ([][]span, error) {
	if r.labels {
		return r.classify(ctx, texts)
	}
	request := &hushlogv1.AnalyzeRequest{}
	for _, t := range texts {
		request.Texts = append(request.Texts, &hushlogv1.AnalyzeText{Text: t.Text, Language: t.Language})
	}
	response, err := r.client.Analyze(ctx, request)
	if err != nil {
		return nil, rpcFailure(err)
	}
	out := make([][]span, len(response.GetResults()))
	for i, result := range response.GetResults() {
		for _, s := range result.GetSpans() {
			out[i] = append(out[i], span{int(s.GetStart()), int(s.GetEnd()), float64(s.GetScore()), s.GetEntityType()})
		}
	}
	return out, nil
}

// rpcFailure keeps the code of a status and leaves its message.
func rpcFailure(err error) error {
	code := status.Code(err)
	switch code {
	case codes.Unavailable:
		return &failure{OutcomeNetwork, "code " + code.String()}
	case codes.DeadlineExceeded:
		return &failure{outcome: OutcomeTimeout}
	case codes.ResourceExhausted, codes.Internal, codes.Aborted, codes.Unknown:
		return &failure{OutcomeBusy, "code " + code.String()}
	default:
		return &failure{OutcomeRefused, "code " + code.String()}
	}
}
