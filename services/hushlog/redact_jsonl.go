package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact/jsonl"
)

const (
	// maxRedactLine bounds a line of --jsonl, in bytes.
	maxRedactLine = 64 << 20
	// redactBuffer is how much of the input is read, and of the output written, at once.
	redactBuffer = 256 << 10
	// redactGC is how much garbage the filter makes before it is collected, in percent of what is in use: next to
	// nothing is, so that the default would collect all the time.
	redactGC = 400
)

// lines sanitizes line by line. What is ready is written whenever the input has to be waited for.
func (r *redactRun) lines(in io.Reader, out, report io.Writer) error {
	defer debug.SetGCPercent(debug.SetGCPercent(redactGC))
	reader := lineReader{in: bufio.NewReaderSize(in, redactBuffer)}
	var enc jsonl.Encoder
	buf := make([]byte, 0, redactBuffer)
	bad := 0
	for n := 1; ; n++ {
		line, err := reader.next()
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
			buf = enc.Append(buf, &answer)
		}
		if last || reader.in.Buffered() == 0 || len(buf) >= redactBuffer {
			_, err = out.Write(buf)
			if err != nil {
				return fmt.Errorf("redact: write: %w", err)
			}
			buf = buf[:0]
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
func (r *redactRun) line(line []byte, readErr error) (answer jsonl.Answer, problem string) {
	answer = jsonl.Answer{ID: "null", Classification: string(policy.Restricted)}
	if errors.Is(readErr, errLongLine) {
		answer.Error = "malformed"
		return answer, fmt.Sprintf("longer than %d bytes", maxRedactLine)
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

var errLongLine = errors.New("line too long")

// lineReader reads lines.
type lineReader struct {
	in   *bufio.Reader
	line []byte // of a line that does not lie in the reader's buffer as a whole
}

// next returns the next line without its end; it is valid until the next call. A line that is too long is skipped to
// its end and reported as errLongLine; io.EOF comes with the last line.
func (r *lineReader) next() ([]byte, error) {
	part, err := r.in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return bytes.TrimRight(part, "\r\n"), err
	}
	r.line = append(r.line[:0], part...)
	long := false
	for errors.Is(err, bufio.ErrBufferFull) {
		part, err = r.in.ReadSlice('\n')
		long = long || len(r.line)+len(part) > maxRedactLine+1
		if !long {
			r.line = append(r.line, part...)
		}
	}
	if long && (err == nil || errors.Is(err, io.EOF)) {
		return nil, errLongLine
	}
	return bytes.TrimRight(r.line, "\r\n"), err
}
