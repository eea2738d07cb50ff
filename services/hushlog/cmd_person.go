package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	"github.com/hushlog/hushlog/services/setup"
)

// actionPersonErase is on the trail with the pseudonym of whose key was destroyed.
const actionPersonErase = "person-erase"

// newPersonCommand manages tokens of people.
func newPersonCommand() *cobra.Command {
	return newGroup("person", "Give, list and revoke the tokens that people read with",
		newPersonAddCommand(), newPersonListCommand(), newPersonRevokeCommand(), newPersonEraseCommand())
}

func newPersonAddCommand() *cobra.Command {
	var (
		layout   identity.Layout
		spec     identity.PersonSpec
		lifetime policy.Duration
	)
	cmd := &cobra.Command{
		Use:   "add NAME --role ROLE",
		Short: "Give a person a token and print it, this once",
		Long:  "Prints the token alone on standard output; only its hash is kept. The role must be one of the deployment's policy.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			spec.Name, spec.Lifetime, spec.CreatedBy = args[0], lifetime.D(), caller()
			return addPerson(cmd, layout, spec)
		},
	}
	addDirFlag(cmd, &layout)
	cmd.Flags().StringVar(&spec.Role, "role", "", "`role` of the deployment's policy; required")
	cmd.Flags().TextVar(&lifetime, "expires", policy.Duration(identity.DefaultTokenLifetime),
		"`duration` that the token works, at most "+policy.Duration(identity.MaxTokenLifetime).String())
	return cmd
}

func addPerson(cmd *cobra.Command, layout identity.Layout, spec identity.PersonSpec) error {
	err := requireDir(layout)
	if err != nil {
		return err
	}
	p, err := setup.Policy(layout)
	if err != nil {
		return err
	}
	_, known := p.Roles[spec.Role]
	if !known {
		roles := strings.Join(slices.Sorted(maps.Keys(p.Roles)), ", ")
		return errors.New("--role: not a role of the deployment's policy; it has " + roles)
	}
	token, rec, err := identity.AddPerson(layout.People(), spec, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintln(cmd.OutOrStdout(), token)
	fmt.Fprintf(cmd.ErrOrStderr(), "token %s of %s, role %s, until %s; it is not shown again\n",
		rec.ID, rec.Name, rec.Role, rec.Expires.Format(time.RFC3339))
	return nil
}

func newPersonListCommand() *cobra.Command {
	var layout identity.Layout
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List every token, without its secret",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := requireDir(layout)
			if err != nil {
				return err
			}
			people, err := identity.ListPeople(layout.People())
			if err != nil {
				return err
			}
			return table(cmd.OutOrStdout(), "ID\tNAME\tROLE\tSTATUS\tBY\tEXPIRES", len(people), func(w io.Writer, i int) {
				p := people[i]
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.Name, p.Role, p.Status(time.Now()), p.CreatedBy,
					p.Expires.Format(time.RFC3339))
			})
		},
	}
	addDirFlag(cmd, &layout)
	return cmd
}

func newPersonRevokeCommand() *cobra.Command {
	var layout identity.Layout
	cmd := &cobra.Command{
		Use:   "revoke NAME|ID",
		Short: "Revoke a token, or every token of a person; query refuses it within a second",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := requireDir(layout)
			if err != nil {
				return err
			}
			revoked, err := identity.RevokePerson(layout.People(), args[0], time.Now())
			if err != nil {
				return fmt.Errorf("revoke: %w; see `hushlog person list`", err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "revoked %d\n", revoked)
			return nil
		},
	}
	addDirFlag(cmd, &layout)
	return cmd
}

func newPersonEraseCommand() *cobra.Command {
	var path string
	var layout identity.Layout
	cmd := &cobra.Command{
		Use:   "erase NAME",
		Short: "Destroy a person's key and tokens: nothing on the trail leads to the person any more, and every proof holds",
		Long: "Outside of the file of people a person is a pseudonym, and a name encrypted under the person's own key. Without that key neither\n" +
			"can be led back to the person. Copies of the file have to be destroyed too: hushlog does not know them.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := requireDir(layout)
			if err != nil {
				return err
			}
			cfg, err := loadSetup(path)
			if err != nil {
				return err
			}
			return erasePerson(cmd, cfg, layout.People(), args[0])
		},
	}
	addDirFlag(cmd, &layout)
	addSetupFlag(cmd, &path)
	return cmd
}

// erasePerson puts on the trail that a key is destroyed, destroys it, and puts on the trail that it was.
func erasePerson(cmd *cobra.Command, cfg setup.Config, people, name string) error {
	ctx := cmd.Context()
	return withTrail(ctx, cfg.Kafka, func(_ *stream.Publisher, trail *audit.Trail) error {
		acts := &announcedActs{ctx: ctx, trail: trail}
		err := identity.ErasePerson(people, name, func(pseudonyms []string) error {
			for _, pseudonym := range pseudonyms {
				err := acts.begin(actionPersonErase, pseudonym)
				if err != nil {
					return err
				}
			}
			return nil
		})
		err = acts.end(err)
		if err != nil {
			return fmt.Errorf("erase a person: %w", err)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "erased: %d pseudonyms lead to nobody any more; destroy copies of the file of people too\n", len(acts.acts))
		return err
	})
}
