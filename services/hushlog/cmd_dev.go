package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/notify"
	"github.com/hushlog/hushlog/services/canary"
	"github.com/hushlog/hushlog/services/demo"
	"github.com/hushlog/hushlog/services/dev"
	"github.com/hushlog/hushlog/services/setup"
)

// demoProject is the project of the default policy that first steps are made with.
const demoProject = "demo"

// newDevCommand runs everything on this machine until it is told to stop.
func newDevCommand() *cobra.Command {
	o := dev.Options{Canaries: func(*canary.Config) {}, Yields: true}
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Run every service on the embedded Kafka and ClickHouse, until ctrl-C",
		Long: "Prepares a deployment directory, starts Kafka, ClickHouse and every service as processes of their own, starts\n" +
			"again what ends, and prints where they listen and one-time tokens. What was stored is there again next time.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDev(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&o.Dir, "dir", filepath.Join(".cache", "dev"), "deployment `directory`")
	cmd.Flags().StringVar(&o.GRPC, "grpc", "127.0.0.1:7443", "address of the gateway's gRPC interface, `host:port`")
	cmd.Flags().StringVar(&o.REST, "rest", "127.0.0.1:7444", "address of the gateway's REST interface, `host:port`")
	cmd.Flags().StringVar(&o.Query, "query", "127.0.0.1:7445", "address of the query service, `host:port`")
	return cmd
}

// newDemoCommand shows the main job and leaves nothing running.
func newDemoCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Start everything, send a few hundred interactions, check and show what became of them, stop",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemo(cmd.Context(), dir, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "`directory` for the deployment, which is kept; default: a new one that is removed at the end")
	return cmd
}

// oneStack is a stack with a receiver of its alerts, under lock.
type oneStack struct {
	*dev.Stack
	receiver *dev.Receiver
	stop     func()
}

func startStack(ctx context.Context, o dev.Options, told func(notify.AlertData)) (*oneStack, error) {
	var err error
	o.Binary, err = os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	release, err := dev.Lock(o.Dir)
	if err != nil {
		return nil, err
	}
	// The key for alerts has to be there before the receiver is.
	layout := identity.Layout{Dir: o.Dir}
	_, err = setup.Prepare(layout, nil)
	if err != nil {
		release()
		return nil, err
	}
	key, err := identity.LoadWebhookKey(layout.WebhookKey())
	if err != nil {
		release()
		return nil, err
	}
	receiver, err := dev.NewReceiver(ctx, key, told)
	if err != nil {
		release()
		return nil, err
	}
	receiverCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	received := make(chan struct{})
	go func() {
		defer close(received)
		_ = receiver.Run(receiverCtx) // without a receiver, alert says what it cannot deliver
	}()
	stopReceiver := func() {
		cancel()
		<-received
		release()
	}
	o.Webhook = receiver.URL()
	stack, err := dev.Start(ctx, o)
	if err != nil {
		stopReceiver()
		return nil, err
	}
	return &oneStack{Stack: stack, receiver: receiver, stop: func() {
		stack.Stop()
		stopReceiver()
	}}, nil
}

func runDev(ctx context.Context, o dev.Options, out io.Writer) error {
	o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	stack, err := startStack(ctx, o, func(a notify.AlertData) {
		of := ""
		if a.Project != "" { // rules about people and hushlog itself have none
			of = " in project " + a.Project
		}
		fmt.Fprintf(out, "alert: %s (%s)%s: %s\n", a.Rule, a.Severity, of, a.State)
	})
	if err != nil {
		return err
	}
	defer stack.stop()
	target, err := firstSteps(stack)
	if err != nil {
		return err
	}
	printDev(out, stack.Stack, target)
	select {
	case <-ctx.Done():
		_, _ = fmt.Fprintln(out, "stopping")
		return nil
	case err = <-stack.Failed():
		return err
	}
}

// firstSteps makes a key and a token for each role.
func firstSteps(stack *oneStack) (demo.Target, error) {
	t := demo.Target{
		GatewayGRPC: stack.Addresses.GRPC, GatewayREST: stack.Addresses.REST, Query: stack.Addresses.Query,
		Project: demoProject, Tokens: map[string]string{},
	}
	var err error
	t.APIKey, err = stack.CreateKey(demoProject)
	if err != nil {
		return t, err
	}
	for _, role := range slices.Sorted(maps.Keys(stack.Policy.Roles)) {
		t.Tokens[role], err = stack.AddPerson("demo-"+role, role)
		if err != nil {
			return t, err
		}
	}
	t.TLS, err = stack.ClientTLS()
	t.Alerts = func() []string {
		var rules []string
		for _, a := range stack.receiver.Alerts() {
			rules = append(rules, a.Rule)
		}
		return rules
	}
	dir := stack.Layout().Dir
	t.FilesToSearch = []string{filepath.Join(dir, "data", "kafka"), filepath.Join(dir, "log")}
	return t, err
}

func printDev(out io.Writer, stack *dev.Stack, t demo.Target) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }
	ca := stack.Layout().TLS(identity.Admin).CA
	p("\nhushlog runs. Directory %s, logs in log/. Stop with ctrl-C.\n\n", stack.Layout().Dir)
	p("  gateway  gRPC   %s\n  gateway  REST   https://%s  (OpenAPI at /openapi.json)\n  query    HTTPS  https://%s\n", t.GatewayGRPC, t.GatewayREST, t.Query)
	p("  CA              %s\n\n", ca)
	p("  API key of project %s, shown once:\n    %s\n\n  Tokens for 12 hours, shown once:\n", t.Project, t.APIKey)
	for _, role := range slices.Sorted(maps.Keys(t.Tokens)) {
		p("    %-12s %s\n", role, t.Tokens[role])
	}
	p("\n  Send one:\n    curl --cacert %s -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' \\\n", ca, t.APIKey)
	p("      -d '{\"purpose\":\"debugging\",\"startedAt\":\"'$(date -u +%%FT%%TZ)'\",\"messages\":[{\"role\":\"ROLE_USER\",\"parts\":[{\"text\":{\"text\":\"My social security number is 123-45-6789.\"}}]}]}' \\\n")
	p("      https://%s/v1/interactions\n\n", t.GatewayREST)
	p("  Read it:\n    HUSHLOG_TOKEN=%s %s sql --server %s --ca %s --purpose debugging \\\n", t.Tokens["security"], os.Args[0], t.Query, ca)
	p("      'SELECT accepted_at, role, text FROM hushlog.contents ORDER BY accepted_at DESC LIMIT 5'\n\n")
}

func runDemo(ctx context.Context, dir string, out io.Writer) error {
	var err error
	temporary := dir == ""
	if temporary {
		dir, err = os.MkdirTemp("", "hushlog-demo-")
		if err != nil {
			return fmt.Errorf("make a directory for the demo: %w", err)
		}
	}
	err = demoIn(ctx, dir, out)
	if err != nil {
		return fmt.Errorf("%w\nthe logs are in %s", err, filepath.Join(dir, "log"))
	}
	if temporary {
		err = os.RemoveAll(dir)
	}
	return err
}

func demoIn(ctx context.Context, dir string, out io.Writer) error {
	_, _ = fmt.Fprintln(out, "Starting Kafka, ClickHouse and every service, each a process of its own.")
	stack, err := startStack(ctx, dev.Options{Dir: dir, Canaries: func(*canary.Config) {}}, nil)
	if err != nil {
		return err
	}
	defer stack.stop()
	target, err := firstSteps(stack)
	if err != nil {
		return err
	}
	err = demo.Run(ctx, target, out)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "\nWhere to look next\n──────────────────\n"+
		"  make dev                 the same, left running, with ports and tokens\n"+
		"  hushlog policy explain   what is stored, for whom and how long\n"+
		"  docs/architecture.md     how it works\n")
	return nil
}
