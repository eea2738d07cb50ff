package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/safety"
)

// maxFlagText bounds a text that is read as a whole, in bytes.
const maxFlagText = 64 << 20

// flagHelp is the long help of hushlog flag.
const flagHelp = `Reads text and says whether it tries to talk a model out of its rules (jailbreak), to hijack its task (injection) or to
obtain its instructions or other people's data (extraction), asks for help with something dangerous or illegal
(harmful), or is abuse; attack stands for any of the first three. Scores are probabilities, from 0 to 1.

Without arguments standard input is read, else the FILEs, one after the other. Each text gets a line for each category
above its threshold, or "nothing". With --rate 0.001 the thresholds are those above which one in a thousand harmless texts
is flagged, in place of one in a hundred; the model's card says where they come from.

With --jsonl, the input is lines {"id","text"} or {"id","messages":[{"role","content"}]}; for each and in order a line
{"id","score","labels":{"jailbreak","injection","extraction","harmful","abuse","attack"}} is written. The score is one for
all: that of an attack, raised by what is harmful and by abuse where those are beyond doubt. A line that is no such object
is reported by its number, gets a line with "error": "malformed", and the command ends with 1 after the last line.

Nothing of a text is shown.`

// newFlagCommand scores text with the detector of the services.
func newFlagCommand() *cobra.Command {
	var (
		lines bool
		rate  float64
	)
	cmd := &cobra.Command{
		Use:   "flag [FILE]...",
		Short: "Flag jailbreaks, injections, extraction, harmful requests and abuse in text",
		Long:  flagHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			point, err := operatingPoint(rate)
			if err != nil {
				return err
			}
			f := &flagRun{detector: safety.Default(), out: cmd.OutOrStdout(), report: cmd.ErrOrStderr(), point: point, named: len(args) > 1}
			read := f.text
			if lines {
				read = f.lines
			}
			if len(args) == 0 {
				err = read("-", cmd.InOrStdin())
			}
			for _, path := range args {
				err = errors.Join(err, f.file(path, read))
			}
			if err == nil && f.bad > 0 {
				return exitError(1)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&lines, "jsonl", false, "read and write one JSON object a line")
	cmd.Flags().Float64Var(&rate, "rate", 0.01, "`share` of harmless texts that may be flagged: 0.01 or 0.001")
	return cmd
}

// operatingPoint returns which of the model's thresholds belong to a rate.
func operatingPoint(rate float64) (int, error) {
	switch rate {
	case 0.01:
		return 0, nil
	case 0.001:
		return 1, nil
	}
	return 0, errors.New("flag: --rate is 0.01 or 0.001: the model ships thresholds for these")
}

// flagRun is one run of the command.
type flagRun struct {
	detector *safety.Detector
	out      io.Writer
	report   io.Writer
	point    int
	named    bool // the file is said in front
	bad      int  // lines that are malformed
}

func (f *flagRun) file(path string, read func(name string, in io.Reader) error) error {
	in, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("flag: %s: %s", shownName(path), reasonOf(err))
	}
	defer func() { _ = in.Close() }() // it was only read
	return read(path, in)
}

// text flags all of in as one text.
func (f *flagRun) text(name string, in io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(in, maxFlagText+1))
	if err != nil {
		return fmt.Errorf("flag: read %s: %s", shownName(name), reasonOf(err))
	}
	if len(data) > maxFlagText {
		return fmt.Errorf("flag: %s is longer than %d bytes: split it", shownName(name), maxFlagText)
	}
	prefix := ""
	if f.named {
		prefix = shownName(name) + ": "
	}
	flags := f.detector.Flags([]safety.Message{{Parts: []safety.Part{{Text: string(data)}}}}, f.point)
	for _, flag := range flags {
		_, err = fmt.Fprintf(f.out, "%s%s %.3f\n", prefix, flag.Category, flag.Score)
		if err != nil {
			return fmt.Errorf("flag: write: %w", err)
		}
	}
	if len(flags) == 0 {
		_, err = fmt.Fprintf(f.out, "%snothing\n", prefix)
		if err != nil {
			return fmt.Errorf("flag: write: %w", err)
		}
	}
	return nil
}
