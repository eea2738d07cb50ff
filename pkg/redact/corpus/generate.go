package corpus

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/hushlog/hushlog/pkg/redact/evaluate"
)

// Options say what Generate makes. Seed decides everything that is left to chance.
type Options struct {
	Seed      uint64
	Count     int
	Half      Half     // of the names, cities and so on that are drawn from
	Templates Half     // of the templates
	Kinds     []Kind   // empty: all
	Langs     []string // empty: all, English most often
}

// Generate returns Count records, the same ones for the same options. Record i depends on Seed and i alone, so fewer
// are a beginning of more.
func Generate(opt Options) iter.Seq[evaluate.Record] {
	return func(yield func(evaluate.Record) bool) {
		lib := theLibrary()
		d := newDeck(lib, opt)
		for i := range opt.Count {
			source := rand.NewPCG(opt.Seed, uint64(i))
			rec := d.record(rand.New(source), lib, opt, i) //nolint:gosec // has to be repeatable, guards nothing
			if !yield(rec) {
				return
			}
		}
	}
}

// deck is the templates to draw from: by language, then by kind.
type deck struct {
	langs []string
	kinds map[string][]Kind
	of    map[string]map[Kind][]template
}

func newDeck(lib *library, opt Options) *deck {
	d := &deck{kinds: map[string][]Kind{}, of: map[string]map[Kind][]template{}}
	for _, t := range lib.templates {
		if len(opt.Kinds) > 0 && !slices.Contains(opt.Kinds, t.kind) || len(opt.Langs) > 0 && !slices.Contains(opt.Langs, t.lang) {
			continue
		}
		if !opt.Templates.Holds(t.text) {
			continue
		}
		if d.of[t.lang] == nil {
			d.of[t.lang] = map[Kind][]template{}
			d.langs = append(d.langs, t.lang)
		}
		if d.of[t.lang][t.kind] == nil {
			d.kinds[t.lang] = append(d.kinds[t.lang], t.kind)
		}
		d.of[t.lang][t.kind] = append(d.of[t.lang][t.kind], t)
	}
	if len(d.langs) == 0 {
		panic("corpus: no template is of the kinds and languages asked for")
	}
	return d
}

// draw draws a template: first a language, English half the time; then a kind, kinds of many templates more often;
// then a template.
func (d *deck) draw(rng *rand.Rand) template {
	lang := d.langs[rng.IntN(len(d.langs))]
	if d.of["en"] != nil && rng.IntN(2) == 0 {
		lang = "en"
	}
	total := 0
	for _, k := range d.kinds[lang] {
		total += weight(d.of[lang][k])
	}
	n := rng.IntN(total)
	for _, k := range d.kinds[lang] {
		list := d.of[lang][k]
		n -= weight(list)
		if n < 0 {
			return list[rng.IntN(len(list))]
		}
	}
	panic("weights do not add up")
}

// weight makes kinds of few templates heard: each kind counts as if it had some more, and of very many it has less.
func weight(list []template) int { return 8 + min(len(list), 30) }

// record makes one record: a template filled, or some of them one after the other.
func (d *deck) record(rng *rand.Rand, lib *library, opt Options, i int) evaluate.Record {
	t := d.draw(rng)
	s := newScene(rng, lib, opt.Half, t.lang)
	rec := evaluate.Record{ID: fmt.Sprintf("corpus-%d-%d", opt.Seed, i), Source: "corpus", Lang: t.lang, Negatives: t.kind.Negative()}
	pieces := s.render(t.nodes)
	for range d.more(rng, t) {
		next := d.next(rng, t)
		if rng.IntN(2) == 0 {
			s.forget()
		}
		gap := pick(s, []string{" ", " ", "\n", "\n\n"})
		if t.kind != KindSentences {
			gap = pick(s, []string{"\n\n", "\n\n---\n\n", "\n\nuser: ", "\n\nassistant: "})
		}
		pieces = append(append(pieces, piece{text: gap}), s.render(next.nodes)...)
	}
	pieces, rec.Tags = s.dress(s.recaseAll(join(pieces)), rec.Negatives)
	rec.Tags = append(rec.Tags, "cat:"+string(t.kind))
	fill(&rec, pieces)
	return rec
}

// dress now and then disguises the values, or puts the text into a body of JSON, and returns the tags that say so.
func (s *scene) dress(pieces []piece, negative bool) ([]piece, []string) {
	tags := []string{"mode:clean"}
	if negative {
		tags[0] = "mode:negative"
	}
	hides := slices.ContainsFunc(pieces, func(p piece) bool { return structured(p.typ) })
	switch n := s.rng.IntN(8); {
	case n == 0 && hides, n == 2 && hides:
		disguised, name := s.disguiseAll(pieces)
		if name != "" {
			tags = []string{"mode:evasion", "evasion:" + name}
		}
		return disguised, tags
	case n == 1:
		if !negative {
			tags[0] = "mode:json"
		}
		return s.jsonBody(pieces), append(tags, "jsonbody")
	}
	return pieces, tags
}

// KindSentences is running text in which every name is marked, with no label before it.
const KindSentences Kind = "sentences"

// more is how many templates follow the first one.
func (d *deck) more(rng *rand.Rand, t template) int {
	n := rng.IntN(12)
	switch {
	case t.kind == KindSentences && n < 5:
		return 1 + n%3
	case n == 0:
		return 1
	}
	return 0
}

// next draws a template that goes on after t: of the same kind, or of a kind that is not private.
func (d *deck) next(rng *rand.Rand, t template) template {
	of := d.of[t.lang]
	kind := t.kind
	if rng.IntN(3) == 0 {
		negatives := slices.DeleteFunc(slices.Clone(d.kinds[t.lang]), func(k Kind) bool { return !k.Negative() })
		if len(negatives) > 0 {
			kind = negatives[rng.IntN(len(negatives))]
		}
	}
	return of[kind][rng.IntN(len(of[kind]))]
}
