package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/safety"
)

// flagInput is a line of hushlog flag --jsonl.
type flagInput struct {
	ID       json.RawMessage
	Messages []safety.Message
}

// Reasons why a line is no input.
var (
	errNotJSON    = errors.New(`not a JSON object with a string "text" or a list "messages"`)
	errNotBoth    = errors.New(`give one of "text" and "messages"`)
	errNoContent  = errors.New(`a message has no "content" that is a string or a list of parts`)
	errNotUTF8    = errors.New("not valid UTF-8")
	errManyValues = errors.New("more than one JSON value")
)

// decodeFlagInput reads one line. Content may be a string or, as in chat APIs, a list of parts of which those with a
// string "text" are read.
func decodeFlagInput(line []byte) (flagInput, error) {
	var raw struct {
		ID       json.RawMessage `json:"id"`
		Text     *string         `json:"text"`
		Messages *[]struct {
			Role    string          `json:"role"`
			Content json.RawMessage `json:"content"`
		} `json:"messages"`
	}
	if !utf8.Valid(line) {
		return flagInput{}, errNotUTF8
	}
	d := json.NewDecoder(bytes.NewReader(line))
	err := d.Decode(&raw)
	switch {
	case err != nil, raw.Text == nil && raw.Messages == nil:
		return flagInput{}, errNotJSON
	case raw.Text != nil && raw.Messages != nil:
		return flagInput{}, errNotBoth
	case len(bytes.TrimSpace(line[d.InputOffset():])) > 0:
		return flagInput{}, errManyValues
	}
	in := flagInput{ID: raw.ID}
	if len(in.ID) == 0 {
		in.ID = json.RawMessage("null")
	}
	if raw.Text != nil {
		in.Messages = []safety.Message{{Parts: []safety.Part{{Text: *raw.Text}}}}
		return in, nil
	}
	for _, m := range *raw.Messages {
		parts, err := decodeContent(m.Content)
		if err != nil {
			return flagInput{}, err
		}
		in.Messages = append(in.Messages, safety.Message{Role: m.Role, Parts: parts})
	}
	return in, nil
}

// decodeContent reads a message's content.
func decodeContent(raw json.RawMessage) ([]safety.Part, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil // as of an assistant that only calls tools
	}
	var text string
	err := json.Unmarshal(raw, &text)
	if err == nil {
		return []safety.Part{{Text: text}}, nil
	}
	var list []struct {
		Text *string `json:"text"`
	}
	err = json.Unmarshal(raw, &list)
	if err != nil {
		return nil, errNoContent
	}
	var parts []safety.Part
	for _, p := range list {
		if p.Text != nil {
			parts = append(parts, safety.Part{Text: *p.Text})
		}
	}
	return parts, nil
}

// lines flags line by line.
func (f *flagRun) lines(name string, in io.Reader) error {
	readErr, writeErr := filterLines(in, f.out, func(buf []byte, n int, line []byte, problem error) []byte {
		if problem != nil {
			return f.malformed(buf, n, fmt.Errorf("longer than %d bytes", maxFilterLine))
		}
		return f.line(buf, n, line)
	})
	if readErr != nil {
		return fmt.Errorf("flag: read %s: %s", shownName(name), reasonOf(readErr))
	}
	if writeErr != nil {
		return fmt.Errorf("flag: write: %w", writeErr)
	}
	return nil
}

// line appends the answer to one line.
func (f *flagRun) line(buf []byte, n int, line []byte) []byte {
	in, err := decodeFlagInput(line)
	if err != nil {
		return f.malformed(buf, n, err)
	}
	r := f.detector.ScoreMessages(in.Messages)
	buf = append(buf, `{"id":`...)
	buf = append(buf, in.ID...)
	buf = append(buf, `,"score":`...)
	buf = strconv.AppendFloat(buf, r.Overall, 'g', 8, 64)
	buf = append(buf, `,"labels":{`...)
	for i, c := range safety.Categories() {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = strconv.AppendQuote(buf, string(c))
		buf = append(buf, ':')
		buf = strconv.AppendFloat(buf, r.Scores[i], 'g', 8, 64)
	}
	return append(buf, "}}\n"...)
}

// malformed answers a line that is no input; nothing of it is shown.
func (f *flagRun) malformed(buf []byte, n int, err error) []byte {
	f.bad++
	fmt.Fprintf(f.report, "hushlog: flag: line %d: %v\n", n, err)
	return append(buf, `{"id":null,"error":"malformed"}`+"\n"...)
}
