// Command corpus prints generated records, a JSON object a line, as pkg/redact/evaluate and its scorers read them.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/redact/corpus"
	"github.com/hushlog/hushlog/pkg/redact/evaluate"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	opt, marked, err := parse(args, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "corpus:", err)
		return 2
	}
	out := bufio.NewWriter(stdout)
	for rec := range corpus.Generate(opt) {
		line, err := encode(rec, marked)
		if err != nil {
			fmt.Fprintln(stderr, "corpus:", err)
			return 1
		}
		_, _ = out.Write(line) // Flush reports it
	}
	err = out.Flush()
	if err != nil {
		fmt.Fprintln(stderr, "corpus: write records:", err)
		return 1
	}
	return 0
}

// parse reads the flags; marked asks for texts to read instead of JSON.
func parse(args []string, stderr io.Writer) (opt corpus.Options, marked bool, err error) {
	flags := flag.NewFlagSet("corpus", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Uint64Var(&opt.Seed, "seed", 1, "decides everything that is left to chance")
	flags.IntVar(&opt.Count, "count", 1000, "records")
	half := flags.String("half", "both", "half of the names, places and firms: a, b or both")
	templates := flags.String("templates", "both", "half of the templates: a, b or both")
	kinds := flags.String("kinds", "", "kinds, separated by commas; all when empty")
	langs := flags.String("langs", "", "languages, separated by commas; all when empty")
	flags.BoolVar(&marked, "marked", false, "print texts with their values in brackets, to read")
	err = flags.Parse(args)
	if err != nil {
		return opt, false, err
	}
	var ok1, ok2 bool
	opt.Half, ok1 = corpus.ParseHalf(*half)
	opt.Templates, ok2 = corpus.ParseHalf(*templates)
	if !ok1 || !ok2 {
		return opt, false, fmt.Errorf("a half is a, b or both, not %q or %q", *half, *templates)
	}
	known := corpus.Kinds()
	for _, k := range split(*kinds) {
		if !slices.Contains(known, corpus.Kind(k)) {
			return opt, false, fmt.Errorf("no kind %q; there are %v", k, known)
		}
		opt.Kinds = append(opt.Kinds, corpus.Kind(k))
	}
	opt.Langs = split(*langs)
	for _, l := range opt.Langs {
		if !slices.Contains(corpus.Langs(), l) {
			return opt, false, fmt.Errorf("no language %q; there are %v", l, corpus.Langs())
		}
	}
	return opt, marked, nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

// value is a span with its text, which evaluate.Span does not hold.
type value struct {
	evaluate.Span
	Value string `json:"value"`
}

// record is a record as it is printed: its spans come with their values, and what is empty is a list.
type record struct {
	evaluate.Record
	Spans    []value         `json:"spans"`
	Ignore   []evaluate.Span `json:"ignore"`
	NegTypes []string        `json:"neg_types,omitempty"`
}

func encode(rec evaluate.Record, marked bool) ([]byte, error) {
	runes := []rune(rec.Text)
	if marked {
		return []byte(mark(runes, rec.Spans) + "\n----- " + rec.Lang + " " + strings.Join(rec.Tags, " ") + "\n"), nil
	}
	out := record{Record: rec, Spans: []value{}, Ignore: append([]evaluate.Span{}, rec.Ignore...)}
	for _, s := range rec.Spans {
		out.Spans = append(out.Spans, value{Span: s, Value: string(runes[s.Start:s.End])})
	}
	line, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("encode record %s: %w", rec.ID, err)
	}
	return append(line, '\n'), nil
}

// mark writes [TYPE|value] for every span.
func mark(text []rune, spans []evaluate.Span) string {
	var b strings.Builder
	at := 0
	for _, s := range spans {
		fmt.Fprintf(&b, "%s[%s|%s]", string(text[at:s.Start]), s.Type, string(text[s.Start:s.End]))
		at = s.End
	}
	return b.String() + string(text[at:])
}
