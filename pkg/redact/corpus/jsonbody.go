package corpus

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// jsonBodies are what stands before and after a text in bodies of chat interfaces. {s} is a short number, {u} a uuid.
var jsonBodies = [][2]string{
	{`{"id":"chatcmpl-{u}","object":"chat.completion","created":17{s},"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"`, `"},"finish_reason":"stop"}],"usage":{"prompt_tokens":{s},"completion_tokens":{s}}}`},
	{`{"model":"gpt-4o-mini","temperature":0.2,"messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"`, `"}]}`},
	{`{"model":"claude-sonnet-4","max_tokens":1024,"messages":[{"role":"user","content":[{"type":"text","text":"`, `"}]}]}`},
	{`{"id":"msg_{u}","type":"message","role":"assistant","content":[{"type":"text","text":"`, `"}],"stop_reason":"end_turn"}`},
	{`data: {"choices":[{"delta":{"content":"`, `"},"index":0}]}`},
	{`{"contents":[{"role":"user","parts":[{"text":"`, `"}]}],"generationConfig":{"temperature":1}}`},
	{`{"prompt":"`, `","stream":false}`},
	{`{"ts":"2026-03-01T10:00:00Z","level":"info","request_id":"{u}","input":"`, `"}`},
	{`{"jsonrpc":"2.0","id":{s},"method":"tools/call","params":{"name":"search","arguments":{"query":"`, `"}}}`},
}

// jsonBody makes the pieces the content of a body: escaped, with what stands around.
func (s *scene) jsonBody(pieces []piece) []piece {
	around := pick(s, jsonBodies)
	ascii := s.oneIn(3)
	fillIn := func(text string) string {
		return strings.NewReplacer("{s}", s.pattern("%###"), "{u}", s.letters(24, small)).Replace(text)
	}
	out := []piece{{text: fillIn(around[0])}}
	for _, p := range pieces {
		p.text = jsonEscape(p.text, ascii)
		out = append(out, p)
	}
	return append(out, piece{text: fillIn(around[1])})
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
