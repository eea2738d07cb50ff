package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/hushlog/hushlog/pkg/redact/tagger"
)

// tally counts the names of one kind as the scorer of the evaluation data does: a name is found when at least half of it
// is covered by findings of its kind; a finding is right when it touches a name that is found.
type tally struct{ gold, found, predicted, right int }

func (t tally) precision() float64 { return float64(t.right) / float64(max(1, t.predicted)) }
func (t tally) recall() float64    { return float64(t.found) / float64(max(1, t.gold)) }

func (t tally) f2() float64 {
	p, r := t.precision(), t.recall()
	if p+r == 0 {
		return 0
	}
	return 5 * p * r / (4*p + r)
}

// figures are what was measured on examples.
type figures struct {
	kinds    [3]tally
	negative int // characters of examples without any name
	wrong    int // findings in them
}

// measure tags the examples, each with its other values masked.
func measure(t *tagger.Tagger, examples []tagger.Example, show *display) figures {
	var f figures
	var found []tagger.Entity
	for i := range examples {
		x := &examples[i]
		found = t.Tag(x.Text, tagger.Options{Least: [3]float32{0.5, 0.5, 0.5}, Masks: x.Masks, Keep: [3]bool{tagger.Org: true}}, found[:0])
		if len(x.Names) == 0 {
			f.negative += len(x.Text)
			f.wrong += len(found)
		}
		show.errors(x, found, f.add(x.Names, found))
	}
	return f
}

// display prints errors: the data are labelled test data, and it is asked for.
type display struct {
	w    io.Writer
	left int
}

// errors prints the names that were not found and the findings that touch no name.
func (d *display) errors(x *tagger.Example, found []tagger.Entity, ok []bool) {
	for i, g := range x.Names {
		if !ok[i] {
			d.print("missed", x.Text, g)
		}
	}
	for _, e := range found {
		if !slices.ContainsFunc(x.Names, func(g tagger.Entity) bool { return g.Kind == e.Kind && g.Start < e.End && e.Start < g.End }) {
			d.print("wrong", x.Text, e)
		}
	}
}

// around is how much of the text is printed on each side, in bytes.
const around = 40

func (d *display) print(what, text string, e tagger.Entity) {
	if d.left <= 0 {
		return
	}
	d.left--
	fmt.Fprintf(d.w, "  %s %s %.2f %q in %q\n", what, e.Kind, e.Confidence, text[e.Start:e.End], text[max(0, e.Start-around):min(len(text), e.End+around)])
}

// add counts one example, and reports which of its names were found.
func (f *figures) add(gold, found []tagger.Entity) []bool {
	ok := make([]bool, len(gold))
	for i, g := range gold {
		common := 0
		for _, e := range found {
			if e.Kind == g.Kind {
				common += max(0, min(e.End, g.End)-max(e.Start, g.Start))
			}
		}
		f.kinds[g.Kind].gold++
		if 2*common >= g.End-g.Start {
			ok[i] = true
			f.kinds[g.Kind].found++
		}
	}
	for _, e := range found {
		f.kinds[e.Kind].predicted++
		for i, g := range gold {
			if ok[i] && g.Kind == e.Kind && g.Start < e.End && e.Start < g.End {
				f.kinds[e.Kind].right++
				break
			}
		}
	}
	return ok
}

func (f *figures) print(w io.Writer, title string) {
	fmt.Fprintf(w, "%s\n", title)
	for k, t := range f.kinds {
		fmt.Fprintf(w, "  %-9s gold %6d  P %.3f  R %.3f  F2 %.3f\n", tagger.Kind(k), t.gold, t.precision(), t.recall(), t.f2())
	}
	fmt.Fprintf(w, "  texts without names: %d bytes, %.3f findings per 1,000\n", f.negative, 1000*float64(f.wrong)/float64(max(1, f.negative)))
}
