package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

const (
	// maxFilterLine bounds a line of --jsonl, in bytes.
	maxFilterLine = 64 << 20
	// filterBuffer is how much of the input is read, and of the output written, at once.
	filterBuffer = 256 << 10
)

// filterLines has answer append, to what is to be written, the answer to each line of in that is not empty; a line that is
// too long comes as errLongLine. n counts all lines from 1. What is ready is written whenever the input has to be waited
// for. It returns what went wrong with reading, or with writing.
func filterLines(in io.Reader, out io.Writer, answer func(buf []byte, n int, line []byte, problem error) []byte) (readErr, writeErr error) {
	reader := lineReader{in: bufio.NewReaderSize(in, filterBuffer)}
	buf := make([]byte, 0, filterBuffer)
	for n := 1; ; n++ {
		line, err := reader.next()
		last, long := errors.Is(err, io.EOF), errors.Is(err, errLongLine)
		if err != nil && !last && !long {
			return err, nil
		}
		if long || len(bytes.TrimSpace(line)) > 0 {
			if last {
				err = nil
			}
			buf = answer(buf, n, line, err)
		}
		if last || reader.in.Buffered() == 0 || len(buf) >= filterBuffer {
			_, err = out.Write(buf)
			if err != nil {
				return nil, err
			}
			buf = buf[:0]
		}
		if last {
			return nil, nil
		}
	}
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
		long = long || len(r.line)+len(part) > maxFilterLine+1
		if !long {
			r.line = append(r.line, part...)
		}
	}
	if long && (err == nil || errors.Is(err, io.EOF)) {
		return nil, errLongLine
	}
	return bytes.TrimRight(r.line, "\r\n"), err
}
