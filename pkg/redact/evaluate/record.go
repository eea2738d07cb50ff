package evaluate

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact"
)

// Span is a marked value or a prediction, in code points of its text.
type Span struct {
	Start      int         `json:"start"`
	End        int         `json:"end"`
	Type       redact.Type `json:"type"`
	Disguise   string      `json:"ev,omitempty"`         // marked values: how the value is disguised, "" as it is
	Rule       string      `json:"rule,omitempty"`       // predictions: what found it
	Confidence float64     `json:"confidence,omitempty"` // predictions: 0 to 1, 0 when unknown
}

// Record is a text with its private values marked.
type Record struct {
	ID        string        `json:"id"`
	Source    string        `json:"source"`
	Lang      string        `json:"lang"`
	Text      string        `json:"text"`
	Spans     []Span        `json:"spans"`
	Ignore    []Span        `json:"ignore"`    // don't-care zones; their types say nothing
	Negatives bool          `json:"negatives"` // nothing in the text is private
	NegTypes  []redact.Type `json:"neg_types"` // limits Negatives to these types; empty: all
	Tags      []string      `json:"tags"`      // such as "mode:json"
}

// Predictions are what was found, by the id of the record.
type Predictions map[string][]Span

// maxLine bounds a line of JSONL, in bytes.
const maxLine = 64 << 20

// ReadFile reads the records of a JSONL file; a name that ends in .gz is unpacked.
func ReadFile(name string) ([]Record, error) {
	var out []Record
	err := withFile(name, func(r io.Reader) error {
		var err error
		out, err = Read(r)
		return err
	})
	return out, err
}

// ReadPredictionsFile reads predictions as ReadFile reads records.
func ReadPredictionsFile(name string) (Predictions, error) {
	var out Predictions
	err := withFile(name, func(r io.Reader) error {
		var err error
		out, err = ReadPredictions(r)
		return err
	})
	return out, err
}

func withFile(name string, read func(io.Reader) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	var in io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		in, err = gzip.NewReader(f)
		if err != nil {
			return fmt.Errorf("unpack %s: %w", name, err)
		}
	}
	err = read(in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Read reads records, one JSON object a line. Each must have an id of its own and spans that lie in its text; the
// error names the line, never its content.
func Read(r io.Reader) ([]Record, error) {
	var out []Record
	seen := map[string]bool{}
	err := eachLine(r, func(line []byte) error {
		var rec Record
		err := json.Unmarshal(line, &rec)
		if err != nil {
			return errors.New("not a record: want an object with id, text and spans")
		}
		if seen[rec.ID] {
			return errors.New("a record with the same id came before")
		}
		seen[rec.ID] = true
		out = append(out, rec)
		return rec.check()
	})
	return out, err
}

// check reports spans that cannot be.
func (r *Record) check() error {
	n := utf8.RuneCountInString(r.Text)
	for _, s := range r.Spans {
		if s.Start < 0 || s.End > n || s.End <= s.Start {
			return fmt.Errorf("a span of type %s does not lie in the text", s.Type)
		}
		if !s.Type.Valid() {
			return errors.New("a span has a type that is none of redact.Types")
		}
	}
	return nil
}

// ReadPredictions reads predictions: lines {"id","spans"}, as `hushlog redact --jsonl` writes them. Spans of an id that
// comes again are added.
func ReadPredictions(r io.Reader) (Predictions, error) {
	out := Predictions{}
	err := eachLine(r, func(line []byte) error {
		var p struct {
			ID    string `json:"id"`
			Spans []Span `json:"spans"`
		}
		err := json.Unmarshal(line, &p)
		if err != nil {
			return errors.New("not a prediction: want an object with id and spans")
		}
		out[p.ID] = append(out[p.ID], p.Spans...)
		return nil
	})
	return out, err
}

// eachLine calls f for each line that is not blank.
func eachLine(r io.Reader, f func([]byte) error) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<16), maxLine)
	n := 0
	for sc.Scan() {
		n++
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		err := f(sc.Bytes())
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	err := sc.Err()
	if err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}
