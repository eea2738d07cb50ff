package monitoring

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/notify"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/supervise"
	"github.com/hushlog/hushlog/services/alert"
	"github.com/hushlog/hushlog/test/repository"
)

// TestComposeMonitoring runs Prometheus and Alertmanager with the files that docker-compose.yml mounts, but for paths and
// addresses: each service is scraped over TLS with certificates on both sides, Prometheus' alerts reach Alertmanager, and so do
// hushlog's own; who shows no certificate reaches nothing.
func TestComposeMonitoring(t *testing.T) {
	prometheus, alertmanager := tool(t, "HUSHLOG_PROMETHEUS", "prometheus"), tool(t, "HUSHLOG_ALERTMANAGER", "prometheus-alertmanager")
	root, err := repository.Root()
	require.NoError(t, err)
	pki := t.TempDir()
	require.NoError(t, identity.CreateCA(pki))
	var services []string
	for _, name := range identity.Services() {
		if name != identity.Admin {
			services = append(services, name)
		}
	}
	for _, name := range append(identity.Monitors(), services...) {
		require.NoError(t, identity.IssueCert(pki, name))
	}
	addresses := map[string]string{"prometheus:9090": freeAddress(t), "alertmanager:9093": freeAddress(t)}
	for _, name := range services {
		addresses[name+":9600"] = adminOf(t, pki, name)
	}
	dir := t.TempDir()
	mounted := func(name string) string {
		text, readErr := os.ReadFile(filepath.Join(root, "deploy", "compose", name))
		require.NoError(t, readErr)
		replaced := strings.NewReplacer("/run/secrets/", pki+"/", "/etc/prometheus/hushlog.rules.yml", filepath.Join(root, "deploy", "prometheus", "hushlog.rules.yml"),
			"15s", "1s").Replace(string(text))
		for from, to := range addresses {
			replaced = strings.ReplaceAll(replaced, `"`+from+`"`, `"`+to+`"`)
		}
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(replaced), 0o600))
		return path
	}
	child(t, alertmanager, "--config.file="+mounted("alertmanager.yml"), "--web.config.file="+mounted("alertmanager-web.yml"),
		"--storage.path="+filepath.Join(dir, "am"), "--cluster.listen-address=", "--web.listen-address="+addresses["alertmanager:9093"], "--log.level=error")
	child(t, prometheus, "--config.file="+mounted("prometheus.yml"), "--web.config.file="+mounted("prometheus-web.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "tsdb"),
		"--rules.alert.resend-delay=1s", // what fires before Alertmanager is known is dropped, and sent again
		"--web.listen-address="+addresses["prometheus:9090"], "--log.level=error")

	ask := func(as, at, path string) string {
		config, tlsErr := identity.CallerTLS(filepath.Join(pki, "ca.crt"))
		if as != "" {
			config, tlsErr = identity.ClientTLS(identity.FilesIn(pki, as), "")
		}
		require.NoError(t, tlsErr)
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: config}, Timeout: 5 * time.Second}
		defer client.CloseIdleConnections()
		resp, getErr := client.Get("https://" + addresses[at] + path) //nolint:noctx // bounded by the client
		if getErr != nil {
			return "refused: " + getErr.Error()
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return string(body)
	}
	const up = `/api/v1/query?query=count(up%7Bjob%3D~%22hushlog-.%2B%22%7D%3D%3D1)`
	require.Eventually(t, func() bool {
		return strings.Contains(ask(identity.Grafana, "prometheus:9090", up), fmt.Sprintf(`,"%d"]`, len(services)))
	}, 30*time.Second, 100*time.Millisecond, "every service is scraped")
	require.Eventually(t, func() bool {
		return strings.Contains(ask(identity.Grafana, "alertmanager:9093", "/api/v2/alerts"), "HushlogPrometheusWatchdog")
	}, 30*time.Second, 100*time.Millisecond, "prometheus tells alertmanager")

	files := identity.FilesIn(pki, identity.Alert)
	tellers, err := alert.NewAlertmanagers(alert.AlertmanagerConfig{
		URLs: []string{"https://" + addresses["alertmanager:9093"]}, CA: files.CA, Cert: files.Cert, Key: files.Key, Timeout: 5 * time.Second,
	})
	require.NoError(t, err)
	require.NoError(t, tellers[0].Post(t.Context(), []notify.PostableAlert{{
		Labels: map[string]string{"alertname": alert.WatchdogName}, StartsAt: time.Now(), EndsAt: time.Now().Add(time.Minute),
	}}))
	require.Contains(t, ask(identity.Grafana, "alertmanager:9093", "/api/v2/alerts"), alert.WatchdogName)

	for at, path := range map[string]string{"prometheus:9090": up, "alertmanager:9093": "/api/v2/alerts", identity.Gateway + ":9600": "/metrics"} {
		require.Contains(t, ask("", at, path), "refused", "%s answers who shows no certificate", at)
	}
	require.Contains(t, ask(identity.Prometheus, identity.Gateway+":9600", "/metrics"), "go_goroutines")
}

// adminOf serves the admin address of a service as its file in deploy/compose says, and returns where.
func adminOf(t *testing.T, pki, name string) string {
	t.Helper()
	config, err := identity.ServerTLS(identity.FilesIn(pki, name))
	require.NoError(t, err)
	common := service.DefaultCommon()
	common.Admin.TLS = true
	app, err := service.New(t.Context(), name, common, io.Discard, config)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- app.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return app.AdminAddr()
}

func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := supervise.FreeAddress()
	require.NoError(t, err)
	return address
}

// child runs a program until the end of the test.
func child(t *testing.T, binary string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), binary, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = t.Output()
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}
