// Command hushlog is every service and every tool of hushlog in one binary:
// each service is a subcommand.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra" // commands, flags and their help, as in most Go tools of this kind

	"github.com/hushlog/hushlog/services/canary"
	"github.com/hushlog/hushlog/services/gateway"
	"github.com/hushlog/hushlog/services/ingest"
	"github.com/hushlog/hushlog/services/query"
	"github.com/hushlog/hushlog/services/redactor"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	err := newRootCommand().ExecuteContext(ctx)
	var silent exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &silent):
		return int(silent)
	default:
		fmt.Fprintln(os.Stderr, "hushlog: "+err.Error())
		return 1
	}
}

// exitError ends the process with a code, when the command itself has said
// what is wrong.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// version is set by the linker; otherwise the build's own information serves.
var version string

func buildVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}

func newRootCommand() *cobra.Command {
	cobra.EnableCommandSorting = false // the order in which they are added is the reader's
	root := &cobra.Command{
		Use:           "hushlog",
		Short:         "Logs prompts and responses of AI services, with private data removed before anything is stored",
		Version:       buildVersion(),
		Args:          onlyCommands,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return seeHelp(cmd, err)
	})
	root.AddGroup(
		&cobra.Group{ID: "machine", Title: "On one machine:"},
		&cobra.Group{ID: "services", Title: "Services, in the order of the data:"},
		&cobra.Group{ID: "tools", Title: "Tools:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("machine", newDemoCommand(), newDevCommand())
	add("services",
		newServiceCommand("gateway", "Take interactions over gRPC and REST, seal them, publish them", gateway.DefaultConfig(), gateway.Run),
		newServiceCommand("redactor", "Open, inspect, classify, and publish what may be stored", redactor.DefaultConfig(), redactor.Run),
		newServiceCommand("ingest", "Store blocks, alerts and the trail in ClickHouse", ingest.DefaultConfig(), ingest.Run),
		newAlertCommand(),
		newRetentionCommand(),
		newServiceCommand("query", "Run people's SELECTs under their roles, on the trail", query.DefaultConfig(), query.Run),
		newServiceCommand("canary", "Send made-up people and secrets on every path, see that they arrive and leak nowhere", canary.DefaultConfig(), canary.Run),
	)
	add("tools",
		newCertsCommand(), newSecretsCommand(), newInitCommand(), newPolicyCommand(), newKeyCommand(), newPersonCommand(), newPseudonymsCommand(),
		newRedactCommand(), newFlagCommand(), newDictionaryCommand(), newRulesCommand(),
		newSQLCommand(), newLedgerCommand(), newAuditCommand(), newEraseCommand(), newHoldCommand(), newRescanCommand(), newQuarantineCommand(), newProjectCommand(),
		newReviewCommand(), newReportCommand(), newEvidenceCommand(), newStoreCommand(), newPrivacyCheckCommand(),
		newHealthCommand(), newEmbeddedCommand(),
	)
	explainUse(root)
	return root
}
