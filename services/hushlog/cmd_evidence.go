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
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note" // the form of the trail's keys

	"github.com/hushlog/hushlog/pkg/audit/translog"
	"github.com/hushlog/hushlog/pkg/evidence"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/report"
	"github.com/hushlog/hushlog/pkg/store"
)

// Files of the evidence.
const (
	fileCheckpoint = "trail/checkpoint"
	fileReviewList = "reviews/list.json"
	dirReviews     = "reviews/"
	dirReceipts    = "receipts/"
)

// evidenceReadme says what is in the archive.
const evidenceReadme = `What shows how this deployment is governed. MANIFEST.note lists every file with its SHA-256 and is signed with the key of
the audit trail: "hushlog evidence verify" checks it with the verifying key alone.

policy/          explain.txt says in words what the policy in force means; versions/ holds each policy that was put in force
roles.txt        who may do what on ClickHouse and Kafka, derived from the policy in force
retention.json   what the last run of retention found in each place: date, oldest row, rows past their date
receipts/        signed receipts: of erasures of end users, and of keys that were destroyed
access.json      who asked what, in which role and for which purpose, what was refused, and reads of content
ledger.json      what became of everything received, by project and day
leaks.json       what hushlog can say of leaks: the share of values that it planted itself and that were readable anywhere, by type
                 (docs/canaries.md), private values found and treated, events that could not be inspected and were put aside
reviews/         list.json says whose each review is, until when, and who signed it; the reviews themselves beside it
report.html      figures, control by control, each with the statement behind it; report.json is the same
trail/           checkpoint is the signed state of the trail's log; verified.txt is what verifying the whole log found
`

// newEvidenceCommand packs evidence, and checks what was packed.
func newEvidenceCommand() *cobra.Command {
	var (
		ask     asking
		files   trailFiles
		signKey string
		out     string
	)
	back := policy.Duration(90 * 24 * time.Hour)
	cmd := &cobra.Command{
		Use:   "evidence --purpose PURPOSE --out FILE",
		Short: "Pack what shows how the deployment is governed into one signed archive",
		Long: "Gathers policies, rights, the status of retention, receipts, access, the ledger, reviews, a report and the state of the trail, as a person whose role\n" +
			"reads them (compliance, by default) and on the audit trail, and signs the archive with the trail's key: run it where that key is.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			signer, err := loadSigner(signKey)
			if err != nil {
				return err
			}
			g := &gatherer{ask: ask, trail: files, now: time.Now().UTC(), files: map[string][]byte{}}
			g.from = g.now.Add(-back.D())
			return runEvidence(cmd.Context(), g, signer, out, cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	files.addFlags(cmd)
	cmd.Flags().StringVar(&signKey, "sign-key", inDir(identity.Layout.TrailSignKey), "`file` of the trail's signing key; HUSHLOG_DIR names it too")
	cmd.Flags().StringVar(&out, "out", "", "`file` that is written, as evidence.tar.gz; must not exist; required")
	cmd.Flags().TextVar(&back, "since", back, "`duration` to look back, as 90d")
	cmd.AddCommand(newEvidenceVerifyCommand())
	return cmd
}

func loadSigner(path string) (note.Signer, error) {
	if path == "" {
		return nil, errors.New("name the trail's signing key with --sign-key or HUSHLOG_DIR")
	}
	return identity.LoadTrailSigner(path)
}

func runEvidence(ctx context.Context, g *gatherer, signer note.Signer, path string, out io.Writer) error {
	if path == "" {
		return errors.New("name the file to write with --out")
	}
	err := g.ask.requirePurpose()
	if err != nil {
		return err
	}
	_, err = os.Stat(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return errors.New("--out: the file is there already, or its folder cannot be read; name another")
	}
	by, err := g.gather(ctx)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	err = evidence.Write(&packed, evidence.About{Made: g.now, From: g.from, To: g.now, By: by}, g.files, signer)
	if err != nil {
		return err
	}
	err = writeArchive(path, packed.Bytes())
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	fmt.Fprintf(out, "%s: %d files, signed by %s\n", path, len(g.files), signer.Name())
	return g.trailProblem
}

// writeArchive writes a file that is there whole or not at all.
func writeArchive(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".hushlog-")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// gatherer collects the files of the evidence.
type gatherer struct {
	ask       asking
	trail     trailFiles
	from, now time.Time
	files     map[string][]byte
	// trailProblem says that the trail's log does not verify: the evidence is written all the same, and shows it.
	trailProblem error
}

// gather fills files, and says who gathered.
func (g *gatherer) gather(ctx context.Context) (string, error) {
	by, err := g.ask.whoami(ctx)
	if err != nil {
		return "", err
	}
	g.files["README.txt"] = []byte(evidenceReadme)
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"policies", g.policies},
		{"the status of retention", g.retention},
		{"receipts", g.receipts},
		{"figures", g.figures},
		{"the ledger", g.ledger},
		{"reviews", g.reviews},
		{"a report", func(ctx context.Context) error { return g.report(ctx, by) }},
		{"the trail", g.trailLog},
	} {
		err = step.do(ctx)
		if err != nil {
			return "", fmt.Errorf("gather %s: %w", step.what, err)
		}
	}
	return by, nil
}

func (g *gatherer) json(name string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	g.files[name] = append(raw, '\n')
	return nil
}

// policies are those that were put in force, and what follows from the last of them.
func (g *gatherer) policies(ctx context.Context) error {
	last := ""
	err := rowsOf(ctx, g.ask, store.PoliciesSQL(), 3, func(c []string) error {
		at := strings.NewReplacer(" ", "T", ":", "").Replace(c[0])
		last = c[2]
		g.files["policy/versions/"+at+"-"+c[1]+".yaml"] = []byte(c[2])
		return nil
	})
	if err != nil {
		return err
	}
	if last == "" {
		return errors.New("no policy was written down; does retention run, and is its trail in order?")
	}
	p, err := policy.Parse([]byte(last))
	if err != nil {
		return fmt.Errorf("the policy in force is none of this version; use the hushlog of the deployment: %w", err)
	}
	var explained bytes.Buffer
	err = p.Explain(&explained)
	if err != nil {
		return err
	}
	g.files["policy/explain.txt"] = explained.Bytes()
	g.files["roles.txt"] = rightsText(p)
	return nil
}

// rightsText lists what the policy derives: users, grants and row filters of ClickHouse, rights on Kafka.
func rightsText(p *policy.Policy) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "Policy %s\n\nClickHouse\n", p.Digest())
	for _, user := range p.ClickHouseUsers() {
		fmt.Fprintf(&out, "\n%s\n", user.Name)
		for _, grant := range user.Grants {
			fmt.Fprintf(&out, "  %s\n", grant)
		}
		for _, table := range policy.AllTables() {
			if filter := user.RowFilters[table]; filter != "" && filter != "1" {
				fmt.Fprintf(&out, "  of %s only rows where %s\n", table, filter)
			}
		}
		if user.Role != "" {
			role := p.Roles[user.Role]
			for _, right := range role.May {
				fmt.Fprintf(&out, "  may %s\n", right)
			}
		}
	}
	fmt.Fprint(&out, "\nKafka\n\n")
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, acl := range p.KafkaACLs() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", acl.Principal, acl.Operation, acl.ResourceType, acl.Resource, acl.Pattern)
	}
	_ = table.Flush() // a buffer takes everything
	return out.Bytes()
}

func (g *gatherer) retention(ctx context.Context) error {
	lines, err := retentionLines(ctx, g.ask, g.now)
	if err != nil {
		return err
	}
	return g.json("retention.json", lines)
}

func (g *gatherer) receipts(ctx context.Context) error {
	return rowsOf(ctx, g.ask, store.ReceiptsSQL(g.from), 3, func(c []string) error {
		g.files[dirReceipts+c[1]+"-"+c[0]+".note"] = []byte(c[2])
		return nil
	})
}

func (g *gatherer) figures(ctx context.Context) error {
	period := report.Period{From: g.from, To: g.now}
	for name, figures := range map[string][]string{
		"access.json": {"access", "content-access", "content-rows", "exports", "access-purposes", "refused", "trail"},
		"leaks.json":  {"leak-rate", "planted", "canaries-lost", "findings", "quarantined", "content-without-purpose"},
	} {
		results, err := report.Gather(ctx, figureAsker{g.ask}, figures, period)
		if err != nil {
			return err
		}
		err = g.json(name, results)
		if err != nil {
			return err
		}
	}
	return nil
}

// ledgerDay is a row of store.LedgerDaysSQL.
type ledgerDay struct {
	Project string            `json:"project"`
	Day     string            `json:"day"`
	Counts  map[string]string `json:"counts"`
}

func (g *gatherer) ledger(ctx context.Context) error {
	days := []ledgerDay{}
	columns := store.LedgerDayCounts()
	err := rowsOf(ctx, g.ask, store.LedgerDaysSQL(g.from), 2+len(columns), func(c []string) error {
		day := ledgerDay{Project: c[0], Day: c[1], Counts: map[string]string{}}
		for i, name := range columns {
			day.Counts[name] = c[i+2]
		}
		days = append(days, day)
		return nil
	})
	if err != nil {
		return err
	}
	return g.json("ledger.json", days)
}

// listedReview is a line of reviews/list.json.
type listedReview struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	From     string `json:"from"`
	To       string `json:"to"`
	Due      string `json:"due"`
	Owner    string `json:"owner"`
	Digest   string `json:"digest"`
	SignedBy string `json:"signed_by,omitempty"`
	As       string `json:"as,omitempty"`
	SignedAt string `json:"signed_at,omitempty"`
}

func (g *gatherer) reviews(ctx context.Context) error {
	lines, err := reviewLines(ctx, g.ask)
	if err != nil {
		return err
	}
	list := []listedReview{}
	for _, l := range lines {
		to, err := time.Parse(time.DateTime, l.To)
		if err != nil {
			return errors.New("the answer is no list of reviews; is --server a query service of this version?")
		}
		if to.Before(g.from) {
			continue
		}
		review, digest, err := readReview(ctx, g.ask, l.ID)
		if err != nil {
			return err
		}
		text, _, err := review.Encode()
		if err != nil {
			return err
		}
		if report.Digest(text) != digest {
			return fmt.Errorf("review %s was made by another version; use the hushlog of the deployment", l.ID)
		}
		g.files[dirReviews+l.ID+".json"] = []byte(text)
		list = append(list, listedReview{l.ID, l.Kind, l.From, l.To, l.Due, l.Owner, digest, l.Signer, l.SignerRole, l.SignedAt})
	}
	return g.json(fileReviewList, list)
}

func (g *gatherer) report(ctx context.Context, by string) error {
	r, err := report.New(ctx, figureAsker{g.ask}, nil, report.Period{From: g.from, To: g.now}, g.now)
	if err != nil {
		return err
	}
	r.By = by
	var page bytes.Buffer
	err = r.WriteHTML(&page)
	if err != nil {
		return err
	}
	g.files["report.html"] = page.Bytes()
	return g.json("report.json", r)
}

func (g *gatherer) trailLog(context.Context) error {
	dir, verifier, err := g.trail.open()
	if err != nil {
		return err
	}
	verified, err := translog.Verify(dir, verifier, nil)
	if err != nil {
		return err
	}
	if len(verified.Checkpoint) > 0 {
		g.files[fileCheckpoint] = verified.Checkpoint
	}
	var found strings.Builder
	for _, problem := range verified.Problems {
		fmt.Fprintln(&found, problem)
	}
	if len(verified.Problems) > 0 {
		fmt.Fprintf(&found, "the log does NOT verify: %d problems\n", len(verified.Problems))
		g.trailProblem = errors.New("the evidence is written, and shows that the trail's log does not verify: look with hushlog audit verify")
	} else {
		fmt.Fprintf(&found, "verified: %d entries, root %s\n", verified.Size, hex.EncodeToString(verified.Root))
	}
	g.files["trail/verified.txt"] = []byte(found.String())
	return nil
}

// whoami is what stands for the person on the trail, and the role, by the service's word.
func (a *asking) whoami(ctx context.Context) (string, error) {
	res, err := a.send(ctx, http.MethodGet, "/v1/whoami", nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return "", refusalOf(res)
	}
	var who struct {
		Actor string `json:"actor"`
		Role  string `json:"role"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, maxProblem)).Decode(&who)
	if err != nil || who.Actor == "" {
		return "", errors.New("the query service does not say who you are; is --server its address?")
	}
	return who.Actor + " (" + who.Role + ")", nil
}

func newEvidenceVerifyCommand() *cobra.Command {
	var files trailFiles
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check an archive with nothing but the trail's verifying key: its signature, every file, and what is signed within",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			verifier, err := files.verifier()
			if err != nil {
				return err
			}
			file, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer func() { _ = file.Close() }()
			return verifyEvidence(file, verifier, cmd.OutOrStdout())
		},
	}
	files.addKeyFlag(cmd)
	return cmd
}

// verifyEvidence checks the archive, and within it receipts and the checkpoint, which are signed by themselves, and reviews,
// for which digests stand on the trail.
func verifyEvidence(r io.Reader, verifier note.Verifier, out io.Writer) error {
	var lines []string
	listed, found := map[string]string{}, map[string]string{}
	about, err := evidence.Verify(r, verifier, func(name string, data []byte) error {
		lines = append(lines, fmt.Sprintf("%10d  %s", len(data), name))
		switch {
		case name == fileCheckpoint || strings.HasPrefix(name, dirReceipts):
			_, err := note.Open(data, note.VerifierList(verifier))
			if err != nil {
				return fmt.Errorf("%s: was not signed by the trail's key, or was changed before it was packed", name)
			}
		case name == fileReviewList:
			var list []listedReview
			err := json.Unmarshal(data, &list)
			if err != nil {
				return fmt.Errorf("%s: is no list of reviews", name)
			}
			for _, l := range list {
				listed[l.ID] = l.Digest
			}
		case strings.HasPrefix(name, dirReviews):
			found[strings.TrimSuffix(strings.TrimPrefix(name, dirReviews), ".json")] = report.Digest(string(data))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for id, digest := range listed {
		if found[id] != digest {
			return fmt.Errorf("review %s is not the one that its digest stands for", id)
		}
	}
	slices.Sort(lines)
	fmt.Fprintln(out, strings.Join(lines, "\n"))
	fmt.Fprintf(out, "verified: %d files, made %s by %s, of %s until %s\n", len(lines), about.Made.Format(time.RFC3339), about.By,
		about.From.Format(time.DateOnly), about.To.Format(time.DateOnly))
	return nil
}
