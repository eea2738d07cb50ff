package alerting

import (
	"maps"
	"math"
	"slices"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// maxPending bounds the events of sequences that wait for their turn, about 60 bytes each.
	maxPending = 200_000
	// maxGap bounds how many windows without any event are looked at one by one, for rules that mind when nothing comes:
	// who has been away for longer, with everybody else, is no longer compared window by window.
	maxGap = 1000
	// micro makes sums whole numbers, so that they do not depend on the order of their parts.
	micro = 1e6
)

// Stats are what the engine counted of one rule.
type Stats struct {
	Rule string
	// Matched events, Late ones of them that came after their window had closed, Overflowed ones whose key was one too
	// many, and Failed evaluations.
	Matched, Late, Overflowed, Failed uint64
	// Fired alerts.
	Fired uint64
	// Keys that are followed, Windows that can still get events.
	Keys, Windows int
}

// Engine counts events and says which alerts fire and resolve. It belongs to one goroutine.
type Engine struct {
	rules     []*state
	bySource  map[Source][]*state
	fields    map[Source]*sourceFields
	watermark int64
	act       activation
	buf       []byte
	// matches are the distinct conditions of each source, evaluated once for each event.
	matches map[Source][]*expression
	results []int8
	out     []*hushlogv1.Alert
}

// state is what is known of one rule.
type state struct {
	*compiled
	matchIndex int // of Engine.matches; -1 for every event
	stats      Stats

	windows map[int64]*window
	// closed is the first window that can still get events.
	closed  int64
	last    *window // the window of the last event, which is mostly that of the next
	known   map[string]*track
	fired   map[int64]map[string]*instance // by block
	pending []step
	// done is up to when sequences were followed.
	done int64
	// began is the first window with an event, from which a first-seen rule learns.
	began   int64
	live    int
	started bool
}

// window is the state of one window.
type window struct {
	index    int64
	counters map[string]*counter
}

// counter counts one key in one window.
type counter struct {
	count, hits uint64
	sum         int64 // millionths
	rank        rank
	fired       bool
	distinct    *distinct
}

// track is what is known of a key over windows.
type track struct {
	// seen is the last window with an event.
	seen int64
	// run is how many windows up to held the condition has held.
	run, held int64
	history   *history
	times     []int64 // of a sequence's first, newest last
}

// step is an event of a sequence that waits until nothing earlier can come.
type step struct {
	at   int64
	then bool
	key  string
	rank rank
}

// NewEngine starts with nothing known.
func NewEngine(rules *Rules) *Engine {
	e := &Engine{
		bySource: map[Source][]*state{}, fields: map[Source]*sourceFields{}, matches: map[Source][]*expression{},
		watermark: math.MinInt64,
	}
	for source, fields := range fieldsOf {
		e.fields[source] = indexFields(fields)
	}
	for _, c := range rules.list {
		s := newState(c)
		s.matchIndex = e.share(c.match)
		e.rules = append(e.rules, s)
		e.bySource[c.Source] = append(e.bySource[c.Source], s)
	}
	return e
}

func newState(c *compiled) *state {
	return &state{
		compiled: c, stats: Stats{Rule: c.Name}, windows: map[int64]*window{}, closed: math.MinInt64, known: map[string]*track{},
		fired: map[int64]map[string]*instance{}, done: math.MinInt64,
	}
}

// share finds the place of a condition among those of its source: many rules have the same.
func (e *Engine) share(match *expression) int {
	if match == nil {
		return -1
	}
	list := e.matches[match.source]
	for i, m := range list {
		if m.text == match.text {
			return i
		}
	}
	e.matches[match.source] = append(list, match)
	return len(list)
}

// Stats of each rule, in the order of the rules.
func (e *Engine) Stats() []Stats {
	all := make([]Stats, len(e.rules))
	for i, s := range e.rules {
		all[i] = s.stats
		all[i].Keys, all[i].Windows = s.live+len(s.known), len(s.windows)
	}
	return all
}

// Watermark is how far event time has come; the zero time before the first Advance.
func (e *Engine) Watermark() time.Time {
	if e.watermark == math.MinInt64 {
		return time.Time{}
	}
	return time.Unix(0, e.watermark).UTC()
}

// Observe counts an event and returns the alerts that fire because of it and cannot turn out otherwise. The slice is valid
// until the next call.
func (e *Engine) Observe(event *Event) []*hushlogv1.Alert {
	e.out = e.out[:0]
	source := event.Source()
	rules := e.bySource[source]
	if len(rules) == 0 {
		return nil
	}
	e.act.set(event, e.fields[source])
	e.results = append(e.results[:0], make([]int8, len(e.matches[source]))...)
	at := event.Time().UnixNano()
	for _, s := range rules {
		if s.Sequence != nil {
			s.step(e, event, at)
			continue
		}
		if s.matchIndex < 0 || e.holds(source, s.matchIndex) {
			s.count(e, event, at)
		}
	}
	return e.out
}

// holds evaluates a shared condition once for each event. One that fails, as by dividing by zero, does not hold.
func (e *Engine) holds(source Source, i int) bool {
	const no, yes = 1, 2
	if e.results[i] == 0 {
		e.results[i] = no
		ok, err := e.matches[source][i].truth(&e.act)
		if err == nil && ok {
			e.results[i] = yes
		}
		if err != nil {
			e.failed(source, i)
		}
	}
	return e.results[i] == yes
}

func (e *Engine) failed(source Source, i int) {
	for _, s := range e.bySource[source] {
		if s.matchIndex == i {
			s.stats.Failed++
		}
	}
}

// keyOf writes the key of an event into the engine's buffer; false means that a value is missing.
func (s *state) keyOf(e *Engine, event *Event) bool {
	e.buf = e.buf[:0]
	for i := range s.key {
		value := s.key[i].text(event)
		if value == "" {
			return false
		}
		e.buf = appendKey(e.buf, value)
	}
	return true
}

// count counts an event that matches.
func (s *state) count(e *Engine, event *Event, at int64) {
	if !s.keyOf(e, event) {
		return
	}
	s.stats.Matched++
	index := floorDiv(at, s.window)
	if index < s.closed {
		s.stats.Late++
		return
	}
	w := s.windowAt(index)
	c := w.counters[string(e.buf)]
	if c == nil {
		if s.live+len(s.known) >= s.MaxKeys && s.known[string(e.buf)] == nil || s.live >= s.MaxKeys {
			s.stats.Overflowed++
			return
		}
		c = &counter{}
		w.counters[string(e.buf)] = c
		s.live++
	}
	if !s.add(e, c) {
		s.stats.Failed++
		return
	}
	c.rank = max(c.rank, event.rank())
	if s.early && !c.fired && c.count >= uint64(s.MinVolume) { //nolint:gosec // not negative
		value := s.valueOf(c)
		if value >= *s.Threshold.AtLeast {
			c.fired = true
			s.fire(e, string(e.buf), index, &instance{at, value, *s.Threshold.AtLeast, c.rank})
		}
	}
}

// add takes an event's value into a counter.
func (s *state) add(e *Engine, c *counter) bool {
	switch s.Aggregate {
	case Sum, Mean:
		v, err := s.value.number(&e.act)
		if err != nil {
			return false
		}
		part := int64(math.Round(v * micro))
		c.sum = min(c.sum, math.MaxInt64-part) + part
	case Ratio:
		hit, err := s.value.truth(&e.act)
		if err != nil {
			return false
		}
		if hit {
			c.hits++
		}
	case Distinct:
		text, err := s.value.words(&e.act)
		if err != nil {
			return false
		}
		if c.distinct == nil {
			c.distinct = &distinct{}
		}
		c.distinct.add(text)
	case Count, Rate:
	}
	c.count++
	return true
}

// valueOf is the aggregate of a counter.
func (s *state) valueOf(c *counter) float64 {
	switch s.Aggregate {
	case Count:
		return float64(c.count)
	case Rate:
		return float64(c.count) / time.Duration(s.window).Seconds()
	case Ratio:
		return float64(c.hits) / float64(max(c.count, 1))
	case Distinct:
		return c.distinct.count()
	case Sum:
		return float64(c.sum) / micro
	case Mean:
		return float64(c.sum) / micro / float64(max(c.count, 1))
	}
	return 0
}

func (s *state) windowAt(index int64) *window {
	if s.last != nil && s.last.index == index {
		return s.last
	}
	w := s.windows[index]
	if w == nil {
		w = &window{index, map[string]*counter{}}
		s.windows[index] = w
		if !s.started || index < s.began {
			s.began, s.started = index, true
		}
	}
	s.last = w
	return w
}

// fire starts an alert, unless its key has one in the block.
func (s *state) fire(e *Engine, key string, index int64, in *instance) {
	block := floorDiv(index, s.hold)
	keys := s.fired[block]
	if keys == nil {
		keys = map[string]*instance{}
		s.fired[block] = keys
	}
	if keys[key] != nil {
		return
	}
	keys[key] = in
	s.stats.Fired++
	e.out = append(e.out, s.alert(key, block, in, 0))
}

// Advance moves event time on: nothing earlier is expected but what is within the rules' lateness. It returns what fires
// and what resolves, in an order that depends on the alerts only. Event time never goes back. The slice is valid until the
// next call.
func (e *Engine) Advance(to time.Time) []*hushlogv1.Alert {
	e.out = e.out[:0]
	mark := to.UnixNano()
	if mark <= e.watermark {
		return nil
	}
	e.watermark = mark
	for _, s := range e.rules {
		s.advance(e, mark-s.lateness)
	}
	inOrder(e.out)
	return e.out
}

// advance decides everything that ended up to a time.
func (s *state) advance(e *Engine, until int64) {
	closed := floorDiv(until, s.window)
	if s.Sequence != nil {
		s.follow(e, until)
	}
	if closed <= s.closed {
		return
	}
	for _, index := range s.toClose(closed) {
		s.close(e, index)
		s.closed = index + 1
		s.resolve(e)
	}
	s.closed = closed
	s.resolve(e)
}

// toClose lists the windows to close before one. Rules that mind when nothing comes look at empty ones too, as long as
// they remember anybody.
func (s *state) toClose(before int64) []int64 {
	indexes := slices.Sorted(maps.Keys(s.windows))
	n, _ := slices.BinarySearch(indexes, before)
	indexes = indexes[:n]
	if s.Absence == nil && !s.fillsZero() {
		return indexes
	}
	if len(indexes) == 0 && len(s.known) == 0 {
		return nil
	}
	from := s.closed
	if len(s.known) == 0 && len(indexes) > 0 {
		from = indexes[0]
	}
	// When nothing has come for longer than anybody is remembered, there is nobody to miss.
	last := from
	for _, f := range s.known {
		last = max(last, f.seen+s.memory+1)
	}
	if n > 0 {
		last = max(last, indexes[n-1]+s.memory+1)
	}
	var all []int64
	for index := from; index < min(before, last); index++ {
		if n > 0 && index > indexes[n-1]+maxGap || n == 0 && index > from+maxGap {
			break
		}
		all = append(all, index)
	}
	return all
}

// close decides a window.
func (s *state) close(e *Engine, index int64) {
	w := s.windows[index]
	if w == nil {
		w = &window{index: index}
	}
	switch {
	case s.Threshold != nil:
		s.closeThreshold(e, w)
	case s.Baseline != nil:
		s.closeBaseline(e, w)
	case s.FirstSeen != nil:
		s.closeFirstSeen(e, w)
	case s.Absence != nil:
		s.closeAbsence(e, w)
	}
	s.live -= len(w.counters)
	delete(s.windows, index)
	if s.last == w {
		s.last = nil
	}
}

func (s *state) closeThreshold(e *Engine, w *window) {
	for key, c := range w.counters {
		if c.count == 0 || c.count < uint64(s.MinVolume) { //nolint:gosec // not negative
			continue
		}
		value := s.valueOf(c)
		limit, holds := 0.0, false
		if t := s.Threshold; t.AtLeast != nil {
			limit, holds = *t.AtLeast, value >= *t.AtLeast
		} else {
			limit, holds = *t.Below, value < *t.Below
		}
		if holds {
			s.held(e, key, w.index, value, limit, c.rank)
		}
	}
	if s.need > 1 {
		s.forget(func(f *track) bool { return f.held < w.index })
	}
}

// held notes that a condition held for a window and fires when it has for long enough.
func (s *state) held(e *Engine, key string, index int64, value, limit float64, class rank) {
	if s.need > 1 {
		f := s.followed(key)
		if f.held != index-1 || f.run == 0 {
			f.run = 0
		}
		f.run, f.held, f.seen = f.run+1, index, max(f.seen, index)
		if f.run < s.need {
			return
		}
	}
	s.fire(e, key, index, &instance{(index + 1) * s.window, value, limit, class})
}

func (s *state) followed(key string) *track {
	f := s.known[key]
	if f == nil {
		f = &track{seen: math.MinInt64, held: math.MinInt64}
		s.known[key] = f
	}
	return f
}

func (s *state) forget(gone func(*track) bool) {
	maps.DeleteFunc(s.known, func(_ string, f *track) bool { return gone(f) })
}

func (s *state) closeBaseline(e *Engine, w *window) {
	for key, c := range w.counters {
		if c.count == 0 {
			continue
		}
		f := s.followed(key)
		if f.history == nil {
			f.history = newHistory()
		}
		f.seen = w.index
		if !s.fillsZero() && c.count < uint64(s.MinVolume) { //nolint:gosec // not negative
			continue
		}
		s.judge(e, key, f, w.index, s.valueOf(c), float64(c.count), c.rank)
	}
	if s.fillsZero() {
		for key, f := range s.known {
			if f.seen != w.index && f.history != nil {
				s.judge(e, key, f, w.index, 0, 0, 0)
			}
		}
	}
	s.forget(func(f *track) bool { return f.seen+s.memory <= w.index })
}

// judge compares a window's value with those before and then adds it to them.
func (s *state) judge(e *Engine, key string, f *track, index int64, value, volume float64, class rank) {
	limit, holds := f.history.compare(s.compiled, index, value, volume)
	f.history.add(s.compiled, index, value)
	if !holds {
		return
	}
	if f.held != index-1 {
		f.run = 0
	}
	f.run, f.held = f.run+1, index
	if f.run >= s.need {
		s.fire(e, key, index, &instance{(index + 1) * s.window, value, limit, class})
	}
}

func (s *state) closeFirstSeen(e *Engine, w *window) {
	learning := (w.index-s.began)*s.window < int64(s.FirstSeen.Learn)
	for key, c := range w.counters {
		if c.count == 0 {
			continue
		}
		before := s.known[key]
		if (before == nil || before.seen+s.memory < w.index) && !learning {
			s.fire(e, key, w.index, &instance{(w.index + 1) * s.window, float64(c.count), 1, c.rank})
		}
		s.followed(key).seen = w.index
	}
	s.forget(func(f *track) bool { return f.seen+s.memory < w.index })
}

func (s *state) closeAbsence(e *Engine, w *window) {
	for key := range w.counters {
		s.followed(key).seen = w.index
	}
	for key, f := range s.known {
		if f.seen < w.index {
			s.fire(e, key, w.index, &instance{(w.index + 1) * s.window, 0, 1, 0})
		}
	}
	s.forget(func(f *track) bool { return f.seen+s.memory <= w.index })
}

// resolve ends the alerts of blocks after which a whole block has passed.
func (s *state) resolve(e *Engine) {
	if len(s.fired) == 0 {
		return
	}
	for block, keys := range s.fired {
		if (block+2)*s.hold > s.closed {
			continue
		}
		for key, in := range keys {
			e.out = append(e.out, s.alert(key, block, in, (block+2)*s.hold*s.window))
		}
		delete(s.fired, block)
	}
}

// floorDiv rounds down, also before 1970.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
