package evaluate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hushlog/hushlog/pkg/redact"
)

// structured are the types that have a form of their own; finding the others takes a model, or words around them.
var structured = []redact.Type{
	redact.TypeEmail, redact.TypePhone, redact.TypeCreditCard, redact.TypeBank, redact.TypeUSSSN, redact.TypeGovID,
	redact.TypeIP, redact.TypeURL, redact.TypeCrypto, redact.TypeSecret,
}

// Structured reports whether values of type t have a form of their own.
func Structured(t redact.Type) bool { return slices.Contains(structured, t) }

// Options narrow a count.
type Options struct {
	// Types are scored; marked spans of others become don't-care zones and predictions of others are dropped. Empty: all.
	Types []redact.Type
}

// Negatives are the false positives on texts that hold nothing private.
type Negatives struct {
	Records, Chars int // and their code points
	False          int // false positives
	Hit            int // records with at least one
	ByType         map[redact.Type]int
}

// Per1000 is false positives by 1,000 code points.
func (n Negatives) Per1000() float64 { return 1000 * ratio(n.False, n.Chars) }

// Disguise counts the marked spans that were disguised in one way.
type Disguise struct{ Gold, Typed, Any, Chars, Leaked int }

// Miss says that spans of a type, or predictions of a rule, went wrong, and how often.
type Miss struct {
	Type  redact.Type
	Cause string // the disguise of missed spans; the rule of false predictions
	Count int
}

// Report is what Score counted.
type Report struct {
	Records    int
	ByType     map[redact.Type]Tally
	Negatives  Negatives
	Disguises  map[string]Disguise
	Docs       int // records with marked spans
	DocsLeak   int // those of them with a span that is not found
	Covered    int // code points that predictions cover
	Beyond     int // those of them outside marked spans and don't-care zones
	Missed     []Miss
	False      []Miss
	Calibrated Calibration

	records []recordTally
}

// recordTally is what one record added to the tallies of the types.
type recordTally struct {
	rec   *Record
	tally Tally
}

// Excess is the share of covered code points that were not to be covered.
func (r *Report) Excess() float64 { return ratio(r.Beyond, r.Covered) }

// DocsLeaking is the share of records with marked spans of which one is not found.
func (r *Report) DocsLeaking() float64 { return ratio(r.DocsLeak, r.Docs) }

// Structured adds up the types that have a form of their own.
func (r *Report) Structured() Tally { return r.sum(Structured) }

// Contextual adds up the other types.
func (r *Report) Contextual() Tally { return r.sum(func(t redact.Type) bool { return !Structured(t) }) }

// All adds up all types.
func (r *Report) All() Tally { return r.sum(func(redact.Type) bool { return true }) }

func (r *Report) sum(want func(redact.Type) bool) Tally {
	var out Tally
	for t, c := range r.ByType {
		if want(t) {
			out.add(c)
		}
	}
	return out
}

// Score counts predictions against the marked spans of records.
func Score(records []Record, preds Predictions, o Options) *Report {
	s := &scorer{
		report: &Report{
			Records: len(records), ByType: map[redact.Type]Tally{}, Disguises: map[string]Disguise{},
			Negatives: Negatives{ByType: map[redact.Type]int{}}, Calibrated: Calibration{},
		},
		types: o.Types, missed: map[Miss]int{}, falses: map[Miss]int{},
	}
	for i := range records {
		s.record(&records[i], preds[records[i].ID])
	}
	s.report.Missed, s.report.False = ranked(s.missed), ranked(s.falses)
	return s.report
}

// ranked returns what was counted, the most frequent first.
func ranked(counts map[Miss]int) []Miss {
	out := make([]Miss, 0, len(counts))
	for m, n := range counts {
		m.Count = n
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Miss) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Type, b.Type), cmp.Compare(a.Cause, b.Cause))
	})
	return out
}

// scorer adds up records.
type scorer struct {
	report *Report
	types  []redact.Type
	missed map[Miss]int
	falses map[Miss]int
}

func (s *scorer) wants(t redact.Type) bool { return len(s.types) == 0 || slices.Contains(s.types, t) }

// scored is one record under the scorer's eyes.
type scored struct {
	chars  int
	gold   []Span // marked, of the types that are scored
	preds  []Span // sorted, each once
	ignore ranges
	all    ranges // what predictions cover
	byType map[redact.Type]ranges
	typed  []Span // marked spans that are found by predictions of their type
	any    []Span // marked spans that are found
	local  map[redact.Type]*Tally
}

func (s *scorer) record(rec *Record, preds []Span) {
	w := s.prepare(rec, preds)
	s.spans(w)
	s.predictions(rec, w)
	s.coverage(w)
	var sum Tally
	for t, c := range w.local {
		total := s.report.ByType[t]
		total.add(*c)
		s.report.ByType[t] = total
		sum.add(*c)
	}
	s.report.records = append(s.report.records, recordTally{rec: rec, tally: sum})
}

// prepare cuts predictions to the text and sorts out what is scored.
func (s *scorer) prepare(rec *Record, preds []Span) *scored {
	w := &scored{chars: utf8.RuneCountInString(rec.Text), byType: map[redact.Type]ranges{}, local: map[redact.Type]*Tally{}}
	for _, p := range preds {
		if !p.Type.Valid() {
			p.Type = redact.TypeOther
		}
		p.Start, p.End = max(0, p.Start), min(w.chars, p.End)
		if p.End > p.Start && s.wants(p.Type) {
			w.preds = append(w.preds, p)
		}
	}
	slices.SortStableFunc(w.preds, comparePlaces)
	w.preds = slices.CompactFunc(w.preds, func(a, b Span) bool { return comparePlaces(a, b) == 0 })
	for _, p := range w.preds {
		w.all = append(w.all, [2]int{p.Start, p.End})
		w.byType[p.Type] = append(w.byType[p.Type], [2]int{p.Start, p.End})
	}
	w.all = w.all.merge()
	for t, r := range w.byType {
		w.byType[t] = r.merge()
	}
	for _, z := range rec.Ignore {
		w.ignore = append(w.ignore, [2]int{z.Start, z.End})
	}
	for _, g := range rec.Spans {
		if s.wants(g.Type) {
			w.gold = append(w.gold, g)
		} else {
			w.ignore = append(w.ignore, [2]int{g.Start, g.End})
		}
	}
	w.ignore = w.ignore.merge()
	return w
}

func comparePlaces(a, b Span) int {
	return cmp.Or(a.Start-b.Start, a.End-b.End, cmp.Compare(a.Type, b.Type))
}

func (w *scored) tally(t redact.Type) *Tally {
	c := w.local[t]
	if c == nil {
		c = &Tally{}
		w.local[t] = c
	}
	return c
}

// spans counts what of the marked spans is found.
func (s *scorer) spans(w *scored) {
	leaks := false
	for _, g := range w.gold {
		n := g.End - g.Start
		covered := w.all.cover(g.Start, g.End)
		typed, found := 2*w.byType[g.Type].cover(g.Start, g.End) >= n, 2*covered >= n
		c := w.tally(g.Type)
		c.Gold++
		c.Chars += n
		c.Leaked += n - covered
		if typed {
			c.Typed++
			w.typed = append(w.typed, g)
		}
		if found {
			c.Any++
			w.any = append(w.any, g)
		} else {
			leaks = true
			s.missed[Miss{Type: g.Type, Cause: g.Disguise}]++
		}
		if g.Disguise != "" {
			d := s.report.Disguises[g.Disguise]
			d.Gold, d.Typed, d.Any = d.Gold+1, d.Typed+one(typed), d.Any+one(found)
			d.Chars, d.Leaked = d.Chars+n, d.Leaked+n-covered
			s.report.Disguises[g.Disguise] = d
		}
	}
	s.report.Docs += one(len(w.gold) > 0)
	s.report.DocsLeak += one(leaks)
}

// predictions counts what of the predictions is right.
func (s *scorer) predictions(rec *Record, w *scored) {
	var right []Span
	for _, p := range w.preds {
		if w.rightTyped(p) {
			right = append(right, p)
		}
	}
	hit := false
	for _, p := range w.preds {
		typed, found := w.rightTyped(p), slices.ContainsFunc(w.any, p.touches)
		if !found && 2*w.ignore.cover(p.Start, p.End) >= p.End-p.Start {
			continue
		}
		if !typed && slices.ContainsFunc(right, p.inside) {
			continue
		}
		if rec.Negatives {
			if len(rec.NegTypes) > 0 && !slices.Contains(rec.NegTypes, p.Type) {
				continue
			}
			hit = true
			s.report.Negatives.False++
			s.report.Negatives.ByType[p.Type]++
		}
		c := w.tally(p.Type)
		c.Pred++
		c.RightTyped += one(typed)
		c.RightAny += one(found)
		s.report.Calibrated.add(p, typed)
		if !typed {
			s.falses[Miss{Type: p.Type, Cause: p.Rule}]++
		}
	}
	if rec.Negatives {
		s.report.Negatives.Records++
		s.report.Negatives.Chars += w.chars
		s.report.Negatives.Hit += one(hit)
	}
}

func (w *scored) rightTyped(p Span) bool {
	return slices.ContainsFunc(w.typed, func(g Span) bool { return g.Type == p.Type && p.touches(g) })
}

func (s Span) touches(o Span) bool { return o.Start < s.End && s.Start < o.End }

// inside reports whether s lies in o, which is longer.
func (s Span) inside(o Span) bool {
	return o.Start <= s.Start && s.End <= o.End && o.End-o.Start > s.End-s.Start
}

// coverage counts what predictions cover beyond what they should.
func (s *scorer) coverage(w *scored) {
	wanted := slices.Clone(w.ignore)
	for _, g := range w.gold {
		wanted = append(wanted, [2]int{g.Start, g.End})
	}
	wanted = wanted.merge()
	for _, r := range w.all {
		s.report.Covered += r[1] - r[0]
		s.report.Beyond += r[1] - r[0] - wanted.cover(r[0], r[1])
	}
}

// ranges are stretches [from, to); merged ones are sorted and apart.
type ranges [][2]int

// merge sorts r in place, joins what overlaps or touches, and drops what is empty.
func (r ranges) merge() ranges {
	slices.SortFunc(r, func(a, b [2]int) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) })
	out := r[:0]
	for _, x := range r {
		switch n := len(out); {
		case n > 0 && x[0] <= out[n-1][1]:
			out[n-1][1] = max(out[n-1][1], x[1])
		case x[1] > x[0]:
			out = append(out, x)
		}
	}
	return out
}

// cover returns how much of [from, to) lies in r, which is merged.
func (r ranges) cover(from, to int) int {
	n := 0
	for _, x := range r {
		n += max(0, min(to, x[1])-max(from, x[0]))
	}
	return n
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// By returns the tallies by the values of key: "lang", "source", or "tag:" with the beginning of a tag, such as
// "tag:mode:". A record without such a tag counts under "-", one with several under each.
func (r *Report) By(key string) (map[string]Tally, error) {
	out := map[string]Tally{}
	for _, rt := range r.records {
		values, err := rt.rec.values(key)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			c := out[v]
			c.add(rt.tally)
			out[v] = c
		}
	}
	return out, nil
}

func (r *Record) values(key string) ([]string, error) {
	prefix, isTag := strings.CutPrefix(key, "tag:")
	switch {
	case key == "lang":
		return []string{cmp.Or(r.Lang, "-")}, nil
	case key == "source":
		return []string{cmp.Or(r.Source, "-")}, nil
	case !isTag:
		return nil, fmt.Errorf("cannot group by %q: want lang, source, or tag: with the beginning of a tag", key)
	}
	var out []string
	for _, t := range r.Tags {
		if strings.HasPrefix(t, prefix) {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return []string{"-"}, nil
	}
	return out, nil
}
