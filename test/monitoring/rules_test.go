package monitoring

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/test/repository"
)

// TestPrometheusRules has promtool check the rules for the system itself, and run what they must and must not say.
func TestPrometheusRules(t *testing.T) {
	promtool := tool(t, "HUSHLOG_PROMTOOL", "promtool")
	root, err := repository.Root()
	require.NoError(t, err)
	dir := filepath.Join(root, "deploy", "prometheus")
	for _, args := range [][]string{{"check", "rules", "hushlog.rules.yml"}, {"test", "rules", "hushlog.rules.test.yml"}} {
		cmd := exec.CommandContext(t.Context(), promtool, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

var (
	metricName = regexp.MustCompile(`hushlog_[a-z_]+`)
	ownName    = regexp.MustCompile(`"(hushlog_[a-z_]+)"`)
	streamName = regexp.MustCompile(`name\("([a-z_]+)"\)`)
)

// knownMetrics are the names in the code.
func knownMetrics(t *testing.T, root string) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	for _, pattern := range []string{"services/*/*.go", "pkg/*/*.go"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, file := range files {
			source, err := os.ReadFile(filepath.Clean(file))
			require.NoError(t, err)
			for _, m := range ownName.FindAllSubmatch(source, -1) {
				known[string(m[1])] = true
			}
			if strings.HasSuffix(file, filepath.FromSlash("stream/metrics.go")) {
				for _, m := range streamName.FindAllSubmatch(source, -1) {
					for _, service := range []string{"gateway", "redactor", "ingest", "alert", "retention", "query"} {
						known["hushlog_"+service+"_stream_"+string(m[1])] = true
					}
				}
			}
		}
	}
	require.NotEmpty(t, known)
	return known
}

// TestRulesAndDashboardsNameMetricsThatThereAre: a rule or a panel over a metric that nobody has says nothing.
func TestRulesAndDashboardsNameMetricsThatThereAre(t *testing.T) {
	root, err := repository.Root()
	require.NoError(t, err)
	known := knownMetrics(t, root)
	texts := map[string]string{}
	for _, file := range []string{"hushlog.rules.yml", "hushlog.rules.test.yml"} {
		rules, readErr := os.ReadFile(filepath.Join(root, "deploy", "prometheus", file))
		require.NoError(t, readErr)
		texts[file] = string(rules)
	}
	for file, exprs := range dashboards(t, root) {
		texts[file] = strings.Join(exprs, "\n")
	}
	for file, text := range texts {
		for _, name := range metricName.FindAllString(text, -1) {
			name = strings.TrimSuffix(name, "_bucket")
			require.True(t, known[name], "%s: nobody has a metric %s", file, name)
		}
	}
}

// dashboard is what this test looks at in a dashboard of Grafana.
type dashboard struct {
	UID    string `json:"uid"`
	Title  string `json:"title"`
	Panels []struct {
		Title   string `json:"title"`
		Targets []struct {
			Expr string `json:"expr"`
		} `json:"targets"`
	} `json:"panels"`
}

// dashboards are the queries of each dashboard that is shipped.
func dashboards(t *testing.T, root string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "deploy", "grafana", "dashboards", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := map[string][]string{}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Clean(file))
		require.NoError(t, err)
		var d dashboard
		require.NoError(t, json.Unmarshal(data, &d), file)
		require.Equal(t, strings.TrimSuffix(filepath.Base(file), ".json"), d.UID)
		for _, p := range d.Panels {
			require.NotEmpty(t, p.Targets, "%s: %s", file, p.Title)
			for _, target := range p.Targets {
				all[d.UID] = append(all[d.UID], strings.ReplaceAll(target.Expr, "$__rate_interval", "5m"))
			}
		}
	}
	return all
}

// TestPrometheusAnswersEveryQueryOfTheDashboards runs a Prometheus and asks it each of them.
func TestPrometheusAnswersEveryQueryOfTheDashboards(t *testing.T) {
	root, err := repository.Root()
	require.NoError(t, err)
	binary := tool(t, "HUSHLOG_PROMETHEUS", "prometheus")
	config := filepath.Join(t.TempDir(), "prometheus.yml")
	require.NoError(t, os.WriteFile(config, []byte("rule_files: ["+filepath.Join(root, "deploy", "prometheus", "hushlog.rules.yml")+"]\n"), 0o600))
	ask := startPrometheus(t, binary, config)
	for uid, exprs := range dashboards(t, root) {
		for _, expr := range exprs {
			status, body := ask("/api/v1/query?query=" + url.QueryEscape(expr))
			require.Equal(t, http.StatusOK, status, "%s: %s: %s", uid, expr, body)
		}
	}
}

// startPrometheus runs one and returns how it is asked: the status and the body of its answer.
func startPrometheus(t *testing.T, binary, config string) func(path string) (int, string) {
	t.Helper()
	address := freeAddress(t)
	child(t, binary, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(t.TempDir(), "data"), "--web.listen-address="+address, "--log.level=error")
	ask := func(path string) (int, string) {
		resp, getErr := http.Get("http://" + address + path) //nolint:noctx // bounded by the poll or by the test
		if getErr != nil {
			return 0, getErr.Error()
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	require.Eventually(t, func() bool { status, _ := ask("/-/ready"); return status == http.StatusOK }, 20*time.Second, 50*time.Millisecond)
	return ask
}

// tool finds a program by its variable or in PATH, or skips.
func tool(t *testing.T, variable, name string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path != "" {
		return path
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("skipped: no " + name + "; install Debian's prometheus, or set " + variable)
	}
	return path
}
