package query

import (
	"io"
	"strings"
)

// format is one of the forms that a result can have.
type format struct {
	contentType string
	// headers is how many lines come before the first row.
	headers uint64
	// quoted lines may hold line breaks within double quotes.
	quoted bool
}

// formats are those whose rows can be counted as they pass, because a row is a line.
var formats = map[string]format{
	"JSONEachRow":                 {contentType: "application/x-ndjson; charset=UTF-8"},
	"JSONCompactEachRow":          {contentType: "application/x-ndjson; charset=UTF-8"},
	"JSONCompactEachRowWithNames": {contentType: "application/x-ndjson; charset=UTF-8", headers: 1},
	"TabSeparated":                {contentType: "text/tab-separated-values; charset=UTF-8"},
	"TabSeparatedWithNames":       {contentType: "text/tab-separated-values; charset=UTF-8", headers: 1},
	"CSV":                         {contentType: "text/csv; charset=UTF-8; header=absent", quoted: true},
	"CSVWithNames":                {contentType: "text/csv; charset=UTF-8; header=present", headers: 1, quoted: true},
}

const defaultFormat = "JSONEachRow"

// rowCounter counts rows of one format.
type rowCounter struct {
	format   format
	lines    uint64
	inQuotes bool
}

func (c *rowCounter) count(p []byte) {
	for _, b := range p {
		switch {
		case b == '"' && c.format.quoted:
			c.inQuotes = !c.inQuotes
		case b == '\n' && !c.inQuotes:
			c.lines++
		}
	}
}

// rows is how many rows have passed, whole.
func (c *rowCounter) rows() uint64 {
	if c.lines < c.format.headers {
		return 0
	}
	return c.lines - c.format.headers
}

// heldBack is how much of a result waits for the outcome on the trail. A result that is no longer is
// all or nothing.
const heldBack = 64 << 10

// tail passes bytes on and holds the last ones back, until release: whoever gets the end of a result
// gets it after the outcome was audited.
type tail struct {
	out  io.Writer
	held []byte
	// passed says that something has left.
	passed bool
}

// Write holds p back and passes on what came before it.
func (t *tail) Write(p []byte) (int, error) {
	t.held = append(t.held, p...)
	if len(t.held) < 2*heldBack {
		return len(p), nil
	}
	ready := len(t.held) - heldBack
	t.passed = true
	_, err := t.out.Write(t.held[:ready])
	if err != nil {
		return 0, err
	}
	t.held = append(t.held[:0], t.held[ready:]...)
	return len(p), nil
}

// release passes on what was held back.
func (t *tail) release() error {
	t.passed = true
	_, err := t.out.Write(t.held)
	t.held = nil
	return err
}

func formatNames() string {
	return strings.Join([]string{
		"JSONEachRow", "JSONCompactEachRow", "JSONCompactEachRowWithNames", "TabSeparated", "TabSeparatedWithNames", "CSV", "CSVWithNames",
	}, ", ")
}
