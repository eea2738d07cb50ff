package main

import (
	"slices"

	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/evaluate"
	"github.com/hushlog/hushlog/pkg/redact/tagger"
)

var kindOf = map[redact.Type]tagger.Kind{
	redact.TypePerson: tagger.Person, redact.TypeLocation: tagger.Location, redact.TypeOrg: tagger.Org,
}

// example makes an example of a labelled record; ok is false for one that the tagger never sees as it is: its values are
// disguised or its text is escaped, and the engine hands the tagger another form.
func example(r *evaluate.Record) (x tagger.Example, ok bool) {
	if slices.Contains(r.Tags, "mode:json") {
		return x, false
	}
	bytes := make([]int, 0, len(r.Text)+1) // of each code point
	for i := range r.Text {
		bytes = append(bytes, i)
	}
	bytes = append(bytes, len(r.Text))
	x.Text = r.Text
	for _, s := range r.Spans {
		if s.Disguise != "" {
			return x, false
		}
		from, to := bytes[s.Start], bytes[s.End]
		if k, named := kindOf[s.Type]; named {
			x.Names = append(x.Names, tagger.Entity{Start: from, End: to, Kind: k})
			continue
		}
		x.Masks = append(x.Masks, tagger.Span{Start: from, End: to})
	}
	slices.SortFunc(x.Names, func(a, b tagger.Entity) int { return a.Start - b.Start })
	slices.SortFunc(x.Masks, func(a, b tagger.Span) int { return a.Start - b.Start })
	return x, true
}

// Of the examples, one in wrapShare is read as the content of a chat request as well: that is what the normal form of
// such a body looks like.
const wrapShare = 6

const (
	bodyStart = `{"model":"m","messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"`
	bodyEnd   = `"}],"temperature":0.2}`
)

// wrapped adds to examples some of them within the body of a request.
func wrapped(in []tagger.Example) []tagger.Example {
	out := slices.Clone(in)
	for i := 0; i < len(in); i += wrapShare {
		out = append(out, shifted(in[i], bodyStart, bodyEnd))
	}
	return out
}

// shifted returns x between two texts.
func shifted(x tagger.Example, before, after string) tagger.Example {
	y := tagger.Example{Text: before + x.Text + after}
	for _, n := range x.Names {
		n.Start, n.End = n.Start+len(before), n.End+len(before)
		y.Names = append(y.Names, n)
	}
	for _, m := range x.Masks {
		y.Masks = append(y.Masks, tagger.Span{Start: m.Start + len(before), End: m.End + len(before)})
	}
	return y
}
