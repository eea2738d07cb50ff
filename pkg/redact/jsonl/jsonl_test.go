package jsonl

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact"
)

var lines = []string{
	`{"id":"a","text":"b"}`, `{"id":1,"text":"b\n\"\\\/\b\f\r\t"}`, ` { "text" : "x" , "id" : null } `, `{"text":"\u00e9\ud83d\ude00\ud83d\ude0g"}`, `{"text":"\ud83dx\ude00\ud83d\u0041\ud83d\ud83d\ude00"}`,
	`{"id":{"a": [1, 2]},"text":""}`, `{"id":[ ],"text":""}`, `{"TEXT":"a","Id":2}`, `{"text":"a","text":"b","id":1,"id":2}`, `{"text":null}`, `{"text":1}`, `{"id":1}`, `{}`, `[]`, ``, `{"text":"a"`, `{"text":"a"}x`,
	`{"text":"a",}`, `{"a":{"b":[1,2,{"c":"d"}]},"text":"e","f":1e5,"g":tru}`, `{"a":{"b":[1,2,{"c":"d"}]},"text":"e","f":-1e5,"g":true}`, `{"te\u0078t":"a"}`, "{\"text\":\"\xff\"}", "{\"id\":\"\xff\",\"text\":\"a\"}",
	"{\"text\":\"a\tb\"}", `{"ıd":1,"text":"K"}`, `{"id":"\u2028","text":"\u2028"}`, `{"ſ":1,"text":"\u0000"}`, `{"text":"a"}` + "\x00", `{"text":"a","id":01}`, `{"text":"a",{"b":1}}`, `{"text" "a"}`, `{"id"}`, `{"`,
}

// standard reads a line with nothing but encoding/json.
func standard(line string) (Record, error) {
	var in struct {
		ID   json.RawMessage `json:"id"`
		Text *string         `json:"text"`
	}
	err := json.Unmarshal([]byte(line), &in)
	if err != nil || in.Text == nil {
		return Record{}, ErrMalformed
	}
	if len(in.ID) == 0 || !utf8.Valid(in.ID) {
		in.ID = json.RawMessage("null")
	}
	var id bytes.Buffer
	err = json.Compact(&id, in.ID)
	if err != nil {
		return Record{}, err
	}
	return Record{ID: id.String(), Text: *in.Text}, nil
}

// sameAsStandard holds Decode to encoding/json.
func sameAsStandard(t *testing.T, line string) {
	t.Helper()
	want, wantErr := standard(line)
	got, err := Decode(line)
	if wantErr != nil {
		require.ErrorIs(t, err, ErrMalformed)
		return
	}
	require.Equal(t, want, got)
	if utf8.ValidString(line) {
		require.NoError(t, err)
	} else {
		require.ErrorIs(t, err, ErrNotUTF8)
	}
}

func TestDecodeAgreesWithEncodingJSON(t *testing.T) {
	for _, line := range lines {
		sameAsStandard(t, line)
	}
}

func TestOrdinaryLinesAreReadFast(t *testing.T) {
	_, ok := decode(`{"id":"r1","text":"a\nb \u00e9","spans":[{"start":1}],"negatives":false}`)
	require.True(t, ok)
}

func FuzzDecode(f *testing.F) {
	for _, line := range lines {
		f.Add(line)
	}
	f.Fuzz(sameAsStandard)
}

// standardLine writes an answer with encoding/json.
func standardLine(t *testing.T, a *Answer) string {
	t.Helper()
	type span struct {
		Start      int           `json:"start"`
		End        int           `json:"end"`
		Type       redact.Type   `json:"type"`
		Rule       string        `json:"rule"`
		Action     redact.Action `json:"action"`
		Confidence float64       `json:"confidence"`
	}
	line := struct {
		ID             json.RawMessage `json:"id"`
		Text           string          `json:"text"`
		Classification string          `json:"classification"`
		Spans          []span          `json:"spans"`
		Error          string          `json:"error,omitempty"`
	}{json.RawMessage(a.ID), a.Text, a.Classification, []span{}, a.Error}
	for i, o := range redact.RuneOffsets(a.Input, a.Findings) {
		f := a.Findings[i]
		line.Spans = append(line.Spans, span{o.Start, o.End, f.Type, f.Rule, f.Action, f.Confidence})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(line))
	return b.String()
}

func FuzzAppend(f *testing.F) {
	f.Add("a<b>&\u2028\x00\x1f\"\\ é", 0.7, "")
	f.Add("\b\f\n\r\t\x7f\u2029", 1e-2, "uninspectable")
	f.Add(strings.Repeat("x", 20)+"\u2027\u202a\u2028", 1.0, "")
	f.Fuzz(func(t *testing.T, text string, conf float64, problem string) {
		if !utf8.ValidString(text) || !utf8.ValidString(problem) || !(conf >= 1e-5 && conf <= 1) {
			t.Skip()
		}
		half := len(text) / 2
		for half > 0 && !utf8.RuneStart(text[half]) {
			half--
		}
		a := &Answer{ID: `"x"`, Text: text, Classification: "internal", Input: text, Error: problem, Findings: []redact.Finding{
			{Type: redact.TypeEmail, Rule: "email", Action: redact.ActionMask, Start: 0, End: half, Confidence: conf},
			{Type: redact.TypeEmail, Rule: text, Start: half, End: len(text), Confidence: conf / 2},
		}}
		var e Encoder
		want := standardLine(t, a)
		require.Equal(t, want, string(e.Append(nil, a)))
		require.Equal(t, want, string(e.Append(nil, a)))
	})
}
