package alerting

import (
	"cmp"
	"slices"
	"strings"
)

// step puts an event of a sequence aside until nothing earlier can come.
func (s *state) step(e *Engine, event *Event, at int64) {
	first, errFirst := s.first.truth(&e.act)
	then, errThen := s.then.truth(&e.act)
	if errFirst != nil || errThen != nil {
		s.stats.Failed++
	}
	if !first && !then || !s.keyOf(e, event) {
		return
	}
	s.stats.Matched++
	if at <= s.done {
		s.stats.Late++
		return
	}
	if len(s.pending) >= maxPending {
		s.stats.Overflowed++
		return
	}
	key := string(e.buf)
	if first {
		s.pending = append(s.pending, step{at, false, key, event.rank()})
	}
	if then {
		s.pending = append(s.pending, step{at, true, key, event.rank()})
	}
}

// follow goes through what happened up to a time, in order.
func (s *state) follow(e *Engine, until int64) {
	if until <= s.done {
		return
	}
	ready, later := split(s.pending, until)
	s.pending = later
	slices.SortFunc(ready, func(a, b step) int {
		return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.key, b.key), order(a.then)-order(b.then))
	})
	for _, next := range ready {
		s.take(e, next)
	}
	s.done = until
	s.forget(func(f *track) bool {
		return len(f.times) == 0 || f.times[len(f.times)-1] < until-int64(s.Sequence.Within)
	})
}

// order puts what comes first before what comes then at the same instant.
func order(then bool) int {
	if then {
		return 1
	}
	return 0
}

func split(steps []step, until int64) (ready, later []step) {
	for _, next := range steps {
		if next.at <= until {
			ready = append(ready, next)
		} else {
			later = append(later, next)
		}
	}
	return ready, later
}

func (s *state) take(e *Engine, next step) {
	f := s.known[next.key]
	if !next.then {
		if f == nil {
			if len(s.known) >= s.MaxKeys {
				s.stats.Overflowed++
				return
			}
			f = s.followed(next.key)
		}
		if len(f.times) == s.Sequence.Times {
			f.times = slices.Delete(f.times, 0, 1)
		}
		f.times = append(f.times, next.at)
		return
	}
	if f == nil || len(f.times) < s.Sequence.Times || f.times[0] < next.at-int64(s.Sequence.Within) {
		return
	}
	times := float64(len(f.times))
	f.times = nil
	s.fire(e, next.key, floorDiv(next.at, s.window), &instance{next.at, times, float64(s.Sequence.Times), next.rank})
}
