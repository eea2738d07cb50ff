package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
)

// survey reads a text of any length and classifies it by what is found.
func (r *redactRun) survey(in io.Reader) (policy.Class, error) {
	w := redact.NewWriter(io.Discard, r.engine, r.hints)
	_, err := io.Copy(w, in)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return policy.Restricted, err
	}
	return r.policy.Classify(r.project, r.purpose, w.Counts()), nil
}

// stream writes a text of any length to out as its class asks, and returns what was found. After an error, what was
// written is sanitized, and not all of it.
func (r *redactRun) stream(in io.Reader, out io.Writer, class policy.Class) ([]redact.Finding, error) {
	var found []redact.Finding
	w := redact.NewWriter(out, r.byClass[class], r.hints)
	w.Each(func(f redact.Finding) { found = append(found, f) })
	_, err := io.Copy(w, in)
	if err == nil {
		err = w.Close()
	}
	return found, err
}

// streamText sanitizes a text that is too long to be held. It is read twice where it can be, first to classify it; what
// cannot be read again is taken for Restricted.
func (r *redactRun) streamText(head, in io.Reader, out io.Writer) error {
	class := policy.Restricted
	source := io.MultiReader(head, in)
	seeker, ok := in.(io.Seeker)
	if ok {
		_, err := seeker.Seek(0, io.SeekStart)
		if err == nil { // no pipe
			class, err = r.survey(in)
			if err != nil {
				return fmt.Errorf("redact: nothing was written: %w", err)
			}
			_, err = seeker.Seek(0, io.SeekStart)
			if err != nil {
				return fmt.Errorf("redact: read the text: %w", err)
			}
			source = in
		}
	}
	_, err := r.stream(source, out, class)
	if errors.Is(err, redact.ErrUninspectable) {
		return fmt.Errorf("redact: the end of the text was not written: %w", err)
	}
	if err != nil {
		return fmt.Errorf("redact: %w", err)
	}
	return nil
}

// location is where a finding stands, in code points.
type location struct {
	line, column int // from 1
	start, end   int
}

// locate finds the places of fs, which are sorted, in the text that in reads.
func locate(in io.Reader, fs []redact.Finding) ([]location, error) {
	r := bufio.NewReaderSize(in, 1<<16)
	out := make([]location, len(fs))
	pos, runes, line, lineStart := 0, 0, 1, 0
	to := func(offset int) error {
		for ; pos < offset; pos++ {
			c, err := r.ReadByte()
			if err != nil {
				return err
			}
			if c&0xC0 != 0x80 {
				runes++
			}
			if c == '\n' {
				line++
				lineStart = runes
			}
		}
		return nil
	}
	for i, f := range fs {
		err := to(f.Start)
		if err != nil {
			return nil, err
		}
		out[i] = location{line: line, column: 1 + runes - lineStart, start: runes}
		err = to(f.End)
		if err != nil {
			return nil, err
		}
		out[i].end = runes
	}
	return out, nil
}
