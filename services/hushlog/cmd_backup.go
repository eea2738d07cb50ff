package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/ingest"
	"github.com/hushlog/hushlog/services/setup"
)

// maxManifest bounds a manifest: about a hundred bytes for each table, label and day.
const maxManifest = 64 << 20

// backupJob is a backup or a restore under way.
type backupJob struct {
	kafka  *kadm.Client
	policy *policy.Policy
	db     *store.DB
	out    io.Writer
	// rows that were changed, for the trail.
	rows uint64
}

func newBackupCommand() *cobra.Command {
	var path, manifest string
	cmd := &cobra.Command{
		Use:   "backup --config FILE --manifest FILE",
		Short: "Copy every table to ClickHouse's encrypted disk of backups, while writing goes on",
		Long: "Copies every table, by label and day, to ClickHouse's disk `backups`, and writes a manifest of what was copied:\n" +
			"names and counts, no content. Keep it with the deployment's secrets; a restore needs it. Retention deletes each\n" +
			"part of a backup on the day that its rows reach their date, and all of it after 30 days.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runBackupJob(cmd, path, "backup", store.BackupName(time.Now()), everyTable(), func(ctx context.Context, j *backupJob) error {
				return j.backup(ctx, manifest)
			})
		},
	}
	addManifestFlags(cmd, &path, &manifest)
	return cmd
}

func newRestoreCommand() *cobra.Command {
	var path, manifest string
	var rewind bool
	cmd := &cobra.Command{
		Use:   "restore --config FILE --manifest FILE",
		Short: "Bring the rows of a backup back, without what was erased or has reached its date since",
		Long: "Brings the rows of a backup back into a migrated database, table by label and day, each whole. It may be repeated:\n" +
			"what is there stays as it is. Stop the services first. With --rewind, ingest then reads again from the stream what\n" +
			"was stored after the backup, as far as the stream still has it; nothing is stored twice.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := readManifest(manifest)
			if err != nil {
				return err
			}
			return runBackupJob(cmd, path, "restore", b.Name, everyTable(), func(ctx context.Context, j *backupJob) error {
				return j.restore(ctx, b, rewind)
			})
		},
	}
	addManifestFlags(cmd, &path, &manifest)
	cmd.Flags().BoolVar(&rewind, "rewind", false, "have ingest read the stream again from before the backup; ingest must be stopped")
	return cmd
}

func addManifestFlags(cmd *cobra.Command, path, manifest *string) {
	addSetupFlag(cmd, path)
	cmd.Flags().StringVar(manifest, "manifest", "", "`file` that says what the backup holds; required")
	required(cmd, "manifest")
}

// jobAccess is who does a job, and how that identity reaches what it works on.
type jobAccess struct {
	actor, policy string
	kafka         stream.Config
	clickHouse    store.Config
}

// runBackupJob does a job as admin.
func runBackupJob(cmd *cobra.Command, path, action, name string, tables []string, do func(context.Context, *backupJob) error) error {
	cfg, err := loadSetup(path)
	if err != nil {
		return err
	}
	return runJob(cmd, jobAccess{identity.Admin, cfg.Policy, cfg.Kafka, cfg.ClickHouse}, action, name, tables, do)
}

// runJob puts on the trail that a backup, a restore or a rescan begins, does it, and puts on the trail how it ended: without
// a trail there is neither.
func runJob(cmd *cobra.Command, access jobAccess, action, name string, tables []string, do func(context.Context, *backupJob) error) error {
	p, err := policy.Load(access.policy)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	return withTrail(ctx, access.kafka, func(publisher *stream.Publisher, trail *audit.Trail) error {
		db, err := store.Open(ctx, access.clickHouse)
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		act, err := trail.Begin(ctx, &hushlogv1.AuditEntry{Actor: access.actor, Action: action, Ref: name, Tables: tables})
		if err != nil {
			return fmt.Errorf("the trail cannot be written, so nothing was done: %w", err)
		}
		job := &backupJob{kafka: kadm.NewClient(publisher.Client()), policy: p, db: db, out: cmd.OutOrStdout()}
		err = do(ctx, job)
		outcome := audit.Outcome{Result: audit.OK, Rows: job.rows}
		if err != nil {
			outcome = audit.Outcome{Result: audit.Failed, Reason: action + "-failed"}
		}
		return errors.Join(err, act.End(context.WithoutCancel(ctx), outcome))
	})
}

func loadSetup(path string) (setup.Config, error) {
	cfg := setup.DefaultConfig()
	err := service.Load(path, &cfg)
	return cfg, err
}

// withTrail opens the trail as whom the configuration names.
func withTrail(ctx context.Context, cfg stream.Config, do func(*stream.Publisher, *audit.Trail) error) error {
	opts, err := stream.Dial(cfg)
	if err != nil {
		return err
	}
	publisher, err := stream.NewPublisher(opts, stream.PublisherConfig{})
	if err != nil {
		return err
	}
	defer func() { _ = publisher.Close(context.WithoutCancel(ctx)) }()
	trail, err := audit.NewTrail(publisher, audit.Options{Topic: stream.TopicAudit})
	if err != nil {
		return err
	}
	return do(publisher, trail)
}

func everyTable() []string {
	var names []string
	for _, table := range store.Tables() {
		names = append(names, store.Database+"."+table.Name)
	}
	return names
}

func (j *backupJob) backup(ctx context.Context, manifest string) error {
	file, err := os.OpenFile(manifest, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	var rows uint64
	b, err := j.db.Backup(ctx, time.Now(), store.Expiries(j.policy), func(i store.BackupItem) { rows += i.Rows })
	if err == nil {
		encoder := json.NewEncoder(file)
		encoder.SetIndent("", " ")
		err = encoder.Encode(b)
	}
	err = errors.Join(err, file.Close())
	if err != nil {
		return errors.Join(err, os.Remove(manifest))
	}
	_, err = fmt.Fprintf(j.out, "backup %s: %d rows in %d parts, by table, label and day\nmanifest: %s\n", b.Name, rows, len(b.Items), manifest)
	return err
}

// readManifest reads what Backup wrote. Names in it are checked before they are used.
func readManifest(path string) (*store.Backup, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if info.Size() > maxManifest {
		return nil, fmt.Errorf("manifest %s: larger than %d bytes", path, maxManifest)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	b := &store.Backup{}
	err = json.Unmarshal(raw, b)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: not one that hushlog store backup wrote: %w", path, err)
	}
	return b, nil
}

func (j *backupJob) restore(ctx context.Context, b *store.Backup, rewind bool) error {
	type sums struct{ held, left, parts, there, expired uint64 }
	byTable := map[string]*sums{}
	expiries := store.Expiries(j.policy)
	err := j.db.Restore(ctx, b, time.Now(), expiries, func(i store.RestoredItem) {
		s := byTable[i.Table]
		if s == nil {
			s = &sums{}
			byTable[i.Table] = s
		}
		s.parts++
		switch i.State {
		case store.RestoredExpired:
			s.expired++
		case store.RestoredBefore:
			s.there++
		default:
			s.held, s.left = s.held+i.Held, s.left+i.Left
		}
	})
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(j.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "table\trows restored\tleft out as erased\tparts\talready there\tpast their date")
	for _, t := range store.Tables() {
		s := byTable[t.Name]
		if s != nil {
			fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\n", t.Name, s.held-s.left, s.left, s.parts, s.there, s.expired)
		}
	}
	err = table.Flush()
	if err != nil {
		return err
	}
	err = j.balance(ctx)
	if err == nil && rewind {
		err = j.rewind(ctx, b)
	}
	return err
}

// balance compares what the restored ledger counts with the rows that are there, as far back as all of them are kept.
func (j *backupJob) balance(ctx context.Context) error {
	var since time.Time
	for _, e := range store.Expiries(j.policy) {
		if e.Table != store.TableInteractions && e.Table != store.TableLedger {
			continue
		}
		kept := time.Now().Add(-e.Keep).AddDate(0, 0, 1)
		if kept.After(since) {
			since = kept
		}
	}
	lines, err := j.db.Ledger(ctx, since)
	if err != nil {
		return err
	}
	var stored, counted, missing uint64
	for _, line := range lines {
		stored, counted = stored+line.Stored, counted+line.Counted
		if line.Stored > line.Counted {
			missing += line.Stored - line.Counted
		}
	}
	fmt.Fprintf(j.out, "ledger since %s: %d stored, %d counted with those erased\n", since.UTC().Format(time.DateOnly), stored, counted)
	if missing > 0 {
		return fmt.Errorf("%d interactions that the ledger counts are not there", missing)
	}
	return nil
}

// rewindBefore is how long before the backup ingest reads again: longer than a block waits to be stored.
const rewindBefore = 15 * time.Minute

// rewind sets ingest's groups back. Blocks that are stored are known again and not stored twice.
func (j *backupJob) rewind(ctx context.Context, b *store.Backup) error {
	from := b.At.Add(-rewindBefore)
	for group, topics := range ingest.Reads() {
		listed, err := j.kafka.ListOffsetsAfterMilli(ctx, from.UnixMilli(), topics...)
		if err == nil {
			err = listed.Error()
		}
		if err != nil {
			return fmt.Errorf("find where the stream was at the time of the backup: %w", err)
		}
		err = j.kafka.CommitAllOffsets(ctx, group, listed.Offsets())
		if err != nil {
			return fmt.Errorf("set %s back (is ingest stopped?): %w", group, err)
		}
		_, err = fmt.Fprintf(j.out, "%s reads again what came after %s\n", group, from.UTC().Format(time.DateTime))
		if err != nil {
			return err
		}
	}
	return nil
}
