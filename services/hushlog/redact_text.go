package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// run reads what args name, or standard input.
func (r *redactRun) run(cmd *cobra.Command, args []string, o redactOptions) error {
	in, out, messages := cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
	if len(args) > 0 && (o.written() || o.reported()) {
		return r.files(cmd.Context(), args, o, out, messages)
	}
	if len(args) > 0 {
		f, _, err := place{path: args[0]}.open()
		if err != nil {
			return fmt.Errorf("redact: %s: %s; name a file, or a folder with --out", shownName(args[0]), reasonOf(err))
		}
		defer func() { _ = f.Close() }() // it was only read
		in = f
	}
	switch {
	case o.reported():
		return r.reportInput(in, o, out, messages)
	case o.jsonl:
		return r.lines(in, out, messages)
	}
	return r.text(in, out)
}

// text sanitizes all of in.
func (r *redactRun) text(in io.Reader, out io.Writer) error {
	data, err := io.ReadAll(io.LimitReader(in, maxWholeText+1))
	if err != nil {
		return fmt.Errorf("redact: read the text: %w", err)
	}
	if len(data) > maxWholeText {
		return r.streamText(bytes.NewReader(data), in, out)
	}
	res, _, err := r.sanitize(string(data))
	if err != nil {
		return fmt.Errorf("redact: nothing was written: %w", err)
	}
	_, err = io.WriteString(out, res.Text)
	if err != nil {
		return fmt.Errorf("redact: write: %w", err)
	}
	return nil
}

// reportInput explains and counts the findings of standard input.
func (r *redactRun) reportInput(in io.Reader, o redactOptions, out, messages io.Writer) error {
	const name = "-"
	report, read := newRedactReport(out, o), newReadFile()
	var err error
	if o.jsonl {
		err = r.recordsOf(in, name, o, read)
	} else {
		err = r.textOf(in, name, o, read)
	}
	if err != nil {
		return fmt.Errorf("redact: standard input: %w", err)
	}
	err = report.add(name, read)
	if err == nil {
		err = report.end()
	}
	if err != nil {
		return fmt.Errorf("redact: write the report: %w", err)
	}
	read.problems.each(func(problem string) { fmt.Fprintln(messages, "hushlog: redact: "+problem) })
	if read.problems.count > 0 {
		return exitError(1)
	}
	return nil
}

// textOf explains and counts the findings of one text, which is held: it is read twice.
func (r *redactRun) textOf(in io.Reader, name string, o redactOptions, read *readFile) error {
	data, err := io.ReadAll(io.LimitReader(in, maxRedactText+1))
	if err != nil {
		return err
	}
	if len(data) > maxRedactText {
		return fmt.Errorf("longer than %d bytes: put it into a file, and name that", maxRedactText)
	}
	res, _, err := r.sanitize(string(data))
	if err != nil {
		return err
	}
	read.bytes = int64(len(data))
	return r.take(read, o, name, 0, bytes.NewReader(data), res.Findings)
}
