package corpus

import (
	"strings"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/evaluate"
)

// piece is a stretch of a text: private when it has a type, a don't-care zone when ignore is set, else plain.
type piece struct {
	text     string
	typ      redact.Type
	ignore   bool
	disguise string // evaluate.Span's Disguise
}

func plain(s string) []piece { return []piece{{text: s}} }

func private(t redact.Type, s string) []piece { return []piece{{text: s, typ: t}} }

func dontCare(s string) []piece { return []piece{{text: s, ignore: true}} }

// join makes one piece of two of a type that only a space parts: "{given} {family}" is one name.
func join(pieces []piece) []piece {
	var out []piece
	for _, p := range pieces {
		n := len(out)
		if n >= 2 && out[n-1].text == " " && out[n-1].typ == "" && p.typ != "" && out[n-2].typ == p.typ &&
			(p.typ == redact.TypePerson || p.typ == redact.TypeLocation) {
			out[n-2].text += " " + p.text
			out = out[:n-1]
			continue
		}
		out = append(out, p)
	}
	return out
}

// fill puts pieces together: the text and the spans of a record.
func fill(rec *evaluate.Record, pieces []piece) {
	var b strings.Builder
	at := 0
	for _, p := range pieces {
		b.WriteString(p.text)
		start := at
		at += utf8.RuneCountInString(p.text)
		if at == start {
			continue
		}
		span := evaluate.Span{Start: start, End: at, Type: p.typ, Disguise: p.disguise}
		switch {
		case p.typ != "":
			rec.Spans = append(rec.Spans, span)
		case p.ignore:
			rec.Ignore = append(rec.Ignore, span)
		}
	}
	rec.Text = b.String()
}
