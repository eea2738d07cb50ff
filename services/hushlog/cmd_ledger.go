package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
)

// settled is how old a minute is when everything of it has normally been read. What a younger one
// still lacks is in flight; what an older one lacks is a gap.
const settled = 3 * time.Minute

// ledgerChecking is what --check looks at.
type ledgerChecking struct {
	on bool
	// after is how long ago a minute must have begun: the books of a block are there a moment before its rows.
	after time.Duration
}

// defaultCheckedAfter is the minute itself and another one, longer than any insert of a block takes.
const defaultCheckedAfter = 2 * time.Minute

// newLedgerCommand prints the ledger, as a person whose role reads it.
func newLedgerCommand() *cobra.Command {
	var (
		ask   asking
		check ledgerChecking
	)
	back, after := policy.Duration(time.Hour), policy.Duration(defaultCheckedAfter)
	cmd := &cobra.Command{
		Use:   "ledger --purpose PURPOSE",
		Short: "Show what became of everything received, by project and minute",
		Long: "Shows by project and minute of acceptance: received = accepted + rejected; accepted = stored + duplicates + quarantined + sampled out + dropped from quarantine + in flight;\n" +
			"the rows that there are; and the gap, which is zero when the books balance. Your role must read the ledger and interactions.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			check.after = after.D()
			return runLedger(cmd.Context(), ask, time.Now(), back.D(), check, cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	cmd.Flags().TextVar(&back, "since", back, "`duration` to look back, as 90m or 2d; no further than rows are kept")
	cmd.Flags().BoolVar(&check.on, "check", false, "end with an error when there is a gap")
	cmd.Flags().TextVar(&after, "checked-after", after, "`duration` since a minute began, before which --check does not look at it: the books of what was just read are there a moment before its rows")
	return cmd
}

func runLedger(ctx context.Context, ask asking, now time.Time, back time.Duration, check ledgerChecking, out io.Writer) error {
	answer, err := ask.run(ctx, store.LedgerSQL(now.Add(-back)), "TabSeparated")
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	lines, err := ledgerOf(answer, now)
	if err != nil {
		return err
	}
	err = store.FormatLedger(out, lines)
	if err != nil {
		return err
	}
	for _, line := range lines {
		if check.on && line.Gap() != 0 && now.Sub(line.Minute) >= check.after {
			return fmt.Errorf("project %s has a gap at %s: compare the logs of redactor and ingest of that minute", line.Project, line.Minute.Format(time.DateTime))
		}
	}
	return nil
}

func ledgerOf(answer io.Reader, now time.Time) ([]store.LedgerLine, error) {
	var lines []store.LedgerLine
	rows := bufio.NewScanner(answer)
	for rows.Scan() {
		line, err := ledgerLine(rows.Text())
		if err != nil {
			return nil, err
		}
		if now.Sub(line.Minute) < settled && line.Accepted > line.Read {
			line.InFlight = line.Accepted - line.Read
		}
		lines = append(lines, line)
	}
	return lines, rows.Err()
}

var errLedgerAnswer = errors.New("the answer is no ledger; is --server a query service of this version?")

// ledgerLine reads a row of store.LedgerSQL.
func ledgerLine(text string) (store.LedgerLine, error) {
	fields := strings.Split(text, "\t")
	line := store.LedgerLine{}
	counts := []*uint64{
		&line.Received, &line.Rejected, &line.Accepted, &line.Read, &line.Stored, &line.Duplicates,
		&line.Quarantined, &line.SampledOut, &line.Dropped, &line.Counted,
	}
	if len(fields) != len(counts)+2 {
		return line, errLedgerAnswer
	}
	var err error
	line.Project = fields[0]
	line.Minute, err = time.Parse(time.DateTime, fields[1])
	if err != nil {
		return line, errLedgerAnswer
	}
	for i, count := range counts {
		*count, err = strconv.ParseUint(fields[i+2], 10, 64)
		if err != nil {
			return line, errLedgerAnswer
		}
	}
	return line, nil
}
