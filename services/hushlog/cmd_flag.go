package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/safety"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// maxFlagText bounds a text that is read as a whole, in bytes.
const maxFlagText = 64 << 20

// flagHelp is the long help of hushlog flag.
const flagHelp = `Reads text and says whether it tries to talk a model out of its rules (jailbreak), to hijack its task (injection) or to
obtain its instructions or other people's data (extraction), asks for help with something dangerous or illegal
(harmful), or is abuse; attack stands for any of the first three. Scores are probabilities, from 0 to 1.

Without arguments standard input is read, else the FILEs, one after the other. Each text gets a line for each category
above its threshold, or "nothing". With --rate 0.001 the thresholds are those above which one in a thousand harmless texts
is flagged, in place of one in a hundred; the model's card says where they come from. With --policy, texts are flagged as the
redactor flags what users say under that policy, its own terms, hidden payloads and noise among it, each line with the rule;
secrets and detectors of the organisation's own are not asked.

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
		path  string
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
			if path != "" {
				if lines || cmd.Flags().Changed("rate") {
					return errors.New("flag: --policy says at which rate; use it without --rate and --jsonl")
				}
				f.flagging, err = flaggingOf(path, f.detector)
				if err != nil {
					return err
				}
			}
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
	cmd.Flags().StringVar(&path, "policy", "", "policy `file`: flag as the redactor does under it, its terms too")
	return cmd
}

// flaggingOf reads how a policy flags.
func flaggingOf(path string, d *safety.Detector) (*policy.Flagging, error) {
	p, err := policy.Load(path)
	if err != nil {
		return nil, fmt.Errorf("flag: %w", err)
	}
	flagging, err := p.CompileFlags(d.Model())
	if err != nil {
		return nil, fmt.Errorf("flag: %w", err)
	}
	return flagging, nil
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
	flagging *policy.Flagging // nil without a policy
	named    bool             // the file is said in front
	bad      int              // lines that are malformed
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
	lines := f.linesOf(strings.ToValidUTF8(string(data), " "))
	if len(lines) == 0 {
		lines = []string{"nothing"}
	}
	for _, line := range lines {
		_, err = fmt.Fprintln(f.out, prefix+line)
		if err != nil {
			return fmt.Errorf("flag: write: %w", err)
		}
	}
	return nil
}

// linesOf tells each flag of a text that a user says: category and score, and by a policy the rule.
func (f *flagRun) linesOf(text string) (lines []string) {
	if f.flagging != nil {
		for _, t := range f.flagging.Said(f.detector, hushlogv1.Role_ROLE_USER, text) {
			lines = append(lines, fmt.Sprintf("%s %.3f %s", t.Category, t.Score, t.Rule))
		}
		return lines
	}
	for _, flag := range f.detector.Flags([]safety.Message{{Parts: []safety.Part{{Text: text}}}}, f.point) {
		lines = append(lines, fmt.Sprintf("%s %.3f", flag.Category, flag.Score))
	}
	return lines
}
