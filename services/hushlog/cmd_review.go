package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/report"
	"github.com/hushlog/hushlog/pkg/store"
)

// newReviewCommand groups what people do with reviews.
func newReviewCommand() *cobra.Command {
	return newGroup("review", "List, read and sign the reviews that are due",
		newReviewListCommand(), newReviewShowCommand(), newReviewSignCommand())
}

// reviewLine is a row of store.ReviewListSQL.
type reviewLine struct {
	ID, Kind, From, To, Due, Owner, Digest, Signer, SignerRole, SignedAt string
}

// overdue says whether it is not signed and should be.
func (l reviewLine) overdue(now time.Time) bool {
	due, err := time.Parse(time.DateTime, l.Due)
	return l.Signer == "" && (err != nil || !due.After(now))
}

// rowsOf runs a statement and calls each with the cells of every row. People are pseudonyms in them, unless ask is named.
func rowsOf(ctx context.Context, ask asking, statement string, columns int, each func([]string) error) error {
	run := ask.run
	if ask.named {
		run = ask.runNamed
	}
	answer, err := run(ctx, statement, "JSONCompactEachRow")
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	lines := bufio.NewScanner(answer)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var cells []any
		decoder := json.NewDecoder(strings.NewReader(lines.Text()))
		decoder.UseNumber()
		err = decoder.Decode(&cells)
		if err != nil || len(cells) != columns {
			return errors.New("the answer has other columns than were asked for; is --server a query service of this version?")
		}
		texts := make([]string, len(cells))
		for i, cell := range cells {
			texts[i] = fmt.Sprint(cell)
		}
		err = each(texts)
		if err != nil {
			return err
		}
	}
	return lines.Err()
}

func reviewLines(ctx context.Context, ask asking) ([]reviewLine, error) {
	var lines []reviewLine
	err := rowsOf(ctx, ask, store.ReviewListSQL(), 10, func(c []string) error {
		lines = append(lines, reviewLine{c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9]})
		return nil
	})
	return lines, err
}

func newReviewListCommand() *cobra.Command {
	var (
		ask   asking
		check bool
	)
	cmd := &cobra.Command{
		Use:   "list --purpose PURPOSE",
		Short: "List the reviews that were made, whose they are, until when they are to be signed, and by whom they were",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ask.named = true
			return runReviewList(cmd.Context(), ask, time.Now(), check, cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	cmd.Flags().BoolVar(&check, "check", false, "end with an error when one was not signed in time")
	return cmd
}

func runReviewList(ctx context.Context, ask asking, now time.Time, check bool, out io.Writer) error {
	lines, err := reviewLines(ctx, ask)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "review\tof\tuntil\towner\tdue\tstate\tsigned by\tas\tat")
	late := 0
	for _, l := range lines {
		state := "open"
		switch {
		case l.Signer != "":
			state = "signed"
		case l.overdue(now):
			state = "OVERDUE"
			late++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.ID, dateOf(l.From), dateOf(l.To), l.Owner, dateOf(l.Due), state, l.Signer, l.SignerRole, l.SignedAt)
	}
	err = table.Flush()
	if err == nil && check && late > 0 {
		return fmt.Errorf("%d reviews were not signed in time", late)
	}
	return err
}

func dateOf(moment string) string { return strings.TrimSuffix(moment, " 00:00:00") }

// review reads one review, checked against its digest.
func readReview(ctx context.Context, ask asking, id string) (report.Review, string, error) {
	var text, digest string
	_, formed := report.CheckRef(id, report.Digest(""))
	if !formed {
		return report.Review{}, "", errors.New("ID: is not the id of a review; hushlog review list shows them")
	}
	err := rowsOf(ctx, ask, store.ReviewTextSQL(id), 2, func(c []string) error {
		digest, text = c[0], c[1]
		return nil
	})
	if err != nil {
		return report.Review{}, "", err
	}
	if text == "" {
		return report.Review{}, "", fmt.Errorf("there is no review %s; hushlog review list shows them", id)
	}
	review, err := report.DecodeReview(text, digest)
	if err != nil {
		return review, "", fmt.Errorf("review %s: %w: its row was changed; compare with `hushlog audit verify`", id, err)
	}
	return review, digest, nil
}

func newReviewShowCommand() *cobra.Command {
	var (
		ask    asking
		output string
	)
	cmd := &cobra.Command{
		Use:   "show ID --purpose PURPOSE",
		Short: "Show a review, with the statement behind each figure",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			review, digest, err := readReview(cmd.Context(), ask, args[0])
			if err != nil {
				return err
			}
			switch output {
			case "json":
				text, _, err := review.Encode()
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), text)
				return err
			case "html":
				return report.WriteReviewHTML(cmd.OutOrStdout(), review, digest)
			case "text":
				printReview(cmd.OutOrStdout(), review, digest)
				return nil
			default:
				return errors.New("--output: must be text, json or html")
			}
		},
	}
	ask.addFlags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "text", "`format`: text, json or html")
	return cmd
}

func printReview(out io.Writer, r report.Review, digest string) {
	fmt.Fprintf(out, "%s %s\nfrom %s until %s, to be signed by %s until %s\npolicy %s\ndigest %s\n", r.Title, r.ID,
		r.From.Format(time.DateOnly), r.To.Format(time.DateOnly), r.Owner, r.Due.Format(time.DateOnly), r.PolicyDigest, digest)
	printFigures(out, r.Figures)
}

func printFigures(out io.Writer, figures []report.Result) {
	for _, f := range figures {
		fmt.Fprintf(out, "\n%s\n", f.Title)
		if f.Refused != "" {
			fmt.Fprintf(out, "  not shown: %s\n", f.Refused)
		} else if len(f.Rows) == 0 {
			fmt.Fprintln(out, "  none")
		}
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		for _, row := range f.Rows {
			fmt.Fprintf(table, "  %s\t%s\t %s\n", strconv.FormatFloat(row.Value, 'f', -1, 64), f.Unit, row.Label)
		}
		_ = table.Flush() // the writer of the command tells of its errors
	}
}

func newReviewSignCommand() *cobra.Command {
	var ask asking
	digest := ""
	cmd := &cobra.Command{
		Use:   "sign ID --purpose PURPOSE",
		Short: "Sign a review as read, on the audit trail, as a person whose role may",
		Long: "Signs the very text that `hushlog review show` shows: what stands on the trail is its digest. With --digest, only that text is signed;\n" +
			"without, the review is shown first.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runReviewSign(cmd.Context(), ask, args[0], digest, cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	cmd.Flags().StringVar(&digest, "digest", "", "`digest` of the text that was read, as review show prints it")
	return cmd
}

func runReviewSign(ctx context.Context, ask asking, id, want string, out io.Writer) error {
	review, digest, err := readReview(ctx, ask, id)
	if err != nil {
		return err
	}
	if want != "" && want != digest {
		return fmt.Errorf("--digest: review %s has the digest %s; read it again", id, digest)
	}
	if want == "" {
		printReview(out, review, digest)
	}
	body, err := json.Marshal(map[string]string{"review_id": id, "digest": digest})
	if err != nil {
		return fmt.Errorf("encode the signature: %w", err)
	}
	res, err := ask.post(ctx, "/v1/reviews", body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return refusalOf(res)
	}
	fmt.Fprintf(os.Stderr, "signed %s\n", id)
	return nil
}
