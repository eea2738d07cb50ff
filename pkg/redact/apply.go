package redact

import (
	"strings"

	"github.com/hushlog/hushlog/pkg/redact/internal/jsonscan"
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
		f.Action = stricter(f.Action, e.action(f.Type, f.Rule))
		out[i] = f
	}
	strictest := strictestOf(out)
	if drops(strictest) {
		return Result{Text: dropped(text), Findings: out, Dropped: true, MetadataOnly: strictest == ActionMetadataOnly}
	}
	return Result{Text: rewrite(text, e.edits(text, out)), Findings: out}
}

// ApplyTo returns what Apply gives for text and the findings of res, which Redact of any engine returned for that text.
// Where this engine has the same actions for all that was found, res itself is that, and nothing is written anew.
func (e *Engine) ApplyTo(text string, res Result) Result {
	if res.Dropped {
		return e.Apply(text, res.Findings)
	}
	for i := range res.Findings {
		f := &res.Findings[i]
		if f.Action == ActionPseudonym || stricter(f.Action, e.action(f.Type, f.Rule)) != f.Action {
			return e.Apply(text, res.Findings) // pseudonyms may be made with another key
		}
	}
	return res
}

// strictestOf returns the strictest action of fs.
func strictestOf(fs []Finding) Action {
	best := ActionKeep
	for i := range fs {
		if Strictness(fs[i].Action) > Strictness(best) {
			best = fs[i].Action
		}
	}
	return best
}

// dropped returns what stands in the place of a whole text: a JSON document stays one.
func dropped(text string) string {
	if looksLikeJSON(text) && jsonscan.Valid(text) {
		return `"` + textDropped + `"`
	}
	return textDropped
}

// edits returns what is to be replaced in text, in order.
func (e *Engine) edits(text string, fs []Finding) []edit {
	out := e.replacements(text, fs)
	if len(out) == 0 {
		return nil
	}
	if looksLikeJSON(text) && jsonscan.Valid(text) {
		return jsonEdits(text, out)
	}
	for i := range out {
		out[i] = quoteNumber(text, out[i])
	}
	return out
}

// replacements returns what the actions of fs put in the places of their values.
func (e *Engine) replacements(text string, fs []Finding) []edit {
	out := make([]edit, 0, len(fs))
	for _, f := range fs {
		if f.Action == ActionKeep {
			continue
		}
		value := text[f.Start:f.End]
		if f.View != "" {
			value = normalise(value).s
		}
		out = append(out, edit{start: f.Start, end: f.End, text: e.replacement(f.Type, f.Action, value)})
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
