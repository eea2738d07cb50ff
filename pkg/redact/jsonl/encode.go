package jsonl

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/internal/jsonscan"
)

// Answer is a line of output.
type Answer struct {
	ID             string // JSON
	Text           string // sanitized
	Classification string
	Input          string           // the text that was read: offsets of spans count its code points
	Findings       []redact.Finding // in Input, sorted
	Error          string           // left out if empty
}

// Encoder writes answers. It is used by one goroutine.
type Encoder struct {
	confidences [64]confidence
}

// confidence is a number as it is written. Rules have few, and formatting one is as dear as finding it.
type confidence struct {
	value float64
	text  string
}

// Append appends the answer and a line end to b.
func (e *Encoder) Append(b []byte, a *Answer) []byte {
	b = append(append(b, `{"id":`...), a.ID...)
	b = appendString(append(b, `,"text":`...), a.Text)
	b = appendString(append(b, `,"classification":`...), a.Classification)
	b = append(b, `,"spans":[`...)
	pos, runes := 0, 0
	for i := range a.Findings {
		f := &a.Findings[i]
		if i > 0 {
			b = append(b, ',')
		}
		runes += utf8.RuneCountInString(a.Input[pos:f.Start])
		b = strconv.AppendInt(append(b, `{"start":`...), int64(runes), 10)
		runes += utf8.RuneCountInString(a.Input[f.Start:f.End])
		b = strconv.AppendInt(append(b, `,"end":`...), int64(runes), 10)
		pos = f.End
		b = appendString(append(b, `,"type":`...), string(f.Type))
		b = appendString(append(b, `,"rule":`...), f.Rule)
		b = appendString(append(b, `,"action":`...), string(f.Action))
		b = append(append(append(b, `,"confidence":`...), e.confidence(f.Confidence)...), '}')
	}
	b = append(b, ']')
	if a.Error != "" {
		b = appendString(append(b, `,"error":`...), a.Error)
	}
	return append(b, "}\n"...)
}

// confidence formats a number from 0 to 1.
func (e *Encoder) confidence(v float64) string {
	c := &e.confidences[math.Float64bits(v)*0x9E3779B97F4A7C15>>58]
	if c.text == "" || c.value != v {
		*c = confidence{v, strconv.FormatFloat(v, 'f', -1, 64)}
	}
	return c.text
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string, as an encoding/json encoder does that escapes no HTML.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; ; {
		i = jsonscan.Plain(s, i)
		j := lineSeparator(s[start:i])
		if j >= 0 {
			i = start + j
		}
		b = append(b, s[start:i]...)
		if i == len(s) {
			return append(b, '"')
		}
		if j >= 0 {
			b = append(append(b, `\u202`...), hexDigits[s[i+2]&0xF])
			i += 3
		} else {
			b = appendEscape(b, s[i])
			i++
		}
		start = i
	}
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}

// lineSeparator returns where U+2028 or U+2029 stands in s, which JSON for JavaScript escapes, or -1.
func lineSeparator(s string) int {
	for i := 0; ; i++ {
		j := strings.IndexByte(s[i:], 0xE2)
		if j < 0 {
			return -1
		}
		i += j
		if i+2 < len(s) && s[i+1] == 0x80 && s[i+2]&^1 == 0xA8 {
			return i
		}
	}
}
