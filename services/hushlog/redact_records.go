package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact"
)

// maxProblems bounds how many lines of one file are reported each by itself.
const maxProblems = 20

// problems are lines of JSONL that are no records: the first ones, and how many there are. It is what redactRun.lines
// reports to.
type problems struct {
	kept  []string
	count int
}

// Write takes whole lines, each with the prefix of a message.
func (p *problems) Write(line []byte) (int, error) {
	p.add(strings.TrimPrefix(strings.TrimSuffix(string(line), "\n"), "hushlog: redact: "))
	return len(line), nil
}

func (p *problems) add(problem string) {
	p.count++
	if p.count <= maxProblems {
		p.kept = append(p.kept, problem)
	}
}

// each calls f for each that was kept, and once for the others.
func (p *problems) each(f func(string)) {
	for _, problem := range p.kept {
		f(problem)
	}
	if p.count > maxProblems {
		f(fmt.Sprintf("%d further lines are no records", p.count-maxProblems))
	}
}

// oneJSONL redacts a file of records. With a report it is read twice: once to count, once to write.
func (f *fileRun) oneJSONL(in *os.File, info fs.FileInfo, s *redactSource) *readFile {
	read := newReadFile()
	read.bytes = info.Size()
	if f.report.asked() {
		read.err = f.recordsOf(in, s.name, f.opts, read)
		if read.err != nil || s.to.path == "" {
			return read
		}
		read.problems = problems{} // they are met again
		_, read.err = in.Seek(0, io.SeekStart)
		if read.err != nil {
			return read
		}
	}
	read.err = f.write(s, info.Mode().Perm(), func(w io.Writer) error {
		err := f.lines(in, w, &read.problems)
		if errors.Is(err, exitError(1)) && read.problems.count > 0 {
			return nil // the others are written; the problems are reported
		}
		return err
	})
	return read
}

// recordsOf counts and explains the findings in the records of in.
func (r *redactRun) recordsOf(in io.Reader, name string, o redactOptions, read *readFile) error {
	reader := lineReader{in: bufio.NewReaderSize(in, filterBuffer)}
	for n := 1; ; n++ {
		line, err := reader.next()
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errLongLine) {
			return err
		}
		switch {
		case errors.Is(err, errLongLine):
			read.problems.add(fmt.Sprintf("line %d: longer than %d bytes", n, maxFilterLine))
		case len(bytes.TrimSpace(line)) > 0:
			err := r.record(line, n, name, o, read)
			if err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
	}
}

// record counts and explains the findings in one record.
func (r *redactRun) record(line []byte, n int, name string, o redactOptions, read *readFile) error {
	var input struct {
		Text *string `json:"text"`
	}
	err := json.Unmarshal(line, &input)
	if err != nil || input.Text == nil {
		read.problems.add(fmt.Sprintf(`line %d: not a JSON object with a string "text"`, n))
		return nil
	}
	res, _, err := r.sanitize(*input.Text)
	if err != nil || !utf8.Valid(line) {
		read.problems.add(fmt.Sprintf("line %d: %s", n, redact.ErrUninspectable))
		return nil
	}
	return r.take(read, o, name, n, strings.NewReader(*input.Text), res.Findings)
}
