package redact

import (
	"encoding/json"
	"strings"
)

// edit is a stretch of a text and what is put there.
type edit struct {
	start, end int
	text       string
}

// Apply returns text with the engine's actions applied to findings that Find, of any engine, returned for the same
// text. Each finding gets the action that this engine has for its type: an engine per class of records can act on one
// engine's findings.
func (e *Engine) Apply(text string, fs []Finding) Result {
	out := make([]Finding, len(fs))
	for i, f := range fs {
		f.Action = stricter(f.Action, e.actions[f.Type])
		out[i] = f
	}
	return Result{Text: rewrite(text, e.edits(text, out)), Findings: out}
}

// edits returns what is to be replaced in text, in order.
func (e *Engine) edits(text string, fs []Finding) []edit {
	out := make([]edit, 0, len(fs))
	for _, f := range fs {
		if f.Action == ActionKeep {
			continue
		}
		value := text[f.Start:f.End]
		if f.View != "" {
			value = normalise(value).s
		}
		out = append(out, edit{start: f.Start, end: f.End, text: replacement(f.Type, f.Action, value)})
	}
	if len(out) == 0 {
		return nil
	}
	if looksLikeJSON(text) && json.Valid([]byte(text)) {
		return jsonEdits(text, out)
	}
	for i := range out {
		out[i] = quoteNumber(text, out[i])
	}
	return out
}

// rewrite writes text with the edits made.
func rewrite(text string, edits []edit) string {
	if len(edits) == 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	pos := 0
	for _, d := range edits {
		b.WriteString(text[pos:d.start])
		b.WriteString(d.text)
		pos = d.end
	}
	b.WriteString(text[pos:])
	return b.String()
}
