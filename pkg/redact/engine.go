package redact

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"sync"
	"unicode/utf8"
)

// ErrUninspectable is returned for a text that cannot be inspected as a whole. The text must not be stored or shown:
// the caller fails closed.
var ErrUninspectable = errors.New("text cannot be inspected")

// Reasons, all of them wrapping ErrUninspectable.
var (
	errNotUTF8 = fmt.Errorf("%w: not valid UTF-8", ErrUninspectable)
	errTooLong = fmt.Errorf("%w: longer than %d bytes", ErrUninspectable, maxText)
	errBudget  = fmt.Errorf("%w: too much of it decodes to other text", ErrUninspectable)
)

// defaultMinConfidence is the least confidence at which a candidate is a finding when Options do not say.
const defaultMinConfidence = 0.5

// maxViewFactor bounds the bytes of all derived views, as a multiple of the input's.
const maxViewFactor = 8

// Options say how an Engine acts.
type Options struct {
	Actions       map[Type]Action // overrides of DefaultActions
	MinConfidence float64         // candidates below it are no findings; 0 means 0.5; at most 1
}

// Engine finds and acts. It is safe for concurrent use.
type Engine struct {
	voc     *vocabulary
	actions map[Type]Action
	minConf float64
	version string
	jobs    sync.Pool // of *job
}

// New returns an engine, or says which option cannot be. Values of the types that NeverLog names can only be removed:
// any other action for them is refused.
func New(o Options) (*Engine, error) {
	actions, err := completeActions(o.Actions)
	if err != nil {
		return nil, err
	}
	if !(o.MinConfidence >= 0 && o.MinConfidence <= 1) {
		return nil, errors.New("minimal confidence must be from 0 to 1")
	}
	e := &Engine{voc: theVocabulary(), actions: actions, minConf: o.MinConfidence, version: ruleSetVersion()}
	if e.minConf == 0 {
		e.minConf = defaultMinConfidence
	}
	return e, nil
}

// Version identifies the rule set: two engines with equal versions find the same. It is stored with each record.
func (e *Engine) Version() string { return e.version }

// ruleSetVersion is a digest of the identifiers and versions of all rules.
var ruleSetVersion = sync.OnceValue(func() string {
	h := fnv.New32a()
	for _, r := range Rules() {
		h.Write([]byte(r.ID + "@" + strconv.Itoa(r.Version) + "\n"))
	}
	return fmt.Sprintf("%d.%08x", len(allRules), h.Sum32())
})

// Find returns what is private in text, sorted by start and not overlapping. The error wraps ErrUninspectable when the
// text cannot be inspected.
func (e *Engine) Find(text string, h Hints) ([]Finding, error) {
	j := e.job()
	defer e.release(j)
	err := j.run(e, text, h)
	if err != nil {
		return nil, err
	}
	return j.findings(), nil
}

// Redact returns text with the engine's actions applied, and what was found. The error wraps ErrUninspectable when the
// text cannot be inspected.
func (e *Engine) Redact(text string, h Hints) (Result, error) {
	j := e.job()
	defer e.release(j)
	err := j.run(e, text, h)
	if err != nil {
		return Result{}, err
	}
	return e.Apply(text, j.findings()), nil
}

// maxPooled is the longest text whose job is used again: longer ones would keep their memory.
const maxPooled = 1 << 20

func (e *Engine) job() *job {
	j, ok := e.jobs.Get().(*job)
	if !ok {
		return &job{}
	}
	return j
}

// release gives a job back. Nothing of its text stays in it.
func (e *Engine) release(j *job) {
	if len(j.text) > maxPooled {
		return
	}
	j.text, j.view, j.hints, j.kept = "", nil, Hints{}, nil
	for i := range j.scanners {
		sc := &j.scanners[i]
		sc.v, sc.s = nil, ""
		clear(sc.canon[:])
	}
	e.jobs.Put(j)
}

// job is the work on one text. Jobs are pooled: everything in them is reset or overwritten by the next run.
type job struct {
	eng      *Engine
	text     string
	hints    Hints
	region   string                // of the hinted language
	budget   int                   // bytes that derived views may still take
	over     bool                  // the budget was exceeded
	scanners [maxDepth + 1]scanner // by depth
	view     *view
	kept     []cand // offsets in text
	doubt    bool   // candidates were left out for want of confidence
}

// run finds everything in text.
func (j *job) run(e *Engine, text string, h Hints) error {
	err := j.once(e, text, h)
	if err != nil {
		return err
	}
	if len(j.kept) > 0 && j.doubt {
		j.stabilise()
	}
	return nil
}

// once makes one pass over text.
func (j *job) once(e *Engine, text string, h Hints) error {
	if len(text) > maxText {
		return errTooLong
	}
	if !utf8.ValidString(text) {
		return errNotUTF8
	}
	j.eng, j.text, j.hints = e, text, h
	j.region = regionOf(h.Language)
	j.budget, j.over = maxViewFactor*len(text), false
	j.view = normalise(text)
	if j.view.segs != nil {
		j.charge(len(j.view.s))
	}
	j.scan()
	if j.over {
		return errBudget
	}
	return nil
}

// charge takes n bytes from the budget for views and reports whether there were that many.
func (j *job) charge(n int) bool {
	if n > j.budget {
		j.over = true
		return false
	}
	j.budget -= n
	return true
}

func (j *job) scan() {
	sc := &j.scanners[0]
	sc.reset(j, j.view, 0)
	j.doubt = false
	sc.base = fieldTopics(j.eng.voc, j.hints.Field)
	sc.run()
	cands := confident(sc.out, j.eng.minConf)
	j.doubt = j.doubt || len(cands) < len(sc.out)
	cands = repeats(sc.s, resolve(cands))
	j.doubt = j.doubt || sc.unsettled(cands)
	for i := range cands {
		c := &cands[i]
		if c.view == "" && j.view.changed(c.start, c.end) {
			c.view = "normal"
		}
		c.start, c.end = j.view.source(c.start, c.end)
	}
	j.kept = cands
}

// confident returns the candidates of at least the given confidence, in the place of cands.
func confident(cands []cand, least float64) []cand {
	out := cands[:0]
	for _, c := range cands {
		if c.conf >= least {
			out = append(out, c)
		}
	}
	return out
}

// fieldTopics returns what the name of a field speaks of.
func fieldTopics(voc *vocabulary, name string) topic {
	if name == "" {
		return 0
	}
	var t topic
	hits, _ := voc.findHits(name, nil, nil)
	for _, h := range hits {
		t |= voc.words[h.word].topics
	}
	return t
}

// findings returns what was kept as the caller sees it.
func (j *job) findings() []Finding {
	out := make([]Finding, len(j.kept))
	for i, c := range j.kept {
		r := c.rule
		out[i] = Finding{
			Type: r.Type, Rule: r.ID, RuleVersion: r.Version, Start: c.start, End: c.end, Confidence: c.conf,
			Action: j.eng.actions[r.Type], View: c.view, Evidence: c.ev,
		}
		if c.full {
			out[i].Action = stricter(ActionMaskFull, out[i].Action)
		}
	}
	return out
}
