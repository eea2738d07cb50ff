package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHealth(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"ready":false,"reason":"kafka: no broker answers"}`))
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	addr := strings.TrimPrefix(server.URL, "http://")

	for _, test := range []struct {
		name string
		args []string
		want string // part of the error, "" for none
	}{
		{"live", []string{"--live", "--addr", addr}, ""},
		{"not ready gives the reason", []string{"--addr", addr}, "kafka: no broker answers"},
		{"nobody listens", []string{"--addr", "127.0.0.1:1"}, "refused"},
		{"another machine is refused", []string{"--addr", "192.0.2.1:9600"}, "loopback"},
		{"no port", []string{"--addr", "localhost"}, "host:port"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := newHealthCommand()
			cmd.SilenceUsage, cmd.SilenceErrors = true, true
			cmd.SetArgs(test.args)
			err := cmd.ExecuteContext(t.Context())
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
}
