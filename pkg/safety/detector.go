package safety

import (
	"math"
	"sync"
)

// Detector scores texts. It may be used by several goroutines at once.
type Detector struct {
	model *Model
	lex   *lexicon
	pool  sync.Pool // of *scorer
}

// New returns a detector with a model.
func New(m *Model) *Detector {
	d := &Detector{model: m, lex: lexiconOnce()}
	d.pool.New = func() any { return newScorer(d) }
	return d
}

// Model returns the detector's model.
func (d *Detector) Model() *Model { return d.model }

// Result is what a text scored.
type Result struct {
	Scores Scores
	// Overall is one score for all: that of an attack, raised by what is harmful and by abuse where those are beyond
	// doubt, so that each has its share of the false positives at a threshold.
	Overall float64
}

// Score scores a text: its highest window, in it or in a decoded view of it. Noise at its end counts as an attack. A text
// without words has the score of nothing.
func (d *Detector) Score(text string) Result { return d.Inspect(text).Result }

// Inspection is what a text scored, and how.
type Inspection struct {
	Result
	// Plain are the scores of the text as it stands, without decoded views: where one is low and that of all is high, what
	// was said was hidden in an encoding.
	Plain Scores
	// Noise is how likely the text ends in noise; see SuffixNoise.
	Noise float64
}

// Inspect scores a text, and says what hides in it.
func (d *Detector) Inspect(text string) Inspection {
	all, plain := d.raw(text)
	in := Inspection{Result: d.model.Calibrate(all), Noise: SuffixNoise(text)}
	in.Plain = in.Scores
	if plain != all {
		in.Plain = d.model.Calibrate(plain).Scores
	}
	in.Result = in.raise(in.Noise)
	return in
}

// Calibrate turns scores before calibration into probabilities.
func (m *Model) Calibrate(raw [heads]float64) Result {
	var r Result
	for i, s := range raw {
		h := &m.Heads[i]
		r.Scores[i] = h.Calibration.Probability(s)
		if h.Overall != nil {
			r.Overall = max(r.Overall, h.Overall.Probability(s))
		}
	}
	return r
}

// Raw returns the scores of a text before calibration, for the trainer.
func (d *Detector) Raw(text string) [heads]float64 {
	all, _ := d.raw(text)
	return all
}

// raw returns the scores of a text with its decoded views, and without.
func (d *Detector) raw(text string) (all, plain [heads]float64) {
	s := d.pool.Get().(*scorer)
	defer d.pool.Put(s)
	for i := range s.best {
		s.best[i] = math.Inf(-1)
	}
	var sig signals
	s.text(text, &sig)
	plain = s.highest()
	readViews(text, &sig, s.text)
	s.z.reset("") // the pool holds no text
	return s.highest(), plain
}

// highest returns the highest scores so far.
func (s *scorer) highest() (out [heads]float64) {
	for i := range out {
		out[i] = s.d.model.Heads[i].Bias
		if !math.IsInf(s.best[i], -1) {
			out[i] += s.best[i]
		}
	}
	return out
}

// Sums of weights: every lane counts weights plus 128 each. Lanes of sums hold 32 bits.
type sums struct {
	a, b, c, d uint64 // heads 0 4, 2, 1 5, 3
	rows       uint32
}

const lanes32 = 0x0000ffff0000ffff

// add adds lanes of 16 bits.
func (s *sums) add(even, odd uint64, rows uint32) {
	s.a += even & lanes32
	s.b += even >> 16 & lanes32
	s.c += odd & lanes32
	s.d += odd >> 16 & lanes32
	s.rows += rows
}

// scorer is the state of one scoring.
type scorer struct {
	d      *Detector
	z      tokenizer
	stream stream
	rows   []uint32 // of one word by itself
	wait   waiting
	prefix []sums // before word i
	best   [heads]float64
	memo   [memoSize]memo
}

// memoSize is how many words are remembered, a power of two: 900 kB for each scoring at the same time.
const memoSize = 16384

// memo remembers what a word of at most 16 bytes has by itself.
type memo struct {
	lo, hi    uint64 // the word
	even, odd uint64
	hash      uint64
	rows      uint16
	concept   uint8
	signs     uint8
}

func newScorer(d *Detector) *scorer {
	s := &scorer{d: d, prefix: make([]sums, 1, maxWords+1)}
	s.z.lex = d.lex
	return s
}

// text scores the windows of a text.
func (s *scorer) text(text string, sig *signals) {
	s.z.reset(text)
	s.stream.reset()
	s.prefix = append(s.prefix[:0], sums{})
	var t token
	for s.z.next(&t) {
		m := s.word(t.word)
		sig.add(m.signs, t.marks, t.run)
		if sig.last.n > 0 || m.signs&signBegun != 0 {
			sig.pair(s.d.lex, t.word, m.concept, m.signs)
		}
		s.wait.add(m, s.stream.rows(s.wait.rows, &t, m.hash, m.concept))
		if s.wait.n == len(s.wait.words) {
			s.addUp()
		}
		if len(s.prefix)+s.wait.n == maxWords+1 {
			s.addUp()
			s.windows()
			s.shift()
		}
	}
	s.addUp()
	s.windows()
}

// waiting are words whose rows are not added up yet. Rows lie all over the model, mostly outside of the processor's nearer caches:
// added up for many words in one go, many of them are fetched at the same time.
type waiting struct {
	words [32]struct {
		even, odd uint64 // what the word has by itself
		own, end  uint32 // its own number of rows; the end of its others in rows
	}
	n    int
	rows []uint32
}

// add adds a word, with rows, which now end with those that it has by what is around it.
func (w *waiting) add(m *memo, rows []uint32) {
	p := &w.words[w.n]
	p.even, p.odd, p.own, p.end = m.even, m.odd, uint32(m.rows), uint32(len(rows)) //nolint:gosec // as many as some words have
	w.rows = rows
	w.n++
}

// addUp adds the words that wait to the sums.
func (s *scorer) addUp() {
	from := uint32(0)
	next := s.prefix[len(s.prefix)-1]
	for i := range s.wait.words[:s.wait.n] {
		p := &s.wait.words[i]
		even, odd := s.d.model.sum(s.wait.rows[from:p.end])
		next.add(p.even+even, p.odd+odd, p.own+p.end-from)
		s.prefix = append(s.prefix, next)
		from = p.end
	}
	s.wait.n, s.wait.rows = 0, s.wait.rows[:0]
}

// lanes16 takes every other weight of a row.
const lanes16 = 0x00ff00ff00ff00ff

// sum adds rows up, in lanes of 16 bits: even heads and odd heads.
func (m *Model) sum(rows []uint32) (even, odd uint64) {
	for _, r := range rows {
		w := m.rows[r]
		even += w & lanes16
		odd += w >> 8 & lanes16
	}
	return even, odd
}

// word returns what the word has by itself that was just read.
func (s *scorer) word(w []byte) *memo {
	lo, hi := s.z.bytes(len(w))
	m := &s.memo[mix(lo, hi)%memoSize]
	if m.lo == lo && m.hi == hi && len(w) <= 16 {
		return m
	}
	hash := hashWord(w)
	concept := s.d.lex.of(w, hash)
	*m = memo{lo: lo, hi: hi, hash: hash, concept: concept, signs: s.d.lex.signsOf(w, hash, concept)}
	s.rows = s.d.lex.wordRows(s.rows[:0], w, m.hash, m.concept)
	m.even, m.odd = s.d.model.sum(s.rows)
	m.rows = uint16(len(s.rows)) //nolint:gosec // as many as one word has
	if len(w) > 16 {
		m.lo = 0 // is not found again
	}
	return m
}

// shift forgets all words but the last ones.
func (s *scorer) shift() {
	n := len(s.prefix)
	base := s.prefix[n-1-maxOverlap]
	for i := range maxOverlap + 1 {
		p := s.prefix[n-1-maxOverlap+i]
		s.prefix[i] = sums{p.a - base.a, p.b - base.b, p.c - base.c, p.d - base.d, p.rows - base.rows}
	}
	s.prefix = s.prefix[:maxOverlap+1]
}

// windows takes the highest score of the words since the last shift.
func (s *scorer) windows() {
	var top [heads]float64
	for i := range top {
		top[i] = math.Inf(-1)
	}
	eachWindow(len(s.prefix)-1, func(from, to int) {
		f, t := &s.prefix[from], &s.prefix[to]
		rows := t.rows - f.rows
		zero := int64(rows) * 128
		by := 1 / length(int(rows))
		a, b, c, d := t.a-f.a, t.b-f.b, t.c-f.c, t.d-f.d
		for i, lane := range [heads]uint64{a & 0xffffffff, c & 0xffffffff, b & 0xffffffff, d & 0xffffffff, a >> 32, c >> 32} {
			v := float64(int64(lane)-zero) * by * s.d.model.Heads[i].Scale //nolint:gosec // 32 bits
			if v > top[i] {
				top[i] = v
			}
		}
	})
	n := chances(len(s.prefix) - 1)
	for i := range top {
		s.best[i] = max(s.best[i], top[i]-n*costs[i])
	}
}
