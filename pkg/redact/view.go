package redact

import (
	"sort"
	"strings"
)

// seg maps a stretch of a view to its source. A linear stretch (end < 0) maps byte for byte from src; a unit maps all
// of its bytes to the source range [src, end): an escape sequence, a folded character.
type seg struct{ off, src, end int32 }

// view is a text in the form that rules read, and the way back to the bytes it was made from.
type view struct {
	s    string
	segs []seg // ordered by off; nil when the view is the source
}

func (v *view) segAt(p int) int {
	return sort.Search(len(v.segs), func(i int) bool { return int(v.segs[i].off) > p }) - 1
}

// source returns the source range of the view range [start, end), which is not empty.
func (v *view) source(start, end int) (int, int) {
	if v.segs == nil {
		return start, end
	}
	a := v.segs[v.segAt(start)]
	from := int(a.src)
	if a.end < 0 {
		from += start - int(a.off)
	}
	b := v.segs[v.segAt(end-1)]
	if b.end >= 0 {
		return from, int(b.end)
	}
	return from, int(b.src) + end - int(b.off)
}

// unitLen returns how many source bytes stand for the view byte at p: 1 for a plain byte.
func (v *view) unitLen(p int) int {
	if v.segs == nil {
		return 1
	}
	g := v.segs[v.segAt(p)]
	if g.end < 0 {
		return 1
	}
	return int(g.end - g.src)
}

// coded reports whether the view byte at p stands for an escape or a folded character.
func (v *view) coded(p int) bool { return v.segs != nil && v.segs[v.segAt(p)].end >= 0 }

// changed reports whether the view range [start, end) reads otherwise than its source.
func (v *view) changed(start, end int) bool {
	if v.segs == nil {
		return false
	}
	i := v.segAt(start)
	return v.segs[i].end >= 0 || i+1 < len(v.segs) && int(v.segs[i+1].off) < end
}

// viewBuilder writes a view from left to right.
type viewBuilder struct {
	b    strings.Builder
	segs []seg
	open bool // the last segment is linear and ends at the builder's end
	next int  // source offset at which the open segment would go on
}

// firstSegs is how many segments there is room for at once: most views have a few.
const firstSegs = 16

func (w *viewBuilder) reserve() {
	if w.segs == nil {
		w.segs = make([]seg, 0, firstSegs)
	}
}

// copyRange appends src[from:to] as it is.
func (w *viewBuilder) copyRange(src string, from, to int) {
	if from == to {
		return
	}
	if !w.open || w.next != from {
		w.reserve()
		w.segs = append(w.segs, seg{off: int32(w.b.Len()), src: int32(from), end: -1}) //nolint:gosec // New texts are limited to maxText
		w.open = true
	}
	w.b.WriteString(src[from:to])
	w.next = to
}

// unit appends s in the place of the source range [from, to).
func (w *viewBuilder) unit(s string, from, to int) {
	w.reserve()
	w.segs = append(w.segs, seg{off: int32(w.b.Len()), src: int32(from), end: int32(to)}) //nolint:gosec // limited to maxText
	w.open = false
	w.b.WriteString(s)
}

func (w *viewBuilder) unitRune(r rune, from, to int) {
	w.unit("", from, to)
	w.b.WriteRune(r)
}

func (w *viewBuilder) view() *view { return &view{s: w.b.String(), segs: w.segs} }

// over returns v, whose segments map to the text of w, as a view that maps to the source of w.
func (v *view) over(w *view) *view {
	if w.segs == nil {
		return v
	}
	if v.segs == nil {
		return &view{s: v.s, segs: w.segs}
	}
	out := make([]seg, 0, len(v.segs)+len(w.segs))
	for i, g := range v.segs {
		if g.end >= 0 {
			from, to := w.source(int(g.src), int(g.end))
			out = append(out, seg{off: g.off, src: int32(from), end: int32(to)}) //nolint:gosec // limited to maxText
			continue
		}
		end := int32(len(v.s)) //nolint:gosec // limited to maxText
		if i+1 < len(v.segs) {
			end = v.segs[i+1].off
		}
		out = w.through(out, g, end)
	}
	return &view{s: v.s, segs: out}
}

// through appends to out the linear segment g, which ends at end, cut at the segments of v that it maps to.
func (v *view) through(out []seg, g seg, end int32) []seg {
	src := g.src
	for k := v.segAt(int(src)); g.off < end; k++ {
		x := v.segs[k]
		stop := int32(len(v.s)) //nolint:gosec // limited to maxText
		if k+1 < len(v.segs) {
			stop = v.segs[k+1].off
		}
		n := min(stop-src, end-g.off)
		if x.end >= 0 {
			out = append(out, seg{off: g.off, src: x.src, end: x.end})
		} else {
			out = append(out, seg{off: g.off, src: x.src + src - x.off, end: -1})
		}
		g.off += n
		src += n
	}
	return out
}
