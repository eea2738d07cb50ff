package gateway

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/hushlog/hushlog/pkg/identity"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// withCertificate is both interfaces for a caller that shows a certificate of the deployment's CA and sends no key.
func (w *world) withCertificate(t *testing.T, name string) (hushlogv1.LoggingServiceClient, *world) {
	t.Helper()
	dir, err := pki()
	require.NoError(t, err)
	config, err := identity.ClientTLS(identity.FilesIn(dir, name), "")
	require.NoError(t, err)
	conn, err := grpc.NewClient(w.GRPCAddr(), grpc.WithTransportCredentials(credentials.NewTLS(config)), grpc.WithDisableRetry())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return hushlogv1.NewLoggingServiceClient(conn), &world{Service: w.Service, http: &http.Client{Transport: &http.Transport{TLSClientConfig: config}}}
}

func TestTheCanaryIsKnownByItsCertificate(t *testing.T) {
	w := newWorld(t, nil)
	client, web := w.withCertificate(t, identity.Canary)
	in := good()
	_, err := client.Log(t.Context(), &hushlogv1.LogRequest{Interaction: in})
	require.NoError(t, err)
	call, err := client.LogStream(t.Context())
	require.NoError(t, err)
	require.NoError(t, call.Send(&hushlogv1.LogStreamRequest{Interaction: in}))
	_, err = call.CloseAndRecv()
	require.NoError(t, err)
	require.Equal(t, 200, web.post(t, pathLog, "", strings.NewReader(toJSON(t, in))).code)
	require.Equal(t, 200, web.post(t, pathBatch, "", body(`{"interactions":[%s]}`, toJSON(t, in))).code)
	all := w.kafka.accepted(t)
	require.Len(t, all, 4)
	for _, a := range all {
		require.Equal(t, identity.CanaryProject, a.GetProject())
		require.Equal(t, identity.Canary, a.GetKeyId())
	}
	// With a key it is whom the key speaks for.
	_, err = client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: in})
	require.NoError(t, err)
	require.Equal(t, "demo", w.kafka.accepted(t)[4].GetProject())
}

func TestNobodyElseIsTheCanary(t *testing.T) {
	w := newWorld(t, nil)
	for _, name := range []string{"someone", identity.Gateway} {
		client, web := w.withCertificate(t, name)
		_, err := client.Log(t.Context(), &hushlogv1.LogRequest{Interaction: good()})
		require.Equal(t, codes.Unauthenticated, status.Code(err))
		require.Equal(t, 401, web.post(t, pathLog, "", strings.NewReader(toJSON(t, good()))).code)
	}
	// What the door says inside says nothing outside.
	_, err := w.client.Log(metadata.AppendToOutgoingContext(t.Context(), "authorization", canaryInside), &hushlogv1.LogRequest{Interaction: good()})
	require.Equal(t, codes.Unauthenticated, status.Code(err))
	require.Equal(t, 401, w.post(t, pathLog, "", strings.NewReader(toJSON(t, good())), "Authorization", canaryInside).code)
	// Nor does the project's name.
	in := good()
	in.Project = identity.CanaryProject
	_, err = w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: in})
	require.Equal(t, codes.PermissionDenied, status.Code(err))
	require.Empty(t, w.kafka.accepted(t))
}

// No key of the project is made; one that somebody wrote into the file is refused.
func TestNoKeySpeaksForCanaries(t *testing.T) {
	w := newWorld(t, nil)
	_, _, err := identity.CreateKey(w.path, identity.KeySpec{Project: identity.CanaryProject}, time.Now())
	require.ErrorContains(t, err, "hushlog's own")

	data, err := os.ReadFile(w.path)
	require.NoError(t, err)
	require.True(t, json.Valid(data))
	changed := strings.ReplaceAll(string(data), `"demo"`, `"`+identity.CanaryProject+`"`)
	require.NotEqual(t, string(data), changed)
	require.NoError(t, os.WriteFile(w.path, []byte(changed), 0o600))
	require.Eventually(t, func() bool {
		_, err = w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: good()})
		return err != nil
	}, 10*time.Second, 20*time.Millisecond)
	require.Equal(t, codes.PermissionDenied, status.Code(err))
}
