package corpus

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// jsonAround is what stands around a text in a body; twice says that it stands in JSON within JSON.
type jsonAround struct {
	before, after string
	twice         bool
}

// jsonBodies are what stands before and after a text in bodies of chat interfaces. {s} is a short number, {u} a uuid.
var jsonBodies = []jsonAround{
	{`{"id":"chatcmpl-{u}","object":"chat.completion","created":17{s},"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"`, `"},"finish_reason":"stop"}],"usage":{"prompt_tokens":{s},"completion_tokens":{s}}}`, false},
	{`{"model":"gpt-4o-mini","temperature":0.2,"messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"`, `"}]}`, false},
	{`{"model":"claude-sonnet-4","max_tokens":1024,"messages":[{"role":"user","content":[{"type":"text","text":"`, `"}]}]}`, false},
	{`{"id":"msg_{u}","type":"message","role":"assistant","content":[{"type":"text","text":"`, `"}],"stop_reason":"end_turn"}`, false},
	{`data: {"choices":[{"delta":{"content":"`, `"},"index":0}]}`, false},
	{`{"contents":[{"role":"user","parts":[{"text":"`, `"}]}],"generationConfig":{"temperature":1}}`, false},
	{`{"prompt":"`, `","stream":false}`, false},
	{`{"ts":"2026-03-01T10:00:00Z","level":"info","request_id":"{u}","input":"`, `"}`, false},
	{`{"jsonrpc":"2.0","id":{s},"method":"tools/call","params":{"name":"search","arguments":{"query":"`, `"}}}`, false},
	{`{"choices":[{"message":{"role":"assistant","tool_calls":[{"id":"call_{u}","type":"function","function":{"name":"send","arguments":"{\"to\":\"{s}\",\"body\":\"`, `\"}"}}]}}]}`, true},
	{`{"role":"tool","tool_call_id":"call_{u}","content":"{\"result\":\"`, `\"}"}`, true},
}

// jsonBody makes the pieces the content of a body: escaped, with what stands around.
func (s *scene) jsonBody(pieces []piece) []piece {
	around := pick(s, jsonBodies)
	ascii := s.oneIn(3)
	fillIn := func(text string) string {
		return strings.NewReplacer("{s}", s.pattern("%###"), "{u}", s.letters(24, small)).Replace(text)
	}
	out := []piece{{text: fillIn(around.before)}}
	for _, p := range pieces {
		p.text = jsonEscape(p.text, ascii)
		if around.twice {
			p.text = jsonEscape(p.text, false)
		}
		out = append(out, p)
	}
	return append(out, piece{text: fillIn(around.after)})
}

// jsonEscape writes a text as it stands within a JSON string; ascii writes everything beyond ASCII by number.
func jsonEscape(text string, ascii bool) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		case r < 0x80 || !ascii:
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
