package gateway

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/seal"
)

func decodeJSON(t *testing.T, data []byte, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(data, into))
}

func unmarshal(t *testing.T, data []byte, into proto.Message) {
	t.Helper()
	require.NoError(t, proto.Unmarshal(data, into))
}

func newRequest(t *testing.T, w *world, path string, body io.Reader) (*http.Request, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+w.RESTAddr()+path, body)
	if err == nil {
		req.Header.Set("Authorization", "Bearer "+w.key)
	}
	return req, err
}

var errNoEpoch = fmt.Errorf("seal: %w", seal.ErrNoLiveEpoch)

func dialPipe(t *testing.T, pipe *pipeListener) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///x", grpc.WithContextDialer(pipe.dial), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return conn
}
