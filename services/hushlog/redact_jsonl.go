package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
)

// maxRedactLine bounds a line of --jsonl, in bytes.
const maxRedactLine = 64 << 20

// redactSpan is one finding of a line.
type redactSpan struct {
	Start      int           `json:"start"`
	End        int           `json:"end"`
	Type       redact.Type   `json:"type"`
	Rule       string        `json:"rule"`
	Action     redact.Action `json:"action"`
	Confidence float64       `json:"confidence"`
}

// redactLine is a line of output.
type redactLine struct {
	ID             json.RawMessage `json:"id"`
	Text           string          `json:"text"`
	Classification policy.Class    `json:"classification"`
	Spans          []redactSpan    `json:"spans"`
	Error          string          `json:"error,omitempty"`
}

// lines sanitizes line by line. What is ready is written whenever the input has to be waited for.
func (r *redactRun) lines(in io.Reader, out, report io.Writer) error {
	reader := bufio.NewReaderSize(in, 1<<16)
	writer := bufio.NewWriterSize(out, 1<<16)
	enc := json.NewEncoder(writer)
	enc.SetEscapeHTML(false)
	bad := 0
	for n := 1; ; n++ {
		line, err := readLine(reader)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errLongLine) {
			return fmt.Errorf("redact: read standard input: %w", err)
		}
		last := errors.Is(err, io.EOF)
		if len(bytes.TrimSpace(line)) > 0 || errors.Is(err, errLongLine) {
			answer, problem := r.line(line, err)
			if problem != "" {
				bad++
				fmt.Fprintf(report, "hushlog: redact: line %d: %s\n", n, problem)
			}
			err = enc.Encode(answer)
			if err != nil {
				return fmt.Errorf("redact: write: %w", err)
			}
		}
		if last || reader.Buffered() == 0 {
			err = writer.Flush()
			if err != nil {
				return fmt.Errorf("redact: write: %w", err)
			}
		}
		if last {
			break
		}
	}
	if bad > 0 {
		return exitError(1)
	}
	return nil
}

// line answers one line of input, and says what is wrong with it. Neither holds anything of a line that is malformed.
func (r *redactRun) line(line []byte, readErr error) (answer redactLine, problem string) {
	answer = redactLine{ID: json.RawMessage("null"), Classification: policy.Restricted, Spans: []redactSpan{}}
	if errors.Is(readErr, errLongLine) {
		answer.Error = "malformed"
		return answer, fmt.Sprintf("longer than %d bytes", maxRedactLine)
	}
	var input struct {
		ID   json.RawMessage `json:"id"`
		Text *string         `json:"text"`
	}
	err := json.Unmarshal(line, &input)
	if err != nil || input.Text == nil {
		answer.Error = "malformed"
		return answer, `not a JSON object with a string "text"`
	}
	if len(input.ID) > 0 && utf8.Valid(input.ID) {
		answer.ID = input.ID
	}
	res, class, err := r.sanitize(*input.Text)
	if err != nil || !utf8.Valid(line) {
		answer.Error = "uninspectable"
		return answer, ""
	}
	answer.Text, answer.Classification = res.Text, class
	for i, span := range redact.RuneOffsets(*input.Text, res.Findings) {
		f := res.Findings[i]
		answer.Spans = append(answer.Spans, redactSpan{
			Start: span.Start, End: span.End, Type: f.Type, Rule: f.Rule, Action: f.Action, Confidence: f.Confidence,
		})
	}
	return answer, ""
}

var errLongLine = errors.New("line too long")

// readLine returns the next line without its end. A line that is too long is skipped to its end and reported as
// errLongLine; io.EOF comes with the last line.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxRedactLine+1 {
			long, line = true, nil
		}
		if !long {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if long && (err == nil || errors.Is(err, io.EOF)) {
			return nil, errLongLine
		}
		return bytes.TrimRight(line, "\r\n"), err
	}
}
