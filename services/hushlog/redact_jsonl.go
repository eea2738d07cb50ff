package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact/jsonl"
)

// redactGC is how much garbage the filter makes before it is collected, in percent of what is in use: next to
// nothing is, so that the default would collect all the time.
const redactGC = 400

// lines sanitizes line by line.
func (r *redactRun) lines(in io.Reader, out, report io.Writer) error {
	defer debug.SetGCPercent(debug.SetGCPercent(redactGC))
	var enc jsonl.Encoder
	bad := 0
	readErr, writeErr := filterLines(in, out, func(buf []byte, n int, line []byte, problem error) []byte {
		answer, what := r.line(line, problem)
		if what != "" {
			bad++
			fmt.Fprintf(report, "hushlog: redact: line %d: %s\n", n, what)
		}
		return enc.Append(buf, &answer)
	})
	switch {
	case readErr != nil:
		return fmt.Errorf("redact: read standard input: %w", readErr)
	case writeErr != nil:
		return fmt.Errorf("redact: write: %w", writeErr)
	case bad > 0:
		return exitError(1)
	}
	return nil
}

// line answers one line of input, and says what is wrong with it. Neither holds anything of a line that is malformed.
func (r *redactRun) line(line []byte, readErr error) (answer jsonl.Answer, problem string) {
	answer = jsonl.Answer{ID: "null", Classification: string(policy.Restricted)}
	if errors.Is(readErr, errLongLine) {
		answer.Error = "malformed"
		return answer, fmt.Sprintf("longer than %d bytes", maxFilterLine)
	}
	input, err := jsonl.Decode(string(line))
	if errors.Is(err, jsonl.ErrMalformed) {
		answer.Error = "malformed"
		return answer, err.Error()
	}
	answer.ID = input.ID
	if err != nil {
		answer.Error = "uninspectable"
		return answer, ""
	}
	res, class, err := r.sanitize(input.Text)
	if err != nil {
		answer.Error = "uninspectable"
		return answer, ""
	}
	answer.Text, answer.Classification, answer.Input, answer.Findings = res.Text, string(class), input.Text, res.Findings
	return answer, ""
}
