package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/alerting"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/services/setup"
)

// newPolicyCommand checks, explains and applies policies.
func newPolicyCommand() *cobra.Command {
	return newGroup("policy", "Check and explain the policy: what is stored, for whom and how long",
		newPolicyCheckCommand(), newPolicyExplainCommand(), newPolicyDefaultCommand(), newPolicyDutiesCommand(), newPolicyUsersCommand())
}

func newPolicyCheckCommand() *cobra.Command {
	strict := false
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Say everything that is wrong with a policy, or nothing",
		Long: "Prints a line for each problem, file:line:column: field: problem; what to do, and ends with 1 when there is one.\n" +
			"Warnings, as of a date below a declared duty, are printed the same way and end with 1 only with --strict.\n" +
			"Reads the lists that the policy's own rules name, of which nothing is printed, and its files of alert rules.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := loadPolicy(cmd, args[0])
			if err != nil {
				return err
			}
			err = p.CheckFiles()
			if err != nil {
				return printProblems(cmd, err)
			}
			_, err = alerting.ForPolicy(p)
			if errors.Is(err, alerting.ErrInvalid) {
				fmt.Fprintln(cmd.ErrOrStderr(), err)
				return exitError(1)
			}
			if err != nil {
				return err
			}
			warnings := p.Warnings()
			for _, w := range warnings {
				fmt.Fprintf(cmd.OutOrStdout(), "%s:%d:%d: warning: %s: %s; %s\n", args[0], w.Line, w.Column, w.Field, w.Message, w.Fix)
			}
			if strict && len(warnings) > 0 {
				return exitError(1)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: valid, digest %s\n", args[0], p.Digest())
			return nil
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "end with 1 when there is a warning")
	return cmd
}

func newPolicyDutiesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "duties",
		Short: "List the duties to keep records that a policy may declare, each with its provision and scope",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, d := range policy.Duties() {
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n  %s: %s; met by a date of %s or more\n  %s\n", d.Name, d.Provision, d.Asks, d.Least, d.Scope)
			}
			return nil
		},
	}
}

func newPolicyExplainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [FILE]",
		Short: "Say in plain words what a policy means; without FILE, the default policy",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return policy.Default().Explain(cmd.OutOrStdout())
			}
			p, err := loadPolicy(cmd, args[0])
			if err != nil {
				return err
			}
			return p.Explain(cmd.OutOrStdout())
		},
	}
}

func newPolicyDefaultCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "default",
		Short: "Print the default policy, a commented example to start from",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(policy.DefaultDocument())
			return err
		},
	}
}

func newPolicyUsersCommand() *cobra.Command {
	var layout identity.Layout
	cmd := &cobra.Command{
		Use:   "users",
		Short: "Derive ClickHouse's users.xml again after the policy was changed",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := requireDir(layout)
			if err != nil {
				return err
			}
			p, err := loadPolicy(cmd, layout.Policy())
			if err != nil {
				return err
			}
			err = setup.WriteUsersXML(layout, p)
			if err != nil {
				return err
			}
			reportFiles(cmd, []setup.File{{Path: layout.ClickHouseUsers(), Created: true}})
			return nil
		},
	}
	addDirFlag(cmd, &layout)
	return cmd
}

// loadPolicy loads a document; its problems, one a line, go to standard output and the command ends with 1.
func loadPolicy(cmd *cobra.Command, path string) (*policy.Policy, error) {
	p, err := policy.Load(path)
	return p, printProblems(cmd, err)
}

// printProblems prints those of an invalid policy and returns what the command ends with.
func printProblems(cmd *cobra.Command, err error) error {
	var invalid *policy.InvalidError
	if errors.As(err, &invalid) {
		fmt.Fprintln(cmd.OutOrStdout(), invalid.Error())
		return exitError(1)
	}
	return err
}
