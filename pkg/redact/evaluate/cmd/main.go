// Command cmd prints how well the engine finds what is marked in a JSONL file, in tables by type, disguise and whatever
// else is asked for. It stands beside the library and not in the hushlog binary, so that whoever imports the engine can
// measure it on texts of their own, and no deployed program carries the corpus.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/corpus"
	"github.com/hushlog/hushlog/pkg/redact/evaluate"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	err := run(os.Args[1:], out, os.Stderr)
	err = errors.Join(err, out.Flush())
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "evaluate: "+err.Error())
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	data, pred, by, types, point string
	points                       bool
	show                         int
	count                        int
	seed                         uint64
}

// run is the command.
func run(args []string, out, usage io.Writer) error {
	var o options
	flags := flag.NewFlagSet("evaluate", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.StringVar(&o.data, "data", "", "JSONL `file` of marked texts, .gz or not; several with commas; default: the generated corpus, both halves")
	flags.StringVar(&o.pred, "pred", "", "JSONL `file` of predictions, as hushlog redact --jsonl writes; default: run the engine")
	flags.StringVar(&o.by, "by", "lang,source,tag:mode:", "`keys` of further tables, with commas: lang, source, tag: with the beginning of a tag")
	flags.StringVar(&o.types, "types", "", "count only these `types`, with commas")
	flags.StringVar(&o.point, "point", "", "operating `point` of the engine: strict, balanced (the default) or lenient")
	flags.BoolVar(&o.points, "points", true, "compare the operating points, which runs the engine at each")
	flags.IntVar(&o.show, "show-misses", 0, "print up to `N` missed values and false findings WITH their text: for made-up data")
	flags.IntVar(&o.count, "count", 4000, "generated `texts` of each half, without -data")
	flags.Uint64Var(&o.seed, "seed", 1, "`seed` that they are generated from")
	err := flags.Parse(args)
	if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: name the file with -data", flags.Arg(0))
	}
	types, err := typesOf(o.types)
	if err != nil {
		return err
	}
	if o.data == "" {
		return generated(out, o, evaluate.Options{Types: types})
	}
	records, err := readAll(o.data)
	if err != nil {
		return err
	}
	return measure(out, o, records, evaluate.Options{Types: types})
}

// generated measures each half of the generated corpus.
func generated(out io.Writer, o options, scoring evaluate.Options) error {
	if o.pred != "" {
		return errors.New("-pred: name the marked texts of the predictions with -data")
	}
	for i, half := range []corpus.Half{corpus.A, corpus.B} {
		fmt.Fprintf(out, "\n=== generated corpus, half %c, %d texts, seed %d\n\n", 'A'+i, o.count, o.seed)
		records := slices.Collect(corpus.Generate(corpus.Options{Seed: o.seed, Count: o.count, Half: half, Templates: half}))
		err := measure(out, o, records, scoring)
		if err != nil {
			return err
		}
	}
	return nil
}

// split cuts a list at its commas; an empty one has no parts.
func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func typesOf(list string) ([]redact.Type, error) {
	var out []redact.Type
	for _, name := range split(list) {
		t := redact.Type(name)
		if !t.Valid() {
			return nil, fmt.Errorf("-types: no type is called %q", name)
		}
		out = append(out, t)
	}
	return out, nil
}

func readAll(names string) ([]evaluate.Record, error) {
	var out []evaluate.Record
	for _, name := range split(names) {
		records, err := evaluate.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read marked texts: %w", err)
		}
		out = append(out, records...)
	}
	return out, nil
}

// measure prints the report of one set of records.
func measure(out io.Writer, o options, records []evaluate.Record, scoring evaluate.Options) error {
	preds, err := predictions(out, o, records)
	if err != nil {
		return err
	}
	err = evaluate.Score(records, preds, scoring).Write(out, split(o.by)...)
	if err != nil {
		return err
	}
	if o.points && o.pred == "" {
		points, err := evaluate.MeasurePoints(records, scoring)
		if err != nil {
			return err
		}
		err = evaluate.WritePoints(out, points)
		if err != nil {
			return err
		}
	}
	if o.show == 0 {
		return nil
	}
	fmt.Fprintln(out, "\nvalues of marked test data follow")
	return evaluate.WriteMisses(out, records, preds, o.show, o.show)
}

// predictions reads them, or runs the engine.
func predictions(out io.Writer, o options, records []evaluate.Record) (evaluate.Predictions, error) {
	if o.pred != "" {
		preds, err := evaluate.ReadPredictionsFile(o.pred)
		if err != nil {
			return nil, fmt.Errorf("read predictions: %w", err)
		}
		return preds, nil
	}
	e, err := redact.New(redact.Options{Point: redact.Point(o.point)})
	if err != nil {
		return nil, err
	}
	preds, uninspectable, err := evaluate.Detect(records, e)
	if err != nil {
		return nil, err
	}
	if uninspectable > 0 {
		fmt.Fprintf(out, "%d texts cannot be inspected; nothing counts as found in them\n", uninspectable)
	}
	return preds, nil
}
