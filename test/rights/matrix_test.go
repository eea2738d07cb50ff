package rights

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/test/backend"
)

const goldenPath = "matrix.golden"

var update = flag.Bool("update", false, "write "+goldenPath+" from what was measured")

func castagnoli(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// services are the identities that need rights; admin is the brokers' super user.
func services() []string {
	var names []string
	for _, name := range identity.Services() {
		if name != identity.Admin {
			names = append(names, name)
		}
	}
	return names
}

// TestMain lets this binary be the embedded broker, too.
func TestMain(m *testing.M) { backend.Main(m) }

// TestMatrix measures on the backend that the environment chooses; the embedded broker by default.
func TestMatrix(t *testing.T) {
	kind, err := backend.FromEnv()
	require.NoError(t, err)
	deployment, err := backend.NewDeployment(t.TempDir(), policy.DefaultDocument())
	require.NoError(t, err)
	kafka, err := backend.StartKafka(t.Context(), kind, t.TempDir(), deployment)
	if errors.Is(err, backend.ErrMissing) {
		t.Skipf("skipped: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		require.NoError(t, kafka.Stop(ctx))
	})
	prepare(t, deployment, kafka.Brokers)

	got := measure(t, deployment, kafka.Brokers)
	if *update {
		require.NoError(t, os.WriteFile(goldenPath, []byte(got), 0o600))
	}
	want, err := os.ReadFile(goldenPath)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "rights on the broker (%s) differ from %s; after a wanted change: go test ./rights -update", kind, goldenPath)
}

// measure asks everything and renders the answers.
func measure(t *testing.T, deployment identity.Layout, brokers []string) string {
	t.Helper()
	clients := make(map[string]*kgo.Client)
	for _, name := range services() {
		clients[name] = client(t, deployment, brokers, name)
	}
	var topics []string
	for _, topic := range policy.Default().Topics() {
		topics = append(topics, topic.Name)
	}
	var b strings.Builder
	b.WriteString("# Who may do what on Kafka: measured by TestMatrix, which fails when an answer changes.\n")
	b.WriteString("# admin is the brokers' super user and not listed.\n")
	for _, table := range []struct {
		title     string
		resources []string
		probes    []probe
	}{
		{"topic", topics, topicProbes},
		{"group and transactional id of", services(), ownerProbes},
		{"cluster", []string{"-"}, clusterProbes},
	} {
		b.WriteString("\n")
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "service\t%s", table.title)
		for _, p := range table.probes {
			fmt.Fprintf(w, "\t%s", p.name)
		}
		fmt.Fprintln(w)
		for _, name := range services() {
			for _, resource := range table.resources {
				fmt.Fprintf(w, "%s\t%s", name, resource)
				for _, p := range table.probes {
					fmt.Fprintf(w, "\t%s", word(p.ask(t, clients[name], resource)))
				}
				fmt.Fprintln(w)
			}
		}
		require.NoError(t, w.Flush())
	}
	return trimLines(b.String())
}

func word(yes bool) string {
	if yes {
		return "yes"
	}
	return "."
}

// trimLines drops the padding that tabwriter leaves at ends of lines.
func trimLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}
