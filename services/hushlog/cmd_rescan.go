package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/services/rescan"
	"github.com/hushlog/hushlog/services/retention"
)

// newRescanCommand runs the rules of this release and policy over what is stored.
func newRescanCommand() *cobra.Command {
	var path, key, since string
	var opts rescan.Options
	cmd := &cobra.Command{
		Use:   "rescan --config FILE",
		Short: "Run the rules of today over stored texts, tell what is found late, and rewrite it",
		Long: "Reads every stored text with the rules of this release and policy, under retention's identity (its certificate, ClickHouse's\n" +
			"user " + identity.RescanUser + "), which is on the audit trail before and after. Without --rewrite it only counts. With it, a text in which something is found takes the sanitized form, what was found is added to\n" +
			"findings, and the old text is deleted and waited for until it is off the disk. Names no text. It may be repeated.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			opts.Until = time.Now().Add(24 * time.Hour)
			opts.Since, err = rescanSince(since, time.Now())
			if err != nil {
				return err
			}
			name := time.Now().UTC().Format("20060102-150405")
			access, err := rescanAccess(path)
			if err != nil {
				return err
			}
			return runJob(cmd, access, "rescan", name, rescanned(), func(ctx context.Context, j *backupJob) error {
				return j.rescan(ctx, key, opts)
			})
		},
	}
	cmd.Flags().StringVar(&path, "config", "", "YAML configuration `file` of retention; required")
	cmd.Flags().StringVar(&opts.Project, "project", "", "only this `project`")
	cmd.Flags().StringVar(&since, "since", "", "only what was accepted from this `time`, RFC 3339 or a date in UTC")
	cmd.Flags().BoolVar(&opts.Rewrite, "rewrite", false, "rewrite what is found late")
	cmd.Flags().StringVar(&key, "pseudonym-key", "", "`file` of the key of pseudonyms (secrets/pseudonym.key), where the policy asks for pseudonyms of values")
	required(cmd, "config")
	return cmd
}

// rescanAccess is retention's, with the ClickHouse user that reads contents.
func rescanAccess(path string) (jobAccess, error) {
	cfg := retention.DefaultConfig()
	err := service.Load(path, &cfg)
	if err != nil {
		return jobAccess{}, fmt.Errorf("--config: %w", err)
	}
	cfg.ClickHouse.User = identity.RescanUser
	return jobAccess{identity.Retention, cfg.Policy, cfg.Kafka, cfg.ClickHouse}, nil
}

// rescanned are the tables that a rescan reads or changes.
func rescanned() []string {
	return []string{store.Database + "." + store.TableContents, store.Database + "." + store.TableFindings, store.Database + "." + store.TableHeldContents}
}

// rescanSince is the bound of a rescan: ClickHouse's times begin in 1970.
func rescanSince(text string, now time.Time) (time.Time, error) {
	at, err := moment("--since", text)
	if err != nil || at == nil {
		return time.Unix(0, 0).UTC(), err
	}
	if at.Unix() < 0 || at.After(now) {
		return time.Time{}, errors.New("--since: must be between 1970 and now")
	}
	return *at, nil
}

const (
	// partsPoll and partsPatience bound the wait for old texts to leave the disk, which takes about a minute.
	partsPoll     = 2 * time.Second
	partsPatience = 10 * time.Minute
)

func (j *backupJob) rescan(ctx context.Context, key string, opts rescan.Options) error {
	var pseudonyms *identity.PseudonymKeys
	if key != "" {
		var err error
		pseudonyms, err = identity.LoadPseudonymKeys(key)
		if err != nil {
			return fmt.Errorf("--pseudonym-key: %w", err)
		}
	}
	_, known := j.policy.Projects[opts.Project]
	if opts.Project != "" && !known {
		return errors.New("--project: the policy does not know this project")
	}
	scanner, err := rescan.NewScanner(j.policy, pseudonyms)
	if err != nil {
		return err
	}
	report, err := scanner.Run(ctx, j.db, opts)
	printRescan(j.out, report)
	j.rows = report.Rewritten
	if err != nil || report.Rewritten == 0 {
		return err
	}
	return j.oldTextsGone(ctx)
}

// oldTextsGone waits until no part that held an old text is on the disk, and says where old texts still are.
func (j *backupJob) oldTextsGone(ctx context.Context) error {
	done := time.Now()
	bounded, cancel := context.WithTimeout(ctx, partsPatience)
	defer cancel()
	for {
		left, err := j.db.ErasedPartsLeft(bounded, done)
		if err != nil {
			return err
		}
		if left == 0 {
			break
		}
		select {
		case <-bounded.Done():
			return fmt.Errorf("%d parts with old texts are on the disk still; does ClickHouse remove parts that are out of use?", left)
		case <-time.After(partsPoll):
		}
	}
	fmt.Fprintln(j.out, "old texts are off ClickHouse's disk")
	fmt.Fprintf(j.out, "they are in hushlog.events.v1, sealed, until %s at the latest, and in backups made before, encrypted, until %s: rescan again after a restore\n",
		done.Add(eventsKept(j.policy)).UTC().Format(time.DateTime), done.Add(store.BackupLife).UTC().Format(time.DateOnly))
	return nil
}

// eventsKept is how long a block may be in the stream, with the segment that it lies in.
func eventsKept(p *policy.Policy) time.Duration {
	return p.Retention.Events.D() + p.Retention.Events.D()/12
}

func printRescan(out io.Writer, r *rescan.Report) {
	fmt.Fprintf(out, "texts read: %d, with something found late: %d, rewritten: %d\n", r.Texts, r.Late, r.Rewritten)
	for _, rule := range slices.Sorted(maps.Keys(r.ByRule)) {
		fmt.Fprintf(out, "  %s: %d\n", rule, r.ByRule[rule])
	}
	if r.Held > 0 {
		fmt.Fprintf(out, "copies under holds of those interactions, left as they are: %d\n", r.Held)
	}
}
