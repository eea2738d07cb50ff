package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
)

// newStoreCommand groups what an operator does with ClickHouse, as admin.
func newStoreCommand() *cobra.Command {
	return newGroup("store", "Schema, dates and backups of ClickHouse, as admin",
		newStorePart("migrate", "Bring the schema up to this binary; can be repeated, also after it was cut off", func(ctx context.Context, db *store.DB, _ *policy.Policy, out io.Writer) error {
			err := db.Migrate(ctx)
			if err != nil {
				return err
			}
			return printMigrations(ctx, db, out)
		}),
		newStorePart("status", "Show the steps of the schema, and for each table its date, its oldest row and rows that are overdue; ends with an error when there are any", storeStatus),
		newBackupCommand(), newRestoreCommand(), newDiskKeysCommand())
}

func newStorePart(name, short string, do func(context.Context, *store.DB, *policy.Policy, io.Writer) error) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   name + " --config FILE",
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadSetup(path)
			if err != nil {
				return err
			}
			p, err := policy.Load(cfg.Policy)
			if err != nil {
				return err
			}
			db, err := store.Open(cmd.Context(), cfg.ClickHouse)
			if err != nil {
				return err
			}
			return errors.Join(do(cmd.Context(), db, p, cmd.OutOrStdout()), db.Close())
		},
	}
	addSetupFlag(cmd, &path)
	return cmd
}

func printMigrations(ctx context.Context, db *store.DB, out io.Writer) error {
	statuses, err := db.Status(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "step\tapplied\tchecksum")
	for _, s := range statuses {
		applied := "no"
		if !s.AppliedAt.IsZero() {
			applied = s.AppliedAt.UTC().Format(time.DateTime)
		}
		fmt.Fprintf(table, "%04d_%s\t%s\t%s\n", s.Version, s.Name, applied, s.Checksum[:16])
	}
	return table.Flush()
}

func storeStatus(ctx context.Context, db *store.DB, p *policy.Policy, out io.Writer) error {
	err := printMigrations(ctx, db, out)
	if err != nil {
		return err
	}
	places, err := db.RetentionStatus(ctx, store.Expiries(p), time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "table\tlabel\tkept\toldest row\trows\toverdue")
	overdue := uint64(0)
	for _, place := range places {
		oldest := "-"
		if !place.Oldest.IsZero() {
			oldest = place.Oldest.Format(time.DateOnly)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%d\n", place.Table, place.Label, policy.Duration(place.Keep), oldest, place.Rows, place.Overdue)
		overdue += place.Overdue
	}
	err = table.Flush()
	if err == nil && overdue > 0 {
		return fmt.Errorf("%d rows are past their date; is retention running, and does ClickHouse merge?", overdue)
	}
	return err
}
