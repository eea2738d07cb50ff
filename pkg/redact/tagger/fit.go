package tagger

import (
	"math"
	"math/rand/v2"
)

// Example is a text with its names, for training.
type Example struct {
	Text  string
	Names []Entity // ordered by Start, not overlapping; Confidence is not used
	Masks []Span   // other values, ordered, overlapping neither each other nor names
}

// FitOptions say how a model is trained. The zero value is not useful: see DefaultFit.
type FitOptions struct {
	Seed     uint64
	Epochs   int
	Rate     float64 // of AdaGrad
	Decay    float64 // L2 penalty of a weight, at each of its updates
	Forget   float64 // how often a word of a name is taken for one that the lexicon does not know
	LeastUse int     // features seen less often are left out
	Progress func(epoch int, loss float64)
}

// DefaultFit returns the options that the model of this package was trained with.
func DefaultFit() FitOptions {
	return FitOptions{Seed: 1, Epochs: 8, Rate: 0.15, Decay: 1e-5, Forget: 0.35, LeastUse: 3}
}

// fitter trains one model. Everything is done in one goroutine and in a fixed order: the same examples and options give
// the same weights.
type fitter struct {
	o     FitOptions
	w     *Weights
	lex   lexicon
	sum   [][lanes]float32 // of squared gradients, by row
	sumT  [lanes][lanes]float32
	sumS  [lanes]float32
	used  []uint8 // how often a row was seen, up to 255
	rng   *rand.Rand
	work  work
	gold  []label
	rows  [][featureCount]uint32
	alpha [][lanes]float64
	beta  [][lanes]float64
	emit  [][lanes]float64
}

// Fit trains weights on examples by stochastic gradient descent on the likelihood of their labels (Lafferty et al. 2001)
// with AdaGrad steps (Duchi et al. 2011). lex is a lexicon that BuildLexicon wrote. The calibration is the identity: see
// Calibrate.
func Fit(examples []Example, lex []byte, o FitOptions) *Weights {
	f := &fitter{
		o: o, lex: newLexicon(string(lex)), rng: rand.New(rand.NewPCG(o.Seed, 0x7461)), //nolint:gosec // training has to be repeatable
		w:    &Weights{Rows: make([][lanes]float32, 1<<tableBits), Lexicon: lex},
		sum:  make([][lanes]float32, 1<<tableBits),
		used: make([]uint8, 1<<tableBits),
	}
	for k := range f.w.Calibration {
		f.w.Calibration[k] = [2]float32{1, 0}
	}
	for i := range examples {
		f.windows(&examples[i], false, f.count)
	}
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	for epoch := range o.Epochs {
		f.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		loss, tokens := 0.0, 0
		for _, i := range order {
			f.windows(&examples[i], true, func() {
				loss += f.step()
				tokens += len(f.rows)
			})
		}
		if o.Progress != nil {
			o.Progress(epoch, loss/float64(max(1, tokens)))
		}
	}
	return f.w
}

// windows calls do with f.rows and f.gold set for each window of the example that the tagger would read.
func (f *fitter) windows(x *Example, forget bool, do func()) {
	w := &f.work
	w.prepare(&f.lex, x.Text, x.Masks)
	gold := labels(w.toks, x.Names)
	if forget {
		gold = f.forget(gold)
	}
	w.eachWindow(w.interesting, func(from, to int) {
		f.rows = w.rowsOf(from, to, f.rows[:0])
		f.gold = gold[from:to]
		do()
	})
}

// labels returns the labels of the tokens.
func labels(toks []token, names []Entity) []label {
	out := make([]label, len(toks))
	n := 0
	for i := range toks {
		t := &toks[i]
		for n < len(names) && names[n].End <= int(t.start) {
			n++
		}
		if n < len(names) && names[n].Start < int(t.end) && t.shape != shapeMask && (names[n].Kind != Person || t.personal()) {
			out[i] = labelOf(names[n].Kind)
		}
	}
	return out
}

// masked is how often a name is read as the mask that it is replaced by.
const masked = 0.08

// forget takes some words of names for unknown ones, so that the model learns to do without the lexicon, too; and some
// names for what will stand in their place, so that it finds nothing in their neighbours then.
func (f *fitter) forget(gold []label) []label {
	w := &f.work
	w.spans = w.spans[:0]
	for i := 0; i < len(gold); {
		if gold[i] == labelOutside {
			i++
			continue
		}
		j := i
		for j < len(gold) && gold[j] == gold[i] {
			if t := &w.toks[j]; t.shape.word() && t.shape != shapeLower && f.rng.Float64() < f.o.Forget {
				t.class &^= classNames
			}
			j++
		}
		if f.rng.Float64() < masked {
			w.spans = append(w.spans, Span{int(w.toks[i].start), int(w.toks[j-1].end)})
		}
		i = j
	}
	if len(w.spans) == 0 {
		return gold
	}
	starts := map[int32]label{}
	for i := range w.toks {
		starts[w.toks[i].start] = gold[i]
	}
	w.maskSpans()
	gold = gold[:len(w.toks)]
	for i := range w.toks {
		gold[i] = starts[w.toks[i].start]
		if w.toks[i].shape == shapeMask {
			gold[i] = labelOutside
		}
	}
	return gold
}

// count notes which rows a window uses.
func (f *fitter) count() {
	for i := range f.rows {
		for _, r := range f.rows[i] {
			if f.used[r] < 255 {
				f.used[r]++
			}
		}
	}
}

// step makes one step on the window in f.rows and f.gold, and returns its loss.
func (f *fitter) step() float64 {
	n := len(f.rows)
	f.emissions(n)
	logZ := f.pass(n)
	loss := logZ
	for i := range n {
		g := f.gold[i]
		loss -= f.emit[i][g]
		if i == 0 {
			loss -= float64(f.w.Starts[g])
		} else {
			loss -= float64(f.w.Transitions[f.gold[i-1]][g])
		}
	}
	f.update(n, logZ)
	return loss
}

// emissions fills f.emit with the sums of weights.
func (f *fitter) emissions(n int) {
	for len(f.emit) < n {
		f.emit = append(f.emit, [lanes]float64{})
		f.alpha = append(f.alpha, [lanes]float64{})
		f.beta = append(f.beta, [lanes]float64{})
	}
	for i := range n {
		var e [lanes]float64
		for _, r := range f.rows[i] {
			row := &f.w.Rows[r]
			for k := range lanes {
				e[k] += float64(row[k])
			}
		}
		f.emit[i] = e
	}
}

func logSum(v *[lanes]float64) float64 {
	most := math.Inf(-1)
	for k := range lanes {
		most = max(most, v[k])
	}
	sum := 0.0
	for k := range lanes {
		sum += math.Exp(v[k] - most)
	}
	return most + math.Log(sum)
}

// pass runs forward and backward in logarithms and returns that of the partition function.
func (f *fitter) pass(n int) float64 {
	for k := range lanes {
		f.alpha[0][k] = float64(f.w.Starts[k]) + f.emit[0][k]
	}
	for i := 1; i < n; i++ {
		for k := range lanes {
			var v [lanes]float64
			for j := range lanes {
				v[j] = f.alpha[i-1][j] + float64(f.w.Transitions[j][k])
			}
			f.alpha[i][k] = logSum(&v) + f.emit[i][k]
		}
	}
	f.beta[n-1] = [lanes]float64{}
	for i := n - 2; i >= 0; i-- {
		for j := range lanes {
			var v [lanes]float64
			for k := range lanes {
				v[k] = float64(f.w.Transitions[j][k]) + f.emit[i+1][k] + f.beta[i+1][k]
			}
			f.beta[i][j] = logSum(&v)
		}
	}
	return logSum(&f.alpha[n-1])
}

// update moves the weights against the gradient.
func (f *fitter) update(n int, logZ float64) {
	for i := range n {
		var g [lanes]float32
		for k := range lanes {
			g[k] = float32(math.Exp(f.alpha[i][k] + f.beta[i][k] - logZ))
		}
		g[f.gold[i]]--
		for _, r := range f.rows[i] {
			if int(f.used[r]) < f.o.LeastUse {
				continue
			}
			f.move(&f.w.Rows[r], &f.sum[r], &g)
		}
		if i == 0 {
			f.move(&f.w.Starts, &f.sumS, &g)
		}
	}
	f.updateTransitions(n, logZ)
}

func (f *fitter) updateTransitions(n int, logZ float64) {
	var g [lanes][lanes]float32
	for i := 1; i < n; i++ {
		for j := range lanes {
			for k := range lanes {
				g[j][k] += float32(math.Exp(f.alpha[i-1][j] + float64(f.w.Transitions[j][k]) + f.emit[i][k] + f.beta[i][k] - logZ))
			}
		}
		g[f.gold[i-1]][f.gold[i]]--
	}
	for j := range lanes {
		f.move(&f.w.Transitions[j], &f.sumT[j], &g[j])
	}
}

// move makes an AdaGrad step on one row.
func (f *fitter) move(w, sum, g *[lanes]float32) {
	rate, decay := float32(f.o.Rate), float32(f.o.Decay)
	for k := range lanes {
		d := g[k] + decay*w[k]
		if d > -1e-6 && d < 1e-6 {
			continue
		}
		sum[k] += d * d
		w[k] -= rate * d / float32(math.Sqrt(float64(sum[k])+1e-4))
	}
}
