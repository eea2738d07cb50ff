package main

import (
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/hushlog/hushlog/pkg/redact/corpus"
	"github.com/hushlog/hushlog/pkg/redact/evaluate"
	"github.com/hushlog/hushlog/pkg/redact/tagger"
)

// leastUse is how often a word stands in the examples outside names for the model to know it.
const leastUse = 4

// input is what is read from files: it is the same whichever half the model is trained on.
type input struct {
	dev        []tagger.Example
	groups     []uint32 // of dev
	background []tagger.Example
}

// train trains a model on half A and measures it on half B and on the development data, none of which it has seen; then
// trains the model that is written on everything, with the calibration of the first.
func train(o options) error {
	in, err := read(o)
	if err != nil {
		return err
	}
	first, err := o.fit(corpus.A, nil, in.background)
	if err != nil {
		return err
	}
	unseen := generated(o.seed+1, o.count/6, corpus.B, corpus.B)
	names := generated(o.seed+2, o.count/6, corpus.B, corpus.Both)
	err = tagger.Calibrate(first, slices.Concat(names, in.dev))
	if err != nil {
		return err
	}
	fmt.Fprintf(o.report, "calibration %v\n", first.Calibration)
	err = o.judge(first, "trained on half A of the corpus; half B", unseen)
	if err != nil {
		return err
	}
	err = o.judge(first, "trained on half A of the corpus; names of half B in all templates", names)
	if err != nil {
		return err
	}
	err = o.judge(first, "trained on half A of the corpus; development data", in.dev)
	if err != nil {
		return err
	}
	calibration := halfway(first.Calibration)
	err = o.crossValidate(in, calibration)
	if err != nil || o.out == "" {
		return err
	}
	last, err := o.fit(corpus.Both, in.dev, in.background)
	if err != nil {
		return err
	}
	last.Calibration = calibration
	data := tagger.Pack(last)
	err = os.WriteFile(o.out, data, 0o644) //nolint:gosec // a model is no secret
	if err != nil {
		return err
	}
	fmt.Fprintf(o.report, "%s: %d bytes\n", o.out, len(data))
	return nil
}

func read(o options) (input, error) {
	var in input
	for _, name := range o.dev {
		records, err := evaluate.ReadFile(name)
		if err != nil {
			return in, fmt.Errorf("development data: %w", err)
		}
		for i := range records {
			x, ok := example(&records[i])
			if ok {
				in.dev, in.groups = append(in.dev, x), append(in.groups, groupOf(&records[i]))
			}
		}
	}
	var err error
	in.background, err = background(o.background)
	return in, err
}

// halfway returns half of a correction: the model that it was measured on knows half of what the last one knows.
func halfway(c [3][2]float32) [3][2]float32 {
	for k := range c {
		c[k] = [2]float32{(1 + c[k][0]) / 2, c[k][1] / 2}
	}
	return c
}

// crossValidate measures models that are trained on everything but a part of the development data on that part. Texts
// from one template are never on both sides.
func (o options) crossValidate(in input, calibration [3][2]float32) error {
	for fold := range uint32(o.folds) { //nolint:gosec // few
		var seen, unseen []tagger.Example
		for i, x := range in.dev {
			if in.groups[i]%uint32(o.folds) == fold { //nolint:gosec // few
				unseen = append(unseen, x)
			} else {
				seen = append(seen, x)
			}
		}
		w, err := o.fit(corpus.Both, seen, in.background)
		if err != nil {
			return err
		}
		w.Calibration = calibration
		err = o.judge(w, fmt.Sprintf("trained on all but part %d of %d of the development data; that part", fold+1, o.folds), unseen)
		if err != nil {
			return err
		}
	}
	return nil
}

// groupOf returns a number that texts from one template share: the template's, or that of how the text begins.
func groupOf(r *evaluate.Record) uint32 {
	key := r.Text[:min(len(r.Text), sameStart)]
	for _, t := range r.Tags {
		if strings.HasPrefix(t, "template:") {
			key = t
		}
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // a hash takes everything
	return h.Sum32() >> 8
}

// sameStart is how many bytes two texts from one template have in common.
const sameStart = 12

// generated returns examples with names of one half in templates of one half of the corpus.
func generated(seed uint64, count int, half, templates corpus.Half) []tagger.Example {
	var out []tagger.Example
	for r := range corpus.Generate(corpus.Options{Seed: seed, Count: count, Half: half, Templates: templates}) {
		x, ok := example(&r)
		if ok {
			out = append(out, x)
		}
	}
	return out
}

// fit trains on a half of the corpus and on what else is given.
func (o options) fit(half corpus.Half, dev, background []tagger.Example) (*tagger.Weights, error) {
	natural, err := prompts(o.prompts, half, o.seed)
	if err != nil {
		return nil, err
	}
	all := generated(o.seed, o.count, half, half)
	for range devTimes {
		all = append(all, dev...)
	}
	all = append(append(wrapped(all), natural...), background...)
	lex := newLexicon(half)
	for _, h := range tagger.Vocabulary(all, leastUse) {
		lex[h] |= tagger.ClassVocabulary
	}
	fo := tagger.DefaultFit()
	fo.Seed, fo.Epochs = o.seed, o.epochs
	began := time.Now()
	fo.Progress = func(epoch int, loss float64) {
		fmt.Fprintf(o.report, "  epoch %d: loss %.5f a token, %.0f s\n", epoch+1, loss, time.Since(began).Seconds())
	}
	fmt.Fprintf(o.report, "%d examples, %d words in the lexicon\n", len(all), len(lex))
	return tagger.Fit(all, tagger.BuildLexicon(lex), fo), nil
}

// devTimes is how often the development data are repeated: they are few, and close to what the model is for.
const devTimes = 2

// judge measures a model.
func (o options) judge(w *tagger.Weights, title string, on []tagger.Example) error {
	if len(on) == 0 {
		return nil
	}
	t, err := tagger.Read(string(tagger.Pack(w)))
	if err != nil {
		return err
	}
	f := measure(t, on, &display{w: o.report, left: o.show})
	f.print(o.report, title)
	return nil
}
