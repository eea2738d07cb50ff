package monitoring

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/services/demo"
	"github.com/hushlog/hushlog/test/backend"
	"github.com/hushlog/hushlog/test/repository"
	"github.com/hushlog/hushlog/test/stack"
)

func TestMain(m *testing.M) { backend.Main(m) }

// quiet are queries that have nothing to show where all is well and nobody has asked for anything.
var quiet = []string{
	"hushlog_redactor_detector_breaker_state", // the default policy asks no detector
	`hushlog_retention_trail_state{state!="ok"}`,
	"hushlog_alert_late_events_total", "hushlog_alert_overflowed_events_total",
	`{rule=~"(cost|tokens)-.+"}`, // a demo costs what it always costs
}

// TestEveryQueryShowsWhatTheDemoDid scrapes a running deployment through a privacy check, which does what the demo does and
// more, and asks each query of each dashboard: an answer without a series is a panel that shows nothing.
func TestEveryQueryShowsWhatTheDemoDid(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a whole deployment; left out with -short")
	}
	binary := tool(t, "HUSHLOG_PROMETHEUS", "prometheus")
	root, err := repository.Root()
	require.NoError(t, err)
	s := stack.Start(t)
	var jobs strings.Builder
	for name, address := range s.Addresses.Admin {
		fmt.Fprintf(&jobs, "  - {job_name: hushlog-%s, static_configs: [{targets: [%q]}]}\n", name, address)
	}
	config := filepath.Join(t.TempDir(), "prometheus.yml")
	require.NoError(t, os.WriteFile(config, []byte("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: ["+
		filepath.Join(root, "deploy", "prometheus", "hushlog.rules.yml")+"]\nscrape_configs:\n"+jobs.String()), 0o600))
	ask := startPrometheus(t, binary, config)
	series := func(expr string) int {
		status, body := ask("/api/v1/query?query=" + url.QueryEscape(expr))
		var answer struct {
			Data struct {
				Result []json.RawMessage `json:"result"`
			} `json:"data"`
		}
		require.Equal(t, 200, status, "%s: %s", expr, body)
		require.NoError(t, json.Unmarshal([]byte(body), &answer))
		return len(answer.Data.Result)
	}
	require.Eventually(t, func() bool {
		_, body := ask("/api/v1/query?query=" + url.QueryEscape(`count(up{job=~"hushlog.*"} == 1)`))
		return strings.Contains(body, fmt.Sprintf(`,"%d"]`, len(s.Addresses.Admin)))
	}, time.Minute, 200*time.Millisecond, "every service is scraped")
	require.NoError(t, demo.Check(t.Context(), s.Target, io.Discard))

	// What the check did is there, and rates have two points, when the last of it shows.
	silent := func() []string {
		var names []string
		for uid, exprs := range dashboards(t, root) {
			for _, expr := range exprs {
				if series(expr) == 0 && !slices.ContainsFunc(quiet, func(part string) bool { return strings.Contains(expr, part) }) {
					names = append(names, uid+": "+expr)
				}
			}
		}
		return names
	}
	deadline := time.Now().Add(90 * time.Second)
	for len(silent()) > 0 && time.Now().Before(deadline) {
		time.Sleep(time.Second) // a scrape
	}
	require.Empty(t, silent(), "panels that show nothing")

	// The rules were evaluated on the same data: what fires is what must always, and nothing that a fresh deployment is not.
	require.Equal(t, 1, series(`ALERTS{alertname="HushlogPrometheusWatchdog",alertstate="firing"}`))
	require.Zero(t, series(`ALERTS{alertstate="firing",alertname!="HushlogPrometheusWatchdog"}`))
}
