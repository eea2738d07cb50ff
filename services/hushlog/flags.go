package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
)

// Help texts name a flag's value in backquotes, and end with "required" where there is no default.

// newGroup is a command that only holds others. Alone it shows its help.
func newGroup(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  onlyCommands,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(commands...)
	return cmd
}

// onlyCommands refuses the name of a command that is none. It does not repeat it: it may be what belongs elsewhere, as a person's id.
func onlyCommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var like string
	cmd.SuggestionsMinimumDistance = 2 // letters; cobra's own value, which it sets only where it suggests itself
	names := cmd.SuggestionsFor(args[0])
	if len(names) > 0 {
		like = " (did you mean " + strings.Join(names, " or ") + "?)"
	}
	return fmt.Errorf("%s has no command of that name%s", cmd.CommandPath(), like)
}

// explainUse lets every command below root say of wrong arguments and missing flags how it is written, and where that stands.
// Commands must not have a PersistentPreRunE of their own: only the nearest one is run.
func explainUse(root *cobra.Command) {
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		return seeHelp(cmd, cmd.ValidateRequiredFlags())
	}
	root.Args = explainedArgs(root.Args)
	for _, cmd := range root.Commands() {
		explainArgs(cmd)
	}
}

func explainArgs(cmd *cobra.Command) {
	if cmd.Args != nil {
		cmd.Args = explainedArgs(cmd.Args)
	}
	for _, sub := range cmd.Commands() {
		explainArgs(sub)
	}
}

func explainedArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		if err == nil || isGroup(cmd) {
			return seeHelp(cmd, err)
		}
		// Cobra's own message repeats what was given.
		return seeHelp(cmd, fmt.Errorf("%s was given %d argument(s); it is written %s", cmd.CommandPath(), len(args), cmd.UseLine()))
	}
}

// isGroup is true of a command that only holds others: its use is its name alone.
func isGroup(cmd *cobra.Command) bool {
	return cmd.HasSubCommands() && cmd.Use == cmd.Name()
}

func seeHelp(cmd *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
}

// addConfigFlag gives a command its configuration file, without which it does not start.
func addConfigFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "config", "", "YAML configuration `file`; required")
	required(cmd, "config")
}

// addSetupFlag gives a command that works as admin the configuration file of hushlog init.
func addSetupFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "config", "", "YAML configuration `file` of hushlog init; required")
	required(cmd, "config")
}

// required marks flags without which a command does not start.
func required(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		err := cmd.MarkFlagRequired(name)
		if err != nil {
			panic(err) // the caller has defined the flag
		}
	}
}

// addDirFlag gives a command the deployment's directory.
func addDirFlag(cmd *cobra.Command, layout *identity.Layout) {
	cmd.Flags().StringVar(&layout.Dir, "dir", os.Getenv("HUSHLOG_DIR"),
		"deployment `directory`; HUSHLOG_DIR in the environment does the same; required")
}

// noDefault keeps a flag whose zero stands for nothing from showing it as its default.
func noDefault(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		cmd.Flags().Lookup(name).DefValue = ""
	}
}
