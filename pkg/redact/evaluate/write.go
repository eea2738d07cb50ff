package evaluate

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/redact"
)

// Write prints the tables: by type, the rates, by disguise, one for each key of by, what went wrong by type and cause,
// and the calibration. Nothing of any text is in them.
func (r *Report) Write(w io.Writer, by ...string) error {
	p := &printer{w: w}
	p.line("records %d   with gold %d   negatives %d\n", r.Records, r.Docs, r.Negatives.Records)
	p.types(r)
	p.rates(r)
	p.disguises(r)
	for _, key := range by {
		groups, err := r.By(key)
		if err != nil {
			return err
		}
		p.line("")
		p.header(key)
		for _, name := range slices.Sorted(maps.Keys(groups)) {
			p.row(name, groups[name])
		}
	}
	p.misses("missed spans", "disguise", r.Missed)
	p.misses("false predictions", "rule", r.False)
	p.calibration(r.Calibrated)
	return p.err
}

// printer keeps the first error of a writer.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *printer) header(title string) {
	p.line("%-24s%7s%7s |%7s%7s%7s%7s |%7s%7s%7s%7s |%7s", title,
		"gold", "pred", "P", "R", "F1", "F2", "anyP", "anyR", "anyF1", "anyF2", "leak%")
}

func (p *printer) row(name string, t Tally) {
	leak := "   -  "
	if t.Chars > 0 {
		leak = fmt.Sprintf("%6.2f", 100*t.Leak())
	}
	p.line("%-24s%7d%7d |%s |%s | %s", name, t.Gold, t.Pred, four(t.TypedQuality()), four(t.AnyQuality()), leak)
}

// four writes the numbers of q; "-" stands where there was nothing to divide by.
func four(q Quality) string {
	var b strings.Builder
	for i, x := range []float64{q.Precision, q.Recall, q.F1, q.F2} {
		missing := i == 0 && !q.HasPrecision || i > 0 && !q.HasRecall
		if missing {
			b.WriteString("    -  ")
		} else {
			fmt.Fprintf(&b, " %6.3f", x)
		}
	}
	return b.String()
}

func (p *printer) types(r *Report) {
	p.header("type")
	for _, t := range redact.Types() {
		c := r.ByType[t]
		if c.Gold > 0 || c.Pred > 0 {
			p.row(string(t), c)
		}
	}
	p.row("-- structured", r.Structured())
	p.row("-- contextual", r.Contextual())
	p.row("== ALL", r.All())
}

func (p *printer) rates(r *Report) {
	p.line("\nleak rate (characters): %.2f%%   docs leaking: %.2f%%   excess: %.2f%%",
		100*r.All().Leak(), 100*r.DocsLeaking(), 100*r.Excess())
	n := r.Negatives
	if n.Records == 0 {
		return
	}
	var types []string
	for _, t := range redact.Types() {
		if n.ByType[t] > 0 {
			types = append(types, fmt.Sprintf("%s %d", t, n.ByType[t]))
		}
	}
	p.line("negatives: %d records, %d chars, %d false positives = %.3f per 1,000 chars, %.1f%% of records hit; by type: %s",
		n.Records, n.Chars, n.False, n.Per1000(), 100*ratio(n.Hit, n.Records), orNone(strings.Join(types, ", ")))
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func (p *printer) disguises(r *Report) {
	if len(r.Disguises) == 0 {
		return
	}
	p.line("\n%-16s%6s%9s%8s%8s", "disguise", "gold", "R typed", "R any", "leak%")
	for _, name := range slices.Sorted(maps.Keys(r.Disguises)) {
		d := r.Disguises[name]
		p.line("%-16s%6d%9.3f%8.3f%8.2f", name, d.Gold, ratio(d.Typed, d.Gold), ratio(d.Any, d.Gold), 100*ratio(d.Leaked, d.Chars))
	}
}

func (p *printer) misses(title, cause string, misses []Miss) {
	if len(misses) == 0 {
		return
	}
	p.line("\n%-24s%-32s%7s", title, cause, "count")
	for _, m := range misses {
		name := m.Cause
		if name == "" {
			name = "-"
		}
		p.line("%-24s%-32s%7d", m.Type, name, m.Count)
	}
}

func (p *printer) calibration(c Calibration) {
	if len(c) == 0 {
		return
	}
	p.line("\ncalibration: predictions, their mean confidence, and how many of them were right (typed)")
	p.line("%-16s%12s%8s%11s%11s", "type", "confidence", "pred", "predicted", "observed")
	for _, t := range redact.Types() {
		if c[t] != nil {
			p.buckets(string(t), *c[t])
		}
	}
	all := c.All()
	p.buckets("== ALL", all)
	p.line("expected calibration error %.3f", Error(all))
}

func (p *printer) buckets(name string, row [Buckets]Bucket) {
	for i, b := range row {
		if b.Pred == 0 {
			continue
		}
		scale := fmt.Sprintf("%.1f to %.1f", float64(i)/Buckets, float64(i+1)/Buckets)
		p.line("%-16s%12s%8d%11.3f%11.3f", name, scale, b.Pred, b.Predicted(), b.Observed())
	}
}

// WriteMisses prints up to missed marked spans that are not found, and up to falses predictions on negatives, with the
// text around them. This shows values: it is for data that was made up, or may be read by whoever runs it.
func WriteMisses(w io.Writer, records []Record, preds Predictions, missed, falses int) error {
	p := &printer{w: w}
	for i := range records {
		rec := &records[i]
		runes := []rune(rec.Text)
		var covered ranges
		for _, x := range preds[rec.ID] {
			covered = append(covered, [2]int{x.Start, x.End})
		}
		covered = covered.merge()
		for _, g := range rec.Spans {
			if missed > 0 && 2*covered.cover(g.Start, g.End) < g.End-g.Start {
				missed--
				p.line("MISS  %s %s %q >>> %q", rec.ID, g.Type, string(runes[max(0, g.Start-30):g.Start]), string(runes[g.Start:g.End]))
			}
		}
		for _, x := range preds[rec.ID] {
			if falses > 0 && rec.Negatives {
				falses--
				p.line("FALSE %s %s %s %q", rec.ID, x.Type, x.Rule, string(runes[min(x.Start, len(runes)):min(x.End, len(runes))]))
			}
		}
	}
	return p.err
}
