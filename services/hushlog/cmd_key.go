package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/services/setup"
)

// newKeyCommand manages API keys of projects.
func newKeyCommand() *cobra.Command {
	return newGroup("key", "Create, list and revoke the API keys that projects send with",
		newKeyCreateCommand(), newKeyListCommand(), newKeyRevokeCommand())
}

func newKeyCreateCommand() *cobra.Command {
	var (
		layout   identity.Layout
		spec     identity.KeySpec
		lifetime policy.Duration
		bytes    policy.Bytes
		events   float64
	)
	cmd := &cobra.Command{
		Use:   "create --project NAME",
		Short: "Create a key and print it, this once",
		Long:  "Prints the key alone on standard output; only its hash is kept. A running gateway takes it within a second.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			spec.Lifetime, spec.CreatedBy = lifetime.D(), caller()
			if events != 0 || bytes != 0 {
				spec.Limits = &identity.KeyLimits{EventsPerSecond: events, BytesPerSecond: int64(bytes)}
			}
			return createKey(cmd, layout, spec)
		},
	}
	addDirFlag(cmd, &layout)
	cmd.Flags().StringVar(&spec.Project, "project", "", "`name` of the policy's project that the key sends for; required")
	cmd.Flags().StringVar(&spec.Note, "note", "", "`text` that says what the key is for")
	cmd.Flags().TextVar(&lifetime, "expires", policy.Duration(0), "`duration` that the key works, as 90d; without it, until revoked")
	cmd.Flags().Float64Var(&events, "events-per-second", 0, "narrower limit for this key alone, as a `number`")
	cmd.Flags().TextVar(&bytes, "bytes-per-second", policy.Bytes(0), "narrower limit for this key alone, a `size` as 1MiB")
	noDefault(cmd, "expires", "bytes-per-second")
	return cmd
}

func createKey(cmd *cobra.Command, layout identity.Layout, spec identity.KeySpec) error {
	err := requireDir(layout)
	if err != nil {
		return err
	}
	p, err := setup.Policy(layout)
	if err != nil {
		return err
	}
	_, known := p.Projects[spec.Project]
	if !known {
		return errors.New("--project: not a project of the deployment's policy; add it there first")
	}
	key, rec, err := identity.CreateKey(layout.APIKeys(), spec, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintln(cmd.OutOrStdout(), key)
	fmt.Fprintf(cmd.ErrOrStderr(), "key %s of project %s, %s; it is not shown again\n", rec.ID, rec.Project, until(rec.Expires))
	return nil
}

func newKeyListCommand() *cobra.Command {
	var layout identity.Layout
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List every key, without its secret",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := requireDir(layout)
			if err != nil {
				return err
			}
			keys, err := identity.ListKeys(layout.APIKeys())
			if err != nil {
				return err
			}
			return table(cmd.OutOrStdout(), "ID\tPROJECT\tSTATUS\tCREATED\tBY\tEXPIRES\tNOTE", len(keys), func(w io.Writer, i int) {
				k := keys[i]
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Project, k.Status(time.Now()),
					k.Created.Format(time.DateOnly), k.CreatedBy, until(k.Expires), k.Note)
			})
		},
	}
	addDirFlag(cmd, &layout)
	return cmd
}

func newKeyRevokeCommand() *cobra.Command {
	var layout identity.Layout
	cmd := &cobra.Command{
		Use:   "revoke ID",
		Short: "Revoke a key; running gateways refuse it within a second",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := requireDir(layout)
			if err != nil {
				return err
			}
			err = identity.RevokeKey(layout.APIKeys(), args[0], time.Now())
			if err != nil {
				return fmt.Errorf("revoke: %w; see `hushlog key list`", err)
			}
			fmt.Fprintln(cmd.OutOrStdout(), "revoked")
			return nil
		},
	}
	addDirFlag(cmd, &layout)
	return cmd
}

// table prints rows in columns.
func table(out io.Writer, header string, rows int, row func(w io.Writer, i int)) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, header)
	for i := range rows {
		row(w, i)
	}
	return w.Flush()
}

// until says when something ends.
func until(expires *time.Time) string {
	if expires == nil {
		return "until revoked"
	}
	return expires.Format(time.RFC3339)
}
