package service_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/service"
)

func newApp(t *testing.T) *service.App {
	t.Helper()
	cfg := service.DefaultCommon()
	cfg.Policy = "policy.yaml"
	require.NoError(t, cfg.Validate())
	app, err := service.New(t.Context(), "test", cfg, io.Discard, nil)
	require.NoError(t, err)
	return app
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func TestReadyFollowsTheChecks(t *testing.T) {
	app := newApp(t)
	broken := make(chan error, 1)
	broken <- errors.New("no broker")
	app.Health.AddCheck("kafka", func(context.Context) error {
		select {
		case err := <-broken:
			return err
		default:
			return nil
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- app.Run(ctx) }()
	base := "http://" + app.AdminAddr()
	require.Eventually(t, func() bool {
		code, body := get(t, base+"/readyz")
		return code == http.StatusServiceUnavailable && bytes.Contains([]byte(body), []byte("kafka: no broker"))
	}, 5*time.Second, 10*time.Millisecond)
	require.Eventually(t, func() bool {
		code, _ := get(t, base+"/readyz")
		return code == http.StatusOK
	}, 10*time.Second, 50*time.Millisecond)
	code, _ := get(t, base+"/livez")
	require.Equal(t, http.StatusOK, code)
	code, body := get(t, base+"/metrics")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, "go_goroutines")
	cancel()
	require.NoError(t, <-done)
}

func TestFirstErrorStopsAllAndReleasesInReverse(t *testing.T) {
	app := newApp(t)
	var order []string
	app.OnStop("first", func(context.Context) error { order = append(order, "first"); return nil })
	app.OnStop("second", func(context.Context) error { order = append(order, "second"); return nil })
	boom := errors.New("boom")
	app.Go("fails", func(context.Context) error { return boom })
	app.Go("waits", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	err := app.Run(t.Context())
	require.ErrorIs(t, err, boom)
	require.ErrorContains(t, err, "fails: ")
	require.Equal(t, []string{"second", "first"}, order)
}

func TestLoadIsStrict(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.yaml")
	for name, tc := range map[string]struct{ text, want string }{
		"unknown field": {"log:\n  level: info\n  colour: red\n", "[3:3]"},
		"wrong type":    {"admin:\n  tls: maybe\n", "[2:8]"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, []byte(tc.text), 0o600))
			cfg := service.DefaultCommon()
			err := service.Load(path, &cfg)
			require.ErrorContains(t, err, tc.want)
			require.ErrorContains(t, err, path)
		})
	}
}

func TestValidateReportsAll(t *testing.T) {
	cfg := service.Common{Log: service.LogConfig{Level: "loud", Format: "xml"}, Admin: service.AdminConfig{Listen: "0.0.0.0:1"}}
	err := cfg.Validate()
	for _, want := range []string{"log.level", "log.format", "policy", "admin.tls", "memory.gc_percent", "memory.limit_mib"} {
		require.ErrorContains(t, err, want)
	}
}

func TestMemoryIsSetUnlessTheEnvironmentSays(t *testing.T) {
	percent, limit := debug.SetGCPercent(-1), debug.SetMemoryLimit(-1)
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
	set := func() (int, int64) {
		debug.SetGCPercent(77)
		debug.SetMemoryLimit(777 << 20)
		cfg := service.DefaultCommon()
		cfg.Policy, cfg.Memory = "policy.yaml", service.MemoryConfig{GCPercent: 200, LimitMiB: 300}
		app, err := service.New(t.Context(), "test", cfg, io.Discard, nil)
		require.NoError(t, err)
		require.NoError(t, app.Close(t.Context()))
		return debug.SetGCPercent(77), debug.SetMemoryLimit(-1)
	}
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	p, l := set()
	require.Equal(t, 200, p)
	require.EqualValues(t, 300<<20, l)
	t.Setenv("GOGC", "50")
	t.Setenv("GOMEMLIMIT", "1GiB")
	p, l = set()
	require.Equal(t, 77, p, "left as the runtime has read it")
	require.EqualValues(t, 777<<20, l)
}
