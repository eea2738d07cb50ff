package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note" // the form of receipts

	"github.com/hushlog/hushlog/pkg/store"
)

// newEraseCommand asks for the erasure of an end user and shows what became of it.
func newEraseCommand() *cobra.Command {
	var (
		ask     asking
		project string
	)
	cmd := &cobra.Command{
		Use:   "erase --project PROJECT < ID",
		Short: "Erase what is stored of one end user",
		Long: "Reads the end user's id, as clients sent it, from standard input: on a command line others of the machine would see it. The id leaves this\n" +
			"process over TLS and is sealed to the redactor; everything that was accepted of it until now is erased. Prints the request's id.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runErase(cmd.Context(), ask, project, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	ask.addServerFlags(cmd)
	cmd.Flags().StringVar(&project, "project", "", "`project` that the end user's id belongs to; required")
	cmd.AddCommand(newEraseStatusCommand(), newEraseVerifyCommand())
	return cmd
}

// maxSubject bounds what is read as an end user's id.
const maxSubject = 512

func runErase(ctx context.Context, ask asking, project string, in io.Reader, out io.Writer) error {
	if project == "" {
		return errors.New("name the end user's project with --project")
	}
	subject, err := readSubject(in)
	if err != nil {
		return err
	}
	return askFor(ctx, ask, "/v1/erasures", map[string]string{"project": project, "subject": subject}, out)
}

// readSubject reads an end user's id.
func readSubject(in io.Reader) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxSubject+2))
	if err != nil {
		return "", fmt.Errorf("read the id: %w", err)
	}
	subject := strings.TrimRight(string(raw), "\r\n")
	if subject == "" || len(subject) > maxSubject || strings.ContainsAny(subject, "\r\n") {
		return "", errors.New("give the end user's id, one line of at most 512 bytes, on standard input")
	}
	return subject, nil
}

var requestForm = regexp.MustCompile(`^([0-9a-f]{32}|` + store.ShredPrefix + `[0-9]{4}-[0-9]{2}-[0-9]{2})$`)

func newEraseStatusCommand() *cobra.Command {
	var ask asking
	wait := false
	cmd := &cobra.Command{
		Use:   "status REQUEST --purpose PURPOSE",
		Short: "Print the receipt of an erasure, or of shred-DAY, the end of a day's key; ends with an error when nothing was erased",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runEraseStatus(cmd.Context(), ask, args[0], wait, cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	cmd.Flags().BoolVar(&wait, "wait", false, "ask again until there is a receipt")
	return cmd
}

const askAgain = 3 * time.Second

func runEraseStatus(ctx context.Context, ask asking, id string, wait bool, out io.Writer) error {
	if !requestForm.MatchString(id) {
		return errors.New("REQUEST: must be what hushlog erase printed")
	}
	for {
		step, err := lastStep(ctx, ask, id)
		if err != nil {
			return err
		}
		switch {
		case step.Final():
			fmt.Fprint(out, step.Receipt)
			if step.State != store.ErasureDone && step.State != store.ErasureShredded {
				return fmt.Errorf("nothing was erased: %s", step.State)
			}
			return nil
		case step.State == store.ErasureDelayed:
			return fmt.Errorf("delayed by hold %s: %d rows are kept as copies until it is released (hushlog hold list); everything else is erased", step.Place, step.Rows)
		case !wait && step.State == "":
			return errors.New("nothing is known of this request yet; ask again, with --wait")
		case !wait:
			return fmt.Errorf("the erasure is under way (%s); ask again, with --wait", step.State)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(askAgain):
		}
	}
}

func lastStep(ctx context.Context, ask asking, id string) (store.ErasureStep, error) {
	var step store.ErasureStep
	answer, err := ask.run(ctx, "SELECT state AS State, receipt AS Receipt, place AS Place, toUInt32(rows) AS Rows FROM "+store.Database+"."+store.TableErasures+
		" WHERE request_id = '"+id+"' ORDER BY at DESC, wave DESC LIMIT 1", "JSONEachRow")
	if err != nil {
		return step, err
	}
	defer func() { _ = answer.Close() }()
	raw, err := io.ReadAll(answer)
	if err != nil || len(bytes.TrimSpace(raw)) == 0 {
		return step, err
	}
	err = json.Unmarshal(raw, &step)
	if err != nil {
		return step, errors.New("the answer is no step of an erasure; is --server a query service of this version?")
	}
	return step, nil
}

func newEraseVerifyCommand() *cobra.Command {
	var files trailFiles
	cmd := &cobra.Command{
		Use:   "verify RECEIPT",
		Short: "Check a receipt (- reads it from standard input) with nothing but the trail's verifying key",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			verifier, err := files.verifier()
			if err != nil {
				return err
			}
			raw, err := readSigned(args[0], cmd.InOrStdin())
			if err != nil {
				return fmt.Errorf("read the receipt: %w", err)
			}
			if len(raw) == 0 {
				return errors.New("the receipt is empty: hushlog erase status prints one once the erasure is done")
			}
			signed, err := note.Open(raw, note.VerifierList(verifier))
			if err != nil {
				return errors.New("the receipt was not signed by the trail's key, or was changed")
			}
			fmt.Fprint(cmd.OutOrStdout(), signed.Text)
			return nil
		},
	}
	files.addKeyFlag(cmd)
	return cmd
}
