package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
)

// Help texts name a flag's value in backquotes, and end with "required" where there is no default.

// newGroup is a command that only holds others. Alone it shows its help.
func newGroup(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(commands...)
	return cmd
}

// addConfigFlag gives a command its configuration file, without which it does not start.
func addConfigFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "config", "", "YAML configuration `file`; required")
	err := cmd.MarkFlagRequired("config")
	if err != nil {
		panic(err) // the flag is defined one line above
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
