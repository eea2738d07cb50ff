package governance

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/test/backend"
	"github.com/hushlog/hushlog/test/stack"
)

func TestMain(m *testing.M) { backend.Main(m) }

const (
	// patience bounds each wait for what happens behind.
	patience = 2 * time.Minute
	// noteworthy is from when on a wait is told: what makes the tests slow.
	noteworthy = 5 * time.Second
)

// deployment is a running stack with what people type.
type deployment struct{ *stack.Stack }

func start(t *testing.T) *deployment {
	t.Helper()
	return &deployment{stack.Start(t)}
}

// hushlog runs the binary as a person with a role would, and returns what it printed and whether it
// ended well.
func (d *deployment) hushlog(t *testing.T, role string, args ...string) (string, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, d.Binary(), args...)
	cmd.Env = append(os.Environ(), "HUSHLOG_DIR="+d.Layout().Dir, "HUSHLOG_SERVER="+d.Addresses.Query, "HUSHLOG_TOKEN="+d.Target.Tokens[role])
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return strings.TrimSpace(out.String()), err == nil
}

// must is hushlog for what has to end well.
func (d *deployment) must(t *testing.T, role string, args ...string) string {
	t.Helper()
	out, ok := d.hushlog(t, role, args...)
	require.True(t, ok, "hushlog %s: %s", strings.Join(args, " "), out)
	return out
}

// sql asks as a role and returns the rows without the names of their columns.
func (d *deployment) sql(t *testing.T, role, statement string) string {
	t.Helper()
	_, rows, _ := strings.Cut(d.must(t, role, "sql", "--purpose", "security", "--output", "tsv", statement), "\n")
	return rows
}

// actor is what stands for a person on the trail.
func (d *deployment) actor(t *testing.T, name string) string {
	t.Helper()
	people, err := identity.OpenPeopleStore(d.Layout().People())
	require.NoError(t, err)
	names, err := people.Names()
	require.NoError(t, err)
	for pseudonym, known := range names {
		if known == name {
			return pseudonym
		}
	}
	t.Fatalf("%s is nobody of the deployment", name)
	return ""
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	began := time.Now()
	for !holds() {
		if time.Since(began) > patience {
			t.Fatalf("waited %s for: %s", patience, what)
		}
		time.Sleep(200 * time.Millisecond)
	}
	if waited := time.Since(began); waited > noteworthy {
		t.Logf("waited %s for: %s", waited.Round(time.Second), what)
	}
}

// metric reads one of a service's metrics.
func (d *deployment) metric(t *testing.T, service, name string) string {
	t.Helper()
	value := d.metricOrNone(service, name)
	require.NotEmpty(t, value, "%s has no %s", service, name)
	return value
}

// metricOrNone is empty also when the service does not answer.
func (d *deployment) metricOrNone(service, name string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.Addresses.Admin[service]+"/metrics", http.NoBody)
	if err != nil {
		return ""
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return ""
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(body)) {
		rest, found := strings.CutPrefix(line, name+" ")
		if found {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

func lines(text string) []string { return strings.Split(text, "\n") }
