// Command train makes the model of package tagger anew: it generates a corpus, adds the development data and background
// text it is given, trains, measures on the half that it was not trained on, and writes the model. The same arguments and
// inputs give the same file.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// options are the arguments.
type options struct {
	out        string
	seed       uint64
	count      int
	epochs     int
	show       int
	folds      int
	dev        []string
	background []string
	prompts    []string
	report     io.Writer
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, problems io.Writer) int {
	o := options{report: out}
	var dev, background, prompts string
	fs := flag.NewFlagSet("train", flag.ContinueOnError)
	fs.SetOutput(problems)
	fs.StringVar(&o.out, "out", "", "`file` to write the model to; without it, only the figures are printed")
	fs.Uint64Var(&o.seed, "seed", 1, "of the generated corpus and of training")
	fs.IntVar(&o.count, "count", 60000, "generated `records`")
	fs.IntVar(&o.epochs, "epochs", 6, "passes over the examples")
	fs.IntVar(&o.show, "show", 0, "print so many `errors` of each measurement, with their surroundings")
	fs.IntVar(&o.folds, "folds", 0, "measure on so many `parts` of the development data, each left out in turn")
	fs.StringVar(&dev, "dev", "", "comma-separated `files` of labelled records (JSONL, perhaps gzipped) to train on too")
	fs.StringVar(&background, "background", "", "comma-separated `folders` of source code, read as text without names")
	fs.StringVar(&prompts, "prompts", "", "comma-separated `files` of the safety data (gzipped JSONL), read as text with few names")
	err := fs.Parse(args)
	if err != nil {
		return 2
	}
	o.dev, o.background, o.prompts = list(dev), list(background), list(prompts)
	err = train(o)
	if err != nil {
		fmt.Fprintf(problems, "train: %v\n", err)
		return 1
	}
	return 0
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
