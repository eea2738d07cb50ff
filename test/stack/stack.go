// Package stack gives tests a whole running deployment, every service a real
// process of the real binary, on the backend that HUSHLOG_TEST_BACKEND names.
package stack

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/embedded"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/services/canary"
	"github.com/hushlog/hushlog/services/demo"
	"github.com/hushlog/hushlog/services/dev"
	"github.com/hushlog/hushlog/test/backend"
	"github.com/hushlog/hushlog/test/repository"
)

// Stack is a deployment under test.
type Stack struct {
	*dev.Stack
	// Target is what clients and people of it hold.
	Target demo.Target
	// Backend is nil when Kafka and ClickHouse are processes of the stack itself.
	Backend *backend.Backend
}

// Plan is how a deployment under test differs from the usual one.
type Plan struct {
	// Before is given the deployment's directory as it is made, to change its policy. May be nil.
	Before func(identity.Layout)
	// Kafka starts a Kafka for the deployment, whose identities are made, and gives its brokers' addresses. ClickHouse
	// is the embedded one then. The test ends what it started. May be nil.
	Kafka func(identity.Layout) ([]string, error)
	// Front and Replicas are those of dev.Options.
	Front    func(name, listens string) (string, error)
	Replicas map[string]int
	// Canaries is that of dev.Options: most tests count what they send and send no more.
	Canaries func(*canary.Config)
}

// Start builds the binary and starts everything; the end of the test stops it.
// The test is skipped, with the reason, when a part of the backend is missing.
func Start(t testing.TB) *Stack {
	t.Helper()
	return StartAs(t, Plan{})
}

// StartAs is Start by a plan.
func StartAs(t testing.TB, plan Plan) *Stack {
	t.Helper()
	kind, err := backend.FromEnv()
	require.NoError(t, err)
	s := &Stack{}
	o := dev.Options{Dir: filepath.Join(t.TempDir(), "deployment"), Binary: binary(t), Front: plan.Front, Replicas: plan.Replicas, Canaries: plan.Canaries}
	if kind == backend.Embedded || plan.Kafka != nil {
		_, err = embedded.FindLibrary("")
		if err != nil {
			t.Skipf("skipped: %v", err)
		}
	} else {
		s.Backend = backend.Start(t, kind, t.TempDir())
		o.Dir, o.Kafka, o.ClickHouse = s.Backend.Deployment.Dir, s.Backend.Brokers[0], s.Backend.ClickHouseAddr
	}
	s.listen(t, &o)
	if plan.Before != nil {
		plan.Before(identity.Layout{Dir: o.Dir})
	}
	if plan.Kafka != nil {
		brokers, err := plan.Kafka(identity.Layout{Dir: o.Dir})
		require.NoError(t, err)
		o.Kafka = strings.Join(brokers, ",")
	}
	began := time.Now()
	s.Stack, err = dev.Start(t.Context(), o)
	if err != nil {
		t.Fatalf("start: %v\n%s", err, tails(o.Dir))
	}
	t.Logf("started in %s", time.Since(began).Round(time.Second))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(tails(o.Dir))
		}
		ends := time.Now()
		s.Stop()
		t.Logf("stopped in %s", time.Since(ends).Round(time.Second))
	})
	s.credentials(t)
	return s
}

// listen starts a receiver of alerts, with the deployment's own key.
func (s *Stack) listen(t testing.TB, o *dev.Options) {
	t.Helper()
	layout := identity.Layout{Dir: o.Dir}
	err := prepare(layout)
	require.NoError(t, err)
	key, err := identity.LoadWebhookKey(layout.WebhookKey())
	require.NoError(t, err)
	receiver, err := dev.NewReceiver(t.Context(), key, nil)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- receiver.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	o.Webhook = receiver.URL()
	s.Target.Alerts = func() []string {
		var rules []string
		for _, a := range receiver.Alerts() {
			rules = append(rules, a.Rule)
		}
		return rules
	}
}

func (s *Stack) credentials(t testing.TB) {
	t.Helper()
	target := &s.Target
	target.GatewayGRPC, target.GatewayREST, target.Query = s.Addresses.GRPC, s.Addresses.REST, s.Addresses.Query
	target.Project, target.Tokens = "demo", map[string]string{}
	var err error
	target.APIKey, err = s.CreateKey(target.Project)
	require.NoError(t, err)
	for _, role := range slices.Sorted(maps.Keys(s.Policy.Roles)) {
		target.Tokens[role], err = s.AddPerson("test-"+role, role)
		require.NoError(t, err)
	}
	target.TLS, err = s.ClientTLS()
	require.NoError(t, err)
	target.FilesToSearch = s.Files()
}

// Binary is the program that the processes run.
func (s *Stack) Binary() string { return build.path }

// Files are the directories of what the broker keeps and of what the processes log.
func (s *Stack) Files() []string {
	kafka := filepath.Join(s.Layout().Dir, "data", "kafka")
	if s.Backend != nil {
		kafka = s.Backend.KafkaData
	}
	return []string{filepath.Join(s.Layout().Dir, "log"), kafka}
}

var build struct {
	once sync.Once
	path string
	err  error
}

// binary builds hushlog once for the tests of a package.
func binary(t testing.TB) string {
	t.Helper()
	build.once.Do(func() { build.path, build.err = buildBinary() })
	require.NoError(t, build.err)
	return build.path
}

func buildBinary() (string, error) {
	root, err := repository.Root()
	if err != nil {
		return "", err
	}
	path := filepath.Join(root, ".cache", "test", "hushlog")
	cmd := exec.Command("go", "build", "-o", path, "./services/hushlog") //nolint:gosec,noctx // our own command, which ends by itself
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build hushlog: %w\n%s", err, out)
	}
	return path, nil
}

// tailBytes of each log are shown when a test fails. Logs hold no content: a
// test of package privacy sees to that.
const tailBytes = 4000

func tails(dir string) string {
	paths, err := filepath.Glob(filepath.Join(dir, "log", "*.log"))
	if err != nil {
		return err.Error()
	}
	out := ""
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if len(data) > tailBytes {
			data = data[len(data)-tailBytes:]
		}
		out += "── " + filepath.Base(path) + "\n" + string(data) + "\n"
	}
	return out
}
