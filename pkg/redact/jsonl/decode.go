// Package jsonl reads and writes the lines of a JSONL filter around the engine: {"id","text"} in, {"id","text",
// "classification","spans"} out. It does what encoding/json would do, at a tenth of the cost; what is out of the
// ordinary it leaves to encoding/json.
package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact/internal/jsonscan"
)

// Record is a line of input.
type Record struct {
	ID   string // JSON, "null" if the line has none
	Text string
}

// ErrMalformed is returned for a line that is no JSON object with a string "text".
var ErrMalformed = errors.New(`not a JSON object with a string "text"`)

// ErrNotUTF8 is returned, with the record, for a line that is not valid UTF-8: its text cannot be inspected.
var ErrNotUTF8 = errors.New("not valid UTF-8")

// Decode reads one line. Strings of the record may share memory with the line.
func Decode(line string) (Record, error) {
	r, ok := decode(line)
	if ok {
		return r, nil
	}
	return decodeSlowly(line)
}

// decode reads a line whose keys are plain and written as they should be, each once. It reports whether the line is
// such; if not, nothing is known of it.
func decode(s string) (r Record, ok bool) {
	if !utf8.ValidString(s) {
		return Record{}, false
	}
	i := jsonscan.Space(s, 0)
	if i >= len(s) || s[i] != '{' {
		return Record{}, false
	}
	r.ID = "null"
	var haveID, haveText bool
	for {
		i = jsonscan.Space(s, i+1)
		key, from := plainKey(s, i)
		if from < 0 {
			return Record{}, false
		}
		i = jsonscan.Value(s, from)
		if i < 0 {
			return Record{}, false
		}
		switch {
		case key == "id" && !haveID && s[from] != '{' && s[from] != '[': // those are written anew
			haveID, r.ID = true, s[from:i]
		case key == "text" && !haveText && s[from] == '"':
			haveText, r.Text = true, unquote(s[from+1:i-1])
		case strings.EqualFold(key, "id") || strings.EqualFold(key, "text"):
			return Record{}, false // encoding/json takes keys of any case, and the last of several
		}
		i = jsonscan.Space(s, i)
		if i >= len(s) || s[i] != ',' {
			break
		}
	}
	return r, haveText && i < len(s) && s[i] == '}' && jsonscan.Space(s, i+1) == len(s)
}

// plainKey reads a key without escapes at s[i:] and returns it and where its value starts, or -1.
func plainKey(s string, i int) (key string, value int) {
	if i >= len(s) || s[i] != '"' {
		return "", -1
	}
	end, plain := jsonscan.String(s, i)
	if end < 0 || !plain {
		return "", -1
	}
	key = s[i+1 : end-1]
	i = jsonscan.Space(s, end)
	if i >= len(s) || s[i] != ':' {
		return "", -1
	}
	return key, jsonscan.Space(s, i+1)
}

// decodeSlowly reads any line.
func decodeSlowly(line string) (Record, error) {
	var in struct {
		ID   json.RawMessage `json:"id"`
		Text *string         `json:"text"`
	}
	err := json.Unmarshal([]byte(line), &in)
	if err != nil || in.Text == nil {
		return Record{ID: "null"}, ErrMalformed
	}
	r := Record{ID: "null", Text: *in.Text}
	if len(in.ID) > 0 && utf8.Valid(in.ID) {
		var id bytes.Buffer
		err = json.Compact(&id, in.ID)
		if err != nil {
			return Record{ID: "null"}, ErrMalformed
		}
		r.ID = id.String()
	}
	if !utf8.ValidString(line) {
		return r, ErrNotUTF8
	}
	return r, nil
}

// unquote decodes what stands between the quotes of a valid JSON string.
func unquote(s string) string {
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s)) // an escape is never shorter than what it stands for
	for i >= 0 {
		b.WriteString(s[:i])
		if s[i+1] == 'u' {
			r, size := unicodeEscape(s[i:])
			b.WriteRune(r)
			s = s[i+size:]
		} else {
			b.WriteByte(escapes[s[i+1]])
			s = s[i+2:]
		}
		i = strings.IndexByte(s, '\\')
	}
	b.WriteString(s)
	return b.String()
}

// escapes maps the letter of an escape to what it stands for.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unicodeEscape reads \uXXXX, or two of them that are a surrogate pair. Half a pair stands for U+FFFD.
func unicodeEscape(s string) (r rune, size int) {
	r = hex4(s[2:6])
	if r < 0xD800 || r > 0xDFFF {
		return r, 6
	}
	if r < 0xDC00 && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		low := hex4(s[8:12])
		if low >= 0xDC00 && low <= 0xDFFF {
			return 0x10000 + (r-0xD800)<<10 + low - 0xDC00, 12
		}
	}
	return utf8.RuneError, 6
}

func hex4(s string) rune {
	var r rune
	for _, c := range []byte(s) {
		switch {
		case c <= '9':
			c -= '0'
		case c <= 'F':
			c -= 'A' - 10
		default:
			c -= 'a' - 10
		}
		r = r<<4 | rune(c)
	}
	return r
}
