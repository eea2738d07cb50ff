package canary

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hushlog/hushlog/pkg/store"
)

// flight is a canary that is looked for.
type flight struct {
	made
	// taken is when the gateway had acknowledged it; zero when it has not, as far as this process knows.
	taken time.Time
	// seen once it has a row, late when it had none in time.
	seen, late bool
	// leaked are the types of its values that were found readable.
	leaked map[string]bool
}

// planted is a value that is looked for, and where it was found.
type planted struct {
	flight *flight
	kind   string
	places map[string]bool
}

// sighting is a planted value that is readable somewhere. It does not say the value.
type sighting struct {
	kind, path string
	// place is a table, a topic, a log or metrics; detail says where in it.
	place, detail string
}

// flights are the canaries of the last time, the window. Safe for concurrent use.
type flights struct {
	within, window time.Duration
	metrics        *metrics
	// finder finds the values of all. It is replaced whole.
	finder atomic.Pointer[finder]

	mu     sync.Mutex // guards what follows
	all    map[string]*flight
	values map[string]*planted
	// counts are of canaries that are not looked for any more, by path, and wait to be stored.
	counts map[string]*store.CanaryCount
}

func newFlights(within, window time.Duration, m *metrics) *flights {
	f := &flights{within: within, window: window, metrics: m, all: map[string]*flight{}, values: map[string]*planted{}, counts: map[string]*store.CanaryCount{}}
	f.finder.Store(newFinder(nil))
	return f
}

// add has canaries looked for from now on: before they are sent, so that nothing of them can be anywhere earlier.
func (f *flights) add(all ...made) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range all {
		c := &flight{made: m, leaked: map[string]bool{}}
		f.all[m.interaction.GetRequestId()] = c
		for _, v := range m.values {
			f.values[v.needle] = &planted{flight: c, kind: v.kind, places: map[string]bool{}}
		}
	}
	f.finder.Store(newFinder(f.needlesLocked()))
}

func (f *flights) needlesLocked() []string { return slices.Sorted(maps.Keys(f.values)) }

// needles are the values that are looked for, and since when rows can hold them.
func (f *flights) needles() (needles []string, since time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.all {
		if since.IsZero() || c.slot.Before(since) {
			since = c.slot
		}
	}
	return f.needlesLocked(), since.Add(-clockSkew)
}

// clockSkew is how much the clocks of gateways may be behind.
const clockSkew = time.Minute

// acknowledged notes that the gateway has taken a canary.
func (f *flights) acknowledged(m made, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.all[m.interaction.GetRequestId()]
	if c == nil { // it took longer than the window
		return
	}
	c.taken = at
	for _, v := range m.values {
		f.metrics.values.WithLabelValues(v.kind, valuePlanted).Inc()
	}
}

// sighted is told that a value is readable in a place. It returns what is to be told of it: once for each place.
func (f *flights) sighted(needle, place, detail string) (sighting, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.values[needle]
	if p == nil || p.places[place] {
		return sighting{}, false
	}
	if len(p.places) == 0 {
		f.metrics.values.WithLabelValues(p.kind, valueLeaked).Inc()
	}
	p.places[place] = true
	p.flight.leaked[p.kind] = true
	f.metrics.sightings.WithLabelValues(p.kind, place).Inc()
	return sighting{p.kind, p.flight.path, place, detail}, true
}

// arrived is told of the canaries that had rows at a moment. It says on which paths canaries should have arrived and did
// not, counts and forgets those older than the window, and shows the share of values that are readable.
func (f *flights) arrived(ids []string, asOf time.Time) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		f.seenLocked(f.all[id])
	}
	missing := map[string]int{}
	leaked, total := 0, 0
	for _, c := range f.all {
		leaked, total = leaked+len(c.leaked), total+len(c.values)
		if !c.seen && !c.taken.IsZero() && asOf.Sub(c.taken) >= f.within {
			if !c.late {
				c.late = true
				f.metrics.interactions.WithLabelValues(c.path, outcomeLost).Inc()
			}
			missing[c.path]++
		}
	}
	f.metrics.leakRate.Set(float64(leaked) / float64(max(total, 1)))
	f.forgetLocked(asOf)
	var names []string
	for _, path := range paths() {
		f.metrics.missing.WithLabelValues(path).Set(float64(missing[path]))
		if missing[path] > 0 {
			names = append(names, path)
		}
	}
	return names
}

func (f *flights) seenLocked(c *flight) {
	if c == nil || c.seen || c.taken.IsZero() {
		return // somebody else's, or one that another process has sent
	}
	c.seen = true
	outcome := outcomeArrived
	if c.late {
		outcome = outcomeLate
	}
	f.metrics.interactions.WithLabelValues(c.path, outcome).Inc()
}

// forgetLocked counts what is older than the window and looks for it no more.
func (f *flights) forgetLocked(asOf time.Time) {
	for id, c := range f.all {
		if asOf.Sub(c.slot) < f.window {
			continue
		}
		f.countLocked(c)
		for _, v := range c.values {
			p := f.values[v.needle]
			if p != nil && p.flight == c { // a name may have been drawn again since
				delete(f.values, v.needle)
			}
		}
		delete(f.all, id)
	}
	f.finder.Store(newFinder(f.needlesLocked()))
}

// countLocked adds a canary to the counts of its path. One that this process has not sent has nothing to be counted by.
func (f *flights) countLocked(c *flight) {
	if c.taken.IsZero() {
		return
	}
	n := f.counts[c.path]
	if n == nil {
		n = &store.CanaryCount{Entry: c.path, Planted: map[string]uint32{}, Leaked: map[string]uint32{}}
		f.counts[c.path] = n
	}
	n.Taken++
	if c.seen && !c.late {
		n.Arrived++
	}
	for _, v := range c.values {
		n.Planted[v.kind]++
		if c.leaked[v.kind] {
			n.Leaked[v.kind]++
		}
	}
}

// takeCounts gives the counts that wait, in the order of the paths; they are the caller's.
func (f *flights) takeCounts() []*store.CanaryCount {
	f.mu.Lock()
	defer f.mu.Unlock()
	var counts []*store.CanaryCount
	for _, path := range paths() {
		if f.counts[path] != nil {
			counts = append(counts, f.counts[path])
		}
	}
	f.counts = map[string]*store.CanaryCount{}
	return counts
}
