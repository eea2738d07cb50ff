package containers

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/test/repository"
)

// promtoolEnv names promtool where it is not in PATH.
const promtoolEnv = "HUSHLOG_PROMTOOL"

// TestPrometheusRules has promtool check the rules for the system itself, and run what they must and must not say.
func TestPrometheusRules(t *testing.T) {
	promtool := os.Getenv(promtoolEnv)
	if promtool == "" {
		found, err := exec.LookPath("promtool")
		if err != nil {
			t.Skip("skipped: no promtool; install Debian's prometheus, or set " + promtoolEnv)
		}
		promtool = found
	}
	root, err := repository.Root()
	require.NoError(t, err)
	dir := filepath.Join(root, "deploy", "prometheus")
	for _, args := range [][]string{{"check", "rules", "hushlog.rules.yml"}, {"test", "rules", "hushlog.rules.test.yml"}} {
		cmd := exec.CommandContext(t.Context(), promtool, args...) //nolint:gosec // the test's own
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

// TestRulesNameMetricsThatThereAre: a rule over a metric that nobody has never fires.
func TestRulesNameMetricsThatThereAre(t *testing.T) {
	root, err := repository.Root()
	require.NoError(t, err)
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
	for _, file := range []string{"hushlog.rules.yml", "hushlog.rules.test.yml"} {
		rules, err := os.ReadFile(filepath.Join(root, "deploy", "prometheus", file)) //nolint:gosec // the repository's own
		require.NoError(t, err)
		for _, name := range metricName.FindAllString(string(rules), -1) {
			name = strings.TrimSuffix(name, "_bucket")
			require.True(t, known[name], "%s: nobody has a metric %s", file, name)
		}
	}
}
