package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note" // the form of the trail's keys
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/audit/translog"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// newAuditCommand groups what is done with the audit trail.
func newAuditCommand() *cobra.Command {
	return newGroup("audit", "Verify and read the audit trail",
		newAuditVerifyCommand(), newAuditShowCommand(), newAuditProveCommand(), newAuditCheckCommand(), newAuditWhoCommand())
}

// trailFiles are the log and its key; by default those of a deployment's directory.
type trailFiles struct{ dir, key string }

func (f *trailFiles) addKeyFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.key, "key", inDir(identity.Layout.TrailVerifyKey), "`file` of the trail's verifying key; HUSHLOG_DIR names it too")
}

func (f *trailFiles) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.dir, "log", inDir(identity.Layout.TrailLog), "`directory` of the trail's log, or a copy of it; HUSHLOG_DIR names it too")
	f.addKeyFlag(cmd)
}

// inDir is a file of the deployment that HUSHLOG_DIR names.
func inDir(path func(identity.Layout) string) string {
	dir := os.Getenv("HUSHLOG_DIR")
	if dir == "" {
		return ""
	}
	return path(identity.Layout{Dir: dir})
}

func (f *trailFiles) verifier() (note.Verifier, error) {
	if f.key == "" {
		return nil, errors.New("name the trail's verifying key with --key or HUSHLOG_DIR")
	}
	return identity.LoadTrailVerifier(f.key)
}

func (f *trailFiles) open() (string, note.Verifier, error) {
	verifier, err := f.verifier()
	if err != nil {
		return "", nil, err
	}
	if f.dir == "" {
		return "", nil, errors.New("name the directory of the trail's log with --log or HUSHLOG_DIR")
	}
	_, err = os.Stat(f.dir)
	if err != nil {
		return "", nil, fmt.Errorf("--log: %w", err)
	}
	return f.dir, verifier, nil
}

func newAuditVerifyCommand() *cobra.Command {
	var (
		files    trailFiles
		seen     []string
		remember string
	)
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check the trail's log without any service: nothing changed, removed, reordered, cut off, rolled back or forked",
		Long: "Reads the whole log, computes its root hash from the entries and compares it with the signed checkpoint. Whoever holds the signing key could\n" +
			"write another history: keep checkpoints elsewhere, with --remember or by hand, and a rollback or a fork is found against them.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runAuditVerify(files, seen, remember, cmd.OutOrStdout())
		},
	}
	files.addFlags(cmd)
	cmd.Flags().StringArrayVar(&seen, "seen", nil, "`file` with a checkpoint that was seen before; can be repeated")
	cmd.Flags().StringVar(&remember, "remember", "", "`file` that keeps the last checkpoint that verified: compared with when it is there, then replaced; keep it away from the log")
	return cmd
}

func runAuditVerify(files trailFiles, seen []string, remember string, out io.Writer) error {
	dir, verifier, err := files.open()
	if err != nil {
		return err
	}
	var checkpoints [][]byte
	for _, path := range seen {
		raw, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("--seen: %w", err)
		}
		checkpoints = append(checkpoints, raw)
	}
	if remember != "" {
		raw, err := os.ReadFile(remember)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--remember: %w", err)
		}
		if err == nil {
			checkpoints = append(checkpoints, raw)
		}
	}
	report, err := translog.Verify(dir, verifier, checkpoints)
	if err != nil {
		return err
	}
	for _, problem := range report.Problems {
		fmt.Fprintln(out, problem)
	}
	if len(report.Problems) > 0 {
		fmt.Fprintf(out, "the log does NOT verify: %d problems\n", len(report.Problems))
		return exitError(1)
	}
	fmt.Fprintf(out, "verified: %d entries, up to offset %d of the topic, root %s, compared with %d checkpoints seen before\n",
		report.Size, report.NextOffset, hex.EncodeToString(report.Root), len(checkpoints))
	if remember == "" {
		return nil
	}
	return replaceFile(remember, report.Checkpoint)
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".hushlog-")
	if err != nil {
		return fmt.Errorf("--remember: %w", err)
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("--remember: %w", err), os.Remove(file.Name()))
	}
	return nil
}

func newAuditShowCommand() *cobra.Command {
	var (
		ask    asking
		actor  string
		output string
	)
	back := policy.Duration(24 * time.Hour)
	cmd := &cobra.Command{
		Use:   "show --purpose PURPOSE",
		Short: "Show who did what, as a person whose role reads the trail; that you looked is on the trail too",
		Long:  "People stand on the trail as pseudonyms. A role that may names is shown their names, but for people who were erased.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			who, err := ask.actorOf(cmd.Context(), actor)
			if err != nil {
				return err
			}
			statement, err := auditSQL(who, time.Now().Add(-back.D()))
			if err != nil {
				return err
			}
			ask.named = true
			return runSQL(cmd.Context(), ask, statement, output, strings.NewReader(""), cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	cmd.Flags().StringVar(&actor, "actor", "", "only what this `person` or service did")
	cmd.Flags().TextVar(&back, "since", back, "`duration` to look back, as 90m or 30d")
	cmd.Flags().StringVarP(&output, "output", "o", "", "`format`: table, tsv, csv or json; default: table on a terminal, else tsv")
	return cmd
}

// auditSQL is the statement behind audit show. The name is checked, as it becomes a literal.
func auditSQL(actor string, since time.Time) (string, error) {
	where := "at >= toDateTime('" + since.UTC().Format(time.DateTime) + "', 'UTC')"
	if actor != "" {
		if strings.ContainsAny(actor, `'\`+"\x00\n\r") || len(actor) > 128 {
			return "", errors.New("--actor: is not a name of a person or service")
		}
		where += " AND actor = '" + actor + "'"
	}
	return "SELECT at, actor, role, action, phase, outcome, reason, purpose, rows, tables, statement FROM " + store.Database + "." + store.TableAudit +
		" WHERE " + where + " ORDER BY at, act_id, phase", nil
}

func newAuditProveCommand() *cobra.Command {
	var files trailFiles
	var since string
	cmd := &cobra.Command{
		Use:   "prove [ENTRY]",
		Short: "Print a proof, as JSON, that an entry is in the log, or, with --since, that the log goes on from a checkpoint",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			proof, err := proofOf(cmd.Context(), files, since, args)
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(proof)
		},
	}
	files.addFlags(cmd)
	cmd.Flags().StringVar(&since, "since", "", "`file` with a checkpoint that was seen before")
	return cmd
}

func proofOf(ctx context.Context, files trailFiles, since string, args []string) (any, error) {
	dir, verifier, err := files.open()
	if err != nil {
		return nil, err
	}
	if (since == "") == (len(args) == 0) {
		return nil, errors.New("name either an entry, counted from 0, or a checkpoint with --since")
	}
	if since != "" {
		before, err := os.ReadFile(since)
		if err != nil {
			return nil, fmt.Errorf("--since: %w", err)
		}
		return translog.ProveConsistency(ctx, dir, verifier, before)
	}
	var index uint64
	_, err = fmt.Sscanf(args[0], "%d", &index)
	if err != nil {
		return nil, errors.New("ENTRY: must be a number, counted from 0")
	}
	return translog.ProveInclusion(ctx, dir, verifier, index)
}

func newAuditWhoCommand() *cobra.Command {
	var ask asking
	cmd := &cobra.Command{
		Use:   "who PSEUDONYM...",
		Short: "Say which people pseudonyms of the trail, of alerts, reviews and receipts stand for; that you asked is on the trail too",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := ask.names(cmd.Context(), args, nil)
			if err != nil {
				return err
			}
			for _, pseudonym := range args {
				fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", pseudonym, orElse(names[pseudonym], "nobody who is known: erased, or of another deployment"))
			}
			return nil
		},
	}
	ask.addFlags(cmd)
	return cmd
}

func newAuditCheckCommand() *cobra.Command {
	var files trailFiles
	var people string
	cmd := &cobra.Command{
		Use:   "check PROOF",
		Short: "Check a proof (- reads it from standard input) with nothing but the verifying key",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			verifier, err := files.verifier()
			if err != nil {
				return err
			}
			raw, err := readSigned(args[0], cmd.InOrStdin())
			if err != nil {
				return fmt.Errorf("read the proof: %w", err)
			}
			return checkProof(raw, verifier, people, cmd.OutOrStdout())
		},
	}
	files.addKeyFlag(cmd)
	cmd.Flags().StringVar(&people, "people", "", "`file` of people, with whose keys the name of who acted is decrypted")
	return cmd
}

// maxProof bounds what is read as a proof, or a receipt, from standard input.
const maxProof = 1 << 20

// readSigned reads a file of something that is signed; - stands for standard input.
func readSigned(path string, stdin io.Reader) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(stdin, maxProof))
	}
	return os.ReadFile(path)
}

func checkProof(raw []byte, verifier note.Verifier, people string, out io.Writer) error {
	inclusion, consistency, err := translog.ReadProof(raw)
	if err != nil {
		return err
	}
	if consistency != nil {
		err = consistency.Check(verifier)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "the log of the checkpoint after begins with that of the checkpoint before:\n%s\n%s", consistency.Before, consistency.After)
		return nil
	}
	record, err := inclusion.Check(verifier)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "entry %d is in the log (offset %d of the topic, %s)\n", inclusion.Index, record.Offset, record.Time.Format(time.RFC3339Nano))
	entry := &hushlogv1.AuditEntry{}
	if proto.Unmarshal(record.Value, entry) != nil {
		return nil // a part of a long entry
	}
	text, err := protojson.Marshal(entry)
	if err != nil {
		return fmt.Errorf("show the entry: %w", err)
	}
	var compact bytes.Buffer
	err = json.Compact(&compact, text) // protojson varies its blanks
	if err != nil {
		return fmt.Errorf("show the entry: %w", err)
	}
	fmt.Fprintln(out, compact.String())
	if people == "" || len(entry.GetSealedActor()) == 0 {
		return nil
	}
	name, err := identity.OpenName(people, entry.GetActor(), entry.GetSealedActor())
	if errors.Is(err, identity.ErrNoPerson) {
		name, err = "nobody who is known: erased, or in another file of people", nil
	}
	if err != nil {
		return fmt.Errorf("--people: %w", err)
	}
	_, err = fmt.Fprintln(out, "who: "+name)
	return err
}
