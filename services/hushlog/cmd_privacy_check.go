package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/services/demo"
)

// checkRoles are the roles of the people that a privacy check reads as.
var checkRoles = []string{"engineering", "compliance", "oncall", "security"}

func newPrivacyCheckCommand() *cobra.Command {
	target := demo.Target{Tokens: map[string]string{}}
	var ca string
	var every time.Duration
	cmd := &cobra.Command{
		Use:   "privacy-check",
		Short: "Send private and malicious prompts to a running deployment and check what becomes of them",
		Long: "Sends made-up private, malicious and injecting prompts through the gateway, and reads back, as four people, what\n" +
			"became of them: pass or fail for each thing that must hold, with its proof. Every read is on the audit trail,\n" +
			"and so is the verdict, with a digest of what was printed. Ends\n" +
			"with an error when something does not hold.\n\n" +
			"HUSHLOG_API_KEY holds an API key, best of a project of its own; its policy must allow the purpose debugging.\n" +
			"HUSHLOG_TOKEN_ENGINEERING, _COMPLIANCE, _ONCALL and _SECURITY hold the tokens of people with those roles.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := readCheckSecrets(&target)
			if err != nil {
				return err
			}
			if ca == "" {
				return errors.New("--ca: name the certificate of the deployment's CA, or set HUSHLOG_DIR")
			}
			target.TLS, err = identity.CallerTLS(ca)
			if err != nil {
				return err
			}
			return runChecks(cmd.Context(), cmd.OutOrStdout(), every, func(ctx context.Context) error {
				return demo.Check(ctx, target, cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().StringVar(&target.GatewayGRPC, "gateway", "127.0.0.1:7443", "`host:port` of the gateway's gRPC")
	cmd.Flags().StringVar(&target.GatewayREST, "rest", "127.0.0.1:7444", "`host:port` of the gateway's REST")
	cmd.Flags().StringVar(&target.Query, "server", orElse(os.Getenv("HUSHLOG_SERVER"), defaultQueryAddr), "`host:port` of the query service; HUSHLOG_SERVER does the same")
	cmd.Flags().StringVar(&ca, "ca", defaultCA(), "`file` with the certificate of the deployment's CA; HUSHLOG_CA does the same, and so does HUSHLOG_DIR")
	cmd.Flags().DurationVar(&every, "every", 0, "check again after this `time`, until stopped; failures are printed and do not end it")
	return cmd
}

// readCheckSecrets takes the key and the tokens from the environment: on the command line others would see them.
func readCheckSecrets(target *demo.Target) error {
	var missing []string
	take := func(name string) string {
		value := os.Getenv(name)
		if value == "" {
			missing = append(missing, name)
		}
		return value
	}
	target.APIKey = take("HUSHLOG_API_KEY")
	for _, role := range checkRoles {
		target.Tokens[role] = take("HUSHLOG_TOKEN_" + strings.ToUpper(role))
	}
	if len(missing) > 0 {
		return fmt.Errorf("set in the environment: %s (see hushlog key create, hushlog person add)", strings.Join(missing, ", "))
	}
	return nil
}

// minEvery keeps a mistyped time from filling the tables.
const minEvery = time.Minute

// runChecks checks once, or again and again until it is told to stop: then a check that fails is told of and ends nothing.
func runChecks(ctx context.Context, out io.Writer, every time.Duration, check func(context.Context) error) error {
	if every == 0 {
		return check(ctx)
	}
	if every < minEvery {
		return fmt.Errorf("--every: at least %s", minEvery)
	}
	for {
		fmt.Fprintln(out, time.Now().UTC().Format(time.DateTime), "UTC")
		err := check(ctx)
		if ctx.Err() != nil {
			return ignoreStop(ctx)
		}
		if err != nil {
			fmt.Fprintln(out, err)
		}
		select {
		case <-ctx.Done():
			return ignoreStop(ctx)
		case <-time.After(every):
		}
	}
}

// ignoreStop is no error when the check was told to stop.
func ignoreStop(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil
	}
	return ctx.Err()
}
