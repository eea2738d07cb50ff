package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/services/retention"
)

// newRetentionCommand is the service, with what people ask about it.
func newRetentionCommand() *cobra.Command {
	cmd := newServiceCommand("retention", "Put dates in force and delete what has reached them", retention.DefaultConfig(), retention.Run)
	cmd.AddCommand(newRetentionStatusCommand())
	return cmd
}

const (
	// statusBack is how far back a last run is looked for.
	statusBack = 31 * 24 * time.Hour
	// staleRun is how old a last run may be: four of them, by default.
	staleRun = time.Hour
)

func newRetentionStatusCommand() *cobra.Command {
	var ask asking
	stale := policy.Duration(staleRun)
	cmd := &cobra.Command{
		Use:   "status --purpose PURPOSE",
		Short: "Show for each place the policy's date, the oldest row, overdue rows and the last run, as a person whose role reads retention_runs",
		Long: "Shows what the last run of retention found in each table and topic. Ends with an error when rows are past their date, when a step of the run\n" +
			"failed, and when the last run is too long ago.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runRetentionStatus(cmd.Context(), ask, time.Now(), stale.D(), cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	cmd.Flags().TextVar(&stale, "stale", stale, "`duration` after which a last run is too long ago")
	return cmd
}

// statusLine is a row of store.RetentionStatusSQL.
type statusLine struct {
	Kind         string   `json:"kind"`
	Place        string   `json:"place"`
	Label        string   `json:"label"`
	KeepSeconds  count    `json:"keep_seconds"`
	Oldest       string   `json:"oldest_row"`
	Rows         count    `json:"rows"`
	Overdue      count    `json:"overdue"`
	At           string   `json:"run_at"`
	FailedSteps  []string `json:"failed_steps"`
	PolicyDigest string   `json:"policy_digest"`
}

// count is a number that ClickHouse writes as JSON: quoted when it has 64 bits.
type count uint64

// UnmarshalJSON takes both.
func (c *count) UnmarshalJSON(text []byte) error {
	var n json.Number
	err := json.Unmarshal([]byte(strings.Trim(string(text), `"`)), &n)
	if err != nil {
		return err
	}
	_, err = fmt.Sscanf(n.String(), "%d", (*uint64)(c))
	return err
}

const clickHouseMillis = "2006-01-02 15:04:05.000"

var errStatusAnswer = errors.New("the answer is no status of retention; is --server a query service of this version?")

func retentionLines(ctx context.Context, ask asking, now time.Time) ([]statusLine, error) {
	answer, err := ask.run(ctx, store.RetentionStatusSQL(now.Add(-statusBack)), "JSONEachRow")
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Close() }()
	var lines []statusLine
	rows := bufio.NewScanner(answer)
	for rows.Scan() {
		var line statusLine
		err = json.Unmarshal(rows.Bytes(), &line)
		if err != nil {
			return nil, errStatusAnswer
		}
		lines = append(lines, line)
	}
	return lines, rows.Err()
}

func runRetentionStatus(ctx context.Context, ask asking, now time.Time, stale time.Duration, out io.Writer) error {
	lines, err := retentionLines(ctx, ask, now)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return fmt.Errorf("retention has written down no run in %s; does it run, and is its trail in order?", policy.Duration(statusBack))
	}
	at, err := time.Parse(clickHouseMillis, lines[0].At)
	if err != nil {
		return errStatusAnswer
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "place\tlabel\tkept\toldest\trows\toverdue\tlast run")
	overdue := count(0)
	for _, l := range lines {
		oldest, _, _ := strings.Cut(l.Oldest, ".")
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%d\t%s\n", l.Place, l.Label, policy.Duration(l.KeepSeconds)*policy.Duration(time.Second), //nolint:gosec // years at most
			orElse(strings.TrimSuffix(oldest, " 00:00:00"), "-"), l.Rows, l.Overdue, at.Format(time.DateTime))
		overdue += l.Overdue
	}
	err = table.Flush()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "policy %s\n", lines[0].PolicyDigest)
	switch {
	case overdue > 0:
		return fmt.Errorf("%d rows are past their date; does ClickHouse merge, do the brokers delete?", overdue)
	case len(lines[0].FailedSteps) > 0:
		return fmt.Errorf("steps of the last run failed: %s; retention's log says why", strings.Join(lines[0].FailedSteps, ", "))
	case now.Sub(at) > stale:
		return fmt.Errorf("the last run is %s ago; does retention run, and is its trail in order?", now.Sub(at).Truncate(time.Second))
	}
	return nil
}
