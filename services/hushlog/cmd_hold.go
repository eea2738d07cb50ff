package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/store"
)

// newHoldCommand keeps rows beyond their date and beyond an erasure.
func newHoldCommand() *cobra.Command {
	return newGroup("hold", "Keep rows for a legal matter, beyond their date and beyond an erasure",
		newHoldCreateCommand(), newHoldListCommand(), newHoldReleaseCommand())
}

// holdWish is what the query service takes.
type holdWish struct {
	Project   string     `json:"project"`
	Reason    string     `json:"reason"`
	Subject   string     `json:"subject,omitempty"`
	Pseudonym string     `json:"pseudonym,omitempty"`
	From      *time.Time `json:"from,omitempty"`
	Until     *time.Time `json:"until,omitempty"`
	Flag      string     `json:"flag,omitempty"`
}

func newHoldCreateCommand() *cobra.Command {
	var (
		ask         asking
		wish        holdWish
		from, until string
		bySubject   bool
	)
	cmd := &cobra.Command{
		Use:   "create --project PROJECT --reason REFERENCE [--subject < ID]",
		Short: "Begin a hold; prints its id",
		Long: "Rows of the project that were accepted within the times, of the end user, with the flag, are copied to tables without a date, now and as they\n" +
			"come, until the hold is released. Without --until a hold covers what is to come too. The reason is the matter's reference, as case-2026-17.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if bySubject {
				wish.Subject, err = readSubject(cmd.InOrStdin())
				if err != nil {
					return err
				}
			}
			wish.From, err = moment("--from", from)
			if err != nil {
				return err
			}
			wish.Until, err = moment("--until", until)
			if err != nil {
				return err
			}
			return askFor(cmd.Context(), ask, "/v1/holds", wish, cmd.OutOrStdout())
		},
	}
	ask.addServerFlags(cmd)
	cmd.Flags().StringVar(&wish.Project, "project", "", "`project` of the rows; required")
	cmd.Flags().StringVar(&wish.Reason, "reason", "", "`reference` of the matter; required")
	cmd.Flags().BoolVar(&bySubject, "subject", false, "only rows of one end user, whose id is read from standard input")
	cmd.Flags().StringVar(&wish.Pseudonym, "pseudonym", "", "only rows of this `pseudonym`, as in the column user_pseudonym")
	cmd.Flags().StringVar(&from, "from", "", "only rows accepted from this `time`, RFC 3339 or a date in UTC")
	cmd.Flags().StringVar(&until, "until", "", "only rows accepted before this `time`")
	cmd.Flags().StringVar(&wish.Flag, "flag", "", "only interactions with this safety `category`")
	required(cmd, "project", "reason")
	return cmd
}

// moment reads a time, or a date, which is its first moment in UTC.
func moment(flag, text string) (*time.Time, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no time is a bound that is not there
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		t, err := time.Parse(layout, text)
		if err == nil {
			return &t, nil
		}
	}
	return nil, fmt.Errorf("%s: write a time as 2026-03-01T00:00:00Z or a date as 2026-03-01", flag)
}

// askFor sends what a person asks for and prints the request's id.
func askFor(ctx context.Context, ask asking, path string, wish any, out io.Writer) error {
	body, err := json.Marshal(wish)
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}
	res, err := ask.post(ctx, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusAccepted {
		return refusalOf(res)
	}
	var answer struct {
		RequestID string `json:"request_id"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, maxProblem)).Decode(&answer)
	if err != nil {
		return errors.New("the query service's answer is none; is --server its address?")
	}
	fmt.Fprintln(out, answer.RequestID)
	return nil
}

func newHoldReleaseCommand() *cobra.Command {
	var (
		ask  asking
		wish struct {
			Project string `json:"project"`
			Hold    string `json:"hold"`
			Reason  string `json:"reason"`
			Approve bool   `json:"approve"`
		}
	)
	cmd := &cobra.Command{
		Use:   "release HOLD --project PROJECT --reason REFERENCE",
		Short: "Ask for the release of a hold, or agree to it as another person with --approve",
		Long:  "Two people release a hold: one asks, another agrees. Then the copies are deleted, and erasures that the hold delayed are finished.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !requestForm.MatchString(args[0]) {
				return errors.New("HOLD: must be what hushlog hold create printed")
			}
			wish.Hold = args[0]
			return askFor(cmd.Context(), ask, "/v1/holds/release", wish, cmd.OutOrStdout())
		},
	}
	ask.addServerFlags(cmd)
	cmd.Flags().StringVar(&wish.Project, "project", "", "`project` of the hold; required")
	cmd.Flags().StringVar(&wish.Reason, "reason", "", "`reference` of the matter; required")
	cmd.Flags().BoolVar(&wish.Approve, "approve", false, "agree to a release that another person has asked for")
	required(cmd, "project", "reason")
	return cmd
}

func newHoldListCommand() *cobra.Command {
	var ask asking
	all := false
	cmd := &cobra.Command{
		Use:   "list --purpose PURPOSE",
		Short: "Show holds in force, who asked for them, why, and how many rows they keep",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runHoldList(cmd.Context(), ask, all, cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "released holds too, and each step")
	return cmd
}

// holdLine is one line of a list of holds.
type holdLine struct {
	Hold, Project, At, State, Actor, Reason, Covers, Rows string
}

// covers is what a hold covers, in words.
const covers = "concat(if(any(by_subject), 'one end user ', ''), if(any(flag) = '', '', concat('flag ', any(flag), ' ')), " +
	"if(toUnixTimestamp(any(accepted_from)) > 0, concat('from ', toString(any(accepted_from)), ' '), ''), if(toUnixTimestamp(any(accepted_until)) > 0, concat('until ', toString(any(accepted_until))), 'what comes too'))"

func runHoldList(ctx context.Context, ask asking, all bool, out io.Writer) error {
	const holds = " FROM " + store.Database + "." + store.TableHolds
	query := "SELECT hold_id AS Hold, any(project) AS Project, toString(min(at)) AS At, argMax(state, at) AS State, argMin(actor, at) AS Actor, argMin(reason, at) AS Reason, " +
		covers + " AS Covers, toString(max(rows)) AS Rows" + holds +
		" GROUP BY hold_id HAVING countIf(state IN ('" + store.HoldReleased + "', '" + store.HoldFailed + "')) = 0 ORDER BY At"
	if all {
		query = "SELECT hold_id AS Hold, project AS Project, toString(at) AS At, state AS State, actor AS Actor, reason AS Reason, '' AS Covers, toString(rows) AS Rows" + holds + " ORDER BY hold_id, at"
	}
	answer, err := ask.runNamed(ctx, query, "JSONEachRow")
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "hold\tproject\tat\tstate\tby\treason\trows\tcovers")
	lines := bufio.NewScanner(answer)
	for lines.Scan() {
		var line holdLine
		err = json.Unmarshal(lines.Bytes(), &line)
		if err != nil {
			return errors.New("the answer is no list of holds; is --server a query service of this version?")
		}
		fmt.Fprintln(table, strings.Join([]string{line.Hold, line.Project, line.At, line.State, line.Actor, line.Reason, line.Rows, strings.TrimSpace(line.Covers)}, "\t"))
	}
	err = lines.Err()
	if err != nil {
		return err
	}
	return table.Flush()
}
