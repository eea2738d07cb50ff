package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/setup"
)

// On the trail, with the time from which the key holds.
const (
	actionPseudonymKey        = "pseudonym-key"
	actionPseudonymKeyDestroy = "pseudonym-key-destroy"
	// refTime is a time as a reference of the trail.
	refTime = "20060102T150405Z"
)

// newPseudonymsCommand manages the keys of pseudonyms.
func newPseudonymsCommand() *cobra.Command {
	return newGroup("pseudonyms", "List, change and destroy the keys of pseudonyms of end users",
		newPseudonymsListCommand(), newPseudonymsRotateCommand(), newPseudonymsDestroyCommand())
}

func newPseudonymsListCommand() *cobra.Command {
	var layout identity.Layout
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the periods of which there are keys, without the keys",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := requireDir(layout)
			if err != nil {
				return err
			}
			keys, err := identity.LoadPseudonymKeys(layout.PseudonymKey())
			if err != nil {
				return err
			}
			list := keys.List()
			return table(cmd.OutOrStdout(), "FROM\tUNTIL", len(list), func(w io.Writer, i int) {
				fmt.Fprintf(w, "%s\t%s\n", moment3339(list[i].From, "ever"), moment3339(list[i].Until, "now and on"))
			})
		},
	}
	addDirFlag(cmd, &layout)
	return cmd
}

func moment3339(t time.Time, none string) string {
	if t.IsZero() {
		return none
	}
	return t.Format(time.RFC3339)
}

func newPseudonymsRotateCommand() *cobra.Command {
	var (
		path   string
		layout identity.Layout
	)
	ahead, older := policy.Duration(time.Hour), policy.Duration(0)
	cmd := &cobra.Command{
		Use:   "rotate --config FILE",
		Short: "Add a key that holds from --in on: pseudonyms made from then on cannot be linked to those before",
		Long: "Every redactor needs the file by then; running ones read it as it changes. An erasure or a hold of an end user covers the\n" +
			"pseudonyms under every key that is there. With --if-older a schedule can run it as often as it likes.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := requireDir(layout)
			if err != nil {
				return err
			}
			cfg, err := loadSetup(path)
			if err != nil {
				return err
			}
			return rotatePseudonyms(cmd, cfg, layout.PseudonymKey(), ahead.D(), older.D())
		},
	}
	addDirFlag(cmd, &layout)
	addSetupFlag(cmd, &path)
	cmd.Flags().TextVar(&ahead, "in", ahead, "`duration` until it holds, at least a minute")
	cmd.Flags().TextVar(&older, "if-older", older, "only when the newest key has held for this `duration`, as 90d")
	return cmd
}

func rotatePseudonyms(cmd *cobra.Command, cfg setup.Config, path string, ahead, older time.Duration) error {
	now := time.Now()
	keys, err := identity.LoadPseudonymKeys(path)
	if err != nil {
		return err
	}
	list := keys.List()
	if now.Sub(list[len(list)-1].From) < older {
		_, err = fmt.Fprintln(cmd.OutOrStdout(), "the newest key is not older than that: nothing is changed")
		return err
	}
	from := now.Add(ahead).UTC().Truncate(time.Second)
	ctx := cmd.Context()
	return withTrail(ctx, cfg.Kafka, func(_ *stream.Publisher, trail *audit.Trail) error {
		acts := &announcedActs{ctx: ctx, trail: trail}
		err := identity.AddPseudonymKey(path, from, now, func() error { return acts.begin(actionPseudonymKey, from.Format(refTime)) })
		err = acts.end(err)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "another key holds from %s on\n", from.Format(time.RFC3339))
		return err
	})
}

func newPseudonymsDestroyCommand() *cobra.Command {
	var (
		path   string
		layout identity.Layout
	)
	cmd := &cobra.Command{
		Use:   "destroy --config FILE",
		Short: "Destroy the keys under which nothing is stored any more: pseudonyms of their periods lead nobody back",
		Long: "A key goes when its period ended before the oldest row that may hold a pseudonym was accepted, copies under a hold among them, and\n" +
			"before everything that may still be in the stream. Restore what you mean to restore first. Copies of the file have to be destroyed too.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := requireDir(layout)
			if err != nil {
				return err
			}
			cfg, err := loadSetup(path)
			if err != nil {
				return err
			}
			return destroyPseudonyms(cmd, cfg, layout.PseudonymKey())
		},
	}
	addDirFlag(cmd, &layout)
	addSetupFlag(cmd, &path)
	return cmd
}

func destroyPseudonyms(cmd *cobra.Command, cfg setup.Config, path string) error {
	ctx := cmd.Context()
	p, err := policy.Load(cfg.Policy)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, cfg.ClickHouse)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	oldest, err := db.OldestPseudonym(ctx)
	if err != nil {
		return err
	}
	return withTrail(ctx, cfg.Kafka, func(_ *stream.Publisher, trail *audit.Trail) error {
		acts := &announcedActs{ctx: ctx, trail: trail}
		gone, err := identity.DestroyPseudonymKeys(path, unusedBefore(time.Now(), oldest, p.Retention), func(key identity.PseudonymKey) error {
			return acts.begin(actionPseudonymKeyDestroy, key.From.Format(refTime))
		})
		err = acts.end(err)
		if err != nil {
			return err
		}
		for _, key := range gone {
			fmt.Fprintf(cmd.OutOrStdout(), "destroyed the key from %s until %s\n", moment3339(key.From, "ever"), moment3339(key.Until, ""))
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d destroyed; destroy copies of the file too\n", len(gone))
		return err
	})
}

// unusedBefore is when the period of a key must have ended for nothing to be under it: neither a row, nor a record of the
// stream, all of which can be opened for as long as keys are kept and no longer.
func unusedBefore(now, oldest time.Time, r policy.Retention) time.Time {
	streamed := now.Add(-r.Keys.D() - 24*time.Hour)
	if oldest.IsZero() || streamed.Before(oldest) {
		return streamed
	}
	return oldest
}

// announcedActs are put on the trail before they are done and after.
type announcedActs struct {
	ctx   context.Context //nolint:containedctx // of one command
	trail *audit.Trail
	acts  []*audit.Act
	name  string
}

func (a *announcedActs) begin(action, ref string) error {
	act, err := a.trail.Begin(a.ctx, &hushlogv1.AuditEntry{Actor: identity.Admin, Action: action, Ref: ref})
	if err != nil {
		return fmt.Errorf("the trail cannot be written, so nothing was done: %w", err)
	}
	a.acts, a.name = append(a.acts, act), action
	return nil
}

// end says on the trail how it ended, and returns err with what failed there.
func (a *announcedActs) end(err error) error {
	outcome := audit.Outcome{Result: audit.OK}
	if err != nil {
		outcome = audit.Outcome{Result: audit.Failed, Reason: a.name + "-failed"}
	}
	for _, act := range a.acts {
		err = errors.Join(err, act.End(context.WithoutCancel(a.ctx), outcome))
	}
	return err
}
